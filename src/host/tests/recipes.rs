//! Recipes: found, loaded, refused.

use std::fs;

use super::{engine_with, options};
use crate::host::{ArgumentKind, Engine, Options};

fn shelf(recipes: &[(&str, &str)]) -> (tempfile::TempDir, Engine) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in recipes {
        fs::write(dir.path().join(format!("{name}.lua")), text).unwrap();
    }
    let folders = vec![(dir.path().to_owned(), "./recipes".to_owned())];
    (dir, engine_with(Options { recipe_folders: folders, ..options() }))
}

const TAG: &str = "\
--- Tags an image.
---
--- Safe to repeat.
local list = require \"std.list\"
local helper = require \"zz_helper\"

local tag = {
  effects = \"write\",
  args = { { \"image\", help = \"an image\" }, { \"tag\", many = true }, { \"--force\" } },
  columns = { \"id\", \"tags\" },
}

function tag.run(cloud, args)
  task.sleep(0)
  return #list.collect(args) + helper
end

return tag
";

#[tokio::test]
async fn loads_what_a_recipe_declares_and_runs_it() {
    let (_dir, engine) = shelf(&[("zz_tag", TAG), ("zz_helper", "return 40")]);
    let loaded = engine.load_recipe("zz_tag").unwrap();
    let recipe = &loaded.recipe;
    assert_eq!(recipe.document, "Tags an image.\n\nSafe to repeat.");
    assert_eq!(recipe.found.summary, "Tags an image");
    assert_eq!(recipe.found.origin, "./recipes");
    assert_eq!(recipe.effects, "write");
    assert_eq!(recipe.columns.as_deref(), Some(&["id".to_owned(), "tags".to_owned()][..]));
    let names: Vec<&str> = recipe.args.iter().map(|argument| argument.name.as_str()).collect();
    assert_eq!(names, ["image", "tag", "force"]);
    assert_eq!(recipe.args[2].kind, ArgumentKind::Flag);
    let args = loaded.engine().lua().create_sequence_from([1, 2]).unwrap();
    let args = mlua::MultiValue::from_iter([mlua::Value::Nil, mlua::Value::Table(args)]);
    assert_eq!(loaded.run(args).await.unwrap()[0], mlua::Value::Integer(42));
}

#[tokio::test]
async fn says_what_is_wrong_with_a_recipe_and_in_which_file() {
    let (dir, engine) = shelf(&[
        ("zz_syntax", "return {"),
        ("zz_number", "return 1"),
        ("zz_key", "return { effects = 'read', run = print, arg = {} }"),
        ("zz_raises", "error 'boom'"),
        ("zz_waits", "task.sleep(0) return {}"),
        ("zz_fails", "std.fail('conflict', 'it is there already')"),
        ("zz_global", "return { effects = reed }"),
    ]);
    let at = |name: &str| dir.path().join(format!("{name}.lua")).display().to_string();
    for (name, message) in [
        ("zz_number", format!("{} is no recipe: it returns a integer, not a table", at("zz_number"))),
        (
            "zz_key",
            format!(
                "{} is no recipe: the recipe has an unknown key 'arg'; did you mean 'args'?",
                at("zz_key")
            ),
        ),
        (
            "zz_waits",
            format!(
                "{} makes a request while it is loaded; a recipe may do so only in its run function",
                at("zz_waits")
            ),
        ),
        ("zz_fails", format!("loading {}: it is there already", at("zz_fails"))),
    ] {
        assert_eq!(engine.recipe(name).unwrap_err().message(), message);
    }
    for (name, end) in [
        ("zz_syntax", "zz_syntax.lua:1: unexpected symbol near <eof>"),
        ("zz_raises", "zz_raises.lua:1: boom"),
        ("zz_global", "zz_global.lua:1: unknown global 'reed'"),
    ] {
        let message = engine.recipe(name).unwrap_err().message().to_owned();
        assert!(message.ends_with(end), "{message}");
    }
    let unknown = engine.recipe("zz_syntx").unwrap_err();
    assert_eq!(unknown.message(), "no recipe 'zz_syntx'; did you mean 'zz_syntax'?");
}

#[tokio::test]
async fn lists_recipes_without_running_them() {
    let (_dir, engine) = shelf(&[("zz_a", "--- First. Second.\nerror 'boom'"), ("zz_b", "not Lua")]);
    let listed = engine.recipes().into_iter().filter(|found| found.origin == "./recipes");
    let told: Vec<_> = listed.map(|found| (found.name, found.summary)).collect();
    assert_eq!(told, [("zz_a".to_owned(), "First".to_owned()), ("zz_b".to_owned(), String::new())]);
}
