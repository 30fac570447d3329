//! Writes: additions to the cloud (objects, imports, data) and other changes, and the list of those that are
//! on their way, with the sentences about them.
//!
//! `creation.rs` says when a write is listed, and when no longer; `change.rs` names changes.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use crate::error::Error;
use crate::http::Attempts;

/// What a request adds to the cloud or changes there, as messages name it.
#[derive(Clone, Debug)]
pub(in crate::glance) struct Addition {
    /// Its kind, its name and where it is: `member 1bea of image 7d9c`, `update of image 7d9c`.
    name: String,
    /// The object that a deletion of that name deletes.
    object: String,
    /// For a change, a hash of its body: another update of the same image is another change.
    body: Option<u64>,
    /// The phrase for what is not known, such as `may exist`.
    state: &'static str,
    /// How the reader of the message can find out.
    look: String,
    /// For data: whether all of them were sent. Otherwise no image has them.
    is_all_sent: Option<Arc<AtomicBool>>,
}

impl Addition {
    /// An object of that name, which that call of Lua shows.
    pub(in crate::glance) fn new(name: &str, look: &str) -> Addition {
        Addition {
            name: plain(name),
            object: plain(name),
            body: None,
            state: "may exist",
            look: format!("Look: {}", plain(look)),
            is_all_sent: None,
        }
    }

    /// A change of an object, such as `update of`, that has this body.
    pub(super) fn change(work: &str, object: &str, look: &str, body: &[u8]) -> Addition {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        Addition {
            object: plain(object),
            body: Some(hasher.finish()),
            state: "may have been carried out",
            ..Addition::new(&format!("{work} {object}"), look)
        }
    }

    /// An import into an image.
    pub(in crate::glance) fn import(id: &str) -> Addition {
        let (name, look) = (format!("import into image {id}"), format!("cloud:image({id:?}):tasks()"));
        Addition { state: "may have begun", ..Addition::new(&name, &look) }
    }

    /// Data on their way to an image, such as an `upload`; the flag is set once all of them were sent.
    pub(in crate::glance) fn data(work: &str, id: &str, is_all_sent: Arc<AtomicBool>) -> Addition {
        let (name, look) = (format!("{work} to image {id}"), format!("cloud:image({id:?}).status"));
        let data = Addition::new(&name, &look);
        Addition { state: "may have been carried out", is_all_sent: Some(is_all_sent), ..data }
    }

    /// Returns whether these are image data, whose sender looks at the image after an error.
    pub(super) fn is_data(&self) -> bool {
        self.is_all_sent.is_some()
    }

    /// A request that a script writes itself.
    pub(in crate::glance) fn of_request(op: &str) -> Addition {
        let look = "Look before you send it again.".to_owned();
        let request = Addition::new(&format!("request {op}"), "");
        Addition { state: "may have been carried out", look, ..request }
    }

    /// The name.
    pub(in crate::glance) fn name(&self) -> &str {
        &self.name
    }

    /// The error with the name of what may exist, unless its message has it already.
    pub(super) fn named_by(&self, error: Error) -> Error {
        if error.message().contains(self.name()) {
            return error;
        }
        error.context(format!("{} {}", self.name, self.state)).advice("look for it before you try again")
    }

    /// Returns the sentence about a write that nothing awaits any more.
    fn sentence(&self, cloud: &str) -> String {
        let mut name = self.name.chars();
        let name: String = name.next().into_iter().flat_map(char::to_uppercase).chain(name).collect();
        let Addition { state, look, is_all_sent, .. } = self;
        if is_all_sent.as_ref().is_some_and(|all| !all.load(Relaxed)) {
            return format!(
                "{name} in cloud {cloud} was cut off before all data were sent: the image has none of them. {look}"
            );
        }
        format!("{name} {state} in cloud {cloud}: the work was stopped before the cloud confirmed it. {look}")
    }
}

/// A text with its control characters escaped.
fn plain(text: &str) -> String {
    text.chars().fold(String::new(), |mut plain, character| {
        if character.is_control() {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
        plain
    })
}

/// A write in the ledger.
#[derive(Debug)]
pub(in crate::glance) struct Sent {
    pub(super) key: u64,
    /// The entry of clouds.yaml.
    pub(super) cloud: String,
    pub(super) object: Addition,
    pub(super) attempts: Arc<Attempts>,
    /// Whether nothing awaits it any more.
    pub(super) is_dropped: bool,
}

impl Sent {
    /// Whether the service may carry it out, or has.
    pub(super) fn may_exist(&self) -> bool {
        self.attempts.is_on_its_way.load(Relaxed) || self.attempts.may_be_done.load(Relaxed)
    }

    pub(super) fn is_same(&self, cloud: &str, object: &Addition) -> bool {
        self.cloud == cloud && self.object.name == object.name && self.object.body == object.body
    }

    /// Whether it is about the object that a write deleted, or about a part of that object.
    pub(super) fn is_about(&self, cloud: &str, deletion: &Addition) -> bool {
        let name = self.object.name.strip_suffix(&deletion.object);
        self.cloud == cloud && name.is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
    }

    /// The sentence about it, once nothing awaits it.
    pub(super) fn sentence(&self) -> String {
        self.object.sentence(&self.cloud)
    }
}

/// A sentence for each object that may exist.
pub(in crate::glance) fn sentences(all: &[Sent]) -> Vec<String> {
    let mut sentences = Vec::new();
    for sentence in all.iter().filter(|sent| sent.may_exist()).map(Sent::sentence) {
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    sentences
}
