//! `require "ui"`: what a recipe may say to, and ask of, the person who runs it.
//!
//! Must not know a terminal: it is handed how to ask and how to tell.

use std::rc::Rc;

use mlua::{Lua, Table};

use crate::error::{Error, Kind};
use crate::host::{raise, refuse_while_loading};
use crate::http::{self, agree};

/// Puts a yes-or-no question to somebody.
pub type Ask = Rc<dyn Fn(&str) -> bool>;

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
pub(super) fn module(lua: &Lua, person: &Person) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    let asked = person.clone();
    module.set(
        "confirm",
        lua.create_function(move |lua, question: String| {
            refuse_while_loading(lua, "ui.confirm")?;
            confirm(&asked, &question)
        })?,
    )?;
    let told = person.clone();
    let note = move |lua: &Lua, text: String| {
        refuse_while_loading(lua, "ui.note")?;
        (told.note)(&text);
        Ok(())
    };
    module.set("note", lua.create_function(note)?)?;
    Ok(module)
}

/// The question that the door asks before a recipe's first deletion; `None` with `--yes`.
pub(super) fn before_deletion(person: &Person) -> Option<http::Ask> {
    let person = person.clone();
    (!person.yes).then(|| -> http::Ask {
        Rc::new(move |op| {
            let question = format!("this recipe deletes: {op}. Go on?");
            match &person.ask {
                None => Err(unconfirmed(&question)),
                Some(ask) if ask(&question) => Ok(()),
                Some(_) => {
                    Err(Error::new(Kind::Interrupted, format!("the answer was no; {op} was not sent")))
                }
            }
        })
    })
}

/// The error where nobody can be asked.
fn unconfirmed(question: &str) -> Error {
    let end = if question.ends_with(['?', '.', '!']) { "" } else { "." };
    Error::new(Kind::Usage, format!("confirmation needed: {question}{end} Add --yes."))
}

/// Returns when the answer is yes. Errors: `interrupted` for a no, `usage` where nobody can be asked.
fn confirm(person: &Person, question: &str) -> mlua::Result<()> {
    if person.yes {
        return Ok(());
    }
    let Some(ask) = &person.ask else {
        return Err(raise(unconfirmed(question)));
    };
    if ask(question) {
        agree();
        return Ok(());
    }
    Err(raise(Error::new(Kind::Interrupted, "the answer was no; nothing was changed")))
}
