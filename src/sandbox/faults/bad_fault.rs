//! The error for a description of a fault that cannot be read.

use std::error::Error;
use std::fmt;

/// An invalid description of a fault, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFault {
    message: String,
    advice: Option<String>,
}

impl BadFault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), advice: None }
    }

    pub(super) fn unknown(what: &str, word: &str, near: Option<&str>) -> Self {
        let advice = near.map(|near| format!("did you mean {near}?"));
        Self { message: format!("there is no {what} '{word}'"), advice }
    }

    /// Adds advice, unless there is some already.
    pub(super) fn with_advice(self, advice: &str) -> Self {
        Self { advice: self.advice.or_else(|| Some(advice.to_owned())), ..self }
    }

    /// Returns what to write instead.
    pub fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }
}

impl fmt::Display for BadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for BadFault {}

/// Returns the known word nearest to a wrong one, if one is near enough.
pub(super) fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let distance = |word: &str| strsim::damerau_levenshtein(wrong, word);
    let near = known.into_iter().map(|word| (distance(word), word)).min()?;
    (near.0 <= 1 + near.1.len().min(wrong.len()) / 4).then(|| near.1.to_owned())
}
