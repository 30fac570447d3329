//! `cloud:request(method, path, options)`: any other request, authenticated; the escape hatch.
//!
//! Reads Lua only: what a request may say, and how deep its effect is, is decided by `glance`.

use mlua::{Lua, Table, UserDataRef, Value};

use super::record::CloudRecord;
use crate::api::bind::counted::Counted;
use crate::budget::Held;
use crate::error::{Error, Kind};
use crate::glance::RawRequest;
use crate::host::text::{TEXT, Total};
use crate::host::{Given, Name, Text, budget, json, raise, reserve};
use crate::http::Response;

/// Its options: `service` (image), `json` or `body` with `media_type`, `headers`.
const OPTIONS: &[&str] = &["service", "json", "body", "media_type", "headers"];

/// Sends, and returns `{ status, headers, body }`: the body as a Lua value where it is JSON, else as text.
///
/// Errors: those that the status means; a status below 400 is none.
pub(in crate::api) async fn request(
    lua: Lua,
    this: UserDataRef<Counted<CloudRecord>>,
    (method, path, options): (Name, Text, Value),
) -> mlua::Result<Table> {
    let request = read(&lua, &method, &path, &options)?;
    let (request, memory) = request.into_parts();
    let response = this.glance.send_raw(request).await.map_err(raise)?;
    drop(memory);
    answer(&lua, response).await
}

/// The request that the arguments describe. Errors: `usage`, before anything is sent.
fn read(lua: &Lua, method: &str, path: &str, options: &Value) -> mlua::Result<Held<RawRequest>> {
    let options = Given::from(options, "cloud:request", OPTIONS)?;
    let service = options.string("service")?.unwrap_or_else(|| "image".to_owned());
    let mut request = RawRequest::new(method, &service, path).map_err(raise)?;
    if let Some(headers) = options.table("headers")? {
        let mut total = Total::default();
        for pair in headers.pairs::<Value, Value>() {
            let (name, value) = pair?;
            let bytes = [&name, &value].map(|text| text.as_string().map_or(0, |text| text.as_bytes().len()));
            total.add("cloud:request: headers", bytes[0] + bytes[1], TEXT.most)?;
            let header = text_of(&name, false).zip(text_of(&value, true));
            let (name, value) = header.ok_or_else(|| {
                refusal("headers are a table of names with a string or a number each: { [\"X-Name\"] = \"value\" }")
            })?;
            request.header(&name, &value).map_err(raise)?;
        }
    }
    let (has_json, bytes) = (options.has("json")?, bytes(lua, &options, "body")?);
    let media_type = options.string("media_type")?;
    if has_json && bytes.is_some() {
        return Err(refusal("give json or body, not both"));
    }
    let (body, usual) = if has_json {
        (Some(json::text_of(lua, &options.value("json")?, false)?), "application/json")
    } else {
        (bytes, "application/octet-stream")
    };
    let mut memory = budget(lua).nothing();
    if let Some(body) = body {
        let (body, reserved) = body.into_parts();
        memory.absorb(reserved);
        request.body(body, media_type.as_deref().unwrap_or(usual)).map_err(raise)?;
    }
    Ok(Held::new(request, memory))
}

async fn answer(lua: &Lua, response: Response) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    table.set("status", response.status)?;
    let headers = lua.create_table()?;
    for (name, value) in &response.headers {
        headers.set(name.as_str(), lua.create_string(value.as_bytes())?)?;
    }
    table.set("headers", headers)?;
    let is_json = response.header("content-type").is_some_and(|media_type| media_type.contains("json"));
    let bytes = response.bytes().await.map_err(raise)?;
    match is_json.then(|| json::decode(lua, &bytes)).map(json::allow_invalid).transpose()?.flatten() {
        Some(value) => table.set("body", value)?,
        None if !bytes.is_empty() => table.set("body", lua.create_string(&*bytes)?)?,
        None => {}
    }
    Ok(table)
}

/// The text of a string, and of a number where that may be one; `None` for everything else.
fn text_of(value: &Value, or_number: bool) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_str().ok()?.to_owned()),
        Value::Integer(number) if or_number => Some(number.to_string()),
        Value::Number(number) if or_number => Some(number.to_string()),
        _ => None,
    }
}

/// An option that is text of any bytes.
fn bytes(lua: &Lua, options: &Given, name: &str) -> mlua::Result<Option<Held<Vec<u8>>>> {
    match options.value(name)? {
        Value::Nil => Ok(None),
        Value::String(text) => {
            let memory = reserve(lua, text.as_bytes().len())?;
            Ok(Some(Held::new(text.as_bytes().to_vec(), memory)))
        }
        other => {
            let message = format!("option '{name}' must be text, not a {}", other.type_name());
            Err(raise(Error::new(Kind::Usage, message)))
        }
    }
}

fn refusal(message: &str) -> mlua::Error {
    raise(Error::new(Kind::Usage, format!("cloud:request: {message}")))
}
