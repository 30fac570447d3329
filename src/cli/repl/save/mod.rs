//! `.save`: the lines of a session that went well, as a script or as a recipe.

pub(super) mod parameters;

use std::fmt::Write;

use serde_json::Value;

use self::parameters::{Arguments, find_fixed, replace_arguments};
use super::worker::recipe_call;
use crate::error::{Error, Kind, Result};
use crate::host::{Engine, RecipeArgs, TokenKind, reads_last_values, tokens};
use crate::http::Effect;

/// What was done, in the words of a script.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kept {
    /// Statements, as they were typed.
    Statements(String),
    /// An expression, which alone is no statement: it was shown.
    Expression(String),
    /// A recipe that a later line calls as a function.
    Function(String),
    /// A recipe's line.
    Recipe {
        /// The recipe.
        name: String,
        /// What it was given.
        args: RecipeArgs,
        /// The names of those that are any text: what it works on.
        texts: Vec<String>,
    },
    /// Another cloud was chosen.
    Cloud(String),
}

impl Kept {
    /// A line of Lua that is still to run, behind the recipes that it calls.
    pub(super) fn line(text: &str, engine: &Engine) -> Vec<Kept> {
        let called = recipe_call::find_calls(engine, text).into_iter().map(Kept::Function);
        called.chain([Kept::lua(text, engine)]).collect()
    }

    fn lua(text: &str, engine: &Engine) -> Kept {
        let text = text.trim();
        // What follows would never be reached.
        if let Some(values) = text.strip_prefix("return").filter(|rest| rest.starts_with(char::is_whitespace))
        {
            return Kept::Expression(values.trim().to_owned());
        }
        if engine.is_chunk(text) {
            Kept::Statements(text.to_owned())
        } else {
            Kept::Expression(text.to_owned())
        }
    }

    /// `.cloud`, as a script says it.
    pub(super) fn cloud(name: &str) -> Kept {
        Kept::Cloud(name.to_owned())
    }

    /// Whether it reads one of the last values.
    fn reads_last(&self) -> bool {
        match self {
            Kept::Statements(text) | Kept::Expression(text) => reads_last_values(text),
            Kept::Function(_) | Kept::Recipe { .. } | Kept::Cloud(_) => false,
        }
    }

    /// What gives its value; `None` for statements, which have none.
    fn value(&self) -> Option<String> {
        match self {
            Kept::Statements(text) => is_call(text).then(|| text.clone()),
            Kept::Expression(text) => Some(text.clone()),
            Kept::Function(_) | Kept::Cloud(_) => None,
            Kept::Recipe { name, args, .. } => Some(run(name, args, |_, value| literal(value))),
        }
    }

    /// The line in a script. `remember` is whether later lines read `_`, `show` whether what was shown is
    /// printed.
    fn write(&self, remember: bool, show: bool) -> String {
        let value = self.value().unwrap_or_default();
        let shown = |value: &str| if show { format!("print(inspect({value}))") } else { String::new() };
        match self {
            Kept::Statements(text) if value.is_empty() || !remember => text.clone(),
            Kept::Cloud(name) => format!("cloud = require(\"glance\").connect({})", quote(name)),
            Kept::Function(name) => format!(
                "local function {name}(args)\n  return require(\"std.recipe\").run(\"{name}\", cloud, args)\nend"
            ),
            Kept::Expression(_) if remember => format!("_, _1, _2 = {value}, _, _1\n{}", shown("_")),
            Kept::Expression(_) => shown(&value),
            _ if remember => format!("_, _1, _2 = {value}, _, _1"),
            _ => value,
        }
    }
}

/// The lines as a script.
pub(super) fn script(lines: &[Kept]) -> String {
    format!("#!/usr/bin/env lunette\n--- Typed in the REPL.\n\n{}", body(lines, true))
}

