//! The sentences in which a run that only reads reports images that earlier runs left, each image once.
//!
//! It removes nothing (`earlier_runs.rs` does), and sends nothing: it only reads the marks.

use futures_util::future::FutureExt;

use super::super::Glance;
use super::marks::LeftBehind;

impl Glance {
    /// Returns a sentence for each image that an earlier run may have left in this project, unless this run
    /// has looked for such images, or another run has reported the image.
    pub fn left_behind(&self) -> Vec<String> {
        let Some(marks) = self.orphans.marks.as_ref().filter(|_| !self.orphans.has_ever_looked.get()) else {
            return Vec::new();
        };
        let files = marks.files();
        if files.is_empty() {
            return Vec::new();
        }
        // Known at once if this run is logged in. It does not log in only for this.
        let Some(Ok(owner)) = self.owner().now_or_never() else { return Vec::new() };
        let left = files.iter().filter_map(|file| LeftBehind::read(file, &owner));
        left.filter(|one| one.mark.note_told()).map(|one| sentence(&one)).collect()
    }
}

fn sentence(left: &LeftBehind) -> String {
    let id = &left.id;
    let next = if left.proof.is_some() {
        "The next run that changes anything in this project deletes it then."
    } else {
        "Look at it, and delete it if it is not needed."
    };
    format!("Image {id} may have been left without its data by an earlier run. {next}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{asked, glance};
    use crate::glance::unfinished::authorship::Seed;
    use crate::glance::unfinished::may_remain::Ledger;
    use crate::glance::unfinished::this_run::Entry;

    fn marking(server: &MockServer, folder: &Path) -> Glance {
        glance(server).with_marks(Some(folder.into()), Ledger::default())
    }

    #[tokio::test]
    async fn an_image_that_an_earlier_run_left_is_told_once_and_nothing_is_sent() {
        let server = MockServer::start().await;
        let folder = tempfile::tempdir().unwrap();
        let (seed, other) = (Seed::draw(), Seed::draw());
        marking(&server, folder.path()).begin(Entry::new(&seed.id(), Some(seed), None, false)).await.leave();
        let living = marking(&server, folder.path());
        let _begun = living.begin(Entry::new(&other.id(), Some(other), None, false)).await;
        let told = marking(&server, folder.path()).left_behind();
        assert!(told.len() == 1 && told[0].ends_with("deletes it then."), "{told:?}");
        assert!(marking(&server, folder.path()).left_behind().is_empty());
        assert!(asked(&server).await.is_empty());
    }

    #[tokio::test]
    async fn an_image_that_was_told_of_is_removed_all_the_same() {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(403)).mount(&server).await;
        let folder = tempfile::tempdir().unwrap();
        let seed = Seed::draw();
        marking(&server, folder.path()).begin(Entry::new(&seed.id(), Some(seed), None, false)).await.leave();
        assert_eq!(marking(&server, folder.path()).left_behind().len(), 1);
        let next = marking(&server, folder.path());
        next.remove_left_behind().await;
        assert_eq!(asked(&server).await.len(), 1);
        assert!(next.left_behind().is_empty());
    }
}
