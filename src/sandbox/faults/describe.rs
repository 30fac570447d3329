//! From a description to a [`Fault`], with a clear word for what means nothing.

use std::str::FromStr;
use std::time::Duration;

use axum::http::StatusCode;

use super::bad_fault::{BadFault, nearest};
use super::operation::Operation;
use super::{Effects, Fault, ImportFault, When};

const WORDS: [&str; 18] = [
    "status",
    "retry-after",
    "html",
    "hang-up",
    "late",
    "delay",
    "cut",
    "slow",
    "stall",
    "wrong-hash",
    "drop-next",
    "end-token",
    "ignore-case",
    "import",
    "count",
    "after",
    "probability",
    "seed",
];

impl FromStr for Fault {
    type Err = BadFault;

    fn from_str(description: &str) -> Result<Self, BadFault> {
        let mut words = description.split_whitespace();
        let first = words.next().ok_or_else(|| {
            BadFault::new("a fault names an operation and what happens to it")
                .with_advice("for example: image-download status=503 count=2")
        })?;
        let is_method = first == "*" || first.chars().all(|c| c.is_ascii_uppercase());
        let path = if is_method { words.clone().next().filter(|word| word.starts_with('/')) } else { None };
        let operation = if let Some(path) = path {
            words.next();
            Operation::path(first, path)?
        } else {
            Operation::find(first)?
        };
        let mut fault = Self {
            operation,
            when: When { after: 0, count: None, probability: 1.0, seed: 1 },
            effects: Effects::default(),
        };
        let mut happens = false;
        for word in words {
            let (key, value) = word.split_once('=').map_or((word, None), |(key, value)| (key, Some(value)));
            happens |= fault.take(key, value)?;
        }
        if !happens {
            return Err(BadFault::new(format!("nothing happens to '{first}'"))
                .with_advice("say what: status=503, cut=1000, delay=2, hang-up, …"));
        }
        if fault.effects.status == Some(StatusCode::TOO_MANY_REQUESTS) {
            fault.effects.retry_after.get_or_insert(1);
        }
        Ok(fault)
    }
}

impl Fault {
    /// Takes one word; tells whether it makes something happen.
    fn take(&mut self, key: &str, value: Option<&str>) -> Result<bool, BadFault> {
        let Self { when, effects, .. } = self;
        match key {
            "status" => effects.status = Some(status(value)?),
            "html" => effects.html = flag(key, value)?,
            "hang-up" => effects.hang_up = flag(key, value)?,
            "delay" => effects.delay = Some(seconds(key, value)?),
            "cut" => effects.cut = Some(number(key, value)?),
            "slow" => effects.slow = Some(number(key, value)?.max(1)),
            "stall" => effects.stall = Some(number(key, value)?),
            "wrong-hash" => effects.wrong_hash = flag(key, value)?,
            "drop-next" => effects.drop_next = flag(key, value)?,
            "ignore-case" => effects.ignore_case = flag(key, value)?,
            "end-token" => effects.end_token = flag(key, value)?,
            "import" => effects.import = Some(import(value)?),
            _ => {
                match key {
                    "retry-after" => effects.retry_after = Some(number(key, value)?),
                    "late" => effects.late = flag(key, value)?,
                    "count" => when.count = Some(number(key, value)?),
                    "after" => when.after = number(key, value)?,
                    "seed" => when.seed = number(key, value)?,
                    "probability" => when.probability = probability(value)?,
                    _ => {
                        let all = format!("a fault takes {}", WORDS.join(", "));
                        return Err(
                            BadFault::unknown("fault", key, nearest(key, WORDS).as_deref()).with_advice(&all)
                        );
                    }
                }
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn flag(key: &str, value: Option<&str>) -> Result<bool, BadFault> {
    match value {
        None => Ok(true),
        Some(value) => Err(BadFault::new(format!("{key} takes no value, and was given '{value}'"))),
    }
}

fn status(value: Option<&str>) -> Result<StatusCode, BadFault> {
    let code = value.and_then(|value| StatusCode::from_bytes(value.as_bytes()).ok());
    code.filter(|code| (200..600).contains(&code.as_u16()))
        .ok_or_else(|| wrong("status", value, "an HTTP status such as 503"))
}

fn number(key: &str, value: Option<&str>) -> Result<u64, BadFault> {
    value.and_then(|value| value.parse().ok()).ok_or_else(|| wrong(key, value, "a whole number"))
}

fn seconds(key: &str, value: Option<&str>) -> Result<Duration, BadFault> {
    let seconds = value.and_then(|value| value.parse().ok());
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| wrong(key, value, "a number of seconds"))
}

fn probability(value: Option<&str>) -> Result<f64, BadFault> {
    let share = value.and_then(|value| value.parse().ok()).filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| wrong("probability", value, "a number from 0 to 1"))
}

fn import(value: Option<&str>) -> Result<ImportFault, BadFault> {
    match value {
        Some("fail") => Ok(ImportFault::Fail),
        Some("hang") => Ok(ImportFault::Hang),
        other => Err(wrong("import", other, "fail or hang")),
    }
}

fn wrong(key: &str, value: Option<&str>, wanted: &str) -> BadFault {
    match value {
        Some(value) => BadFault::new(format!("{key} is {wanted}, not '{value}'")),
        None => BadFault::new(format!("{key} needs {wanted}: {key}=…")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_rate_limit_says_when_to_come_again() {
        let fault: Fault = "image-list status=429".parse().unwrap();
        assert_eq!(fault.effects.retry_after, Some(1));
    }

    #[test]
    fn an_unknown_fault_names_the_nearest() {
        for (description, message, advice) in [
            (
                "",
                "a fault names an operation and what happens to it",
                "for example: image-download status=503 count=2",
            ),
            (
                "image-downlod status=503",
                "there is no operation 'image-downlod'",
                "did you mean image-download?",
            ),
            (
                "GET /v2/image/{id}/file cut=3",
                "there is no operation 'GET /v2/image/{id}/file'",
                "did you mean GET /v2/images/{image}/file?",
            ),
            ("image-list sttus=503", "there is no fault 'sttus'", "did you mean status?"),
            (
                "image-list count=3",
                "nothing happens to 'image-list'",
                "say what: status=503, cut=1000, delay=2, hang-up, …",
            ),
            ("image-list status=99", "status is an HTTP status such as 503, not '99'", ""),
            ("image-list status", "status needs an HTTP status such as 503: status=…", ""),
            ("image-list html=1", "html takes no value, and was given '1'", ""),
            ("image-list delay=-1", "delay is a number of seconds, not '-1'", ""),
            ("image-list html probability=2", "probability is a number from 0 to 1, not '2'", ""),
            ("image-import import=stop", "import is fail or hang, not 'stop'", ""),
        ] {
            let bad = description.parse::<Fault>().unwrap_err();
            assert_eq!(
                (bad.to_string().as_str(), bad.advice().unwrap_or_default()),
                (message, advice),
                "{description}"
            );
        }
    }
}
