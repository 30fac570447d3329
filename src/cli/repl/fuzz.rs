//! Properties of what is typed into a REPL.

use anstream::adapter::strip_str;
use proptest::prelude::*;

use super::command;
use super::save::parameters;
use super::terminal::{highlight, history};
use super::worker::recipe_call;
use crate::fuzz::{config, near, soon, text};

const LINES: &[&str] = &[
    "share 'pfsense' \"project b\" --accept --name=\"a \\\" b\"",
    "share{ image = 'a', project = { 'b' } }",
    "local image = cloud:image \"pfsense\" -- x",
    ".save a.lua --recipe",
    ".format json",
    "?cloud.images",
    "cloud:image('a'):add_member(\"b\") cloud:project'c'",
    "glance.connect{ password = 'hunter2', auth_url = \"http://u:p@c\" }",
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_line_is_a_command_a_recipe_or_lua(line in prop_oneof![near(LINES), text()]) {
        if let Some(Err(refused)) = soon(|| command::parse(&line)) {
            prop_assert!(!refused.message().is_empty());
        }
        if let Some((name, rest)) = recipe_call::split(&line) {
            prop_assert!(line.contains(name) && line.contains(rest) && !name.is_empty());
        }
        drop((recipe_call::words(&line), history::mentions_secret(&line)));
    }

    #[test]
    fn words_in_quotes_come_back(words in prop::collection::vec(text(), 0..5)) {
        let quoted: Vec<String> =
            words.iter().map(|word| format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))).collect();
        prop_assert_eq!(recipe_call::words(&quoted.join(" ")), words);
    }

    #[test]
    fn colours_change_no_letter(line in prop_oneof![near(LINES), "[ -~üλ日]{0,60}"]) {
        if !line.contains(char::is_control) {
            prop_assert_eq!(strip_str(&highlight::paint(&line)).to_string(), line);
        }
    }

    #[test]
    fn saved_recipes_hold_arguments_in_place_of_texts(line in prop_oneof![near(LINES), text()]) {
        let mut args = parameters::Arguments::default();
        let told = soon(|| parameters::replace_arguments(&line, &mut args));
        soon(|| parameters::find_fixed(&line));
        for (name, value) in args.0 {
            let argument = format!("args.{name}");
            prop_assert!(told.contains(&argument) && line.contains(&value));
        }
    }
}
