//! `-v`, `--debug`, `--timing` and the REPL's `.trace`: what was asked of the cloud, as it happens and at the
//! end.
//!
//! Secrets are redacted by `http`, before anything comes here.

use std::cell::{Cell, RefCell};
use std::fmt::Write;
use std::rc::Rc;

use serde_json::{Value, json};

use super::render::{self, Look};
use crate::cli::args::global::Globals;
use crate::cli::output;
use crate::http::Event;

/// What a door calls at every exchange.
type Hook = Rc<dyn Fn(&Event)>;

/// How much is told of an exchange while it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Nothing.
    Off,
    /// A line.
    Line,
    /// Headers and bodies, as curl's `-v` would.
    Whole,
}

/// What is told of requests.
#[derive(Clone)]
pub(crate) struct Trace {
    detail: Rc<Cell<Detail>>,
    /// Nothing is told of what nobody asked for, whatever the detail.
    muted: Rc<Cell<bool>>,
    /// How many exchanges there were, muted ones left out.
    count: Rc<Cell<usize>>,
    /// `None` without `--timing`.
    rows: Option<Rc<RefCell<Vec<Value>>>>,
}

impl Trace {
    /// What the options ask for.
    pub(crate) fn new(globals: &Globals) -> Trace {
        let detail = match globals {
            Globals { debug: true, .. } => Detail::Whole,
            Globals { verbose: 1.., .. } => Detail::Line,
            _ => Detail::Off,
        };
        Trace {
            detail: Rc::new(Cell::new(detail)),
            muted: Rc::default(),
            count: Rc::default(),
            rows: globals.timing.then(Rc::default),
        }
    }

    /// What the door is to call; `None` where nobody wants to know.
    pub(crate) fn hook(&self) -> Option<Hook> {
        (self.detail.get() != Detail::Off || self.rows.is_some()).then(|| self.listening())
    }

    /// The same for a run that may want to know later.
    pub(crate) fn listening(&self) -> Hook {
        let trace = self.clone();
        Rc::new(move |event| trace.print_event(event))
    }

    /// How much is told from now on.
    pub(crate) fn show(&self, detail: Detail) {
        self.detail.set(detail);
    }

    /// Whether to keep silent about what leaves now.
    pub(crate) fn mute(&self, muted: bool) {
        self.muted.set(muted);
    }

    /// How many exchanges there were.
    pub(crate) fn count(&self) -> usize {
        self.count.get()
    }

    fn print_event(&self, event: &Event) {
        if self.muted.get() {
            return;
        }
        self.count.set(self.count() + 1);
        match self.detail.get() {
            Detail::Off => {}
            Detail::Line => output::note(&line(event)),
            Detail::Whole => output::note(&exchange(event)),
        }
        if let Some(rows) = &self.rows {
            rows.borrow_mut().push(row(event));
        }
    }

    /// Writes the table of `--timing` to stderr and begins a new one.
    pub(crate) fn tell_timing(&self) {
        let Some(rows) = &self.rows else { return };
        let rows = rows.take();
        let total: u64 = rows.iter().filter_map(|row| row["ms"].as_u64()).sum();
        let count = rows.len();
        if let Ok(table) = render::render(&Value::Array(rows), None, &Look::default()) {
            let requests = if count == 1 { "request" } else { "requests" };
            output::note(&format!("{table}{count} {requests}, {total} ms"));
        }
    }
}

fn row(event: &Event) -> Value {
    let outcome = match &event.outcome {
        Ok(status) => json!(status),
        Err(error) => json!(error),
    };
    json!({
        "request": format!("{} {}", event.method, event.url),
        "status": outcome,
        "ms": event.elapsed_ms,
        "attempt": event.attempt,
    })
}

/// One exchange on one line.
fn line(event: &Event) -> String {
    let outcome = match &event.outcome {
        Ok(status) => status.to_string(),
        Err(error) => error.clone(),
    };
    format!("{} {} -> {outcome} ({} ms)", event.method, event.url, event.elapsed_ms)
}

/// One exchange as curl's `-v` would show it.
fn exchange(event: &Event) -> String {
    let mut text = format!("> {} {}", event.method, event.url);
    let headers = |text: &mut String, mark: char, headers: &[(String, String)]| {
        for (name, value) in headers {
            let _ = write!(text, "\n{mark} {name}: {value}");
        }
    };
    let body = |text: &mut String, mark: char, body: Option<&str>| {
        for line in body.unwrap_or_default().lines() {
            let _ = write!(text, "\n{mark} {line}");
        }
    };
    headers(&mut text, '>', &event.request_headers);
    body(&mut text, '>', event.request_body.as_deref());
    let _ = match &event.outcome {
        Ok(status) => write!(text, "\n< {status} after {} ms", event.elapsed_ms),
        Err(error) => write!(text, "\n< no answer after {} ms: {error}", event.elapsed_ms),
    };
    if event.attempt > 1 {
        let _ = write!(text, " (attempt {})", event.attempt);
    }
    headers(&mut text, '<', &event.response_headers);
    body(&mut text, '<', event.response_body.as_deref());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            method: "POST".into(),
            url: "http://h/v2/images".into(),
            request_headers: vec![("X-Auth-Token".into(), "(redacted)".into())],
            request_body: Some("{\"name\":\"x\"}".into()),
            outcome: Ok(201),
            response_headers: vec![],
            response_body: None,
            elapsed_ms: 12,
            attempt: 2,
        }
    }

    #[test]
    fn an_exchange_reads_like_curl() {
        insta::assert_snapshot!(exchange(&event()), @r#"
        > POST http://h/v2/images
        > X-Auth-Token: (redacted)
        > {"name":"x"}
        < 201 after 12 ms (attempt 2)
        "#);
    }

    #[test]
    fn a_line_tells_request_and_outcome() {
        assert_eq!(line(&event()), "POST http://h/v2/images -> 201 (12 ms)");
        let lost = Event { outcome: Err("connection refused".into()), ..event() };
        assert_eq!(line(&lost), "POST http://h/v2/images -> connection refused (12 ms)");
    }

    #[test]
    fn no_listener_is_called_unless_registered() {
        assert!(Trace::new(&Globals::default()).hook().is_none());
    }

    #[test]
    fn timing_is_kept_by_request() {
        let trace = Trace::new(&Globals { timing: true, ..Globals::default() });
        let hook = trace.hook();
        assert!(hook.is_some_and(|hook| {
            hook(&event());
            trace.rows.is_some_and(|rows| rows.borrow()[0]["ms"] == 12)
        }));
    }
}
