//! The client: one cloud's Image service as one identity, and the two ways by which every operation asks.

use std::path::PathBuf;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::select;
use tokio::time::{Instant, interval_at};

use super::Ledger;
use super::unfinished::marks::Marks;
use super::unfinished::this_run::Orphans;
use crate::budget::Held;
use crate::error::{Error, Kind, Result};
use crate::http::{Method, Request, Response};
use crate::keystone::Session;

/// How often a transfer tells how far it is, where nothing else makes it.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// Told how far work is: bytes so far, and bytes in all where that is known; `(0, None)` where nothing can be
/// counted.
///
/// Called often (with every part of a download, and several times a second even where nothing moves; with
/// every look of a wait) and once more at the end. The work is over, well or badly, when this is dropped.
pub type Progress = Rc<dyn Fn(u64, Option<u64>)>;

/// Begins to show work of that label, such as `Downloading pfsense`.
pub type Begin = Rc<dyn Fn(&str) -> Progress>;

/// The Image service of one cloud, as one identity. Cheap to clone.
#[derive(Clone)]
pub struct Glance {
    pub(super) session: Session,
    pub(super) begin: Option<Begin>,
    pub(super) progress: Option<Progress>,
    pub(super) orphans: Rc<Orphans>,
    /// Whether images that are begun are gone on with after a kill.
    pub(super) is_resumable: bool,
    /// The stores that downloads are to come from.
    pub(super) preferred: Rc<[String]>,
    /// Whether writes are listed until they are answered.
    pub(super) is_listing: bool,
}

impl Glance {
    /// The Image service behind that session; asks nothing yet.
    pub fn new(session: Session) -> Glance {
        Glance {
            session,
            begin: None,
            progress: None,
            orphans: Rc::default(),
            is_resumable: false,
            preferred: Rc::default(),
            is_listing: true,
        }
    }

    /// The same service, whose work is shown by `begin` where [`Glance::showing`] says so.
    pub fn with_display(&self, begin: Begin) -> Glance {
        Glance { begin: Some(begin), ..self.clone() }
    }

    /// The same service, whose uploads, downloads and waits are shown under that label as long as one of them
    /// lives.
    ///
    /// For one piece of work; records that outlive it are made with the service it came from.
    pub fn showing(&self, label: &str) -> Glance {
        Glance { progress: self.begin.as_ref().map(|begin| begin(label)), ..self.clone() }
    }

    /// The same service, which marks images that are begun in that folder, for the run after one that is
    /// killed, and lists them in that ledger.
    pub fn with_marks(&self, folder: Option<PathBuf>, ledger: Ledger) -> Glance {
        Glance { orphans: Rc::new(Orphans::new(folder.map(Marks::new), ledger)), ..self.clone() }
    }

    /// The same service, for images that a later run completes after a kill: no run deletes those as left
    /// behind.
    pub fn resumable(&self) -> Glance {
        Glance { is_resumable: true, ..self.clone() }
    }

    /// Tells that work goes on of which nothing can be counted, such as an import that is waited for.
    pub fn tell_waiting(&self) {
        if let Some(progress) = &self.progress {
            progress(0, None);
        }
    }

    /// Awaits a transfer's work, and tells meanwhile how far it is, also where that stays the same.
    pub(super) async fn telling<T>(
        &self,
        how_far: impl Fn() -> (u64, Option<u64>),
        work: impl Future<Output = T>,
    ) -> T {
        let Some(progress) = &self.progress else { return work.await };
        let mut work = pin!(work);
        let mut ticks = interval_at(Instant::now() + PROGRESS_INTERVAL, PROGRESS_INTERVAL);
        loop {
            select! {
                biased;
                result = &mut work => return result,
                _ = ticks.tick() => {
                    let (done, total) = how_far();
                    progress(done, total);
                }
            }
        }
    }

    /// The same service, whose uploads and downloads tell `progress` how far they are.
    pub fn with_progress(&self, progress: Progress) -> Glance {
        Glance { progress: Some(progress), ..self.clone() }
    }

    /// The same service, whose downloads come from the first of these stores that has the data, else from
    /// any.
    pub fn preferring(&self, stores: Vec<String>) -> Glance {
        Glance { preferred: stores.into(), ..self.clone() }
    }

