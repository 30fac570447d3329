//! Images that were begun and must not be left behind.
//!
//! Knows nothing of how an image is begun; `create` says which one is, and when it is done. What a run cannot take back
//! any more, because it is killed, the next one finds by `marks`.

use std::cell::{Cell, RefCell};
use std::io;
use std::path::PathBuf;
use std::rc::Rc;

use serde_json::Value;

use super::marks::{Mark, Marks};
use super::{Glance, Image, image_path};
use crate::error::{Kind, Result};
use crate::http::{Effect, Method};

/// What was begun and is not done. Shared by the clones of one client.
#[derive(Default)]
pub(super) struct Orphans {
    /// Images whose creation was cut off by a dropped future.
    dropped: RefCell<Vec<(Image, Option<Mark>)>>,
    /// Where images that are begun are marked.
    marks: Option<Marks>,
    /// Whether this client has looked for what runs before it left.
    has_looked: Cell<bool>,
    /// Whether it was said that an image could not be marked.
    has_told: Cell<bool>,
}

impl Glance {
    /// The same service, which marks images that are begun in that folder, for the run after one that is killed.
    pub fn marking_in(&self, folder: PathBuf) -> Glance {
        let orphans = Orphans { marks: Some(Marks::new(folder)), ..Orphans::default() };
        Glance { orphans: Rc::new(orphans), ..self.clone() }
    }

    /// The same service, for images that whoever began them goes on with after a kill: no later run deletes those.
    pub fn resumable(&self) -> Glance {
        Glance { is_resumable: true, ..self.clone() }
    }

    /// Deletes the images whose creation was dropped half way, and returns their IDs.
    ///
    /// To be called after an interrupt, while there is still a runtime to ask with. What could not be deleted is tried
    /// again by the next call. Errors: those of the session.
    pub async fn remove_orphans(&self) -> Result<Vec<String>> {
        let mut removed = Vec::new();
        loop {
            let Some(image) = self.orphans.last_dropped() else { return Ok(removed) };
            self.take_back(&image).await?;
            self.orphans.forget(&image);
            removed.push(image.id.into_string());
        }
    }

    /// Notes that an image of that ID is begun.
    pub(super) async fn begin(&self, id: &str) -> Unfinished {
        let image = Image { id: id.into(), ..Image::default() };
        let mut mark = None;
        if let Some(marks) = self.orphans.marks.as_ref().filter(|_| !self.is_resumable)
            && let Ok(owner) = self.owner().await
        {
            mark = marks.set(&owner, id).unwrap_or_else(|error| {
                self.tell_unmarked(id, marks, &error);
                None
            });
        }
        Unfinished { orphans: self.orphans.clone(), begun: Some((image, mark)) }
    }

    /// Says, once, that nobody would find the image if this run were killed.
    fn tell_unmarked(&self, id: &str, marks: &Marks, error: &io::Error) {
        if !self.orphans.has_told.replace(true) {
            let folder = marks.folder().display();
            self.tell(&format!(
                "image {id} cannot be noted in {folder} ({error}): if this run is killed, it is left behind without its data"
            ));
        }
    }

    /// Deletes, once, what runs have left that were killed, and says so. What cannot be deleted now is left to the next.
    ///
    /// What is not there may come a moment later, where a run was killed with its request on the way: then the next call
    /// looks again.
    pub(super) async fn remove_left_behind(&self) {
        let Some(marks) = self.orphans.marks.as_ref().filter(|_| !self.orphans.has_looked.replace(true))
        else {
            return;
        };
        let Ok(owner) = self.owner().await else { return };
        for (id, mark) in marks.left_behind(&owner) {
            match self.image(&id).await {
                // Its data arrived, whole, before the end.
                Ok(image) if &*image.status == "active" => mark.erase(),
                Ok(image) => {
                    if self.take_back(&image).await.is_ok() {
                        mark.erase();
                        self.tell(&format!(
                            "image {id} was deleted: a run that was killed left it without its data"
                        ));
                    }
                }
                Err(error) if error.kind() == Kind::NotFound && mark.is_young() => {
                    self.orphans.has_looked.set(false);
                }
                Err(error) if error.kind() == Kind::NotFound => mark.erase(),
                Err(_) => {}
            }
        }
    }

    /// Whose images this client creates, as a mark says it.
    async fn owner(&self) -> Result<String> {
        let endpoint = self.session.endpoint("image").await?;
        let access = self.session.access().await?;
        let project = access.project.as_ref().map_or("", |project| &project.id);
        Ok(format!("{endpoint} {project}"))
    }

