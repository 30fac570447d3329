//! The effect of a request, and the deepest effect that requests of this run may have.
//!
//! Does not know where a limit comes from: `--read-only` and a recipe's `effects` both end here.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

use reqwest::Method;

use crate::error::{Error, Kind, Result};

/// The effect of a request. Ordered: a limit of `Delete` allows all the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// No request at all, as a limit: not even a log-in is sent (a recipe that is being loaded).
    Nothing,
    /// Changes nothing (a log-in too).
    Read,
    /// Creates or changes.
    Write,
    /// Takes away.
    Delete,
}

impl Effect {
    /// The effect a method has by HTTP's own definition.
    pub fn of(method: &Method) -> Effect {
        match *method {
            Method::GET | Method::HEAD | Method::OPTIONS => Effect::Read,
            Method::DELETE => Effect::Delete,
            _ => Effect::Write,
        }
    }
}

/// Lets what takes something away leave, or says why not; told the operation.
pub type Ask = Rc<dyn Fn(&str) -> Result<()>>;

tokio::task_local! {
    /// What the work that is going on has declared.
    static DECLARED: Declared;
}

struct Declared {
    /// Its name, for questions.
    name: Box<str>,
    effect: Effect,
    /// Whether somebody has said yes to the deletions of the work.
    agreed: Cell<bool>,
    /// The URLs of what this work, and each work around it, has provably created.
    own: Vec<Own>,
}

/// What one work has provably created.
type Own = Rc<RefCell<HashSet<String>>>;

/// Limits the requests of `work`, and of no other work that runs at the same time, to that effect.
///
/// The limit applies to other limits within it: none of them can allow more. `agreed` says that a person has
/// already agreed to deletions; otherwise the door asks before the first one.
///
/// Work within other work cannot agree for a person: only what was agreed to outside counts.
pub async fn with_effect_limit<T>(effect: Effect, agreed: bool, work: impl Future<Output = T>) -> T {
    with_named_limit("", effect, agreed, work).await
}

/// The same for work that has a name, which questions about it tell.
pub async fn with_named_limit<T>(
    name: &str,
    effect: Effect,
    agreed: bool,
    work: impl Future<Output = T>,
) -> T {
    let outer = declaration();
    let effect = outer.map_or(effect, |outer| outer.min(effect));
    let agreed = Cell::new(if outer.is_some() { is_agreed() } else { agreed });
    let around = DECLARED.try_with(|declared| declared.own.clone()).unwrap_or_default();
    let own = std::iter::once(Own::default()).chain(around).collect();
    DECLARED.scope(Declared { name: name.into(), effect, agreed, own }, work).await
}

/// Runs what must send nothing: not even a log-in leaves meanwhile.
pub fn without_requests<T>(work: impl FnOnce() -> T) -> T {
    let agreed = Cell::new(false);
    let nothing = Declared { name: Box::default(), effect: Effect::Nothing, agreed, own: Vec::new() };
    DECLARED.sync_scope(nothing, work)
}

/// The name of the work that is going on, where a yes to a question of it lets it delete.
pub fn asks_for_deletions() -> Option<Box<str>> {
    let name = DECLARED.try_with(|declared| {
        let is_open = declared.effect == Effect::Delete && !declared.agreed.get();
        is_open.then(|| declared.name.clone())
    });
    name.ok().flatten()
}

/// Notes that the declared work that is going on has provably created what has this URL: to delete it is a
/// write.
pub fn note_own(url: &str) {
    let _ = DECLARED.try_with(|declared| {
        for own in &declared.own {
            own.borrow_mut().insert(url.to_owned());
        }
    });
}

/// Whether the declared work that is going on has provably created what has this URL.
pub fn is_own(url: &str) -> bool {
    let is_own =
        DECLARED.try_with(|declared| declared.own.first().is_some_and(|own| own.borrow().contains(url)));
    is_own.unwrap_or_default()
}

/// Notes that somebody was asked, and said yes to the deletions of the declared work that is going on.
pub fn agree() {
    let _ = DECLARED.try_with(|declared| declared.agreed.set(true));
}

