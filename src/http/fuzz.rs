//! Properties of what is read from a server's headers and error bodies, and of what a trace shows.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use proptest::prelude::*;
use reqwest::Url;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::guard::effect_limit::{Effect, Effects};
use super::options::Options;
use super::retry::{Effort, Next, Retry, Setback, retry_after};
use super::server_health::Servers;
use super::server_message;
use super::trace::redact;
use crate::fuzz::{bytes, config, json, near, repeated, soon, text};
use crate::secrets::redact_url;

const TIMES: &[&str] = &["120", "0", "18446744073709551615", "Tue, 24 Nov 2026 10:00:30 GMT", "1e9", " 7 "];

const ERRORS: &[&str] = &[
    r#"{"message": "No image found<br /><br />\n", "code": "404 Not Found", "title": "Not Found"}"#,
    r#"{"error":{"code":404,"message":"Could not recognize Fernet token","title":"Not Found"}}"#,
    r#"{"badRequest": {"message": "Bad image", "code": 400}}"#,
    r#"{"errors": [{"status": 404, "detail": "No resource provider"}]}"#,
    "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body><h1>404</h1>\n No image &lt;5&gt;\n </body>\n</html>",
    "<!doctype html>\n<title>x</title>\n<script>a</script><style>b</style><p>The URL was not found.</p>\n",
    "404 Not Found\n\nNo image found with ID 0000\n\n   \n",
];

/// A secret that no other text holds by chance.
const SECRET: &str = "hunter2-Zq81";

fn is_plain(line: &str) -> bool {
    !line.contains(char::is_control)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_retry_after_is_understood_or_ignored(
        value in prop_oneof![near(TIMES), text(), any::<u64>().prop_map(|n| n.to_string())],
    ) {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        let wait = retry_after(&value, now);
        if let Ok(seconds) = value.trim().parse::<u64>() {
            prop_assert!(wait.is_some() && wait <= Some(Duration::from_secs(seconds)));
        }
    }

    #[test]
    fn no_pause_that_a_server_asks_for_breaks_the_arithmetic(
        seconds in prop_oneof![Just(u64::MAX), any::<u64>(), 0..200_u64],
        nanos in 0..1_000_000_000_u32,
        status in 100..600_u16,
        attempt in 1..100_u32,
    ) {
        let wait = Duration::new(seconds, nanos);
        let (servers, now) = (Servers::default(), Instant::now());
        let url = Url::parse("http://cloud:9292/").unwrap();
        let spell = servers.note_failure(&url, &reqwest::Method::GET, now);
        let options = Options::new(Effects::up_to(Effect::Read));
        let patience = options.read_timeout;
        let next = Retry::new(&options, Duration::from_millis(500))
            .next(Setback::Status(status, Some(wait)), true, attempt, spell);
        match next {
            Next::Again(pause) => prop_assert!(pause <= patience),
            Next::Rest(pause) => {
                prop_assert!(pause <= patience);
                servers.rest(&url, pause, Duration::from_secs(1), now);
                prop_assert!(servers.wait(&url, false, now) >= pause);
            }
            Next::Stop | Next::Spent => {}
        }
        let effort = Effort { attempts: attempt, elapsed: wait, spell: Some(wait) };
        prop_assert!(is_plain(&effort.to_string()));
    }

    #[test]
    fn any_error_body_becomes_one_short_plain_line(
        body in prop_oneof![near(ERRORS).prop_map(String::into_bytes), bytes(), json().prop_map(|j| j.to_string().into())],
    ) {
        let line = soon(|| server_message::message(&body)).unwrap_or_default();
        prop_assert!(is_plain(&line) && line.chars().count() <= 401, "{line:?}");
        let line = soon(|| server_message::description(&body));
        prop_assert!(is_plain(&line) && line.len() < body.len() * 4 + 100, "{line:?}");
    }

    #[test]
    fn a_trace_of_json_is_json_of_the_same_shape(value in json()) {
        let shown: Value = serde_json::from_str(&redact::json(value.to_string().as_bytes()).unwrap()).unwrap();
        let again: Value = serde_json::from_str(&redact::json(shown.to_string().as_bytes()).unwrap()).unwrap();
        prop_assert_eq!(&shown, &again, "redaction is idempotent");
        prop_assert_eq!(value.is_object(), shown.is_object());
    }

    #[test]
    fn no_secret_stays_in_a_trace_of_json(
        key in prop::sample::select(vec!["password", "secret", "adminPass", "access_token", "client_secret", "passcode"]),
        around in json(),
        depth in 0..4_usize,
    ) {
        let secret = json!([SECRET, { "x": [SECRET], "y": around.clone() }, SECRET.to_owned() + "x"]);
        let mut value = json!({ key: if depth % 2 == 0 { json!(SECRET) } else { secret }, "other": around });
        for level in 0..depth {
            value = if level % 2 == 0 { json!({ "x": value }) } else { json!([1, value]) };
        }
        let shown = redact::json(value.to_string().as_bytes()).unwrap();
        prop_assert!(!shown.contains(SECRET), "{}", shown);
    }

    #[test]
    fn no_user_and_no_signature_stays_in_a_url(path in text(), name in text(), value in text()) {
        let mut url = Url::parse("https://user@cloud:1/x").unwrap();
        url.set_password(Some(SECRET)).unwrap();
        url.set_path(&path);
        url.query_pairs_mut().append_pair(&name, &value).append_pair("temp_url_sig", SECRET);
        let shown = redact_url(&url);
        prop_assert!(!shown.contains(SECRET), "{}", shown);
        let again = redact_url(&Url::parse(&shown).unwrap());
        prop_assert_eq!(again, shown);
    }
}

proptest! {
    #![proptest_config(crate::fuzz::config_of_slow_cases())]

    #[test]
    fn an_error_body_of_one_fragment_again_and_again_takes_no_time(body in repeated(64 << 10)) {
        for body in [body.clone(), format!("<html>{body}"), format!("<html>{}", body.replace('<', "<h1>x</h1><"))] {
            soon(|| server_message::message(body.as_bytes()));
            soon(|| server_message::description(body.as_bytes()));
        }
    }
}
