//! Image data: uploads, downloads, parts, and the actions that forbid them.

use std::io::Write as _;
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, OCTETS, PFSENSE};
use crate::sandbox::raw::Answer;

fn raw(cloud: &Cloud) -> String {
    cloud.image("a", &json!({ "name": "x", "disk_format": "raw", "container_format": "bare" }))
}

fn download(cloud: &Cloud, who: &str, id: &str) -> Answer {
    cloud.ask(who, "GET", &format!("/v2/images/{id}/file")).send()
}

#[test]
fn uploaded_data_come_back_with_their_hashes() {
    let cloud = Cloud::start();
    let id = raw(&cloud);
    let empty = download(&cloud, "a", &id);
    assert_eq!((empty.status, empty.body.len()), (204, 0));

    assert_eq!(cloud.upload("a", &id, "abcdefghij").status, 204);
    let image = cloud.show("a", &id);
    let shown = ["status", "size", "virtual_size", "checksum", "os_hash_algo", "stores"]
        .map(|key| image[key].clone());
    let md5 = "a925576942e94b2ef57a066101b48876";
    assert_eq!(shown, [json!("active"), json!(10), json!(10), json!(md5), json!("sha512"), json!("fast")]);
    assert!(image["os_hash_value"].as_str().unwrap().starts_with("ef6b97321f34b1fea2169a7db9e1960b"));

    let answer = download(&cloud, "a", &id);
    assert_eq!((answer.status, answer.text()), (200, "abcdefghij"));
    assert_eq!(answer.header("content-type"), Some(OCTETS));
    assert_eq!(answer.header("content-length"), Some("10"));
    assert_eq!(answer.header("content-md5"), Some(md5));
}

#[test]
fn an_upload_that_fails_leaves_the_image_queued() {
    let cloud = Cloud::start();
    let id = raw(&cloud);
    let path = format!("/v2/images/{id}/file");
    let cases = [
        (
            Some("text/plain"),
            ("X-A", "b"),
            415,
            "The request media type text/plain is not supported by this server. Invalid content",
        ),
        (
            None,
            ("X-A", "b"),
            415,
            "The request media type ${CONTENT_TYPE} is not supported by this server. Invalid content type None",
        ),
        (Some(OCTETS), ("X-Image-Meta-Store", "nope"), 400, "Store for identifier nope not found"),
        (
            Some(OCTETS),
            ("X-Openstack-Image-Size", "x"),
            400,
            "Invalid or missing image size in request headers.",
        ),
        (Some(OCTETS), ("X-Openstack-Image-Size", "2"), 400, "Size exceeds: expected 2 bytes, got 3 bytes"),
        (Some(OCTETS), ("X-Openstack-Image-Size", "5"), 400, "Size mismatch: expected 5 bytes, got 3 bytes"),
    ];
    for (kind, (name, value), status, message) in cases {
        let mut ask = cloud.ask("a", "PUT", &path).header(name, value).body("abc");
        if let Some(kind) = kind {
            ask = ask.header("Content-Type", kind);
        }
        let answer = ask.send();
        assert_eq!(answer.status, status, "{value}: {}", answer.text());
        assert!(answer.message().starts_with(message), "{}", answer.text());
    }
    let image = cloud.show("a", &id);
    assert_eq!(
        (&image["status"], &image["size"], &image["checksum"]),
        (&json!("queued"), &Value::Null, &Value::Null)
    );
    let ask =
        cloud.ask("a", "PUT", &path).header("Content-Type", OCTETS).header("X-Image-Meta-Store", "slow");
    assert_eq!(ask.body("abc").send().status, 204);
    assert_eq!(cloud.show("a", &id)["stores"], "slow");
}

#[test]
fn upload_refuses_other_projects() {
    let cloud = Cloud::start();
    let id = raw(&cloud);
    cloud.share("a", &id, "b");
    let forbidden = "You are not authorized to complete upload_image action.";
    for (who, status, message) in
        [("b", 403, forbidden), ("r", 403, forbidden), ("c", 404, "No image found with ID")]
    {
        let answer = cloud.upload(who, &id, "abc");
        assert_eq!(answer.status, status);
        assert!(answer.message().starts_with(message));
    }
    assert_eq!(cloud.upload("a", &id, "abc").status, 204);
    let again = cloud.upload("a", &id, "abc");
    let message = "Image status transition from active to saving is not allowed";
    assert_eq!((again.status, again.message().as_str()), (409, message));
}

