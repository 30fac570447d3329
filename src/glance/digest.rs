//! Hashes by the names that Glance gives them, and the check of data against what Glance knows of them.
//!
//! Knows nothing of where the data come from or go to. Source: `glance_store/driver.py`, `Store.add` (`os_hash_algo` is the
//! cloud's `hashing_algorithm`, sha512 unless it was changed; `checksum` is always MD5).

use std::fmt::Write;

use md5::Md5;
use sha2::digest::DynDigest;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::Image;
use crate::error::{Error, Kind, Result};

/// A hash under way.
pub(super) struct Hasher(Box<dyn DynDigest + Send>);

impl Hasher {
    /// The hash of that name (`hashlib`'s), if it is known here.
    pub(super) fn named(name: &str) -> Option<Hasher> {
        Some(Hasher(match name.to_ascii_lowercase().as_str() {
            "md5" => Box::new(Md5::default()),
            "sha224" => Box::new(Sha224::default()),
            "sha256" => Box::new(Sha256::default()),
            "sha384" => Box::new(Sha384::default()),
            "sha512" => Box::new(Sha512::default()),
            _ => return None,
        }))
    }

    /// Takes the next part of the data.
    pub(super) fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// The hash of all parts, in hexadecimal digits.
    pub(super) fn hex(self) -> String {
        self.0.finalize().iter().fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// A hash that data are to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hash {
    /// Its name: `sha512`, `md5`, …
    pub(super) algorithm: String,
    /// In hexadecimal digits.
    pub(super) value: String,
}

impl Hash {
    /// The hashes that Glance tells of an image's data, the best first.
    pub(super) fn all_of(image: &Image) -> impl Iterator<Item = Hash> {
        let strong = image.os_hash_algo.as_deref().zip(image.os_hash_value.as_deref());
        let weak = image.checksum.as_deref().map(|checksum| ("md5", checksum));
        let hash =
            |(algorithm, value): (&str, &str)| Hash { algorithm: algorithm.into(), value: value.into() };
        strong.map(hash).into_iter().chain(weak.map(hash))
    }

    /// Errors: `integrity` (the data have another hash).
    pub(super) fn check(&self, found: &str) -> Result<()> {
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
pub(super) fn check_size(wanted: u64, found: u64) -> Result<()> {
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
        let cases = [
            ("md5", "900150983cd24fb0d6963f7d28e17f72"),
            ("SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "sha512",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
        ];
        for (name, value) in cases {
            let mut hasher = Hasher::named(name).unwrap();
            hasher.update(b"a");
            hasher.update(b"bc");
            assert_eq!(hasher.hex(), value);
        }
        assert!(Hasher::named("blake2b").is_none());
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
