//! `-v`, `--debug` and `--timing`: what was asked of the cloud, as it happens and at the end.
//!
//! Secrets are redacted by `http`, before anything comes here.

use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;

use serde_json::{Value, json};

use super::globals::Globals;
use super::out;
use super::render::{self, Look};
use crate::http::Event;

/// What a door calls at every exchange.
type Hook = Rc<dyn Fn(&Event)>;

/// What is told of requests.
#[derive(Clone)]
pub(crate) struct Trace {
    /// How an exchange is told while it happens, if it is.
    tell: Option<fn(&Event) -> String>,
    /// `None` without `--timing`.
    rows: Option<Rc<RefCell<Vec<Value>>>>,
}

impl Trace {
    /// What the options ask for.
    pub(crate) fn new(globals: &Globals) -> Trace {
        let tell: Option<fn(&Event) -> String> = match globals {
            Globals { debug: true, .. } => Some(exchange),
            Globals { verbose: 1.., .. } => Some(line),
            _ => None,
        };
        Trace { tell, rows: globals.timing.then(Rc::default) }
    }

    /// What the door is to call; `None` where nobody wants to know.
    pub(crate) fn hook(&self) -> Option<Hook> {
        let Trace { tell, rows } = self.clone();
        if tell.is_none() && rows.is_none() {
            return None;
        }
        Some(Rc::new(move |event| {
            if let Some(tell) = tell {
                out::note(&tell(event));
            }
            if let Some(rows) = &rows {
                rows.borrow_mut().push(row(event));
            }
        }))
    }

    /// Writes the table of `--timing` to stderr and begins a new one.
    pub(crate) fn tell_timing(&self) {
        let Some(rows) = &self.rows else { return };
        let rows = rows.take();
        let total: u64 = rows.iter().filter_map(|row| row["ms"].as_u64()).sum();
        let count = rows.len();
        if let Ok(table) = render::render(&Value::Array(rows), None, &Look::default()) {
            let requests = if count == 1 { "request" } else { "requests" };
            out::note(&format!("{table}{count} {requests}, {total} ms"));
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
    fn nobody_is_called_where_nobody_asked() {
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
