//! One identity in one cloud: logs in at the first need, and again when its token ends.
//!
//! Knows when to log in and where services stand; how a log-in goes is `login`'s business.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;

use jiff::Timestamp;
use tokio::sync::Mutex;

use super::catalog::{self, Wanted};
use super::login::log_in;
use super::token::access::{Access, Granted};
use super::token::agreement;
use super::token::cache::Cache;
use crate::config::{ExposeSecret, Login, Service, Settings};
use crate::error::{Error, Kind, Result, beginning};
use crate::http::{Door, Method, Request, Response, Url, climbs};
use crate::secrets;

/// The longest URL that is sent, in bytes: what follows the host has to fit into the 64 KiB of an HTTP
/// library.
const LONGEST_URL: usize = 65_000;

/// The error of a request whose URL would be too long.
fn too_long_error(path: &str, length: usize) -> Error {
    let path = beginning(path);
    let message = format!("the URL of \"{path}\" is {length} bytes long; a URL has at most {LONGEST_URL}");
    Error::new(Kind::Usage, message).advice("ask for less at a time")
}

/// One identity in one cloud. Cheap to clone; logs in at the first need, once.
#[derive(Clone)]
pub struct Session(Rc<Inner>);

struct Inner {
    settings: Settings,
    door: Door,
    cache: Option<Cache>,
    /// Held while one logs in, so that all others wait for the outcome.
    state: Mutex<State>,
    /// How many log-ins have ended, well or badly.
    log_ins: Cell<u64>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// How the last log-in failed, for those who waited for it: a wrong password is sent once, not once a
    /// task.
    failure: Option<Error>,
}

struct Held {
    access: Rc<Access>,
    good_until: Timestamp,
}

impl Session {
    /// A session; asks nothing yet. `cache` is the folder tokens are kept in, `None` keeps none.
    pub fn new(settings: Settings, door: Door, cache: Option<PathBuf>) -> Session {
        remember_secrets(&settings);
        let cache = cache
            .filter(|_| !matches!(settings.login, Login::None))
            .map(|folder| Cache::new(folder, &settings));
        Session(Rc::new(Inner { settings, door, cache, state: Mutex::default(), log_ins: Cell::new(0) }))
    }

    /// The settings it was made from.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The door it sends by.
    pub fn door(&self) -> &Door {
        &self.0.door
    }

    /// The current log-in, made now if there is none or it is about to end.
    ///
    /// Errors: `unauthorized`, `config` (not a Keystone v3), `unavailable`, `protocol`.
    pub async fn access(&self) -> Result<Rc<Access>> {
        self.access_but(None).await
    }

    /// The base URL of a service type (`image`, `compute`), without a trailing slash: override, else
    /// catalogue.
    ///
    /// The endpoints of `image` and `identity` come without their version, for their paths are written with
    /// it.
    ///
    /// Errors: `config` (no such service, region or interface; names what there is).
    pub async fn endpoint(&self, service: &str) -> Result<Url> {
        let url = self.endpoint_text(service).await?;
        // A catalogue may have one with a password, which no error shows.
        if url.contains('@') {
            secrets::add_url(&url);
        }
        Url::parse(catalog::base(service, &url)).map_err(|_| {
            Error::new(Kind::Config, format!("the {service} endpoint \"{url}\" is no URL"))
                .advice(format!("check {}, or the cloud's catalogue", catalog::override_key(service)))
        })
    }

    /// A request to `path` (with its query, percent-encoded) below the endpoint of a service.
    ///
    /// Errors: `usage` (the path does not begin with `/`, or has a `..` in it), and those of `endpoint`.
    pub async fn request(&self, method: Method, service: &str, path: &str) -> Result<Request> {
        if path.len() > LONGEST_URL {
            return Err(too_long_error(path, path.len()));
        }
        if !path.starts_with('/') {
            return Err(Error::new(Kind::Usage, format!("the path \"{path}\" does not begin with /")));
        }
        // A name that a script or a server chose must not make this a request to another path.
        if climbs(path.split('?').next().unwrap_or_default()) {
            return Err(Error::new(Kind::Usage, format!("the path \"{path}\" has .. in it")));
        }
        let base = self.endpoint(service).await?;
        let url = format!("{}{path}", base.as_str().trim_end_matches('/'));
        let url = Url::parse(&url)
            .map_err(|_| Error::new(Kind::Usage, format!("\"{}\" is no URL", secrets::redact_text(&url))))?;
        if url.as_str().len() > LONGEST_URL {
            return Err(too_long_error(path, url.as_str().len()));
        }
        let op = format!("{method} {}", path.split('?').next().unwrap_or(path));
        Ok(Request::new(method, url).op(op))
    }

