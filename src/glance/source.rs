//! Where the data of an upload come from, made ready to be sent: measured, counted and hashed on the way through.
//!
//! Knows no Glance: only files, streams and hashes. Long because of its tests: there are many ways to have no data.

use std::cell::Cell;
use std::future::ready;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::TryFutureExt;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::digest::{Hash, Hasher};
use crate::error::{Error, Kind, Result};
use crate::http::{Body, Reopen};

/// Where the data of an upload come from.
#[derive(Clone)]
pub enum Source {
    /// A file, not empty.
    File(PathBuf),
    /// Anything else, not empty. A stream without a length that turns out empty makes the upload fail.
    Body(Body),
}

/// The media type of an image's data, whatever they are.
const MEDIA_TYPE: &str = "application/octet-stream";

/// How much of a file is read at once: with the default of 4 KiB an upload is ten times slower.
const CHUNK_BYTES: usize = 1 << 20;

/// Data that are ready to be sent, as often as need be.
pub(super) struct Data {
    open: Reopen,
    length: Option<u64>,
    meter: Arc<Mutex<Meter>>,
}

/// What went through in the attempt under way.
struct Meter {
    sent_bytes: u64,
    hashers: Vec<(&'static str, Hasher)>,
    /// The stream was read to its end.
    ended: bool,
    /// The last attempt before this one in which all data went through.
    whole: Option<Box<Meter>>,
}

impl Source {
    /// Opens and measures the data, before anything is asked of the cloud.
    ///
    /// Errors: `usage` (no such file, no permission, a folder), `usage` (no data).
    pub(super) fn prepare(self) -> Result<Data> {
        match self {
            Source::File(path) => {
                let length = file_length(&path)?;
                let name = path.display().to_string();
                Data::new(file_opener(path, length), length, &name)
            }
            Source::Body(Body::Empty) => Err(no_data("the upload")),
            Source::Body(Body::Bytes(bytes, _)) => {
                let length = bytes.len() as u64;
                let open: Reopen = Rc::new(move || Ok(stream::iter([Ok(bytes.clone())]).boxed()));
                Data::new(open, Some(length), "the upload")
            }
            Source::Body(Body::Stream { open, length, .. }) => Data::new(open, length, "the stream"),
        }
    }
}

impl Data {
    fn new(open: Reopen, length: Option<u64>, name: &str) -> Result<Data> {
        if length == Some(0) {
            return Err(no_data(name));
        }
        Ok(Data { open, length, meter: Arc::new(Mutex::new(Meter::new())) })
    }

    /// Bytes in all, where that is known.
    pub(super) fn length(&self) -> Option<u64> {
        self.length
    }

    /// Bytes sent so far in this attempt.
    pub(super) fn sent_bytes(&self) -> u64 {
        lock(&self.meter).sent_bytes
    }

    /// The error of a stream that has turned out empty. Kind: `invalid`.
    pub(super) fn emptiness(&self) -> Option<Error> {
        lock(&self.meter).is_empty().then(|| no_data("the stream"))
    }

    /// Whether all data went through in this attempt.
    pub(super) fn is_whole(&self) -> bool {
        lock(&self.meter).is_whole(self.length)
    }

    /// Goes back to the last attempt before this one in which all data went through, if there was one.
    pub(super) fn recall(&self) -> bool {
        let mut meter = lock(&self.meter);
        let whole = meter.whole.take();
        whole.map(|whole| *meter = *whole).is_some()
    }

    /// Compares what was sent with the first of those hashes that was computed. Errors: `integrity`.
    pub(super) fn check(&self, hashes: impl Iterator<Item = Hash>) -> Result<()> {
        let mut sent = std::mem::take(&mut lock(&self.meter).hashers);
        for hash in hashes {
            if let Some(computed) = sent.iter().position(|(name, _)| *name == hash.algorithm) {
                return hash.check(&sent.swap_remove(computed).1.hex());
            }
        }
        Ok(())
    }

    /// The data as a body; every time they are opened they are counted and hashed from the start.
    pub(super) fn body(&self) -> Body {
        let (source, meter, length) = (self.open.clone(), self.meter.clone(), self.length);
        let open: Reopen = Rc::new(move || {
            let parts = source()?;
            lock(&meter).restart(length);
            let (through, end) = (meter.clone(), meter.clone());
            let parts = parts.inspect_ok(move |part| lock(&through).pass(part));
            // An empty stream fails, so that no image becomes active without data.
            let end = stream::iter([()]).filter_map(move |()| ready(lock(&end).end().err().map(Err)));
            Ok(parts.chain(end).boxed())
        });
        Body::Stream { open, length: self.length, media_type: MEDIA_TYPE.to_owned() }
    }
}

impl Meter {
    fn new() -> Meter {
        // Which hash the cloud uses is not known before it has the data: what it uses if nobody changed it, and what it
        // always has besides.
        let hashers =
            ["sha512", "md5"].into_iter().filter_map(|name| Some((name, Hasher::named(name)?))).collect();
        Meter { sent_bytes: 0, hashers, ended: false, whole: None }
    }

    fn restart(&mut self, length: Option<u64>) {
        let mut last = std::mem::replace(self, Meter::new());
        let whole = last.whole.take();
        self.whole = if last.is_whole(length) { Some(Box::new(last)) } else { whole };
    }

    fn is_whole(&self, length: Option<u64>) -> bool {
        self.ended || Some(self.sent_bytes) == length
    }

    fn is_empty(&self) -> bool {
        self.ended && self.sent_bytes == 0
    }

