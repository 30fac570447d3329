//! A folder from which the binary reaches a cloud through the proxy, and runs of it there.

use std::env;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

use super::ground::{Ground, Who};
use super::proxy::{Fault, Harm, Proxy};

pub(crate) use super::proxy::LONG;
use crate::world::{Told, command, told};

/// The folder, which is HOME too, and the proxy.
pub(crate) struct Place<'a> {
    pub(crate) ground: &'a Ground,
    pub(crate) proxy: Proxy,
    /// How the names of all images of this test begin.
    pub(crate) prefix: String,
    folder: tempfile::TempDir,
}

/// A run that goes on.
pub(crate) struct Running {
    pub(crate) child: Child,
    out: JoinHandle<String>,
    err: JoinHandle<String>,
}

impl<'a> Place<'a> {
    pub(crate) fn new(ground: &'a Ground, test: &str) -> Place<'a> {
        let (folder, proxy) = (tempfile::tempdir().unwrap(), Proxy::before(&ground.image_url));
        std::fs::write(folder.path().join("clouds.yaml"), ground.clouds_yaml(&proxy.url)).unwrap();
        let prefix = format!("authorship-{}-{test}", std::process::id());
        Place { ground, proxy, prefix, folder }
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// The binary, as project A unless another is named.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = command(self.folder.path());
        command.env("OS_CLOUD", "project-a").arg("--no-progress").args(args);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Told {
        told(&mut self.command(args))
    }

    /// Runs a script; `NAME` in it is the name of a new image, and what it needs besides.
    pub(crate) fn script(&self, text: &str) -> Told {
        self.run(&["-e", &self.filled(text)])
    }

    /// Starts a script.
    pub(crate) fn start(&self, text: &str) -> Running {
        Running::of(&mut self.command(&["-e", &self.filled(text)]))
    }

    /// `NAME` in a script stands for the name and the formats of a new image.
    pub(crate) fn filled(&self, text: &str) -> String {
        let name = format!("name = '{}-new', disk_format = 'raw', container_format = 'bare'", self.prefix);
        text.replace("NAME", &name)
    }

    /// Creates an image in a run of its own, which is when what others left is removed.
    pub(crate) fn next_run(&self) -> Told {
        self.script("cloud:create_image { NAME, data = 'next' }:delete()").ends(0)
    }

    /// A's images of this test, as `status` by ID.
    pub(crate) fn images(&self) -> Vec<(String, String)> {
        let images = self.ground.images(Who::Alice, &self.prefix).into_iter();
        images.map(|(id, image)| (id, image["status"].as_str().unwrap().to_owned())).collect()
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.proxy.harm(&[]);
        self.ground.sweep(&self.prefix);
    }
}

impl Running {
    pub(crate) fn of(command: &mut Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Running { child, out: all(out), err: all(err) }
    }

    /// Sends it a signal; whether it still ran.
    pub(crate) fn signal(&mut self, name: &str) -> bool {
        let runs = self.child.try_wait().unwrap().is_none();
        let _ = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).output();
        runs
    }

    pub(crate) fn end(mut self) -> Told {
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        Told { out: self.out.join().unwrap(), err: self.err.join().unwrap(), code }
    }
}

fn all(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    })
}

/// An upload that never ends; `MORE` are more options.
pub(crate) const ENDLESS: &str = "local sent = false
    cloud:create_image { NAME, MORE data = function()
      if sent then task.sleep(600) end
      sent = true
      return 'data'
    end }";

/// A task that every cloud takes, and that fails at once: it names no image. (A real Glance fetches from few
/// hosts only, and refuses an `import` from any other.)
pub(crate) const TASK: &str = "{ type = 'api_image_import', input = { made_by = 'a test' } }";

pub(crate) fn on_each_cloud(test: &str, work: impl Fn(&Place<'_>)) {
    work(&Place::new(&Ground::sandbox(), test));
    if let Ok(clouds_yaml) = env::var("LUNETTE_FAULTS_CLOUD") {
        work(&Place::new(&Ground::real(&clouds_yaml), test));
    }
}

pub(crate) fn fault(operation: &'static str, harm: Harm, count: u32) -> Fault {
    Fault { operation, harm, count }
}

/// Starts a script and waits until its data are on their way.
pub(crate) fn uploading(place: &Place<'_>, more: &str) -> Running {
    place.proxy.forget();
    let running = place.start(&ENDLESS.replace("MORE", more));
    place.proxy.wait_for("upload", false, LONG);
    running
}
