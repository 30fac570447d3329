//! The 81 operations of the Image API, each with its Lua name (`Request:` lines of `stdlib/meta`), each used
//! by a spec.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// All of them, each with its effect: `GET /v2/images/{image_id} read`.
pub const OPERATIONS: &str = include_str!("operations.txt");

/// How many there are.
const COUNT: usize = 81;

#[test]
fn every_operation_has_a_lua_name_and_every_name_an_operation() {
    let known: BTreeSet<String> = operations().map(normal).collect();
    assert_eq!(known.len(), COUNT);
    let named: BTreeSet<String> = documented().iter().flat_map(|request| spread(request)).collect();
    let missing: Vec<_> = known.difference(&named).collect();
    let extra: Vec<_> = named.difference(&known).collect();
    assert!(missing.is_empty() && extra.is_empty(), "without a name: {missing:?}\nno operations: {extra:?}");
}

/// The operations that no answered request of a run was, from what `-v` told of it.
///
/// Only answers that are no refusals count: an operation that was never done is not tried.
pub fn untried(trace: &str) -> Vec<&'static str> {
    let done: BTreeSet<String> = trace.lines().filter_map(answered).collect();
    operations()
        .filter(|operation| {
            let wanted = normal(operation);
            !done.iter().any(|done| is_one(done, &wanted))
        })
        .collect()
}

/// `GET /v2/images/1bea` of `GET http://127.0.0.1:1/image/v2/images/1bea?x=y -> 200 (1 ms)`.
fn answered(line: &str) -> Option<String> {
    let (request, answer) = line.split_once(" -> ")?;
    let status: u16 = answer.split(' ').next()?.parse().ok()?;
    let (method, url) = request.split_once(" http://")?;
    let path = url.split('?').next()?;
    let start = path.find("/v2/").or_else(|| path.find("/versions"))?;
    (status < 400).then(|| format!("{method} {}", &path[start..]))
}

fn operations() -> impl Iterator<Item = &'static str> {
    effects().map(|(operation, _)| operation)
}

/// Each operation with its effect.
pub fn effects() -> impl Iterator<Item = (&'static str, &'static str)> {
    OPERATIONS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '))
}

/// The operation that a line of the sandbox's log is about: `GET /image/v2/images/1bea 200`.
pub fn operation_of(line: &str) -> Option<&'static str> {
    let (method, rest) = line.split_once(' ')?;
    let path = rest.split([' ', '?']).next()?.strip_prefix("/image")?;
    let request = format!("{method} {path}");
    operations().find(|operation| is_one(&request, &normal(operation)))
}

/// The operation with every variable called alike: how a path names its parts is not compared.
fn normal(operation: &str) -> String {
    let segments = operation.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    segments.collect::<Vec<_>>().join("/")
}

/// Whether a request is one of an operation's: word for word, but for its variables.
fn is_one(request: &str, operation: &str) -> bool {
    let (request, operation): (Vec<_>, Vec<_>) =
        (request.split('/').collect(), operation.split('/').collect());
    let fits = |(had, wanted): (&&str, &&str)| had == wanted || *wanted == "{}";
    request.len() == operation.len()
        && request.iter().zip(&operation).all(fits)
        // What another operation says word for word is that one: /v2/cache/clean is no image.
        && !operations().any(|other| other == request.join("/") && normal(other) != operation.join("/"))
}

/// The `Request:` lines of the documentation.
fn documented() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/meta");
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    files.flat_map(|text| requests(&text)).collect()
}

fn requests(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.strip_prefix("--- Request: "))
        .map(|line| normal(line.trim()))
        .collect()
}

/// A documented request as operations: one that leaves a schema's name open stands for all of them.
fn spread(request: &str) -> Vec<String> {
    let open = |name: &str| format!("GET /v2/schemas/{name}");
    if request != open("{}") {
        return vec![request.to_owned()];
    }
    operations().filter(|operation| operation.starts_with(&open(""))).map(normal).collect()
}

#[test]
fn the_table_tells_similar_requests_apart() {
    let line = "POST http://127.0.0.1:1/image/v2/cache/clean?x=y -> 204 (1 ms)";
    assert_eq!(answered(line).as_deref(), Some("POST /v2/cache/clean"));
    assert_eq!(answered("GET http://127.0.0.1:1/image/v2/images -> 403 (1 ms)"), None);
    for (request, operation, is) in [
        ("GET /v2/images/1bea", "GET /v2/images/{}", true),
        ("GET /v2/images/1bea/file", "GET /v2/images/{}", false),
        ("DELETE /v2/images/1bea", "GET /v2/images/{}", false),
        ("GET /v2/schemas/image", "GET /v2/schemas/image", true),
        ("GET /v2/images", "GET /v2/images/{}", false),
    ] {
        assert_eq!(is_one(request, operation), is, "{request} {operation}");
    }
    assert_eq!(untried("GET http://h/image/v2/images -> 200 (1 ms)").len(), COUNT - 1);
}
