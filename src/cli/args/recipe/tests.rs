//! Command lines of a recipe, and the help that it shows.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::json;

use super::*;
use crate::cli::output::render::Format;

fn positional(name: &str, help: &str) -> Argument {
    Argument {
        name: name.into(),
        option: false,
        help: help.into(),
        kind: ArgumentKind::String,
        many: false,
        optional: false,
        default: None,
        value_name: None,
        env: None,
        secret: false,
    }
}

fn option(name: &str, kind: ArgumentKind, help: &str) -> Argument {
    Argument { option: true, optional: true, kind, ..positional(name, help) }
}

fn share() -> Vec<Argument> {
    vec![
        positional("image", "image, by name or ID"),
        Argument { many: true, ..positional("project", "project, by ID, name or clouds.yaml entry") },
        option("accept", ArgumentKind::Flag, "accept as each project, with its own clouds.yaml entry"),
        Argument {
            default: Some(json!(4)),
            ..option("at_once", ArgumentKind::Integer, "projects to work on at once")
        },
        option(
            "status",
            ArgumentKind::OneOf(vec!["pending".into(), "accepted".into()]),
            "only members of this status",
        ),
        option("ratio", ArgumentKind::Number, "a share"),
    ]
}

const DOCUMENT: &str = "\
Shares one image with other projects.

Each project becomes a member: \"pending\" until its own side runs `accept`. Safe to repeat.

Raises: not_found (image, project), forbidden (not the owner; image is public), limit (member quota).
Source: glance/api/v2/image_members.py, ImageMembersController.create.";

fn line(args: &[Argument]) -> Line<'_> {
    Line { name: "share", document: DOCUMENT, effects: "write", files: Access::Nothing, args }
}

