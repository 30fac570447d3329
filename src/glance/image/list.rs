//! Listings: images that fit a query, page by page, each once.
//!
//! Knows how pages hang together; what stands in a query is `query`'s. Source: glance/api/v2/images.py,
//! `ImagesController.index`.
//!
//! Long because every way in which pages can fail to hang together is a test.

use std::collections::HashSet;
use std::vec;

use super::super::{Glance, Image, ImageQuery};
use super::match_query::ExactFilters;
use super::query::LARGEST_PAGE;
use super::recent_ids::Recent;
use crate::budget::{Held, Reserved};
use crate::error::{Error, Kind, Result};
use crate::glance::reliable::repeated_pages::{Pages, repeated};
use crate::http::Method;

/// The role to which Glance shows everything. Source: `admin_role` in `glance/api/middleware/context.py`.
const ADMINISTRATOR: &str = "admin";

impl Glance {
    /// Images that fit, page by page (GET /v2/images); asks nothing yet.
    pub fn images(&self, query: ImageQuery) -> Images {
        Images::new(self.clone(), query, false)
    }

    /// Images that fit among those that other projects share with this one; asks nothing yet.
    ///
    /// Whatever was answered to an offer, unless the query names a `member_status`. To an administrator Glance lists
    /// whatever is shared between any two projects, in every status; then each image is asked about, one request an
    /// image. Source: glance/db/sqlalchemy/api.py, `_select_images_query`.
    pub fn offers(&self, query: ImageQuery) -> Images {
        let any_status = !query.filters.iter().any(|(key, _)| key == "member_status");
        let query = query.filter("visibility", "shared");
        let query = if any_status { query.filter("member_status", "all") } else { query };
        Images::new(self.clone(), query, true)
    }
}

/// A listing under way.
///
/// Images come in the order of the server, and none comes twice when it changes its place between two pages. Texts are
/// compared again here: images that only a database which ignores case takes for the wanted ones are left out. Memory:
/// one page, the IDs of two, and a few bytes for each page.
pub struct Images {
    glance: Glance,
    query: ImageQuery,
    exact: ExactFilters,
    /// Leaves out what the session's own project owns.
    foreign: bool,
    page: vec::IntoIter<Image>,
    /// How many images were given.
    given: u64,
    /// The images that came last, given or not.
    recent: Recent,
    /// The image that the next page follows.
    marker: Option<Box<str>>,
    /// How far before the newest of `recent` to look for a marker that is still there, while the last one is not.
    back: usize,
    /// The next page is the largest there can be, because the last one came empty.
    wide: bool,
    ended: bool,
    /// The pages so far.
    pages: Pages,
    /// That of the page, as long as images of it are to come.
    memory: Option<Reserved>,
}

/// What Glance answers to one page.
#[derive(serde::Deserialize)]
struct Page {
    images: Vec<Image>,
    next: Option<String>,
}

impl Images {
    fn new(glance: Glance, query: ImageQuery, foreign: bool) -> Images {
        Images {
            // A step back repeats no more than what two pages hold.
            recent: Recent::new(2 * query.page_size() as usize),
            exact: ExactFilters::of(&query),
            glance,
            query,
            foreign,
            page: Vec::new().into_iter(),
            given: 0,
            marker: None,
            back: 0,
            wide: false,
            ended: false,
            pages: Pages::default(),
            memory: None,
        }
    }

    /// The next image, fetching the next page when this one is used up; `None` at the end.
    ///
    /// After an error it may be called again, and asks for the same page. Errors: `invalid` (a filter or sort key),
    /// `forbidden`, and the session's.
    pub async fn next(&mut self) -> Result<Option<Image>> {
        while self.query.limit.is_none_or(|limit| self.given < limit) {
            if let Some(image) = self.page.next() {
                self.given += 1;
                return Ok(Some(image));
            }
            if self.ended {
                break;
            }
            self.fetch().await?;
        }
        Ok(None)
    }

    /// All that are left, as a list.
    pub async fn collect(&mut self) -> Result<Vec<Image>> {
        let mut images = Vec::new();
        while let Some(image) = self.next().await? {
            images.push(image);
        }
        Ok(images)
    }

