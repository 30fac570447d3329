//! As much of an HTTP client as brings a file from a web server on this machine. Knows nothing of what it is
//! for.

use std::io;

use axum::body::Body;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_util::io::ReaderStream;
use url::{Host, Url};

use super::data::{Blob, Data};

/// The ports that nothing is fetched from.
const CLOSED_PORTS: [u16; 1] = [22];
/// More than any server's head.
const MOST_HEAD_BYTES: u64 = 64 * 1024;

/// The URL, if Glance would fetch it: from this machine alone, so that nothing that runs in a sandbox leaves
/// it.
pub(crate) fn allow_url(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    let is_here = matches!(url.host(), Some(Host::Ipv4(host)) if host.octets() == [127, 0, 0, 1]);
    let is_open = url.port().is_none_or(|port| !CLOSED_PORTS.contains(&port));
    (matches!(url.scheme(), "http" | "https") && is_here && is_open).then_some(url)
}

/// Brings what a URL names. Only 200 is an answer, and only all of it is enough.
pub(crate) async fn fetch(url: &Url, data: &Data) -> io::Result<Blob> {
    if url.scheme() != "http" {
        return Err(broken_error("only http:// is fetched"));
    }
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(80);
    let mut stream = TcpStream::connect((host, port)).await?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    // Of HTTP/1.0, so that no server answers in chunks.
    let request = format!("GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\nAccept-Encoding: identity\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;

    let mut reader = BufReader::new(stream);
    let length = head(&mut reader).await?;
    let limit = length.unwrap_or(u64::MAX);
    let body = Body::from_stream(ReaderStream::new(reader.take(limit)));
    let blob = data.receive(body).await.map_err(|_| broken_error("the answer was cut off"))?;
    if length.is_some_and(|length| length != blob.size) {
        return Err(broken_error("the answer was cut off"));
    }
    Ok(blob)
}

/// Reads as far as the body, and gives its length if that is told.
async fn head(reader: &mut BufReader<TcpStream>) -> io::Result<Option<u64>> {
    let mut reader = reader.take(MOST_HEAD_BYTES);
    let mut line = String::new();
    reader.read_line(&mut line).await?;
    if line.split(' ').nth(1) != Some("200") {
        return Err(broken_error("the answer is not 200"));
    }
    let mut length = None;
    loop {
        line.clear();
        if reader.read_line(&mut line).await? == 0 {
            return Err(broken_error("the head has no end"));
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok();
            }
            Some(_) => {}
            None => return Ok(length),
        }
    }
}

fn broken_error(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked() {
        let cases = [
            ("http://127.0.0.1:18080/tiny.raw", true),
            ("https://127.0.0.1/tiny.raw", true),
            ("http://127.0.0.1:22/", false),
            ("http://localhost:18080/tiny.raw", false),
            ("http://example.com/", false),
            ("http://169.254.169.254/", false),
            ("ftp://127.0.0.1/x", false),
            ("file:///etc/passwd", false),
            ("xx", false),
            ("", false),
        ];
        for (url, expected) in cases {
            assert_eq!(allow_url(url).is_some(), expected, "{url}");
        }
    }
}