    /// Deletes what this client created a moment ago, protected or not.
    ///
    /// That is the end of a failed write and takes nothing away, so it may leave where writes may.
    pub(super) async fn take_back(&self, image: &Image) -> Result<()> {
        if image.protected {
            self.update_image(image, vec![("protected".into(), Some(Value::from(false)))]).await?;
        }
        let request = self.request(Method::DELETE, &image_path(&image.id, &[])?).await?.effect(Effect::Write);
        match self.send(request).await {
            Err(error) if error.kind() != Kind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Orphans {
    fn last_dropped(&self) -> Option<Image> {
        self.dropped.borrow().last().map(|(image, _)| image.clone())
    }

    fn forget(&self, image: &Image) {
        let gone = |(orphan, _): &mut (Image, Option<Mark>)| orphan.id == image.id;
        let gone: Vec<_> = self.dropped.borrow_mut().extract_if(.., gone).collect();
        gone.into_iter().filter_map(|(_, mark)| mark).for_each(Mark::erase);
    }
}

/// An image that is begun. Dropped as it is, it is an orphan.
pub(super) struct Unfinished {
    orphans: Rc<Orphans>,
    begun: Option<(Image, Option<Mark>)>,
}

impl Unfinished {
    /// The image exists now, and is this one.
    pub(super) fn is(&mut self, image: &Image) {
        if let Some((begun, _)) = &mut self.begun {
            *begun = image.clone();
        }
    }

    /// The image is done, or gone.
    pub(super) fn settle(mut self) {
        if let Some((_, Some(mark))) = self.begun.take() {
            mark.erase();
        }
    }

    /// The image may be there and cannot be deleted now, which was told: the next run tries again.
    pub(super) fn leave(mut self) {
        self.begun = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.orphans.dropped.borrow_mut().extend(self.begun.take());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use wiremock::matchers::method;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::testing::{active, asked, glance, image};

    const ID: &str = "1bea47ed-f6a9-463b-b423-14b9cca9ad27";

    async fn server(status: &str) -> MockServer {
        let server = MockServer::start().await;
        let mut shown = if status == "active" { active(ID) } else { image(ID) };
        shown["status"] = json!(status);
        let shown = if status == "gone" {
            ResponseTemplate::new(404)
        } else {
            ResponseTemplate::new(200).set_body_json(shown)
        };
        for (verb, answer) in [("GET", shown), ("DELETE", ResponseTemplate::new(204))] {
            Mock::given(method(verb)).respond_with(answer).mount(&server).await;
        }
        server
    }

    #[tokio::test]
    async fn a_dropped_creation_is_remembered_and_a_settled_or_left_one_is_not() {
        let server = server("queued").await;
        let glance = glance(&server);
        drop(glance.begin("1bea").await);
        glance.begin("2cfb").await.settle();
        glance.begin("3df0").await.leave();
        assert_eq!(glance.remove_orphans().await.unwrap(), ["1bea"]);
    }

    #[tokio::test]
    async fn what_a_killed_run_left_is_deleted_once_unless_its_data_arrived() {
        let (show, delete) = (format!("GET /v2/images/{ID}"), format!("DELETE /v2/images/{ID}"));
        for (status, requests) in [
            ("queued", vec![&show, &delete]),
            ("saving", vec![&show, &delete]),
            ("active", vec![&show]),
            // It may still be on its way, so every run looks, at each creation.
            ("gone", vec![&show; 4]),
        ] {
            let server = server(status).await;
            let folder = tempfile::tempdir().unwrap();
            let killed = glance(&server).marking_in(folder.path().into());
            killed.begin(ID).await.leave();
            for _time in 0..2 {
                let next = glance(&server).marking_in(folder.path().into());
                next.remove_left_behind().await;
                next.remove_left_behind().await;
            }
            assert_eq!(asked(&server).await.iter().collect::<Vec<_>>(), requests, "{status}");
        }
    }

    #[tokio::test]
    async fn what_arrives_after_the_kill_is_deleted_too() {
        let server = MockServer::start().await;
        let shown = ResponseTemplate::new(200).set_body_json(image(ID));
        for (answer, priority) in [(ResponseTemplate::new(404), 1), (shown, 2)] {
            Mock::given(method("GET"))
                .respond_with(answer)
                .up_to_n_times(1)
                .with_priority(priority)
                .mount(&server)
                .await;
        }
        Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
        let folder = tempfile::tempdir().unwrap();
        glance(&server).marking_in(folder.path().into()).begin(ID).await.leave();
        let next = glance(&server).marking_in(folder.path().into());
        for _look in 0..3 {
            next.remove_left_behind().await;
        }
        let (show, delete) = (format!("GET /v2/images/{ID}"), format!("DELETE /v2/images/{ID}"));
        assert_eq!(asked(&server).await, [show.clone(), show, delete]);
    }

    #[tokio::test]
    async fn what_is_gone_on_with_is_left_to_whoever_does() {
        let server = server("queued").await;
        let folder = tempfile::tempdir().unwrap();
        let killed = glance(&server).marking_in(folder.path().into()).resumable();
        killed.begin(ID).await.leave();
        glance(&server).marking_in(folder.path().into()).remove_left_behind().await;
        assert!(asked(&server).await.is_empty());
        // What this run itself drops is an orphan all the same.
        drop(killed.begin(ID).await);
        assert_eq!(killed.remove_orphans().await.unwrap(), [ID]);
    }

    #[tokio::test]
    async fn a_run_that_is_at_it_is_left_in_peace() {
        let server = server("queued").await;
        let folder = tempfile::tempdir().unwrap();
        let other = glance(&server).marking_in(folder.path().into());
        let at_it = other.begin(ID).await;
        glance(&server).marking_in(folder.path().into()).remove_left_behind().await;
        assert!(asked(&server).await.is_empty());
        at_it.settle();
    }
}