    /// Fetches one page, or finds out that another one is to be asked for.
    async fn fetch(&mut self) -> Result<()> {
        let size = if self.wide { LARGEST_PAGE } else { self.query.page_size() };
        let path = format!("/v2/images?{}", self.query.page(size, self.marker.as_deref()));
        let request = self.glance.request(Method::GET, &path).await?;
        self.memory = None;
        let page: Held<Page> = match self.glance.ask_held(request).await {
            Err(error) if self.marker_is_gone(&error) => {
                self.step_back();
                return Ok(());
            }
            answer => answer?,
        };
        self.back = 0;
        let (page, memory) = page.into_parts();
        self.memory = Some(memory);

        if page.images.is_empty() && page.next.is_none() && self.may_be_emptied(size) {
            self.wide = true;
            return Ok(());
        }
        self.wide = false;
        // A page that is short, or even empty, is not the last while Glance names a next one: policy may hide images.
        let full = page.images.len() >= size as usize;
        let last =
            page.images.last().map(|image| image.id.clone()).or_else(|| marker_of(page.next.as_deref()?));
        let ids: Vec<Box<str>> = page.images.iter().map(|image| image.id.clone()).collect();
        let mut images = page.images;
        images.retain(|image| self.exact.fit(image));
        let goes_on = full || page.next.is_some();
        if self.foreign {
            let access = self.glance.session.access().await?;
            let own = access.project.as_ref().map(|project| project.id.as_str());
            images.retain(|image| own.is_none() || image.owner.as_deref() != own);
        }
        if goes_on {
            self.pages.note_fit(ids.len(), images.len())?;
        }
        if self.foreign {
            images.retain(|image| !self.recent.has(&image.id));
            images = self.offered(images).await?;
        }
        // Remembered only now: after an error the same page is asked for again, and none of it has been given.
        let mut new: HashSet<&str> = HashSet::with_capacity(ids.len());
        new.extend(ids.iter().map(|id| &**id).filter(|id| self.recent.add(id)));
        images.retain(|image| new.remove(&*image.id));
        if goes_on {
            if last.is_none() || last == self.marker {
                return Err(repeated(self.marker.as_deref()));
            }
            self.pages.note(ids.iter().map(|id| &**id), self.marker.as_deref())?;
        }
        self.ended = !goes_on;
        self.marker = last;
        self.page = images.into_iter();
        Ok(())
    }

    /// Goes on from an earlier image, as the one that the page was to follow is gone: the last that is still there, or
    /// one not far before it, found in few steps. What comes twice then is left out.
    ///
    /// At the worst, when all that is remembered is gone, the listing begins anew, which is also the right thing for a
    /// script that deletes what it is given, page after page.
    fn step_back(&mut self) {
        self.pages.forget();
        loop {
            let earlier = self.recent.back(self.back);
            self.back = (2 * self.back).max(1);
            if earlier.is_none() || earlier != self.marker.as_deref() {
                self.marker = earlier.map(Box::from);
                return;
            }
        }
    }

    /// Whether an empty page without a next one may be one that policy emptied, and not the end.
    ///
    /// Glance names no next page then, so that nothing tells the two apart; the largest page reaches over as much as can
    /// be reached over. A look-up, which has a limit and no page size, is spared the second request.
    fn may_be_emptied(&self, size: u32) -> bool {
        size < LARGEST_PAGE && (self.marker.is_some() || self.query.page_size.is_some())
    }

