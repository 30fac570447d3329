//! The one error of every layer: a closed kind, what was asked, what was answered, what to do next.
//!
//! Knows no Lua, no HTTP library and no exit code. `host` shows it to Lua as an object, `cli` turns its kind
//! into an exit code.

mod system;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

pub use self::system::shortage;

use crate::secrets;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in one word. Closed: scripts compare `err.kind` with these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The command line, or the arguments of a call.
    Usage,
    /// clouds.yaml, the environment, or a file that they name.
    Config,
    /// 401: the credentials are wrong or have ended.
    Unauthorized,
    /// 403: the cloud knows who asks, and says no. Also a write under `--read-only`.
    Forbidden,
    /// 404 and 410: no such thing, or not visible from this project.
    NotFound,
    /// 409: the thing is there already, or in a state that does not allow it.
    Conflict,
    /// 413 and 429: a quota or a rate limit. Without a status: more memory than `--max-memory` allows.
    Limit,
    /// 400, 405, 415, 416 and other 4xx: the request makes no sense to the cloud.
    Invalid,
    /// More than one thing has that name.
    Ambiguous,
    /// No connection, a time-out, or 5xx after the last attempt.
    Unavailable,
    /// An answer that is not what OpenStack's API promises: HTML for JSON, a missing field, a body cut short.
    Protocol,
    /// Data whose size or hash differs from what was announced.
    Integrity,
    /// ^C.
    Interrupted,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Kind; 13] = [
        Kind::Usage,
        Kind::Config,
        Kind::Unauthorized,
        Kind::Forbidden,
        Kind::NotFound,
        Kind::Conflict,
        Kind::Limit,
        Kind::Invalid,
        Kind::Ambiguous,
        Kind::Unavailable,
        Kind::Protocol,
        Kind::Integrity,
        Kind::Interrupted,
    ];

    /// The kind's name as scripts see it, such as `not_found`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Usage => "usage",
            Kind::Config => "config",
            Kind::Unauthorized => "unauthorized",
            Kind::Forbidden => "forbidden",
            Kind::NotFound => "not_found",
            Kind::Conflict => "conflict",
            Kind::Limit => "limit",
            Kind::Invalid => "invalid",
            Kind::Ambiguous => "ambiguous",
            Kind::Unavailable => "unavailable",
            Kind::Protocol => "protocol",
            Kind::Integrity => "integrity",
            Kind::Interrupted => "interrupted",
        }
    }

    /// The kind of that name, if there is one.
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The kind that an HTTP status of 400 or more means.
    pub fn of_status(status: u16) -> Kind {
        match status {
            401 => Kind::Unauthorized,
            403 => Kind::Forbidden,
            404 | 410 => Kind::NotFound,
            409 => Kind::Conflict,
            413 | 429 => Kind::Limit,
            400..=499 => Kind::Invalid,
            500..=599 => Kind::Unavailable,
            _ => Kind::Protocol,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An error of any layer.
///
/// `Display` is one line: `POST /v2/images/1bea…/members: 409 conflict: … (req-7f3c…)`.
/// The advice is not part of that line; whoever reports the error prints it below.
#[derive(Clone, Debug)]
pub struct Error(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    kind: Kind,
    message: String,
    op: Option<String>,
    status: Option<u16>,
    request_id: Option<String>,
    advice: Option<String>,
}

/// The longest text of an error, in bytes: nobody reads more.
pub const LONGEST: usize = 64 << 10;

/// How many characters of a text that somebody else chose a message quotes.
const QUOTED: usize = 200;

/// The beginning of a text, as much as a message quotes of it.
pub fn beginning(text: &str) -> Cow<'_, str> {
    if text.char_indices().nth(QUOTED).is_none() {
        return text.into();
    }
    // Nobody would find a part of a secret.
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let shown: String = secrets::hide_distinct(text).chars().take(QUOTED).collect();
    (shown + "…").into()
}

/// The text without the secrets that this run knows, and no longer than anybody reads: no error shows more.
fn redact(text: impl Into<String>) -> String {
    let mut text = text.into();
    let is_cut = text.len() > LONGEST;
    // A secret at the cut is found whole, before it is cut.
    text.truncate(text.floor_char_boundary(2 * LONGEST));
    if let Cow::Owned(hidden) = secrets::hide_distinct(&text) {
        text = hidden;
    }
    if is_cut {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
        text.shrink_to_fit();
    }
    text
}

impl Error {
    /// Whether a request was sent whose response does not tell if the work was done.
    pub fn is_doubtful(&self) -> bool {
        matches!(self.kind(), Kind::Unavailable | Kind::Protocol) && self.request_id_value().is_some()
    }

    /// An error of that kind; `message` is a phrase without a full stop, in plain words.
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error(Box::new(Parts {
            kind,
            message: redact(message),
            op: None,
            status: None,
            request_id: None,
            advice: None,
        }))
    }

    /// The operation that failed: `GET /v2/images/ID`, or `download` for what is no single request.
    pub fn op(mut self, op: impl Into<String>) -> Error {
        self.0.op = Some(redact(op));
        self
    }

    /// The HTTP status that was answered.
    pub fn status(mut self, status: u16) -> Error {
        self.0.status = Some(status);
        self
    }

    /// The cloud's own name for the request (`req-…`), for its operators to look up.
    pub fn request_id(mut self, id: impl Into<String>) -> Error {
        self.0.request_id = Some(redact(id));
        self
    }

    /// What to do next, as a sentence fragment: `run lunette clouds to see what is configured`.
    pub fn advice(mut self, advice: impl Into<String>) -> Error {
        self.0.advice = Some(redact(advice));
        self
    }

    /// Puts what was being attempted before the message: `reading clouds.yaml: …`.
    pub fn context(mut self, context: impl fmt::Display) -> Error {
        self.0.message = redact(format!("{context}: {}", self.0.message));
        self
    }

    /// The same error with another message.
    pub fn with_message(mut self, message: impl Into<String>) -> Error {
        self.0.message = redact(message);
        self
    }

    /// The bytes that it takes on the heap.
    pub fn memory(&self) -> usize {
        let Parts { message, op, request_id, advice, .. } = &*self.0;
        // Each text is a block of its own.
        let texts = [op, request_id, advice].into_iter().flatten().map(|text| text.capacity() + 16);
        size_of::<Parts>() + 16 + message.capacity() + 16 + texts.sum::<usize>()
    }

    /// What went wrong, in one word.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What went wrong, without operation, status and request ID.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The operation that failed, if it was one.
    pub fn op_name(&self) -> Option<&str> {
        self.0.op.as_deref()
    }

    /// The HTTP status, where a server answered.
    pub fn status_code(&self) -> Option<u16> {
        self.0.status
    }

    /// The cloud's own name for the request.
    pub fn request_id_value(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// What to do next.
    pub fn advice_text(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(op) = &self.0.op {
            write!(f, "{op}: ")?;
        }
        if let Some(status) = self.0.status {
            write!(f, "{status} ")?;
        }
        write!(f, "{}: {}", self.0.kind, self.0.message)?;
        if let Some(id) = &self.0.request_id {
            write!(f, " ({id})")?;
        }
        Ok(())
    }
}

impl StdError for Error {}

/// The longest name that may have been mistyped, in bytes.
const LONGEST_NAME: usize = 100;

/// The name in `known` nearest to `wrong`, if one is near enough to be what was meant.
///
/// Used wherever an unknown name is refused, so that all say `did you mean` by the same measure. A text
/// longer than any name is near none: comparing takes the product of both lengths.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wrong.len() > LONGEST_NAME {
        return None;
    }
    let wrong = wrong.to_lowercase();
    known
        .into_iter()
        .filter(|name| name.len() <= LONGEST_NAME)
        .map(|name| (strsim::damerau_levenshtein(&wrong, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count().min(wrong.chars().count()) / 5)
        .filter(|(distance, _)| *distance < wrong.chars().count()) // any letter is near any other
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_line_with_operation_status_kind_and_request() {
        let error = Error::new(Kind::Conflict, "Member b is duplicated for image 1bea")
            .op("POST /v2/images/1bea/members")
            .status(409)
            .request_id("req-7f3c");
        assert_eq!(
            error.to_string(),
            "POST /v2/images/1bea/members: 409 conflict: Member b is duplicated for image 1bea (req-7f3c)"
        );
    }

    #[test]
    fn every_kind_is_found_by_its_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.name()), Some(kind));
        }
    }

    #[test]
    fn a_text_longer_than_any_name_is_near_none() {
        let long = "x".repeat(50_000_000);
        assert_eq!(nearest(&long, [long.as_str(), "images"]), None);
        assert_eq!(nearest("image", [long.as_str(), "images"]), Some("images"));
    }

    #[test]
    fn a_message_is_cut_and_a_quotation_sooner() {
        let error = Error::new(Kind::Usage, "é".repeat(1_000_000)).advice("y".repeat(1_000_000));
        assert!(error.message().len() <= LONGEST + 3 && error.message().ends_with("é…"));
        assert!(error.memory() < 3 * LONGEST);
        assert_eq!(beginning("pfsense"), "pfsense");
        assert_eq!(beginning(&"é".repeat(1000)).chars().count(), QUOTED + 1);
    }

    #[test]
    fn names_the_nearest_only_when_it_is_near() {
        let known = ["project-a", "project-b", "visibility"];
        assert_eq!(nearest("visibilty", known), Some("visibility"));
        assert_eq!(nearest("Project-A", known), Some("project-a"));
        assert_eq!(nearest("owner", known), None);
        assert_eq!(nearest("lst", ["list"]), Some("list"));
        for (wrong, other) in [("test", "list"), ("member-create", "Member:update")] {
            assert_eq!(nearest(wrong, [other]), None, "{wrong}");
        }
    }
}