fn parsed(words: &str) -> Result<(Globals, Value), clap::Error> {
    match parsed_in(&[], &share(), words) {
        Ok(parsed) => Ok(parsed),
        Err(Stop::Usage(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    }
}

fn parsed_in(variables: &[(&str, &str)], args: &[Argument], words: &str) -> Result<(Globals, Value), Stop> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let surroundings = Surroundings::of(variables, "/place".into(), None);
    let words: Vec<_> = words.split(' ').map(OsString::from).collect();
    let (globals, values) = line(args).parse(&words, &surroundings)?;
    Ok((globals, values.into_iter().collect()))
}

#[test]
fn arguments_become_values_of_their_types() {
    let (_, values) =
        parsed("lunette share pfsense b c --accept --at-once 2 --status pending --ratio -0.5").unwrap();
    assert_eq!(
        values,
        json!({ "image": "pfsense", "project": ["b", "c"], "accept": true, "at_once": 2, "status": "pending", "ratio": -0.5 })
    );
}

#[test]
fn an_absent_argument_has_its_default_or_is_nil() {
    let (_, values) = parsed("lunette share pfsense b").unwrap();
    assert_eq!(values, json!({ "image": "pfsense", "project": ["b"], "accept": false, "at_once": 4 }));
}

#[test]
fn global_options_may_occur_among_recipe_arguments() {
    for words in [
        "lunette -f json --sandbox share pfsense b --accept",
        "lunette share -f json pfsense b --accept --sandbox",
        "lunette run share pfsense --sandbox b --accept -f json",
        "lunette -f table run -f csv share pfsense --sandbox b --accept -f json",
    ] {
        let (globals, values) = parsed(words).unwrap();
        assert_eq!((globals.format, globals.sandbox), (Some(Format::Json), true), "{words}");
        assert_eq!((&values["project"], &values["accept"]), (&json!(["b"]), &json!(true)), "{words}");
    }
}

#[test]
fn a_typo_names_the_nearest_option() {
    insta::assert_snapshot!(parsed("lunette share pfsense b --acept").unwrap_err().to_string(), @r#"
    error: unexpected argument '--acept' found

      tip: a similar argument exists: '--accept'

    Usage: lunette share --accept <IMAGE> <PROJECT>...

    For more information, try '--help'.
    "#);
}

#[test]
fn a_missing_or_wrong_argument_is_named() {
    for (words, expected) in [
        ("lunette share pfsense", "<PROJECT>..."),
        ("lunette share pfsense b --at-once x", "invalid value 'x' for '--at-once <AT_ONCE>'"),
        ("lunette share pfsense b --status acepted", "a similar value exists: 'accepted'"),
    ] {
        let error = parsed(words).unwrap_err();
        assert!(error.to_string().contains(expected), "{words}: {error}");
        assert_eq!(error.exit_code(), 2);
    }
}

#[test]
fn help_tells_the_header_the_arguments_and_the_effects() {
    insta::assert_snapshot!(parsed("lunette share --help").unwrap_err().to_string(), @r#"
    Shares one image with other projects.

    Usage: lunette share [OPTIONS] <IMAGE> <PROJECT>...

    Arguments:
      <IMAGE>       image, by name or ID
      <PROJECT>...  project, by ID, name or clouds.yaml entry

    Options:
          --accept             accept as each project, with its own clouds.yaml entry
          --at-once <AT_ONCE>  projects to work on at once [default: 4]
          --status <STATUS>    only members of this status [possible values: pending, accepted]
          --ratio <RATIO>      a share
      -h, --help               Print help

    Each project becomes a member: "pending" until its own side runs `accept`. Safe to repeat.

    Raises: not_found (image, project), forbidden (not the owner; image is public), limit (member
    quota).
    Source: glance/api/v2/image_members.py, ImageMembersController.create.

    Effects: write. Creates and changes; takes nothing away.
    Files: none, but those that its arguments name.

    Global options stand before the recipe's name or behind it; `lunette --help` tells all:
      --os-cloud NAME, --sandbox, -f FORMAT, -c COLUMN, --read-only, --yes, -v, --debug, --timing
    "#);
}

#[test]
fn paragraphs_flow_and_labels_and_code_stay() {
    let text =
        "One line\nand its rest.\n\nRaises: not_found (image,\nproject).\nSource: x.py.\n\n    code\n- item";
    assert_eq!(
        flowing(text),
        "One line and its rest.\n\nRaises: not_found (image, project).\nSource: x.py.\n\n    code\n- item"
    );
}

#[test]
fn impossible_declarations_are_errors_without_a_panic() {
    let many = || Argument { many: true, ..positional("image", "") };
    for (args, flaw) in [
        (vec![many(), positional("project", "")], "project stands behind image, which takes all that come"),
        (
            vec![Argument { optional: true, ..positional("a", "") }, positional("b", "")],
            "b must be given, but stands behind a, which need not",
        ),
        (vec![option("format", ArgumentKind::String, "")], "--format is one of Lunette's own options"),
        (vec![option("cloud", ArgumentKind::String, "")], "--cloud is one of Lunette's own options"),
        (vec![option("help", ArgumentKind::Flag, "")], "--help is one of Lunette's own options"),
        (vec![positional("a", ""), option("a", ArgumentKind::Flag, "")], "--a is declared twice"),
    ] {
        assert_eq!(line(&args).flaw().as_deref(), Some(flaw));
    }
    assert_eq!(line(&share()).flaw(), None);
}

#[test]
fn a_recipe_named_like_a_command_is_run_by_run() {
    let args = share();
    let line = Line { name: "help", ..line(&args) };
    let words: Vec<OsString> = ["lunette", "run", "help", "a", "b"].map(OsString::from).into();
    let surroundings = Surroundings::of(BTreeMap::new(), "/place".into(), None);
    assert_eq!(line.parse(&words, &surroundings).unwrap().1["image"], json!("a"));
}

fn publish() -> Vec<Argument> {
    let env = |name: &str, argument: Argument| Argument { env: Some(name.into()), ..argument };
    vec![
        positional("image", ""),
        env(
            "COUNT",
            Argument { default: Some(json!(4)), ..option("count", ArgumentKind::Integer, "how many") },
        ),
        env("RATIO", option("ratio", ArgumentKind::Number, "")),
        env("FORCE", option("force", ArgumentKind::Flag, "")),
        env("ZONE", option("zone", ArgumentKind::OneOf(vec!["a".into(), "b".into()]), "")),
        Argument {
            secret: true,
            optional: false,
            ..env("API_TOKEN", option("token", ArgumentKind::String, ""))
        },
    ]
}

#[test]
fn a_variable_gives_what_the_line_does_not_in_the_type_of_the_argument() {
    let variables = [
        ("COUNT", "7"),
        ("RATIO", "0.5"),
        ("FORCE", "yes"),
        ("ZONE", "b"),
        ("API_TOKEN", "hunter2"),
        ("OTHER", "x"),
    ];
    let (_, values) = parsed_in(&variables, &publish(), "lunette share x").unwrap();
    let all =
        json!({ "image": "x", "count": 7, "ratio": 0.5, "force": true, "zone": "b", "token": "hunter2" });
    assert_eq!(values, all);
    let words = "lunette share x --count 4 --ratio 1 --zone a --token other-7";
    let (_, values) = parsed_in(&variables, &publish(), words).unwrap();
    let all =
        json!({ "image": "x", "count": 4, "ratio": 1.0, "force": true, "zone": "a", "token": "other-7" });
    assert_eq!(values, all);
    let empty = [("COUNT", ""), ("RATIO", ""), ("FORCE", ""), ("ZONE", ""), ("API_TOKEN", "")];
    let (_, values) = parsed_in(&empty, &publish(), "lunette share x").unwrap();
    assert_eq!(values, json!({ "image": "x", "count": 4, "force": false }));
}

#[test]
fn a_variable_of_another_type_is_named() {
    for (name, value, why) in [
        ("COUNT", "seven", "the environment variable COUNT is 'seven', not a whole number"),
        ("RATIO", "inf", "the environment variable RATIO is 'inf', not a number"),
        ("FORCE", "perhaps", "the environment variable FORCE is 'perhaps', not true or false"),
        ("ZONE", "c", "the environment variable ZONE is 'c', not one of a, b"),
        (
            "API_TOKEN",
            "abc",
            "the environment variable API_TOKEN cannot be used: a secret has 4 characters or more",
        ),
    ] {
        let Err(Stop::Error(error)) = parsed_in(&[(name, value)], &publish(), "lunette share x") else {
            panic!("{name}")
        };
        assert!(error.message().starts_with(why), "{error}");
    }
}

#[test]
fn help_names_the_variable_and_not_its_value() {
    let Err(Stop::Usage(help)) = parsed_in(&[("COUNT", "7")], &publish(), "lunette share --help") else {
        panic!()
    };
    let help = help.to_string();
    assert!(
        help.contains("how many [env: COUNT] [default: 4]") && help.contains("[env: API_TOKEN]"),
        "{help}"
    );
}

#[test]
fn no_error_of_the_line_shows_a_secret() {
    let words = Argument { secret: true, ..positional("pin", "") };
    for (args, line) in [
        (publish(), "lunette share x --token --s3cr3t --bogus"),
        (publish(), "lunette share x --token=s3cr3t --bogus"),
        (publish(), "lunette share x --token s3cr3t --count s3cr3t"),
        (publish(), "lunette share x --count 1 --token s3cr3t --token s3cr3t"),
        (vec![words.clone()], "lunette share one s3cr3t"),
        (vec![words.clone()], "lunette share -s3cr3t"),
        (vec![words], "lunette share abc"),
    ] {
        let error = parsed_in(&[], &args, line).unwrap_err();
        let told = crate::cli::output::error::format_error(&error, false);
        assert!(!told.contains("s3cr3t") && !told.contains("abc"), "{line}: {told}");
    }
}
