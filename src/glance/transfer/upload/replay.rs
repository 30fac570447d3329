//! Data that are ready to be sent, as often as need be: counted, measured and hashed on their way into every
//! attempt.
//!
//! What feeds an attempt runs beside its request: [`Data::feed`]. The last part is held back until the source
//! has come to a good end, so that no image becomes active with data that turn out wrong.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::select;

use super::body_channel::{Ask, Asked, Line, Piece, pieces};
use super::hash_thread::Hashing;
use super::receipt::Sent;
use crate::error::{Error, Kind, Result};
use crate::glance::transfer::parts::{Opened, Parts};
use crate::glance::transfer::source::Source;
use crate::http::{Body, Bytes, Reopen};

/// The media type of an image's data, whatever they are.
const MEDIA_TYPE: &str = "application/octet-stream";

/// Data that are ready to be sent.
pub(in crate::glance) struct Data {
    source: Source,
    size: Option<u64>,
    again: bool,
    /// What was opened to look at the data, for the first attempt.
    begun: RefCell<Option<Parts>>,
    attempts: Cell<u32>,
    /// Whether they have been read, and cannot be again.
    spent: Rc<Cell<bool>>,
    /// What the HTTP client took in the attempt under way, in bytes.
    taken: Arc<AtomicU64>,
    /// What they are, once an attempt has read them all.
    whole: RefCell<Option<Sent>>,
    /// Whether an attempt has, for those who cannot ask these data.
    is_all_sent: Arc<AtomicBool>,
}

impl Source {
    /// Opens the data and looks at the first part of them, before anything is asked of the cloud.
    ///
    /// Errors: `usage` (they cannot be read; there are none; they are not as large as was said), and whatever
    /// a script or a download raises.
    pub(in crate::glance) async fn prepare(self) -> Result<Data> {
        let Opened { mut parts, size, again } = (self.open)().await?;
        if let (Some(is), Some(said)) = (size, self.size)
            && is != said
        {
            let message = format!("{} is {is} bytes, and was said to be {said}", self.name);
            return Err(Error::new(Kind::Usage, message));
        }
        let size = size.or(self.size);
        let mut first = parts.try_next().await?;
        while first.as_ref().is_some_and(Bytes::is_empty) {
            first = parts.try_next().await?;
        }
        if first.is_none() && !self.may_be_empty {
            return Err(no_data(&self.name));
        }
        let begun = stream::iter(first.map(Ok)).chain(parts).boxed_local();
        Ok(Data {
            source: self,
            size,
            again,
            begun: RefCell::new(Some(begun)),
            attempts: Cell::new(0),
            spent: Rc::default(),
            taken: Arc::default(),
            whole: RefCell::default(),
            is_all_sent: Arc::default(),
        })
    }
}

impl Data {
    /// What errors call them.
    pub(super) fn name(&self) -> &str {
        &self.source.name
    }

