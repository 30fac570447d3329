//! Images that earlier runs left unfinished: a run finds them by their marks, and deletes those that it
//! can prove.
//!
//! It looks before its first write (`dispatch.rs`), and whenever it creates an image. Without files in
//! the folder of marks it asks nothing of the cloud, and neither for marks of other projects. It deletes
//! an image only where the mark holds the seed of the image's ID, the image is this project's, and it
//! still has no data. It reports all others, once.

use std::io;
use std::path::PathBuf;

use super::super::{Glance, Image};
use super::authorship::{Known, TakenBack};
use super::marks::{Found, LeftBehind, Marks, Owner};
use super::this_run::{Entry, Unfinished};
use crate::error::{Kind, Result};
use crate::http::Effect;

/// The statuses of an image without its data.
const WITHOUT_DATA: &[&str] = &["queued", "saving", "uploading", "importing"];

/// The statuses of an image whose data are whole.
const WITH_DATA: &[&str] = &["active", "deactivated"];

/// The number of strange files that are named one by one.
const NAMED: usize = 3;

impl Glance {
    /// Lists an image that is to be created, and marks it, so that the next run finds it if this one is
    /// killed.
    pub(in crate::glance) async fn begin(&self, mut entry: Entry) -> Unfinished {
        if let Some(marks) = self.orphans.marks.as_ref().filter(|_| !self.is_resumable)
            && let Ok(owner) = self.owner().await
        {
            let set = marks.set(&owner, &entry.id, entry.seed.as_ref(), entry.is_protected);
            entry.mark = set.unwrap_or_else(|error| {
                self.tell_unmarked(marks, &error);
                None
            });
        }
        self.orphans.begin(entry)
    }

    /// Says, once, that no later run would find the image if this run were killed.
    fn tell_unmarked(&self, marks: &Marks, error: &io::Error) {
        if !self.orphans.has_told.replace(true) {
            let folder = marks.folder().display();
            self.tell(&format!(
                "Cannot write to {folder} ({error}): if this run is killed, its unfinished images stay in the cloud and \
                 no later run removes them."
            ));
        }
    }

    /// Deletes, once a client, the images that earlier runs left unfinished, and says so. An image that
    /// cannot be deleted now is left to the next run.
    ///
    /// An image that does not exist may appear a moment later, where a run was killed with its request on the
    /// way: then the next call looks again.
    pub(in crate::glance) async fn remove_left_behind(&self) {
        let Some(marks) = &self.orphans.marks else { return };
        // A run that may not write says what is left, and tries nothing.
        if self.orphans.has_looked.get() || !self.session.door().allows(Effect::Write) {
            return;
        }
        let files = marks.files();
        // A caller that cannot wait (`Door::send`) polls once, and has not looked then.
        if !files.is_empty() {
            tokio::task::yield_now().await;
        }
        self.orphans.has_ever_looked.set(true);
        if self.orphans.has_looked.replace(true) || files.is_empty() {
            return;
        }
        let Ok(owner) = self.owner().await else { return };
        let mut strange = Vec::new();
        for file in files {
            // One at a time: no other mark is open or locked meanwhile.
            match marks.open(&file, &owner) {
                Found::Left(one) => self.remove_one_left_behind(one, &owner).await,
                Found::Strange(ignored) => strange.push((file, ignored)),
                Found::Nothing => {}
            }
        }
        self.tell_strange(&strange);
    }

    /// Says which files among the marks are none.
    fn tell_strange(&self, files: &[(PathBuf, io::Result<PathBuf>)]) {
        for (file, ignored) in files.iter().take(NAMED) {
            let file = file.display();
            let state = match ignored {
                Ok(ignored) => format!("It was renamed to {}; you can delete it.", ignored.display()),
                Err(error) => format!("It has no effect, and could not be renamed ({error}): delete it."),
            };
            self.tell(&format!("{file} is not a valid note of an unfinished image. {state}"));
        }
        if let Some((_, more @ [(file, _), ..])) = files.split_at_checked(NAMED) {
            let folder = file.parent().unwrap_or(file).display();
            self.tell(&format!("{folder} has {} more files that are not valid notes.", more.len()));
        }
    }

    async fn remove_one_left_behind(&self, one: LeftBehind, owner: &Owner) {
        match self.image(&one.id).await {
            Ok(image) => self.remove_image_left_behind(one, &image, owner).await,
            Err(error) if error.kind() == Kind::NotFound && one.mark.is_young() => {
                self.orphans.has_looked.set(false);
            }
            Err(error) if error.kind() == Kind::NotFound => self.erase(&one.mark),
            Err(_) => {}
        }
    }

    async fn remove_image_left_behind(&self, one: LeftBehind, image: &Image, owner: &Owner) {
        let LeftBehind { id, proof, was_protected, mark } = one;
        if WITH_DATA.contains(&&*image.status) {
            // Its data arrived, whole, before the run ended.
            return self.erase(&mark);
        }
        let is_own = owner.project.is_empty() || image.owner.as_deref() == Some(&owner.project);
        let Some(proof) = proof.filter(|_| is_own && WITHOUT_DATA.contains(&&*image.status)) else {
            self.tell(&format!(
                "Image {id} ({}) may have been left without its data by an earlier run. Look at it, and delete it if it \
                 is not needed.",
                image.status
            ));
            return self.erase(&mark);
        };
        let known = Known { was_protected, ..Known::default() };
        match self.take_back_seen(&proof, image, known).await {
            Ok(removed) => {
                if removed == TakenBack::Deleted {
                    self.tell(&format!("Image {id} was deleted: an earlier run left it without its data."));
                }
                self.erase(&mark);
            }
            Err(error) => self.tell(&format!(
                "An earlier run left image {id} without its data. Delete it yourself; Lunette tried and got: {error}"
            )),
        }
    }

