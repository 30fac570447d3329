//! A listing of namespaces, page by page, each once.
//!
//! Source: `glance/api/v2/metadef_namespaces.py`, `NamespaceController.index` and
//! `RequestDeserializer.index`; `glance/db/sqlalchemy/metadef_api/namespace.py`, `_get_all`.

use std::collections::HashSet;
use std::vec;

use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::super::Glance;
use super::{Definition, Namespace};
use crate::budget::{Held, Reserved};
use crate::error::{Error, Kind, Result};
use crate::glance::reliable::repeated_pages::Pages;
use crate::http::Method;

/// The most namespaces that Glance gives in a page (`api_limit_max`).
const LARGEST_PAGE: u64 = 1000;

/// Bytes that a name takes in a set, besides its text.
const NAME: usize = 80;

/// What a listing can be sorted by. Other columns may be empty, and Glance ends a listing where a page does
/// at one.
const SORT_KEYS: [&str; 2] = ["namespace", "created_at"];

/// Filters, order and paging of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamespaceQuery {
    /// `public` or `private`; both unless said otherwise.
    pub visibility: Option<String>,
    /// Those that are for at least one of these; empty is any.
    pub resource_types: Vec<String>,
    /// A key, or `key:asc`, `key:desc`; newest first unless said otherwise.
    pub sort: Option<String>,
    /// How many at most in all; `None` is all.
    pub limit: Option<u64>,
    /// How many a page (1 to 1000); `None` is 1000.
    pub page_size: Option<u64>,
}

impl NamespaceQuery {
    /// The query without its paging. Errors: `usage` (what cannot be sorted by).
    fn pairs(&self) -> Result<Vec<(&'static str, String)>> {
        let mut pairs = Vec::new();
        pairs.extend(self.visibility.clone().map(|visibility| ("visibility", visibility)));
        if !self.resource_types.is_empty() {
            pairs.push(("resource_types", self.resource_types.join(",")));
        }
        if let Some(sort) = &self.sort {
            let (key, direction) = sort.split_once(':').unwrap_or((sort, "asc"));
            if !SORT_KEYS.contains(&key) || !["asc", "desc"].contains(&direction) {
                let error = Error::new(Kind::Usage, format!("namespaces cannot be sorted by '{sort}'"));
                let advice = "sort by one of namespace:asc, namespace:desc, created_at:asc, created_at:desc";
                return Err(error.advice(advice));
            }
            pairs.extend([("sort_key", key.to_owned()), ("sort_dir", direction.to_owned())]);
        }
        Ok(pairs)
    }

    fn page_size(&self) -> u64 {
        let wanted = self.page_size.unwrap_or(LARGEST_PAGE);
        wanted.min(self.limit.unwrap_or(LARGEST_PAGE)).clamp(1, LARGEST_PAGE)
    }
}

impl Glance {
    /// Namespaces that fit and that this project may see, page by page (GET /v2/metadefs/namespaces); asks
    /// nothing yet.
    ///
    /// Errors: `usage` (what cannot be sorted by).
    pub fn namespaces(&self, query: &NamespaceQuery) -> Result<Namespaces> {
        Ok(Namespaces {
            glance: self.clone(),
            pairs: query.pairs()?,
            limit: query.limit,
            size: query.page_size(),
            page: Vec::new().into_iter(),
            seen: HashSet::new(),
            marker: None,
            gone: None,
            ended: false,
            pages: Pages::default(),
            memory: None,
            seen_memory: None,
        })
    }
}