    /// Bytes in all, where that is known.
    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }

    /// Bytes sent so far in the attempt under way.
    pub(super) fn sent_bytes(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// How many attempts have begun to read them.
    pub(super) fn attempts(&self) -> u32 {
        self.attempts.get()
    }

    /// Whether another attempt can read them from their start.
    pub(super) fn can_be_sent_again(&self) -> bool {
        !self.spent.get()
    }

    /// What they are, once an attempt has read them all.
    pub(in crate::glance) fn complete_receipt(&self) -> Option<Sent> {
        self.whole.borrow().clone()
    }

    /// A flag that is set before the last part goes out.
    pub(super) fn is_all_sent(&self) -> Arc<AtomicBool> {
        self.is_all_sent.clone()
    }

    /// The data as a body. Whoever holds the other end of `ask` must [`Data::feed`] it.
    pub(super) fn body(&self, ask: Ask) -> Body {
        let taken = self.taken.clone();
        let open: Reopen = Rc::new(move || Ok(pieces(ask.clone(), taken.clone()).boxed()));
        self.body_of(open, self.spent.clone())
    }

    /// A body that is announced as the data are, gives none of them, and fails after that time.
    pub(super) fn withheld(&self, time: Duration) -> Body {
        let open: Reopen = Rc::new(move || {
            let held = async move {
                tokio::time::sleep(time).await;
                Err(io::Error::other("only the head was to be sent"))
            };
            Ok(stream::once(held).boxed())
        });
        self.body_of(open, Rc::new(Cell::new(true)))
    }

    fn body_of(&self, open: Reopen, spent: Rc<Cell<bool>>) -> Body {
        Body::Stream { open, length: self.size, media_type: MEDIA_TYPE.to_owned(), spent }
    }

    /// Feeds whichever attempt asked last. Runs until it is dropped, or until the data fail: then it gives
    /// their error.
    pub(super) async fn feed(&self, mut asked: Asked) -> Error {
        let mut line = asked.recv().await;
        loop {
            let Some(current) = line else { return std::future::pending().await };
            line = select! {
                next = asked.recv() => next,
                fed = self.fill(&current) => match fed {
                    Ok(()) => asked.recv().await,
                    Err(error) => return error,
                },
            };
        }
    }

    /// Feeds one attempt to its end, or until nobody takes any more.
    async fn fill(&self, line: &Line) -> Result<()> {
        self.attempts.set(self.attempts() + 1);
        self.spent.set(!self.again);
        let mut parts = self.open().await?;
        let hashing = Hashing::begin(self.algorithms())?;
        let (mut bytes, mut held) = (0, None);
        while let Some(part) = parts.try_next().await? {
            bytes += part.len() as u64;
            if self.size.is_some_and(|size| bytes > size) {
                return Err(self.other_size_error("is more than"));
            }
            hashing.take(&part).await;
            if let Some(part) = held.replace(part).filter(|part: &Bytes| !part.is_empty())
                && !line.send(Piece::Part(part)).await
            {
                return Ok(());
            }
        }
        if self.size.is_some_and(|size| bytes < size) {
            return Err(self.other_size_error(&format!("ended after {bytes} of")));
        }
        let hashes = hashing.end().await;
        let hashes = if hashes.is_empty() { self.source.hashes.clone() } else { hashes };
        self.whole.replace(Some(Sent { bytes, hashes }));
        self.is_all_sent.store(true, Ordering::Relaxed);
        for piece in held.map(Piece::Part).into_iter().chain([Piece::End]) {
            // Nobody takes it: the answer has come already.
            line.send(piece).await;
        }
        Ok(())
    }

    async fn open(&self) -> Result<Parts> {
        let begun = self.begun.take();
        if let Some(begun) = begun {
            return Ok(begun);
        }
        Ok((self.source.open)().await?.parts)
    }

    /// Which hashes are made on the way. Glance says only afterwards which one it has: what it uses if nobody
    /// changed it, and, where the data cannot be read again for another one, what it always has besides.
    fn algorithms(&self) -> &'static [&'static str] {
        match (self.source.hashes.is_empty(), self.again) {
            (false, _) => &[],
            (true, true) => &["sha512"],
            (true, false) => &["sha512", "md5"],
        }
    }

    /// The hash of that name, for which the data are read once more; `None` where they cannot be, or the name
    /// is unknown.
    pub(super) async fn hash_again(&self, algorithm: &str) -> Result<Option<String>> {
        if !self.again || !self.source.hashes.is_empty() {
            return Ok(None);
        }
        let mut parts = (self.source.open)().await?.parts;
        let hashing = Hashing::begin(&[algorithm])?;
        while let Some(part) = parts.try_next().await? {
            hashing.take(&part).await;
        }
        Ok(hashing.end().await.pop().map(|hash| hash.value))
    }

    fn other_size_error(&self, how: &str) -> Error {
        let size = self.size.unwrap_or_default();
        Error::new(Kind::Usage, format!("{} {how} the {size} bytes that were announced", self.name()))
    }
}