    /// The owner of the images that this client creates, as a mark says it.
    pub(super) async fn owner(&self) -> Result<Owner> {
        let service = self.session.endpoint("image").await?.to_string();
        let access = self.session.access().await?;
        let project = access.project.as_ref().map_or_else(String::new, |project| project.id.clone());
        Ok(Owner { service, project })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use serde_json::json;
    use wiremock::matchers::method;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{glance, image, normalised};
    use crate::glance::unfinished::authorship::Seed;
    use crate::glance::unfinished::may_remain::Ledger;

    const SHOW: &str = "GET /v2/images/ID";
    const DELETE: &str = "DELETE /v2/images/ID";

    /// A server that has an image of that ID in that status, or none.
    async fn server(id: &str, status: &str) -> MockServer {
        let server = MockServer::start().await;
        let mut shown = image(id);
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

    fn marking(server: &MockServer, folder: &Path) -> Glance {
        glance(server).with_marks(Some(folder.into()), Ledger::default())
    }

    fn drawn(seed: &Seed) -> Entry {
        Entry::new(&seed.id(), Some(seed.clone()), None, false)
    }

    #[tokio::test]
    async fn the_next_run_deletes_what_a_killed_run_left_unless_its_data_arrived() {
        for (status, requests) in [
            ("queued", vec![SHOW, DELETE]),
            ("saving", vec![SHOW, DELETE]),
            ("uploading", vec![SHOW, DELETE]),
            ("importing", vec![SHOW, DELETE]),
            ("active", vec![SHOW]),
            ("deactivated", vec![SHOW]),
            // Reported once.
            ("killed", vec![SHOW]),
            // It may still be on its way, so every run looks, at each creation.
            ("gone", vec![SHOW; 4]),
        ] {
            let seed = Seed::draw();
            let server = server(&seed.id(), status).await;
            let folder = tempfile::tempdir().unwrap();
            marking(&server, folder.path()).begin(drawn(&seed)).await.leave();
            for _time in 0..2 {
                let next = marking(&server, folder.path());
                next.remove_left_behind().await;
                next.remove_left_behind().await;
            }
            assert_eq!(normalised(&server).await, requests, "{status}");
        }
    }

    #[tokio::test]
    async fn the_next_run_deletes_no_image_of_an_id_that_the_caller_chose() {
        const ID: &str = "1bea47ed-f6a9-463b-b423-14b9cca9ad27";
        let server = server(ID, "queued").await;
        let folder = tempfile::tempdir().unwrap();
        marking(&server, folder.path()).begin(Entry::new(ID, None, None, false)).await.leave();
        for _time in 0..2 {
            marking(&server, folder.path()).remove_left_behind().await;
        }
        assert_eq!(normalised(&server).await, [SHOW]);
    }

    #[tokio::test]
    async fn the_next_run_deletes_an_image_that_appears_after_the_kill() {
        let seed = Seed::draw();
        let server = server(&seed.id(), "queued").await;
        let missing = Mock::given(method("GET")).respond_with(ResponseTemplate::new(404));
        missing.up_to_n_times(1).with_priority(1).mount(&server).await;
        let folder = tempfile::tempdir().unwrap();
        marking(&server, folder.path()).begin(drawn(&seed)).await.leave();
        let next = marking(&server, folder.path());
        for _look in 0..3 {
            next.remove_left_behind().await;
        }
        assert_eq!(normalised(&server).await, [SHOW, SHOW, DELETE]);
    }

    #[tokio::test]
    async fn no_run_deletes_what_another_completes_later() {
        let seed = Seed::draw();
        let server = server(&seed.id(), "queued").await;
        let folder = tempfile::tempdir().unwrap();
        marking(&server, folder.path()).resumable().begin(drawn(&seed)).await.leave();
        marking(&server, folder.path()).remove_left_behind().await;
        assert!(normalised(&server).await.is_empty());
    }

    #[tokio::test]
    async fn no_run_deletes_what_a_living_run_has_begun() {
        let seed = Seed::draw();
        let server = server(&seed.id(), "queued").await;
        let folder = tempfile::tempdir().unwrap();
        let other = marking(&server, folder.path());
        let begun = other.begin(drawn(&seed)).await;
        marking(&server, folder.path()).remove_left_behind().await;
        assert!(normalised(&server).await.is_empty());
        begun.settle(&other);
    }

    #[tokio::test]
    async fn a_protection_that_somebody_else_set_is_not_removed() {
        for was_protected in [false, true] {
            let seed = Seed::draw();
            let server = server(&seed.id(), "queued").await;
            let mut shown = image(&seed.id());
            shown["protected"] = json!(true);
            for (verb, answer) in [("GET", &shown), ("PATCH", &shown)]
                .map(|(verb, it)| (verb, ResponseTemplate::new(200).set_body_json(it)))
            {
                Mock::given(method(verb)).respond_with(answer).with_priority(1).mount(&server).await;
            }
            let folder = tempfile::tempdir().unwrap();
            let entry = Entry::new(&seed.id(), Some(seed.clone()), None, was_protected);
            marking(&server, folder.path()).begin(entry).await.leave();
            marking(&server, folder.path()).remove_left_behind().await;
            let asked = normalised(&server).await;
            assert_eq!(asked.iter().any(|line| line.starts_with("PATCH")), was_protected, "{asked:?}");
        }
    }
}
