//! Why there was no answer, in one plain line with host and port.
//!
//! Knows the HTTP library's errors, which nest five deep and never say which of them matters.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use reqwest::Url;
use rustls::CertificateError as Certificate;

use super::retry::Setback;
use crate::error::{Error, Kind, shortage};

/// An attempt without an answer.
pub(super) struct Failure {
    /// What the user is told.
    pub(super) error: Error,
    /// Whether another attempt may help.
    pub(super) setback: Setback,
}

impl Failure {
    /// What no other attempt will change.
    pub(super) fn lasting(error: Error) -> Failure {
        Failure { error, setback: Setback::Final }
    }

    /// Nothing came in time; `taken` bytes were sent until then, where there were more to send.
    pub(super) fn silence(url: &Url, limit: Duration, taken: Option<u64>) -> Failure {
        let (host, limit) = (authority(url), limit.as_secs_f64());
        let message = match taken {
            Some(bytes) => format!("{host} took no more of the data for {limit} s, after {bytes} bytes"),
            None => format!("{host} said nothing for {limit} s"),
        };
        let error = Error::new(Kind::Unavailable, message).advice("try again, or wait longer with --timeout");
        Failure { error, setback: Setback::Silent }
    }

    /// What the HTTP library says.
    pub(super) fn of(failure: &reqwest::Error, url: &Url, connect_timeout: Duration) -> Failure {
        let host = authority(url);
        if let Some(tls) = find::<rustls::Error>(failure) {
            return Failure::lasting(tls_error(tls, &host));
        }
        let unavailable =
            |message: String, advice: &str| Error::new(Kind::Unavailable, message).advice(advice);
        if !failure.is_connect() {
            return from_sending(failure, url);
        }
        let io = find::<io::Error>(failure).map(io::Error::kind);
        let error = if let Some(advice) = shortage(failure) {
            unavailable(format!("no connection to {host}: {}", innermost(failure)), advice)
        } else if failure.is_dns() {
            let name = url.host_str().unwrap_or_default();
            unavailable(
                format!("there is no host named {name}"),
                "check the URL's spelling, the network, and the VPN",
            )
        } else if failure.is_timeout() {
            let seconds = connect_timeout.as_secs_f64();
            unavailable(
                format!("no connection to {host} within {seconds} s"),
                "check the URL, the network, and the VPN",
            )
        } else if io == Some(io::ErrorKind::ConnectionRefused) {
            unavailable(
                format!("{host} refuses connections"),
                "check the URL's port, whether the service runs, and the proxy if there is one",
            )
        } else {
            let reason = innermost(failure);
            unavailable(
                format!("no connection to {host}: {reason}"),
                "check the URL, the network, and the proxy",
            )
        };
        Failure { error, setback: Setback::Unreached }
    }
}

/// Host and port, the way errors name a server.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The innermost reason, in its own words.
pub(super) fn innermost(error: &(dyn StdError + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// A connection was had, and then this.
fn from_sending(failure: &reqwest::Error, url: &Url) -> Failure {
    let host = authority(url);
    if failure.is_builder() {
        // The address came from a catalogue or a redirection.
        let scheme = url.scheme();
        let message = format!("{scheme}: addresses are not fetched, only http and https");
        let error = if matches!(scheme, "http" | "https") {
            Error::new(Kind::Invalid, innermost(failure))
        } else {
            Error::new(Kind::Protocol, message).advice(
                "the cloud names such an address in its catalogue, or redirects to it; set endpoint_override",
            )
        };
        return Failure::lasting(error);
    }
    let reason = innermost(failure);
    if reason.starts_with("invalid HTTP") {
        let error = Error::new(Kind::Protocol, format!("{host} does not speak HTTP"));
        return Failure::lasting(error.advice("check the URL's scheme (http or https) and port"));
    }
    let message = format!("{host} closed the connection before it answered: {reason}");
    let advice = match url.scheme() {
        "http" => "try again; if that port speaks TLS, use https://",
        _ => "try again",
    };
    Failure { error: Error::new(Kind::Unavailable, message).advice(advice), setback: Setback::Lost }
}

fn tls_error(failure: &rustls::Error, host: &str) -> Error {
    let ca = "name the authority's PEM file with cacert or --os-cacert (or trust anyone with --insecure)";
    let (message, advice) = match failure {
        rustls::Error::InvalidCertificate(reason) => match reason {
            Certificate::UnknownIssuer => {
                (format!("the certificate of {host} is from an unknown authority"), ca)
            }
            Certificate::Expired | Certificate::ExpiredContext { .. } => (
                format!("the certificate of {host} has expired"),
                "check this machine's clock, or ask the cloud's operators",
            ),
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => (
                format!("the certificate of {host} is for another name"),
                "use the name that the certificate has, or trust it anyway with --insecure",
            ),
            // rustls takes no certificate that may sign others for a server's own, not even one that is
            // trusted
            other if other.to_string().contains("CaUsedAsEndEntity") => (
                format!("the certificate of {host} is an authority's own"),
                "have the authority sign one for the service, or trust it anyway with --insecure",
            ),
            other => (format!("the certificate of {host} is not to be trusted: {other}"), ca),
        },
        rustls::Error::InvalidMessage(_) => {
            (format!("{host} does not speak TLS"), "use http:// in place of https://, or check the port")
        }
        other => (
            format!("no TLS connection to {host}: {other}"),
            "check cert and key, where the cloud asks for a client certificate",
        ),
    };
    Error::new(Kind::Unavailable, message).advice(advice)
}

/// The first error of that type in a chain, inside I/O errors too (whose `source` skips what they hold).
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        if let Some(held) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref)
            && let Some(found) = find(held)
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn tls_trouble_says_whose_certificate_and_what_to_do() {
        let table = [
            (
                rustls::Error::InvalidCertificate(Certificate::UnknownIssuer),
                "the certificate of cloud:443 is from an unknown authority",
                "cacert",
            ),
            (
                rustls::Error::InvalidCertificate(Certificate::Expired),
                "the certificate of cloud:443 has expired",
                "clock",
            ),
            (
                rustls::Error::InvalidCertificate(Certificate::NotValidForName),
                "the certificate of cloud:443 is for another name",
                "--insecure",
            ),
            (
                rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType),
                "cloud:443 does not speak TLS",
                "http://",
            ),
        ];
        for (failure, message, advice) in table {
            let error = tls_error(&failure, "cloud:443");
            assert_eq!(error.message(), message);
            assert!(error.advice_text().unwrap().contains(advice), "{error:?}");
        }
    }

    #[test]
    fn finds_an_error_that_an_io_error_holds() {
        let held = rustls::Error::InvalidCertificate(Certificate::UnknownIssuer);
        let outer = io::Error::other(io::Error::other(held));
        assert!(find::<rustls::Error>(&outer).is_some());
    }

    #[test]
    fn names_the_port_even_where_the_url_does_not() {
        let table = [
            ("https://cloud/v3", "cloud:443"),
            ("http://cloud:5000/", "cloud:5000"),
            ("http://[::1]/", "[::1]:80"),
        ];
        for (url, host) in table {
            assert_eq!(authority(&Url::parse(url).unwrap()), host);
        }
    }
}