    /// Sends with the token; after a 401 logs in anew and sends once more. Any status but that comes back as
    /// it is, and that too where the body cannot be sent again.
    ///
    /// Errors: `unauthorized` (refused with the new token too, or none to be had), and those of `Door::send`.
    pub async fn send(&self, request: Request) -> Result<Response> {
        let access = self.access().await?;
        let response = self.send_with(&access, request.clone()).await?;
        if response.status != 401 || !request.body.can_be_sent_again() {
            return Ok(response);
        }
        if matches!(self.0.settings.login, Login::None) {
            let message = "the service wants a token, and auth_type none has none to send";
            let error = response.error(Kind::Unauthorized, message).status(401);
            return Err(error.advice("give auth_url and credentials, with another auth_type"));
        }
        let repeated = response.repeated;
        // So that a trace tells of the refusal before it tells of the new log-in.
        drop(response);
        let renewed = self.access_but(Some(&access)).await?;
        let mut response = self.send_with(&renewed, request).await?;
        response.repeated |= repeated;
        if response.status != 401 {
            return Ok(response);
        }
        let message = "the token is refused, and so is a new one";
        Err(response
            .error(Kind::Unauthorized, message)
            .status(401)
            .advice("the service may use another Keystone: check auth_url and the service's endpoint"))
    }

    async fn send_with(&self, access: &Access, request: Request) -> Result<Response> {
        let token = access.token.expose_secret();
        let request = if token.is_empty() { request } else { request.header("X-Auth-Token", token) };
        self.0.door.send(request).await
    }

    /// The current log-in, or a new one where the current is `refused`.
    async fn access_but(&self, refused: Option<&Rc<Access>>) -> Result<Rc<Access>> {
        let Inner { settings, door, cache, state, log_ins } = &*self.0;
        let asked_after = log_ins.get();
        let mut state = state.lock().await;
        let now = Timestamp::now();
        if let Some(held) = &state.held
            && held.good_until > now
            && !refused.is_some_and(|refused| Rc::ptr_eq(refused, &held.access))
        {
            return Ok(held.access.clone());
        }
        if log_ins.get() != asked_after
            && let Some(failure) = &state.failure
        {
            return Err(failure.clone());
        }
        if let Some(cache) = cache {
            if refused.is_some() {
                cache.forget();
            } else if let Some(kept) = cache.load(now)
                && agreement::require(&kept.access, settings).is_ok()
            {
                return Ok(state.hold(kept));
            }
        }
        let outcome = log_in(settings, door).await;
        let outcome = outcome.and_then(|granted| {
            agreement::require(&granted.access, settings)?;
            Ok(granted)
        });
        log_ins.set(log_ins.get() + 1);
        match outcome {
            Ok(granted) => {
                if let Some(cache) = cache {
                    cache.save(&granted);
                }
                Ok(state.hold(granted))
            }
            Err(failure) => {
                *state = State { held: None, failure: Some(failure.clone()) };
                Err(failure)
            }
        }
    }

    async fn endpoint_text(&self, service: &str) -> Result<String> {
        let settings = self.settings();
        let given = self.service(service);
        if let Some(url) = &given.endpoint_override {
            return Ok(url.clone());
        }
        if matches!(settings.login, Login::None) {
            let key = catalog::override_key(service);
            return Err(Error::new(
                Kind::Config,
                format!("without a log-in, {key} must say where {service} stands"),
            )
            .advice(format!("set {key}, or another auth_type than none")));
        }
        let access = self.access().await?;
        let wanted = Wanted {
            service: given.service_type.as_deref().unwrap_or(service),
            name: given.service_name.as_deref(),
            interfaces: given.interfaces.as_ref().unwrap_or(&settings.interfaces),
            region: given.region.as_deref().or(settings.region.as_deref()),
        };
        wanted.find(&access.catalog).map(str::to_owned)
    }

    /// What is configured for a service, under whichever of its names.
    fn service(&self, service: &str) -> Service {
        let services = &self.settings().services;
        let spelled = |name: &str| services.get(name).or_else(|| services.get(&name.replace('-', "_")));
        catalog::names(service).find_map(spelled).cloned().unwrap_or_default()
    }
}

impl State {
    fn hold(&mut self, granted: Granted) -> Rc<Access> {
        secrets::add(granted.access.token.expose_secret());
        let access = Rc::new(granted.access);
        self.held = Some(Held { access: access.clone(), good_until: granted.good_until });
        self.failure = None;
        access
    }
}

/// Makes the secrets of a log-in known, so that no error and no trace shows them.
fn remember_secrets(settings: &Settings) {
    settings.login.secrets().for_each(|secret| secrets::add(secret.expose_secret()));
    let overrides = settings.services.values().filter_map(|service| service.endpoint_override.as_ref());
    settings.auth_url.iter().chain(overrides).for_each(|url| secrets::add_url(url));
}
