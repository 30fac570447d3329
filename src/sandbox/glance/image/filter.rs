//! Which images a list shows: what the caller may find, and every filter (glance/db/sqlalchemy/api.py,
//! `_image_get_all`).

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};

use super::query::Query;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::state::image::visibility::Visibility;
use crate::sandbox::state::{Caller, Image};

/// All conditions of one list.
#[derive(Debug)]
pub(crate) struct Filters {
    member_status: String,
    visibility: Option<String>,
    is_hidden: bool,
    tags: Vec<String>,
    tests: Vec<Test>,
    equal: Equal,
}

/// One condition.
#[derive(Debug)]
enum Test {
    Protected(bool),
    AtLeast(Number, i64),
    AtMost(Number, i64),
    Exactly(Number, Option<i64>),
    Time(Time, Operator, Timestamp),
    AnyOf(Text, Vec<String>),
    Property(String, String),
}

/// How the database compares texts.
type Equal = fn(&str, &str) -> bool;

type Number = fn(&Image) -> Option<i64>;
type Time = fn(&Image) -> Timestamp;
type Text = fn(&Image) -> Option<&str>;

#[derive(Debug, Clone, Copy)]
enum Operator {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    NotEqual,
    Equal,
}

impl Filters {
    /// Reads what a query left for the filters. `MySQL`'s usual collations ignore case.
    pub(crate) fn read(query: &Query, ignore_case: bool) -> Result<Self, Fault> {
        let mut filters = Self {
            member_status: query.member_status.clone(),
            visibility: None,
            is_hidden: false,
            tags: query.tags.clone(),
            tests: Vec::new(),
            equal: if ignore_case { are_alike } else { |one, other| one == other },
        };
        // These two are judged before all others.
        for (key, value) in &query.filters {
            match key.as_str() {
                "os_hidden" => filters.is_hidden = boolean(key, &value.to_lowercase(), value)?,
                "protected" => filters.tests.push(Test::Protected(boolean(key, value, value)?)),
                _ => {}
            }
        }
        for (key, value) in &query.filters {
            match key.as_str() {
                "visibility" => filters.visibility = Some(value.clone()),
                // `deleted` is always overruled.
                "os_hidden" | "protected" | "deleted" => {}
                _ => filters.tests.push(test(key, value)?),
            }
        }
        Ok(filters)
    }

    /// Whether an image is shown to the caller.
    pub(crate) fn pass(&self, image: &Image, caller: &Caller) -> bool {
        self.may_find(image, caller)
            && self.has_visibility(image, caller)
            && image.os_hidden == self.is_hidden
            && self.tags.iter().all(|tag| image.tags.iter().any(|there| (self.equal)(there, tag)))
            && self.tests.iter().all(|test| test.pass(image, self.equal))
    }

    /// Lists show less than one may look at: of shared images only those with the wanted status, unless they
    /// are one's own.
    fn may_find(&self, image: &Image, caller: &Caller) -> bool {
        let says = |status: &str| self.member_status == "all" || self.member_status == status;
        caller.is_admin()
            || caller.is_in(image.owner.as_deref())
            || match image.visibility {
                Visibility::Public | Visibility::Community => true,
                Visibility::Shared => {
                    image.membership(caller).is_some_and(|member| says(member.status.name()))
                }
                Visibility::Private => false,
            }
    }

    /// Other people's community images are only shown to those who ask for them.
    fn has_visibility(&self, image: &Image, caller: &Caller) -> bool {
        match self.visibility.as_deref() {
            Some("all") => true,
            Some(wanted) => image.visibility.name() == wanted,
            None => image.visibility != Visibility::Community || caller.is_in(image.owner.as_deref()),
        }
    }
}

impl Test {
    fn pass(&self, image: &Image, equal: Equal) -> bool {
        match self {
            Self::Protected(wanted) => image.protected == *wanted,
            Self::AtLeast(number, least) => number(image).is_some_and(|number| number >= *least),
            Self::AtMost(number, most) => number(image).is_some_and(|number| number <= *most),
            Self::Exactly(number, wanted) => wanted.is_some() && number(image) == *wanted,
            Self::Time(time, operator, threshold) => operator.holds(time(image), *threshold),
            Self::AnyOf(text, wanted) => {
                text(image).is_some_and(|text| wanted.iter().any(|wanted| equal(wanted, text)))
            }
            Self::Property(name, wanted) => image.properties.iter().any(|(key, value)| {
                equal(key, name) && value.as_str().is_some_and(|value| equal(value, wanted))
            }),
        }
    }
}

/// Whether two texts differ in case and blanks at the end at most.
fn are_alike(one: &str, other: &str) -> bool {
    let folded = |text: &str| text.trim_end().to_lowercase();
    folded(one) == folded(other)
}

impl Operator {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "gt" => Self::Greater,
            "gte" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "lte" => Self::LessOrEqual,
            "neq" => Self::NotEqual,
            "eq" => Self::Equal,
            _ => return None,
        })
    }

    fn holds(self, one: Timestamp, other: Timestamp) -> bool {
        match self {
            Self::Greater => one > other,
            Self::GreaterOrEqual => one >= other,
            Self::Less => one < other,
            Self::LessOrEqual => one <= other,
            Self::NotEqual => one != other,
            Self::Equal => one == other,
        }
    }
}

