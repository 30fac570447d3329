//! Values as JSON, as the REPL shows them, and the names it offers.

use mlua::{MetaMethod, UserData, UserDataFields, UserDataMethods, Value};

use super::{engine, run};
use crate::host::Engine;
use crate::host::library::json;

async fn as_json(engine: &Engine, text: &str) -> String {
    let values = engine.eval("-e", text).await.unwrap_or_else(|e| panic!("{text}: {}", e.message));
    let json = engine.to_json(&values.into_iter().next().unwrap_or(Value::Nil)).await;
    json.map_or_else(|failure| failure.message, |json| json.to_string())
}

/// Pitfall 6: null is truthy, the empty table is an object, mixed tables lose keys.
#[tokio::test]
async fn writes_lua_values_as_json() {
    let engine = engine();
    for (text, expected) in [
        ("nil", "null"),
        ("1", "1"),
        ("9007199254740993", "9007199254740993"),
        ("1.5", "1.5"),
        ("{}", "[]"),
        ("std.json.object()", "{}"),
        ("{ 1, 'a', true }", r#"[1,"a",true]"#),
        ("{ b = 1, a = { c = {} } }", r#"{"a":{"c":[]},"b":1}"#),
        ("{ 1, 2, x = 1 }", r#"{"1":1,"2":2,"x":1}"#),
        ("{ [1] = 1, [3] = 3, [10] = 10 }", r#"{"1":1,"3":3,"10":10}"#),
        ("setmetatable({ a = 1, b = 2, c = 3 }, { __order = { 'c', 'a' } })", r#"{"c":3,"a":1,"b":2}"#),
        ("setmetatable({ x = 1 }, { __json = function(t) return { y = t.x } end })", r#"{"y":1}"#),
        ("(function() local t = { 1 } return { t, t } end)()", "[[1],[1]]"),
        ("'\\xff'", "\"\u{fffd}\""),
        ("0/0", "usage: NaN cannot be written as JSON"),
        ("{ a = { 1, 1/0 } }", "usage: inf cannot be written as JSON (at a.1)"),
        (
            "(function() local t = {} t.me = t return t end)()",
            "usage: a table that holds itself cannot be written as JSON (at me)",
        ),
        ("{ [true] = 1 }", "usage: a boolean as a key cannot be written as JSON"),
    ] {
        assert_eq!(as_json(&engine, text).await, expected, "{text}");
    }
    assert!(as_json(&engine, "print").await.starts_with("\"function: "));
}

#[tokio::test]
async fn collects_iterators_wherever_they_stand() {
    let engine = engine();
    let text = "images = setmetatable({}, { __index = { collect = function() return later { { id = 1 }, nested } end } })";
    run(
        &engine,
        text.replace(
            "nested",
            "{ tags = setmetatable({}, { __index = { collect = function() return later { 't' } end } }) }",
        )
        .as_str(),
    )
    .await
    .unwrap();
    assert_eq!(as_json(&engine, "images").await, r#"[{"id":1},{"tags":["t"]}]"#);
    assert_eq!(
        as_json(&engine, "{ ['a/b'] = images, c = 2 }").await,
        r#"{"a/b":[{"id":1},{"tags":["t"]}],"c":2}"#
    );
    let failing = "setmetatable({}, { __index = { collect = function() refuse_later() end } })";
    assert_eq!(as_json(&engine, failing).await, super::CONFLICT);
}

#[test]
fn json_becomes_plain_tables_and_null_becomes_nil() {
    let engine = engine();
    for (number, shown) in [("9007199254740993", "9007199254740993"), ("1e3", "1000.0")] {
        let value = json::to_lua(engine.lua(), &serde_json::from_str(number).unwrap()).unwrap();
        assert_eq!(engine.inspect(&value).unwrap(), shown);
    }
    let parsed = serde_json::json!({ "a": null, "b": [1, 2.5, "x"], "c": { "d": true }, "e": {}, "f": [] });
    let value = json::to_lua(engine.lua(), &parsed).unwrap();
    assert_eq!(
        engine.inspect(&value).unwrap(),
        r#"{ b = { 1, 2.5, "x" }, c = { d = true }, e = {}, f = {} }"#
    );
    let again = json::from_lua(engine.lua(), &value).unwrap();
    assert_eq!(again.to_string(), r#"{"b":[1,2.5,"x"],"c":{"d":true},"e":{},"f":[]}"#);
}

struct Image;

impl UserData for Image {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field_with("__dir", |lua| {
            let dir = lua.create_table()?;
            dir.set("fields", ["id", "properties"])?;
            dir.set("methods", ["add_member", "update"])?;
            Ok(dir)
        });
        fields.add_field_method_get("id", |_, _| Ok("1bea"));
        fields.add_field_method_get("properties", |lua, _| lua.create_table_from([("os_type", "linux")]));
        fields.add_field_method_get("secret", |_, _| -> mlua::Result<Value> {
            panic!("completion must not read this")
        });
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, _, ()| Ok("image 1bea"));
    }
}

#[tokio::test]
async fn completes_live_names_and_runs_nothing() {
    let engine = engine();
    let image = engine.lua().create_userdata(Image).unwrap();
    engine.set_global("image", Value::UserData(image)).unwrap();
    run(
        &engine,
        "things = { image = image, name = 'x', fetch = later } trap = setmetatable({}, { __index = error }) \
         bomb = setmetatable({}, { __dir = error })",
    )
    .await
    .unwrap();
    for (line, expected) in [
        ("pri", vec!["print"]),
        ("print(tas", vec!["task"]),
        ("whi", vec!["while"]),
        ("x = things.", vec!["fetch", "image", "name"]),
        ("things:", vec!["fetch"]),
        ("string.for", vec!["format"]),
        ("things.name:up", vec!["upper"]),
        ("task.pa", vec!["parallel"]),
        ("std.si", vec!["size"]),
        ("std.list.so", vec!["sort_by"]),
        ("image.", vec!["id", "properties"]),
        ("image:", vec!["add_member", "update"]),
        ("things.image:up", vec!["update"]),
        ("image.properties.os", vec!["os_type"]),
        ("for i in image:add_", vec!["add_member"]),
        ("image.secret.", vec![]),
        ("trap.", vec![]),
        ("bomb.", vec![]),
        ("trap.x.", vec![]),
        ("nothing.", vec![]),
        ("image..", vec![]),
        ("ä.x", vec![]),
    ] {
        assert_eq!(engine.completions(line), expected, "{line}");
    }
    assert!(engine.completions("").contains(&"print".to_owned()));
}

#[tokio::test]
async fn inspects_userdata_by_its_own_text() {
    let engine = engine();
    let image = engine.lua().create_userdata(Image).unwrap();
    engine.set_global("image", Value::UserData(image)).unwrap();
    assert_eq!(
        run(&engine, "return image, { image }, inspect { 1.0 }").await.unwrap(),
        "image 1bea, { image 1bea }, \"{ 1.0 }\""
    );
}