#[test]
fn an_image_without_formats_takes_no_data() {
    let cloud = Cloud::start();
    let cases = [
        (json!({}), "Properties disk_format, container_format must be set prior to saving data."),
        (json!({ "disk_format": "raw" }), "Property container_format must be set prior to saving data."),
    ];
    for (body, message) in cases {
        let answer = cloud.upload("a", &cloud.image("a", &body), "abc");
        assert_eq!((answer.status, answer.message().as_str()), (400, message));
    }
}

/// Glance notices the wrong format when it has read everything, and the image is spoilt.
#[test]
fn data_of_another_format_spoil_the_image() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "disk_format": "qcow2", "container_format": "bare" }));
    let answer = cloud.upload("a", &id, "abc");
    assert_eq!(answer.status, 415);
    assert!(answer.message().ends_with("Image disk_format qcow2 does not match stream data raw"));
    let image = cloud.show("a", &id);
    assert_eq!((&image["status"], &image["stores"]), (&json!("queued"), &json!("fast")));
    assert_eq!(image["checksum"], "900150983cd24fb0d6963f7d28e17f72");
    assert_eq!(cloud.upload("a", &id, "abc").status, 500);
    assert_eq!(download(&cloud, "a", &id).status, 500);
    assert_eq!(cloud.ask("a", "DELETE", &format!("/v2/images/{id}")).send().status, 204);
}

#[test]
fn a_part_is_sent_for_a_range() {
    let cloud = Cloud::start();
    let id = cloud.raw_image("a", "x", "abcdefghij");
    let cases = [
        ("Range", "bytes=0-3", "abcd", "bytes 0-3/10"),
        ("Range", "bytes=5-", "fghij", "bytes 5-9/10"),
        ("Range", "bytes=-3", "hij", "bytes 7-9/10"),
        ("Range", "bytes=-30", "abcdefghij", "bytes 0-9/10"),
        ("Range", "bytes=3-100", "defghij", "bytes 3-9/10"),
        ("Content-Range", "bytes 0-3/*", "abcd", "bytes 0-3/10"),
        ("Content-Range", "bytes 0-3/10", "abcd", "bytes 0-3/10"),
    ];
    for (header, range, data, content_range) in cases {
        let answer = cloud.ask("a", "GET", &format!("/v2/images/{id}/file")).header(header, range).send();
        assert_eq!((answer.status, answer.text()), (206, data), "{range}");
        assert_eq!(answer.header("content-range"), Some(content_range));
        assert_eq!(
            answer.header("content-md5"),
            Some("a925576942e94b2ef57a066101b48876"),
            "of the whole image"
        );
    }
}

#[test]
fn a_range_that_cannot_be_is_refused() {
    let cloud = Cloud::start();
    let id = cloud.raw_image("a", "x", "abcdefghij");
    let unavailable = |what: &str| format!("The Range requested is not available. {what}");
    let invalid = unavailable("Invalid Range header.");
    let past = "Start position MUST be in the inclusive range [0, 9].";
    let past = unavailable(&format!("Invalid start position in Range header. {past}"));
    let stop = "The stop position MUST be in the inclusive range [0, 9].";
    let stop = unavailable(&format!("Invalid stop position in Content-Range header. {stop}"));
    let cases = [
        ("Range", "bytes=10-", 416, past.as_str()),
        ("Range", "bytes=4-2", 416, &invalid),
        ("Range", "bytes 0-3/10", 416, &invalid),
        ("Range", "x", 416, &invalid),
        ("Range", "bytes=0-1,3-4", 400, "Requests with multiple ranges are not supported in Glance."),
        ("Content-Range", "bytes 0-30/*", 416, &stop),
    ];
    for (header, range, status, message) in cases {
        let answer = cloud.ask("a", "GET", &format!("/v2/images/{id}/file")).header(header, range).send();
        assert_eq!(answer.status, status, "{range}");
        assert!(answer.message().starts_with(message), "{range}: {}", answer.text());
        assert_eq!(answer.header("content-range"), None);
    }
}

