//! What is read from LuaCATS texts.
#![allow(clippy::unwrap_used)]
use super::*;

const META: &str = "\
---@meta

---An image, as Glance told it.
---@class Image
---@field id string Its ID.
---@field name? string
local Image = {}

---Shares the image with a project.
---
---Raises: conflict, forbidden.
---@param project string ID of the project
---@return Member # the membership, pending
function Image:add_member(project) end

---Connects.
function glance.connect(options) end
";

#[test]
fn classes_fields_and_functions_are_names() {
    let names: Vec<String> = entries(META).into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["Image", "Image.id", "Image.name", "Image:add_member", "glance.connect"]);
}

#[test]
fn a_module_is_documented_by_its_header_and_its_functions() {
    let text = "--- Works on lists.\n---\n--- Always.\n\nlocal list = {}\n\n--- Not for you.\nlocal function walk(x)\nend\n\n\
                --- Maps.\n---@param f Key\nfunction list.map(items, f)\n  local x = 1\nend\n";
    let found = module("std.list", text);
    let names: Vec<_> = found.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["std.list", "std.list.map"]);
    assert_eq!(found[0].text, ["Works on lists.", "", "Always."]);
    assert!(found[1].is_part_of(&found[0]) && !found[0].is_part_of(&found[0]));
    assert_eq!(found[1].brief(), ("std.list.map(items, f)", "Maps.".to_owned()));
}

#[test]
fn a_topic_is_found_in_any_spelling() {
    let entry = &entries(META)[3];
    for (topic, sureness) in [
        ("image.add_member", Some(1)),
        ("Add_Member", Some(2)),
        ("img:add_member", Some(3)),
        ("member", None),
    ] {
        assert_eq!(entry.match_rank(topic), sureness, "{topic}");
    }
    let entry = Entry { name: "std.list.map".into(), ..Entry::default() };
    assert!(entry.match_rank("list.map").is_some() && entry.match_rank("list").is_none());
}

#[test]
fn parses_a_type_apart_from_its_description() {
    for (declaration, parts) in [
        ("name string", ("name", "string", "")),
        ("properties? table<string, string>  all else", ("properties?", "table<string, string>", "all else")),
        ("f fun(a: any, b: any): any what to do", ("f", "fun(a: any, b: any): any", "what to do")),
        ("o { append: boolean }?  keeps", ("o", "{ append: boolean }?", "keeps")),
    ] {
        assert_eq!(parse_declaration(declaration), Some(parts));
    }
}

#[test]
fn an_alias_is_a_name_and_a_global_of_its_own_class_is_not_another() {
    let text = "--- In one word.\n---@alias Kind\n---| \"a\" | \"b\"\n\n--- Files.\n---@type fs\nfs = {}\n\n--- Words.\n---@type string[]\narg = {}\n";
    let found = entries(text);
    let names: Vec<_> = found.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["Kind", "arg"]);
    assert_eq!(found[0].text, ["In one word."]);
}

#[test]
fn a_brief_is_the_first_sentence_however_many_lines_it_has() {
    let found =
        entries("--- Shows a value,\n--- short. And more.\n---\n--- Raises: nothing.\nfunction x() end\n");
    assert_eq!(found[0].brief(), ("x()", "Shows a value, short.".to_owned()));
}

#[test]
fn help_shows_call_text_parameters_and_results() {
    insta::assert_snapshot!(entries(META)[3].show(), @r"
    Image:add_member(project)

    Shares the image with a project.

    Raises: conflict, forbidden.

    Parameters:
      project: string  ID of the project

    Returns:
      Member # the membership, pending
    ");
}
