//! How deep a request reaches, and how deep requests may reach in this run.
//!
//! Knows nothing of why: `--read-only` and a recipe's `effects` both end here.

use std::cell::Cell;
use std::rc::Rc;

use reqwest::Method;

use crate::error::{Error, Kind, Result};

/// How deep a request reaches. Ordered: what allows `Delete` allows the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
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

/// The deepest effect that may leave, shared by every door of a run: `--read-only`, a recipe's `effects`.
#[derive(Clone, Debug)]
pub struct Effects(Rc<Cell<Effect>>);

impl Effects {
    /// Allows all effects up to that one.
    pub fn up_to(effect: Effect) -> Effects {
        Effects(Rc::new(Cell::new(effect)))
    }

    /// The deepest that may leave.
    pub fn allowed(&self) -> Effect {
        self.0.get()
    }

    /// Changes what may leave, for every door that shares this; returns what it was.
    pub fn allow(&self, effect: Effect) -> Effect {
        self.0.replace(effect)
    }

    /// Lets an operation of that effect pass, or says why not. Errors: `forbidden`.
    pub(super) fn admit(&self, effect: Effect, op: &str) -> Result<()> {
        let (only, declared) = match self.allowed() {
            allowed if effect <= allowed => return Ok(()),
            Effect::Read => ("only reads are", "write"),
            Effect::Write | Effect::Delete => ("only reads and writes are", "delete"),
        };
        let declared = if effect == Effect::Delete { "delete" } else { declared };
        Err(Error::new(Kind::Forbidden, format!("{op} was not sent: {only} allowed here"))
            .advice(format!("run without --read-only, or have the recipe declare effects = \"{declared}\"")))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_effect_allows_those_before_it() {
        let table = [
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

    #[test]
    fn a_refusal_says_what_is_allowed_and_how_to_allow_more() {
        let error = Effects::up_to(Effect::Read).admit(Effect::Delete, "DELETE /v2/images/1").unwrap_err();
        assert_eq!(
            error.to_string(),
            "forbidden: DELETE /v2/images/1 was not sent: only reads are allowed here"
        );
        assert_eq!(
            error.advice_text(),
            Some("run without --read-only, or have the recipe declare effects = \"delete\"")
        );
    }

    #[test]
    fn all_doors_of_a_run_share_what_is_allowed() {
        let effects = Effects::up_to(Effect::Delete);
        let shared = effects.clone();
        assert_eq!(effects.allow(Effect::Read), Effect::Delete);
        assert_eq!(shared.allowed(), Effect::Read);
    }
}
