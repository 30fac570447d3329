//! `require "ui"`: what a recipe may say to, and ask of, the person who runs it.
//!
//! Must not know a terminal: it is handed how to ask and how to tell.

use std::rc::Rc;

use mlua::{Lua, Table};

use crate::error::{Error, Kind};
use crate::host::raise;
use crate::http::agree;

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
    module.set("confirm", lua.create_function(move |_, question: String| confirm(&asked, &question))?)?;
    let told = person.clone();
    let note = move |_: &Lua, text: String| {
        (told.note)(&text);
        Ok(())
    };
    module.set("note", lua.create_function(note)?)?;
    Ok(module)
}

/// Returns when the answer is yes. Errors: `interrupted` for a no, `usage` where nobody can be asked.
fn confirm(person: &Person, question: &str) -> mlua::Result<()> {
    if person.yes {
        return Ok(());
    }
    let Some(ask) = &person.ask else {
        let error = Error::new(Kind::Usage, format!("this needs a yes: {question}"));
        return Err(raise(error.advice("nothing was changed; add --yes to go on")));
    };
    if ask(question) {
        agree();
        return Ok(());
    }
    Err(raise(Error::new(Kind::Interrupted, "the answer was no; nothing was changed")))
}
