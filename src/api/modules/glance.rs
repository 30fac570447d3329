//! `require "glance"`: connecting, and what is configured.

use std::rc::Rc;

use mlua::{Function, Lua, Table, Value};

use crate::api::cloud::record::CloudRecord;
use crate::api::runtime::context::Context;
use crate::config::Overrides;
use crate::error::{Error, Kind};
use crate::host::text::{NAME, TEXT, Total, check};
use crate::host::{Name, raise, refuse_while_loading, waiting_function};

/// The module as scripts get it.
pub(in crate::api) fn glance(lua: &Lua, context: &Rc<Context>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    let shared = context.clone();
    module.set(
        "connect",
        waiting_function(lua, move |_, target: Value| {
            let context = shared.clone();
            async move { connect(&context, &target).await }
        })?,
    )?;
    let shared = context.clone();
    module.set(
        "clouds",
        lua.create_function(move |lua, ()| {
            refuse_while_loading(lua, "glance.clouds")?;
            lua.create_sequence_from(shared.config().map_err(raise)?.names())
        })?,
    )?;
    Ok(module)
}

/// The function that the global `cloud` comes from: connects to the chosen cloud.
pub(in crate::api) fn connector_of_chosen(lua: &Lua, context: &Rc<Context>) -> mlua::Result<Function> {
    let context = context.clone();
    waiting_function(lua, move |_, ()| {
        let context = context.clone();
        async move { connect(&context, &Value::Nil).await }
    })
}

/// `glance.connect()`, `glance.connect "name"`, `glance.connect{ cloud = "name", region_name = "GRA11", … }`.
///
/// Options are clouds.yaml's keys, those of `auth` among them; `cloud` and `region` are taken too.
async fn connect(context: &Rc<Context>, target: &Value) -> mlua::Result<CloudRecord> {
    let mut name = None;
    let mut options = Overrides::new();
    match target {
        Value::Nil => {}
        Value::String(text) => {
            check(text, NAME)?;
            name = Some(text.to_str()?.to_string());
        }
        Value::Table(table) => {
            let mut total = Total::default();
            for pair in table.pairs::<Name, Value>() {
                let (key, value) = pair?;
                let text = option_text(&key, &value)?;
                total.add("glance.connect", key.len() + text.len(), TEXT.most)?;
                if !context.trust && leads_elsewhere(&key) {
                    return Err(raise(elsewhere_error(&key)));
                }
                if !context.trust && opens_a_file(&key) {
                    return Err(raise(script_opens_error(&key)));
                }
                match &*key {
                    "cloud" => name = Some(text),
                    "region" => drop(options.insert("region_name".to_string(), text)),
                    _ => drop(options.insert(key.into(), text)),
                }
            }
        }
        other => {
            let message =
                format!("glance.connect takes a name or a table of options, not a {}", other.type_name());
            return Err(raise(Error::new(Kind::Usage, message)));
        }
    }
    CloudRecord::connect(context, name.as_deref(), &options).await.map_err(raise)
}

/// Whether a setting names a file that is read outside the rules for scripts' files.
fn opens_a_file(key: &str) -> bool {
    let key = key.to_lowercase().replace('-', "_");
    ["cert", "key"].contains(&key.strip_prefix("os_").unwrap_or(&key))
}

fn script_opens_error(key: &str) -> Error {
    let message = format!("glance.connect: a script may not set '{key}': it names a file of credentials");
    Error::new(Kind::Usage, message).advice("make it an entry of clouds.yaml, or run the script with --trust")
}

/// Whether a setting decides to whom credentials are sent, or who may read them on the way.
fn leads_elsewhere(key: &str) -> bool {
    let key = key.to_lowercase().replace('-', "_");
    let key = key.strip_prefix("os_").unwrap_or(&key);
    let urls = ["auth_url", "discovery_endpoint", "access_token_endpoint"];
    let guards = ["verify", "insecure", "cacert"];
    urls.contains(&key)
        || guards.contains(&key)
        || key.ends_with("endpoint_override")
        || key.ends_with("endpoint")
}

fn elsewhere_error(key: &str) -> Error {
    let message =
        format!("glance.connect: a script may not set '{key}': it decides where credentials are sent");
    Error::new(Kind::Usage, message).advice("make it an entry of clouds.yaml, or run the script with --trust")
}

fn option_text(key: &str, value: &Value) -> mlua::Result<String> {
    match value {
        Value::String(text) => {
            check(text, TEXT)?;
            Ok(text.to_str()?.to_string())
        }
        Value::Integer(number) => Ok(number.to_string()),
        Value::Boolean(flag) => Ok(flag.to_string()),
        other => {
            let message = format!("glance.connect: option '{key}' must be text, not a {}", other.type_name());
            Err(raise(Error::new(Kind::Usage, message)))
        }
    }
}