    /// Those of other projects' images that are shared with the session's own project.
    async fn offered(&self, images: Vec<Image>) -> Result<Vec<Image>> {
        let access = self.glance.session.access().await?;
        let Some(own) = access.project.as_ref().map(|project| project.id.as_str()) else { return Ok(images) };
        if !access.roles.iter().any(|role| role == ADMINISTRATOR) {
            return Ok(images);
        }
        let mut offered = Vec::new();
        for image in images {
            match self.glance.member(&image.id, own).await {
                Ok(member) if self.query.wants_member(&member.status) => offered.push(image),
                Err(error) if error.kind() != Kind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(offered)
    }

    /// Whether Glance refused the page because the image it was to follow is deleted, or no longer visible.
    fn marker_is_gone(&self, error: &Error) -> bool {
        self.marker
            .as_ref()
            .is_some_and(|id| error.status_code() == Some(400) && error.message().contains(&**id))
    }
}

/// The marker in the server's link to the next page.
fn marker_of(link: &str) -> Option<Box<str>> {
    let (_, query) = link.split_once('?')?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == "marker")
        .map(|(_, value)| value.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};
    use wiremock::matchers::{method, path, query_param, query_param_is_missing};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{asked, glance, image};

    async fn answer(server: &MockServer, marker: Option<&str>, template: ResponseTemplate) {
        let mock = Mock::given(method("GET")).and(path("/v2/images"));
        let mock = match marker {
            Some(marker) => mock.and(query_param("marker", marker)),
            None => mock.and(query_param_is_missing("marker")),
        };
        mock.respond_with(template).up_to_n_times(1).mount(server).await;
    }

    fn page(ids: &[&str], next: Option<&str>) -> ResponseTemplate {
        let images: Vec<Value> = ids.iter().map(|id| image(id)).collect();
        ResponseTemplate::new(200).set_body_json(json!({"images": images, "next": next}))
    }

    fn gone(id: &str) -> ResponseTemplate {
        let message = format!("No image found with ID {id}<br /><br />\n\n\n");
        ResponseTemplate::new(400).set_body_json(json!({"message": message, "code": "400 Bad Request"}))
    }

    async fn ids(images: &mut Images) -> Vec<String> {
        images.collect().await.unwrap().iter().map(|image| image.id.to_string()).collect()
    }

    fn by_two() -> ImageQuery {
        ImageQuery { page_size: Some(2), ..ImageQuery::default() }
    }

    #[tokio::test]
    async fn every_page_is_asked_for_with_all_tags() {
        let server = MockServer::start().await;
        let tagged = |ids: &[&str], next: Option<&str>| {
            let images: Vec<Value> = ids.iter().map(|id| json!({"id": id, "tags": ["x", "y"]})).collect();
            ResponseTemplate::new(200).set_body_json(json!({"images": images, "next": next}))
        };
        answer(&server, None, tagged(&["a", "b"], Some("/v2/images?tag=y&limit=2&marker=b"))).await;
        answer(&server, Some("b"), tagged(&["c"], None)).await;
        let mut images = glance(&server).images(by_two().filter("tag", "x").filter("tag", "y"));
        assert_eq!(ids(&mut images).await, ["a", "b", "c"]);
        let pages = ["GET /v2/images?tag=x&tag=y&limit=2", "GET /v2/images?tag=x&tag=y&limit=2&marker=b"];
        assert_eq!(asked(&server).await, pages);
    }

    #[tokio::test]
    async fn images_that_only_the_database_takes_for_the_wanted_ones_are_left_out_and_do_not_count() {
        let server = MockServer::start().await;
        let named = |names: &[(&str, &str)], next: Option<&str>| {
            let images: Vec<Value> = names.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
            ResponseTemplate::new(200).set_body_json(json!({"images": images, "next": next}))
        };
        answer(&server, None, named(&[("a", "Web"), ("b", "web ")], Some("/v2/images?marker=b"))).await;
        answer(&server, Some("b"), named(&[("c", "wéb"), ("d", "web")], Some("/v2/images?marker=d"))).await;
        answer(&server, Some("d"), named(&[("e", "web"), ("f", "web")], None)).await;
        let query = ImageQuery { limit: Some(2), ..by_two() };
        assert_eq!(ids(&mut glance(&server).images(query.filter("name", "web"))).await, ["d", "e"]);
    }

    #[tokio::test]
    async fn goes_on_over_short_and_empty_pages_while_there_is_a_next() {
        let server = MockServer::start().await;
        answer(&server, None, page(&["a"], Some("/v2/images?marker=a"))).await;
        answer(&server, Some("a"), page(&[], Some("/v2/images?limit=2&marker=hidden"))).await;
        answer(&server, Some("hidden"), page(&["b", "c"], None)).await;
        answer(&server, Some("c"), page(&["d"], None)).await;
        assert_eq!(ids(&mut glance(&server).images(by_two())).await, ["a", "b", "c", "d"]);
        assert_eq!(asked(&server).await.len(), 4);
    }

    #[tokio::test]
    async fn a_page_that_policy_emptied_to_the_last_is_asked_for_again_at_its_largest() {
        let server = MockServer::start().await;
        for ids in [&["a", "b"][..], &[], &["c"]] {
            let mock = Mock::given(path("/v2/images")).respond_with(page(ids, None));
            mock.up_to_n_times(1).mount(&server).await;
        }
        assert_eq!(ids(&mut glance(&server).images(by_two())).await, ["a", "b", "c"]);
        let pages = ["limit=2", "limit=2&marker=b", "limit=1000&marker=b"];
        assert_eq!(asked(&server).await, pages.map(|query| format!("GET /v2/images?{query}")));
    }

    #[tokio::test]
    async fn an_empty_page_at_its_largest_is_the_end_and_so_is_that_of_a_look_up() {
        let server = MockServer::start().await;
        Mock::given(path("/v2/images")).respond_with(page(&[], None)).mount(&server).await;
        let look_up = ImageQuery { limit: Some(1), ..ImageQuery::default() };
        for query in [by_two(), look_up, ImageQuery::default()] {
            assert_eq!(ids(&mut glance(&server).images(query)).await, [""; 0]);
        }
        let pages = ["limit=2", "limit=1000", "limit=1", "limit=1000"];
        assert_eq!(asked(&server).await, pages.map(|query| format!("GET /v2/images?{query}")));
    }

    #[tokio::test]
    async fn a_listing_remembers_two_pages_however_many_there_are() {
        let server = MockServer::start().await;
        let images = |request: &wiremock::Request| {
            let marker = request.url.query_pairs().find(|(key, _)| key == "marker");
            let from = marker.map_or(0, |(_, value)| value.parse::<u32>().unwrap() + 1);
            let ids: Vec<String> = (from..from + 10).map(|id| id.to_string()).collect();
            page(&ids.iter().map(String::as_str).collect::<Vec<_>>(), None)
        };
        Mock::given(path("/v2/images")).respond_with(images).mount(&server).await;
        let mut images = glance(&server).images(ImageQuery { page_size: Some(10), ..ImageQuery::default() });
        for number in 0..500 {
            assert_eq!(*images.next().await.unwrap().unwrap().id, *number.to_string());
            assert!(images.recent.len() <= 20);
        }
    }

    #[tokio::test]
    async fn steps_back_when_the_last_image_was_deleted_meanwhile() {
        let server = MockServer::start().await;
        answer(&server, None, page(&["a", "b"], Some("/v2/images?marker=b"))).await;
        answer(&server, Some("b"), page(&["c", "d"], Some("/v2/images?marker=d"))).await;
        answer(&server, Some("d"), gone("d")).await;
        answer(&server, Some("c"), gone("c")).await;
        answer(&server, Some("b"), page(&["d", "e"], Some("/v2/images?marker=e"))).await;
        answer(&server, Some("e"), page(&["f"], None)).await;
        assert_eq!(ids(&mut glance(&server).images(by_two())).await, ["a", "b", "c", "d", "e", "f"]);
    }

    #[tokio::test]
    async fn begins_anew_when_all_that_was_shown_is_deleted() {
        let server = MockServer::start().await;
        answer(&server, None, page(&["a", "b"], Some("/v2/images?marker=b"))).await;
        answer(&server, Some("b"), gone("b")).await;
        answer(&server, Some("a"), gone("a")).await;
        answer(&server, None, page(&["c"], None)).await;
        assert_eq!(ids(&mut glance(&server).images(by_two())).await, ["a", "b", "c"]);
    }

    #[tokio::test]
    async fn another_refusal_is_an_error_and_the_same_page_can_be_asked_for_again() {
        let server = MockServer::start().await;
        answer(&server, None, ResponseTemplate::new(400).set_body_string("Invalid sort key: nope.")).await;
        answer(&server, None, page(&["a"], None)).await;
        let mut images = glance(&server).images(by_two());
        assert!(images.next().await.unwrap_err().message().contains("Invalid sort key"));
        assert_eq!(ids(&mut images).await, ["a"]);
    }

    #[tokio::test]
    async fn no_image_comes_twice_and_the_limit_counts_what_comes() {
        let server = MockServer::start().await;
        answer(&server, None, page(&["a", "b"], Some("/v2/images?marker=b"))).await;
        answer(&server, Some("b"), page(&["a", "c"], Some("/v2/images?marker=c"))).await;
        let mut images = glance(&server).images(ImageQuery { limit: Some(3), ..by_two() });
        assert_eq!(ids(&mut images).await, ["a", "b", "c"]);
        assert_eq!(asked(&server).await.len(), 2);
    }
}