fn test(key: &str, value: &str) -> Result<Test, Fault> {
    if let Some(name) = key.strip_suffix("_min").or_else(|| key.strip_suffix("_max")) {
        let message = "Unable to filter on a range with a non-numeric value.";
        let bound = value.trim().parse().map_err(|_| Fault::bad_request(message))?;
        // Glance looks for a column of that name, and trips where there is none.
        let number = number(name).ok_or_else(Fault::tripped)?;
        let test = if key.ends_with("_min") { Test::AtLeast } else { Test::AtMost };
        return Ok(test(number, bound));
    }
    if let Some(number) = number(key) {
        return Ok(Test::Exactly(number, value.parse().ok()));
    }
    match key {
        "created_at" => time(key, value, |image| image.created_at),
        "updated_at" => time(key, value, |image| image.updated_at),
        "id" => parse_any_of(value, |image| Some(&image.id)),
        "name" => parse_any_of(value, |image| image.name.as_deref()),
        "status" => parse_any_of(value, |image| Some(image.status.name())),
        "disk_format" => parse_any_of(value, |image| image.disk_format.as_deref()),
        "container_format" => parse_any_of(value, |image| image.container_format.as_deref()),
        "owner" => Ok(exactly(value, |image| image.owner.as_deref())),
        "checksum" => Ok(exactly(value, |image| image.data.as_ref().map(|data| data.md5.as_str()))),
        "os_hash_value" => Ok(exactly(value, |image| image.data.as_ref().map(|data| data.hash.as_str()))),
        "os_hash_algo" => Ok(exactly(value, |image| image.data.as_ref().map(|data| data.algorithm.name()))),
        "properties" => Err(Fault::tripped()),
        _ => Ok(Test::Property(key.to_owned(), value.to_owned())),
    }
}

fn number(name: &str) -> Option<Number> {
    Some(match name {
        "size" => |image| image.size.and_then(|size| i64::try_from(size).ok()),
        "virtual_size" => |image| image.virtual_size.and_then(|size| i64::try_from(size).ok()),
        "min_disk" => |image| Some(image.min_disk),
        "min_ram" => |image| Some(image.min_ram),
        _ => return None,
    })
}

fn exactly(value: &str, text: Text) -> Test {
    Test::AnyOf(text, vec![value.to_owned()])
}

/// `value`, `eq:value` or `in:one,"two, too"`. Whatever else stands before a colon is taken for an operator.
fn parse_any_of(value: &str, text: Text) -> Result<Test, Fault> {
    match value.split_once(':') {
        None => Ok(exactly(value, text)),
        _ if parse_time(value).is_some() => Ok(exactly(value, text)),
        Some(("eq", value)) => Ok(exactly(value, text)),
        Some(("in", list)) => split_list(list).map(|values| Test::AnyOf(text, values)),
        Some((operator, _)) => {
            Err(Fault::bad_request(format!("Unable to filter by unknown operator '{operator}'.")))
        }
    }
}

fn time(key: &str, value: &str, time: Time) -> Result<Test, Fault> {
    let (operator, text) = match value.split_once(':') {
        Some((operator, text)) if parse_time(value).is_none() => (operator, text),
        _ => ("eq", value),
    };
    let bad =
        || Fault::bad_request(format!("Bad \"{key}\" query filter format. Use ISO 8601 DateTime notation."));
    let threshold = parse_time(text).ok_or_else(bad)?;
    let unknown = || Fault::bad_request("Unable to filter on a unknown operator.");
    Ok(Test::Time(time, Operator::parse(operator).ok_or_else(unknown)?, threshold))
}

/// A time with its zone, or else a time, a day, a month or a year in UTC.
fn parse_time(text: &str) -> Option<Timestamp> {
    let at_midnight = |text: &str| text.parse::<Date>().ok().map(|date| date.at(0, 0, 0, 0));
    let civil = || {
        text.parse::<DateTime>()
            .ok()
            .or_else(|| at_midnight(text))
            .or_else(|| at_midnight(&format!("{text}-01")))
            .or_else(|| at_midnight(&format!("{text}-01-01")))
    };
    text.parse().ok().or_else(|| TimeZone::UTC.to_timestamp(civil()?).ok())
}

fn boolean(key: &str, value: &str, shown: &str) -> Result<bool, Fault> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => {
            let message =
                format!("Invalid value '{shown}' for '{key}' filter. Valid values are 'true' or 'false'.");
            Err(Fault::bad_request(message))
        }
    }
}

/// Splits at commas, but for those between quotation marks.
fn split_list(list: &str) -> Result<Vec<String>, Fault> {
    let complain = |what: &str| Fault::bad_request(format!("Invalid filter value {list}. {what}"));
    let mut values = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let (value, after) = if let Some(quoted) = rest.strip_prefix('"') {
            let end = closing_quote(quoted).ok_or_else(|| complain("The quote is not closed."))?;
            let after = &quoted[end + 1..];
            if !after.is_empty() && !after.starts_with(',') {
                return Err(complain("There is no comma after closing quotation mark."));
            }
            (&quoted[..end], after)
        } else {
            let value = &rest[..rest.find(',').unwrap_or(rest.len())];
            if value.contains('"') {
                return Err(complain("There is no comma before opening quotation mark."));
            }
            (value, &rest[value.len()..])
        };
        values.push(value.to_owned());
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    Ok(values)
}

/// Where a quoted value ends; a backslash keeps a quotation mark inside.
fn closing_quote(quoted: &str) -> Option<usize> {
    let mut marks = quoted.match_indices('"').map(|(index, _)| index);
    marks.find(|index| !quoted[..*index].ends_with('\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_split_at_commas_outside_quotes() {
        assert_eq!(split_list(r#"plain,"with,comma""#).ok(), Some(vec!["plain".into(), "with,comma".into()]));
        for bad in [r#""a"#, r#"a"b""#, r#""a"b"#] {
            assert!(split_list(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_may_be_coarse() {
        for text in ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00", "2020-01-01", "2020-01", "2020"] {
            assert_eq!(parse_time(text).map(Timestamp::as_second), Some(1_577_836_800), "{text}");
        }
        assert_eq!(parse_time("nope"), None);
    }
}
