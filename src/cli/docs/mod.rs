//! All that is documented: the LuaCATS files and the modules in the binary, and what is meant by a topic.
//!
//! [`self::luacats`] reads one text; here they are together, for `lunette help` and the REPL.

use std::fmt::Write;

use clap::CommandFactory;

use self::luacats::Entry;
use super::args::Cli;
use super::output;
use super::output::wrap::wrap;
use crate::embed;
use crate::error::{Error, Kind, nearest};

/// The folder of LuaCATS files in the binary.
const META: &str = "stdlib/meta";

/// The folder of the standard library's modules.
const STD: &str = "stdlib/std";

/// Every documented name.
pub(crate) struct Documentation(Vec<Entry>);

impl Documentation {
    /// That of this binary: of Rust in the LuaCATS files, of Lua in the modules themselves.
    pub(crate) fn read() -> Documentation {
        let read = |folder: &str| {
            let files = embed::list(folder).into_iter();
            files
                .filter_map(|file| Some((file.clone(), embed::text(&format!("{folder}/{file}"))?)))
                .collect::<Vec<_>>()
        };
        let mut entries: Vec<Entry> =
            read(META).iter().flat_map(|(_, text)| luacats::entries(text)).collect();
        for (file, text) in read(STD) {
            entries.extend(luacats::module(&format!("std.{}", file.trim_end_matches(".lua")), &text));
        }
        Documentation(entries)
    }

    /// What is written of a topic, and of all else that may as well be meant; `None` where nothing is.
    pub(crate) fn text(&self, topic: &str) -> Option<String> {
        let texts: Vec<String> = self.find_entries(topic).iter().map(|entry| self.describe(entry)).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }

    /// The entries that are most surely meant.
    pub(crate) fn find_entries(&self, topic: &str) -> Vec<&Entry> {
        let surest = self.0.iter().filter_map(|entry| entry.match_rank(topic)).min();
        let meant = |entry: &&Entry| surest.is_some() && entry.match_rank(topic) == surest;
        self.0.iter().filter(meant).collect()
    }

    /// Names with a word in what is written of them, each with its first sentence; those with it in the name
    /// come first.
    pub(crate) fn find_word(&self, word: &str) -> Vec<(&str, String)> {
        let word = word.to_lowercase();
        let has = |entry: &Entry| entry.prose().to_lowercase().contains(&word);
        // An option is found with its call.
        let named = |entry: &&Entry| !entry.is_option() && !entry.is_options_class();
        let mut found: Vec<&Entry> = self.0.iter().filter(named).collect();
        found.retain(|entry| {
            let options = entry.options_class().map(|class| self.fields(class)).unwrap_or_default();
            has(entry) || options.into_iter().any(has)
        });
        found.sort_by_key(|entry| !entry.name.to_lowercase().contains(&word));
        found.into_iter().map(Entry::brief).collect()
    }

    /// What can be asked about, but for the fields of things.
    pub(crate) fn topics(&self) -> impl Iterator<Item = &str> {
        let verbs = self.0.iter().flat_map(|entry| &entry.commands);
        let verbs = verbs.filter_map(|command| command.strip_prefix("glance "));
        let names = self.0.iter().filter(|entry| !entry.is_field() && !entry.is_options_class());
        names.map(|entry| entry.name.as_str()).chain(verbs)
    }

    /// The names of the options that a call takes.
    pub(crate) fn options<'a>(&'a self, entry: &'a Entry) -> Vec<&'a str> {
        match entry.options_class() {
            Some(class) => {
                self.fields(class).into_iter().filter_map(|field| field.name.rsplit('.').next()).collect()
            }
            None => entry.options(),
        }
    }

    /// The fields of a class of options, its own before those of its parents.
    fn fields(&self, class: &str) -> Vec<&Entry> {
        let Some(class) = self.0.iter().find(|entry| entry.name == class) else {
            return Vec::new();
        };
        let own = self.0.iter().filter(|entry| entry.is_option() && entry.is_part_of(class));
        own.chain(class.parent.iter().flat_map(|parent| self.fields(parent))).collect()
    }

    /// Every request, with the name that makes it: method, path, name, in the order of the paths.
    pub(crate) fn operations(&self) -> Vec<(&str, &str, &str)> {
        let requests = self.0.iter().flat_map(|entry| entry.requests.iter().map(move |line| (entry, line)));
        let mut operations: Vec<_> = requests
            .filter_map(|(entry, line)| {
                let (method, path) = line.split_once(' ')?;
                Some((method, path.trim(), entry.name.as_str()))
            })
            .collect();
        operations.sort_by_key(|(method, path, name)| (section(path), *path, rank(method), *name));
        operations
    }

    /// What was typed is known to nobody: the nearest of all that is.
    pub(crate) fn unknown_topic(&self, topic: &str, recipes: &[String]) -> Error {
        let commands = Cli::command();
        let members = self.0.iter().filter_map(|entry| entry.name.rsplit(['.', ':']).next());
        let verbs = self.0.iter().flat_map(|entry| &entry.commands);
        let verbs = verbs.filter_map(|command| Some(command.split_once(' ')?.1));
        let known = commands
            .get_subcommands()
            .map(clap::Command::get_name)
            .chain(recipes.iter().map(String::as_str))
            .chain(self.0.iter().map(|entry| entry.name.as_str()))
            .chain(members)
            .chain(verbs);
        let error = Error::new(Kind::Usage, format!("there is no help on {topic}"));
        match nearest(topic, known) {
            Some(near) => error.advice(format!("did you mean {near}?")),
            None => error.advice(
                "`lunette help` lists the commands, `lunette recipes` the recipes; Lua names begin at glance, Cloud, Image, \
                 Member, Error, task, fs and std",
            ),
        }
    }

    /// What is written of a name, and what it has: the methods of a class, the functions of a module.
    fn describe(&self, entry: &Entry) -> String {
        let mut text = entry.show();
        let options = entry.options_class().map(|class| self.fields(class)).unwrap_or_default();
        if !options.is_empty() {
            text += "\nOptions:\n";
            text += &list_names(&options.into_iter().map(Entry::as_option).collect::<Vec<_>>());
        }
        let parts: Vec<_> = self.0.iter().filter(|part| part.is_part_of(entry)).map(Entry::brief).collect();
        if !parts.is_empty() {
            text.push('\n');
        }
        text + &list_names(&parts)
    }
}

/// Names with what is said of them beside, each on lines of its own.
pub(crate) fn list_names(names: &[(&str, String)]) -> String {
    let width = names.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, says) in names {
        let line = format!("  {name:width$}  {says}");
        let _ = writeln!(text, "{}", wrap(line.trim_end(), output::terminal_width(), Some(width + 4)));
    }
    text
}

/// Where the API reference has a path: images, then what hangs off the Image API beside them.
///
/// Source: the order of api-ref/source/v2/index.rst and metadefs-index.rst.
fn section(path: &str) -> usize {
    const SECTIONS: [&str; 8] = [
        "/v2/images",
        "/v2/schemas",
        "/v2/info",
        "/v2/tasks",
        "/v2/stores",
        "/v2/discovery",
        "/v2/cache",
        "/v2/metadefs",
    ];
    SECTIONS.iter().position(|section| path.starts_with(section)).unwrap_or(SECTIONS.len())
}

fn rank(method: &str) -> usize {
    const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    METHODS.iter().position(|known| *known == method).unwrap_or(METHODS.len())
}

pub(super) mod luacats;
#[cfg(test)]
mod tests;
