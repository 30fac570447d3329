//! `require "ui"`: what a recipe may say to, and ask of, the person who runs it.
//!
//! Knows no terminal: the caller says how to ask and how to show a note.

use std::rc::Rc;

use mlua::{Lua, Table};

use crate::error::{Error, Kind};
use crate::host::{Text, raise, refuse_while_loading};
use crate::http::{self, agree, asks_for_deletions, disagree};

/// A yes-or-no question.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The text, which ends with what a yes means where that is a deletion.
    pub text: &'a str,
    /// Whether a yes lets something be deleted.
    pub deletes: bool,
}

/// Puts a yes-or-no question to somebody.
pub type Ask = Rc<dyn Fn(Question) -> bool>;

/// The person at the other end, if there is one.
#[derive(Clone)]
pub struct Person {
    /// Whether `--yes` was given: every question is answered already.
    pub yes: bool,
    /// Asks a yes-or-no question; `None` where there is nobody to ask.
    pub ask: Option<Ask>,
    /// Tells what a person should read and a program should not get.
    pub note: Rc<dyn Fn(&str)>,
}

/// The module as recipes get it.
pub(in crate::api) fn module(lua: &Lua, person: &Person) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    let asked = person.clone();
    module.set(
        "confirm",
        lua.create_function(move |lua, question: Text| {
            refuse_while_loading(lua, "ui.confirm")?;
            confirm(&asked, &question)
        })?,
    )?;
    let told = person.clone();
    let note = move |lua: &Lua, text: Text| {
        refuse_while_loading(lua, "ui.note")?;
        (told.note)(&text);
        Ok(())
    };
    module.set("note", lua.create_function(note)?)?;
    Ok(module)
}

/// The question that the door asks before a recipe's first deletion; `None` with `--yes`.
pub(in crate::api) fn deletion_question(person: &Person) -> Option<http::Ask> {
    let person = person.clone();
    (!person.yes).then(|| -> http::Ask {
        Rc::new(move |op| {
            let question = format!("this recipe deletes: {op}. Go on?");
            match &person.ask {
                None => Err(unconfirmed_error(&question)),
                Some(ask) if ask(Question { text: &question, deletes: true }) => Ok(()),
                Some(_) => {
                    Err(Error::new(Kind::Interrupted, format!("the answer was no; {op} was not sent")))
                }
            }
        })
    })
}

/// The error where nobody can be asked.
fn unconfirmed_error(question: &str) -> Error {
    let end = if question.ends_with(['?', '.', '!']) { "" } else { "." };
    Error::new(Kind::Usage, format!("confirmation needed: {question}{end} Add --yes."))
}

/// Returns when the answer is yes; of a recipe that may delete, a yes lets it. Errors: `interrupted` for a
/// no, `usage` where nobody can be asked.
fn confirm(person: &Person, question: &str) -> mlua::Result<()> {
    if person.yes {
        return Ok(());
    }
    // A recipe words its question as it likes; what a yes lets it do is said by the host, and last.
    let deleter = asks_for_deletions();
    let text = match &deleter {
        Some(name) => format!("{question} (a yes lets the recipe '{name}' delete)"),
        None => question.to_owned(),
    };
    let Some(ask) = &person.ask else {
        return Err(raise(unconfirmed_error(&text)));
    };
    if ask(Question { text: &text, deletes: deleter.is_some() }) {
        agree();
        return Ok(());
    }
    // A recipe that goes on after a no is asked about before it deletes, whatever was said before.
    disagree();
    Err(raise(Error::new(Kind::Interrupted, "the answer was no")))
}
