//! Filters and order of a listing, and the query string of each of its pages.
//!
//! Sends nothing. Source: glance/api/v2/images.py, `RequestDeserializer.index`; glance/db/sqlalchemy/api.py,
//! `_make_conditions_from_filters`; glance/common/utils.py, `split_filter_op`.

use url::form_urlencoded::Serializer;

use super::super::Image;
use crate::error::{Error, Kind, Result};

/// Filters and paging of a listing.
///
/// A filter is a key and a value as Glance has them; `tag` may stand more than once, and any key that Glance
/// does not know is a custom property.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageQuery {
    /// Server-side filters, in order, unencoded.
    pub filters: Vec<(String, String)>,
    /// `name:asc,size:desc`; newest first unless said otherwise.
    pub sort: Option<String>,
    /// How many images at most in all; `None` is all.
    pub limit: Option<u64>,
    /// How many a page (1 to 1000); `None` is 1000, the most that Glance gives, for the fewest requests.
    pub page_size: Option<u32>,
}

/// The most images that Glance gives in a page (`api_limit_max`); it cuts a higher number down without a
/// word.
pub(in crate::glance) const LARGEST_PAGE: u32 = 1000;

/// The keys whose value Glance splits at the first colon into an operator and an operand.
const OPERATOR_KEYS: [&str; 5] = ["id", "name", "status", "container_format", "disk_format"];

/// The operators those keys know. (Times know others, and always have colons: they are left alone.)
pub(in crate::glance) const OPERATORS: [&str; 2] = ["eq", "in"];

/// Keys of a listing's query that name neither a field of an image nor a custom property.
const RESERVED: [&str; 9] =
    ["limit", "marker", "sort", "sort_key", "sort_dir", "tag", "member_status", "deleted", "changes-since"];

impl ImageQuery {
    /// Whether a filter by that key compares a custom property; Glance uses all other keys itself.
    pub fn is_property(key: &str) -> bool {
        let is_reserved = RESERVED.contains(&key) || key.ends_with("_min") || key.ends_with("_max");
        !is_reserved && !Image::is_schema_field(key)
    }

    /// The bytes that it takes on the heap.
    pub fn memory(&self) -> usize {
        let filters =
            self.filters.iter().map(|(key, value)| key.len() + value.len() + 2 * size_of::<String>() + 32);
        self.sort.as_ref().map_or(0, String::len) + filters.sum::<usize>()
    }

    /// Adds a filter as Glance takes it: `in:a,b` is a list, `gte:2026-01-01T00:00:00Z` a range.
    pub fn filter(mut self, key: impl Into<String>, value: impl Into<String>) -> ImageQuery {
        self.filters.push((key.into(), value.into()));
        self
    }

    /// Adds a filter for exactly that value, whatever it looks like.
    pub fn equal(self, key: &str, value: &str) -> ImageQuery {
        if OPERATOR_KEYS.contains(&key) && value.contains(':') {
            self.filter(key, format!("eq:{value}"))
        } else {
            self.filter(key, value)
        }
    }

    /// Adds a filter for any of these values, for one of the keys that take a list. No value fits no image.
    ///
    /// Errors: `usage` (a key that takes no list; a quotation mark, for which Glance has no way to be
    /// written).
    pub fn any_of(self, key: &str, values: &[String]) -> Result<ImageQuery> {
        if !OPERATOR_KEYS.contains(&key) {
            let error =
                Error::new(Kind::Usage, format!("images cannot be filtered by several values of '{key}'"));
            return Err(error.advice(format!("a list may be given for {}", OPERATOR_KEYS.join(", "))));
        }
        if let Some(value) = values.iter().find(|value| value.contains('"')) {
            let error =
                Error::new(Kind::Usage, format!("{value} cannot stand in a list, for its quotation mark"));
            return Err(error.advice(format!("ask for that {key} by itself")));
        }
        let quoted = values
            .iter()
            .map(|value| if value.contains(',') { format!("\"{value}\"") } else { value.clone() });
        let list = quoted.collect::<Vec<_>>().join(",");
        Ok(self.filter(key, format!("in:{list}")))
    }

    /// Adds a filter for one image, by what a person calls it: its ID, else its name.
    pub fn image(self, reference: &str) -> ImageQuery {
        self.equal(if looks_like_id(reference) { "id" } else { "name" }, reference)
    }

    /// Whether the query is for members of that status, as far as it says.
    pub(in crate::glance) fn wants_member(&self, status: &str) -> bool {
        let wanted = self.filters.iter().rev().find(|(key, _)| key == "member_status");
        wanted.is_none_or(|(_, wanted)| wanted == "all" || wanted == status)
    }

