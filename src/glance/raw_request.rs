//! A request that a script writes itself: checked before anything is sent, and judged by its effect.

use percent_encoding::percent_decode_str;

use super::Glance;
use super::effect::{self, Subject};
use super::unfinished::in_flight::Addition;
use crate::error::{Error, Kind, Result, beginning};
use crate::http::{Body, Bytes, Effect, Method, Response, header, reserved_header};

/// Methods that a script may use.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// How often a path is decoded in search of what another server may read in it.
const DECODINGS: usize = 4;

/// The header by which tags of a namespace are added, not replaced.
const APPEND: &str = "x-openstack-append";

/// A request that a script writes itself.
pub struct RawRequest {
    method: Method,
    service: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Body,
}

impl RawRequest {
    /// A request to a path of a service, with its query, percent-encoded.
    ///
    /// Errors: `usage` (no such method; a path that another server may read as another path).
    pub fn new(method: &str, service: &str, path: &str) -> Result<RawRequest> {
        let upper = method.to_ascii_uppercase();
        let method = match Method::from_bytes(upper.as_bytes()) {
            Ok(known) if METHODS.contains(&upper.as_str()) => known,
            _ => {
                let method: String = beginning(method).escape_debug().collect();
                return Err(usage(&format!("'{method}' is not an HTTP method"))
                    .advice(format!("it takes {}", METHODS.join(", "))));
            }
        };
        check_path(path)?;
        let (service, path) = (service.to_owned(), path.to_owned());
        Ok(RawRequest { method, service, path, headers: Vec::new(), body: Body::Empty })
    }

    /// Adds a header. Errors: `usage` (a reserved header, one that is there already, or no valid header).
    pub fn header(&mut self, name: &str, value: &str) -> Result<()> {
        let shown: String = beginning(name).escape_debug().collect();
        if let Some(why) = reserved_header(name) {
            return Err(usage(&format!("header {shown} cannot be set: {why}")));
        }
        if name.contains('_') {
            return Err(usage(&format!("header {shown} cannot be set: servers read _ as -"))
                .advice(format!("write {}", shown.replace('_', "-"))));
        }
        if header::HeaderName::try_from(name).is_err() {
            return Err(usage(&format!("'{shown}' is not the name of a header")));
        }
        if header::HeaderValue::try_from(value).is_err() {
            return Err(usage(&format!(
                "the value of header {shown} has characters that no header can carry"
            )));
        }
        if self.headers.iter().any(|(there, _)| there.eq_ignore_ascii_case(name)) {
            return Err(usage(&format!("header {shown} is given twice")));
        }
        self.headers.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Sets the body. Errors: `usage` (a GET or HEAD has none; no valid media type).
    pub fn body(&mut self, bytes: impl Into<Bytes>, media_type: &str) -> Result<()> {
        if matches!(self.method, Method::GET | Method::HEAD) {
            return Err(
                usage(&format!("{} has no body", self.method)).advice("write filters into the path: ?name=x")
            );
        }
        if header::HeaderValue::try_from(media_type).is_err() {
            let shown: String = beginning(media_type).escape_debug().collect();
            return Err(usage(&format!("'{shown}' is not a media type")));
        }
        self.body = Body::Bytes(bytes.into(), media_type.to_owned());
        Ok(())
    }

    /// The effect that it will have.
    pub fn effect(&self) -> Effect {
        let (route, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let route = percent_decode_str(route).decode_utf8_lossy();
        let path: Vec<_> = route.trim_start_matches('/').trim_end_matches('/').split('/').collect();
        let body: &[u8] = if let Body::Bytes(bytes, _) = &self.body { bytes } else { &[] };
        let appends = self.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case(APPEND)
                && ["1", "t", "true", "on", "y", "yes"].contains(&value.trim().to_lowercase().as_str())
        });
        let (service, method) = (self.service.as_str(), self.method.as_str());
        effect::of(&Subject { service, method, path: &path, query, body, appends })
    }
}

impl Glance {
    /// Sends a request that a script wrote itself, with its effect.
    ///
    /// Errors: `forbidden` (the effect is not allowed), `config` (no such service), those of sending, and
    /// what a status from 400 on means.
    pub async fn send_raw(&self, raw: RawRequest) -> Result<Response> {
        let effect = raw.effect();
        let request = self.session.request(raw.method, &raw.service, &raw.path).await?;
        let request = raw.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let request = request.body(raw.body).effect(effect);
        if request.method.is_safe() {
            return self.send(request).await;
        }
        let addition = Addition::of_request(&request.op);
        self.creating(addition, request, async |request| self.send(request).await).await
    }
}

