//! Paths that lead to another place than they seem to.
//!
//! A proxy may decode a path before it resolves `..`, so what matters is what a path says after decoding,
//! however often.

use percent_encoding::percent_decode_str;

/// How often a path is decoded in search of what a server may read in it.
const DECODINGS: usize = 4;

/// Whether a server may read a step up in a path (without its query): `..`, also encoded or behind an encoded
/// slash.
pub fn climbs(route: &str) -> bool {
    // What has neither dots nor an escape cannot.
    if !route.contains("..") && !route.contains('%') {
        return false;
    }
    let mut route = route.to_owned();
    for _ in 0..DECODINGS {
        let mut segments = route.split(['/', '\\']).filter_map(|segment| segment.split(';').next());
        if segments.any(|segment| segment.trim() == "..") {
            return true;
        }
        let decoded = percent_decode_str(&route).decode_utf8_lossy().into_owned();
        if decoded == route {
            return false;
        }
        route = decoded;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_up_is_seen_in_every_spelling() {
        for route in [
            "/v2/../v3",
            "/v2/images/..%2F..%2Fv3%2Fusers",
            "/v2/images/1/tags/..%2f..%2f2",
            "/v2/%2e%2E/v3",
            "/v2/%252e%252e/v3",
            "/v2/a%5c..%5cb",
            "/v2/..;x/v3",
            "/v2/images/%2525252525252e",
        ] {
            assert!(climbs(route), "{route}");
        }
    }

    #[test]
    fn dots_and_slashes_in_a_name_are_no_step_up() {
        for route in [
            "/v2/images",
            "/v2/images/...",
            "/a..b",
            "/tags/c%2B%2B%2Fd%3Fe%23f%25",
            "/tags/50%25",
            "/tags/1.0",
        ] {
            assert!(!climbs(route), "{route}");
        }
    }
}
