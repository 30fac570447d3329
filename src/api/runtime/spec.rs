//! Spec files: a table of named functions, each of which is a case and gets a workplace of its own.

use std::path::Path;

use mlua::{Function, IntoLua, MultiValue, Table, Value};

use super::Runtime;
use crate::budget::Held;
use crate::error::{Error, Kind};
use crate::host::Failure;

/// How a case ended.
#[derive(Debug)]
pub enum Verdict {
    /// As it should.
    Passed,
    /// Not at all: it needs what is not there, and says what.
    Skipped(String),
    /// With an error.
    Failed(Failure),
}

impl Runtime {
    /// The names of the cases in a spec file, sorted. Errors: `usage` (no table of functions); what loading
    /// it raises.
    pub async fn cases(&self, file: &Path) -> Result<Vec<String>, Failure> {
        let mut names: Vec<String> = self.load(file).await?.into_iter().map(|(name, _)| name).collect();
        names.sort();
        Ok(names)
    }

    /// Runs one case of a spec file in a workplace with these three entries of clouds.yaml.
    ///
    /// `has_sandbox` tells whether there is a sandbox behind them.
    pub async fn run_case(
        &self,
        file: &Path,
        name: &str,
        clouds: &[String; 3],
        has_sandbox: bool,
    ) -> Verdict {
        match self.case(file, name, clouds, has_sandbox).await {
            Ok(verdict) => verdict,
            Err(failure) => Verdict::Failed(failure),
        }
    }

    async fn case(
        &self,
        file: &Path,
        name: &str,
        clouds: &[String; 3],
        has_sandbox: bool,
    ) -> Result<Verdict, Failure> {
        let engine = self.engine();
        let found = self.load(file).await?.into_iter().find(|(there, _)| there == name);
        let case = found.map(|(_, case)| case).ok_or_else(|| usage(format!("there is no case '{name}'")))?;
        let module = engine.eval("workplace", "require 'std.workplace'").await?;
        let module = module.front().and_then(Value::as_table).cloned();
        let module = module.ok_or_else(|| usage("std.workplace is no table"))?;
        let open: Function = module.get("open").map_err(lua)?;
        let sweep: Function = module.get("sweep").map_err(lua)?;

        let entries = engine.lua().create_sequence_from(clouds.iter().map(String::as_str)).map_err(lua)?;
        let entries = MultiValue::from_iter([Value::Table(entries), Value::Boolean(has_sandbox)]);
        let place = engine.call(&open, entries).await?.pop_front().unwrap_or(Value::Nil);
        let ended = engine.call(&case, MultiValue::from_iter([place.clone()])).await;
        let skipped = place.as_table().and_then(|place| place.raw_get::<Option<String>>("skipped").ok()?);
        let swept = engine.call(&sweep, MultiValue::from_iter([place])).await;
        if let Some(reason) = skipped {
            return Ok(Verdict::Skipped(reason));
        }
        ended.and(swept).map(|_| Verdict::Passed)
    }

    async fn load(&self, file: &Path) -> Result<Vec<(String, Function)>, Failure> {
        let values = self.engine().run_file(file, &[]).await?;
        let malformed = || {
            let message = format!("{} is no spec: it returns no table of named functions", file.display());
            usage(message)
        };
        let table: Table = values.front().and_then(Value::as_table).cloned().ok_or_else(malformed)?;
        let pairs = table.pairs::<Value, Value>().map(|pair| match pair {
            Ok((Value::String(name), Value::Function(case))) => Ok((name.to_string_lossy(), case)),
            _ => Err(malformed()),
        });
        pairs.collect()
    }

    /// Calls a function of `std.workplace` with a value, for its JSON.
    pub async fn workplace(
        &self,
        function: &str,
        value: &serde_json::Value,
    ) -> Result<serde_json::Value, Failure> {
        let engine = self.engine();
        let found = engine.eval("workplace", &format!("require('std.workplace').{function}")).await?;
        let function = found.front().and_then(Value::as_function).cloned();
        let function = function.ok_or_else(|| usage("std.workplace has no such function"))?;
        let value = crate::host::json::to_lua(engine.lua(), value).map_err(lua)?;
        let args = MultiValue::from_iter([value.into_lua(engine.lua()).map_err(lua)?]);
        let mut values = engine.call(&function, args).await?;
        engine.to_json(&values.pop_front().unwrap_or(Value::Nil)).await.map(Held::into_inner)
    }
}

fn usage(message: impl Into<String>) -> Failure {
    Failure::of(Error::new(Kind::Usage, message.into()))
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn lua(error: mlua::Error) -> Failure {
    usage(error.to_string())
}
