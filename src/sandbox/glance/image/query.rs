//! The query of a list: paging, order, and what is left over for the filters. Also how Glance writes it back
//! into links.

use std::fmt::Write as _;

use crate::sandbox::escape;
use crate::sandbox::glance::fault::Fault;

const SORT_KEYS: [&str; 8] =
    ["name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at"];
const VISIBILITIES: [&str; 5] = ["community", "public", "private", "shared", "all"];
const MEMBER_STATUSES: [&str; 4] = ["pending", "accepted", "rejected", "all"];

/// The pairs of a query in order, with repetitions.
#[derive(Debug, Clone)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Takes a query apart. One that is no UTF-8 is refused.
    pub(crate) fn parse(query: Option<&str>) -> Result<Self, Fault> {
        let query = query.unwrap_or_default();
        if String::from_utf8(escape::bytes(query)).is_err() {
            return Err(Fault::bad_request(
                "Error decoding your request. Either the URL or the request body contained characters that could not be decoded \
                 by Glance",
            ));
        }
        Ok(Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }

    /// Takes the first value of a key out.
    pub(crate) fn pop(&mut self, key: &str) -> Option<String> {
        let index = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(index).1)
    }

    /// The last value of a key, which is the one that counts.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn pop_all(&mut self, key: &str) -> Vec<String> {
        std::iter::from_fn(|| self.pop(key)).map(|value| value.trim().to_owned()).collect()
    }

    /// Each key once, where it first stood, with its last value: what Python's `dict` makes of it.
    fn without_repetitions(&self) -> Vec<(&str, &str)> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for (key, value) in &self.0 {
            match pairs.iter_mut().find(|(name, _)| name == key) {
                Some(pair) => pair.1 = value,
                None => pairs.push((key, value)),
            }
        }
        pairs
    }

    /// The path of this list from a marker on.
    ///
    /// Keys that were repeated come back once: the next page of a list by two tags is a list by one of them.
    /// So it is with Glance.
    pub(crate) fn link(&self, marker: Option<&str>) -> String {
        self.link_in("/v2/images", marker)
    }

    /// The same for the list under another path.
    pub(crate) fn link_in(&self, path: &str, marker: Option<&str>) -> String {
        let pairs = self.without_repetitions();
        let pairs =
            pairs.into_iter().filter(|(key, _)| *key != "marker").chain(marker.map(|id| ("marker", id)));
        let query: Vec<String> =
            pairs.map(|(key, value)| format!("{}={}", quote(key), quote(value))).collect();
        if query.is_empty() { path.into() } else { format!("{path}?{}", query.join("&")) }
    }
}

/// One key of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sort {
    /// One of Glance's sort keys.
    pub(crate) key: String,
    /// Whether the greatest comes first.
    pub(crate) descending: bool,
}

/// A query that was understood, but for its filters.
#[derive(Debug)]
pub(crate) struct Query {
    /// How many at most.
    pub(crate) limit: Option<usize>,
    /// The ID of the last image of the page before.
    pub(crate) marker: Option<String>,
    /// Which shares to show, by what the member said of them.
    pub(crate) member_status: String,
    /// All of these must be there.
    pub(crate) tags: Vec<String>,
    /// The order, complete: no two images are equal in it.
    pub(crate) sort: Vec<Sort>,
    /// Everything else.
    pub(crate) filters: Vec<(String, String)>,
}

impl Query {
    /// Reads a query.
    pub(crate) fn read(mut parameters: Parameters) -> Result<Self, Fault> {
        let limit = parameters.pop("limit");
        let marker = parameters.pop("marker");
        let member_status = parameters.pop("member_status").unwrap_or_else(|| "accepted".into());
        let tags = parameters.pop_all("tag");
        check_filters(&parameters)?;
        if !MEMBER_STATUSES.contains(&member_status.as_str()) {
            return Err(Fault::bad_request(format!("Invalid status: {member_status}")));
        }
        let limit = limit.as_deref().map(read_limit).transpose()?;
        let sort = read_sort(&mut parameters)?;
        let filters = parameters.without_repetitions().into_iter();
        let filters = filters.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Ok(Self { limit, marker, member_status, tags, sort, filters })
    }
}

fn check_filters(parameters: &Parameters) -> Result<(), Fault> {
    for (key, value) in parameters.without_repetitions().into_iter().filter(|(_, value)| !value.is_empty()) {
        if key == "visibility" && !VISIBILITIES.contains(&value) {
            return Err(Fault::bad_request(format!("Invalid visibility value: {value}")));
        }
        if key == "changes-since" {
            return Err(Fault::bad_request("The \"changes-since\" filter is no longer available on v2."));
        }
    }
    Ok(())
}

