//! The server's own words: one plain line out of whatever an error answer's body holds.
//!
//! Knows the shapes that OpenStack's services give their errors, and that proxies before them answer in HTML.
//! Sources: webob/exc.py (Glance), keystone/server/flask/common.py, nova/api/openstack/wsgi.py (`Fault`).

use serde_json::{Map, Value};

use crate::secrets::hide;

/// How much of an answer is quoted, in characters.
const QUOTED: usize = 400;

/// What the body of an error answer says, as one line; `None` where it says nothing.
pub(super) fn message(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let text = hide(&text);
    let words = match serde_json::from_str(&text) {
        Ok(value) => of_json(&value).unwrap_or_else(|| text.to_string()),
        Err(_) if is_html(&text) => of_page(&text),
        Err(_) => of_text(&text),
    };
    // Once more: markup may have stood in the middle of a secret.
    let line = remove_schema(hide(&plain(&words)).into_owned());
    (!line.is_empty()).then(|| shorten(&line))
}

/// What came in place of JSON, in a few words: `an HTML page titled "Welcome"`.
pub(super) fn description(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = hide(&text);
    if text.trim().is_empty() {
        return "nothing".into();
    }
    if is_html(&text) {
        return match title(&text) {
            Some(title) => format!("an HTML page titled \"{title}\""),
            None => "an HTML page".into(),
        };
    }
    if serde_json::from_str::<Value>(&text).is_ok() {
        return "JSON of another shape".into();
    }
    let start: String = plain(&text).chars().take(60).collect();
    format!("\"{start}…\"")
}

