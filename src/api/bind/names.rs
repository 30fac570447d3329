//! Every Lua name that this layer registers, as documentation writes it.
//!
//! For the test that compares `stdlib/meta` with what is there, both ways.

use super::record::Record;
use crate::api::cloud::record::CloudRecord;
use crate::api::image::record::ImageRecord;
use crate::api::image_cache::CacheRecord;
use crate::api::member::MemberRecord;
use crate::api::metadefs::DefinitionRecord;
use crate::api::project::ProjectRecord;
use crate::api::store::StoreRecord;
use crate::api::task::TaskRecord;
use crate::glance::metadefs;

/// `glance.connect`, `Cloud:images`, `Image.id`, …
pub fn names() -> Vec<String> {
    let mut names = Vec::new();
    record::<CloudRecord>("Cloud", &mut names);
    record::<ImageRecord>("Image", &mut names);
    record::<MemberRecord>("Member", &mut names);
    record::<ProjectRecord>("Project", &mut names);
    record::<DefinitionRecord<metadefs::Namespace>>("Namespace", &mut names);
    record::<DefinitionRecord<metadefs::Property>>("NamespaceProperty", &mut names);
    record::<DefinitionRecord<metadefs::Object>>("NamespaceObject", &mut names);
    record::<DefinitionRecord<metadefs::Tag>>("NamespaceTag", &mut names);
    record::<DefinitionRecord<metadefs::ResourceType>>("ResourceType", &mut names);
    record::<StoreRecord>("Store", &mut names);
    record::<TaskRecord>("Task", &mut names);
    record::<CacheRecord>("Cache", &mut names);
    for plural in [
        "Images",
        "Members",
        "Namespaces",
        "NamespaceProperties",
        "NamespaceObjects",
        "NamespaceTags",
        "ResourceTypes",
        "Tasks",
    ] {
        names.extend(["collect", "first"].map(|method| format!("{plural}:{method}")));
    }
    names.extend(
        [
            "glance.connect",
            "glance.clouds",
            "sandbox.faults",
            "sandbox.advance",
            "sandbox.requests",
            "std.recipe.run",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_hides_a_method() {
        let names = names();
        for name in &names {
            assert!(!names.contains(&name.replace(':', ".")) || !name.contains(':'), "{name}");
        }
    }
}
