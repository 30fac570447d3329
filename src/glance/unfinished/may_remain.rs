//! The ledger of what a run may leave behind, and the sentences about images.
//!
//! Knows of no request: `clean_up.rs` and `earlier_runs.rs` say what became of an image. Marks of images that
//! only an error names are `unshown.rs`'s.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::authorship::TakenBack;
use super::in_flight::{Sent, sentences};
use super::unclear::Unclear;
use super::unshown::Unshown;

/// What a run has begun and may leave behind, for a process that ends without clean-up. Clones are the same
/// list.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Arc<Mutex<Lines>>);

/// The content of a ledger.
#[derive(Debug, Default)]
pub(in crate::glance) struct Lines {
    /// The images that are not complete.
    pub(in crate::glance) images: Vec<Begun>,
    /// The creations of other objects whose answer is not known.
    pub(in crate::glance) sent: Vec<Sent>,
    /// The key of the latest of these.
    pub(in crate::glance) latest: u64,
    /// The images that an error or a sentence names, until it has been shown.
    pub(in crate::glance) unshown: Vec<Unshown>,
}

impl Ledger {
    /// The sentences about all that may remain.
    pub fn describe_not_cleaned_up(&self) -> Vec<String> {
        let lines = self.lock();
        let images = lines.images.iter().map(Begun::describe_not_cleaned_up);
        images
            .chain(sentences(&lines.sent))
            .chain(lines.unshown.iter().filter_map(Unshown::sentence))
            .collect()
    }

    pub(in crate::glance) fn lock(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An image that a run has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::glance) struct Begun {
    /// Its ID.
    pub(in crate::glance) id: String,
    /// Whether Lunette drew the ID, and so may delete the image.
    pub(in crate::glance) is_drawn: bool,
    /// Whether a mark leads the next run to it.
    pub(in crate::glance) is_marked: bool,
}

impl Begun {
    /// The sentence about an image that was not cleaned up.
    pub(in crate::glance) fn describe_not_cleaned_up(&self) -> String {
        let id = &self.id;
        let also = if self.is_next_runs() {
            " The next run that changes anything in this project will also try."
        } else {
            ""
        };
        let advice =
            if self.is_drawn { "Delete it" } else { "Look at it, and delete it if it is not needed" };
        format!(
            "Image {id} was not removed and may still exist without data. {advice}: {}{also}",
            self.delete_command()
        )
    }

    /// The sentence about an image that may be left, for that reason.
    pub(in crate::glance) fn remains(&self, why: &str) -> String {
        let id = &self.id;
        let also = if self.is_next_runs() {
            " The next run that changes anything in this project will also try."
        } else {
            ""
        };
        format!("Image {id} may still exist without data: {why}. Delete it: {}{also}", self.delete_command())
    }

    /// The sentence about an image that does not exist yet, whose creation had that answer.
    pub(in crate::glance) fn may_appear(&self, unclear: &Unclear) -> String {
        let next = if self.is_next_runs() {
            "The next run that changes anything in this project deletes it then; or look in a minute"
        } else {
            "Look in a minute, and delete it"
        };
        format!("{} {next}: {}", unclear.sentence(&self.id), self.delete_command())
    }

    /// The sentence about an image that anybody may have made.
    pub(in crate::glance) fn unproven(&self) -> String {
        format!(
            "Image {} may exist without data and was not deleted, because this run cannot tell whether it created it. \
             Look at it, and delete it if it is not needed: {}",
            self.id,
            self.delete_command()
        )
    }

    /// The sentence about an image that was taken back; none where somebody else had deleted it.
    pub(in crate::glance) fn describe_taken_back(&self, removed: TakenBack) -> Option<String> {
        let id = &self.id;
        match removed {
            TakenBack::Deleted => Some(format!("Image {id} was deleted again: it was not complete.")),
            TakenBack::Gone => Some(format!("Image {id} had no data; it no longer exists.")),
            TakenBack::Absent => None,
            TakenBack::Kept(reason) => Some(format!("Image {id} was kept, because {reason}.")),
        }
    }

    /// Whether the next run deletes the image.
    fn is_next_runs(&self) -> bool {
        self.is_drawn && self.is_marked
    }

    /// The command that deletes the image.
    fn delete_command(&self) -> String {
        format!("lunette -e 'cloud:image(\"{}\"):delete()'", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_run_is_promised_only_where_a_mark_leads_it_to_an_image_of_a_drawn_id() {
        for (is_drawn, is_marked) in [(true, true), (true, false), (false, true), (false, false)] {
            let begun = Begun { id: "1bea".into(), is_drawn, is_marked };
            for text in [
                begun.describe_not_cleaned_up(),
                begun.remains("no answer"),
                begun.may_appear(&Unclear::NoAnswer),
            ] {
                assert_eq!(
                    text.contains("next run that changes anything in this project"),
                    is_drawn && is_marked,
                    "{text}"
                );
                assert!(text.contains("lunette -e 'cloud:image(\"1bea\"):delete()'"), "{text}");
            }
            assert!(!begun.unproven().contains("next run"));
        }
    }
}
