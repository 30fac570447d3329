//! Which locals a chunk of a REPL session leaves to the next one, and the chunk that tells them.
//!
//! Pure text. Behind every `local` statement on the chunk's own level stands, in the chunk that is run, a
//! call that hands over two functions for each name, to read it and to write it. The locals stay what they
//! are to the chunk: Lua's own, shared with its functions. `<close>` is left alone, for its value is closed
//! where the chunk ends; so is `_`, which nobody wants back.

use super::tokens::{Token, TokenKind, tokens};

/// The chunk with its locals told; `None` where it has none, or is no Lua.
pub(in crate::host) fn telling(text: &str) -> Option<String> {
    let tokens: Vec<Token> = tokens(text).filter(|token| token.kind != TokenKind::Comment).collect();
    let reader = Reader { text, tokens };
    let (mut at, mut depth, mut written, mut told) = (0, 0_i32, 0, String::new());
    while at < reader.tokens.len() {
        if depth > 0 || reader.word(at) != "local" {
            depth += reader.step(at);
            at += 1;
            continue;
        }
        let (locals, end) = reader.statement(at)?;
        let ends_at = reader.tokens.get(end.checked_sub(1)?)?.span.end;
        told.push_str(&text[written..ends_at]);
        for local in &locals {
            told.push_str(&local.call());
        }
        (at, written) = (end, ends_at);
    }
    (written > 0).then(|| told + &text[written..])
}

/// A local of the chunk's own level.
#[derive(Debug, PartialEq)]
struct Local<'a> {
    name: &'a str,
    constant: bool,
}

impl Local<'_> {
    /// No name can be written that would hide `_ENV["local"]`, and none of its own clashes with the local's.
    fn call(&self) -> String {
        let Local { name, constant } = self;
        let write = if *constant { String::new() } else { format!(",function(...){name}=... end") };
        format!(";_ENV[\"local\"](\"{name}\",function()return {name} end{write});")
    }
}

/// The chunk's tokens, comments left out.
struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
}

