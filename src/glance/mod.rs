//! A typed client of the Image API v2. Has never heard of Lua.
//!
//! Source: glance/api/v2.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::error::Result;
use crate::http::{Body, Bytes};
use crate::keystone::Session;

/// The Image service of one cloud, as one identity. Cheap to clone.
#[derive(Clone)]
pub struct Glance {}

impl Glance {
    /// The Image service behind that session; asks nothing yet.
    pub fn new(session: Session) -> Glance {
        let _ = session;
        todo!()
    }
    /// The session.
    pub fn session(&self) -> &Session {
        todo!()
    }

    // images.rs
    /// Images that fit, page by page; asks nothing yet.
    pub fn images(&self, query: ImageQuery) -> Images {
        let _ = query;
        todo!()
    }
    /// One image by ID (GET /v2/images/{id}).
    pub async fn image(&self, id: &str) -> Result<Image> {
        let _ = id;
        todo!()
    }
    /// One image by ID or name, pending shares included. `None` where there is none. Errors: `ambiguous`.
    pub async fn find_image(&self, reference: &str) -> Result<Option<Image>> {
        let _ = reference;
        todo!()
    }
    /// Creates an image; with data, uploads it too and deletes the image again when that fails.
    pub async fn create_image(&self, body: Map<String, Value>, data: Option<Source>) -> Result<Image> {
        let _ = (body, data);
        todo!()
    }
    /// Sends a patch: `Some` adds or replaces, `None` removes.
    pub async fn update_image(&self, image: &Image, changes: Vec<(String, Option<Value>)>) -> Result<Image> {
        let _ = (image, changes);
        todo!()
    }
    /// Deletes (DELETE /v2/images/{id}).
    pub async fn delete_image(&self, id: &str) -> Result<()> {
        let _ = id;
        todo!()
    }

    // data.rs
    /// Sends the data (PUT /v2/images/{id}/file), then returns the image as it is with them.
    pub async fn upload(&self, id: &str, source: Source) -> Result<Image> {
        let _ = (id, source);
        todo!()
    }
    /// Receives the data into a file: `.part`, verified, renamed. Returns how many bytes.
    pub async fn download(&self, image: &Image, target: &Path, overwrite: bool) -> Result<u64> {
        let _ = (image, target, overwrite);
        todo!()
    }
    /// Receives the data part by part, verified at the end.
    pub async fn download_stream(&self, image: &Image) -> Result<Download> {
        let _ = image;
        todo!()
    }

    // members.rs
    /// All members that the caller may see (GET /v2/images/{id}/members).
    pub async fn members(&self, image_id: &str) -> Result<Vec<Member>> {
        let _ = image_id;
        todo!()
    }
    /// One member.
    pub async fn member(&self, image_id: &str, member_id: &str) -> Result<Member> {
        let _ = (image_id, member_id);
        todo!()
    }
    /// Adds a member (POST). Errors: `conflict` (is one already), `forbidden`, `limit`.
    pub async fn add_member(&self, image_id: &str, member_id: &str) -> Result<Member> {
        let _ = (image_id, member_id);
        todo!()
    }
    /// Sets a member's status: pending, accepted or rejected.
    pub async fn update_member(&self, image_id: &str, member_id: &str, status: &str) -> Result<Member> {
        let _ = (image_id, member_id, status);
        todo!()
    }
    /// Removes a member.
    pub async fn remove_member(&self, image_id: &str, member_id: &str) -> Result<()> {
        let _ = (image_id, member_id);
        todo!()
    }
}

/// Filters and paging of a listing, each `key=value` of the query string; `tag` may stand more than once.
#[derive(Clone, Debug, Default)]
pub struct ImageQuery {
    /// Server-side filters, in order, unencoded.
    pub filters: Vec<(String, String)>,
    /// `name:asc,size:desc`.
    pub sort: Option<String>,
    /// How many images at most in all; `None` is all.
    pub limit: Option<u64>,
    /// How many a page (1 to 1000); `None` lets Lunette choose.
    pub page_size: Option<u32>,
}

/// A listing under way.
pub struct Images {}

impl Images {
    /// The next image, fetching the next page when this one is used up; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Image>> {
        todo!()
    }
}

/// An image as Glance told it, unknown fields included.
#[derive(Clone, Debug)]
pub struct Image {
    /// Exactly the object Glance sent, in its order.
    pub raw: Map<String, Value>,
}

impl Image {
    /// The ID.
    pub fn id(&self) -> &str {
        todo!()
    }
    /// A field that is text.
    pub fn text(&self, field: &str) -> Option<&str> {
        let _ = field;
        todo!()
    }
    /// Whether that key is a field of Glance's image schema (all else is a custom property).
    pub fn is_schema_field(key: &str) -> bool {
        let _ = key;
        todo!()
    }
}

/// A member of an image.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Member {
    /// The image.
    pub image_id: String,
    /// The project it is shared with.
    pub member_id: String,
    /// pending, accepted or rejected.
    pub status: String,
    /// ISO 8601.
    pub created_at: String,
    /// ISO 8601.
    pub updated_at: String,
}

/// Where the data of an upload come from.
#[derive(Clone)]
pub enum Source {
    /// A file, not empty.
    File(PathBuf),
    /// Anything else.
    Body(Body),
}

/// A download under way.
pub struct Download {}

impl Download {
    /// The next part; `None` at the end, after size and hash were found right. Errors: `integrity`, `unavailable`.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        todo!()
    }
}