/// A listing under way. No namespace comes twice, also when one changes its place between two pages.
pub struct Namespaces {
    glance: Glance,
    pairs: Vec<(&'static str, String)>,
    limit: Option<u64>,
    size: u64,
    page: vec::IntoIter<Definition<Namespace>>,
    seen: HashSet<String>,
    /// The namespace that the next page follows.
    marker: Option<String>,
    /// The last one that was gone when it was to be followed.
    gone: Option<String>,
    ended: bool,
    /// The pages so far.
    pages: Pages,
    /// That of the page, as long as namespaces of it are to come.
    memory: Option<Reserved>,
    /// That of the names in `seen`.
    seen_memory: Option<Reserved>,
}

/// What Glance answers to one page.
#[derive(serde::Deserialize)]
struct Page {
    namespaces: Vec<Definition<Namespace>>,
    next: Option<Value>,
}

impl Namespaces {
    /// The next namespace, fetching the next page when this one is used up; `None` at the end.
    ///
    /// After an error it may be called again, and asks for the same page. Errors: `invalid` (no such
    /// visibility), and the session's.
    pub async fn next(&mut self) -> Result<Option<Definition<Namespace>>> {
        while self.limit.is_none_or(|limit| (self.seen.len() as u64) < limit) {
            if let Some(namespace) = self.page.next() {
                if self.seen.insert(namespace.name().to_owned()) {
                    if let Some(memory) = &mut self.seen_memory {
                        memory.grow(namespace.name().len() + NAME)?;
                    }
                    return Ok(Some(namespace));
                }
            } else if self.ended {
                break;
            } else {
                self.fetch().await?;
            }
        }
        Ok(None)
    }

    /// Fetches one page, or begins anew when the namespace it was to follow is gone: what came already is
    /// left out.
    async fn fetch(&mut self) -> Result<()> {
        let request = self.glance.request(Method::GET, &self.path()).await?;
        self.memory = None;
        let page: Held<Page> = match self.glance.ask_held(request).await {
            Err(error) if error.kind() == Kind::NotFound && self.marker != self.gone => {
                self.gone = self.marker.take();
                self.pages.forget();
                return Ok(());
            }
            answer => answer?,
        };
        let (page, memory) = page.into_parts();
        self.seen_memory.get_or_insert_with(|| memory.budget().nothing());
        self.memory = Some(memory);
        if page.next.is_some() {
            self.pages.note(page.namespaces.iter().map(Definition::name), self.marker.as_deref())?;
        }
        let full = page.namespaces.len() as u64 >= self.size;
        match page.namespaces.last().map(Definition::name) {
            // Nothing can follow one that has an empty name: it must not be the last of a page.
            Some("") if self.size < LARGEST_PAGE => self.size += 1,
            Some(last) if self.marker.as_deref() != Some(last) => self.marker = Some(last.to_owned()),
            _ => self.ended = true,
        }
        self.ended |= !(full || page.next.is_some());
        self.page = page.namespaces.into_iter();
        Ok(())
    }

