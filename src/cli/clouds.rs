//! `lunette clouds`: which clouds are configured, where, how one resolves, and whether they answer.

use serde_json::{Map, Value, json};

use super::interrupt::until_interrupted;
use super::out;
use super::session::{Invocation, Session};
use super::stop::Stop;
use crate::config::Config;
use crate::error::{Error, Kind};

/// Shows all clouds, or the settings of one.
pub(crate) fn run(invocation: &Invocation, name: Option<&str>, probe: bool) -> Result<(), Stop> {
    let sandbox = invocation.sandbox()?;
    let config = Config::read(invocation.inputs(sandbox.as_ref()))?;
    let chosen = name.or(invocation.globals.cloud.name.as_deref());
    if chosen.is_some() && !probe {
        return one(invocation, &config, chosen);
    }
    let names = chosen.map_or_else(|| config.names(), |name| vec![name.to_owned()]);
    if names.is_empty() {
        return Err(nothing_configured(invocation).into());
    }
    let mut rows = Vec::new();
    for name in names {
        let mut row = summary(invocation, &config, &name);
        if probe {
            row.insert("answers".into(), answer(invocation, &name)?.into());
        }
        rows.push(Value::Object(row));
    }
    for file in config.files() {
        out::note(&format!("from {}", file.display()));
    }
    invocation.print(&Value::Array(rows), None)
}

/// One cloud's settings, each with where it comes from.
fn one(invocation: &Invocation, config: &Config, name: Option<&str>) -> Result<(), Stop> {
    let settings = config.cloud(name, &invocation.globals.cloud.overrides)?;
    let rows = settings.origins.iter();
    let rows = rows.map(|(key, (value, origin))| json!({ "setting": key, "value": value, "from": origin }));
    invocation.print(&Value::Array(rows.collect()), None)
}

/// A cloud in one row; what is wrong with it, where something is.
fn summary(invocation: &Invocation, config: &Config, name: &str) -> Map<String, Value> {
    let mut row = Map::new();
    row.insert("cloud".into(), name.into());
    match config.cloud(Some(name), &invocation.globals.cloud.overrides) {
        Ok(settings) => {
            let known = |keys: &[&str]| {
                keys.iter().find_map(|key| settings.origins.get(*key)).map(|(value, _)| value.clone())
            };
            row.insert("auth_url".into(), settings.auth_url.clone().into());
            row.insert("project".into(), known(&["project_name", "project_id"]).into());
            row.insert("region".into(), settings.region.clone().into());
        }
        Err(error) => {
            row.insert("auth_url".into(), error.to_string().into());
        }
    }
    row
}

/// Logs in and asks for one image: `yes`, or why not.
fn answer(invocation: &Invocation, name: &str) -> Result<String, Stop> {
    let mut invocation = invocation.clone();
    invocation.globals.cloud.name = Some(name.to_owned());
    let session = Session::open(&invocation)?;
    let probe = until_interrupted(async {
        Ok(session.runtime.engine().eval("probe", "cloud:images{ limit = 1 }:first()").await)
    });
    match probe {
        Ok(Ok(_)) => Ok("yes".to_owned()),
        Ok(Err(failure)) => Ok(failure.error.map_or(failure.message, |error| error.to_string())),
        Err(Stop::Error(error)) => Ok(error.to_string()),
        Err(stop) => Err(stop),
    }
}

fn nothing_configured(invocation: &Invocation) -> Error {
    let surroundings = &invocation.surroundings;
    let mut advice = "looked for clouds.yaml in".to_owned();
    for folder in std::iter::once(&surroundings.folder).chain(&surroundings.openstack) {
        advice.push_str("\n  ");
        advice.push_str(&folder.display().to_string());
    }
    Error::new(Kind::Config, "no cloud is configured").advice(advice + "\n--sandbox needs none")
}
