//! Which texts of a session become arguments of the recipe that it is saved as.

use std::fmt::Write;

use crate::host::{TokenKind, tokens};

/// The calls whose text is an argument, and the argument's name.
const NAMED: [(&str, &str); 6] = [
    ("image", "image"),
    ("find_image", "image"),
    ("members", "image"),
    ("project", "project"),
    ("add_member", "project"),
    ("remove_member", "project"),
];

/// Fields of a call's table whose text is an argument: `share{ image = "pfsense" }`.
const FIELDS: [&str; 3] = ["image", "project", "cloud"];

/// The arguments of the recipe, each with what it stood for in the session.
#[derive(Debug, Default, PartialEq)]
pub(in crate::cli::repl) struct Arguments(pub(in crate::cli::repl) Vec<(String, String)>);

impl Arguments {
    /// The name of the argument that stands for that value; another value of the same kind is another
    /// argument.
    pub(in crate::cli::repl) fn name(&mut self, kind: &str, value: &str) -> String {
        let is_of_kind =
            |name: &str| name == kind || name.strip_prefix(kind).is_some_and(|rest| rest.starts_with('_'));
        let known = self.0.iter().find(|(name, known)| is_of_kind(name) && known == value);
        if let Some((name, _)) = known {
            return name.clone();
        }
        let others = self.0.iter().filter(|(name, _)| is_of_kind(name)).count();
        let name = if others == 0 { kind.to_owned() } else { format!("{kind}_{}", others + 1) };
        self.0.push((name.clone(), value.to_owned()));
        name
    }
}

/// The text with `args.image` in place of `"pfsense"` in `cloud:image "pfsense"`, and what each stands for.
pub(in crate::cli::repl) fn replace_arguments(text: &str, args: &mut Arguments) -> String {
    let found: Vec<_> = tokens(text).filter(|token| token.kind != TokenKind::Comment).collect();
    let word = |at: usize| found.get(at).map_or("", |token| token.of(text));
    let (mut told, mut written) = (String::new(), 0);
    for (at, token) in found.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Text) {
        let Some(value) = plain(token.of(text)) else { continue };
        let before = |steps: usize| at.checked_sub(steps).map_or("", word);
        let is_field = before(1) == "=" && matches!(before(3), "{" | ",") && FIELDS.contains(&before(2));
        let bracket = before(1) == "(";
        let call = 1 + usize::from(bracket);
        let named = NAMED.iter().find(|(method, _)| before(call + 1) == ":" && before(call) == *method);
        let kind = match named {
            _ if is_field => before(2),
            Some((_, kind)) => kind,
            None => continue,
        };
        let name = args.name(kind, value);
        let bare = bracket || is_field;
        told.push_str(text[written..token.span.start].trim_end_matches(|c| c == ' ' && !bare));
        let _ = if bare { write!(told, "args.{name}") } else { write!(told, "(args.{name})") };
        written = token.span.end;
    }
    told + &text[written..]
}

/// What the text would still do to something fixed, whatever the arguments of the recipe are; `None` if
/// nothing.
pub(in crate::cli::repl) fn find_fixed(text: &str) -> Option<String> {
    let found: Vec<_> = tokens(text).filter(|token| token.kind != TokenKind::Comment).collect();
    let word = |at: usize| found.get(at).map_or("", |token| token.of(text));
    // Variables that were given a text.
    let is_text = |at: usize| found.get(at).is_some_and(|token| token.kind == TokenKind::Text);
    let texts: Vec<&str> =
        (0..found.len()).filter(|at| word(at + 1) == "=" && is_text(at + 2)).map(word).collect();
    for (at, token) in found.iter().enumerate() {
        let argument = at + 1 + usize::from(word(at + 1) == "(");
        let what = word(argument);
        if word(at) == "connect" && (is_text(argument) || texts.contains(&what) || what == "{") {
            return Some(format!(
                "connect {what} works on a fixed cloud; a recipe works on the cloud it is given"
            ));
        }
        let is_named = at > 0 && word(at - 1) == ":" && NAMED.iter().any(|(method, _)| word(at) == *method);
        if is_named && (texts.contains(&what) || is_text(argument)) {
            return Some(format!("{}({what}) works on what the session's {what} named", word(at)));
        }
        let id = token.of(text).trim_matches(['"', '\'']);
        if is_text(at) && uuid::Uuid::try_parse(id).is_ok() {
            return Some(format!("{id} is a fixed ID"));
        }
    }
    None
}

/// What stands in quotes, where nothing in it is written in another way.
fn plain(literal: &str) -> Option<&str> {
    let inner = literal.get(1..literal.len() - 1)?;
    (literal.starts_with(['"', '\'']) && !inner.contains('\\')).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_images_are_other_arguments() {
        let mut args = Arguments::default();
        let text = replace_arguments("a:image 'x' b:image 'x' c:image('y') 'z'", &mut args);
        assert_eq!(text, "a:image(args.image) b:image(args.image) c:image(args.image_2) 'z'");
        assert_eq!(args.0, [("image".to_owned(), "x".to_owned()), ("image_2".to_owned(), "y".to_owned())]);
        let text = replace_arguments("share{ image = 'x', project = \"b\" }", &mut args);
        assert_eq!(text, "share{ image = args.image, project = args.project }");
    }

    #[test]
    fn fixed_values_of_a_saved_recipe_are_named() {
        for text in [
            "glance.connect 'project-b'",
            "glance.connect{ cloud = 'b' }",
            "local name = 'pfsense' cloud:image(name):delete()",
            "cloud:image 'pf\\65ense'",
            "cloud:images{ owner = '35c9d0e1a2b34c5d8e9f001122334455' }",
        ] {
            assert!(find_fixed(text).is_some(), "{text}");
        }
        for text in [
            "cloud:image(args.image)",
            "for i in cloud:images() do cloud:image(i.id) end",
            "x = 'y' print(x)",
        ] {
            assert_eq!(find_fixed(text), None, "{text}");
        }
    }
}
