//! `.save`: the lines of a session that went well, as a script or as a recipe.

use std::fmt::Write;

use serde_json::Value;

use super::calls;
use super::parameters::with_arguments;
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
    },
}

impl Kept {
    /// A line of Lua that is still to run, behind the recipes that it calls.
    pub(super) fn line(text: &str, engine: &Engine) -> Vec<Kept> {
        let called = calls::named(engine, text).into_iter().map(Kept::Function);
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
        Kept::Statements(format!("cloud = require(\"glance\").connect({})", quoted(name)))
    }

    /// Whether it reads one of the last values.
    fn reads_last(&self) -> bool {
        match self {
            Kept::Statements(text) | Kept::Expression(text) => reads_last_values(text),
            Kept::Function(_) | Kept::Recipe { .. } => false,
        }
    }

    /// What gives its value; `None` for statements, which have none.
    fn value(&self) -> Option<String> {
        match self {
            Kept::Statements(text) => is_call(text).then(|| text.clone()),
            Kept::Expression(text) => Some(text.clone()),
            Kept::Function(_) => None,
            Kept::Recipe { name, args } => {
                let args: Vec<String> =
                    args.iter().map(|(name, value)| format!("{name} = {}", literal(value))).collect();
                Some(format!("require(\"recipes.{name}\").run(cloud, {{ {} }})", args.join(", ")))
            }
        }
    }

    /// The line in a script. `remember` is whether later lines read `_`, `show` whether what was shown is printed.
    fn told(&self, remember: bool, show: bool) -> String {
        let value = self.value().unwrap_or_default();
        let shown = |value: &str| if show { format!("print(inspect({value}))") } else { String::new() };
        match self {
            Kept::Statements(text) if value.is_empty() || !remember => text.clone(),
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

/// The lines as a recipe, which prints nothing: the last value is its result. The images and projects that they name are its arguments, with those names as defaults.
pub(super) fn recipe(lines: &[Kept], reached: Effect) -> String {
    let (before, result) = match lines.split_last() {
        Some((last, before)) if last.value().is_some() => (before, last.value()),
        _ => (lines, None),
    };
    let remember = lines.iter().any(Kept::reads_last);
    let mut told = told(before, remember, false);
    told.extend(result.map(|result| format!("return {result}\n")));
    let (body, args) = with_arguments(&told);
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
        let what = if name.starts_with("image") { "image, by name or ID" } else { "project, by ID or name" };
        let default = quoted(default);
        let _ = writeln!(text, "    {{ \"{name}\", default = {default}, help = \"{what}\" }},");
    }
    text.push_str(if args.is_empty() { "" } else { "  },\n" });
    text.push_str("}\n\nfunction recipe.run(cloud, args)\n");
    for line in body.lines() {
        let _ = writeln!(text, "{}", format!("  {line}").trim_end());
    }
    text + "end\n\nreturn recipe\n"
}

fn body(lines: &[Kept], show: bool) -> String {
    told(lines, lines.iter().any(Kept::reads_last), show)
}

fn told(lines: &[Kept], remember: bool, show: bool) -> String {
    let mut text = if remember { "local _, _1, _2\n".to_owned() } else { String::new() };
    for (at, line) in lines.iter().enumerate() {
        let is_there = matches!(line, Kept::Function(_)) && lines[..at].contains(line);
        let line = if is_there { String::new() } else { line.told(remember, show) };
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
    let assigns = tokens(text).any(|token| token.of(text) == "=") && !text.contains('{');
    let keyword = tokens(text).next().is_some_and(|token| token.kind == TokenKind::Keyword);
    !first.is_empty() && ends && !assigns && !keyword && !text.contains('\n')
}

/// A value as Lua writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("{{ {} }}", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Null => "nil".to_owned(),
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
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
    fn what_a_recipe_works_on_is_its_argument() {
        insta::assert_snapshot!(recipe(&lines(), Effect::Write), @r#"
        --- Does what was typed in the REPL.
        ---
        --- What it leaves behind, and whether it may be repeated, stands here; `lunette NAME --help` shows it.

        local recipe = {
          effects = "write",
          args = {
            { "image", default = "pfsense", help = "image, by name or ID" },
            { "project", default = "35c9", help = "project, by ID or name" },
          },
        }

        function recipe.run(cloud, args)
          local image = cloud:image(args.image)
          image:add_member(args.project)
          return require("recipes.share").run(cloud, { image = "pf\"sense", project = { "b" } })
        end

        return recipe
        "#);
    }

    #[test]
    fn a_recipe_that_is_called_is_told_once() {
        let lines = [
            Kept::Function("list".into()),
            Kept::Expression("#list{}".into()),
            Kept::Function("list".into()),
            Kept::Expression("list{}".into()),
        ];
        insta::assert_snapshot!(recipe(&lines, Effect::Read), @r#"
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
