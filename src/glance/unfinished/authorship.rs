//! Proof that Lunette made an image: what lets a run remove that image again on its own account.
//!
//! A run removes an image by itself in one case only: it began the image, and the image did not get its data.
//! The user asked for no deletion, so the run has to be certain that the image is its own work, and not an
//! image that existed before under the same ID. The only deletion that passes as a write (`take_back.rs`)
//! therefore takes an [`Authorship`]. Its field is private to this file: code without a proof does not
//! compile. The proofs are:
//!
//! * The ID was drawn at random ([`Seed::authorship`]). An ID is made from 32 random bytes, and only an image
//!   that was created with these bytes at hand has it. A mark on the disk holds the bytes, so the run after
//!   one that was killed verifies it in the same way; nobody can write a mark for an image that has any other
//!   ID.
//! * `POST /v2/images` carried the ID and was answered 201 with it ([`Authorship::of_answer`]). Glance gives
//!   no ID twice: where the image existed before, the answer is 409.
//! * The image has the stamp that this run sent with it ([`Authorship::of_copy`]): the value of
//!   `lunette_copy`, which copies have until they are complete, ends in a random word.
//!
//! Each deletion follows a look at the image: an image that has its data by then is kept, and so is a copy
//! whose stamp is gone. Somebody else completed it.
//!
//! Comparing an image with what was asked for is no proof: two runs may ask for the same. So an image with an
//! ID that the caller chose, and whose answer was lost, is named in a message and left as it is. Sends
//! nothing.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::super::Image;

/// The custom property of a copy that is not complete.
pub(in crate::glance) const COPY: &str = "lunette_copy";

/// The status of an answer that says: this request created it.
const CREATED: u16 = 201;

/// Proof that the image with this ID was made by this run, or by an earlier run that left its seed.
#[derive(Clone, Debug)]
pub(in crate::glance) struct Authorship {
    id: Box<str>,
}

impl Authorship {
    /// The proof of an answer to a creation with that ID: status 201, and the same ID in the body.
    pub(in crate::glance) fn of_answer(sent_id: &str, status: u16, image: &Image) -> Option<Authorship> {
        (status == CREATED && &*image.id == sent_id).then(|| Authorship { id: sent_id.into() })
    }

    /// The proof of a copy that has the stamp with which this run sent it.
    pub(in crate::glance) fn of_copy(image: &Image, stamp: &Stamp) -> Option<Authorship> {
        let is_own = image.properties.get(COPY).is_some_and(|state| **state == *stamp.0);
        is_own.then(|| Authorship { id: image.id.clone() })
    }

    /// The image.
    pub(in crate::glance) fn id(&self) -> &str {
        &self.id
    }
}

/// The random bytes from which an image's ID is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::glance) struct Seed([u8; 32]);

impl Seed {
    /// New random bytes, from the operating system.
    pub(in crate::glance) fn draw() -> Seed {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(Uuid::new_v4().as_bytes());
        bytes[16..].copy_from_slice(Uuid::new_v4().as_bytes());
        Seed(bytes)
    }

    /// The ID that is made from them: SHA-256, in the form of a random UUID.
    pub(in crate::glance) fn id(&self) -> String {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&Sha256::digest(self.0)[..16]);
        Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// The proof: nobody without these bytes can have created an image with that ID.
    pub(in crate::glance) fn authorship(&self) -> Authorship {
        Authorship { id: self.id().into() }
    }

    /// The bytes in hexadecimal digits, as a mark holds them.
    pub(in crate::glance) fn to_hex(&self) -> String {
        self.0.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }

    /// The bytes that a mark holds.
    pub(in crate::glance) fn from_hex(text: &str) -> Option<Seed> {
        let digits = text.as_bytes();
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Seed(bytes))
    }
}

/// The value of `lunette_copy` that this run, and no other, gives to one copy.
#[derive(Clone, Debug)]
pub(in crate::glance) struct Stamp(String);

impl Stamp {
    /// Adds a random word to the body's `lunette_copy`; `None` where the body has none.
    pub(in crate::glance) fn put(body: &mut Map<String, Value>) -> Option<Stamp> {
        let state = body.get_mut(COPY)?;
        let stamp = format!("{} {}", state.as_str()?, Uuid::new_v4().simple());
        *state = Value::from(stamp.as_str());
        Some(Stamp(stamp))
    }
}

/// The result of taking an image back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::glance) enum TakenBack {
    /// The cloud answered that it deleted the image.
    Deleted,
    /// An earlier answer was lost, and now the image does not exist.
    Gone,
    /// The cloud knows no such image: it was deleted by somebody else, or its creation is still on its way.
    Absent,
    /// The image was not deleted, for that reason.
    Kept(&'static str),
}

/// The state in which this run knows an image that it takes back.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::glance) struct Known<'a> {
    /// The stamp that the image must still have.
    pub(in crate::glance) stamp: Option<&'a Stamp>,
    /// Whether this run asked for a protected image: a protection that somebody else set is not removed.
    pub(in crate::glance) was_protected: bool,
    /// Whether the data that the image has are damaged.
    pub(in crate::glance) is_damaged: bool,
}

impl Known<'_> {
    /// The reason to keep the image as it is now, if there is one.
    pub(super) fn reason_to_keep(&self, image: &Image) -> Option<&'static str> {
        let has_data = matches!(&*image.status, "active" | "deactivated");
        if self.stamp.is_some_and(|stamp| Authorship::of_copy(image, stamp).is_none()) {
            Some("another run has completed it or taken it over")
        } else if has_data && !self.is_damaged {
            Some("it has its data")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn image(value: Value) -> Image {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_seed_proves_the_one_id_that_is_made_from_it() {
        let (seed, other) = (Seed::draw(), Seed::draw());
        assert_ne!(seed.id(), other.id());
        assert_eq!(seed.authorship().id(), seed.id());
        assert_eq!(Uuid::try_parse(&seed.id()).unwrap().get_version_num(), 4);
        assert_eq!(Seed::from_hex(&seed.to_hex()).unwrap(), seed);
        let known = Seed([7; 32]);
        assert_eq!(known.id(), "4bb06f8e-4e3a-4715-9201-d573d0aa4237");
    }

    #[test]
    fn a_text_that_is_no_seed_is_refused() {
        for text in ["", "07", &"0".repeat(63), &"g".repeat(64), &"é".repeat(32)] {
            assert!(Seed::from_hex(text).is_none(), "{text}");
        }
    }

    #[test]
    fn only_201_with_the_same_id_proves_a_creation() {
        let made = image(json!({ "id": "1bea", "status": "queued" }));
        assert!(Authorship::of_answer("1bea", 201, &made).is_some());
        for (id, status) in [("1bea", 200), ("1bea", 202), ("2cfb", 201)] {
            assert!(Authorship::of_answer(id, status, &made).is_none(), "{id} {status}");
        }
    }

    #[test]
    fn only_the_stamp_of_this_run_proves_a_copy() {
        let mut body = Map::from_iter([(COPY.to_owned(), json!("unfinished"))]);
        let stamp = Stamp::put(&mut body).unwrap();
        let sent = body[COPY].as_str().unwrap().to_owned();
        assert!(sent.starts_with("unfinished "));
        for (state, is_own) in [(json!(sent), true), (json!("unfinished"), false), (json!(null), false)] {
            let copy = image(json!({ "id": "1bea", "status": "queued", COPY: state }));
            assert_eq!(Authorship::of_copy(&copy, &stamp).is_some(), is_own, "{state}");
        }
        assert!(Stamp::put(&mut Map::new()).is_none());
    }
}
