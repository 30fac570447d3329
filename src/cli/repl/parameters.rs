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

/// The text with `args.image` in place of `"pfsense"` in `cloud:image "pfsense"`, and what each stands for.
pub(super) fn with_arguments(text: &str) -> (String, Vec<(String, String)>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_images_are_other_arguments() {
        let (text, args) = with_arguments("a:image 'x' b:image 'x' c:image('y') 'z'");
        assert_eq!(text, "a:image(args.image) b:image(args.image) c:image(args.image_2) 'z'");
        assert_eq!(args, [("image".to_owned(), "x".to_owned()), ("image_2".to_owned(), "y".to_owned())]);
    }
}