    /// Tells a person what they should know: that a weaker hash had to do, or what is kept of a download.
    pub(super) fn tell(&self, text: &str) {
        self.session.door().tell(text);
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// A request to a path of the Image API, such as `/v2/images`.
    pub(super) async fn request(&self, method: Method, path: &str) -> Result<Request> {
        self.session.request(method, "image", path).await
    }

    /// Sends; an answer of 400 or more is an error, told in the server's words.
    pub(super) async fn send(&self, request: Request) -> Result<Response> {
        self.dispatch(request).await?.check().await
    }

    /// Sends; the answer is JSON.
    pub(super) async fn ask<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        self.send(request).await?.json().await
    }

    /// The same for an answer that may be long: its memory is reserved as long as it is held.
    pub(super) async fn ask_held<T: DeserializeOwned>(&self, request: Request) -> Result<Held<T>> {
        self.send(request).await?.held_json().await
    }
}

/// The path of an image, or of what lies below it: `image_path(id, &["members", project])`.
///
/// Errors: `usage` (a part that would name something else: nothing, or a step up).
pub(super) fn image_path(id: &str, below: &[&str]) -> Result<String> {
    let mut path = String::from("/v2/images");
    for part in [id].iter().chain(below) {
        // A tag may have a slash, and is then not found.
        let is_tag = below.first() == Some(&"tags") && below.get(1) == Some(part);
        path.push('/');
        path.push_str(&if is_tag { tag_segment(part)? } else { segment(part)? });
    }
    Ok(path)
}

/// An ID as a segment of a path, percent-encoded. IDs may come from a server.
///
/// Errors: `usage` (one that would name something else: nothing, a step up, or with a slash, which servers
/// decode before they take the path apart).
pub(super) fn segment(id: &str) -> Result<String> {
    if id.contains(['/', '\\']) || id.contains(char::is_control) {
        let message = format!("\"{}\" is no ID: it would lead to something else", id.escape_debug());
        return Err(Error::new(Kind::Usage, message));
    }
    tag_segment(id)
}

/// The same for a tag. Errors: `usage` (nothing, or a step up).
pub(super) fn tag_segment(text: &str) -> Result<String> {
    if text.is_empty() || text.split('/').any(|part| [".", ".."].contains(&part)) {
        return Err(Error::new(Kind::Usage, format!("\"{text}\" is neither an ID nor a tag")));
    }
    Ok(encode_segment(text))
}

/// A segment of a path, percent-encoded.
pub(super) fn encode_segment(text: &str) -> String {
    // A form writes a blank as `+`, and a plus as `%2B`: whatever plus is left was a blank.
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing;
    use super::*;

    #[test]
    fn a_path_keeps_every_segment_in_its_place() {
        let cases = [
            ("1bea", vec![], "/v2/images/1bea"),
            ("1bea", vec!["members", "a b"], "/v2/images/1bea/members/a%20b"),
            ("1bea", vec!["tags", "c++/d?e#f%"], "/v2/images/1bea/tags/c%2B%2B%2Fd%3Fe%23f%25"),
            ("é", vec!["file"], "/v2/images/%C3%A9/file"),
        ];
        for (id, below, path) in cases {
            assert_eq!(image_path(id, &below).unwrap(), path);
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_another_path_is_sent_nowhere() {
        let server = wiremock::MockServer::start().await;
        let glance = testing::glance(&server);
        for (id, tag) in [("1bea", "../../2bea"), ("../../v3/users/u", "x"), ("1bea", "a\\..\\..\\b")] {
            assert_eq!(glance.remove_tag(id, tag).await.unwrap_err().kind(), Kind::Usage, "{id} {tag}");
        }
        assert!(testing::asked(&server).await.is_empty());
    }

    #[test]
    fn a_path_refuses_what_would_name_something_else() {
        for (id, below) in [
            ("", vec![]),
            ("..", vec![]),
            ("../../v3/users/u", vec![]),
            ("1bea/members/b", vec![]),
            ("1bea", vec!["members", ""]),
            ("1bea", vec!["members", "b/.."]),
            ("1bea", vec!["tags", "."]),
            ("1bea", vec!["tags", "../members/b"]),
        ] {
            assert_eq!(image_path(id, &below).unwrap_err().kind(), Kind::Usage);
        }
    }
}