/// Reads the number of a page's entries.
pub(crate) fn read_limit(text: &str) -> Result<usize, Fault> {
    let number: i64 =
        text.trim().parse().map_err(|_| Fault::bad_request("limit param must be an integer"))?;
    usize::try_from(number).map_err(|_| Fault::bad_request("limit param must be positive"))
}

/// `sort=name:asc,size`, or `sort_key` and `sort_dir` as often as one likes, but not both ways at once.
fn read_sort(parameters: &mut Parameters) -> Result<Vec<Sort>, Fault> {
    let (keys, directions) = match parameters.pop("sort") {
        Some(sort) => {
            if parameters.0.iter().any(|(key, _)| key == "sort_key" || key == "sort_dir") {
                return Err(Fault::bad_request("Old and new sorting syntax cannot be combined"));
            }
            let parts = sort.trim().split(',').map(|part| part.split_once(':').unwrap_or((part, "")));
            parts.map(|(key, direction)| (key.trim().to_owned(), direction.trim().to_owned())).unzip()
        }
        None => (parameters.pop_all("sort_key"), parameters.pop_all("sort_dir")),
    };
    for key in &keys {
        if !SORT_KEYS.contains(&key.as_str()) {
            let choice = SORT_KEYS.join(", ");
            let message = format!("Invalid sort key: {key}. It must be one of the following: {choice}.");
            return Err(Fault::bad_request(message));
        }
    }
    let directions: Vec<bool> =
        directions.iter().map(|direction| read_direction(direction)).collect::<Result<_, _>>()?;
    if directions.len() > 1 && directions.len() != keys.len() {
        return Err(Fault::bad_request("Number of sort dirs does not match the number of sort keys"));
    }
    Ok(complete(keys, &directions))
}

fn read_direction(word: &str) -> Result<bool, Fault> {
    match word {
        "asc" => Ok(false),
        "desc" | "" => Ok(true),
        other => Err(Fault::bad_request(format!("Invalid sort direction: {other}"))),
    }
}

/// Adds what makes the order complete. A single direction holds for all keys, those that are added too.
fn complete(keys: Vec<String>, directions: &[bool]) -> Vec<Sort> {
    let default = if let [only] = directions { *only } else { true };
    let mut sort: Vec<Sort> = Vec::new();
    for (index, key) in keys.into_iter().enumerate() {
        let descending = if directions.len() > 1 { directions[index] } else { default };
        sort.push(Sort { key, descending });
    }
    for key in ["created_at", "id"] {
        if !sort.iter().any(|sort| sort.key == key) {
            sort.push(Sort { key: key.into(), descending: default });
        }
    }
    sort
}

/// Percent-encoding as Python's `quote_plus` does it.
fn quote(text: &str) -> String {
    text.bytes().fold(String::new(), |mut quoted, byte| {
        match byte {
            b' ' => quoted.push('+'),
            b'_' | b'.' | b'-' | b'~' => quoted.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => quoted.push(char::from(byte)),
            _ => {
                let _ = write!(quoted, "%{byte:02X}");
            }
        }
        quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_drops_repeated_keys() {
        let link = |query, marker| Parameters::parse(Some(query)).map(|query| query.link(marker)).ok();
        let long = link("tag=a&limit=2&tag=b&name=a%20b*~&marker=old", Some("new"));
        assert_eq!(long.as_deref(), Some("/v2/images?tag=b&limit=2&name=a+b%2A~&marker=new"));
        assert_eq!(link("", None).as_deref(), Some("/v2/images"));
    }

    #[test]
    fn an_order_is_always_complete() {
        let sort = |query: &str| -> Vec<(String, bool)> {
            let query = Parameters::parse(Some(query)).and_then(Query::read).ok();
            query.into_iter().flat_map(|query| query.sort).map(|sort| (sort.key, sort.descending)).collect()
        };
        let expect = |pairs: &[(&str, bool)]| -> Vec<(String, bool)> {
            pairs.iter().map(|(key, descending)| ((*key).to_owned(), *descending)).collect()
        };
        assert_eq!(sort(""), expect(&[("created_at", true), ("id", true)]));
        assert_eq!(sort("sort_dir=asc"), expect(&[("created_at", false), ("id", false)]));
        assert_eq!(
            sort("sort=name:asc,size"),
            expect(&[("name", false), ("size", true), ("created_at", true), ("id", true)])
        );
        assert_eq!(sort("sort_key=id&sort_dir=asc"), expect(&[("id", false), ("created_at", false)]));
    }
}
