//! The documentation of Lua names, read from LuaCATS files (`stdlib/meta/*.lua`).
//!
//! Knows the annotations' shape, not where the files are.

use std::fmt::Write;

/// One documented name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its name, as a function is declared: `Image:add_member`, `glance.connect`, or `Image.name` for a
    /// field.
    pub(crate) name: String,
    /// How it is called, or its type: `Image:add_member(project)`, `Image.name: string`.
    signature: String,
    /// What it does.
    text: Vec<String>,
    /// `---@param` and the like: name and type, then the words behind.
    params: Vec<String>,
    returns: Vec<String>,
    /// The requests it makes, as its `Request:` lines tell them: `POST /v2/images/{image_id}/members`.
    pub(crate) requests: Vec<String>,
    /// What other clients call it: `glance member-create`.
    pub(crate) commands: Vec<String>,
    /// The class whose fields it has, too: `CreateImageOptions: UploadOptions`.
    pub(crate) parent: Option<String>,
}

impl Entry {
    /// The entry as `lunette help` shows it.
    pub(crate) fn show(&self) -> String {
        let mut shown = self.signature.clone();
        shown.push('\n');
        if !self.text.is_empty() {
            let _ = write!(shown, "\n{}\n", self.text.join("\n").trim());
        }
        for (heading, lines) in [("Parameters", &self.params), ("Returns", &self.returns)] {
            if !lines.is_empty() {
                let _ = write!(shown, "\n{heading}:\n  {}\n", lines.join("\n  "));
            }
        }
        shown
    }

    /// How it is called, and the first sentence of what it does.
    pub(crate) fn brief(&self) -> (&str, String) {
        let paragraph = self.text.iter().map(|line| line.trim()).take_while(|line| !line.is_empty());
        let paragraph = paragraph.collect::<Vec<_>>().join(" ");
        let end = paragraph.find(". ").map_or(paragraph.len(), |dot| dot + 1);
        (&self.signature, paragraph[..end].to_owned())
    }

    /// How it is called.
    pub(crate) fn signature(&self) -> &str {
        &self.signature
    }

    /// Whether it is a field of a class.
    pub(crate) fn is_field(&self) -> bool {
        self.signature.starts_with(&self.name)
            && self.signature[self.name.len()..].trim_start_matches('?').starts_with(':')
    }

    /// The type of its options table: the name of a class, or `{ key: type, … }`.
    fn options_type(&self) -> Option<&str> {
        let declared = self.params.iter().filter_map(|param| param.split_once(": "));
        declared.filter(|(name, _)| name.trim_end_matches('?') == "options").map(|(_, kind)| kind).next()
    }

    /// The class of its options table.
    pub(crate) fn options_class(&self) -> Option<&str> {
        let name = self.options_type()?.trim_end_matches('?');
        is_options_class(name).then_some(name)
    }

    /// The keys of its options table, where that has no class.
    pub(crate) fn options(&self) -> Vec<&str> {
        self.options_type().and_then(|kind| kind.strip_prefix('{')).map(keys).unwrap_or_default()
    }

    /// Whether this is an option of a call: a field of a class of options.
    pub(crate) fn is_option(&self) -> bool {
        self.name.split_once('.').is_some_and(|(class, _)| is_options_class(class))
    }

    /// Whether this is a class that only types the options of a call.
    pub(crate) fn is_options_class(&self) -> bool {
        is_options_class(&self.name)
    }

    /// An option as the help of its call lists it: its name and type, and what it does.
    pub(crate) fn as_option(&self) -> (&str, String) {
        let signature = self.signature.split_once('.').map_or(self.signature.as_str(), |(_, option)| option);
        (signature, self.text.join(" "))
    }

    /// What it does, and what it takes and gives, as one text to search.
    pub(crate) fn prose(&self) -> String {
        [self.name.as_str(), &self.text.join(" "), &self.params.join(" "), &self.returns.join(" ")].join(" ")
    }

    /// Whether this is a field, method or function of that.
    pub(crate) fn is_part_of(&self, owner: &Entry) -> bool {
        let rest = self.name.strip_prefix(&owner.name);
        rest.and_then(|rest| rest.strip_prefix(['.', ':'])).is_some_and(|rest| !rest.contains(['.', ':']))
    }

    /// How surely a person who types `topic` means this, the surest being 0; `None` where it cannot be meant.
    ///
    /// Case and `:` for `.` do not matter, the owner may be left out, or be any name of a script's own:
    /// `img.update`.
    pub(crate) fn match_rank(&self, topic: &str) -> Option<u8> {
        let plain = |name: &str| name.to_lowercase().replace(':', ".");
        let typed = topic;
        let (name, topic) = (plain(&self.name), plain(topic));
        let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
        match name.strip_suffix(&topic) {
            _ if self.name == topic || self.is_command(&topic) => Some(0),
            // An option is explained with its call.
            _ if self.is_option() && name != topic => None,
            // `Images` is the class, `images` as well the method.
            Some("") if typed == self.name || name.contains('.') => Some(1),
            Some("") => Some(2),
            Some(owner) if owner.ends_with('.') => Some(2),
            _ if topic.contains('.') && last(&name) == last(&topic) => Some(3),
            _ => None,
        }
    }

    /// Whether another client calls it so, with or without that client's name.
    fn is_command(&self, topic: &str) -> bool {
        let own = |command: &String| command.split_once(' ').is_some_and(|(_, own)| own == topic);
        self.commands.iter().any(|command| command == topic || own(command))
    }
}

