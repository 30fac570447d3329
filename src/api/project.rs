//! `cloud:project(ref)`: a project that was found to exist, and how it was found.
//!
//! Glance takes any text as a member, so a typo becomes a ghost that nobody can accept. A project is verified
//! by a log-in to it, or by Keystone's word; a plain member may not look other projects up, so the log-in
//! comes first. Source: keystone/api/projects.py, keystone/api/auth.py (`AuthProjects`).

use mlua::{IntoLua, Lua, UserDataMethods, Value};

use super::bind::counted::Counted;
use super::bind::record::Record;
use super::runtime::context::Context;
use crate::budget::size_of_texts;
use crate::config::{Overrides, Settings};
use crate::error::{Error, Kind, Result, nearest};
use crate::glance::Glance;
use crate::keystone::{Reference, Session};

/// A verified project.
#[derive(Clone, PartialEq)]
pub(super) struct ProjectRecord {
    id: String,
    name: String,
    /// The clouds.yaml entry that logs in to it, where there is one.
    cloud: Option<String>,
    source: &'static str,
}

impl ProjectRecord {
    fn new(project: Reference, cloud: Option<String>, source: &'static str) -> ProjectRecord {
        ProjectRecord { id: project.id, name: project.name, cloud, source }
    }
}

impl Record for ProjectRecord {
    const CLASS: &'static str = "project";
    const FIELDS: &'static [&'static str] = &["id", "name", "cloud", "verified", "source"];
    const METHODS: &'static [&'static str] = &[];

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        match name {
            "id" => self.id.as_str().into_lua(lua),
            "name" => self.name.as_str().into_lua(lua),
            "cloud" => self.cloud.as_deref().into_lua(lua),
            "verified" => Ok(Value::Boolean(true)),
            _ => self.source.into_lua(lua),
        }
    }

    fn title(&self) -> String {
        format!("project {} ({})", self.name, self.id)
    }

    fn memory(&self) -> usize {
        size_of_texts([&*self.id, &*self.name, self.cloud.as_deref().unwrap_or_default()])
    }

    fn bind<M: UserDataMethods<Counted<Self>>>(_: &mut M) {}
}

impl IntoLua for ProjectRecord {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        Counted::into_lua(lua, self)
    }
}

/// Finds a project by clouds.yaml entry, ID or name. Errors: `not_found` (it cannot be verified).
pub(super) async fn find(context: &Context, glance: &Glance, reference: &str) -> Result<ProjectRecord> {
    if reference.is_empty() {
        return Err(Error::new(Kind::Usage, "the project's name or ID is empty"));
    }
    let session = glance.session();
    let names = context.config()?.names();
    if names.iter().any(|name| name == reference) {
        return find_by_entry(context, session, reference).await;
    }
    if let Some(own) = session.access().await?.project.clone().filter(|own| is(own, reference)) {
        return Ok(ProjectRecord::new(own, Some(session.settings().name.clone()), "token"));
    }
    let (project, failure) = find_by_entries(context, session, reference).await?;
    if let Some(project) = project {
        return Ok(project);
    }
    if let Some(own) = pick(session.own_projects().await?, reference)? {
        return Ok(ProjectRecord::new(own, None, "own projects"));
    }
    let what = match find_in_keystone(session, reference).await {
        Ok(Some(project)) => return Ok(ProjectRecord::new(project, None, "keystone")),
        Ok(None) => format!("there is no project '{reference}'"),
        Err(error) if error.kind() == Kind::Forbidden => unverified(reference),
        Err(error) => return Err(error),
    };
    Err(failure.unwrap_or_else(|| missing(reference, &what, &names)))
}