/// The lines as a recipe, which prints nothing: the last value is its result. What they work on is its
/// arguments, with the names of this session as defaults.
///
/// Errors: `usage` (it would work on something fixed).
pub(super) fn recipe(lines: &[Kept], reached: Effect) -> Result<String> {
    let refused = |why: String| {
        Error::new(Kind::Usage, format!("this session cannot be saved as a recipe: {why}"))
            .advice("save it as a script, .save FILE.lua, and make a recipe of that by hand")
    };
    if let Some(name) =
        lines.iter().find_map(|line| if let Kept::Cloud(name) = line { Some(name) } else { None })
    {
        let why = format!(".cloud {name} chose a fixed cloud, and a recipe works on the cloud it is given");
        return Err(refused(why));
    }
    let mut args = Arguments::default();
    // Recipes' lines first: each of their arguments is one of this recipe.
    let lines: Vec<Kept> = lines.iter().map(|line| parametrize(line, &mut args)).collect();
    let (before, result) = match lines.split_last() {
        Some((last, before)) if last.value().is_some() => (before, last.value()),
        _ => (&lines[..], None),
    };
    let remember = lines.iter().any(Kept::reads_last);
    let mut told = write(before, remember, false);
    told.extend(result.map(|result| format!("return {result}\n")));
    let body = replace_arguments(&told, &mut args);
    if let Some(why) = find_fixed(&body) {
        return Err(refused(why));
    }
    let args = args.0;
    let effects = match reached {
        Effect::Nothing | Effect::Read => "read",
        Effect::Write => "write",
        Effect::Delete => "delete",
    };
    let mut text = format!(
        "--- Does what was typed in the REPL.\n---\n--- What it leaves behind, and whether it may be repeated, stands \
         here; `lunette NAME --help` shows it.\n\nlocal recipe = {{\n  effects = \"{effects}\",\n  args = {{"
    );
    text.push_str(if args.is_empty() { "},\n" } else { "\n" });
    for (name, default) in &args {
        let what = match name.split('_').next() {
            Some("image") => "image, by name or ID",
            Some("project") => "project, by ID or name",
            _ => name,
        };
        let default = quote(default);
        let _ = writeln!(text, "    {{ \"{name}\", default = {default}, help = \"{what}\" }},");
    }
    text.push_str(if args.is_empty() { "" } else { "  },\n" });
    text.push_str("}\n\nfunction recipe.run(cloud, args)\n");
    for line in body.lines() {
        let _ = writeln!(text, "{}", format!("  {line}").trim_end());
    }
    Ok(text + "end\n\nreturn recipe\n")
}

/// A recipe's line whose texts are arguments of another recipe.
fn parametrize(line: &Kept, args: &mut Arguments) -> Kept {
    let Kept::Recipe { name, args: given, texts } = line else { return line.clone() };
    let mut written = |key: &str, value: &Value| match value {
        _ if !texts.iter().any(|text| text == key) => literal(value),
        Value::String(text) => format!("args.{}", args.name(key, text)),
        Value::Array(items) => {
            let item = |item: &Value| match item {
                Value::String(text) => format!("args.{}", args.name(key, text)),
                other => literal(other),
            };
            format!("{{ {} }}", items.iter().map(item).collect::<Vec<_>>().join(", "))
        }
        other => literal(other),
    };
    Kept::Statements(run(name, given, &mut written))
}

/// The call of a recipe with those arguments.
fn run(name: &str, args: &RecipeArgs, mut written: impl FnMut(&str, &Value) -> String) -> String {
    let args: Vec<String> =
        args.iter().map(|(name, value)| format!("{name} = {}", written(name, value))).collect();
    format!("require(\"recipes.{name}\").run(cloud, {{ {} }})", args.join(", "))
}

fn body(lines: &[Kept], show: bool) -> String {
    write(lines, lines.iter().any(Kept::reads_last), show)
}

