//! Where a case runs: a home folder, a working folder and what must stay as it is around them.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::case::Case;

/// What one run printed, how it ended, and how much memory it had at most.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: Option<i32>,
    pub(crate) peak_kib: u64,
    pub(crate) is_late: bool,
    /// Ended because it took far more memory than it may.
    pub(crate) is_fat: bool,
}

/// The folders of one case.
pub(crate) struct Place {
    outer: TempDir,
}

impl Place {
    /// `home`, `here`, and a file beside them that nobody may touch.
    pub(crate) fn new(case: &Case, clouds_yaml: &str, fill: &dyn Fn(&str) -> String) -> Place {
        let outer = tempfile::tempdir().unwrap();
        for folder in ["home", "here", "elsewhere"] {
            fs::create_dir(outer.path().join(folder)).unwrap();
        }
        let place = Place { outer };
        let config = if case.at_home { "home/clouds.yaml" } else { "here/clouds.yaml" };
        place.write("canary", "canary");
        place.write(config, clouds_yaml);
        for (path, text) in &case.files {
            let path = if case.at_home { path.replacen("here/", "home/", 1) } else { path.clone() };
            place.write(&path, &fill(&text.replace("%O", &place.outer().display().to_string())));
        }
        for (path, target) in &case.links {
            let path = place.path(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(target.replace("%O", &place.outer().display().to_string()), path)
                .unwrap();
        }
        for (path, bytes) in &case.sparse {
            fs::File::create(place.path(path)).unwrap().set_len(*bytes).unwrap();
        }
        place
    }

    pub(crate) fn outer(&self) -> &Path {
        self.outer.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.outer.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        // Folders are as a careful user has them, or a case about token caches would try nothing.
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if path.display().to_string().contains("/.") {
            fs::set_permissions(path.parent().unwrap(), Permissions::from_mode(0o700)).unwrap();
        }
        fs::write(&path, text).unwrap();
        if path.display().to_string().contains("/.") {
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        }
    }

    /// Runs the binary once.
    pub(crate) fn run(&self, case: &Case, args: &[String], cloud: &str) -> Ended {
        let lunette = assert_cmd::cargo::cargo_bin("lunette");
        let folder = if case.at_home { "home" } else { "here" };
        let mut command = Command::new("/bin/bash");
        let script = case.shell.iter().map(|line| format!("{line}; ")).collect::<String>();
        command.args(["-c", &format!("{script}exec \"$0\" \"$@\"")]).arg(lunette);
        if let Some(mib) = case.memory_mib {
            command.args(["--max-memory", &format!("{mib}M")]);
        }
        command.args(args).current_dir(self.path(folder)).env_clear();
        command.env("HOME", self.path("home")).env("PATH", "/usr/bin:/bin").env("OS_CLOUD", cloud);
        let outer = self.outer().display().to_string();
        command.envs(case.env.iter().map(|(name, value)| (name, value.replace("%O", &outer))));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let typed = case.typed.as_ref().map(|text| format!("{text}\n'still ' .. 'alive'\n"));
        let mut stdin = child.stdin.take().unwrap();
        let typing = thread::spawn(move || drop(stdin.write_all(typed.unwrap_or_default().as_bytes())));
        let out = reading(child.stdout.take().unwrap());
        let err = reading(child.stderr.take().unwrap());
        let swapping = Arc::new(AtomicBool::new(true));
        let swaps: Vec<_> =
            case.swaps.iter().map(|[path, one, other]| self.swap(path, one, other, &swapping)).collect();
        let (began, mut ended) = (Instant::now(), Ended::default());
        // What is let go on far beyond its limit would take the memory of the machine.
        let most_kib = case.memory_mib.map_or(2048, |mib| mib + 512) << 10;
        let status = loop {
            ended.peak_kib = peak_kib(child.id()).unwrap_or(0).max(ended.peak_kib);
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if began.elapsed() > Duration::from_secs(case.seconds) || ended.peak_kib > most_kib => {
                    ended.is_late = ended.peak_kib <= most_kib;
                    ended.is_fat = ended.peak_kib > most_kib;
                    child.kill().unwrap();
                }
                None => thread::sleep(Duration::from_millis(3)),
            }
        };
        swapping.store(false, Ordering::Relaxed);
        for swap in swaps {
            swap.join().unwrap();
        }
        let _ = typing.join();
        ended.out = out.join().unwrap();
        ended.err = err.join().unwrap();
        ended.code = status.code();
        ended
    }

