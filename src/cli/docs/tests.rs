//! What is meant by a topic; and that the options a call is documented with are those that it takes.
#![allow(clippy::unwrap_used)]

use std::ffi::OsString;

use super::*;
use crate::cli::args::global::Globals;
use crate::cli::session::environment::Surroundings;
use crate::cli::session::interrupt::until_interrupted;
use crate::cli::session::{Invocation, Session};

fn documentation() -> Documentation {
    let text = "\
--- Who.
---@class (exact) AddMemberOptions: MoreOptions
---@field one string the first
---@field two? boolean

---@class (exact) MoreOptions
---@field three? integer

--- Lists.
---
--- Request: GET /v2/images
--- Command: glance image-list, openstack image list
---@param options? table
function Cloud:images(options) end

--- Shares it.
---
--- Request: POST /v2/images/{image_id}/members
--- Request: DELETE /v2/images/{image_id}/members
--- Command: glance member-create, openstack image add project
---@param options AddMemberOptions
function Image:add_member(options) end

--- Knows things.
---
--- Request: GET /v2/info/usage
function Cloud:usage() end
";
    Documentation(luacats::entries(text))
}

#[test]
fn a_verb_of_another_client_is_a_topic() {
    for topic in ["member-create", "glance member-create", "openstack image add project", "image add project"]
    {
        let documentation = documentation();
        let names: Vec<_> =
            documentation.find_entries(topic).iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["Image:add_member"], "{topic}");
    }
    assert!(documentation().text("member-creat").is_none());
    let advice = documentation().unknown_topic("member-creat", &[]);
    assert_eq!(advice.advice_text(), Some("did you mean member-create?"));
}

#[test]
fn operations_are_listed_in_the_order_of_the_api() {
    assert_eq!(
        documentation().operations(),
        [
            ("GET", "/v2/images", "Cloud:images"),
            ("POST", "/v2/images/{image_id}/members", "Image:add_member"),
            ("DELETE", "/v2/images/{image_id}/members", "Image:add_member"),
            ("GET", "/v2/info/usage", "Cloud:usage"),
        ]
    );
}

#[test]
fn options_are_the_fields_of_their_class_and_its_parents() {
    let documentation = documentation();
    let call = documentation.find_entries("add_member")[0];
    assert_eq!(documentation.options(call), ["one", "two", "three"]);
    let help = documentation.text("add_member").unwrap_or_default();
    let options = "\nOptions:\n  one: string      the first\n  two?: boolean\n  three?: integer\n";
    assert!(help.ends_with(options), "{help}");
    assert!(documentation.text("one").is_none() && documentation.text("AddMemberOptions.one").is_some());
}

#[test]
fn a_word_is_looked_for_in_all_that_is_written() {
    let documentation = documentation();
    let names = |word| documentation.find_word(word).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names("MEMBER"), ["Image:add_member(options)"]);
    assert_eq!(names("things"), ["Cloud:usage()"]);
}

/// One of each class whose methods take options.
const THINGS: &str = "
image = cloud:image 'pfsense':update { visibility = 'shared' }
member = image:add_member(require('glance').connect 'project-b'.project_id)
local admin = require('glance').connect 'admin'
namespace = admin:create_namespace { namespace = 'things' }
property = namespace:create_property { name = 'p', title = 'P', type = 'string' }
object = namespace:create_object { name = 'o' }
tag = namespace:create_tag 't'
image_task = admin:create_task { type = 'import', input = {
  import_from = 'http://127.0.0.1:9/x', import_from_format = 'raw', image_properties = {},
} }
";

#[test]
fn options_are_documented_as_they_are_taken() {
    let things = [
        ("Cloud", "cloud"),
        ("Image", "image"),
        ("Member", "member"),
        ("Namespace", "namespace"),
        ("NamespaceProperty", "property"),
        ("NamespaceObject", "object"),
        ("NamespaceTag", "tag"),
        ("Task", "image_task"),
    ];
    let globals = Globals { sandbox: true, ..Globals::default() };
    let surroundings = Surroundings::read().unwrap();
    let argv = Vec::<OsString>::new();
    let ledger = crate::api::Ledger::default();
    let invocation = Invocation { argv, globals, surroundings, reads_stdin: false, ledger };
    let session = Session::open(&invocation).unwrap();
    let engine = session.runtime.engine();
    until_interrupted(async { Ok(engine.run_text("things", THINGS, &[]).await?) }).unwrap();
    let documentation = Documentation::read();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for entry in &documentation.0 {
        let Some((class, call)) = entry.name.split_once(':') else { continue };
        let thing = things.iter().find(|(known, _)| *known == class).map(|(_, thing)| thing);
        // The sandbox of `--sandbox` has no cache to make a `Cache` of.
        if !entry.signature().ends_with("options)") || class == "Cache" {
            continue;
        }
        let Some(thing) = thing else {
            wrong.push(format!("{}: there is no {class} to call it on", entry.name));
            continue;
        };
        let before = "'GET', ".repeat(entry.signature().matches(", ").count());
        // A refusal of what no call takes tells all that it does.
        let text = format!(
            "local ok, e = pcall({thing}.{call}, {thing}, {before}{{ no_such_option = 1 }}) return e.advice"
        );
        let taken = until_interrupted(async { Ok(engine.run_text("job", &text, &[]).await?) }).unwrap();
        let taken = taken.iter().next().map(|advice| engine.inspect(advice).unwrap()).unwrap_or_default();
        let taken = taken.trim_matches('"').strip_prefix("it takes ").unwrap_or_default();
        let mut taken: Vec<&str> = taken.split(", ").collect();
        taken.sort_unstable();
        let mut documented = documentation.options(entry);
        documented.sort_unstable();
        if documented != taken {
            wrong.push(format!("{}\n  takes      {taken:?}\n  documented {documented:?}", entry.name));
        }
        compared += 1;
    }
    assert!(wrong.is_empty() && compared > 10, "{compared} compared\n{}", wrong.join("\n"));
}
