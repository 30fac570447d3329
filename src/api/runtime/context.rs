//! What all clouds of a run share: configuration, effects, and the clouds that are connected already.
//!
//! Must not know Lua; `glance.connect` and the recipes come here for a cloud.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;

use super::pipes::Pipes;
use crate::budget::{Budget, Charge};
use crate::config::{Config, Inputs, Overrides, Settings};
use crate::error::Result;
use crate::glance::{Begin, Extent, Glance, Ledger};
use crate::http::{Door, Effects, Note, Servers, Trace};
use crate::keystone::{Session, door_options};

/// What a run is given to reach clouds with.
pub struct Access {
    /// clouds.yaml and the environment.
    pub inputs: Inputs,
    /// `--os-cloud`: the cloud meant where none is named.
    pub cloud: Option<String>,
    /// The other `--os-*` options, in clouds.yaml's words; they apply to the cloud above only.
    pub overrides: Overrides,
    /// What may leave.
    pub effects: Effects,
    /// The folder tokens are kept in; `None` keeps none.
    pub token_cache: Option<PathBuf>,
    /// The folder in which images that are begun are marked; `None` marks none.
    pub unfinished: Option<PathBuf>,
    /// Lists the images that are begun and not complete, for a process that ends without clean-up.
    pub ledger: Ledger,
    /// `--timeout`: how long any answer may take to begin and to go on.
    pub timeout: Option<Duration>,
    /// Told of every request.
    pub trace: Option<Trace>,
    /// Shows transfers and waits: given a label, returns what is told how far it is, until that is dropped.
    pub progress: Option<Begin>,
}

/// The clouds of a run. A cloud that is asked for twice is connected once.
pub(in crate::api) struct Context {
    access: Access,
    /// Where piped data come from and go to.
    pub(in crate::api) pipes: Pipes,
    /// Whether scripts may say where credentials are sent.
    pub(in crate::api) trust: bool,
    /// Told what a person should know.
    note: Note,
    /// The memory of this run.
    pub(in crate::api) budget: Budget,
    /// What all doors of this run know of the servers.
    servers: Servers,
    config: OnceCell<Config>,
    connected: RefCell<HashMap<String, Connection>>,
    /// The cloud meant where none is named.
    chosen: RefCell<Option<String>>,
}

/// A cloud that is logged in to, and its memory.
struct Connection {
    glance: Glance,
    _memory: Charge,
}

/// Bytes that a connection takes: its settings, its token with the catalogue, its HTTP client and sockets.
const CONNECTION: usize = 32 << 10;

impl Context {
    pub(in crate::api) fn new(
        access: Access,
        pipes: Pipes,
        trust: bool,
        note: Note,
        budget: Budget,
    ) -> Rc<Context> {
        let (servers, config, connected) = (Servers::default(), OnceCell::new(), RefCell::default());
        let chosen = RefCell::new(access.cloud.clone());
        Rc::new(Context { access, pipes, trust, note, budget, servers, config, connected, chosen })
    }

    /// Means another cloud from now on where none is named. Errors: `config`, and then nothing has changed.
    pub(in crate::api) fn choose(&self, name: &str) -> Result<()> {
        self.settings(Some(name), &Overrides::new())?;
        self.chosen.replace(Some(name.to_owned()));
        Ok(())
    }

    /// What may leave, for every cloud of this run.
    pub(in crate::api) fn effects(&self) -> &Effects {
        &self.access.effects
    }

