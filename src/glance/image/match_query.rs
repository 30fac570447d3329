//! Compares listed images with the query once more, letter by letter.
//!
//! Glance leaves the comparison of names to its database, and `MySQL`'s usual collations ignore case, accents
//! and blanks at the end: a search for `pfsense` also returns `Pfsense`. Such an image is another one, so the
//! listing drops it. Sends nothing. Source: glance/db/sqlalchemy/api.py, `_make_conditions_from_filters`;
//! glance/common/utils.py, `split_filter_op` and `split_filter_value_for_quotes`; openstack/resource.py,
//! `_client_filter`.

use super::super::Image;
use super::query::{ImageQuery, OPERATORS};

/// The filters of one query that compare free text.
#[derive(Debug, Default)]
pub(in crate::glance) struct ExactFilters {
    /// The names that fit; `None` where the query names none.
    names: Option<Vec<String>>,
    owner: Option<String>,
    tags: Vec<String>,
    /// Custom properties and their values.
    properties: Vec<(String, String)>,
}

impl ExactFilters {
    /// Collects the filters of a query. Of a repeated key Glance uses the last value, except for tags.
    pub(in crate::glance) fn of(query: &ImageQuery) -> ExactFilters {
        let mut filters = ExactFilters::default();
        for (key, value) in &query.filters {
            match key.as_str() {
                "name" => filters.names = Some(names(value)),
                "owner" => filters.owner = Some(value.clone()),
                "tag" => filters.tags.push(value.clone()),
                key if ImageQuery::is_property(key) => {
                    filters.properties.retain(|(known, _)| known != key);
                    filters.properties.push((key.to_owned(), value.clone()));
                }
                _ => {}
            }
        }
        filters
    }

    /// Whether the image is one that the query means.
    pub(in crate::glance) fn fit(&self, image: &Image) -> bool {
        let is = |text: Option<&str>, wanted: &str| text == Some(wanted);
        self.names.as_ref().is_none_or(|names| names.iter().any(|name| is(image.name.as_deref(), name)))
            && self.owner.as_ref().is_none_or(|owner| is(image.owner.as_deref(), owner))
            && self.tags.iter().all(|tag| image.tags.iter().any(|there| **there == **tag))
            && self.properties.iter().all(|(name, value)| has_property(image, name, value))
    }
}

/// Whether the image has the property with that value, as far as it shows.
///
/// A property that the caller may not read is not in the answer, though Glance finds images by it: such an
/// image fits, unless it shows a property whose name differs in case only, which is the one that the database
/// found.
fn has_property(image: &Image, name: &str, value: &str) -> bool {
    match image.properties.get(name) {
        Some(there) => **there == *value,
        None => !image.properties.keys().any(|key| key.trim_end().to_lowercase() == name.to_lowercase()),
    }
}

/// The names that a filter by name asks for: one, or the list after `in:`.
fn names(filter: &str) -> Vec<String> {
    match filter.split_once(':') {
        Some(("in", list)) => split(list),
        Some((operator, name)) if OPERATORS.contains(&operator) => vec![name.to_owned()],
        _ => vec![filter.to_owned()],
    }
}

/// Splits a list at its commas, except at those within quotation marks.
fn split(list: &str) -> Vec<String> {
    let (mut items, mut item, mut is_quoted) = (Vec::new(), String::new(), false);
    for letter in list.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => items.push(std::mem::take(&mut item)),
            letter => item.push(letter),
        }
    }
    items.push(item);
    items
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn image() -> Image {
        let text = json!({
            "id": "1", "name": "pfsense", "owner": "81a6", "tags": ["Ubuntu", "x86"], "os_distro": "BSD",
        });
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn only_an_equal_text_fits_whatever_the_database_ignores() {
        let cases = [
            ("name", "pfsense", true),
            ("name", "eq:pfsense", true),
            ("name", "in:x,pfsense", true),
            ("name", "in:\"a,b\",\"pfsense\"", true),
            ("name", "in:a,b", false),
            ("name", "in:Pfsense", false),
            ("name", "Pfsense", false),
            ("name", "pfsense ", false),
            ("name", "pfsénse", false),
            ("name", "x:pfsense", false),
            ("owner", "81a6", true),
            ("owner", "81A6", false),
            ("tag", "Ubuntu", true),
            ("tag", "ubuntu", false),
            ("os_distro", "BSD", true),
            ("os_distro", "bsd", false),
            ("OS_DISTRO", "BSD", false),
            ("a_property_that_only_others_may_read", "x", true),
            ("status", "active", true),
            ("size_min", "1", true),
            ("member_status", "all", true),
        ];
        for (key, value, fits) in cases {
            let filters = ExactFilters::of(&ImageQuery::default().filter(key, value));
            assert_eq!(filters.fit(&image()), fits, "{key}={value}");
        }
    }

    #[test]
    fn every_tag_must_fit_and_of_other_keys_the_last_value_counts() {
        let query = |pairs: &[(&str, &str)]| {
            pairs.iter().fold(ImageQuery::default(), |query, (key, value)| query.filter(*key, *value))
        };
        for (pairs, fits) in [
            (&[("tag", "Ubuntu"), ("tag", "x86")][..], true),
            (&[("tag", "Ubuntu"), ("tag", "X86")], false),
            (&[("name", "other"), ("name", "pfsense")], true),
            (&[("os_distro", "other"), ("os_distro", "BSD")], true),
        ] {
            assert_eq!(ExactFilters::of(&query(pairs)).fit(&image()), fits, "{pairs:?}");
        }
    }

    #[test]
    fn an_image_without_a_name_fits_no_name() {
        let nameless: Image = serde_json::from_value(json!({"id": "1", "name": null})).unwrap();
        let filters = ExactFilters::of(&ImageQuery::default().filter("name", ""));
        assert!(!filters.fit(&nameless));
    }
}
