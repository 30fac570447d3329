//! How a door is made.
//!
//! Plain values; whoever makes a door has read them from somewhere.

use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use super::guard::effect_limit::Effects;
use super::server_health::Servers;
use super::trace::exchange::Event;
use crate::budget::Budget;

/// What is told of every exchange.
pub type Trace = Rc<dyn Fn(&Event)>;

/// What is told what a person should know while it waits.
pub type Note = Rc<dyn Fn(&str)>;

/// How a door is made.
#[derive(Clone)]
pub struct Options {
    /// A PEM file of certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// A PEM file with the client's certificate, and the file of its key where that is another.
    pub client_cert: Option<(PathBuf, Option<PathBuf>)>,
    /// Trust whatever certificate is shown.
    pub insecure: bool,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long an answer may take to begin, and each part of it to come.
    ///
    /// An upload counts as progress: the time runs from the last part that was taken.
    pub read_timeout: Duration,
    /// How often a request is sent at most where no connection was had.
    pub connect_attempts: u32,
    /// How often a request is sent at most where 429 or 5xx was answered, or the answer was lost.
    pub status_attempts: u32,
    /// The same where the server asked to wait (429, and 503 with a `Retry-After`); it is not asked
    /// meanwhile.
    ///
    /// A wait that would take longer than `read_timeout` is not begun.
    pub asked_attempts: u32,
    /// What the doors of a run know of the servers that they share.
    pub servers: Servers,
    /// The memory that what is received may take.
    pub budget: Budget,
    /// What may leave.
    pub effects: Effects,
    /// Told of every request and answer, secrets already redacted (`--debug`, `--timing`).
    pub trace: Option<Trace>,
    /// Told, in words for a person, of a wait that a server asks for, and of what work notes.
    pub note: Option<Note>,
}

impl Options {
    /// What holds where nothing was configured: 10 s to connect (3 attempts), 120 s of silence, 4 attempts,
    /// 20 where the server asks to wait.
    ///
    /// 120 s is longer than the proxies before a cloud wait, so that their own word (504) arrives first.
    pub fn new(effects: Effects) -> Options {
        Options {
            ca_file: None,
            client_cert: None,
            insecure: false,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_mins(2),
            connect_attempts: 3,
            status_attempts: 4,
            asked_attempts: 20,
            servers: Servers::default(),
            budget: Budget::default(),
            effects,
            trace: None,
            note: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("ca_file", &self.ca_file)
            .field("client_cert", &self.client_cert)
            .field("insecure", &self.insecure)
            .field("connect_timeout", &self.connect_timeout)
            .field("read_timeout", &self.read_timeout)
            .field("connect_attempts", &self.connect_attempts)
            .field("status_attempts", &self.status_attempts)
            .field("asked_attempts", &self.asked_attempts)
            .field("servers", &self.servers)
            .field("budget", &self.budget)
            .field("effects", &self.effects)
            .field("trace", &self.trace.is_some())
            .field("note", &self.note.is_some())
            .finish()
    }
}