#[test]
fn a_member_may_download_and_a_reader_may_not() {
    let cloud = Cloud::start();
    let id = cloud.raw_image("a", "x", "abc");
    assert_eq!(download(&cloud, "b", &id).status, 404);
    cloud.share("a", &id, "b");
    assert_eq!(download(&cloud, "b", &id).status, 200, "though it is pending");
    let answer = download(&cloud, "r", &id);
    assert_eq!(answer.status, 403);
    assert_eq!(answer.message(), "You are not authorized to complete download_image action.");
}

#[test]
fn a_deactivated_image_is_downloaded_by_admins_alone() {
    let cloud = Cloud::start();
    let id = cloud.raw_image("a", "x", "abc");
    let queued = raw(&cloud);
    let action = |id: &str, name: &str| format!("/v2/images/{id}/actions/{name}");
    let missing = format!("No image found with ID {id}");
    cloud.share("a", &id, "b");
    cloud.expect(&[
        (
            "b",
            "POST",
            action(&id, "deactivate"),
            Value::Null,
            403,
            "You are not authorized to complete deactivate action.",
        ),
        ("c", "POST", action(&id, "deactivate"), Value::Null, 404, &missing),
        (
            "a",
            "POST",
            action(&queued, "deactivate"),
            Value::Null,
            403,
            "Not allowed to deactivate image in status 'queued'",
        ),
        ("a", "POST", action(&id, "deactivate"), Value::Null, 204, ""),
        ("a", "POST", action(&id, "deactivate"), Value::Null, 204, ""),
    ]);
    assert_eq!(cloud.show("a", &id)["status"], "deactivated");
    let answer = download(&cloud, "a", &id);
    let message = "The requested image has been deactivated. Image data download is forbidden.";
    assert_eq!((answer.status, answer.message().as_str()), (403, message));
    assert_eq!(download(&cloud, "admin", &id).status, 200);
    cloud.expect(&[("a", "POST", action(&id, "reactivate"), Value::Null, 204, "")]);
    assert_eq!(download(&cloud, "b", &id).status, 200);
}

#[test]
fn a_client_that_hangs_up_leaves_the_image_queued() {
    let cloud = Cloud::start();
    let id = raw(&cloud);
    let address = cloud.sandbox.image_url().replace("http://", "").replace("/image", "");
    let mut stream = TcpStream::connect(address).unwrap();
    let token = cloud.token("a");
    let head = format!(
        "PUT /image/v2/images/{id}/file HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\nContent-Type: {OCTETS}\r\n\
         Content-Length: 100\r\n\r\nonly a part"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let becomes = |status: &str| (0..10_000).any(|_| cloud.show("a", &id)["status"] == status);
    assert!(becomes("saving"));
    drop(stream);
    assert!(becomes("queued"));
    assert_eq!(cloud.upload("a", &id, "abc").status, 204);
}

#[test]
fn a_chunked_upload_is_taken() {
    let cloud = Cloud::start();
    let id = raw(&cloud);
    let ask = cloud.ask("a", "PUT", &format!("/v2/images/{id}/file")).header("Content-Type", OCTETS);
    let answer = ask.header("Transfer-Encoding", "chunked").chunks(&["abc", "defghij"]).send();
    assert_eq!(answer.status, 204);
    assert_eq!(cloud.show("a", &id)["size"], 10);
}

#[test]
fn the_seed_is_a_disk_image() {
    let cloud = Cloud::start();
    let answer = download(&cloud, "a", PFSENSE);
    assert_eq!(&answer.body[..4], b"QFI\xfb");
    assert_eq!(answer.body.len(), 262_144);
}

#[test]
fn a_cloud_may_take_any_data_for_any_format() {
    let options = lunette::sandbox::Options { format_check: false, ..Default::default() };
    for (cloud, status) in [(Cloud::with(options), 204), (Cloud::start(), 415)] {
        let body = json!({ "disk_format": "vhd", "container_format": "bare" });
        let id = cloud.image("a", &body);
        assert_eq!(cloud.upload("a", &id, "noise").status, status);
        if status == 204 {
            let image = cloud.show("a", &id);
            assert_eq!((&image["status"], &image["virtual_size"]), (&json!("active"), &json!(null)));
        }
    }
}
