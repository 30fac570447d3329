//! Every format of every shape, compared whole.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;

fn members() -> Value {
    json!([
        { "member_id": "b", "status": "accepted", "tags": ["x", "y"], "size": 12, "name": null },
        { "member_id": "a", "status": "pending, still", "tags": [], "size": 9, "name": "two\u{1b}[2Jwords" },
    ])
}

fn as_(format: Format, value: &Value) -> String {
    render(value, None, &Look { format, ..Look::default() }).unwrap()
}

fn with(value: &Value, columns: &[&str], sort: &[&str], format: Format) -> Result<String> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    render(value, None, &Look { format, columns: owned(columns), sort: owned(sort), ..Look::default() })
}

#[test]
fn rows_as_a_table() {
    insta::assert_snapshot!(as_(Format::Table, &members()), @r#"
    +-----------+----------------+-----------+------+-------------------+
    | member_id | status         | tags      | size | name              |
    +-----------+----------------+-----------+------+-------------------+
    | b         | accepted       | ["x","y"] | 12   |                   |
    | a         | pending, still | []        | 9    | two\u{1b}[2Jwords |
    +-----------+----------------+-----------+------+-------------------+
    "#);
}

#[test]
fn a_record_as_a_table() {
    insta::assert_snapshot!(as_(Format::Table, &members()[0]), @r#"
    +-----------+-----------+
    | Field     | Value     |
    +-----------+-----------+
    | member_id | b         |
    | status    | accepted  |
    | tags      | ["x","y"] |
    | size      | 12        |
    | name      |           |
    +-----------+-----------+
    "#);
}

#[test]
fn rows_as_json() {
    insta::assert_snapshot!(as_(Format::Json, &members()), @r#"
    [
      {
        "member_id": "b",
        "status": "accepted",
        "tags": [
          "x",
          "y"
        ],
        "size": 12,
        "name": null
      },
      {
        "member_id": "a",
        "status": "pending, still",
        "tags": [],
        "size": 9,
        "name": "two\u001b[2Jwords"
      }
    ]
    "#);
}

#[test]
fn rows_as_json_lines() {
    insta::assert_snapshot!(as_(Format::Jsonl, &members()), @r#"
    {"member_id":"b","status":"accepted","tags":["x","y"],"size":12,"name":null}
    {"member_id":"a","status":"pending, still","tags":[],"size":9,"name":"two\u001b[2Jwords"}
    "#);
}

#[test]
fn rows_as_yaml() {
    insta::assert_snapshot!(as_(Format::Yaml, &members()), @r#"
    - member_id: b
      status: accepted
      tags:
      - x
      - "y"
      size: 12
      name: null
    - member_id: a
      status: pending, still
      tags: []
      size: 9
      name: "two\e[2Jwords"
    "#);
}

#[test]
fn rows_as_csv() {
    insta::assert_snapshot!(as_(Format::Csv, &members()), @"
    member_id,status,tags,size,name
    b,accepted,\"[\"\"x\"\",\"\"y\"\"]\",12,
    a,\"pending, still\",[],9,two\u{1b}[2Jwords
    ");
}

#[test]
fn rows_as_values() {
    insta::assert_snapshot!(as_(Format::Value, &members()), @"
    b accepted [\"x\",\"y\"] 12 
    a pending, still [] 9 two\u{1b}[2Jwords
    ");
}

#[test]
fn a_record_as_values() {
    insta::assert_snapshot!(as_(Format::Value, &members()[0]), @r#"
    b
    accepted
    ["x","y"]
    12
    "#);
}

#[test]
fn a_narrow_table_wraps() {
    let look = Look { width: Some(40), columns: vec!["status".into(), "tags".into()], ..Look::default() };
    let value = json!([{ "status": "a long status of many words in a row", "tags": ["one", "two"] }]);
    insta::assert_snapshot!(render(&value, None, &look).unwrap(), @r#"
    +----------------------+---------------+
    | status               | tags          |
    +----------------------+---------------+
    | a long status of     | ["one","two"] |
    | many words in a row  |               |
    +----------------------+---------------+
    "#);
}

#[test]
fn an_empty_list_is_next_to_nothing() {
    let usual = ["id".to_owned(), "name".to_owned()];
    for (format, text) in [
        (Format::Json, "[]\n"),
        (Format::Jsonl, ""),
        (Format::Yaml, "[]\n"),
        (Format::Csv, "id,name\n"),
        (Format::Value, ""),
        (Format::Table, "+----+------+\n| id | name |\n+----+------+\n+----+------+\n"),
    ] {
        let look = Look { format, ..Look::default() };
        assert_eq!(render(&json!([]), Some(&usual), &look).unwrap(), text, "{format:?}");
    }
    for format in [Format::Table, Format::Csv, Format::Value] {
        assert_eq!(as_(format, &json!([])), "", "{format:?}");
    }
}

#[test]
fn nil_is_empty_except_in_json_and_yaml() {
    for (format, text) in [
        (Format::Table, ""),
        (Format::Json, "null\n"),
        (Format::Jsonl, ""),
        (Format::Yaml, "null\n"),
        (Format::Csv, ""),
        (Format::Value, ""),
    ] {
        assert_eq!(as_(format, &Value::Null), text, "{format:?}");
    }
}

#[test]
fn scalars_and_lists_of_them_are_lines() {
    for (value, text) in [(json!("a b"), "a b\n"), (json!(1), "1\n"), (json!(["a", 2]), "a\n2\n")] {
        assert_eq!(as_(Format::Table, &value), text);
        assert_eq!(as_(Format::Value, &value), text);
    }
    assert_eq!(as_(Format::Csv, &json!(["a", 2])), "value\na\n2\n");
    assert_eq!(as_(Format::Jsonl, &json!(["a", 2])), "\"a\"\n2\n");
}

#[test]
fn columns_are_picked_in_the_order_asked_for_whatever_their_capitals() {
    assert_eq!(
        with(&members(), &["SIZE", "member_id"], &[], Format::Csv).unwrap(),
        "size,member_id\n12,b\n9,a\n"
    );
    assert_eq!(with(&members()[0], &["size"], &[], Format::Json).unwrap(), "{\n  \"size\": 12\n}\n");
}

#[test]
fn sorts_numbers_by_size_and_nil_last() {
    assert_eq!(with(&members(), &["size"], &["size"], Format::Value).unwrap(), "9\n12\n");
    assert_eq!(with(&members(), &["member_id"], &["name"], Format::Value).unwrap(), "a\nb\n");
}

#[test]
fn an_unknown_column_names_the_nearest() {
    let error = with(&members(), &["stauts"], &[], Format::Json).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.advice_text()),
        ("usage: there is no column stauts", Some("did you mean status?"))
    );
    let error = with(&members(), &[], &["foo"], Format::Json).unwrap_err();
    assert_eq!(error.advice_text(), Some("there are member_id, status, tags, size, name"));
    assert!(with(&json!(1), &["a"], &[], Format::Json).is_err());
}

#[test]
fn every_column_is_named_once_where_none_is_near() {
    let usual = ["status".to_owned(), "more".to_owned()];
    let look = Look { columns: vec!["foo".into()], ..Look::default() };
    let error = render(&json!([{ "member_id": "b", "status": "x" }]), Some(&usual), &look).unwrap_err();
    assert_eq!(error.advice_text(), Some("there are member_id, status, more"));
}

#[test]
fn any_column_of_an_empty_list_is_empty() {
    let usual = ["id".to_owned()];
    let look = Look { format: Format::Csv, columns: vec!["owner".into()], ..Look::default() };
    for usual in [None, Some(&usual[..])] {
        assert_eq!(render(&json!([]), usual, &look).unwrap(), "owner\n");
    }
}

#[test]
fn a_key_that_only_later_rows_have_is_a_column_too() {
    assert_eq!(as_(Format::Csv, &json!([{ "a": 1 }, { "a": 2, "b": 3 }])), "a,b\n1,\n2,3\n");
}

#[test]
fn usual_columns_shape_tables_but_take_nothing_from_json() {
    let look = |format| Look { format, ..Look::default() };
    let usual = ["status".to_owned()];
    let value = json!([{ "member_id": "b", "status": "accepted" }]);
    assert_eq!(render(&value, Some(&usual), &look(Format::Value)).unwrap(), "accepted\n");
    assert!(render(&value, Some(&usual), &look(Format::Json)).unwrap().contains("member_id"));
}
