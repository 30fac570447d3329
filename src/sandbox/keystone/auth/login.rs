//! From the body of `POST /v3/auth/tokens` to a token: who it is, and what the token is for.

use std::time::Duration;

use serde_json::Value;

use crate::sandbox::keystone::fault::Fault;
use crate::sandbox::keystone::schema;
use crate::sandbox::state::State;
use crate::sandbox::state::identity::{Credential, Domain, Identity, Project, User};
use crate::sandbox::state::token::{Scope, Token, random_audit_id};

/// What a token may be for; only one of them.
const SCOPES: [&str; 5] = ["system", "project", "domain", "OS-TRUST:trust", "unscoped"];

/// Who was recognised, and what that brings along.
#[derive(Default)]
struct Proof {
    user: Option<String>,
    methods: Vec<String>,
    /// The token that was shown, when one was.
    parent: Option<Token>,
    credential: Option<Credential>,
}

/// Checks the proofs in a body and gives the token that it asks for, not yet issued.
pub(crate) fn login(state: &State, lifetime: Duration, body: &Value) -> Result<Token, Fault> {
    let auth = body.get("auth").ok_or_else(|| Fault::expected("auth", "request body"))?;
    schema::check_login(auth)?;
    let identity = &auth["identity"];
    let methods = identity["methods"].as_array().into_iter().flatten();

    let mut proof = Proof::default();
    for method in methods.filter_map(Value::as_str) {
        prove(state, identity, method, &mut proof)?;
    }
    let user =
        proof.user.as_deref().and_then(|id| state.identity.user(id)).ok_or_else(Fault::unauthorized)?;
    let scope = scope(&state.identity, user, &proof, auth.get("scope"))?;
    Ok(token(state, lifetime, user, scope, proof))
}

fn prove(state: &State, identity: &Value, method: &str, proof: &mut Proof) -> Result<(), Fault> {
    if !matches!(method, "password" | "token" | "application_credential") {
        return Err(Fault::unsupported_method());
    }
    let shown = identity.get(method).ok_or_else(|| Fault::expected(method, "identity"))?;
    let user = match method {
        "password" => password(&state.identity, shown)?.id.clone(),
        "token" => {
            let text = shown.get("id").and_then(Value::as_str).unwrap_or_default();
            let parent =
                state.identity.token(text, state.clock.now()).ok_or_else(|| Fault::no_such_token(text))?;
            proof.methods.clone_from(&parent.methods);
            proof.parent = Some(parent.clone());
            parent.user.clone()
        }
        _ => {
            let credential = credential(&state.identity, shown)?;
            if credential.expires_at.is_some_and(|end| end <= state.clock.now()) {
                return Err(Fault::unauthorized());
            }
            proof.credential = Some(credential.clone());
            credential.user.clone()
        }
    };
    if proof.user.as_ref().is_some_and(|other| *other != user) {
        return Err(Fault::unauthorized());
    }
    proof.user = Some(user);
    if !proof.methods.iter().any(|there| there == method) {
        proof.methods.push(method.to_owned());
    }
    Ok(())
}

fn password<'a>(identity: &'a Identity, shown: &Value) -> Result<&'a User, Fault> {
    // The real one has no better name for the place than this.
    let reference = shown.get("user").ok_or_else(|| Fault::expected("user", "None"))?;
    let user = user(identity, reference)?.ok_or_else(Fault::unauthorized)?;
    let given = reference.get("password").and_then(Value::as_str);
    if user.enabled && identity.is_open(&user.domain) && given.is_some() && given == user.password.as_deref()
    {
        Ok(user)
    } else {
        Err(Fault::unauthorized())
    }
}

fn credential<'a>(identity: &'a Identity, shown: &Value) -> Result<&'a Credential, Fault> {
    let found = if let Some(id) = shown.get("id").and_then(Value::as_str) {
        let unknown = || Fault::not_found(&format!("Could not find Application Credential: {id}."));
        identity.credential(id).ok_or_else(unknown)?
    } else {
        let reference = shown.get("user").ok_or_else(|| Fault::expected("user", "application_credential"))?;
        let user = user(identity, reference)?.ok_or_else(Fault::unauthorized)?;
        let name = shown.get("name").and_then(Value::as_str);
        let mut mine = identity.credentials.iter().filter(|credential| credential.user == user.id);
        mine.find(|credential| Some(credential.name.as_str()) == name).ok_or_else(Fault::unauthorized)?
    };
    let secret = shown.get("secret");
    if secret.is_some_and(|secret| !secret.is_string()) {
        return Err(Fault::expected("string", "password"));
    }
    if secret.and_then(Value::as_str) == Some(found.secret.as_str()) {
        Ok(found)
    } else {
        Err(Fault::unauthorized())
    }
}

