//! Hashes by the names that Glance gives them, and the check of data against what Glance knows of them.
//!
//! Knows nothing of where the data come from or go to. Source: `glance_store/driver.py`, `Store.add`
//! (`os_hash_algo` is the cloud's `hashing_algorithm`, sha512 unless it was changed; `checksum` is always
//! MD5).

use std::fmt::Write;

use blake2::{Blake2b512, Blake2s256};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::DynDigest;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};

use super::super::Image;
use crate::error::{Error, Kind, Result};

/// A hash under way.
pub(in crate::glance) struct Hasher(Box<dyn DynDigest + Send>);

impl Hasher {
    /// The hash of that name, if it is known here: all of Python's `hashlib` that need no length.
    pub(in crate::glance) fn find(name: &str) -> Option<Hasher> {
        Some(Hasher(match name.to_ascii_lowercase().as_str() {
            "blake2b" => Box::new(Blake2b512::default()),
            "blake2s" => Box::new(Blake2s256::default()),
            "md5" => Box::new(Md5::default()),
            "sha1" => Box::new(Sha1::default()),
            "sha224" => Box::new(Sha224::default()),
            "sha256" => Box::new(Sha256::default()),
            "sha384" => Box::new(Sha384::default()),
            "sha512" => Box::new(Sha512::default()),
            "sha512_224" => Box::new(Sha512_224::default()),
            "sha512_256" => Box::new(Sha512_256::default()),
            "sha3_224" => Box::new(Sha3_224::default()),
            "sha3_256" => Box::new(Sha3_256::default()),
            "sha3_384" => Box::new(Sha3_384::default()),
            "sha3_512" => Box::new(Sha3_512::default()),
            _ => return None,
        }))
    }

    /// Takes the next part of the data.
    pub(in crate::glance) fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// The hash of all parts, in hexadecimal digits.
    pub(in crate::glance) fn hex(self) -> String {
        self.0.finalize().iter().fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// A hash that data are to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::glance) struct Hash {
    /// Its name: `sha512`, `md5`, …
    pub(in crate::glance) algorithm: String,
    /// In hexadecimal digits.
    pub(in crate::glance) value: String,
}

impl Hash {
    /// The hashes that Glance tells of an image's data, the best first.
    pub(in crate::glance) fn all_of(image: &Image) -> impl Iterator<Item = Hash> {
        let strong = image.os_hash_algo.as_deref().zip(image.os_hash_value.as_deref());
        let weak = image.checksum.as_deref().map(|checksum| ("md5", checksum));
        let hash =
            |(algorithm, value): (&str, &str)| Hash { algorithm: algorithm.into(), value: value.into() };
        strong.map(hash).into_iter().chain(weak.map(hash))
    }

    /// Errors: `integrity` (the data have another hash).
    pub(in crate::glance) fn check(&self, found: &str) -> Result<()> {
        if self.value.eq_ignore_ascii_case(found) {
            return Ok(());
        }
        let Hash { algorithm, value } = self;
        Err(Error::new(
            Kind::Integrity,
            format!("the data have the {algorithm} {found}, and should have {value}"),
        ))
    }
}

/// Errors: `integrity` (there are more or fewer bytes than there should be).
pub(in crate::glance) fn check_size(wanted: u64, found: u64) -> Result<()> {
    if wanted == found {
        return Ok(());
    }
    Err(Error::new(Kind::Integrity, format!("the data are {found} bytes, and should be {wanted}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn hashes_in_parts_by_the_name_glance_gives() {
        // As Python's hashlib has them.
        let cases = [
            ("MD5", "900150983cd24fb0d6963f7d28e17f72"),
            ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
            ("SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "sha384",
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
                 8086072ba1e7cc2358baeca134c825a7",
            ),
            (
                "sha512",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
            ("sha512_224", "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa"),
            ("sha512_256", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
            ("sha3_224", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"),
            ("sha3_256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
            (
                "sha3_384",
                "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2\
                 98d88cea927ac7f539f1edf228376d25",
            ),
            (
                "sha3_512",
                "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e\
                 10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
            ),
            (
                "blake2b",
                "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
                 7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
            ),
            ("blake2s", "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"),
        ];
        for (name, value) in cases {
            let mut hasher = Hasher::find(name).unwrap();
            hasher.update(b"a");
            hasher.update(b"bc");
            assert_eq!(hasher.hex(), value);
        }
        assert!(Hasher::find("shake_128").is_none());
    }

    #[test]
    fn the_strong_hash_comes_before_the_checksum() {
        let image = Image {
            checksum: Some("c35c".into()),
            os_hash_algo: Some("sha512".into()),
            os_hash_value: Some("ac1d".into()),
            ..Image::default()
        };
        let names: Vec<_> = Hash::all_of(&image).map(|hash| hash.algorithm).collect();
        assert_eq!(names, ["sha512", "md5"]);
        assert_eq!(Hash::all_of(&Image::default()).count(), 0);
    }

    #[test]
    fn a_hash_is_compared_without_regard_to_case() {
        let hash = Hash { algorithm: "md5".into(), value: "AB12".into() };
        assert!(hash.check("ab12").is_ok());
        let error = hash.check("ab13").unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (Kind::Integrity, "the data have the md5 ab13, and should have AB12")
        );
    }
}
