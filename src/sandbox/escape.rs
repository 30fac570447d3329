//! Percent-encoding as a WSGI server undoes it: all at once, before a service sees the path. Knows no
//! service.

use std::fmt::Write as _;

/// What may stand in a path as it is, beside letters and digits.
const PLAIN: &[u8] = b"-._~!$&'()*+,;=:@/";

/// The bytes that a text stands for. A `%` without two digits after it is itself.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    let digit = |place: usize| char::from(*text.as_bytes().get(place)?).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes().enumerate();
    while let Some((place, byte)) = rest.next() {
        let escaped = if byte == b'%' { digit(place + 1).zip(digit(place + 2)) } else { None };
        let escaped = escaped.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        if escaped.is_some() {
            rest.nth(1);
        }
        bytes.push(escaped.unwrap_or(byte));
    }
    bytes
}

/// A path with as little escaped as can be, so that an escaped slash separates and an escaped letter is that
/// letter.
pub(crate) fn path(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len()), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || PLAIN.contains(byte) {
            path.push(char::from(*byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
        path
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_unescaped_as_far_as_it_stays_the_same_path() {
        for (sent, seen) in [
            ("/v2/images", "/v2/images"),
            ("/v2%2fimages%2F1", "/v2/images/1"),
            ("/v2/%69mages", "/v2/images"),
            ("/a%3Fb%23c%25d%20e", "/a%3Fb%23c%25d%20e"),
            ("/%", "/%25"),
            ("/%zz%4", "/%25zz%254"),
            ("/%c3%bc%FF", "/%C3%BC%FF"),
        ] {
            assert_eq!(path(&bytes(sent)), seen, "{sent}");
        }
    }
}