fn scope(identity: &Identity, user: &User, proof: &Proof, wanted: Option<&Value>) -> Result<Scope, Fault> {
    if let Some(credential) = &proof.credential {
        return match wanted {
            None => Ok(Scope::Project(credential.project.clone())),
            Some(_) => Err(Fault::credential_with_scope()),
        };
    }
    let Some(wanted) = wanted else {
        let default = user.default_project.clone().filter(|id| is_open(identity, user, id));
        return Ok(default.map_or(Scope::Unscoped, Scope::Project));
    };
    let is_one = SCOPES.iter().filter(|scope| wanted.get(scope).is_some()).count() == 1;
    if wanted != "unscoped" && !is_one {
        return Err(Fault::expected("system, project, domain, OS-TRUST:trust or unscoped", "scope"));
    }
    if wanted == "unscoped" || wanted.get("unscoped").is_some() {
        Ok(Scope::Unscoped)
    } else if let Some(reference) = wanted.get("project") {
        project(identity, reference)?
            .filter(|id| is_open(identity, user, id))
            .map(Scope::Project)
            .ok_or_else(Fault::unauthorized)
    } else if wanted.get("system").is_some() && !user.system.is_empty() {
        Ok(Scope::System)
    } else {
        // Nobody has a role in a domain.
        Err(Fault::unauthorized())
    }
}

/// Whether a token of this user may be for this project.
fn is_open(identity: &Identity, user: &User, project: &str) -> bool {
    let is_enabled = |project: &Project| project.enabled && identity.is_open(&project.domain);
    !identity.roles_in(user, project).is_empty() && identity.project(project).is_some_and(is_enabled)
}

fn token(state: &State, lifetime: Duration, user: &User, scope: Scope, proof: Proof) -> Token {
    let roles = match (&scope, &proof.credential) {
        (Scope::Unscoped, _) => Vec::new(),
        (Scope::System, _) => user.system.clone(),
        (Scope::Project(_), Some(credential)) => credential.roles.clone(),
        (Scope::Project(id), None) => state.identity.roles_in(user, id),
    };
    let roles = state.identity.with_implied(&roles);
    let now = state.clock.now();
    let mut audit_ids = vec![random_audit_id()];
    audit_ids.extend(proof.parent.as_ref().and_then(|parent| parent.audit_ids.last().cloned()));
    let end = proof.parent.map_or(now + lifetime, |parent| parent.expires_at);
    let last = proof.credential.as_ref().and_then(|credential| credential.expires_at);
    Token {
        user: user.id.clone(),
        scope,
        roles,
        methods: proof.methods,
        audit_ids,
        issued_at: now,
        expires_at: last.map_or(end, |last| end.min(last)),
        credential: proof.credential.map(|credential| credential.id),
    }
}

/// The user that is meant, by ID or by name and domain.
fn user<'a>(identity: &'a Identity, reference: &Value) -> Result<Option<&'a User>, Fault> {
    if let Some(id) = reference.get("id").and_then(Value::as_str) {
        return Ok(identity.user(id));
    }
    let Some(name) = reference.get("name").and_then(Value::as_str) else {
        return Err(Fault::expected("id or name", "user"));
    };
    Ok(domain(identity, reference, "user")?.and_then(|domain| identity.find_user(name, &domain.id)))
}

/// The ID of the project that is meant, by ID or by name and domain.
fn project(identity: &Identity, reference: &Value) -> Result<Option<String>, Fault> {
    let found = if let Some(id) = reference.get("id").and_then(Value::as_str) {
        identity.project(id)
    } else {
        let name = reference.get("name").and_then(Value::as_str).unwrap_or_default();
        domain(identity, reference, "project")?.and_then(|domain| identity.find_project(name, &domain.id))
    };
    Ok(found.map(|project| project.id.clone()))
}

/// The domain that is named beside a name, which means nothing without it.
fn domain<'a>(identity: &'a Identity, reference: &Value, what: &str) -> Result<Option<&'a Domain>, Fault> {
    let domain = reference.get("domain").ok_or_else(|| Fault::expected("domain", what))?;
    let text = |key| domain.get(key).and_then(Value::as_str);
    Ok(match (text("id"), text("name")) {
        (Some(id), _) => identity.domain(id),
        (None, Some(name)) => identity.find_domain(name),
        (None, None) => None,
    })
}
