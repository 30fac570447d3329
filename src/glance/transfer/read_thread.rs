//! Data that are read by blocking calls, on a thread of their own: files, pipes, devices, standard input.
//!
//! Knows nothing of clouds.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use rustix::fs::{FileType, OFlags};
use tokio::sync::mpsc;

use super::parts::{Opened, Parts};
use super::threads::{blocking, spawn};
use crate::error::{Error, Kind, Result};
use crate::folder_entry::{FolderEntry, is};
use crate::http::Bytes;

/// How much is read at once.
const PART_BYTES: usize = 128 << 10;

/// How many parts are read ahead.
const AHEAD: usize = 8;

/// Opens a file. A pipe or a device has no size and gives its data once.
///
/// Errors: `usage` (no such file, no permission, a folder).
pub(in crate::glance) async fn file(path: PathBuf) -> Result<Opened> {
    let name = path.display().to_string();
    // A pipe opens only once somebody writes to it, so the thread that serves all else must not wait for
    // that.
    let opened = blocking("open", move || File::open(path)).await?;
    open_opened(&name, Arc::new(opened.map_err(|error| unreadable(&name, &error))?))
}

/// A file that is opened already. It is read from its start, whatever was read of it before.
///
/// Errors: `usage` (a folder).
pub(in crate::glance) fn open_opened(name: &str, file: Arc<File>) -> Result<Opened> {
    let about = file.metadata().map_err(|error| unreadable(name, &error))?;
    if about.is_dir() {
        return Err(Error::new(Kind::Usage, format!("{name} is a folder, not a file to upload")));
    }
    if about.is_file() {
        let size = Some(about.len());
        return Ok(Opened { parts: parts(name, Box::new(Steady::new(file, about))), size, again: true });
    }
    Ok(Opened { parts: parts(name, Box::new(file)), size: None, again: false })
}

/// A named pipe, which opens only once somebody writes to it. Errors: `usage` (a pipe no more).
pub(in crate::glance) async fn pipe(pipe: FolderEntry) -> Result<Opened> {
    let name = pipe.path().display().to_string();
    let open = move || {
        let file = pipe.open(OFlags::RDONLY)?;
        let is_pipe = is(&rustix::fs::fstat(&file)?, FileType::Fifo);
        if is_pipe { Ok(file) } else { Err(io::Error::other("it is a pipe no more")) }
    };
    let file = blocking("open", open).await?.map_err(|error| unreadable(&name, &error))?;
    Ok(Opened { parts: parts(&name, Box::new(file)), size: None, again: false })
}

/// What a reader gives, part after part. Read on another thread, which ends when nobody listens any more.
pub(in crate::glance) fn parts(name: &str, mut reader: Box<dyn Read + Send>) -> Parts {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let name = name.to_owned();
    let started = spawn("read", move || {
        loop {
            let part = next(&mut *reader).map_err(|error| unreadable(&name, &error));
            let goes_on = matches!(&part, Ok(Some(_)));
            // The end is told too: a thread that dies must not look like one that came to it.
            if sender.blocking_send(part).is_err() || !goes_on {
                return;
            }
        }
    });
    if let Err(error) = started {
        return stream::iter([Err(error)]).boxed_local();
    }
    stream::try_unfold(receiver, |mut receiver| async move {
        let died = || Error::new(Kind::Usage, "reading ended before the data did");
        let part: Option<Bytes> = receiver.recv().await.ok_or_else(died)??;
        Ok(part.map(|part| (part, receiver)))
    })
    .boxed_local()
}

/// The next part, as large as one read makes it; `None` at the end.
fn next(reader: &mut dyn Read) -> io::Result<Option<Bytes>> {
    let mut part = vec![0; PART_BYTES];
    let read = loop {
        match reader.read(&mut part) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read?,
        }
    };
    part.truncate(read);
    Ok((read > 0).then(|| part.into()))
}

