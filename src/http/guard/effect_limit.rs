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
/// The limit applies to other limits within it: none of them can allow more. `agreed` says that a person has already
/// agreed to deletions; otherwise the door asks before the first one.
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

/// Notes that the declared work that is going on has provably created what has this URL: to delete it is a write.
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
    pub fn allowed(&self) -> Effect {
        let allowed = self.0.allowed.get();
        declaration().map_or(allowed, |declared| declared.min(allowed))
    }

    /// The deepest that has left so far.
    pub fn reached(&self) -> Effect {
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

    /// Sets the question that limited work (a recipe) asks before its first deletion, unless somebody has agreed.
    ///
    /// [`Effects::ask`] takes its place while that is set.
    pub fn confirm(&self, confirm: Option<Ask>) {
        self.0.confirm.replace(confirm);
    }

    /// What a refusal advises, in place of the command line's own words.
    pub fn advise(&self, advice: impl Into<String>) {
        self.0.advice.replace(Some(advice.into()));
    }

    /// Lets an operation of that effect pass, or says why not. Errors: `forbidden`; what whoever is asked says.
    pub(in crate::http) fn admit(&self, effect: Effect, op: &str) -> Result<()> {
        let allowed = self.allowed();
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
        self.0.reached.set(self.reached().max(effect));
        Ok(())
    }
}

