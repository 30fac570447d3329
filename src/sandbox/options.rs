//! How a sandbox may be had otherwise. Knows nothing of how it is served.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// What a sandbox is started with. Take the rest from `Options::default()`: more will come.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port to listen on; 0 takes any that is free.
    pub port: u16,
    /// The address to listen on. Anyone who reaches it is let in: the passwords are printed in the documentation.
    pub bind: IpAddr,
    /// Whether the catalogue also has a compute service, with one server built from the image `pfsense` in project B.
    pub compute: bool,
    /// How long a token lives.
    pub token_lifetime: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            compute: false,
            token_lifetime: Duration::from_hours(1),
        }
    }
}
