//! A file that goes when nobody refers to it, and how a reference to it is saved: by its name.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::{Deserialize as _, Error as _};
use serde::{Deserializer, Serializer};

/// A file that is deleted, or thrown on a heap of waste, when this is dropped.
#[derive(Debug)]
pub(super) struct Deleted {
    pub(super) path: PathBuf,
    pub(super) waste: Option<Waste>,
}

impl Drop for Deleted {
    fn drop(&mut self) {
        if let Some(waste) = &self.waste {
            waste.add(std::mem::take(&mut self.path));
        } else {
            // Where it cannot be deleted, the folder will be.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Files that a saved state may still name.
#[derive(Debug, Clone, Default)]
pub(super) struct Waste(Arc<Mutex<Vec<PathBuf>>>);

impl Waste {
    fn add(&self, path: PathBuf) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(path);
    }

    /// All of it; there is none afterwards.
    pub(super) fn take(&self) -> Vec<PathBuf> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

thread_local! {
    /// The folder whose state this thread is reading: serde passes nothing down to the field that needs it.
    static READING: RefCell<Option<Reading>> = const { RefCell::new(None) };
}

struct Reading {
    folder: PathBuf,
    waste: Option<Waste>,
    /// What has been met already: two references to a file must stay two references to one thing.
    files: HashMap<String, Arc<Deleted>>,
}

/// Reads something with references to files of that folder, and gives their names.
pub(super) fn reading<T>(folder: &Path, waste: Option<Waste>, read: impl FnOnce() -> T) -> (T, Vec<String>) {
    READING.set(Some(Reading { folder: folder.to_owned(), waste, files: HashMap::new() }));
    let value = read();
    let names = READING.take().map(|reading| reading.files.into_keys().collect());
    (value, names.unwrap_or_default())
}

/// Writes the file's name.
pub(super) fn serialize<S: Serializer>(file: &Arc<Deleted>, serializer: S) -> Result<S::Ok, S::Error> {
    let name = file.path.file_name().unwrap_or_default();
    serializer.serialize_str(&name.to_string_lossy())
}

/// Finds the file of that name in the folder that is being read.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Deleted>, D::Error> {
    let name = String::deserialize(deserializer)?;
    READING.with_borrow_mut(|reading| {
        let reading = reading.as_mut().ok_or_else(|| D::Error::custom("no folder is being read"))?;
        if let Some(file) = reading.files.get(&name) {
            return Ok(Arc::clone(file));
        }
        let path = reading.folder.join(&name);
        // The name comes from a file that anybody may have written: it leads nowhere else.
        if Path::new(&name).file_name().is_none_or(|last| last != name.as_str()) || !path.is_file() {
            return Err(D::Error::custom(format!("there are no data at {}", path.display())));
        }
        let file = Arc::new(Deleted { path, waste: reading.waste.clone() });
        reading.files.insert(name, Arc::clone(&file));
        Ok(file)
    })
}