/// A file that fails where it is written to meanwhile: half of one state and half of another is no image.
struct Steady {
    file: Arc<File>,
    about: Metadata,
    read: u64,
}

impl Steady {
    fn new(file: Arc<File>, about: Metadata) -> Steady {
        Steady { file, about, read: 0 }
    }

    fn has_changed(&self) -> io::Result<bool> {
        let now = self.file.metadata()?;
        Ok(now.len() != self.about.len() || now.modified()? != self.about.modified()?)
    }
}

impl Read for Steady {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.read)?;
        self.read += count as u64;
        if (count == 0 || self.read > self.about.len()) && self.has_changed()? {
            return Err(io::Error::other("it was written to meanwhile"));
        }
        Ok(count)
    }
}

fn unreadable(name: &str, error: &io::Error) -> Error {
    Error::unreadable(name, error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;
    use std::path::Path;

    use futures_util::TryStreamExt;

    use super::*;

    /// What happens to a file.
    type Change = fn(&Path);

    async fn read(parts: Parts) -> Result<Vec<u8>> {
        let parts: Vec<Bytes> = parts.try_collect().await?;
        Ok(parts.concat())
    }

    #[tokio::test]
    async fn a_file_is_read_whole_in_parts_and_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk");
        let data: Vec<u8> = (0..=255).cycle().take(PART_BYTES * 3 + 7).collect();
        std::fs::write(&path, &data).unwrap();
        for _time in 0..2 {
            let Opened { parts, size, again } = file(path.clone()).await.unwrap();
            assert_eq!((size, again), (Some(data.len() as u64), true));
            assert!(read(parts).await.unwrap() == data);
        }
    }

    #[tokio::test]
    async fn a_file_that_is_written_to_meanwhile_is_no_image() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk");
        let changes: [(&str, Change); 3] = [
            ("grows", |path| File::options().append(true).open(path).unwrap().write_all(b"more").unwrap()),
            ("shrinks", |path| File::options().write(true).open(path).unwrap().set_len(5).unwrap()),
            ("is overwritten", |path| {
                let file = File::options().write(true).open(path).unwrap();
                file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
            }),
        ];
        for (name, change) in changes {
            // More than is read ahead before the change.
            std::fs::write(&path, vec![7; PART_BYTES * (AHEAD + 6)]).unwrap();
            let Opened { mut parts, .. } = file(path.clone()).await.unwrap();
            parts.try_next().await.unwrap();
            change(&path);
            let error = read(parts).await.err().unwrap();
            assert_eq!(
                error.message(),
                format!("cannot read {}: it was written to meanwhile", path.display()),
                "{name}"
            );
        }
    }

    #[tokio::test]
    async fn a_pipe_has_no_size_and_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let writer = path.clone();
        let writing = std::thread::spawn(move || std::fs::write(writer, "abc").unwrap());
        let Opened { parts, size, again } = file(path).await.unwrap();
        assert_eq!((size, again), (None, false));
        assert_eq!(read(parts).await.unwrap(), b"abc");
        writing.join().unwrap();
    }

    #[tokio::test]
    async fn an_opened_fileis_read_from_its_start_each_time_whatever_has_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk");
        std::fs::write(&path, "abc").unwrap();
        let file = Arc::new(File::open(&path).unwrap());
        std::fs::write(folder.path().join("other"), "other").unwrap();
        std::fs::rename(folder.path().join("other"), &path).unwrap();
        for _time in 0..2 {
            let Opened { parts, size, again } = open_opened("disk", file.clone()).unwrap();
            assert_eq!((size, again), (Some(3), true));
            assert_eq!(read(parts).await.unwrap(), b"abc");
        }
    }

    #[tokio::test]
    async fn an_unreadable_source_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for (path, message) in
            [(folder.path().join("missing"), "No such file"), (folder.path().into(), "is a folder")]
        {
            let error = file(path).await.err().unwrap();
            assert_eq!(error.kind(), Kind::Usage);
            assert!(error.message().contains(message), "{error}");
        }
    }
}
