//! What a listing has been given: a server that gives the same page again would be listed for ever.
//!
//! Knows nothing of requests. Memory: a few bytes for each page.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::error::{Error, Kind, Result};

/// The most empty pages in a row: policy may hide every image of some pages, but not of a hundred.
const MOST_EMPTY: u32 = 100;

/// The most images in a row that do not fit the filters: a database that ignores case finds a few, but not so
/// many.
const MOST_STRANGE: usize = 10_000;

/// The pages of a listing so far.
#[derive(Default)]
pub(in crate::glance) struct Pages {
    /// A hash of what each held.
    known: HashSet<u64>,
    /// How many of the last ones were empty.
    empty: u32,
    /// How many images came since the last one that fits the filters.
    strange: usize,
}

impl Pages {
    /// Notes the page that followed `marker`, by its IDs. Errors: `protocol` (it came before, or too many
    /// were empty).
    ///
    /// A page of one ID, or of none, may come again by right, but not after the same marker.
    pub(in crate::glance) fn note<'a>(
        &mut self,
        ids: impl ExactSizeIterator<Item = &'a str>,
        marker: Option<&str>,
    ) -> Result<()> {
        self.empty = if ids.len() == 0 { self.empty + 1 } else { 0 };
        if self.empty > MOST_EMPTY {
            return Err(empty_pages_error());
        }
        let mut hash = DefaultHasher::new();
        if ids.len() < 2 {
            marker.hash(&mut hash);
        }
        ids.for_each(|id| id.hash(&mut hash));
        if self.known.insert(hash.finish()) {
            return Ok(());
        }
        Err(repeated_page_error(marker))
    }

    /// Notes how many images of a page there were, and how many of them fit the filters.
    ///
    /// Errors: `protocol` (too many in a row do not fit, so the cloud ignores the filters: the listing might
    /// never end).
    pub(in crate::glance) fn note_fit(&mut self, count: usize, fitting: usize) -> Result<()> {
        self.strange = if fitting > 0 { 0 } else { self.strange.saturating_add(count) };
        if self.strange > MOST_STRANGE { Err(unfiltered_error()) } else { Ok(()) }
    }

    /// Forgets them: the listing begins anew from an earlier place.
    pub(in crate::glance) fn forget(&mut self) {
        *self = Pages::default();
    }
}

/// The error of pages that hold nothing and always name a next one.
fn empty_pages_error() -> Error {
    let message = format!("the cloud lists {MOST_EMPTY} empty pages in a row and names yet another");
    Error::new(Kind::Protocol, message).advice("ask for larger pages: page_size = 1000")
}

/// The error of pages whose images all do not fit.
fn unfiltered_error() -> Error {
    let message =
        format!("the cloud lists more than {MOST_STRANGE} images in a row that do not fit the filters");
    Error::new(Kind::Protocol, message)
        .advice("list without filters, with a limit, and see what the cloud returns")
}

/// The error of a page that leads back to where the listing was.
pub(in crate::glance) fn repeated_page_error(marker: Option<&str>) -> Error {
    let marker = marker.map_or_else(String::new, |marker| format!(" after {}", marker.escape_debug()));
    let message = format!("the cloud lists the same page again{marker}: the listing would never end");
    Error::new(Kind::Protocol, message)
        .advice("leave the sort order out, or list without changing what it sorts by")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use wiremock::matchers::path;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::ImageQuery;
    use crate::glance::testing::{asked, glance, image};

    #[test]
    fn a_page_that_comes_again_is_an_error_and_a_single_image_may_move() {
        let mut pages = Pages::default();
        let note = |pages: &mut Pages, ids: &[&str], marker| pages.note(ids.iter().copied(), marker);
        note(&mut pages, &["a", "b"], None).unwrap();
        note(&mut pages, &["c"], Some("b")).unwrap();
        note(&mut pages, &["c"], Some("d")).unwrap();
        note(&mut pages, &[], Some("c")).unwrap();
        for (ids, marker) in [(&["a", "b"][..], Some("e")), (&["c"], Some("b")), (&[], Some("c"))] {
            assert_eq!(note(&mut pages, ids, marker).unwrap_err().kind(), Kind::Protocol, "{ids:?}");
        }
        pages.forget();
        note(&mut pages, &["a", "b"], None).unwrap();
    }

    #[test]
    fn empty_pages_end_the_listing_after_a_hundred_in_a_row() {
        let mut pages = Pages::default();
        let mut note = |ids: &[&str], marker: u32| pages.note(ids.iter().copied(), Some(&marker.to_string()));
        for marker in 0..MOST_EMPTY {
            note(&[], marker).unwrap();
        }
        note(&["a"], 1000).unwrap();
        for marker in 2000..2000 + MOST_EMPTY {
            note(&[], marker).unwrap();
        }
        assert_eq!(note(&[], 3000).unwrap_err().kind(), Kind::Protocol);
    }

    #[tokio::test]
    async fn a_look_up_ends_though_the_cloud_ignores_its_filters_and_never_ends() {
        let server = MockServer::start().await;
        let endless = |request: &wiremock::Request| {
            let marker = request.url.query_pairs().find(|(key, _)| key == "marker");
            let from = marker.map_or(0, |(_, value)| value.parse::<u32>().unwrap() + 1);
            let images: Vec<_> = (from..from + 1000).map(|id| image(&id.to_string())).collect();
            ResponseTemplate::new(200)
                .set_body_json(json!({"images": images, "next": format!("/v2/images?marker={}", from + 999)}))
        };
        Mock::given(path("/v2/images")).respond_with(endless).mount(&server).await;
        let query = ImageQuery { limit: Some(2), ..ImageQuery::default() }.filter("name", "nobody has it");
        let error = glance(&server).images(query).collect().await.unwrap_err();
        assert!(error.message().contains("do not fit the filters"), "{error}");
        assert_eq!(asked(&server).await.len(), MOST_STRANGE / 1000 + 1);
    }

    #[tokio::test]
    async fn pages_that_lead_back_end_the_listing_with_an_error() {
        // The IDs of one page after the other, and the marker of the next page that each names.
        let table: [&[(&str, &str)]; 4] = [
            &[("", "")],
            &[("a", "a"), ("", "a")],
            &[("", "a"), ("", "b"), ("", "a"), ("", "b")],
            &[("a b", "b"), ("c d", "d"), ("a b", "b")],
        ];
        for pages in table {
            let server = MockServer::start().await;
            for (ids, next) in pages {
                let images: Vec<_> = ids.split_whitespace().map(image).collect();
                let next = if next.is_empty() { "/v2/images" } else { &format!("/v2/images?marker={next}") };
                let page = ResponseTemplate::new(200).set_body_json(json!({"images": images, "next": next}));
                let answer = Mock::given(path("/v2/images")).respond_with(page);
                answer.up_to_n_times(1).mount(&server).await;
            }
            let query = ImageQuery { page_size: Some(2), ..ImageQuery::default() };
            let error = glance(&server).images(query).collect().await.unwrap_err();
            assert_eq!(error.kind(), Kind::Protocol, "{pages:?}: {error}");
            assert!(error.message().contains("would never end"), "{error}");
            assert_eq!(asked(&server).await.len(), pages.len(), "{pages:?}");
        }
    }
}