    fn pass(&mut self, part: &[u8]) {
        self.sent_bytes += part.len() as u64;
        self.hashers.iter_mut().for_each(|(_, hasher)| hasher.update(part));
    }

    fn end(&mut self) -> io::Result<()> {
        self.ended = true;
        if self.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

fn lock(meter: &Mutex<Meter>) -> MutexGuard<'_, Meter> {
    meter.lock().unwrap_or_else(PoisonError::into_inner)
}

fn no_data(name: &str) -> Error {
    Error::new(Kind::Usage, format!("{name} is empty: there is nothing to upload"))
        .advice("check where the data come from, or create the image without data and upload later")
}

/// Bytes of a file; `None` of a pipe or device, which tells its length only by ending.
fn file_length(path: &Path) -> Result<Option<u64>> {
    let about = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if about.is_dir() {
        return Err(Error::new(Kind::Usage, format!("{} is a folder, not a file to upload", path.display())));
    }
    if !about.is_file() {
        return Ok(None);
    }
    std::fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    Ok(Some(about.len()))
}

/// Opens a file anew at every call; a pipe or device only once, since what was read of it is gone.
fn file_opener(path: PathBuf, length: Option<u64>) -> Reopen {
    let opened = Cell::new(false);
    Rc::new(move || {
        if opened.replace(true) && length.is_none() {
            let message = format!("{} cannot be read a second time", path.display());
            return Err(Error::new(Kind::Unavailable, message).advice("upload from a file, which can"));
        }
        // Opened when it is read, since a pipe opens only once somebody writes to it.
        let (path, place) = (path.clone(), path.clone());
        let named =
            move |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let file = tokio::fs::File::open(place).map_err(named);
        // What is written to the file meanwhile is not sent.
        let parts = move |file: tokio::fs::File| {
            ReaderStream::with_capacity(file.take(length.unwrap_or(u64::MAX)), CHUNK_BYTES)
        };
        Ok(stream::once(file).map_ok(parts).try_flatten().boxed())
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::new(Kind::Usage, format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::http::Bytes;

    /// Reads the body as the HTTP client would.
    async fn read(data: &Data) -> io::Result<Vec<u8>> {
        let Body::Stream { open, .. } = data.body() else { return Ok(Vec::new()) };
        let parts: Vec<Bytes> = open().unwrap().try_collect().await?;
        Ok(parts.concat())
    }

    fn stream_of(parts: Vec<&'static str>, length: Option<u64>) -> Source {
        let open: Reopen = Rc::new(move || {
            let parts: Vec<_> = parts.iter().map(|part| Ok(Bytes::from_static(part.as_bytes()))).collect();
            Ok(stream::iter(parts).boxed())
        });
        Source::Body(Body::Stream { open, length, media_type: String::new() })
    }

    fn md5(value: &str) -> Hash {
        Hash { algorithm: "md5".into(), value: value.into() }
    }

    #[tokio::test]
    async fn every_attempt_reads_counts_and_hashes_from_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        let bytes = Source::Body(Body::Bytes(Bytes::from_static(b"abc"), "text/plain".into()));
        for source in
            [Source::File(path), bytes, stream_of(vec!["a", "bc"], Some(3)), stream_of(vec!["abc"], None)]
        {
            let data = source.prepare().unwrap();
            for _attempt in 0..2 {
                assert_eq!(read(&data).await.unwrap(), b"abc");
                assert_eq!(data.sent_bytes(), 3);
            }
            assert!(data.check([md5("900150983cd24fb0d6963f7d28e17f72")].into_iter()).is_ok());
        }
    }

    #[tokio::test]
    async fn a_hash_that_was_not_computed_gives_way_to_the_next() {
        let unknown = Hash { algorithm: "blake2b".into(), value: "00".into() };
        for (hashes, right) in [(vec![unknown.clone()], true), (vec![unknown, md5("00")], false)] {
            let data = stream_of(vec!["abc"], None).prepare().unwrap();
            read(&data).await.unwrap();
            assert_eq!(data.check(hashes.into_iter()).is_ok(), right);
        }
    }

    #[test]
    fn nothing_to_send_is_refused_before_anything_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        let cases = [
            (Source::File(empty), Kind::Usage, "empty is empty"),
            (Source::Body(Body::Empty), Kind::Usage, "the upload is empty"),
            (Source::Body(Body::Bytes(Bytes::new(), String::new())), Kind::Usage, "is empty"),
            (stream_of(vec![], Some(0)), Kind::Usage, "the stream is empty"),
            (Source::File(folder.path().join("missing")), Kind::Usage, "No such file"),
            (Source::File(folder.path().to_owned()), Kind::Usage, "is a folder"),
        ];
        for (source, kind, message) in cases {
            let error = source.prepare().err().unwrap();
            assert_eq!(error.kind(), kind);
            assert!(error.message().contains(message), "{error}");
        }
    }

    #[tokio::test]
    async fn a_stream_that_turns_out_empty_fails_with_the_reason() {
        let data = stream_of(vec![], None).prepare().unwrap();
        assert!(data.emptiness().is_none());
        assert!(read(&data).await.is_err());
        let error = data.emptiness().unwrap();
        assert_eq!(
            (error.kind(), error.message()),
            (Kind::Usage, "the stream is empty: there is nothing to upload")
        );
    }

    #[tokio::test]
    async fn a_device_is_read_once() {
        let data = Source::File("/dev/null".into()).prepare().unwrap();
        assert_eq!(data.length(), None);
        assert!(read(&data).await.is_err());
        let Body::Stream { open, .. } = data.body() else { return };
        assert!(open().err().unwrap().message().contains("a second time"));
    }
}
