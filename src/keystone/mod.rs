//! A log-in with Keystone v3: token, catalogue, endpoints, projects; authenticates again when a token ends.
//!
//! Knows nothing of images. Source: keystone/api/auth.py, keystoneauth1/access/service_catalog.py.

use std::path::PathBuf;
use std::rc::Rc;

use crate::config::{SecretString, Settings};
use crate::error::Result;
use crate::http::{Door, Method, Request, Response, Url};

/// One identity in one cloud. Cheap to clone; logs in at the first need, once.
#[derive(Clone)]
pub struct Session {}

/// What Keystone told of a token.
#[derive(Clone, Debug)]
pub struct Access {
    /// The token.
    pub token: SecretString,
    /// When it ends; `None` where there is no token (`none`).
    pub expires_at: Option<jiff::Timestamp>,
    /// Who it is.
    pub user: Option<Reference>,
    /// The project it is scoped to.
    pub project: Option<Reference>,
    /// Role names.
    pub roles: Vec<String>,
    /// The catalogue.
    pub catalog: Vec<CatalogService>,
}

/// An ID with its name.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reference {
    /// The ID.
    pub id: String,
    /// The name.
    pub name: String,
}

/// One service of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CatalogService {
    /// `image`, `identity`, `compute`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// `glance`, …
    #[serde(default)]
    pub name: Option<String>,
    /// Its endpoints.
    pub endpoints: Vec<Endpoint>,
}

/// One endpoint of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Endpoint {
    /// `public`, `internal`, `admin`.
    pub interface: String,
    /// The region.
    #[serde(default)]
    pub region_id: Option<String>,
    /// The old spelling of the same.
    #[serde(default)]
    pub region: Option<String>,
    /// The URL.
    pub url: String,
}

impl Session {
    /// A session; asks nothing yet. `cache` is the folder tokens are kept in, `None` keeps none.
    pub fn new(settings: Settings, door: Door, cache: Option<PathBuf>) -> Session {
        let _ = (settings, door, cache);
        todo!()
    }
    /// The settings it was made from.
    pub fn settings(&self) -> &Settings {
        todo!()
    }
    /// The door it sends by.
    pub fn door(&self) -> &Door {
        todo!()
    }
    /// The current log-in, made now if there is none or it is about to end.
    ///
    /// Errors: `unauthorized`, `config` (not a Keystone v3), `unavailable`, `protocol`.
    pub async fn access(&self) -> Result<Rc<Access>> {
        todo!()
    }
    /// The base URL of a service type (`image`, `compute`), without a trailing slash: override, else catalogue.
    ///
    /// Errors: `config` (no such service, region or interface; names what there is).
    pub async fn endpoint(&self, service: &str) -> Result<Url> {
        let _ = service;
        todo!()
    }
    /// A request to `path` (with its query, percent-encoded) below the endpoint of a service.
    pub async fn request(&self, method: Method, service: &str, path: &str) -> Result<Request> {
        let _ = (method, service, path);
        todo!()
    }
    /// Sends with the token; after a 401 logs in anew and sends once more. Any status but that comes back as it is.
    pub async fn send(&self, request: Request) -> Result<Response> {
        let _ = request;
        todo!()
    }
    /// The projects this user has a role in (`/v3/auth/projects`).
    pub async fn own_projects(&self) -> Result<Vec<Reference>> {
        todo!()
    }
    /// A project by ID (`/v3/projects/{id}`). `None` where there is none; `forbidden` where Keystone will not say.
    pub async fn project(&self, id: &str) -> Result<Option<Reference>> {
        let _ = id;
        todo!()
    }
    /// Projects of a name (`/v3/projects?name=`). `forbidden` for ordinary members.
    pub async fn projects_named(&self, name: &str) -> Result<Vec<Reference>> {
        let _ = name;
        todo!()
    }
}
