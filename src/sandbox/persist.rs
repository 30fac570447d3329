//! `--state FILE`: a sandbox that goes on where the last one ended.
//!
//! The state is JSON in FILE, image data are files in the folder FILE.data, which the sandbox makes itself. A
//! state is written beside the old one and put in its place whole; data go only when no state that may be
//! read again names them. A file that is damaged, or of another version, is never written to.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize as _, Serialize};
use serde_json::Value;

use super::data::Data;
use super::data::folder::{Folder, data_of};
use super::state::State;

/// To be raised whenever what is written could not be read by an older one, or the other way round.
const VERSION: u64 = 3;
const FORMAT: &str = "lunette sandbox";

/// The file, held against other sandboxes.
#[derive(Debug)]
pub(crate) struct Kept {
    path: PathBuf,
}

#[derive(Serialize)]
struct Written {
    format: &'static str,
    version: u64,
    /// Of each region, the first of which is Keystone's too.
    regions: [Value; 2],
}

impl Kept {
    /// Takes the file, and reads the state that is in it; none where there is no file yet.
    ///
    /// # Errors
    /// `InvalidData`: it is damaged, or of another version, or a folder is in its way that no sandbox made.
    /// `ResourceBusy`: another sandbox has it.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Data, Option<[State; 2]>)> {
        let written = match fs::read(path) {
            Ok(bytes) => Some(check(path, &bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
        };
        let folder = Folder::open_kept(sibling(path, ".data"), written.is_some())?;
        let data = Data::keep_in(folder);
        let states = written.map(|written| read(path, written, &data)).transpose()?;
        Ok((Self { path: path.to_owned() }, data, states))
    }

    /// Writes all regions, then deletes the data that they no longer name.
    pub(crate) fn save(&self, data: &Data, regions: [&Mutex<State>; 2]) -> io::Result<()> {
        // What is waste now is named by no region, whatever they go on to do.
        let waste = data.waste();
        let [first, second] =
            regions.map(|state| serde_json::to_value(&*state.lock().unwrap_or_else(PoisonError::into_inner)));
        let written = Written { format: FORMAT, version: VERSION, regions: [first?, second?] };
        write(data.folder(), &self.path, &serde_json::to_vec(&written)?).map_err(|error| {
            let message =
                format!("{} cannot be written, so that the state is not kept: {error}", self.path.display());
            io::Error::new(error.kind(), message)
        })?;
        for path in waste {
            let _ = fs::remove_file(path);
        }
        Ok(())
    }
}

/// Puts a text in the place of a file, whole.
///
/// The draft is in the sandbox's own folder: a file beside the state may be somebody's.
fn write(folder: &Path, path: &Path, text: &[u8]) -> io::Result<()> {
    let new = folder.join("state.new");
    let mut file = File::create(&new)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(&new, path)
}

/// The regions in it, if it is a state of this version.
fn check(path: &Path, bytes: &[u8]) -> io::Result<Value> {
    let mut written: Value = serde_json::from_slice(bytes).map_err(|error| damaged_error(path, &error))?;
    if written.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(damaged_error(path, &"it does not say that it is one"));
    }
    match written.get("version").and_then(Value::as_u64) {
        Some(VERSION) => Ok(written["regions"].take()),
        other => {
            let other = other.map_or("unknown".to_owned(), |version| version.to_string());
            let message = format!(
                "{} was written by another Lunette (its version is {other}, this one reads {VERSION})",
                path.display()
            );
            Err(io::Error::new(io::ErrorKind::InvalidData, message))
        }
    }
}

fn read(path: &Path, written: Value, data: &Data) -> io::Result<[State; 2]> {
    let (states, names) = data.reading(|| <[State; 2]>::deserialize(written));
    let mut states = states.map_err(|error| damaged_error(path, &error))?;
    states.iter_mut().for_each(State::resume);
    // Left by a sandbox that was killed between two states.
    for file in data_of(data.folder()) {
        if !names.iter().any(|known| file.ends_with(known)) {
            let _ = fs::remove_file(file);
        }
    }
    Ok(states)
}

fn damaged_error(path: &Path, why: &dyn std::fmt::Display) -> io::Error {
    let message = format!("{} is damaged, or no state of a sandbox: {why}", path.display());
    io::Error::new(io::ErrorKind::InvalidData, message)
}

fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
