//! Looks host names up, each on a thread of its own.
//!
//! The HTTP library's own resolver uses tokio's pool of threads, which panics where the system has no more
//! of them.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::thread;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;

use crate::error::Error;

/// The system's resolver.
pub(super) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let (tell, found) = oneshot::channel();
            // The port is replaced by that of the URL.
            let look_up =
                move || (name.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<SocketAddr>>);
            let started =
                thread::Builder::new().name("resolve".into()).spawn(move || drop(tell.send(look_up())));
            started.map_err(|refusal| io::Error::other(Error::no_thread(&refusal)))?;
            let addresses = found.await.map_err(io::Error::other)??;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