    /// The configuration, read at the first need.
    pub(in crate::api) fn config(&self) -> Result<&Config> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = Config::read(self.access.inputs.clone())?;
        Ok(self.config.get_or_init(|| config))
    }

    /// The settings of a cloud: the named one, else the chosen one.
    ///
    /// The `--os-*` options count for one cloud only: the one that `--os-cloud` or `OS_CLOUD` names, or that
    /// is meant where none is named. It keeps them when a script names it.
    pub(in crate::api) fn settings(&self, name: Option<&str>, options: &Overrides) -> Result<Settings> {
        let chosen = self.chosen.borrow();
        let name = name.or(chosen.as_deref());
        if !self.is_main(name)? {
            return self.config()?.cloud(name, options);
        }
        let mut overrides = self.access.overrides.clone();
        overrides.extend(options.iter().map(|(key, value)| (key.clone(), value.clone())));
        self.config()?.main_cloud(name, &overrides)
    }

    /// Whether that is the cloud that the command line means, by its name or by none.
    fn is_main(&self, name: Option<&str>) -> Result<bool> {
        let Some(name) = name else { return Ok(true) };
        Ok(match self.access.cloud.as_deref() {
            Some(main) => main == name,
            None => self.config()?.usual_cloud(&self.access.overrides).is_ok_and(|main| main == name),
        })
    }

    /// A cloud, logged in. Errors: those of the configuration and of the log-in; `limit`.
    pub(in crate::api) async fn connect(&self, name: Option<&str>, options: &Overrides) -> Result<Glance> {
        let settings = self.settings(name, options)?;
        let key = key(&settings, options);
        if let Some(connection) = self.connected.borrow().get(&key) {
            return Ok(connection.glance.clone());
        }
        let memory = self.budget.charge(CONNECTION + 2 * key.len())?;
        let glance = self.open(settings);
        glance.session().access().await?;
        let connection = Connection { glance: glance.clone(), _memory: memory };
        self.connected.borrow_mut().insert(key, connection);
        Ok(glance)
    }

    /// The chosen cloud, if somebody has connected to it.
    pub(in crate::api) fn chosen_if_connected(&self) -> Option<Glance> {
        let settings = self.settings(None, &Overrides::new()).ok()?;
        let connected = self.connected.borrow();
        connected.get(&key(&settings, &Overrides::new())).map(|connection| connection.glance.clone())
    }

    fn open(&self, settings: Settings) -> Glance {
        let mut options = door_options(&settings, self.access.effects.clone(), self.access.trace.clone());
        options.servers = self.servers.clone();
        options.note = Some(self.note.clone());
        options.budget = self.budget.clone();
        if let Some(timeout) = self.access.timeout {
            options.connect_timeout = options.connect_timeout.min(timeout);
            options.read_timeout = timeout;
        }
        let door = Door::new(options);
        let glance = Glance::new(Session::new(settings, door, self.access.token_cache.clone()));
        let glance = glance.with_marks(self.access.unfinished.clone(), self.access.ledger.clone());
        match &self.access.progress {
            Some(begin) => glance.with_display(begin.clone()),
            None => glance,
        }
    }

    /// Lists the images that are begun and not complete.
    pub(in crate::api) fn ledger(&self) -> Ledger {
        self.access.ledger.clone()
    }

    /// Tells a person what they should know.
    pub(in crate::api) fn tell(&self, text: &str) {
        (self.note)(text);
    }

    /// Whether images were begun and not completed, in any cloud.
    pub(in crate::api) fn has_orphans(&self) -> bool {
        self.connected.borrow().values().any(|connection| connection.glance.has_orphans())
    }

    /// Returns a sentence for each image that earlier runs may have left, where this run has only read.
    pub(in crate::api) fn left_behind(&self) -> Vec<String> {
        self.connected.borrow().values().flat_map(|one| one.glance.left_behind()).collect()
    }

    /// Removes the images that were begun and not completed, in every cloud; returns what a person should
    /// know.
    pub(in crate::api) async fn remove_orphans(&self, extent: Extent) -> Vec<String> {
        let clouds: Vec<Glance> = self.connected.borrow().values().map(|one| one.glance.clone()).collect();
        let told = join_all(clouds.iter().map(|glance| glance.remove_orphans(extent))).await;
        told.into_iter().flatten().collect()
    }
}

/// What tells one connection from another. A region that is named and one that an entry has anyway are one.
fn key(settings: &Settings, options: &Overrides) -> String {
    let others: Vec<_> = options.iter().filter(|(key, _)| *key != "region_name").collect();
    format!("{} {:?} {others:?}", settings.name, settings.region)
}
