//! Projects, as far as Keystone tells this identity of them.
//!
//! An ordinary member may list the projects it has a role in, and nothing more: not even the name of another.
//! Sources: keystone/api/auth.py (`AuthProjectsResource`), keystone/api/projects.py and its default policy.

use serde::Deserialize;

use super::login::probe;
use super::session::Session;
use super::token::access::Reference;
use crate::error::{Error, Kind, Result};
use crate::http::{Method, Request, Response, Url};

#[derive(Deserialize)]
struct One {
    project: Reference,
}

#[derive(Deserialize)]
struct Many {
    projects: Vec<Reference>,
}

impl Session {
    /// The projects this user has a role in (`/v3/auth/projects`).
    pub async fn own_projects(&self) -> Result<Vec<Reference>> {
        let answer = self.ask(&["auth", "projects"], None).await?;
        Ok(answer.check().await?.json::<Many>().await?.projects)
    }

    /// A project by ID (`/v3/projects/{id}`). `None` where there is none; `forbidden` where Keystone will not
    /// say.
    pub async fn project(&self, id: &str) -> Result<Option<Reference>> {
        let answer = self.ask(&["projects", id], None).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        Ok(Some(answer.check().await?.json::<One>().await?.project))
    }

    /// Projects of a name (`/v3/projects?name=`). `forbidden` for ordinary members.
    pub async fn find_projects(&self, name: &str) -> Result<Vec<Reference>> {
        let answer = self.ask(&["projects"], Some(("name", name))).await?;
        Ok(answer.check().await?.json::<Many>().await?.projects)
    }

    /// Asks the Keystone that is logged in to; its entry in the catalogue may be one that cannot be reached
    /// from here.
    async fn ask(&self, path: &[&str], query: Option<(&str, &str)>) -> Result<Response> {
        let base = probe::identity_url(self.settings())?;
        let invalid = || Error::new(Kind::Config, format!("\"{base}\" is no URL"));
        let mut url = Url::parse(&base).map_err(|_| invalid())?;
        url.path_segments_mut().map_err(|()| invalid())?.extend(path);
        if let Some((name, value)) = query {
            url.query_pairs_mut().append_pair(name, value);
        }
        self.send(Request::new(Method::GET, url)).await
    }
}