fn write(lines: &[Kept], remember: bool, show: bool) -> String {
    let mut text = if remember { "local _, _1, _2\n".to_owned() } else { String::new() };
    for (at, line) in lines.iter().enumerate() {
        let is_there = matches!(line, Kept::Function(_)) && lines[..at].contains(line);
        let line = if is_there { String::new() } else { line.write(remember, show) };
        if line.is_empty() {
            continue;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Whether the statements are one call, whose value was shown.
fn is_call(text: &str) -> bool {
    let mut words = tokens(text).filter(|token| token.kind != TokenKind::Comment).map(|token| token.of(text));
    let first = words.next().unwrap_or_default();
    let ends = text.ends_with([')', '}', '"', '\'']);
    let mut open = 0;
    let assigns = tokens(text).any(|token| {
        let word = token.of(text);
        open += i32::from(matches!(word, "{" | "(" | "[")) - i32::from(matches!(word, "}" | ")" | "]"));
        word == "=" && open == 0
    });
    let keyword = tokens(text).next().is_some_and(|token| token.kind == TokenKind::Keyword);
    !first.is_empty() && ends && !assigns && !keyword && !text.contains('\n')
}

/// A value as Lua writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => quote(text),
        Value::Array(items) => format!("{{ {} }}", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Null => "nil".to_owned(),
        other => other.to_string(),
    }
}

fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn lines() -> Vec<Kept> {
        vec![
            Kept::Statements("local image = cloud:image \"pfsense\"".into()),
            Kept::Statements("image:add_member(\"35c9\")".into()),
            Kept::Expression("image.size".into()),
            Kept::Recipe {
                name: "share".into(),
                args: [("image".to_owned(), json!("pf\"sense")), ("project".to_owned(), json!(["b"]))].into(),
                texts: vec!["image".into(), "project".into()],
            },
        ]
    }

    #[test]
    fn a_script_says_what_was_typed() {
        insta::assert_snapshot!(script(&lines()), @r#"
        #!/usr/bin/env lunette
        --- Typed in the REPL.

        local image = cloud:image "pfsense"
        image:add_member("35c9")
        print(inspect(image.size))
        require("recipes.share").run(cloud, { image = "pf\"sense", project = { "b" } })
        "#);
    }

    #[test]
    fn the_last_values_are_kept_where_a_line_reads_them() {
        let lines = [
            Kept::Statements("cloud:image 'pfsense'".into()),
            Kept::Statements("x = 1".into()),
            Kept::Expression("_.size".into()),
        ];
        insta::assert_snapshot!(body(&lines, true), @r"
        local _, _1, _2
        _, _1, _2 = cloud:image 'pfsense', _, _1
        x = 1
        _, _1, _2 = _.size, _, _1
        print(inspect(_))
        ");
    }

    #[test]
    fn the_image_of_a_saved_recipe_is_its_argument() {
        insta::assert_snapshot!(recipe(&lines(), Effect::Write).unwrap(), @r#"
        --- Does what was typed in the REPL.
        ---
        --- What it leaves behind, and whether it may be repeated, stands here; `lunette NAME --help` shows it.

        local recipe = {
          effects = "write",
          args = {
            { "image", default = "pf\"sense", help = "image, by name or ID" },
            { "project", default = "b", help = "project, by ID or name" },
            { "image_2", default = "pfsense", help = "image, by name or ID" },
            { "project_2", default = "35c9", help = "project, by ID or name" },
          },
        }

        function recipe.run(cloud, args)
          local image = cloud:image(args.image_2)
          image:add_member(args.project_2)
          return require("recipes.share").run(cloud, { image = args.image, project = { args.project } })
        end

        return recipe
        "#);
    }

    #[test]
    fn a_session_on_something_fixed_is_no_recipe() {
        for (line, why) in [
            (Kept::cloud("project-b"), ".cloud project-b chose a fixed cloud"),
            (Kept::Statements("local b = glance.connect 'project-b'".into()), "works on a fixed cloud"),
            (Kept::Statements("local n = 'x' cloud:image(n):delete()".into()), "image(n) works on"),
        ] {
            let error = recipe(&[line], Effect::Read).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            assert!(error.message().contains(why), "{error}");
        }
    }

    #[test]
    fn an_assignment_of_a_call_is_no_value() {
        let lines = [Kept::Function("list".into()), Kept::Statements("y = list{ mine = true }".into())];
        let text = recipe(&lines, Effect::Read).unwrap();
        assert!(text.contains("  y = list{ mine = true }\n") && !text.contains("return y"), "{text}");
    }

    #[test]
    fn a_called_recipe_is_saved_once() {
        let lines = [
            Kept::Function("list".into()),
            Kept::Expression("#list{}".into()),
            Kept::Function("list".into()),
            Kept::Expression("list{}".into()),
        ];
        insta::assert_snapshot!(recipe(&lines, Effect::Read).unwrap(), @r#"
        --- Does what was typed in the REPL.
        ---
        --- What it leaves behind, and whether it may be repeated, stands here; `lunette NAME --help` shows it.

        local recipe = {
          effects = "read",
          args = {},
        }

        function recipe.run(cloud, args)
          local function list(args)
            return require("std.recipe").run("list", cloud, args)
          end
          return list{}
        end

        return recipe
        "#);
    }
}