/// The project by an entry whose configured project it is, and how the first log-in that failed did.
///
/// A name may be several domains' projects, so of a name all entries are asked. Errors: `ambiguous`.
async fn find_by_entries(
    context: &Context,
    session: &Session,
    reference: &str,
) -> Result<(Option<ProjectRecord>, Option<Error>)> {
    let mut found: Vec<ProjectRecord> = Vec::new();
    let mut scopes = Vec::new();
    let mut failure = None;
    for entry in context.config()?.entries_for_project(reference) {
        let settings = match context.settings(Some(&entry), &Overrides::new()) {
            Ok(settings) if is_same_cloud(&settings, session) => settings,
            _ => continue,
        };
        if scopes.contains(&settings.scope) {
            continue;
        }
        match find_by_entry(context, session, &entry).await {
            Ok(project) if project.id == reference => return Ok((Some(project), None)),
            Ok(project) => {
                scopes.push(settings.scope);
                if found.iter().all(|known| known.id != project.id) {
                    found.push(project);
                }
            }
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    if found.len() > 1 {
        return Err(ambiguous(reference, found.iter().map(|project| project.id.as_str())));
    }
    Ok((found.pop(), failure))
}

/// The ID of a project that is only asked about, never given anything: an ID is taken as it is.
pub(super) async fn id(context: &Context, glance: &Glance, reference: &str) -> Result<String> {
    if looks_like_id(reference) {
        return Ok(reference.to_string());
    }
    Ok(find(context, glance, reference).await?.id)
}

/// Logs in as the entry; its token says which project that is.
async fn find_by_entry(context: &Context, session: &Session, entry: &str) -> Result<ProjectRecord> {
    if !is_same_cloud(&context.settings(Some(entry), &Overrides::new())?, session) {
        let message = format!("'{entry}' is a project of another cloud than '{}'", session.settings().name);
        return Err(Error::new(Kind::Usage, message)
            .advice("an image can be shared only within one Keystone; copy it to the other cloud instead"));
    }
    let other = context
        .connect(Some(entry), &Overrides::new())
        .await
        .map_err(|error| error.context(format!("logging in by the clouds.yaml entry '{entry}'")))?;
    let access = other.session().access().await?;
    match access.project.clone() {
        Some(project) => Ok(ProjectRecord::new(project, Some(entry.to_string()), "clouds.yaml")),
        None => Err(Error::new(Kind::Config, format!("the clouds.yaml entry '{entry}' is for no project"))
            .advice("give it a project_id or project_name, or name the project by its ID")),
    }
}

async fn find_in_keystone(session: &Session, reference: &str) -> Result<Option<Reference>> {
    if looks_like_id(reference) {
        return session.project(reference).await;
    }
    pick(session.find_projects(reference).await?, reference)
}

fn pick(projects: Vec<Reference>, reference: &str) -> Result<Option<Reference>> {
    let mut found: Vec<_> = projects.into_iter().filter(|project| is(project, reference)).collect();
    if found.len() > 1 {
        return Err(ambiguous(reference, found.iter().map(|project| project.id.as_str())));
    }
    Ok(found.pop())
}

fn ambiguous<'a>(name: &str, ids: impl Iterator<Item = &'a str>) -> Error {
    let ids: Vec<_> = ids.collect();
    let message = format!("{} projects are named '{name}': {}", ids.len(), ids.join(", "));
    Error::new(Kind::Ambiguous, message).advice("name the one that is meant by its ID")
}

fn is(project: &Reference, reference: &str) -> bool {
    project.id == reference || project.name == reference
}

/// Keystone's IDs: 32 hexadecimal digits, with or without dashes; `default` and others of LDAP's making are
/// names here.
fn looks_like_id(reference: &str) -> bool {
    reference.chars().filter(|c| *c != '-').count() == 32
        && reference.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

fn is_same_cloud(settings: &Settings, session: &Session) -> bool {
    keystone(settings.auth_url.as_deref()) == keystone(session.settings().auth_url.as_deref())
}

/// An auth URL without what may differ between two spellings of the same.
fn keystone(url: Option<&str>) -> Option<String> {
    let url = url?.trim_end_matches('/');
    Some(url.strip_suffix("/v3").unwrap_or(url).trim_end_matches('/').to_lowercase())
}

/// The message where Keystone does not say whether a project exists.
fn unverified(reference: &str) -> String {
    let by = if looks_like_id(reference) { "this project" } else { "projects by name" };
    format!("cannot verify that project '{reference}' exists: Keystone does not let this user look up {by}")
}

fn missing(reference: &str, message: &str, names: &[String]) -> Error {
    let advice = match nearest(reference, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean the clouds.yaml entry '{near}'?"),
        None => {
            "give the ID that its own users see, or add a clouds.yaml entry that logs in to it".to_string()
        }
    };
    Error::new(Kind::NotFound, message).op("project").advice(advice)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn takes_thirty_two_hexadecimal_digits_for_an_id() {
        assert!(looks_like_id("81a6b099ae4f4f1ebe3b483842eab373"));
        assert!(looks_like_id("81a6b099-ae4f-4f1e-be3b-483842eab373"));
        assert!(!looks_like_id("project-b"));
        assert!(!looks_like_id("81a6b099ae4f4f1ebe3b483842eab37z"));
    }

    #[test]
    fn tells_one_keystone_from_another_and_not_two_spellings_of_one() {
        let same = keystone(Some("https://auth.example.net/v3/"));
        assert_eq!(same, keystone(Some("https://AUTH.example.net")));
        assert_ne!(same, keystone(Some("https://other.example.net/v3")));
    }

    #[test]
    fn two_projects_of_one_name_are_ambiguous() {
        let project = |id: &str| Reference { id: id.into(), name: "twin".into() };
        assert_eq!(pick(vec![project("1")], "twin").unwrap().unwrap().id, "1");
        let error = pick(vec![project("1"), project("2")], "twin").unwrap_err();
        assert_eq!(error.kind(), Kind::Ambiguous);
        assert!(error.message().contains("1, 2"), "{error}");
    }
}
