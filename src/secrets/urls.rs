//! URLs as they may be shown: without user, password and signatures.

use url::Url;

use super::names::is_secret;

/// The host of a link that names none.
const ANYWHERE: &str = "http://anywhere";

/// A URL without its user, password and the values of secret parameters.
pub fn redact_url(url: &Url) -> String {
    let mut shown = url.clone();
    if !url.username().is_empty() || url.password().is_some() {
        // Both fail only for URLs that cannot have a user in the first place.
        let _ = shown.set_username("redacted");
        let _ = shown.set_password(None);
    }
    if url.query_pairs().any(|(name, _)| is_secret(&name)) {
        let pairs = url.query_pairs().map(|(name, value)| {
            let value = if is_secret(&name) { "redacted".into() } else { value };
            (name, value)
        });
        shown.query_pairs_mut().clear().extend_pairs(pairs);
    }
    shown.into()
}

/// A text as it may be shown: a URL (an image's location names its store's account and key) without secrets,
/// and an `Authorization` (`Bearer …`) not at all.
pub fn redact_text(text: &str) -> String {
    let lower = text.get(..7).map(str::to_ascii_lowercase).unwrap_or_default();
    if lower == "bearer " || lower.starts_with("basic ") {
        return super::REDACTED.to_owned();
    }
    if let Some(link) = redact_link(text) {
        return link;
    }
    match Url::parse(text) {
        Ok(parsed) if text.contains("://") => {
            let shown = redact_url(&parsed);
            if shown == parsed.as_str() { text.to_owned() } else { shown }
        }
        _ => text.to_owned(),
    }
}

/// A link such as `/v2/images?token=…` without secret parameters; `None` where it has none.
fn redact_link(text: &str) -> Option<String> {
    if !text.starts_with('/') || text.starts_with("//") || !text.contains('?') {
        return None;
    }
    let url = Url::parse(ANYWHERE).and_then(|base| base.join(text)).ok()?;
    let shown = redact_url(&url);
    (shown != url.as_str()).then(|| shown.trim_start_matches(ANYWHERE).to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn urls_lose_users_and_signatures_and_nothing_else() {
        let table = [
            ("https://u:p@cloud/v3?x=1", "https://redacted@cloud/v3?x=1"),
            (
                "https://swift/v1/c/o?temp_url_sig=ab12&temp_url_expires=5",
                "https://swift/v1/c/o?temp_url_sig=redacted&temp_url_expires=5",
            ),
            (
                "https://s3/o?X-Amz-Signature=ab&X-Amz-Date=1",
                "https://s3/o?X-Amz-Signature=redacted&X-Amz-Date=1",
            ),
            ("https://s3/o?api_key=ab&key=cd&name=x", "https://s3/o?api_key=redacted&key=redacted&name=x"),
            ("http://cloud/v2/images?name=in%3Aa%2Cb", "http://cloud/v2/images?name=in%3Aa%2Cb"),
            ("http://cloud/v2/images?sort_key=name", "http://cloud/v2/images?sort_key=name"),
        ];
        for (full, shown) in table {
            assert_eq!(redact_url(&Url::parse(full).unwrap()), shown);
        }
    }

    #[test]
    fn a_parameter_of_every_secret_name_is_hidden() {
        for name in crate::secrets::EXAMPLES {
            let url = Url::parse(&format!("https://host/x?{name}=abc&a=b")).unwrap();
            assert_eq!(redact_url(&url), format!("https://host/x?{name}=redacted&a=b"));
        }
    }

    #[test]
    fn texts_lose_authorisations_and_other_texts_stay() {
        let table = [
            ("Bearer abc", "(redacted)"),
            ("basic abc", "(redacted)"),
            ("basically", "basically"),
            ("a://b", "a://b"),
            ("/v2/images?token=abc&a=b", "/v2/images?token=redacted&a=b"),
            ("/v2/images?limit=2&name=a%2Cb", "/v2/images?limit=2&name=a%2Cb"),
            ("//b?token", "//b?token"),
            ("é", "é"),
        ];
        for (full, shown) in table {
            assert_eq!(redact_text(full), shown);
        }
    }
}
