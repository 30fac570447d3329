//! What the data of a download are held against, and the thread on which the hash of a stream is computed.
//!
//! A thread, because SHA-512 takes longer than the network does: the one that receives must not wait for it.

use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, Kind, Result};
use crate::glance::Image;
use crate::glance::transfer::hash::{Hash, Hasher};
use crate::glance::transfer::threads::spawn;
use crate::http::Bytes;

/// How many parts may wait to be hashed.
const QUEUE: usize = 16;

/// The hash that the data are to have, with what computes it.
pub(super) struct Check {
    pub(super) wanted: Hash,
    pub(super) hasher: Hasher,
}

impl Check {
    /// The best hash that Glance tells of the image and that is known here.
    pub(super) fn of(image: &Image) -> Option<Check> {
        Hash::all_of(image).find_map(|wanted| {
            let hasher = Hasher::find(&wanted.algorithm)?;
            Some(Check { wanted, hasher })
        })
    }

    /// Whether the data are right. Errors: `integrity`.
    pub(super) fn finish(self) -> Result<()> {
        self.wanted.check(&self.hasher.hex())
    }
}

/// What a person should know of how an image's data are verified, where it is less than they may think.
pub(super) fn caveat(image: &Image) -> Option<String> {
    let by = match Check::of(image) {
        Some(check) if Some(check.wanted.value.as_str()) == image.os_hash_value.as_deref() => return None,
        Some(_) => "by its MD5 checksum only",
        None => "by their size only",
    };
    let why = match &image.os_hash_algo {
        Some(algorithm) if image.os_hash_value.is_some() => {
            format!("has the hash {algorithm}, which is not known here")
        }
        _ => "has no os_hash_value".to_owned(),
    };
    Some(format!("image {} {why}: its data are verified {by}", image.id))
}

/// A hash that is computed on a thread of its own.
pub(super) struct Hashing {
    parts: mpsc::Sender<Bytes>,
    verdict: oneshot::Receiver<Result<()>>,
}

impl Hashing {
    /// Starts the thread, which ends when this is dropped. Errors: `unavailable` (no more threads).
    pub(super) fn start(mut check: Check) -> Result<Hashing> {
        let (parts, mut waiting) = mpsc::channel::<Bytes>(QUEUE);
        let (tell, verdict) = oneshot::channel();
        spawn("hash", move || {
            while let Some(part) = waiting.blocking_recv() {
                check.hasher.update(&part);
            }
            let _ = tell.send(check.finish());
        })?;
        Ok(Hashing { parts, verdict })
    }

    /// Takes the next part.
    pub(super) async fn update(&self, part: Bytes) {
        // A thread that is gone is noticed at the end.
        let _ = self.parts.send(part).await;
    }

    /// Whether the data were right. Errors: `integrity`.
    pub(super) async fn finish(self) -> Result<()> {
        drop(self.parts);
        let lost =
            |_| Error::new(Kind::Integrity, "the data could not be verified: their hash was not computed");
        self.verdict.await.map_err(lost)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(algorithm: Option<&str>, checksum: Option<&str>) -> Image {
        Image {
            id: "1bea".into(),
            os_hash_algo: algorithm.map(Box::from),
            os_hash_value: algorithm.map(|_| "ab".into()),
            checksum: checksum.map(Box::from),
            ..Image::default()
        }
    }

    #[test]
    fn says_when_only_a_weaker_check_exists() {
        let cases = [
            (image(Some("sha3_256"), Some("cd")), None),
            (
                image(Some("gost"), Some("cd")),
                Some(
                    "image 1bea has the hash gost, which is not known here: its data are verified by its MD5 checksum only",
                ),
            ),
            (
                image(None, Some("cd")),
                Some("image 1bea has no os_hash_value: its data are verified by its MD5 checksum only"),
            ),
            (
                image(None, None),
                Some("image 1bea has no os_hash_value: its data are verified by their size only"),
            ),
        ];
        for (image, said) in cases {
            assert_eq!(caveat(&image).as_deref(), said);
        }
    }
}
