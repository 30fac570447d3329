//! What could stand at the end of a line, and how what is called there is to be called.
//!
//! Live names are the engine's; here are those that only the REPL knows: commands, recipes and their flags,
//! options of a call, and in quotes modules, clouds and images. Nothing is asked of a cloud.

use std::time::Duration;

use super::Life;
use super::recipe_call;
use crate::cli::repl::command;
use crate::host::{Recipe, Token, TokenKind, tokens};

/// How long a recipe may take to load while somebody waits for a completion.
const PATIENCE: Duration = Duration::from_millis(200);

/// What to call, and what of it stands before the cursor.
type Found = (usize, Vec<String>);

/// The candidates, and where the word begins that they are to replace.
pub(in crate::cli::repl) fn completions(life: &Life, typed: &str) -> Found {
    if command::is_command(typed) || typed.trim() == "." {
        return commands(life, typed);
    }
    if let Some(found) = recipe(life, typed) {
        return found;
    }
    let before = Before::new(typed);
    if let Some(found) = before.text.as_ref().and_then(|open| complete_in_quotes(life, &before, open)) {
        return found;
    }
    if before.text.is_some() {
        return (typed.len(), Vec::new());
    }
    if let Some(found) = options(life, &before) {
        return found;
    }
    let mut names = life.runtime.engine().completions(typed);
    let start = start_of(typed, &names);
    let word = &typed[start..];
    if !word.contains(['.', ':']) && !typed[..start].ends_with(['.', ':']) {
        // A recipe is a line of its own, or a function in Lua, where its name can be one of Lua's.
        let is_name = |name: &String| start == 0 || !name.contains('-');
        let recipes = life.runtime.engine().recipes().into_iter().map(|found| found.name);
        names.extend(recipes.filter(|name| name.starts_with(word)).filter(is_name));
        names.sort();
        names.dedup();
    }
    (start, names)
}

/// How the call at the end of the line is documented: `Image:add_member(project)`.
pub(in crate::cli::repl) fn signature(life: &Life, typed: &str) -> Option<String> {
    let before = Before::new(typed);
    let callee = before.callee(before.open?)?;
    let entry = *life.documentation().find_entries(&documented_name(life, &callee)).first()?;
    Some(entry.signature().to_owned()).filter(|signature| signature.contains('('))
}

fn commands(life: &Life, typed: &str) -> Found {
    let start = typed.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let word = &typed[start..];
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let known: Vec<String> = match typed.split_whitespace().next().unwrap_or_default() {
        _ if start == 0 && typed.starts_with('.') => command::names().map(str::to_owned).collect(),
        ".cloud" => life.runtime.clouds().unwrap_or_default(),
        ".format" => words(&command::FORMATS),
        ".write" => words(&["on", "off"]),
        ".trace" => words(&["on", "full", "off"]),
        ".save" => words(&["--recipe"]),
        ".time" => {
            let code = typed.len() - typed[".time".len()..].trim_start().len();
            let (start, names) = completions(life, &typed[code..]);
            return (code + start, names);
        }
        ".help" => topics(life).into_iter().chain(command::names().map(str::to_owned)).collect(),
        first if first.starts_with('?') => {
            let topic = word.trim_start_matches('?');
            let start = typed.len() - topic.len();
            let mut names = life.runtime.engine().completions(topic);
            // What is live is known by its own name, what is only written of by all of it.
            if names.is_empty() || !topic.contains(['.', ':']) {
                names.extend(topics(life).into_iter().filter(|name| name.starts_with(topic)));
            }
            return (start + start_of(topic, &names), names);
        }
        _ => Vec::new(),
    };
    (start, known.into_iter().filter(|name| name.starts_with(word)).collect())
}

/// What can be explained: recipes, documented names, verbs of other clients.
fn topics(life: &Life) -> Vec<String> {
    let mut topics: Vec<String> =
        life.runtime.engine().recipes().into_iter().map(|found| found.name).collect();
    topics.extend(life.documentation().topics().map(str::to_owned));
    topics.sort();
    topics.dedup();
    topics
}

