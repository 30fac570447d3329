//! The images of the chosen cloud, as far as they were looked at: what completion offers, and what a question
//! calls them.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use crate::api::KnownImage;

/// How many are looked at.
pub(in crate::cli::repl) const MOST: u64 = 5000;

/// After how long they are looked at again.
const FRESH: Duration = Duration::from_mins(1);

/// What is known of images.
#[derive(Default)]
pub(in crate::cli::repl) struct Known {
    images: RefCell<Vec<KnownImage>>,
    learned: Cell<Option<Instant>>,
}

impl Known {
    /// Whether it is time to look again.
    pub(in crate::cli::repl) fn is_old(&self) -> bool {
        self.learned.get().is_none_or(|learned| learned.elapsed() > FRESH)
    }

    /// These there are; none where they could not be seen, which is not asked again at once.
    pub(in crate::cli::repl) fn learn(&self, images: Vec<KnownImage>) {
        self.images.replace(images);
        self.learned.set(Some(Instant::now()));
    }

    /// Nothing is known of another cloud.
    pub(in crate::cli::repl) fn forget(&self) {
        self.images.take();
        self.learned.set(None);
    }

    /// Names and IDs that begin so, the names first; none that a string in quotes could not hold as it is.
    pub(in crate::cli::repl) fn beginning(&self, prefix: &str) -> Vec<String> {
        let images = self.images.borrow();
        let plain = |text: &&str| !text.contains(['"', '\'', '\\']) && !text.contains(char::is_control);
        let names = images.iter().filter_map(|image| image.name.as_deref());
        let mut names: Vec<&str> = names.filter(|name| name.starts_with(prefix)).filter(plain).collect();
        names.sort_unstable();
        names.dedup();
        // An ID is looked for by whoever has begun to type one.
        let ids = images.iter().map(|image| image.id.as_str());
        let ids = ids.filter(|id| !prefix.is_empty() && id.starts_with(prefix));
        names.into_iter().chain(ids).map(str::to_owned).collect()
    }

    /// What takes something away, as a question: an image by its name where that is known.
    pub(in crate::cli::repl) fn ask_deletion(&self, op: &str) -> String {
        let really = || format!("{op}: really?");
        let Some(path) = op.strip_prefix("DELETE /v2/images/") else { return really() };
        let words: Vec<&str> = path.split('/').collect();
        let images = self.images.borrow();
        let known = images.iter().find(|image| image.id == words[0]);
        let image = match known.and_then(|image| image.name.as_ref()) {
            Some(name) => format!("the image {name} ({})", words[0]),
            None => format!("the image {}", words[0]),
        };
        match words[1..] {
            [] => format!("Delete {image}?"),
            ["members", project] => format!("Take {image} from the project {project}?"),
            ["tags", tag] => format!("Take the tag {tag} off {image}?"),
            _ => really(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let known = Known::default();
        let image =
            |id: &str, name: Option<&str>| KnownImage { id: id.into(), name: name.map(str::to_owned) };
        known.learn(vec![
            image("1bea", Some("pfsense")),
            image("1bff", Some("debian 12")),
            image("2c00", Some("say \"hi\"")),
            image("3d00", Some("pfsense")),
            image("4e00", None),
        ]);
        known
    }

    #[test]
    fn names_come_before_ids_and_each_once() {
        assert_eq!(known().beginning(""), ["debian 12", "pfsense"]);
        assert_eq!(known().beginning("1b"), ["1bea", "1bff"]);
        assert!(known().beginning("say").is_empty());
        known().forget();
    }

    #[test]
    fn a_question_names_the_image() {
        assert_eq!(known().ask_deletion("DELETE /v2/images/1bea"), "Delete the image pfsense (1bea)?");
        for (op, question) in [
            ("DELETE /v2/images/4e00", "Delete the image 4e00?"),
            ("DELETE /v2/images/1bea/members/b", "Take the image pfsense (1bea) from the project b?"),
            ("DELETE /v2/images/1bea/tags/x", "Take the tag x off the image pfsense (1bea)?"),
            ("DELETE /v2/stores/a/1bea", "DELETE /v2/stores/a/1bea: really?"),
        ] {
            assert_eq!(known().ask_deletion(op), question);
        }
    }

    #[test]
    fn fresh_names_are_not_stale() {
        assert!(Known::default().is_old() && !known().is_old());
    }
}
