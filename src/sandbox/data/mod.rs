//! Image data on disk: a temporary folder, files that go when nobody refers to them, and hashes made on the
//! way in.

mod file;
pub(crate) mod folder;
mod hash;
pub(crate) mod inspect;
pub(crate) mod qcow2;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt as _;
use md5::Md5;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha512};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _, BufWriter, SeekFrom};
use tokio_util::io::ReaderStream;

use file::{Deleted, Waste};
use folder::Folder;
pub(crate) use hash::Algorithm;
use hash::{CHUNK, hex};
use inspect::Inspection;

/// The folder. A temporary one goes with all that is in it when it is dropped.
#[derive(Debug)]
pub(crate) struct Data {
    /// Held against other sandboxes.
    folder: Arc<Folder>,
    kept: Option<Waste>,
    format_check: bool,
}

/// Data that lie in a file. The file is deleted with the last copy of this.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Blob {
    #[serde(with = "file")]
    file: Arc<Deleted>,
    /// Bytes.
    pub(crate) size: u64,
    /// MD5 of all of it, in hexadecimal digits; empty where Glance never read it.
    pub(crate) md5: String,
    /// How the next was made.
    pub(crate) algorithm: Algorithm,
    /// The other hash of all of it, in hexadecimal digits; empty where Glance never read it.
    pub(crate) hash: String,
    /// What the first bytes say it is.
    pub(crate) inspection: Inspection,
}

/// Why data could not be taken.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The sender went away.
    Sender,
    /// They could not be written.
    Disk(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl Data {
    /// A new folder among the temporary files.
    pub(crate) fn new() -> io::Result<Self> {
        let folder = Folder::temporary()?;
        Ok(Self { folder: Arc::new(folder), kept: None, format_check: true })
    }

    /// A folder that stays. Files of it are deleted only by [`Data::waste`], so that a state that was saved
    /// finds them.
    pub(crate) fn keep_in(folder: Folder) -> Self {
        Self { folder: Arc::new(folder), kept: Some(Waste::default()), format_check: true }
    }

    /// The same folder for another region; a temporary one still goes with the first.
    pub(crate) fn for_another_region(&self) -> Self {
        Self {
            folder: Arc::clone(&self.folder),
            kept: Some(self.kept.clone().unwrap_or_default()),
            format_check: self.format_check,
        }
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder.path
    }

    /// The files of a folder that stays to which nobody refers any more; each is told once.
    pub(crate) fn waste(&self) -> Vec<PathBuf> {
        self.kept.as_ref().map(Waste::take).unwrap_or_default()
    }

    /// Reads what was saved: the blobs in it are files of this folder. Gives the names of those it has.
    pub(crate) fn reading<T>(&self, read: impl FnOnce() -> T) -> (T, Vec<String>) {
        file::reading(&self.folder.path, self.kept.clone(), read)
    }

    /// The same, for a Glance that looks into data or does not.
    pub(crate) fn checking(mut self, format_check: bool) -> Self {
        self.format_check = format_check;
        self
    }

    /// Deletes the data of a temporary folder, and the folder.
    pub(crate) fn delete(&self) {
        if self.kept.is_none() {
            folder::delete(&self.folder.path);
        }
    }

    /// What a file that cannot be written or read means: the folder itself may be gone.
    pub(crate) fn describe_loss(&self) -> Option<String> {
        let folder = &self.folder.path;
        (!folder.is_dir()).then(|| {
            let folder = folder.display();
            format!("The sandbox's folder {folder} is gone, and the data of its images with it: start the sandbox again.")
        })
    }

    /// Writes data that are at hand.
    pub(crate) fn keep(&self, bytes: &[u8]) -> io::Result<Blob> {
        let file = self.file();
        fs::write(&file.path, bytes)?;
        let mut hashes = Hashes::default();
        hashes.update(bytes);
        Ok(hashes.finish(file, self.format_check))
    }

    /// Writes a request's body as it comes.
    pub(crate) async fn receive(&self, body: Body) -> Result<Blob, Broken> {
        let file = self.file();
        let mut writer = BufWriter::with_capacity(CHUNK, File::create(&file.path).await?);
        let mut hashes = Hashes::default();
        let mut stream = body.into_data_stream();
        while let Some(chunk) = stream.next().await {
            let chunk: Bytes = chunk.map_err(|_| Broken::Sender)?;
            hashes.update(&chunk);
            writer.write_all(&chunk).await?;
        }
        writer.flush().await?;
        Ok(hashes.finish(file, self.format_check))
    }

    fn file(&self) -> Arc<Deleted> {
        Arc::new(Deleted {
            path: self.folder.path.join(uuid::Uuid::new_v4().to_string()),
            waste: self.kept.clone(),
        })
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if self.kept.is_none() {
            self.delete();
        }
    }
}

impl Blob {
    /// A part of it, as a response's body.
    pub(crate) async fn read(&self, offset: u64, length: u64) -> io::Result<Body> {
        let mut file = File::open(&self.file.path).await?;
        if offset > 0 {
            file.seek(SeekFrom::Start(offset)).await?;
        }
        Ok(Body::from_stream(ReaderStream::with_capacity(file.take(length), CHUNK)))
    }

    /// The same, with a hash of that kind.
    pub(crate) async fn add_hash(mut self, algorithm: Algorithm) -> io::Result<Self> {
        if self.algorithm != algorithm {
            self.hash = algorithm.hash_file(&self.file.path).await?;
            self.algorithm = algorithm;
        }
        Ok(self)
    }
}

#[derive(Default)]
struct Hashes {
    md5: Md5,
    sha512: Sha512,
    size: u64,
    head: Vec<u8>,
}

impl Hashes {
    fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.sha512.update(bytes);
        self.size += bytes.len() as u64;
        let wanted = inspect::HEAD.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(wanted));
    }

    fn finish(self, file: Arc<Deleted>, format_check: bool) -> Blob {
        Blob {
            file,
            size: self.size,
            md5: hex(&self.md5.finalize()),
            algorithm: Algorithm::Sha512,
            hash: hex(&self.sha512.finalize()),
            inspection: inspect::inspect(&self.head, self.size, format_check),
        }
    }
}
