//! Marks of images that an error or a sentence names, kept until a person has seen it.
//!
//! An image that may exist, and that this run may not remove, is named by the error of its creation. If
//! the process is killed before that error is shown, the image has only its mark: so the mark stays until
//! the caller of this layer has shown how the run ended ([`Ledger::release_marks`]). A killed run leaves
//! the mark to the next one.
//!
//! A script may catch the error and go on for hours. Its mark stays all the same, because an error that
//! passes through Lua does not say whether the script reports it, handles it or is about to end with it.
//! That costs one open file an image, and no more than a sentence: such a mark holds no seed, so no run
//! deletes the image for it, and other runs leave it alone as long as this one lives. When the run ends
//! in good order, an error that the script caught was the script's to report, and the mark is removed
//! without a word. If the run is interrupted or killed, nobody knows how far the script came, so the
//! image is named once more: on ^C, SIGTERM and SIGHUP by this run, after `kill -9` by the next. The
//! oldest marks beyond [`MOST`] are removed: the script has gone on since.

use super::marks::Mark;
use super::may_remain::{Begun, Ledger};

/// The number of marks that are kept. Each holds a file descriptor.
const MOST: usize = 64;

/// The mark of an image that an error or a sentence names.
#[derive(Debug)]
pub(in crate::glance) struct Unshown {
    id: Box<str>,
    /// The image, where an interrupted run has to name it.
    begun: Option<Begun>,
    mark: Mark,
}

impl Unshown {
    /// The sentence for a run that is interrupted.
    pub(super) fn sentence(&self) -> Option<String> {
        self.begun.as_ref().map(Begun::unproven)
    }
}

impl Ledger {
    /// Keeps the mark of an image that an error of a call names. Returns a sentence for each mark that can no
    /// longer be kept, and not be removed either.
    pub(in crate::glance) fn keep_named_by_error(&self, begun: Begun, mark: Mark) -> Vec<String> {
        self.keep(Unshown { id: begun.id.as_str().into(), begun: Some(begun), mark })
    }

    /// The same for an image that a sentence of clean-up names.
    pub(in crate::glance) fn keep_named_by_clean_up(&self, id: &str, mark: Mark) -> Vec<String> {
        self.keep(Unshown { id: id.into(), begun: None, mark })
    }

    fn keep(&self, unshown: Unshown) -> Vec<String> {
        let mut lines = self.lock();
        lines.unshown.push(unshown);
        let surplus = lines.unshown.len().saturating_sub(MOST);
        erased(lines.unshown.drain(..surplus))
    }

    /// Removes the marks of an image that is known to be complete or gone. Returns a sentence for each that
    /// cannot be removed.
    pub(in crate::glance) fn forget_image(&self, id: &str) -> Vec<String> {
        erased(self.lock().unshown.extract_if(.., |unshown| *unshown.id == *id))
    }

    /// Returns the sentences about images that errors named, for a run that was interrupted: nobody may have
    /// seen those errors.
    pub fn not_shown(&self) -> Vec<String> {
        self.lock().unshown.iter().filter_map(Unshown::sentence).collect()
    }

    /// Removes the marks of the images that this run has named. Returns a sentence for each mark that cannot
    /// be removed.
    ///
    /// To be called once the run has ended in good order and its error, if any, was shown.
    pub fn release_marks(&self) -> Vec<String> {
        erased(self.lock().unshown.drain(..))
    }
}

fn erased(unshown: impl Iterator<Item = Unshown>) -> Vec<String> {
    unshown.filter_map(|unshown| unshown.mark.erase_or_say_why()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::path::Path;

    use super::super::marks::{Marks, Owner};
    use super::*;

    fn mark(folder: &Path, id: &str) -> (Begun, Mark) {
        let owner = Owner { service: "http://cloud".into(), project: "a".into() };
        let mark = Marks::new(folder.into()).set(&owner, id, None, false).unwrap().unwrap();
        (Begun { id: id.into(), is_drawn: false, is_marked: true }, mark)
    }

    fn count(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    fn id(number: usize) -> String {
        format!("1bea47ed-f6a9-463b-b423-{number:012}")
    }

    #[test]
    fn a_mark_stays_until_its_error_was_shown_and_is_named_if_it_was_not() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::default();
        let (begun, first) = mark(folder.path(), &id(1));
        assert!(ledger.keep_named_by_error(begun, first).is_empty());
        ledger.keep_named_by_clean_up(&id(2), mark(folder.path(), &id(2)).1);
        for told in [ledger.not_shown(), ledger.describe_not_cleaned_up()] {
            assert!(told.len() == 1 && told[0].contains(&id(1)), "{told:?}");
        }
        assert_eq!(count(folder.path()), 2);
        assert!(ledger.release_marks().is_empty() && ledger.not_shown().is_empty());
        assert_eq!(count(folder.path()), 0);
    }

    #[test]
    fn a_killed_run_leaves_its_mark() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::default();
        let (begun, mark) = mark(folder.path(), &id(1));
        ledger.keep_named_by_error(begun, mark);
        drop(ledger);
        assert_eq!(count(folder.path()), 1);
    }

    #[test]
    fn an_image_that_is_known_in_the_end_keeps_no_mark() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::default();
        for number in [1, 2, 1] {
            let (begun, mark) = mark(folder.path(), &id(number));
            ledger.keep_named_by_error(begun, mark);
        }
        ledger.forget_image(&id(1));
        assert_eq!((count(folder.path()), ledger.not_shown().len()), (1, 1));
    }

    #[test]
    fn a_script_that_catches_errors_for_hours_keeps_the_latest_marks() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::default();
        for number in 0..MOST + 3 {
            let (begun, mark) = mark(folder.path(), &id(number));
            ledger.keep_named_by_error(begun, mark);
        }
        assert_eq!(count(folder.path()), MOST);
        assert!(ledger.not_shown()[0].contains(&id(3)));
    }
}
