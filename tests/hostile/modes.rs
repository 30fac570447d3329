//! The ways in which the hostile cloud misbehaves.

use std::io::Write;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::server::{IMAGE, PASSWORD, Request, TOKEN, grant, image, write_body, write_json};

/// Answers a request as the mode has it.
pub(crate) fn answer(mode: &str, request: &Request, stream: &mut dyn Write) {
    if request.method == "POST" && request.path.ends_with("/auth/tokens") {
        return login(mode, request, stream);
    }
    if !before(mode, request, stream) {
        glance(mode, request, stream);
    }
}

fn login(mode: &str, request: &Request, stream: &mut dyn Write) {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let foreign = format!("{}{}", request.foreign, request.path);
    let url = match mode {
        "catalogue-file" => "file:///etc/passwd".to_owned(),
        "catalogue-user" => request.own.replace("http://", "http://root:toor@"),
        "catalogue-newline" => format!("{}/\r\nX-Evil: 1", request.own),
        _ => request.own.clone(),
    };
    let long = "x".repeat(8 << 20);
    let (status, token, location) = match mode {
        "login-echo" => ("401 Unauthorized", "", ""),
        "login-redirect" => ("307 Temporary Redirect", "", foreign.as_str()),
        "token-odd" => ("201 Created", "a b\tc", ""),
        "token-long" => ("201 Created", long.as_str(), ""),
        "token-none" => ("201 Created", "", ""),
        _ => ("201 Created", TOKEN, ""),
    };
    let mut told = grant(&url, &request.own);
    match mode {
        "login-echo" => {
            told = json!({ "error": { "code": 401, "message": format!("could not read {body}") } });
        }
        "login-deep" => return write_body(stream, "201 Created", &[], "[".repeat(1 << 20).as_bytes()),
        "login-null" => told = json!({ "token": null }),
        "login-past" => told["token"]["expires_at"] = json!("-009999-01-02T01:59:59Z"),
        _ => {}
    }
    let mut headers = vec![("X-Subject-Token", token)];
    if !location.is_empty() {
        headers.push(("Location", location));
    }
    write_json(stream, status, &headers, &told);
}

