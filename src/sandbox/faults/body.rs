//! Data that come too slowly, too briefly, or wrong.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, sleep, sleep_until};

/// How long what was sent is on its way, at most.
const ON_ITS_WAY: Duration = Duration::from_millis(10);

/// The same data, broken off after so many bytes, unless they end before.
pub(super) fn cut(body: Body, bytes: u64) -> Body {
    Body::from_stream(stream::unfold(Some((body.into_data_stream(), bytes)), async |state| {
        let (mut data, left) = state?;
        if left == 0 {
            // What was sent before must be on its way when the connection breaks.
            sleep(ON_ITS_WAY).await;
            return Some((Err(broken_error()), None));
        }
        let mut chunk = match data.next().await? {
            Ok(chunk) => chunk,
            Err(error) => return Some((Err(io::Error::other(error)), None)),
        };
        chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        let left = left - chunk.len() as u64;
        Some((Ok(chunk), Some((data, left))))
    }))
}

/// The same data up to so many bytes, and then nothing, and no end either, unless they end before.
pub(super) fn stall(body: Body, bytes: u64) -> Body {
    Body::from_stream(stream::unfold((body.into_data_stream(), bytes), async |(mut data, left)| {
        if left == 0 {
            return std::future::pending().await;
        }
        let chunk = data.next().await?.map(|mut chunk| {
            chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            chunk
        });
        let left = left - chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        Some((chunk, (data, left)))
    }))
}

/// The same data, so many bytes a second, however they come in pieces.
pub(super) fn slow(body: Body, bytes_per_second: u64) -> Body {
    let piece = usize::try_from(bytes_per_second / 10).unwrap_or(usize::MAX).max(1);
    // When so many bytes may have been sent, counted from the first.
    let due = move |bytes: u64| {
        let nanoseconds = u128::from(bytes) * 1_000_000_000 / u128::from(bytes_per_second);
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    };
    Body::from_stream(stream::unfold(
        (body.into_data_stream(), Bytes::new(), None, 0),
        move |(mut data, mut rest, began, sent)| async move {
            while rest.is_empty() {
                rest = match data.next().await? {
                    Ok(chunk) => chunk,
                    Err(error) => return Some((Err(io::Error::other(error)), (data, rest, began, sent))),
                };
            }
            let began = began.unwrap_or_else(Instant::now);
            let piece = rest.split_to(piece.min(rest.len()));
            let sent = sent + piece.len() as u64;
            sleep_until(began + due(sent)).await;
            Some((Ok(piece), (data, rest, Some(began), sent)))
        },
    ))
}

/// The same data but for their first byte.
pub(super) fn spoil(body: Body) -> Body {
    let mut is_first = true;
    Body::from_stream(body.into_data_stream().map(move |chunk| {
        let mut chunk = chunk?.to_vec();
        if let Some(byte) = chunk.first_mut().filter(|_| is_first) {
            *byte ^= 0xff;
            is_first = false;
        }
        Ok::<_, axum::Error>(chunk)
    }))
}

/// No data, and no end either: the connection breaks before anything is sent.
pub(super) fn nothing() -> Body {
    Body::from_stream(stream::iter([Err::<Bytes, _>(broken_error())]))
}

fn broken_error() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "broken off on request")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn slow_data_keep_their_rate_in_pieces_of_any_size() {
        for (pieces, bytes) in [(1000, 1000), (1, 1_000_000)] {
            let data = stream::iter(0..pieces).map(move |_| Ok::<_, io::Error>(Bytes::from(vec![0; bytes])));
            let began = Instant::now();
            let slowed = slow(Body::from_stream(data), 5_000_000);
            let sent = axum::body::to_bytes(slowed, usize::MAX).await.unwrap();
            assert_eq!(sent.len(), 1_000_000);
            let took = began.elapsed().as_secs_f64();
            assert!((0.19..2.0).contains(&took), "{pieces} pieces took {took} s, and should take 0.2");
        }
    }
}
