//! Images and members as JSON, in the order in which Glance writes their fields.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::super::reply;
use super::super::state::clock::seconds;
use super::super::state::{Caller, Image};
use super::location;
use crate::sandbox::state::image::member::Member;
use crate::sandbox::state::image::status::Status;
use crate::sandbox::state::image::store::Location;

/// An image. Custom properties come first, among the rest and not apart.
///
/// Locations are shown where the cloud is asked to, which no public cloud is.
pub(crate) fn image(image: &Image, caller: &Caller, with_locations: bool) -> Value {
    let locations = locations(image, caller);
    let mut view: Map<String, Value> = image.properties.clone();
    let path = format!("/v2/images/{}", image.id);
    let data = image.data.as_ref();
    let hash = data.map(|data| &data.hash).filter(|hash| !hash.is_empty());
    let attributes = [
        ("name", json!(image.name)),
        ("disk_format", json!(image.disk_format)),
        ("container_format", json!(image.container_format)),
        ("visibility", json!(image.visibility.name())),
        ("size", json!(image.size)),
        ("virtual_size", json!(image.virtual_size)),
        ("status", json!(image.status.name())),
        ("checksum", json!(data.map(|data| &data.md5).filter(|hash| !hash.is_empty()))),
        ("protected", json!(image.protected)),
        ("min_ram", json!(image.min_ram)),
        ("min_disk", json!(image.min_disk)),
        ("owner", json!(image.owner)),
        ("os_hidden", json!(image.os_hidden)),
        ("os_hash_algo", json!(hash.and(data).map(|data| data.algorithm.name()))),
        ("os_hash_value", json!(hash)),
        ("id", json!(image.id)),
        ("created_at", json!(seconds(image.created_at))),
        ("updated_at", json!(seconds(image.updated_at))),
    ];
    let links = [
        ("tags", json!(image.tags)),
        ("self", json!(path)),
        ("file", json!(format!("{path}/file"))),
        ("schema", json!("/v2/schemas/image")),
    ];
    let places = if with_locations { location::view::image_fields(locations) } else { Vec::new() };
    let fields = attributes.into_iter().chain(places).chain(links);
    view.extend(fields.map(|(key, value)| (key.to_owned(), value)));
    if !locations.is_empty() {
        let stores: Vec<&str> = locations.iter().map(|location| location.store.as_str()).collect();
        view.insert("stores".to_owned(), json!(stores.join(",")));
    }
    Value::Object(view)
}

/// Where the data lie. Of a deactivated image only admins see it (glance/db/sqlalchemy/api.py,
/// `_normalize_locations`).
pub(crate) fn locations<'a>(image: &'a Image, caller: &Caller) -> &'a [Location] {
    if image.status == Status::Deactivated && !caller.is_admin() { &[] } else { &image.locations }
}

/// A member of an image.
pub(crate) fn member(image: &Image, member: &Member) -> Value {
    json!({
        "member_id": member.id,
        "image_id": image.id,
        "status": member.status.name(),
        "created_at": seconds(member.created_at),
        "updated_at": seconds(member.updated_at),
        "schema": "/v2/schemas/member",
    })
}

/// The answer of what leaves nothing to say: 204, with a type for the body that is not there.
pub(crate) fn no_content() -> Response {
    reply::bare(StatusCode::NO_CONTENT, "text/html; charset=UTF-8")
}