/// Flags of the recipe whose line it is, and what its words could be.
fn recipe(life: &Life, typed: &str) -> Option<Found> {
    let (name, rest) = recipe_call::split(typed)?;
    let engine = life.runtime.engine();
    let ended = typed.len() > name.len() && !rest.starts_with('{');
    if !ended || !recipe_call::is_recipe(engine, name) {
        return None;
    }
    let recipe = engine.glance_at(name, PATIENCE).ok()?;
    let start = typed.rfind([' ', '"', '\'', '=']).map_or(0, |at| at + 1);
    let word = &typed[start..];
    if word.starts_with('-') {
        let flags = recipe.args.iter().filter(|arg| arg.option);
        let flags = flags.map(|arg| format!("--{}", arg.name.replace('_', "-")));
        let flags = flags.chain(recipe_call::COMMON.map(str::to_owned));
        return Some((start, flags.filter(|flag| flag.starts_with(word)).collect()));
    }
    let before = typed[..start].trim_end_matches([' ', '=']).rsplit(' ').next();
    if matches!(before, Some("-f" | "--format")) {
        let formats = command::FORMATS.into_iter().filter(|format| format.starts_with(word));
        return Some((start, formats.map(str::to_owned).collect()));
    }
    let mut words = life.known.beginning(word);
    words.extend(life.runtime.clouds().unwrap_or_default().into_iter().filter(|name| name.starts_with(word)));
    Some((start, words))
}

/// What an open text could be, by what it is given to.
fn complete_in_quotes(life: &Life, before: &Before<'_>, open: &Token) -> Option<Found> {
    let given = &before.line[open.span.start + 1..];
    let callee = before.callee(open.span.start)?;
    let last = callee.rsplit(['.', ':']).next().unwrap_or_default();
    let candidates = match last {
        "require" => {
            let engine = life.runtime.engine();
            let modules = engine.modules().into_iter().map(|(name, _)| name);
            let recipes = engine.recipes().into_iter().map(|found| format!("recipes.{}", found.name));
            modules.chain(recipes).filter(|name| name.starts_with(given)).collect()
        }
        "connect" | "project" | "add_member" | "remove_member" | "member" => {
            let clouds = life.runtime.clouds().unwrap_or_default().into_iter();
            clouds.filter(|name| name.starts_with(given)).collect()
        }
        "image" | "find_image" | "members" => life.known.beginning(given),
        _ => return None,
    };
    Some((open.span.start + 1, candidates))
}

/// Options of the call whose table is open, where one could begin.
fn options(life: &Life, before: &Before<'_>) -> Option<Found> {
    let open = before.open.filter(|open| before.line[*open..].starts_with('{'))?;
    let start = before.word.unwrap_or(before.line.len());
    let last = before.line[..start].trim_end().chars().next_back()?;
    if !matches!(last, '{' | ',') {
        return None;
    }
    let callee = before.callee(open)?;
    let word = &before.line[start..];
    let names: Vec<String> = if let Some(recipe) = find_recipe(life, &callee) {
        recipe.args.iter().map(|arg| arg.name.clone()).collect()
    } else {
        let documentation = life.documentation();
        let entry = *documentation.find_entries(&documented_name(life, &callee)).first()?;
        documentation.options(entry).into_iter().map(str::to_owned).collect()
    };
    let fitting = names.into_iter().filter(|name| name.starts_with(word));
    Some((start, fitting.map(|name| format!("{name} = ")).collect()))
}

/// The recipe of that name, where a line could call it; nothing of it runs here (see `glance_at`).
fn find_recipe(life: &Life, name: &str) -> Option<Recipe> {
    let engine = life.runtime.engine();
    if engine.is_defined(name) {
        return None;
    }
    engine.glance_at(name, PATIENCE).ok()
}

/// What documentation calls the thing that a line calls: `image:update` is `Image:update`.
fn documented_name(life: &Life, callee: &str) -> String {
    let Some(at) = callee.rfind(['.', ':']) else { return callee.to_owned() };
    let class = life.runtime.engine().class_of(&callee[..at]);
    class.map_or_else(|| callee.to_owned(), |class| class + &callee[at..])
}