fn no_data(name: &str) -> Error {
    Error::new(Kind::Usage, format!("{name} is empty: there is nothing to upload")).advice(
        "check where the data come from; for an image that is empty on purpose say allow_empty = true",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::glance::transfer::upload::body_channel::asking;

    /// Reads the body as the HTTP client would, fed as an upload feeds it.
    async fn read(data: &Data) -> Result<Vec<u8>> {
        let (ask, asked) = asking();
        let Body::Stream { open, .. } = data.body(ask) else { return Ok(Vec::new()) };
        let parts = open()?;
        select! {
            parts = parts.try_collect::<Vec<Bytes>>() => Ok(parts.unwrap().concat()),
            error = data.feed(asked) => Err(error),
        }
    }

    fn parts(parts: Vec<Result<&'static str>>) -> Source {
        let parts = parts.into_iter().map(|part| part.map(Bytes::from));
        Source::parts("data", stream::iter(parts.collect::<Vec<_>>()).boxed_local())
    }

    #[tokio::test]
    async fn every_attempt_reads_counts_and_hashes_from_the_start() {
        let data = Source::bytes("abc").prepare().await.unwrap();
        for attempt in 1..3 {
            assert_eq!(read(&data).await.unwrap(), b"abc");
            assert_eq!((data.sent_bytes(), data.attempts()), (3, attempt));
            let sent = data.complete_receipt().unwrap();
            assert_eq!((sent.bytes, &*sent.hashes[0].algorithm), (3, "sha512"));
            assert!(sent.hashes[0].value.starts_with("ddaf35a1"));
        }
    }

    #[tokio::test]
    async fn a_pipe_is_read_once_for_both_hashes() {
        let data = parts(vec![Ok(""), Ok("a"), Ok(""), Ok("bc")]).prepare().await.unwrap();
        assert!(data.can_be_sent_again());
        assert_eq!(read(&data).await.unwrap(), b"abc");
        let sent = data.complete_receipt().unwrap();
        let names: Vec<_> = sent.hashes.iter().map(|hash| &*hash.algorithm).collect();
        assert_eq!(names, ["sha512", "md5"]);
        assert!(!data.can_be_sent_again());
        assert_eq!(read(&data).await.unwrap_err().message(), "data cannot be read a second time");
    }

    #[tokio::test]
    async fn the_last_part_goes_only_after_a_good_end() {
        let bad = || Err(Error::new(Kind::Integrity, "wrong hash"));
        for (source, left) in [(vec![Ok("abc"), bad()], 0), (vec![Ok("ab"), Ok("c"), bad()], 2)] {
            let data = parts(source).prepare().await.unwrap();
            let error = read(&data).await.unwrap_err();
            assert_eq!(error.message(), "wrong hash");
            assert!(data.sent_bytes() <= left);
            assert!(data.complete_receipt().is_none());
        }
    }

    #[tokio::test]
    async fn fewer_or_more_bytes_than_announced_are_errors() {
        let cases = [
            (4, "data ended after 3 of the 4 bytes that were announced"),
            (2, "data is more than the 2 bytes that were announced"),
        ];
        for (size, message) in cases {
            let source = parts(vec![Ok("a"), Ok("bc")]).with_size(Some(size));
            let data = source.prepare().await.unwrap();
            assert_eq!(data.size(), Some(size));
            assert_eq!(read(&data).await.unwrap_err().message(), message);
        }
        let error = Source::bytes("abc").with_size(Some(4)).prepare().await.err().unwrap();
        assert_eq!(error.message(), "the text is 3 bytes, and was said to be 4");
    }

    #[tokio::test]
    async fn empty_data_are_refused_unless_requested() {
        for source in
            [Source::bytes(""), parts(vec![]), parts(vec![Ok("")]), Source::file("/dev/null".into())]
        {
            let error = source.clone().prepare().await.err().unwrap();
            assert_eq!(error.kind(), Kind::Usage);
            assert!(error.message().ends_with("is empty: there is nothing to upload"), "{error}");
        }
        let wanted = Source::bytes("").or_empty(true).prepare().await;
        assert_eq!(read(&wanted.unwrap()).await.unwrap(), b"");
    }

    #[tokio::test]
    async fn a_body_that_nobody_feeds_fails_in_place_of_ending() {
        let data = Source::bytes("abc").prepare().await.unwrap();
        let (ask, asked) = asking();
        drop(asked);
        let Body::Stream { open, .. } = data.body(ask) else { return };
        assert!(open().unwrap().try_collect::<Vec<Bytes>>().await.is_err());
    }
}
