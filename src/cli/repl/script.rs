//! `.save`: the lines of a session that went well, as a script or as a recipe.

use std::fmt::Write;

use serde_json::Value;

use super::calls::Given;
use crate::host::{Engine, TokenKind, reads_last_values, tokens};
use crate::http::Effect;

/// What was done, in the words of a script.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kept {
    /// Statements, as they were typed.
    Statements(String),
    /// An expression, which alone is no statement: it was shown.
    Expression(String),
    /// A recipe's line.
    Recipe {
        /// The recipe.
        name: String,
        /// What it was given.
        args: Given,
    },
}

impl Kept {
    /// A line of Lua.
    pub(super) fn lua(text: &str, engine: &Engine) -> Kept {
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
            Kept::Recipe { .. } => false,
        }
    }

    /// What gives its value; `None` for statements, which have none.
    fn value(&self) -> Option<String> {
        match self {
            Kept::Statements(text) => is_call(text).then(|| text.clone()),
            Kept::Expression(text) => Some(text.clone()),
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
        Effect::Read => "read",
        Effect::Write => "write",
        Effect::Delete => "delete",
    };
    let mut text = format!(
        "--- Does what was typed in the REPL.\n---\n--- What it leaves behind, and whether it may be repeated, stands \
         here; `lunette NAME --help` shows it.\n\nlocal recipe = {{\n  effects = \"{effects}\",\n  args = {{\n"
    );
    for (name, default) in &args {
        let what = if name.starts_with("image") { "image, by name or ID" } else { "project, by ID or name" };
        let default = quoted(default);
        let _ = writeln!(text, "    {{ \"{name}\", default = {default}, help = \"{what}\" }},");
    }
    text.push_str("  },\n}\n\nfunction recipe.run(cloud, args)\n");
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
    for line in lines.iter().map(|line| line.told(remember, show)).filter(|line| !line.is_empty()) {
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

/// The calls whose text is an argument, and the argument's name.
const NAMED: [(&str, &str); 6] = [
    ("image", "image"),
    ("find_image", "image"),
    ("members", "image"),
    ("project", "project"),
    ("add_member", "project"),
    ("remove_member", "project"),
];

/// The text with `args.image` in place of `"pfsense"` in `cloud:image "pfsense"`, and what each stands for.
fn with_arguments(text: &str) -> (String, Vec<(String, String)>) {
    let found: Vec<_> = tokens(text).collect();
    let word = |at: usize| found.get(at).map_or("", |token| token.of(text));
    let (mut told, mut written, mut args) = (String::new(), 0, Vec::<(String, String)>::new());
    for (at, token) in found.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Text) {
        let bracket = at > 0 && word(at - 1) == "(";
        let Some(call) = at.checked_sub(1 + usize::from(bracket)).filter(|call| *call > 0) else { continue };
        let named = NAMED.iter().find(|(method, _)| word(call - 1) == ":" && word(call) == *method);
        let (Some((_, kind)), Some(value)) = (named, plain(token.of(text))) else { continue };
        let known = args.iter().find(|(name, known)| name.starts_with(kind) && known == value);
        let name = if let Some((name, _)) = known {
            name.clone()
        } else {
            let others = args.iter().filter(|(name, _)| name.starts_with(kind)).count();
            let name = if others == 0 { (*kind).to_owned() } else { format!("{kind}_{}", others + 1) };
            args.push((name.clone(), value.to_owned()));
            name
        };
        told.push_str(text[written..token.span.start].trim_end_matches(|c| c == ' ' && !bracket));
        let _ = if bracket { write!(told, "args.{name}") } else { write!(told, "(args.{name})") };
        written = token.span.end;
    }
    (told + &text[written..], args)
}

/// What stands in quotes, where nothing in it is written in another way.
fn plain(literal: &str) -> Option<&str> {
    let inner = literal.get(1..literal.len() - 1)?;
    (literal.starts_with(['"', '\'']) && !inner.contains('\\')).then_some(inner)
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
    fn other_images_are_other_arguments() {
        let (text, args) = with_arguments("a:image 'x' b:image 'x' c:image('y') 'z'");
        assert_eq!(text, "a:image(args.image) b:image(args.image) c:image(args.image_2) 'z'");
        assert_eq!(args, [("image".to_owned(), "x".to_owned()), ("image_2".to_owned(), "y".to_owned())]);
    }
}