/// Where the word begins that the candidates are to replace: all of `cloud.pro`, or only `pro`, as they have
/// it.
fn start_of(before: &str, candidates: &[String]) -> usize {
    let start = |part: fn(char) -> bool| {
        before.rfind(|c| !part(c)).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8))
    };
    let chain = start(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':'));
    if candidates.iter().all(|candidate| candidate.starts_with(&before[chain..])) {
        chain
    } else {
        start(|c| c.is_alphanumeric() || c == '_')
    }
}

/// What stands before the cursor.
struct Before<'a> {
    line: &'a str,
    tokens: Vec<Token>,
    /// A text that has no end yet.
    text: Option<Token>,
    /// Where the innermost bracket stands that is still open.
    open: Option<usize>,
    /// Where the word begins that is being typed.
    word: Option<usize>,
}

impl<'a> Before<'a> {
    fn new(line: &'a str) -> Before<'a> {
        let tokens: Vec<Token> = tokens(line).collect();
        let last = tokens.last().filter(|token| token.span.end == line.len());
        let text = last.filter(|token| token.kind == TokenKind::Text && is_open(token.of(line))).cloned();
        let word = last.filter(|token| token.kind == TokenKind::Name).map(|token| token.span.start);
        let mut brackets = Vec::new();
        for token in &tokens {
            match token.of(line) {
                "(" | "[" | "{" => brackets.push(token.span.start),
                ")" | "]" | "}" => drop(brackets.pop()),
                _ => {}
            }
        }
        Before { line, text, word, open: brackets.pop(), tokens }
    }

    /// What is called with what begins there: `cloud:image` before `"pf`, with a `(` between or without.
    fn callee(&self, at: usize) -> Option<String> {
        let mut before = self.tokens.iter().take_while(|token| token.span.start < at).collect::<Vec<_>>();
        if before.last()?.of(self.line) == "(" {
            before.pop();
        }
        let mut path = Vec::new();
        let mut name = true;
        while let Some(token) = before.pop() {
            let word = token.of(self.line);
            let fits = if name { token.kind == TokenKind::Name } else { matches!(word, "." | ":") };
            if !fits {
                break;
            }
            path.insert(0, word);
            name = !name;
        }
        (!path.is_empty() && !name).then(|| path.concat())
    }
}

/// Whether a text in quotes has no end.
fn is_open(text: &str) -> bool {
    let mut escaped = false;
    let quote = text.chars().next();
    quote.is_some_and(|quote| matches!(quote, '"' | '\''))
        && !text.chars().skip(1).any(|c| {
            let ends = !escaped && Some(c) == quote;
            escaped = !escaped && c == '\\';
            ends
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_completion_replaces_what_it_completes() {
        for (before, candidate, start) in [
            ("cloud.pro", "cloud.project_id", 0),
            ("cloud.pro", "project_id", 6),
            ("print(image:mem", "image:members", 6),
            ("print(image:mem", "members", 12),
            ("x = ", "cloud", 4),
            ("„clo", "cloud", 3),
        ] {
            assert_eq!(start_of(before, &[candidate.to_owned()]), start, "{before} {candidate}");
        }
    }

    #[test]
    fn finds_the_called_name_before_its_bracket_or_text() {
        for (line, callee) in [
            ("x = cloud:image \"pf", Some("cloud:image")),
            ("x = cloud:image(\"pf", Some("cloud:image")),
            ("require '", Some("require")),
            ("a.b.c:d{ x = 1, ", Some("a.b.c:d")),
            ("f(g(1), ", Some("f")),
            ("f(g{ a = ", Some("g")),
            ("x = { ", None),
            ("x = \"a", None),
            ("1 + 1", None),
        ] {
            let before = Before::new(line);
            let at = before.text.as_ref().map(|text| text.span.start).or(before.open);
            assert_eq!(at.and_then(|at| before.callee(at)).as_deref(), callee, "{line}");
        }
    }

    #[test]
    fn a_text_is_open_until_its_quote() {
        assert!(is_open("\"") && is_open("'a\\'") && is_open("\"a'"));
        assert!(!is_open("''") && !is_open("\"a\\\\\"") && !is_open("[[a"));
    }
}
