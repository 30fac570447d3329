//! Data that come too slowly, too briefly, or wrong.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::{StreamExt as _, stream};
use tokio::time::sleep;

/// How often slow data move on.
const BEAT: Duration = Duration::from_millis(100);

/// The same data, broken off after so many bytes, unless they end before.
pub(super) fn cut(body: Body, bytes: u64) -> Body {
    Body::from_stream(stream::unfold(Some((body.into_data_stream(), bytes)), async |state| {
        let (mut data, left) = state?;
        if left == 0 {
            // What was sent before must be on its way when the connection breaks.
            sleep(BEAT / 10).await;
            return Some((Err(broken()), None));
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

/// The same data, so many bytes a second.
pub(super) fn slow(body: Body, bytes_per_second: u64) -> Body {
    let piece = usize::try_from(bytes_per_second / 10).unwrap_or(usize::MAX).max(1);
    let wait = if bytes_per_second < 10 {
        Duration::from_secs(1) / u32::try_from(bytes_per_second).unwrap_or(1)
    } else {
        BEAT
    };
    Body::from_stream(stream::unfold(
        (body.into_data_stream(), Bytes::new()),
        move |(mut data, mut rest): (_, Bytes)| async move {
            while rest.is_empty() {
                rest = match data.next().await? {
                    Ok(chunk) => chunk,
                    Err(error) => return Some((Err(io::Error::other(error)), (data, rest))),
                };
            }
            sleep(wait).await;
            let piece = rest.split_to(piece.min(rest.len()));
            Some((Ok(piece), (data, rest)))
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
    Body::from_stream(stream::iter([Err::<Bytes, _>(broken())]))
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "broken off on request")
}
