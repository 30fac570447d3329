//! `lunette clouds`: which clouds are configured, where, how one resolves, and whether they answer.

use serde_json::{Map, Value, json};

use crate::cli::exit::Stop;
use crate::cli::output;
use crate::cli::session::interrupt::until_interrupted;
use crate::cli::session::{Invocation, Session};
use crate::config::Config;

/// Shows all clouds, or the settings of one.
pub(crate) fn run(invocation: &Invocation, name: Option<&str>, probe: bool) -> Result<(), Stop> {
    let sandbox = invocation.sandbox()?;
    let config = Config::read(invocation.inputs(sandbox.as_ref()))?;
    let chosen = name.or(invocation.globals.cloud.name.as_deref());
    if chosen.is_some() && !probe {
        return one(invocation, &config, chosen);
    }
    if let Some(name) = chosen {
        // A name that there is not, or whose settings are wrong, is no matter of answering.
        config.cloud(Some(name), &invocation.globals.cloud.overrides)?;
    }
    let names = chosen.map_or_else(|| config.names(), |name| vec![name.to_owned()]);
    if names.is_empty() {
        // Options alone may make a cloud; else this tells where was looked.
        return one(invocation, &config, None);
    }
    let mut rows = Vec::new();
    for name in names {
        let mut row = summary(invocation, &config, &name);
        if probe && !row.contains_key("problem") {
            let answers = match answer(invocation, &name) {
                Ok(()) => "yes".to_owned(),
                // Of one among many the table tells; one that was asked for is what this run is about.
                Err(Stop::Error(error)) if chosen.is_none() => error.to_string(),
                Err(stop) => return Err(stop),
            };
            row.insert("answers".into(), answers.into());
        }
        rows.push(Value::Object(row));
    }
    for file in config.files() {
        output::note(&format!("from {}", file.display()));
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
    let mut row: Map<String, Value> = [("cloud".to_owned(), name.into())].into_iter().collect();
    let settings = config.cloud(Some(name), &invocation.globals.cloud.overrides);
    let known = |keys: &[&str]| {
        let origins = &settings.as_ref().ok()?.origins;
        keys.iter().find_map(|key| origins.get(*key)).map(|(value, _)| value.clone())
    };
    for (column, keys) in [
        ("auth_url", &["auth_url"][..]),
        ("project", &["project_name", "project_id"]),
        ("region", &["region_name"]),
    ] {
        row.insert(column.into(), known(keys).into());
    }
    if let Err(error) = settings {
        row.insert("problem".into(), error.to_string().into());
    }
    row
}

/// Logs in and asks for one image. Errors: why there is no answer.
fn answer(invocation: &Invocation, name: &str) -> Result<(), Stop> {
    let mut invocation = invocation.clone();
    invocation.globals.cloud.name = Some(name.to_owned());
    let session = Session::open(&invocation)?;
    until_interrupted(async {
        let probe = session.runtime.engine().eval("probe", "cloud:images{ limit = 1 }:first()").await;
        probe.map(drop).map_err(|failure| Stop::of_recipe(failure, false))
    })
}
