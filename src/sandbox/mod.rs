//! An OpenStack cloud in a thread: Keystone v3 and Glance v2 on one loopback port.
//!
//! It answers as the real servers do, mistakes included, so that what passes here passes there. It imports
//! nothing of this crate, so that it cannot share the client's misunderstandings.
//!
//! * `state` is the model: what exists, and who may do what with it. It knows nothing of HTTP.
//! * `keystone`, `glance` and `compute` are the routes: they turn requests into calls of the model, and its
//!   results into responses.
//! * `faults` makes requests fail, before or after they take effect.
//! * `data` keeps image data in files, `persist` everything else if asked to.
//! * `serve` puts it all behind a port.

mod clients;
mod cloud;
mod compute;
mod data;
mod escape;
mod faults;
mod fetch;
#[cfg(test)]
mod fuzz;
mod glance;
mod journal;
mod keystone;
mod options;
mod persist;
mod python;
mod reply;
mod serve;
mod state;
mod validate;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use tokio::sync::oneshot;

use cloud::Cloud;
pub use faults::{BadFault, Fault};
pub use options::{Note, Options, Quota};
use state::seed::REGION_TWO;

/// A running sandbox cloud. Dropping it stops it, cuts its connections and deletes its data.
#[derive(Debug)]
pub struct Sandbox {
    cloud: Arc<Cloud>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Binds the port, then serves on a thread of its own.
    ///
    /// It returns when the port accepts connections, and works from synchronous code and inside any runtime.
    ///
    /// # Errors
    /// The port is taken or may not be bound, or the temporary folder cannot be written. `InvalidData`: the
    /// state's file is damaged or of another version; `ResourceBusy`: another sandbox has it.
    pub fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((options.bind, options.port))?;
        listener.set_nonblocking(true)?;
        let cloud = Cloud::start(&base_url(listener.local_addr()?), options)?;
        let (stop, stopped) = oneshot::channel();
        let thread = serve::spawn(listener, Arc::clone(&cloud), stopped)?;
        Ok(Self { cloud, stop: Some(stop), thread: Some(thread) })
    }

    /// Where to log in: `http://127.0.0.1:PORT/identity/v3`.
    pub fn auth_url(&self) -> String {
        self.cloud.auth_url()
    }

    /// The image endpoint, as the catalogue names it: `http://127.0.0.1:PORT/image`.
    pub fn image_url(&self) -> String {
        self.cloud.image_url()
    }

    /// The image endpoint of the second region, which has images of its own.
    pub fn image_url_two(&self) -> String {
        self.cloud.image_url_in(REGION_TWO)
    }

    /// A clouds.yaml with an entry for each way in.
    ///
    /// `project-a`, `project-b` and `project-c` are members of their projects, `project-a-reader` may only
    /// look, `project-a-appcred` logs in with an application credential, `admin` is the operator, and
    /// `service` is Glance itself, with the role of services. The names that end in `-two` are those of
    /// the second region.
    pub fn clouds_yaml(&self) -> String {
        clients::clouds_yaml(&self.cloud.auth_url())
    }

    /// One of its entries under another name, for the clouds.yaml of another cloud; none for a name that is
    /// no entry.
    pub fn entry(&self, cloud: &str, name: &str) -> Option<String> {
        clients::entry(&self.cloud.auth_url(), cloud, name)
    }

    /// The same entry as lines of `export OS_…=…` for a shell, or none for a name that is no entry.
    pub fn exports(&self, cloud: &str) -> Option<String> {
        clients::exports(&self.cloud.auth_url(), cloud)
    }

    /// Moves the cloud's clock forward.
    ///
    /// Tokens end by it, imports go on by it, and what is made or changed afterwards has its time.
    pub fn advance(&self, by: Duration) {
        self.cloud.clock().advance(by);
    }

    /// Sets the cloud's clock; it goes on from there. A time that no service could write leaves it as it is.
    pub fn set_time(&self, time: SystemTime) {
        if let Ok(time) = time.try_into() {
            self.cloud.clock().set(time);
        }
    }

    /// What time it is in the cloud.
    pub fn time(&self) -> SystemTime {
        self.cloud.clock().now().into()
    }

    /// What was asked so far and how it ended, in order: `GET /image/v2/images?limit=2 200`.
    ///
    /// Only the latest hundred thousand are kept.
    pub fn requests(&self) -> Vec<String> {
        self.cloud.journal.lines()
    }

    /// Lets a fault strike from now on, beside those that do already.
    pub fn add_fault(&self, fault: Fault) {
        self.cloud.faults.add(fault);
    }

    /// Lets no fault strike any more.
    pub fn clear_faults(&self) {
        self.cloud.faults.clear();
    }

    /// Calls `ready` as soon as the process can be told to stop, then serves until it is: by ^C, by SIGTERM,
    /// and by SIGHUP where `ends_on_hangup` says so.
    ///
    /// # Errors
    /// Those of `ready`; then that the state could not be written to its file.
    pub fn wait<E: From<io::Error>>(
        mut self,
        ends_on_hangup: bool,
        ready: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        serve::until_told_to_stop(ends_on_hangup, ready)?;
        Ok(self.end()?)
    }

    /// Deletes its data, unless they are kept: for a process that ends without dropping it.
    pub fn delete_data(&self) {
        self.cloud.data.delete();
        if let Some(two) = Cloud::find_region(&self.cloud, REGION_TWO) {
            two.data.delete();
        }
    }

    fn end(&mut self) -> io::Result<()> {
        if let Some(stop) = self.stop.take() {
            // An error means that the thread is already gone, which is what is wanted.
            let _ = stop.send(());
        }
        match self.thread.take() {
            Some(thread) => {
                let _ = thread.join();
                self.cloud.part_with_file()
            }
            None => Ok(()),
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Whoever wants to know how it was saved calls `wait`.
        let _ = self.end();
    }
}

fn base_url(address: SocketAddr) -> String {
    format!("http://{address}")
}