/// Whether a class only types the options of a call.
fn is_options_class(name: &str) -> bool {
    name.ends_with("Options") && name.chars().all(char::is_alphanumeric)
}

/// The keys of a table's type, not those of tables in it: `a: string, b: { c: string }? }`.
fn keys(inner: &str) -> Vec<&str> {
    let mut depth = 0;
    let parts = inner.split(|c: char| {
        match c {
            '{' | '(' | '<' => depth += 1,
            '}' | ')' | '>' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    let keys = parts.filter_map(|part| part.split_once(':'));
    keys.map(|(key, _)| key.trim().trim_end_matches('?')).collect()
}

/// Every name that a LuaCATS text documents, in its order.
pub(crate) fn entries(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut block = Block::default();
    // A class may end the text.
    for line in text.lines().chain([""]) {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix("---") {
            block.add(comment);
            continue;
        }
        if let Some(signature) = line.strip_prefix("function ") {
            let signature = signature.trim_end_matches("end").trim_end();
            let name = signature.split('(').next().unwrap_or(signature).to_owned();
            entries.push(Entry { name, signature: signature.to_owned(), ..block.entry });
        } else if let Some(class) = block.class {
            entries.push(Entry { signature: class.clone(), name: class, ..block.entry });
            entries.append(&mut block.fields);
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| !block.entry.text.is_empty()) {
            // A global that is a class of the same name is documented there.
            if block.kind.as_deref() != Some(name) {
                entries.push(Entry { name: name.to_owned(), signature: name.to_owned(), ..block.entry });
            }
        }
        block = Block::default();
    }
    entries
}

/// Every name that the text of a module documents: the module itself by its header, and its functions, under
/// that name.
pub(crate) fn module(name: &str, text: &str) -> Vec<Entry> {
    let header = text.lines().map_while(|line| line.strip_prefix("---"));
    let header = header.map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()).collect();
    let mut found =
        vec![Entry { name: name.to_owned(), signature: name.to_owned(), text: header, ..Entry::default() }];
    let owner = name.rsplit_once('.').map_or("", |(owner, _)| owner);
    found.extend(entries(text).into_iter().filter(|entry| entry.name.contains('.')).map(|entry| Entry {
        name: format!("{owner}.{}", entry.name),
        signature: format!("{owner}.{}", entry.signature),
        ..entry
    }));
    found
}

/// The comment lines that stand together.
#[derive(Default)]
struct Block {
    entry: Entry,
    /// Of `---@class`, and of `---@alias`.
    class: Option<String>,
    /// Of `---@type`.
    kind: Option<String>,
    fields: Vec<Entry>,
}

impl Block {
    fn add(&mut self, comment: &str) {
        if comment.starts_with('|') {
            return;
        }
        let Some(annotation) = comment.strip_prefix('@') else {
            let line = comment.strip_prefix(' ').unwrap_or(comment);
            if let Some(request) = line.strip_prefix("Request: ") {
                self.entry.requests.push(request.trim().to_owned());
            } else if let Some(commands) = line.strip_prefix("Command: ") {
                self.entry.commands.extend(commands.split(',').map(|command| command.trim().to_owned()));
            }
            self.entry.text.push(line.to_owned());
            return;
        };
        let (word, rest) = annotation.split_once(char::is_whitespace).unwrap_or((annotation, ""));
        match word {
            "class" | "alias" => {
                let mut words = rest.split([':', ' ']).filter(|word| !word.is_empty());
                self.class = words.find(|word| *word != "(exact)").map(str::to_owned);
                self.entry.parent = words.next().filter(|_| rest.contains(':')).map(str::to_owned);
            }
            "field" => self.fields.extend(self.class.as_deref().and_then(|class| field(class, rest))),
            "type" => self.kind = Some(rest.trim().to_owned()),
            "param" => self.entry.params.extend(parameter(rest)),
            "return" => self.entry.returns.push(rest.to_owned()),
            _ => {}
        }
    }
}

/// `name string what it is`.
fn field(class: &str, rest: &str) -> Option<Entry> {
    // Without it, `protected` would be a modifier and not a name.
    let rest = rest.strip_prefix("public ").unwrap_or(rest);
    let (name, kind, text) = parse_declaration(rest)?;
    let mark = if is_options_class(class) && name.ends_with('?') { "?" } else { "" };
    let name = format!("{class}.{}", name.trim_end_matches('?'));
    let text = Some(text.to_owned()).filter(|text| !text.is_empty());
    Some(Entry {
        signature: format!("{name}{mark}: {kind}"),
        name,
        text: text.into_iter().collect(),
        ..Entry::default()
    })
}

/// `name string what it is`, as `name: string  what it is`.
fn parameter(rest: &str) -> Option<String> {
    let (name, kind, text) = parse_declaration(rest)?;
    Some(format!("{name}: {kind}  {text}").trim_end().to_owned())
}

/// A name, its type, and what is said of it.
fn parse_declaration(rest: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = rest.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let (mut depth, mut before) = (0_u32, ' ');
    // A type goes on within its brackets, and behind the colon of what a function returns.
    let end = rest.find(|c: char| {
        match c {
            '(' | '<' | '{' => depth += 1,
            ')' | '>' | '}' => depth = depth.saturating_sub(1),
            c if c.is_whitespace() && depth == 0 && before != ':' => return true,
            _ => {}
        }
        before = c;
        false
    });
    let (kind, text) = rest.split_at(end.unwrap_or(rest.len()));
    Some((name, kind, text.trim()))
}

#[cfg(test)]
mod tests;
