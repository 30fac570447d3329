//! `cloud:request(method, path, options)`: any other request, authenticated; the escape hatch.

use mlua::{Lua, Table, UserDataRef, Value};

use super::cloud::CloudRecord;
use crate::error::{Error, Kind};
use crate::host::{Given, json, raise};
use crate::http::{Body, Bytes, Method, Response};

/// Its options: `service` (image), `json` or `body` with `media_type`, `headers`.
const OPTIONS: &[&str] = &["service", "json", "body", "media_type", "headers"];

/// Sends, and returns `{ status, headers, body }`: the body as a Lua value where it is JSON, else as text.
///
/// Errors: those that the status means; a status below 400 is none.
pub(super) async fn request(
    lua: Lua,
    this: UserDataRef<CloudRecord>,
    (method, path, options): (String, String, Value),
) -> mlua::Result<Table> {
    let options = Given::from(&options, "cloud:request", OPTIONS)?;
    let service = options.string("service")?.unwrap_or_else(|| "image".to_string());
    let session = this.glance.session();
    let mut request = session.request(verb(&method)?, &service, &path).await.map_err(raise)?;
    if let Some(headers) = options.table("headers")? {
        for pair in headers.pairs::<String, String>() {
            let (name, value) = pair?;
            request = request.header(&name, &value);
        }
    }
    if options.has("json")? {
        request = request.json(&json::from_lua(&options.value("json")?)?);
    }
    if let Some(body) = bytes(&options, "body")? {
        let media_type =
            options.string("media_type")?.unwrap_or_else(|| "application/octet-stream".to_string());
        request = request.body(Body::Bytes(Bytes::from(body), media_type));
    }
    let response = session.send(request).await.map_err(raise)?.check().await.map_err(raise)?;
    answer(&lua, response).await
}

fn verb(method: &str) -> mlua::Result<Method> {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    let upper = method.to_uppercase();
    match Method::from_bytes(upper.as_bytes()) {
        Ok(verb) if known.contains(&upper.as_str()) => Ok(verb),
        _ => Err(raise(
            Error::new(Kind::Usage, format!("cloud:request: '{method}' is no HTTP method"))
                .advice(format!("it takes {}", known.join(", "))),
        )),
    }
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
    let parsed = is_json.then(|| serde_json::from_slice::<serde_json::Value>(&bytes).ok()).flatten();
    match parsed {
        Some(value) => table.set("body", json::to_lua(lua, &value)?)?,
        None if !bytes.is_empty() => table.set("body", lua.create_string(&bytes)?)?,
        None => {}
    }
    Ok(table)
}

/// An option that is text of any bytes.
fn bytes(options: &Given, name: &str) -> mlua::Result<Option<Vec<u8>>> {
    match options.value(name)? {
        Value::Nil => Ok(None),
        Value::String(text) => Ok(Some(text.as_bytes().to_vec())),
        other => {
            let message = format!("option '{name}' must be text, not a {}", other.type_name());
            Err(raise(Error::new(Kind::Usage, message)))
        }
    }
}
