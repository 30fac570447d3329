//! Listings: images that fit a query, page by page, each once.
//!
//! Knows how pages hang together; what stands in a query is `query`'s. Source: glance/api/v2/images.py,
//! `ImagesController.index`.

use std::collections::HashSet;
use std::vec;

use tokio::time::Instant;

use super::super::{Glance, Image, ImageQuery};
use super::match_query::ExactFilters;
use super::query::LARGEST_PAGE;
use super::recent_ids::Recent;
use crate::budget::{Held, Reserved};
use crate::error::{Error, Kind, Result};
use crate::glance::reliable::repeated_pages::{Pages, repeated_page_error};
use crate::http::Method;

/// The role to which Glance shows everything. Source: `admin_role` in `glance/api/middleware/context.py`.
const ADMINISTRATOR: &str = "admin";

/// The longest search, as a multiple of the time that one response may take.
const LONGEST_SEARCH: u32 = 5;

impl Glance {
    /// Images that fit, page by page (GET /v2/images); asks nothing yet.
    pub fn images(&self, query: ImageQuery) -> Images {
        Images::new(self.clone(), query, false)
    }

    /// Images that fit among those that other projects share with this one; asks nothing yet.
    ///
    /// Whatever was answered to an offer, unless the query names a `member_status`. To an administrator
    /// Glance lists whatever is shared between any two projects, in every status; then each image is
    /// asked about, one request an image. Source: glance/db/sqlalchemy/api.py, `_select_images_query`.
    pub fn offers(&self, query: ImageQuery) -> Images {
        let any_status = !query.filters.iter().any(|(key, _)| key == "member_status");
        let query = query.filter("visibility", "shared");
        let query = if any_status { query.filter("member_status", "all") } else { query };
        Images::new(self.clone(), query, true)
    }
}

/// A listing under way.
///
/// Images come in the order of the server, and none comes twice when it changes its place between two pages.
/// Texts are compared again here: images that only a database which ignores case takes for the wanted ones
/// are left out. Memory: one page, the IDs of two, and a few bytes for each page.
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
    /// How far before the newest of `recent` to look for a marker that is still there, while the last one is
    /// not.
    back: usize,
    /// The next page is the largest there can be, because the last one came empty.
    wide: bool,
    ended: bool,
    /// The pages so far.
    pages: Pages,
    /// That of the page, as long as images of it are to come.
    memory: Option<Reserved>,
    search: Search,
}

/// The time that a search through pages takes.
#[derive(Default)]
struct Search {
    /// When the search for the next image that fits began, or that for all images of a look-up.
    began: Option<Instant>,
    /// Searches for few images: the time of all requests counts together.
    is_look_up: bool,
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
            search: Search::default(),
        }
    }

    /// The same listing for a look-up, whose time is limited as a whole.
    pub(super) fn look_up(self) -> Images {
        Images { search: Search { is_look_up: true, ..self.search }, ..self }
    }

    /// The next image, fetching the next page when this one is used up; `None` at the end.
    ///
    /// After an error it may be called again, and asks for the same page. Errors: `invalid` (a filter or sort
    /// key), `forbidden`, `protocol` (the search takes too long), and the session's.
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

    /// All that are left, as a list. Errors: those of `next`, and `limit`.
    pub async fn collect(&mut self) -> Result<Vec<Image>> {
        let (mut images, mut kept) = (Vec::new(), None);
        while let Some(image) = self.next().await? {
            // The memory of a page goes with the page.
            if let Some(memory) = &self.memory {
                kept.get_or_insert_with(|| memory.budget().nothing()).grow(image.memory())?;
            }
            images.push(image);
        }
        Ok(images)
    }

    /// Fetches one page, or finds out that another one is to be asked for.
    async fn fetch(&mut self) -> Result<()> {
        let size = if self.wide { LARGEST_PAGE } else { self.query.page_size() };
        self.check_search_time()?;
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
        // A page that is short, or even empty, is not the last while Glance names a next one: policy may hide
        // images.
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
            images = self.keep_offered(images).await?;
        }
        // Remembered only now: after an error the same page is asked for again, and none of it has been
        // given.
        let mut new: HashSet<&str> = HashSet::with_capacity(ids.len());
        new.extend(ids.iter().map(|id| &**id).filter(|id| self.recent.add(id)));
        images.retain(|image| new.remove(&*image.id));
        if goes_on {
            if last.is_none() || last == self.marker {
                return Err(repeated_page_error(self.marker.as_deref()));
            }
            self.pages.note(ids.iter().map(|id| &**id), self.marker.as_deref())?;
        }
        self.ended = !goes_on;
        self.marker = last;
        if !images.is_empty() && !self.search.is_look_up {
            self.search.began = None;
        }
        self.page = images.into_iter();
        Ok(())
    }

    /// Ends a search through pages that each come in time, but without an end.
    ///
    /// Errors: `protocol`; the next call searches as long again.
    fn check_search_time(&mut self) -> Result<()> {
        let longest = self.glance.session.door().read_timeout() * LONGEST_SEARCH;
        if self.search.began.get_or_insert_with(Instant::now).elapsed() < longest {
            return Ok(());
        }
        self.search.began = None;
        let what = if self.search.is_look_up { "the look-up" } else { "the search for the next image" };
        let seconds = longest.as_secs_f64();
        let message = format!(
            "{what} has not ended after {seconds} s, {LONGEST_SEARCH} times the time that a response may take"
        );
        Err(Error::new(Kind::Protocol, message)
            .advice("name the image by its ID, search with fewer filters, or allow more time with --timeout"))
    }

    /// Goes on from an earlier image, as the one that the page was to follow is gone: the last that is still
    /// there, or one not far before it, found in few steps. What comes twice then is left out.
    ///
    /// At the worst, when all that is remembered is gone, the listing begins anew, which is also the right
    /// thing for a script that deletes what it is given, page after page.
    fn step_back(&mut self) {
        self.pages.forget();
        loop {
            let earlier = self.recent.nth_back(self.back);
            self.back = (2 * self.back).max(1);
            if earlier.is_none() || earlier != self.marker.as_deref() {
                self.marker = earlier.map(Box::from);
                return;
            }
        }
    }

    /// Whether an empty page without a next one may be one that policy emptied, and not the end.
    ///
    /// Glance names no next page then, so that nothing tells the two apart; the largest page reaches over as
    /// much as can be reached over. A look-up, which has a limit and no page size, is spared the second
    /// request.
    fn may_be_emptied(&self, size: u32) -> bool {
        size < LARGEST_PAGE && (self.marker.is_some() || self.query.page_size.is_some())
    }

    /// Those of other projects' images that are shared with the session's own project.
    async fn keep_offered(&self, images: Vec<Image>) -> Result<Vec<Image>> {
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
mod tests;
