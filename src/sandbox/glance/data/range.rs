//! Which part of an image's data a request wants.
//!
//! As webob reads it: `Range`, and for old clients a `Content-Range` in the request.

use std::num::ParseIntError;

use axum::http::HeaderMap;

use crate::sandbox::glance::fault::Fault;
use crate::sandbox::reply;

/// A part of the data: the first byte and the number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// The first byte.
    pub(crate) offset: u64,
    /// How many.
    pub(crate) length: u64,
}

/// The part that the headers ask for; none where they ask for all.
pub(crate) fn read_range(headers: &HeaderMap, size: u64) -> Result<Option<Part>, Fault> {
    if let Some(text) = reply::text(headers, "range") {
        return range(text, size).map(Some);
    }
    reply::text(headers, "content-range").map(|text| content_range(text, size)).transpose()
}

fn range(text: &str, size: u64) -> Result<Part, Fault> {
    if text.contains(',') {
        return Err(Fault::bad_request(
            "Requests with multiple ranges are not supported in Glance. You may make multiple single-range requests instead.",
        ));
    }
    let invalid = || Fault::bad_range("Invalid Range header.");
    let (unit, ends) = text.split_once('=').ok_or_else(invalid)?;
    let (first, last) =
        ends.split_once('-').filter(|_| unit.trim().eq_ignore_ascii_case("bytes")).ok_or_else(invalid)?;
    match (perhaps(first).map_err(|_| invalid())?, perhaps(last).map_err(|_| invalid())?) {
        (None, None) => Err(invalid()),
        // The last so many; all of them if there are fewer. None at all is all, too.
        (None, Some(count)) => {
            let offset = if count == 0 { 0 } else { size.saturating_sub(count) };
            Ok(Part { offset, length: size - offset })
        }
        (Some(first), Some(last)) if last < first => Err(invalid()),
        (Some(first), _) if first >= size => Err(past_end_fault("start", "Range", "Start", size)),
        (Some(first), last) => {
            let end = last.map_or(size, |last| last.saturating_add(1).min(size));
            Ok(Part { offset: first, length: end - first })
        }
    }
}

fn content_range(text: &str, size: u64) -> Result<Part, Fault> {
    let invalid = || Fault::bad_range("Invalid Content-Range header.");
    let parts = text.strip_prefix("bytes ").and_then(|text| text.split_once('/'));
    let (ends, total) = parts.ok_or_else(invalid)?;
    let (first, last) = ends.split_once('-').ok_or_else(invalid)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| invalid());
    let (first, last) = (number(first)?, number(last)?);
    let total = if total == "*" { None } else { Some(number(total)?) };
    let stop = last.saturating_add(1);
    if first >= stop || total.is_some_and(|total| stop > total) {
        return Err(invalid());
    }
    if total.is_none() && stop > size {
        return Err(past_end_fault("stop", "Content-Range", "The stop", size));
    }
    if first >= size {
        return Err(past_end_fault("start", "Content-Range", "Start", size));
    }
    Ok(Part { offset: first, length: stop.min(size) - first })
}

fn past_end_fault(which: &str, header: &str, subject: &str, size: u64) -> Fault {
    let last = i128::from(size) - 1;
    Fault::bad_range(format!(
        "Invalid {which} position in {header} header. {subject} position MUST be in the inclusive range [0, {last}]."
    ))
}

/// A number, or none where nothing stands.
fn perhaps(text: &str) -> Result<Option<u64>, ParseIntError> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_a_part_of_ten_bytes() {
        let cases = [
            ("bytes=0-3", Some((0, 4))),
            ("bytes=5-", Some((5, 5))),
            ("bytes=-3", Some((7, 3))),
            ("bytes=-30", Some((0, 10))),
            ("bytes=-0", Some((0, 10))),
            ("bytes=3-100", Some((3, 7))),
            ("bytes=10-", None),
            ("bytes=4-2", None),
            ("bytes 0-3/10", None),
            ("bytes=0-1,3-4", None),
            ("rubbish", None),
        ];
        for (text, expected) in cases {
            let part = range(text, 10).ok().map(|part| (part.offset, part.length));
            assert_eq!(part, expected, "{text}");
        }
    }
}