/// Notes that somebody said no: the next deletion is asked about again.
pub fn disagree() {
    let _ = DECLARED.try_with(|declared| declared.agreed.set(false));
}

fn declaration() -> Option<Effect> {
    DECLARED.try_with(|declared| declared.effect).ok()
}

fn is_agreed() -> bool {
    DECLARED.try_with(|declared| declared.agreed.get()).unwrap_or_default()
}

/// The deepest effect that may leave, shared by every door of a run.
#[derive(Clone)]
pub struct Effects(Rc<Rules>);

struct Rules {
    allowed: Cell<Effect>,
    reached: Cell<Effect>,
    ask: RefCell<Option<Ask>>,
    confirm: RefCell<Option<Ask>>,
    advice: RefCell<Option<String>>,
}

impl Effects {
    /// Allows all effects up to that one.
    pub fn up_to(effect: Effect) -> Effects {
        Effects(Rc::new(Rules {
            allowed: Cell::new(effect),
            reached: Cell::new(Effect::Read),
            ask: RefCell::default(),
            confirm: RefCell::default(),
            advice: RefCell::default(),
        }))
    }

    /// The deepest that may leave.
    pub fn deepest_allowed(&self) -> Effect {
        let allowed = self.0.allowed.get();
        declaration().map_or(allowed, |declared| declared.min(allowed))
    }

    /// The deepest that has left so far.
    pub fn deepest_sent(&self) -> Effect {
        self.0.reached.get()
    }

    /// Changes what may leave, for every door that shares this.
    pub fn allow(&self, effect: Effect) {
        self.0.allowed.set(effect);
    }

    /// Has somebody asked before anything is taken away, or nobody.
    pub fn ask(&self, ask: Option<Ask>) {
        self.0.ask.replace(ask);
    }

    /// Sets the question that limited work (a recipe) asks before its first deletion, unless somebody has
    /// agreed.
    ///
    /// [`Effects::ask`] takes its place while that is set.
    pub fn confirm(&self, confirm: Option<Ask>) {
        self.0.confirm.replace(confirm);
    }

    /// What a refusal advises, in place of the command line's own words.
    pub fn advise(&self, advice: impl Into<String>) {
        self.0.advice.replace(Some(advice.into()));
    }

    /// Lets an operation of that effect pass, or says why not. Errors: `forbidden`; what whoever is asked
    /// says.
    pub(in crate::http) fn admit(&self, effect: Effect, op: &str) -> Result<()> {
        let allowed = self.deepest_allowed();
        if effect <= allowed {
            return self.agreed(effect, op);
        }
        let only = match allowed {
            Effect::Nothing => "no requests are",
            Effect::Read => "only reads are",
            Effect::Write | Effect::Delete => "only reads and writes are",
        };
        let needed = if effect == Effect::Delete { "delete" } else { "write" };
        let advice = if allowed == Effect::Nothing {
            "send requests from the recipe's run function".to_owned()
        } else if effect <= self.0.allowed.get() {
            format!("have the recipe declare effects = \"{needed}\"")
        } else {
            let usual = || "run without --read-only".to_owned();
            self.0.advice.borrow().clone().unwrap_or_else(usual)
        };
        Err(Error::new(Kind::Forbidden, format!("{op} was not sent: {only} allowed here")).advice(advice))
    }

    fn agreed(&self, effect: Effect, op: &str) -> Result<()> {
        if effect == Effect::Delete && !is_agreed() {
            // Cloned: the question may take long, and must not hold on to the rules.
            let (ask, confirm) = (self.0.ask.borrow().clone(), self.0.confirm.borrow().clone());
            if let Some(ask) = ask {
                ask(op)?;
            } else if let Some(confirm) = confirm.filter(|_| declaration().is_some()) {
                confirm(op)?;
                agree();
            }
        }
        self.0.reached.set(self.deepest_sent().max(effect));
        Ok(())
    }
}

impl fmt::Debug for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Effects").field(&self.deepest_allowed()).finish()
    }
}

#[cfg(test)]
mod tests;
