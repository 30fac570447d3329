//! Every Lua name that this layer registers, as documentation writes it.
//!
//! For the test that compares `stdlib/meta` with what is there, both ways.

use super::cloud::CloudRecord;
use super::image::ImageRecord;
use super::member::MemberRecord;
use super::project::ProjectRecord;
use super::record::Record;

/// `glance.connect`, `Cloud:images`, `Image.id`, …
pub fn names() -> Vec<String> {
    let mut names = Vec::new();
    record::<CloudRecord>("Cloud", &mut names);
    record::<ImageRecord>("Image", &mut names);
    record::<MemberRecord>("Member", &mut names);
    record::<ProjectRecord>("Project", &mut names);
    for plural in ["Images", "Members"] {
        names.extend(["collect", "first"].map(|method| format!("{plural}:{method}")));
    }
    names.extend(
        [
            "glance.connect",
            "glance.clouds",
            "sandbox.faults",
            "sandbox.advance",
            "sandbox.requests",
            "ui.confirm",
            "ui.note",
        ]
        .map(String::from),
    );
    names
}

fn record<R: Record>(class: &str, names: &mut Vec<String>) {
    names.extend(R::FIELDS.iter().map(|field| format!("{class}.{field}")));
    names.extend(R::METHODS.iter().map(|method| format!("{class}:{method}")));
}