    /// How many images a page is to have.
    pub(in crate::glance) fn page_size(&self) -> u32 {
        let wanted = self.page_size.unwrap_or(LARGEST_PAGE).clamp(1, LARGEST_PAGE);
        self.limit.and_then(|limit| u32::try_from(limit).ok()).map_or(wanted, |limit| wanted.min(limit))
    }

    /// The query string of the page of `size` images that follows the image `marker`.
    ///
    /// Every page is asked for from the whole query. Glance's own `next` link keeps only the last of repeated
    /// keys, so it would lose tags.
    pub(in crate::glance) fn page(&self, size: u32, marker: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        for (key, value) in &self.filters {
            if OPERATOR_KEYS.contains(&key.as_str()) && has_unknown_operator(value) {
                query.append_pair(key, &format!("eq:{value}"));
            } else {
                query.append_pair(key, value);
            }
        }
        if let Some(sort) = &self.sort {
            query.append_pair("sort", sort);
        }
        query.append_pair("limit", &size.to_string());
        if let Some(marker) = marker {
            query.append_pair("marker", marker);
        }
        query.finish()
    }
}

/// Whether that is the form of an image ID: a UUID with its hyphens.
pub(super) fn looks_like_id(reference: &str) -> bool {
    reference.len() == 36 && uuid::Uuid::try_parse(reference).is_ok()
}

/// Whether Glance would take the text before the first colon for an operator that it does not have.
fn has_unknown_operator(value: &str) -> bool {
    value.split_once(':').is_some_and(|(operator, _)| !OPERATORS.contains(&operator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_repeats_the_whole_query_and_names_the_marker() {
        let query = ImageQuery { sort: Some("name:asc,size".into()), ..ImageQuery::default() }
            .filter("tag", "x86")
            .filter("tag", "64 bit")
            .filter("created_at", "gte:2026-01-01T00:00:00Z");
        assert_eq!(
            query.page(50, Some("1bea")),
            "tag=x86&tag=64+bit&created_at=gte%3A2026-01-01T00%3A00%3A00Z&sort=name%3Aasc%2Csize&limit=50&marker=1bea"
        );
    }

    #[test]
    fn a_colon_follows_an_operator_or_is_text() {
        let cases = [
            ("name", "plain", "name=plain&limit=1"),
            ("name", "a:b", "name=eq%3Aa%3Ab&limit=1"),
            ("name", "in:a,b", "name=in%3Aa%2Cb&limit=1"),
            ("name", "eq:a:b", "name=eq%3Aa%3Ab&limit=1"),
            ("os_distro", "a:b", "os_distro=a%3Ab&limit=1"),
        ];
        for (key, value, page) in cases {
            assert_eq!(ImageQuery::default().filter(key, value).page(1, None), page);
        }
    }

    #[test]
    fn equal_takes_every_value_by_the_letter() {
        let cases = [
            ("name", "plain", "name=plain&limit=1"),
            ("name", "in:a,b", "name=eq%3Ain%3Aa%2Cb&limit=1"),
            ("name", "eq:x", "name=eq%3Aeq%3Ax&limit=1"),
            ("os_distro", "in:x", "os_distro=in%3Ax&limit=1"),
        ];
        for (key, value, page) in cases {
            assert_eq!(ImageQuery::default().equal(key, value).page(1, None), page);
        }
    }

    #[test]
    fn a_list_is_quoted_only_where_a_comma_would_split_it() {
        let any_of = |key, values: &[&str]| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            ImageQuery::default().any_of(key, &values)
        };
        let cases = [
            ("status", vec!["active", "queued"], "in:active,queued"),
            ("name", vec!["plain", "with,comma", "in:x"], "in:plain,\"with,comma\",in:x"),
            ("id", vec!["1bea"], "in:1bea"),
            ("disk_format", vec![], "in:"),
        ];
        for (key, values, filter) in cases {
            let query = any_of(key, &values).ok();
            assert_eq!(query, Some(ImageQuery::default().filter(key, filter)), "{key}");
        }
        for (key, values) in [("owner", ["81a6"]), ("name", ["a\"b"])] {
            assert_eq!(any_of(key, &values).err().map(|error| error.kind()), Some(Kind::Usage), "{key}");
        }
    }

    #[test]
    fn a_page_is_no_larger_than_the_limit_or_than_glance_gives() {
        let cases = [
            (None, None, 1000),
            (Some(5), None, 5),
            (Some(5), Some(2), 2),
            (None, Some(0), 1),
            (None, Some(5000), 1000),
            (Some(u64::MAX), None, 1000),
        ];
        for (limit, page_size, size) in cases {
            assert_eq!(ImageQuery { limit, page_size, ..ImageQuery::default() }.page_size(), size);
        }
    }
}
