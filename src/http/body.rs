//! What a request carries, and how a stream of it is watched while it is on its way.
//!
//! Knows where bytes come from (somebody else's stream) but not where they go.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{BoxStream, poll_fn};
use tokio::time::Instant;

use super::server_health::add_wait;
use crate::error::{Error, Kind, Result};

/// A body that can be made again for another attempt: returns the stream of its bytes from the start.
pub type Reopen = Rc<dyn Fn() -> Result<BoxStream<'static, io::Result<Bytes>>>>;

/// What a request carries.
#[derive(Clone, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// A few bytes, with their media type.
    Bytes(Bytes, String),
    /// A stream; with a length it is sent with Content-Length, else chunked.
    Stream {
        /// Makes the stream, anew for each attempt.
        open: Reopen,
        /// How many bytes it will give, where that is known.
        length: Option<u64>,
        /// Their media type.
        media_type: String,
        /// Set once the bytes are gone for good: then no other attempt is made, and the last answer stands.
        spent: Rc<Cell<bool>>,
    },
}

impl Body {
    /// Whether another attempt could carry it.
    pub fn can_be_sent_again(&self) -> bool {
        match self {
            Body::Empty | Body::Bytes(..) => true,
            Body::Stream { spent, .. } => !spent.get(),
        }
    }

    /// The media type of what is carried.
    pub(super) fn media_type(&self) -> Option<&str> {
        match self {
            Body::Empty => None,
            Body::Bytes(_, media_type) | Body::Stream { media_type, .. } => Some(media_type),
        }
    }
}

/// Watches a stream while it is sent: when it last moved, and why it failed.
///
/// The stream runs inside the HTTP library, so this is shared with it behind a lock.
#[derive(Clone)]
pub(super) struct Watch(Arc<Mutex<Watched>>);

struct Watched {
    moved: Instant,
    /// The stream itself is waited for, so nobody else is silent.
    waits: bool,
    /// How many of its bytes were taken, as long as there may be more.
    taken: Option<u64>,
    failure: Option<String>,
}

impl Watch {
    /// A watch that starts now.
    pub(super) fn new() -> Watch {
        Watch(Arc::new(Mutex::new(Watched {
            moved: Instant::now(),
            waits: false,
            taken: None,
            failure: None,
        })))
    }

    /// The same stream, watched; it fails where it gives fewer or more bytes than announced.
    pub(super) fn watch_stream(
        &self,
        mut stream: BoxStream<'static, io::Result<Bytes>>,
        length: Option<u64>,
    ) -> BoxStream<'static, io::Result<Bytes>> {
        let (watch, waiting) = (self.clone(), self.clone());
        let stream = poll_fn(move |context| {
            let part = stream.poll_next_unpin(context);
            waiting.lock().waits = part.is_pending();
            part
        });
        let end = futures_util::stream::once(async { None });
        let mut sent: u64 = 0;
        stream
            .map(Some)
            .chain(end)
            .filter_map(move |part| {
                let part = watch.check(part, &mut sent, length);
                async move { part }
            })
            .boxed()
    }

    /// Notes one part, or the stream's end (`None`), and passes it on if it is right.
    fn check(
        &self,
        part: Option<io::Result<Bytes>>,
        sent: &mut u64,
        length: Option<u64>,
    ) -> Option<io::Result<Bytes>> {
        {
            let mut watched = self.lock();
            watched.moved = Instant::now();
            let is_last = |part: &Bytes| length.is_some_and(|length| *sent + part.len() as u64 >= length);
            watched.taken = match &part {
                Some(Ok(part)) if !is_last(part) => Some(*sent),
                _ => None,
            };
        }
        let failure = match part {
            Some(Ok(bytes)) => {
                *sent += bytes.len() as u64;
                match length {
                    Some(length) if *sent > length => {
                        io::Error::other(format!("there are more than the {length} bytes announced"))
                    }
                    _ => return Some(Ok(bytes)),
                }
            }
            Some(Err(failure)) => failure,
            None => match length {
                Some(length) if *sent < length => {
                    io::Error::other(format!("they ended after {sent} of {length} bytes"))
                }
                _ => return None,
            },
        };
        self.lock().failure.get_or_insert(failure.to_string());
        Some(Err(failure))
    }

    /// Waits until nothing has moved for that long, though the stream had more to give.
    pub(super) async fn silence(&self, limit: Duration) {
        loop {
            let end = add_wait(self.silent_since(), limit);
            if end <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(end).await;
        }
    }

    /// How many bytes were taken of a stream that has more to give.
    pub(super) fn taken_bytes(&self) -> Option<u64> {
        self.lock().taken
    }

    fn silent_since(&self) -> Instant {
        let watched = self.lock();
        if watched.waits { Instant::now() } else { watched.moved }
    }

    /// What went wrong with the data themselves, if anything did. Error kind: `usage`.
    pub(super) fn failure(&self) -> Option<Error> {
        let failure = self.lock().failure.take()?;
        Some(Error::new(Kind::Usage, format!("the data to send could not be read: {failure}")))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    async fn sent(parts: Vec<io::Result<Bytes>>, length: Option<u64>) -> (Vec<bool>, Option<String>) {
        let watch = Watch::new();
        let stream = watch.watch_stream(futures_util::stream::iter(parts).boxed(), length);
        let passed = stream.map(|part| part.is_ok()).collect().await;
        (passed, watch.failure().map(|error| error.message().to_owned()))
    }

    #[allow(clippy::unnecessary_wraps)] // as the parts of a stream come
    fn part(text: &'static str) -> io::Result<Bytes> {
        Ok(Bytes::from_static(text.as_bytes()))
    }

    #[tokio::test]
    async fn a_stream_of_the_announced_length_passes() {
        assert_eq!(sent(vec![part("abc"), part("de")], Some(5)).await, (vec![true, true], None));
        assert_eq!(sent(vec![part("abc")], None).await, (vec![true], None));
    }

    #[tokio::test]
    async fn a_stream_of_wrong_length_or_broken_is_an_error() {
        let table = [
            (vec![part("abc")], "they ended after 3 of 4 bytes"),
            (vec![part("abcde")], "there are more than the 4 bytes announced"),
            (vec![Err(io::Error::other("disk on fire"))], "disk on fire"),
        ];
        for (parts, reason) in table {
            let (passed, failure) = sent(parts, Some(4)).await;
            assert_eq!(passed.last(), Some(&false));
            assert_eq!(failure.unwrap(), format!("the data to send could not be read: {reason}"));
        }
    }
}