/// What goes wrong before the request is looked at; false where nothing does.
fn before(mode: &str, request: &Request, stream: &mut dyn Write) -> bool {
    let asked = request.header("x-auth-token").to_owned();
    let refused = |stream: &mut dyn Write, text: String| {
        write_json(stream, "403 Forbidden", &[], &json!({ "message": text, "code": "403" }));
    };
    let say = |stream: &mut dyn Write, head: &str| drop(stream.write_all(head.as_bytes()));
    match mode {
        "echo-token" => refused(stream, format!("the token {asked} may not")),
        "echo-base64" => refused(stream, format!("{} {}", base64(&asked), base64(PASSWORD))),
        "echo-hex" => refused(stream, format!("{} {}", hex(&asked), hex(PASSWORD))),
        "echo-percent" => refused(stream, asked.bytes().map(|byte| format!("%{byte:02X}")).collect()),
        "echo-text" => write_body(
            stream,
            "500 Oops",
            &[("Content-Type", "text/plain")],
            format!("x {asked} {PASSWORD}").as_bytes(),
        ),
        "echo-page" => {
            let page = format!("<html><title>{asked}</title><body>{asked} was sent here</body></html>");
            write_body(stream, "502 Bad Gateway", &[("Content-Type", "text/html")], page.as_bytes());
        }
        "echo-header" => {
            write_json(stream, "400 Bad", &[("X-Openstack-Request-Id", &asked)], &json!({ "message": "no" }));
        }
        "echo-redirect" => write_json(
            stream,
            "302 Found",
            &[("Location", &format!("{}/{asked}?t={asked}", request.own))],
            &Value::Null,
        ),
        "redirect" => {
            let location = format!("{}{}", request.foreign, request.path);
            write_json(stream, "307 Temporary Redirect", &[("Location", &location)], &Value::Null);
        }
        "redirect-loop" => {
            let location = format!("{}{}?{}", request.own, request.path, request.count);
            write_json(stream, "302 Found", &[("Location", &location)], &Value::Null);
        }
        "redirect-file" => {
            write_json(stream, "302 Found", &[("Location", "file:///etc/passwd")], &Value::Null);
        }
        "pause-year" => write_json(stream, "503 Busy", &[("Retry-After", "31536000")], &Value::Null),
        "pause-huge" => {
            write_json(stream, "429 Slow", &[("Retry-After", "18446744073709551615")], &Value::Null);
        }
        "pause-date" => {
            write_json(stream, "503 Busy", &[("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")], &Value::Null);
        }
        "pause-negative" => write_json(stream, "503 Busy", &[("Retry-After", "-5")], &Value::Null),
        "always-401" => write_json(stream, "401 Unauthorized", &[], &json!({ "message": "no" })),
        "brackets" => pour(stream, "200 OK", b"[", 1 << 30),
        "spaces" => pour(stream, "200 OK", b" ", 1 << 30),
        "long-error" => pour(stream, "500 Oops", b"<a ", 1 << 30),
        "gzip-bomb" => gzip_bomb(stream),
        "header-flood" => {
            say(stream, "HTTP/1.1 200 OK\r\n");
            for number in 0..1 << 20 {
                if write!(stream, "X-{number}: {}\r\n", "a".repeat(200)).is_err() {
                    break;
                }
            }
        }
        "long-header" => {
            say(stream, "HTTP/1.1 200 OK\r\nX-Long: ");
            flood(stream, b"a", 1 << 29);
        }
        "continue-flood" => flood(stream, b"HTTP/1.1 100 Continue\r\n\r\n", 1 << 26),
        "no-http" => flood(stream, b"\x1b]0;owned\x07 220 ready\r\n", 1 << 16),
        "cut" => say(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"images\":",
        ),
        "lengths" => say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 40\r\n\r\n{}"),
        "bad-chunks" => {
            say(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}");
        }
        "status-odd" => say(stream, "HTTP/1.1 999 \x1b[31mred\r\nContent-Length: 0\r\n\r\n"),
        "upgrade" => {
            say(stream, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
        }
        "silent" => thread::sleep(Duration::from_secs(15)),
        "trickle" => {
            say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            for _ in 0..15 {
                say(stream, " ");
                thread::sleep(Duration::from_secs(1));
            }
        }
        _ => return false,
    }
    true
}

fn glance(mode: &str, request: &Request, stream: &mut dyn Write) {
    let escapes = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}x";
    if request.path.ends_with("/file") && mode == "data-endless" {
        return pour(stream, "200 OK", b"y", 1 << 40);
    }
    if request.path.ends_with("/file") {
        let (said, sent) = if mode == "data-more" { (4, 1 << 16) } else { (4, 2) };
        let head = format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/octet-stream\r\nContent-Length: {said}\r\n\r\n"
        );
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&vec![b'x'; sent]));
        return;
    }
    let mut one = image(IMAGE);
    match mode {
        "escapes" => {
            one["name"] = json!(escapes);
            one[escapes] = json!(escapes);
            one["tags"] = json!([escapes]);
        }
        "data-endless" => one["size"] = Value::Null,
        "id-slashes" => one["id"] = json!("../../v3/users/root"),
        "id-query" => one["id"] = json!("x?a=1#b"),
        "id-dots" => one["id"] = json!(".."),
        "id-escapes" => one["id"] = json!(escapes),
        "name-token" => one["name"] = json!(request.header("x-auth-token")),
        "odd-types" => {
            one = json!({ "id": 5, "name": {}, "size": -1, "tags": {}, "status": [], "created_at": 1e300, "min_disk": "x" });
        }
        "deep" => {
            let value = format!("{{\"id\":\"{IMAGE}\",\"a\":{}1{}}}", "[".repeat(120), "]".repeat(120));
            return write_body(stream, "200 OK", &[], value.as_bytes());
        }
        _ => {}
    }
    if request.path != "/v2/images" {
        return write_json(stream, "200 OK", &[], &one);
    }
    let other = |number: usize| image(&format!("11111111-2222-3333-4444-{number:012}"));
    let page = |images: Vec<Value>, next: &str| json!({ "images": images, "next": format!("/v2/images?marker={next}") });
    let told = match mode {
        "marker-same" => page(vec![one], IMAGE),
        "marker-two" => page(
            vec![other(request.count % 2)],
            &format!("11111111-2222-3333-4444-{:012}", request.count % 2),
        ),
        "marker-three" => page((0..3).map(|step| other((request.count + step) % 9)).collect(), IMAGE),
        "next-foreign" => {
            json!({ "images": [one], "next": format!("{}/v2/images?marker=x", request.foreign) })
        }
        "next-elsewhere" => json!({ "images": [one], "next": "/v3/users?marker=x" }),
        "empty-pages" => json!({ "images": [], "next": format!("/v2/images?marker={}", request.count) }),
        "grow" => {
            let last = (request.count + 1) * 1000;
            let images = (request.count * 1000..last).map(other).collect();
            page(images, &last.to_string())
        }
        "many" => json!({ "images": (0..20_000).map(other).collect::<Vec<_>>() }),
        _ => json!({ "images": [one] }),
    };
    write_json(stream, "200 OK", &[], &told);
}

/// An answer of a fragment again and again, of no announced length.
fn pour(stream: &mut dyn Write, status: &str, fragment: &[u8], bytes: usize) {
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes());
    flood(stream, fragment, bytes);
}

fn flood(stream: &mut dyn Write, fragment: &[u8], bytes: usize) {
    let part = fragment.repeat((1 << 20) / fragment.len());
    for _ in 0..bytes.div_ceil(part.len()) {
        if stream.write_all(&part).is_err() {
            break;
        }
    }
}

/// A gigabyte and more of blanks in some megabytes: one literal, then copies of 258 bytes from one byte
/// before.
fn gzip_bomb(stream: &mut dyn Write) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";
    let mut bits = vec![false, true, false];
    let code = |bits: &mut Vec<bool>, value: u16, length: u16| {
        bits.extend((0..length).rev().map(|at| value >> at & 1 == 1));
    };
    code(&mut bits, 0x30 + 0x20, 8);
    // Bytes begin anew after eight copies of 13 bits.
    while bits.len() % 8 != 0 {
        code(&mut bits, 0xc5, 8);
        code(&mut bits, 0, 5);
    }
    let packed = |bits: &[bool]| {
        let byte =
            |eight: &[bool]| eight.iter().enumerate().map(|(at, bit)| u8::from(*bit) << at).sum::<u8>();
        bits.chunks(8).map(byte).collect::<Vec<u8>>()
    };
    let begin = packed(&bits);
    let mut eight = Vec::new();
    for _ in 0..8 {
        code(&mut eight, 0xc5, 8);
        code(&mut eight, 0, 5);
    }
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    let _ = stream.write_all(&begin);
    flood(stream, &packed(&eight), 8 << 20);
}

/// Base64 as every language has it.
pub(crate) fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let three = |part: &[u8]| {
        let bits =
            part.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
        let letters = (0..=part.len()).map(|at| LETTERS[(bits >> (18 - 6 * at) & 63) as usize] as char);
        letters.collect::<String>()
    };
    text.as_bytes().chunks(3).map(three).collect()
}

/// Two digits a byte.
pub(crate) fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}