/// The text of markup as one line: tags dropped, entities read, white space collapsed.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Behind the last `>` there is no tag: not looked for again and again, or a long body would take minutes.
    let last = text.rfind('>').map_or(0, |last| text.len() - last);
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        out.push_str(before);
        // A `<` that opens no tag ("size < 5") stays.
        let opens = tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        if let Some(end) = (opens && last > 0 && tag.len() > last).then(|| tag.find('>')).flatten() {
            out.push(' ');
            rest = &tag[end + 1..];
        } else {
            out.push('<');
            rest = &tag[1..];
        }
    }
    out.push_str(rest);
    let entities = [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    let out = entities.iter().fold(out, |text, (entity, meant)| text.replace(entity, meant));
    let printable: String = out.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    printable.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn of_json(value: &Value) -> Option<String> {
    let object = value.as_object()?;
    let nested =
        |object: &Map<String, Value>| object.get("message").and_then(Value::as_str).map(str::to_owned);
    let text = |key: &str| object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    // OAuth 2 (RFC 6749, 5.2): {"error": "invalid_client", "error_description": "…"}
    if let Some(error) = text("error") {
        return Some(match text("error_description") {
            Some(description) => format!("{error}: {description}"),
            None => error.to_owned(),
        });
    }
    // Placement and others after the API guidelines: {"errors": [{"title", "detail"}]}
    let listed = object.get("errors").and_then(|errors| errors.get(0)?.get("detail")?.as_str());
    // Keystone: {"error": {"message"}}; Nova: {"badRequest": {"message"}}
    let wrapped = || object.values().filter_map(Value::as_object).find_map(nested);
    // Glance: {"message", "code", "title"}
    nested(object)
        .filter(|message| !plain(message).is_empty())
        .or_else(|| text("title").map(str::to_owned))
        .or_else(|| listed.map(str::to_owned))
        .or_else(wrapped)
}

/// `404 Not Found`, an empty line, the explanation: the explanation.
fn of_text(text: &str) -> String {
    let text = text.trim();
    match text.split_once('\n') {
        Some((head, rest)) if head.starts_with(|c: char| c.is_ascii_digit()) && !rest.trim().is_empty() => {
            rest.to_owned()
        }
        _ => text.to_owned(),
    }
}

/// The explanation in an HTML page; its title where it has no more than a signature (`nginx/1.24.0`).
fn of_page(page: &str) -> String {
    let body = ["head", "title", "h1", "style", "script"]
        .iter()
        .fold(page.to_owned(), |page, name| remove_elements(&page, name));
    let words = plain(&body);
    match title(page) {
        Some(title) if words.split(' ').count() < 3 => title,
        _ => words,
    }
}

fn is_html(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(200).collect::<String>().to_lowercase();
    start.starts_with("<!doctype html") || start.contains("<html") || start.contains("<title")
}

/// A page's title, else its first heading.
fn title(page: &str) -> Option<String> {
    ["title", "h1"].iter().find_map(|name| {
        let (start, end) = element(&page.to_ascii_lowercase(), name, 0)?;
        Some(plain(&page[start..end])).filter(|title| !title.is_empty())
    })
}

/// The page without the elements of that name.
fn remove_elements(page: &str, name: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let (mut rest, mut at) = (String::with_capacity(page.len()), 0);
    while let Some((start, end)) = element(&lower, name, at) {
        rest.push_str(&page[at..start]);
        rest.push(' ');
        at = end;
    }
    rest + &page[at..]
}

/// Position of the first element of that name at or behind `from`, tags included, in a page in lower case.
fn element(lower: &str, name: &str, from: usize) -> Option<(usize, usize)> {
    let opens = |at: &usize| lower[at + 1 + name.len()..].starts_with(['>', ' ', '\n', '\t', '/']);
    let open = format!("<{name}");
    let start = lower[from..].match_indices(&open).map(|(at, _)| from + at).find(opens)?;
    let close = format!("</{name}>");
    let end = lower[start..].find(&close).map_or(lower.len(), |end| start + end + close.len());
    Some((start, end))
}

/// What Python's jsonschema says of an object, without the schema that it recites then.
fn remove_schema(mut line: String) -> String {
    if let Some(at) = line.find(" Failed validating '") {
        line.truncate(at);
    }
    line
}

fn shorten(line: &str) -> String {
    match line.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_service_is_read_as_one_plain_line() {
        let table = [
            // Glance, as JSON, as HTML, as text
            (
                r#"{"message": "No image found with ID 0000<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"}"#,
                "No image found with ID 0000",
            ),
            (
                "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  \
                 No image found with ID 0000<br /><br />\n\n\n\n </body>\n</html>",
                "No image found with ID 0000",
            ),
            ("404 Not Found\n\nNo image found with ID 0000\n\n   \n", "No image found with ID 0000"),
            (
                r#"{"message": "Access was denied to this resource.<br /><br />\n Owner can't be updated by non admin.\n\n", "code": "403 Forbidden", "title": "Forbidden"}"#,
                "Access was denied to this resource. Owner can't be updated by non admin.",
            ),
            (
                r#"{"message": "Pointer `name` does not start with &quot;/&quot;.<br />", "code": "400 Bad Request"}"#,
                "Pointer `name` does not start with \"/\".",
            ),
            (r#"{"message": "<br /><br />\n", "code": "404 Not Found", "title": "Not Found"}"#, "Not Found"),
            (
                r#"{"message": "Provided object does not match schema 'image': 'ami' is not one of [None, 'raw']\n\nFailed validating 'enum' in schema['properties']['disk_format']:\n    {'type': ['null', 'string']}"}"#,
                "Provided object does not match schema 'image': 'ami' is not one of [None, 'raw']",
            ),
            // Keystone, Nova, Neutron, Placement, an OAuth server
            (
                r#"{"error":{"code":404,"message":"Could not recognize Fernet token","title":"Not Found"}}"#,
                "Could not recognize Fernet token",
            ),
            (r#"{"badRequest": {"message": "Bad image", "code": 400}}"#, "Bad image"),
            (r#"{"NeutronError": {"type": "NotFound", "message": "No port", "detail": ""}}"#, "No port"),
            (r#"{"errors": [{"status": 404, "detail": "No resource provider"}]}"#, "No resource provider"),
            (
                r#"{"error": "invalid_client", "error_description": "Wrong secret"}"#,
                "invalid_client: Wrong secret",
            ),
            // whoever stands before them
            (
                "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>\
                 </center>\r\n<hr><center>nginx/1.24.0</center>\r\n</body>\r\n</html>\r\n",
                "502 Bad Gateway",
            ),
            (
                "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested \
                 URL was not found on the server.</p>\n",
                "The requested URL was not found on the server.",
            ),
            ("upstream connect error", "upstream connect error"),
            ("size < 5 and > 3", "size < 5 and > 3"),
            (r#"{"unknown": 1}"#, r#"{"unknown": 1}"#),
        ];
        for (body, line) in table {
            assert_eq!(message(body.as_bytes()).as_deref(), Some(line), "{body}");
        }
    }

    #[test]
    fn an_empty_answer_says_nothing_and_a_long_one_is_cut() {
        assert_eq!(message(b" \n"), None);
        let long = message("é".repeat(1000).as_bytes()).unwrap();
        assert_eq!(long.chars().count(), QUOTED + 1);
    }

    #[test]
    fn no_bytes_can_break_it() {
        for body in
            ["<", "<!", "<title", "<title>", "</title>", "<h1", "<html><title>é", "&", "\u{0}\u{1b}[31m"]
        {
            let _ = (message(body.as_bytes()), description(body.as_bytes()));
        }
        assert_eq!(message(b"\x1b[31mred\x00").as_deref(), Some("[31mred"));
    }

    #[test]
    fn says_what_came_in_place_of_json() {
        let table = [
            (
                "<html><head><title>Welcome to\nnginx!</title></head></html>",
                "an HTML page titled \"Welcome to nginx!\"",
            ),
            ("<!DOCTYPE html><body>x", "an HTML page"),
            ("", "nothing"),
            ("[1]", "JSON of another shape"),
            ("It works!", "\"It works!…\""),
        ];
        for (body, words) in table {
            assert_eq!(description(body.as_bytes()), words);
        }
    }
}
