//! A web server with one file, for what the sandbox fetches.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

/// Serves a file under `/file` on a port of its own until the test ends, and gives the URL of the server.
pub(crate) fn serve(file: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let file = file.to_owned();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or(0);
            let is_there = request[..length].starts_with(b"GET /file ");
            let (status, body) = if is_there { ("200 OK", file.as_str()) } else { ("404 Not Found", "no") };
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    url
}