impl<'a> Reader<'a> {
    fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.of(self.text))
    }

    fn is(&self, at: usize, kind: TokenKind) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == kind)
    }

    /// How many blocks this token opens, or closes.
    fn step(&self, at: usize) -> i32 {
        match self.word(at) {
            "function" | "do" | "if" | "repeat" => 1,
            "end" | "until" => -1,
            _ => 0,
        }
    }

    /// The locals of the statement that begins there, and where the next one begins.
    fn statement(&self, at: usize) -> Option<(Vec<Local<'a>>, usize)> {
        if self.word(at + 1) == "function" {
            let local = Local { name: self.name(at + 2)?, constant: false };
            return Some((vec![local], self.block(at + 1)?));
        }
        let (mut locals, mut at) = (Vec::new(), at);
        loop {
            let name = self.name(at + 1)?;
            at += 2;
            let attribute = if self.word(at) == "<" { self.word(at + 1) } else { "" };
            if !attribute.is_empty() {
                at += 3;
            }
            if attribute != "close" && !matches!(name, "_" | "_ENV") {
                locals.push(Local { name, constant: attribute == "const" });
            }
            if self.word(at) != "," {
                break;
            }
        }
        let end = if self.word(at) == "=" { self.expressions(at + 1)? } else { at };
        Some((locals, end))
    }

    fn name(&self, at: usize) -> Option<&'a str> {
        self.is(at, TokenKind::Name).then(|| self.word(at))
    }

    /// Behind the `end` of the function that begins there.
    fn block(&self, at: usize) -> Option<usize> {
        let mut depth = 0;
        let end = (at..self.tokens.len()).find(|at| {
            depth += self.step(*at);
            depth == 0
        });
        Some(end? + 1)
    }

    /// Behind the bracket that closes the one there.
    fn bracket(&self, at: usize) -> Option<usize> {
        let mut depth = 0;
        let end = (at..self.tokens.len()).find(|at| {
            match self.word(*at) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        Some(end? + 1)
    }

    /// Behind the expressions, with commas between them, that begin there.
    fn expressions(&self, mut at: usize) -> Option<usize> {
        const BINARY: [&str; 22] = [
            ",", "+", "-", "*", "/", "//", "%", "^", "..", "<", "<=", ">", ">=", "==", "~=", "and", "or",
            "&", "|", "~", "<<", ">>",
        ];
        loop {
            while matches!(self.word(at), "not" | "-" | "#" | "~") {
                at += 1;
            }
            at = match self.tokens.get(at)?.kind {
                TokenKind::Name => self.suffixes(at + 1)?,
                TokenKind::Number | TokenKind::Text => at + 1,
                _ => match self.word(at) {
                    "(" => self.suffixes(self.bracket(at)?)?,
                    "{" => self.bracket(at)?,
                    "function" => self.block(at)?,
                    _ => at + 1, // nil, true, false, ...
                },
            };
            if !BINARY.contains(&self.word(at)) {
                return Some(at);
            }
            at += 1;
        }
    }

    /// Behind the fields, indices and calls of the value that ends there.
    fn suffixes(&self, mut at: usize) -> Option<usize> {
        loop {
            at = match self.word(at) {
                "." | ":" => at + 2,
                "(" | "[" | "{" => self.bracket(at)?,
                _ if self.is(at, TokenKind::Text) => at + 1,
                _ => return Some(at),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The chunk with `⟨names⟩` where they are told.
    fn marked(text: &str) -> Option<String> {
        let mut told = telling(text)?;
        while let Some(start) = told.find(";_ENV[\"local\"](\"") {
            let rest = &told[start + 16..];
            let name = &rest[..rest.find('"').unwrap()];
            let constant = if rest.contains(&format!(",function(...){name}=... end);")) { "" } else { "!" };
            let end = start + 16 + rest.find(" end);").map_or(0, |at| at + 6);
            told = format!("{}⟨{name}{constant}⟩{}", &told[..start], &told[end..]);
        }
        Some(told)
    }

    #[test]
    fn a_local_is_known_from_the_end_of_its_statement() {
        for (text, expected) in [
            ("local x = 1", "local x = 1⟨x⟩"),
            ("local x print(x)", "local x⟨x⟩ print(x)"),
            ("local a, b = f(), 'x' -- why", "local a, b = f(), 'x'⟨a⟩⟨b⟩ -- why"),
            ("local x = 1\n(f)()", "local x = 1⟨x⟩\n(f)()"),
            ("local x = f\n(g)() h()", "local x = f\n(g)()⟨x⟩ h()"),
            ("local x = a.b:c 'd' { e }[1] y = 2", "local x = a.b:c 'd' { e }[1]⟨x⟩ y = 2"),
            ("local x = not -#t .. ~y and 2 ^ -z w()", "local x = not -#t .. ~y and 2 ^ -z⟨x⟩ w()"),
            ("local function f() local y = 1 end f()", "local function f() local y = 1 end⟨f⟩ f()"),
            (
                "local f = function(...) if a then return ... end end f()",
                "local f = function(...) if a then return ... end end⟨f⟩ f()",
            ),
            ("local x <const>, y = 1, 2", "local x <const>, y = 1, 2⟨x!⟩⟨y⟩"),
            ("local _, e = f()", "local _, e = f()⟨e⟩"),
            ("local x = 1 local x = 2 return x", "local x = 1⟨x⟩ local x = 2⟨x⟩ return x"),
            ("do local y = 1 end local x = y", "do local y = 1 end local x = y⟨x⟩"),
            ("local s = 'local y = 1'", "local s = 'local y = 1'⟨s⟩"),
        ] {
            assert_eq!(marked(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_chunk_without_locals_is_unchanged() {
        for text in [
            "x = 1",
            "for i = 1, 2 do local y = i end",
            "while f() do local y = 1 end",
            "if a then local b elseif c then local d else local e end",
            "repeat local y = 1 until y",
            "function f() local y end",
            "t = { f = function() local y end }",
            "-- local x = 1",
            "local",
            "local x =",
        ] {
            assert_eq!(telling(text), None, "{text}");
        }
        assert_eq!(telling("local f <close> = g()").as_deref(), Some("local f <close> = g()"));
    }
}