    fn path(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(&self.pairs).append_pair("limit", &self.size.to_string());
        if let Some(marker) = &self.marker {
            query.append_pair("marker", marker);
        }
        format!("/v2/metadefs/namespaces?{}", query.finish())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use wiremock::matchers::{method, query_param, query_param_is_missing};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{asked, glance};

    /// Answers once to the page that follows a marker.
    async fn answer(server: &MockServer, marker: Option<&str>, template: ResponseTemplate) {
        let mock = Mock::given(method("GET"));
        let mock = match marker {
            Some(marker) => mock.and(query_param("marker", marker)),
            None => mock.and(query_param_is_missing("marker")),
        };
        mock.respond_with(template).up_to_n_times(1).mount(server).await;
    }

    fn page(names: &[&str], next: Option<&str>) -> ResponseTemplate {
        let namespaces: Vec<Value> = names.iter().map(|name| json!({ "namespace": name })).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "namespaces": namespaces, "next": next }))
    }

    fn by_two() -> NamespaceQuery {
        NamespaceQuery { page_size: Some(2), ..NamespaceQuery::default() }
    }

    async fn names(namespaces: &mut Namespaces) -> Result<Vec<String>> {
        let mut names = Vec::new();
        while let Some(namespace) = namespaces.next().await? {
            names.push(namespace.name().to_owned());
        }
        Ok(names)
    }

    #[tokio::test]
    async fn every_page_is_asked_for_with_the_whole_query() {
        let server = MockServer::start().await;
        answer(&server, None, page(&["A::A", "b"], Some("/v2/metadefs/namespaces?marker=b"))).await;
        answer(&server, Some("b"), page(&["c"], None)).await;
        let query = NamespaceQuery {
            visibility: Some("public".into()),
            resource_types: vec!["OS::Nova::Flavor".into(), "x".into()],
            sort: Some("namespace:desc".into()),
            ..by_two()
        };
        let found = names(&mut glance(&server).namespaces(&query).unwrap()).await.unwrap();
        assert_eq!(found, ["A::A", "b", "c"]);
        let first = "GET /v2/metadefs/namespaces?visibility=public&resource_types=OS%3A%3ANova%3A%3AFlavor%2Cx\
                     &sort_key=namespace&sort_dir=desc&limit=2";
        assert_eq!(asked(&server).await, [first.to_owned(), format!("{first}&marker=b")]);
    }

    #[tokio::test]
    async fn begins_anew_when_the_last_one_is_deleted_meanwhile_but_not_for_ever() {
        let server = MockServer::start().await;
        let gone = || ResponseTemplate::new(404).set_body_string("namespace=b was not found.");
        answer(&server, None, page(&["a", "b"], Some("next"))).await;
        answer(&server, Some("b"), gone()).await;
        answer(&server, None, page(&["a", "c"], Some("next"))).await;
        answer(&server, Some("c"), page(&[], None)).await;
        let listing = || glance(&server).namespaces(&by_two()).unwrap();
        assert_eq!(names(&mut listing()).await.unwrap(), ["a", "b", "c"]);

        for _ in 0..2 {
            answer(&server, None, page(&["a", "b"], Some("next"))).await;
            answer(&server, Some("b"), gone()).await;
        }
        assert_eq!(names(&mut listing()).await.unwrap_err().kind(), Kind::NotFound);
    }

    #[tokio::test]
    async fn a_namespace_without_a_name_neither_ends_the_listing_nor_begins_it_anew() {
        let server = MockServer::start().await;
        answer(&server, None, page(&["a", ""], Some("/v2/metadefs/namespaces?marker="))).await;
        answer(&server, None, page(&["a", "", "b"], Some("next"))).await;
        answer(&server, Some("b"), page(&[], None)).await;
        let found = names(&mut glance(&server).namespaces(&by_two()).unwrap()).await.unwrap();
        assert_eq!(found, ["a", "", "b"]);
        assert!(asked(&server).await[1].ends_with("limit=3"));
    }

    #[tokio::test]
    async fn the_limit_counts_what_comes_and_a_smaller_one_makes_a_smaller_page() {
        let server = MockServer::start().await;
        answer(&server, None, page(&["a"], Some("next"))).await;
        let query = NamespaceQuery { limit: Some(1), ..NamespaceQuery::default() };
        assert_eq!(names(&mut glance(&server).namespaces(&query).unwrap()).await.unwrap(), ["a"]);
        assert_eq!(asked(&server).await, ["GET /v2/metadefs/namespaces?limit=1"]);
    }

    #[test]
    fn sorts_only_by_what_every_namespace_has() {
        for (sort, key, direction) in [
            ("namespace", "namespace", "asc"),
            ("namespace:desc", "namespace", "desc"),
            ("created_at:asc", "created_at", "asc"),
        ] {
            let query = NamespaceQuery { sort: Some(sort.into()), ..NamespaceQuery::default() };
            let expected = [("sort_key", key.to_owned()), ("sort_dir", direction.to_owned())];
            assert_eq!(query.pairs().unwrap(), expected);
        }
        for sort in ["", "id", "display_name:asc", "namespace:up", "namespace,created_at"] {
            let query = NamespaceQuery { sort: Some(sort.into()), ..NamespaceQuery::default() };
            assert_eq!(query.pairs().unwrap_err().kind(), Kind::Usage, "{sort}");
        }
    }
}