    /// Makes a path lead to one place and another, in turn, as long as the flag is set.
    fn swap(&self, path: &str, one: &str, other: &str, goes_on: &Arc<AtomicBool>) -> thread::JoinHandle<()> {
        let (path, targets, goes_on) = (self.path(path), [one.to_owned(), other.to_owned()], goes_on.clone());
        let new = path.with_extension("swap");
        thread::spawn(move || {
            while goes_on.load(Ordering::Relaxed) {
                for target in &targets {
                    let _ = std::os::unix::fs::symlink(target, &new).and_then(|()| fs::rename(&new, &path));
                }
            }
        })
    }

    /// Every file, link and folder but those that Lunette keeps for itself: what it is.
    pub(crate) fn snapshot(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        self.walk(self.outer(), &mut |path, about| {
            if !is_lunettes_own(path) {
                found.insert(path.to_owned(), about);
            }
        });
        found
    }

    /// The text of every file that was left, but for tokens in the place where they belong.
    pub(crate) fn left(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        self.walk(self.outer(), &mut |path, _| {
            let is_config = path.ends_with("clouds.yaml") || path.contains("cache/lunette/tokens");
            if !is_config
                && self.path(path).metadata().is_ok_and(|about| about.is_file() && about.len() < 1 << 20)
            {
                let text = fs::read(self.path(path)).unwrap_or_default();
                found.push((path.to_owned(), String::from_utf8_lossy(&text).into_owned()));
            }
        });
        found
    }

    /// The tokens that Lunette kept below the home folder.
    pub(crate) fn kept_tokens(&self) -> Vec<String> {
        let folder = fs::read_dir(self.path("home/.cache/lunette/tokens"));
        // A case may have planted a link there, to a device that never ends.
        let files = folder.into_iter().flatten().flatten();
        let files = files.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        let texts = files.filter_map(|entry| fs::read_to_string(entry.path()).ok());
        let token = |text: String| {
            let kept: serde_json::Value = serde_json::from_str(&text).ok()?;
            kept.get("token")?.as_str().filter(|token| token.len() > 8).map(str::to_owned)
        };
        texts.filter_map(token).collect()
    }

    fn walk(&self, folder: &Path, visit: &mut dyn FnMut(&str, String)) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let shown = path.strip_prefix(self.outer()).unwrap().display().to_string();
            let about = path.symlink_metadata().unwrap();
            if about.is_dir() {
                visit(&shown, "folder".to_owned());
                self.walk(&path, visit);
            } else if about.is_symlink() {
                visit(&shown, format!("link to {}", fs::read_link(&path).unwrap().display()));
            } else if about.is_file() && about.len() < 1 << 20 {
                visit(
                    &shown,
                    format!("{:?} {:?}", about.permissions().mode(), fs::read(&path).unwrap_or_default()),
                );
            } else {
                visit(&shown, format!("{:?} {} bytes", about.permissions().mode(), about.len()));
            }
        }
    }
}

/// Folders of Lunette itself below the home folder, and the folders above them.
fn is_lunettes_own(path: &str) -> bool {
    let own = ["home/.cache/lunette", "home/.local/state/lunette", "home/.local/share/lunette"];
    own.iter().any(|own| path.starts_with(own) || own.starts_with(path))
}

fn reading(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.by_ref().take(64 << 20).read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The most memory that a process has had so far.
fn peak_kib(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
