//! Where the data of an upload come from: a file, text, parts that somebody makes, or another image.
//!
//! Knows how data are opened, once or as often as need be, and nothing of how they are sent: that is
//! `upload`'s.

use std::cell::RefCell;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{self, StreamExt};

use super::super::{Glance, Image};
use super::hash::Hash;
use super::parts::{Opened, Parts};
use super::read_thread;
use crate::error::{Error, Kind, Result};
use crate::folder_entry::FolderEntry;
use crate::http::Bytes;

/// Opens data from their start.
type Open = Rc<dyn Fn() -> LocalBoxFuture<'static, Result<Opened>>>;

/// Where the data of an upload come from.
#[derive(Clone)]
pub struct Source {
    /// What errors call it: `disk.qcow2`, `standard input`.
    pub(in crate::glance) name: String,
    pub(in crate::glance) open: Open,
    /// Bytes in all, as somebody said.
    pub(in crate::glance) size: Option<u64>,
    pub(in crate::glance) may_be_empty: bool,
    /// The hashes that the data have, where they are known beforehand.
    pub(in crate::glance) hashes: Vec<Hash>,
}

impl Source {
    /// A file, opened anew for each attempt; a pipe or a device, which gives its data once.
    pub fn file(path: PathBuf) -> Source {
        let name = path.display().to_string();
        Source::from_opener(name, move || Box::pin(read_thread::file(path.clone())))
    }

    /// A file that is opened already, read from its start for each attempt. The path is for messages.
    pub fn from_file(path: &Path, file: File) -> Source {
        let (name, file) = (path.display().to_string(), Arc::new(file));
        Source::from_opener(name.clone(), move || {
            let opened = read_thread::open_opened(&name, file.clone());
            Box::pin(async move { opened })
        })
    }

    /// A named pipe, opened once data are wanted. It gives them once.
    pub fn pipe(pipe: FolderEntry) -> Source {
        let name = pipe.path().display().to_string();
        Source::from_opener(name, move || Box::pin(read_thread::pipe(pipe.clone())))
    }

    /// Bytes that are at hand.
    pub fn bytes(bytes: impl Into<Bytes>) -> Source {
        let bytes = bytes.into();
        Source::from_opener("the text".into(), move || {
            let size = Some(bytes.len() as u64);
            let parts = stream::iter([Ok(bytes.clone())]).boxed_local();
            Box::pin(async move { Ok(Opened { parts, size, again: true }) })
        })
    }

    /// Parts that are made once and cannot be made again, such as those of a pipe or of a script's function.
    pub fn parts(name: impl Into<String>, parts: Parts) -> Source {
        let name = name.into();
        let (left, called) = (Rc::new(RefCell::new(Some(parts))), name.clone());
        Source::from_opener(name, move || {
            let parts = left.borrow_mut().take();
            let gone = Error::new(Kind::Usage, format!("{called} cannot be read a second time"));
            Box::pin(async move { Ok(Opened { parts: parts.ok_or(gone)?, size: None, again: false }) })
        })
    }

    /// What a blocking reader gives, read on a thread of its own.
    pub fn reader(name: impl Into<String>, reader: Box<dyn std::io::Read + Send>) -> Source {
        let name = name.into();
        let parts = read_thread::parts(&name, reader);
        Source::parts(name, parts)
    }

    /// The data of an image, of this cloud or another: streamed, and downloaded again for each attempt.
    ///
    /// The download verifies them against the image's hash before the last part of them is sent on.
    pub fn image(glance: &Glance, image: &Image) -> Source {
        // One transfer is shown, not its two halves.
        let glance = Glance { progress: None, ..glance.clone() };
        let hashes = Hash::all_of(image).collect();
        let image = image.clone();
        let name = format!("image {}", image.id);
        let open = move || -> LocalBoxFuture<'static, Result<Opened>> {
            let (glance, image) = (glance.clone(), image.clone());
            Box::pin(async move {
                let download = glance.download_stream(&image).await?;
                let size = download.total_bytes();
                let parts = stream::try_unfold(download, |mut download| async move {
                    Ok(download.chunk().await?.map(|part| (part, download)))
                });
                Ok(Opened { parts: parts.boxed_local(), size, again: true })
            })
        };
        Source { hashes, ..Source::from_opener(name, open) }
    }

    /// The same, known to be that many bytes.
    pub fn with_size(self, size: Option<u64>) -> Source {
        Source { size, ..self }
    }

    /// The same, which may be empty: otherwise no image becomes active without data.
    pub fn or_empty(self, may_be_empty: bool) -> Source {
        Source { may_be_empty, ..self }
    }

    fn from_opener(
        name: String,
        open: impl Fn() -> LocalBoxFuture<'static, Result<Opened>> + 'static,
    ) -> Source {
        Source { name, open: Rc::new(open), size: None, may_be_empty: false, hashes: Vec::new() }
    }
}
