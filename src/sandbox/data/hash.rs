//! The hash functions by which an image may tell what its data are.

use std::io;
use std::path::Path;

/// Bytes read from a file at a time.
pub(super) const CHUNK: usize = 256 * 1024;

use md5::Md5;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

/// A hash function. Glance takes the last for all that it reads by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Algorithm {
    /// 16 bytes.
    Md5,
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// 64 bytes.
    #[default]
    Sha512,
}

impl Algorithm {
    const ALL: [Self; 4] = [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha512];

    /// What `os_hash_algo` calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// The one of that name.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The length of its hashes, in bytes.
    pub(crate) fn size_bytes(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// The hash of a file, in hexadecimal digits.
    pub(super) async fn hash_file(self, path: &Path) -> io::Result<String> {
        match self {
            Self::Md5 => digest::<Md5>(path).await,
            Self::Sha1 => digest::<Sha1>(path).await,
            Self::Sha256 => digest::<Sha256>(path).await,
            Self::Sha512 => digest::<Sha512>(path).await,
        }
    }
}

async fn digest<D: Digest>(path: &Path) -> io::Result<String> {
    let mut file = File::open(path).await?;
    let mut digest = D::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = file.read(&mut chunk).await?;
        if length == 0 {
            return Ok(hex(&digest.finalize()));
        }
        digest.update(&chunk[..length]);
    }
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
