//! What a result is: rows, one record, or anything else; and which columns it has.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::error::{Error, Kind, Result, nearest};

/// The fields of a row or record.
pub(super) type Fields = Map<String, Value>;

/// A result by its shape.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// A list of records, perhaps an empty one.
    Rows(Vec<Fields>),
    /// One record.
    Record(Fields),
    /// A list of anything else.
    List(Vec<Value>),
    /// Anything else, null included.
    Plain(Value),
}

impl Shape {
    /// The shape of a value.
    pub(crate) fn of(value: Value) -> Shape {
        match value {
            Value::Object(fields) => Shape::Record(fields),
            Value::Array(items) if items.iter().all(Value::is_object) => {
                Shape::Rows(items.into_iter().filter_map(fields).collect())
            }
            Value::Array(items) => Shape::List(items),
            other => Shape::Plain(other),
        }
    }

    /// The value again.
    pub(super) fn into_value(self) -> Value {
        match self {
            Shape::Rows(rows) => Value::Array(rows.into_iter().map(Value::Object).collect()),
            Shape::Record(fields) => Value::Object(fields),
            Shape::List(items) => Value::Array(items),
            Shape::Plain(value) => value,
        }
    }

    /// The columns to show: those asked for, else the usual ones, else every key in order of first
    /// appearance.
    pub(super) fn columns(&self, asked: &[String], usual: Option<&[String]>) -> Vec<String> {
        match usual {
            _ if !asked.is_empty() => self.resolve_names(asked, usual),
            Some(usual) => usual.to_vec(),
            None => self.keys(),
        }
    }

    /// Only those fields, in that order; all where none are named.
    pub(super) fn keep_columns(self, asked: &[String], usual: Option<&[String]>) -> Result<Shape> {
        if asked.is_empty() {
            return Ok(self);
        }
        self.check(asked, usual)?;
        let columns = self.resolve_names(asked, usual);
        let pick = |mut fields: Fields| {
            columns
                .iter()
                .map(|name| (name.clone(), fields.remove(name).unwrap_or_default()))
                .collect::<Fields>()
        };
        Ok(match self {
            Shape::Rows(rows) => Shape::Rows(rows.into_iter().map(pick).collect()),
            Shape::Record(fields) => Shape::Record(pick(fields)),
            other => other,
        })
    }

    /// Rows in the order of those columns: numbers by size, text by letters, nothing last.
    pub(super) fn sort_rows(mut self, by: &[String], usual: Option<&[String]>) -> Result<Shape> {
        self.check(by, usual)?;
        let by = self.resolve_names(by, usual);
        if let Shape::Rows(rows) = &mut self {
            let compare = |a: &Fields, b: &Fields| {
                by.iter()
                    .map(|name| order(a.get(name), b.get(name)))
                    .find(|order| order.is_ne())
                    .unwrap_or(Ordering::Equal)
            };
            rows.sort_by(compare);
        }
        Ok(self)
    }

    /// Every key, in order of first appearance.
    fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        let mut add = |fields: &Fields| {
            for key in fields.keys() {
                if !keys.contains(key) {
                    keys.push(key.clone());
                }
            }
        };
        match self {
            Shape::Rows(rows) => rows.iter().for_each(&mut add),
            Shape::Record(fields) => add(fields),
            Shape::List(_) | Shape::Plain(_) => {}
        }
        keys
    }

    /// Every name that may be asked for.
    fn names(&self, usual: Option<&[String]>) -> Vec<String> {
        let mut names = self.keys();
        for name in usual.into_iter().flatten() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    /// The names as they are written here; capitals do not matter to whoever asks.
    fn resolve_names(&self, asked: &[String], usual: Option<&[String]>) -> Vec<String> {
        let names = self.names(usual);
        let spelled = |wanted: &String| {
            let exact = names.iter().find(|name| *name == wanted);
            exact
                .or_else(|| names.iter().find(|name| name.eq_ignore_ascii_case(wanted)))
                .unwrap_or(wanted)
                .clone()
        };
        asked.iter().map(spelled).collect()
    }

    /// An empty list has no keys to compare with, so that all names are good: what a script asks for must not
    /// depend on whether there is something today.
    fn check(&self, asked: &[String], usual: Option<&[String]>) -> Result<()> {
        let names = self.names(usual);
        let Some(wrong) =
            asked.iter().find(|name| !names.iter().any(|known| known.eq_ignore_ascii_case(name)))
        else {
            return Ok(());
        };
        match self {
            Shape::Rows(rows) if rows.is_empty() => return Ok(()),
            Shape::List(_) | Shape::Plain(_) => {
                return Err(Error::new(Kind::Usage, "the result has no columns"));
            }
            Shape::Rows(_) | Shape::Record(_) => {}
        }
        let advice = match nearest(wrong, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", names.join(", ")),
        };
        Err(Error::new(Kind::Usage, format!("there is no column {wrong}")).advice(advice))
    }
}

fn fields(value: Value) -> Option<Fields> {
    match value {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

fn order(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let present = |value: Option<&Value>| value.is_none_or(Value::is_null);
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
        },
        _ => present(a).cmp(&present(b)).then_with(|| super::cell(a).cmp(&super::cell(b))),
    }
}
