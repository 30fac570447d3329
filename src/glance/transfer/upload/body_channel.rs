//! The way of an attempt's data to the HTTP client: a short channel whose far end is the request's body.
//!
//! The client reads a body wherever it likes, while data may come from a script, which stays on this thread.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::Stream;
use futures_util::stream::{self, StreamExt};
use tokio::sync::mpsc::{Receiver, Sender, UnboundedReceiver, UnboundedSender, channel, unbounded_channel};

use crate::http::Bytes;

/// How many parts wait to be sent.
const WAITING: usize = 8;

/// What goes through. The end is said, so that a source that goes away is not taken for one that is done.
pub(super) enum Piece {
    /// The next part.
    Part(Bytes),
    /// There are no more.
    End,
}

/// The near end of an attempt's channel.
pub(super) struct Line(Sender<Piece>);

impl Line {
    /// Passes it on, as soon as there is room. False where nobody takes it any more.
    pub(super) async fn send(&self, piece: Piece) -> bool {
        self.0.send(piece).await.is_ok()
    }
}

/// By which an attempt asks to be fed, when its first byte is wanted.
pub(super) type Ask = UnboundedSender<Line>;

/// By which whoever feeds hears of attempts; the last one counts.
pub(super) type Asked = UnboundedReceiver<Line>;

/// Both ends of that.
pub(super) fn asking() -> (Ask, Asked) {
    unbounded_channel()
}

/// An attempt's data as the HTTP client reads them; `taken` counts their bytes.
pub(super) fn pieces(
    ask: Ask,
    taken: Arc<AtomicU64>,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let begin = async move {
        let (line, pieces) = channel(WAITING);
        taken.store(0, Ordering::Relaxed);
        // Nobody there to feed it: the stream finds its channel closed, and fails.
        let _ = ask.send(Line(line));
        stream::try_unfold((pieces, taken), next)
    };
    stream::once(begin).flatten()
}

type State = (Receiver<Piece>, Arc<AtomicU64>);

async fn next((mut pieces, taken): State) -> io::Result<Option<(Bytes, State)>> {
    match pieces.recv().await {
        Some(Piece::Part(part)) => {
            taken.fetch_add(part.len() as u64, Ordering::Relaxed);
            Ok(Some((part, (pieces, taken))))
        }
        Some(Piece::End) => Ok(None),
        None => Err(io::Error::other("their source went away")),
    }
}