/// Errors: `usage`, for a path that could lead to another place than it says.
fn check_path(path: &str) -> Result<()> {
    let shown: String = beginning(path).escape_debug().collect();
    let refuse = |why: &str| Err(usage(&format!("the path \"{shown}\" {why}")));
    if !path.starts_with('/') {
        return refuse("does not begin with /");
    }
    if path.contains(|c: char| c.is_control() || matches!(c, '\\' | '#')) {
        return refuse("has a \\, a # or a control character in it");
    }
    let route = path.split('?').next().unwrap_or_default();
    let slashes = route.matches('/').count();
    let mut route = route.to_owned();
    for _ in 0..DECODINGS {
        let mut segments =
            route.split('/').skip(1).map(|segment| segment.split(';').next().unwrap_or_default());
        if segments.any(|segment| matches!(segment, "." | "..")) {
            return refuse("has a . or .. in it");
        }
        if route.trim_end_matches('/').contains("//") || route.ends_with("//") {
            return refuse("has an empty part in it");
        }
        let Ok(decoded) = percent_decode_str(&route).decode_utf8() else {
            return refuse("is not percent-encoded UTF-8");
        };
        if decoded == route {
            return Ok(());
        }
        if decoded.matches('/').count() != slashes || decoded.contains(|c: char| c.is_control() || c == '\\')
        {
            return refuse("has an encoded /, \\ or control character in it");
        }
        route = decoded.into_owned();
    }
    refuse("is percent-encoded too often")
}

fn usage(message: &str) -> Error {
    Error::new(Kind::Usage, format!("cloud:request: {message}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refusal(path: &str) -> Option<String> {
        RawRequest::new("GET", "image", path).err().map(|error| error.message().to_owned())
    }

    #[test]
    fn a_path_that_could_lead_elsewhere_is_refused() {
        for path in [
            "",
            "v2/images",
            "http://evil/v2",
            "//evil/v2",
            "/v2//images",
            "/v2/images//",
            "/v2/../v3",
            "/v2/./images",
            "/v2/%2e%2e/v3",
            "/v2/%2E/x",
            "/v2/.%2e/v3",
            "/v2/%252e%252e/v3",
            "/v2/images/a%2ftags%2fb",
            "/v2/images/a%2Ftags",
            "/v2/images/a%252fb",
            "/v2/images/a%5cb",
            "/v2\\images",
            "/v2/images#x",
            "/v2/images\r\nHost: evil",
            "/v2/images\t",
            "/v2/images/%0d%0a",
            "/v2/images/%00",
            "/v2/..;/v3",
            "/v2/images/%ff",
            "/v2/images?name=a\nb",
            "/v2/images/\u{7f}",
        ] {
            assert!(refusal(path).is_some(), "{path:?}");
        }
    }

    #[test]
    fn an_ordinary_path_is_taken() {
        for path in [
            "/",
            "/v2/images",
            "/v2/images/",
            "/v2/images?name=in%3Aa%2Cb&x=%2F..%2f",
            "/v2/images/1bea/tags/a%20b",
            "/v2/metadefs/namespaces/OS%3A%3AFoo",
            "/v2/images/1/tags/what%3F",
            "/v2/images/1/tags/50%25",
            "/v2/images/1/tags/%C3%A9",
            "/v2/images/é",
            "/v2/images/...",
            "/v2/images?next=/v2/../x",
        ] {
            assert_eq!(refusal(path), None, "{path:?}");
        }
    }

    #[test]
    fn headers_and_bodies_that_no_request_may_have_are_refused() {
        let mut request = RawRequest::new("post", "image", "/v2/images").unwrap();
        for (name, value) in [
            ("Content-Length", "400"),
            ("content_length", "400"),
            ("X_Anything", "1"),
            ("a b", "1"),
            ("", "1"),
            ("X-A\r\nHost", "1"),
            ("X-A", "1\r\nHost: evil"),
            (" Host", "evil"),
        ] {
            assert_eq!(request.header(name, value).unwrap_err().kind(), Kind::Usage, "{name:?}");
        }
        request.header("X-A", "1").unwrap();
        assert!(request.header("x-a", "2").is_err());
        assert!(request.body("x", "text/plain\r\nHost: evil").is_err());
        request.body("x", "text/plain").unwrap();
        let mut request = RawRequest::new("HEAD", "image", "/").unwrap();
        assert!(request.body("x", "text/plain").is_err());
        assert!(RawRequest::new("TRACE", "image", "/").is_err());
    }

    #[test]
    fn tags_of_a_namespace_are_deleted_unless_the_header_says_append() {
        let effect = |append: Option<&str>| {
            let mut request = RawRequest::new("POST", "image", "/v2/metadefs/namespaces/a/tags/").unwrap();
            if let Some(append) = append {
                request.header("X-OpenStack-Append", append).unwrap();
            }
            request.effect()
        };
        assert_eq!(effect(None), Effect::Delete);
        assert_eq!(effect(Some("false")), Effect::Delete);
        assert_eq!(effect(Some(" True ")), Effect::Write);
    }
}