impl fmt::Debug for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Effects").field(&self.allowed()).finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_effect_allows_those_before_it() {
        let table = [
            (Effect::Nothing, Effect::Read, false),
            (Effect::Nothing, Effect::Delete, false),
            (Effect::Read, Effect::Read, true),
            (Effect::Read, Effect::Write, false),
            (Effect::Read, Effect::Delete, false),
            (Effect::Write, Effect::Write, true),
            (Effect::Write, Effect::Delete, false),
            (Effect::Delete, Effect::Delete, true),
        ];
        for (allowed, asked, passes) in table {
            let admitted = Effects::up_to(allowed).admit(asked, "PUT /v2/images/1").is_ok();
            assert_eq!(admitted, passes, "{asked:?} under {allowed:?}");
        }
    }

    #[tokio::test]
    async fn a_refusal_says_what_is_allowed_and_how_to_allow_more() {
        let refused = |effects: Effects| effects.admit(Effect::Delete, "DELETE /v2/images/1").unwrap_err();
        let error = refused(Effects::up_to(Effect::Read));
        assert_eq!(
            error.to_string(),
            "forbidden: DELETE /v2/images/1 was not sent: only reads are allowed here"
        );
        assert_eq!(error.advice_text(), Some("run without --read-only"));
        let error =
            with_effect_limit(Effect::Write, false, async { refused(Effects::up_to(Effect::Delete)) }).await;
        assert_eq!(
            error.to_string(),
            "forbidden: DELETE /v2/images/1 was not sent: only reads and writes are allowed here"
        );
        assert_eq!(error.advice_text(), Some("have the recipe declare effects = \"delete\""));
    }

    #[tokio::test]
    async fn a_limit_of_nothing_refuses_reads_and_cannot_be_widened_within() {
        let effects = Effects::up_to(Effect::Delete);
        let read = || effects.admit(Effect::Read, "GET /v2/images").unwrap_err();
        let error = with_effect_limit(Effect::Nothing, true, async { read() }).await;
        assert_eq!(error.to_string(), "forbidden: GET /v2/images was not sent: no requests are allowed here");
        assert_eq!(error.advice_text(), Some("send requests from the recipe's run function"));
        let wider = with_effect_limit(Effect::Delete, true, async { read() });
        assert_eq!(with_effect_limit(Effect::Nothing, true, wider).await.kind(), Kind::Forbidden);
    }

    #[test]
    fn all_doors_of_a_run_share_what_is_allowed() {
        let effects = Effects::up_to(Effect::Delete);
        let shared = effects.clone();
        effects.allow(Effect::Read);
        assert_eq!(shared.allowed(), Effect::Read);
    }

    #[tokio::test]
    async fn what_a_work_declares_holds_for_it_alone() {
        let effects = Effects::up_to(Effect::Delete);
        let kind = |effect| effects.admit(effect, "op").err().map(|error| error.kind());
        let shallow = with_effect_limit(Effect::Write, false, async {
            tokio::task::yield_now().await;
            let deeper = with_effect_limit(Effect::Delete, false, async { kind(Effect::Delete) }).await;
            (kind(Effect::Write), kind(Effect::Delete), deeper)
        });
        let deep = with_effect_limit(Effect::Delete, false, async { kind(Effect::Delete) });
        let undeclared = async { kind(Effect::Delete) };
        let (shallow, deep, undeclared) = tokio::join!(shallow, deep, undeclared);
        assert_eq!(shallow, (None, Some(Kind::Forbidden), Some(Kind::Forbidden)));
        assert_eq!((deep, undeclared), (None, None));
    }

    #[tokio::test]
    async fn a_work_that_somebody_agreed_to_is_not_asked_about() {
        let effects = Effects::up_to(Effect::Delete);
        effects.ask(Some(Rc::new(|_| Err(Error::new(Kind::Interrupted, "no")))));
        let passes = || effects.admit(Effect::Delete, "op").is_ok();
        let within = async {
            let before = passes();
            agree();
            tokio::task::yield_now().await;
            (before, passes(), with_effect_limit(Effect::Delete, false, async { passes() }).await)
        };
        let asks = with_effect_limit(Effect::Delete, false, within);
        let said = with_effect_limit(Effect::Delete, true, async { passes() });
        let silent = with_effect_limit(Effect::Delete, false, async {
            let inner = with_effect_limit(Effect::Delete, true, async { passes() }).await;
            (inner, passes())
        });
        let (asks, said, silent) = tokio::join!(asks, said, silent);
        assert_eq!((asks, said, silent), ((false, true, true), true, (false, false)));
        agree();
        assert!(!passes());
    }

    #[tokio::test]
    async fn a_recipe_asks_once_before_its_first_deletion_and_a_script_does_not() {
        let effects = Effects::up_to(Effect::Delete);
        let asked = Rc::new(Cell::new(0));
        let count = asked.clone();
        effects.confirm(Some(Rc::new(move |_| {
            count.set(count.get() + 1);
            Ok(())
        })));
        let delete = || effects.admit(Effect::Delete, "DELETE /v2/images/1").is_ok();
        assert!(delete());
        assert_eq!(asked.get(), 0);
        let recipe = async {
            assert!(effects.admit(Effect::Write, "PUT /v2/images/1/tags/x").is_ok());
            assert_eq!(asked.get(), 0);
            delete() && delete()
        };
        assert!(with_effect_limit(Effect::Delete, false, recipe).await);
        assert_eq!(asked.get(), 1);
        assert!(with_effect_limit(Effect::Delete, true, async { delete() }).await);
        assert_eq!(asked.get(), 1);
    }

    #[tokio::test]
    async fn a_work_owns_what_it_and_the_work_within_it_created_and_nothing_from_around() {
        let outer = with_effect_limit(Effect::Write, false, async {
            note_own("outer");
            let inner = with_effect_limit(Effect::Write, false, async {
                note_own("inner");
                (is_own("outer"), is_own("inner"))
            });
            (inner.await, is_own("outer"), is_own("inner"))
        });
        assert_eq!(outer.await, ((false, true), true, true));
        note_own("nobody's");
        assert!(!is_own("nobody's"));
    }

    #[tokio::test]
    async fn only_work_that_may_delete_and_has_no_yes_asks_for_deletions() {
        let asks = |effect, agreed| with_named_limit("x", effect, agreed, async { asks_for_deletions() });
        assert_eq!(asks(Effect::Delete, false).await.as_deref(), Some("x"));
        assert_eq!(asks(Effect::Delete, true).await, None);
        assert_eq!(asks(Effect::Write, false).await, None);
        let within = with_named_limit("outer", Effect::Write, false, asks(Effect::Delete, false));
        assert_eq!(within.await, None, "it may delete no more than the work around it");
        let changed = with_named_limit("x", Effect::Delete, true, async {
            disagree();
            asks_for_deletions()
        });
        assert_eq!(changed.await.as_deref(), Some("x"));
        assert_eq!(asks_for_deletions(), None);
    }

    #[test]
    fn somebody_is_asked_before_something_is_taken_away() {
        let effects = Effects::up_to(Effect::Delete);
        let no = || Error::new(Kind::Interrupted, "no");
        effects.ask(Some(Rc::new(move |op| (op == "DELETE /v2/images/1").then_some(()).ok_or_else(no))));
        assert!(effects.admit(Effect::Write, "PUT /v2/images/2").is_ok());
        assert_eq!(effects.reached(), Effect::Write);
        assert!(effects.admit(Effect::Delete, "DELETE /v2/images/1").is_ok());
        let error = effects.admit(Effect::Delete, "DELETE /v2/images/2").unwrap_err();
        assert_eq!(error.kind(), Kind::Interrupted);
        effects.ask(None);
        assert!(effects.admit(Effect::Delete, "DELETE /v2/images/2").is_ok());
    }

    #[test]
    fn a_refusal_advises_what_the_run_can_do() {
        let effects = Effects::up_to(Effect::Read);
        effects.advise(".write on allows it");
        let error = effects.admit(Effect::Write, "PUT /v2/images/1").unwrap_err();
        assert_eq!(error.advice_text(), Some(".write on allows it"));
        assert_eq!(effects.reached(), Effect::Read);
    }
}
