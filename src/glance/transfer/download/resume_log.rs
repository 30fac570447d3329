//! What is remembered of a file under way from one run to the next: of which image it is, and how much of it
//! is there.
//!
//! Lines of JSON in `NAME.part.json`: the image first, then how far the file is filled, again and again; the
//! last whole line counts, so that a run that is killed while it writes one loses nothing. Whoever holds the
//! file's lock downloads.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};

use crate::glance::Image;

/// More is in no file of this kind.
const LARGEST: u64 = 16 << 20;

/// What every ledger begins with.
const HEAD: &[u8] = b"{\"id\":";

/// Which data they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Identity {
    id: String,
    size: Option<u64>,
    os_hash_value: Option<String>,
    updated_at: Option<String>,
}

impl Identity {
    /// The image's data.
    pub(super) fn of(image: &Image) -> Identity {
        Identity {
            id: image.id.to_string(),
            size: image.size,
            os_hash_value: image.os_hash_value.as_deref().map(str::to_owned),
            updated_at: image.updated_at.as_deref().map(str::to_owned),
        }
    }

    /// Whether both are the same data, so that one may be gone on with by the other.
    ///
    /// A hash says so whatever else of the image was changed; where there is none, nothing may have been.
    pub(super) fn agrees(&self, other: &Identity) -> bool {
        (&self.id, self.size, &self.os_hash_value) == (&other.id, other.size, &other.os_hash_value)
            && (self.os_hash_value.is_some() || self.updated_at == other.updated_at)
    }

    /// Whether they are of the image with that ID.
    pub(super) fn is_of(&self, id: &str) -> bool {
        self.id == id
    }
}

/// How far the file is filled.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    filled: u64,
}

/// What a ledger says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing yet: the run that made it ended at once.
    Nothing,
    /// So many bytes of those data are in the file.
    Bytes(Identity, u64),
    /// It is something else.
    Foreign,
}

/// Reads a ledger from its start.
pub(super) fn read(mut file: &File) -> io::Result<Found> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(LARGEST).read_to_end(&mut text)?;
    Ok(parse(&text))
}

fn parse(text: &[u8]) -> Found {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n"));
    // A line without its end is one that nobody finished writing.
    let Some(first) = lines.next() else { return Found::Nothing };
    let identity = match first.map(serde_json::from_slice::<Identity>) {
        Some(Ok(identity)) => identity,
        None if text.starts_with(HEAD) || HEAD.starts_with(text) => return Found::Nothing,
        _ => return Found::Foreign,
    };
    let filled = lines.map_while(|line| serde_json::from_slice::<Filled>(line?).ok()).last();
    Found::Bytes(identity, filled.map_or(0, |line| line.filled))
}

/// Begins a ledger of a file that is filled so far.
///
/// One that is there is written over, so that on a full disk it stays as it was.
pub(super) fn begin(mut file: &File, identity: &Identity, bytes: u64) -> io::Result<()> {
    let mut text = line(identity)?;
    if bytes > 0 {
        text.extend(line(&Filled { filled: bytes })?);
    }
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&text)?;
    file.set_len(text.len() as u64)
}

/// Notes that the file is filled so far.
pub(super) fn note(mut file: &File, bytes: u64) -> io::Result<()> {
    file.write_all(&line(&Filled { filled: bytes })?)
}

fn line(of: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(of)?;
    text.push(b'\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn identity() -> Identity {
        Identity { id: "1bea".into(), size: Some(9), os_hash_value: None, updated_at: Some("now".into()) }
    }

    #[test]
    fn the_last_whole_line_counts_wherever_the_writer_was_killed() {
        let file = tempfile::tempfile().unwrap();
        begin(&file, &identity(), 0).unwrap();
        note(&file, 4).unwrap();
        note(&file, 7).unwrap();
        assert_eq!(read(&file).unwrap(), Found::Bytes(identity(), 7));
        let mut whole = Vec::new();
        (&file).seek(SeekFrom::Start(0)).unwrap();
        (&file).read_to_end(&mut whole).unwrap();
        let lengths = (1..whole.len()).map(|length| match parse(&whole[..length]) {
            Found::Nothing => None,
            Found::Bytes(found, bytes) if found == identity() => Some(bytes),
            other => unreachable!("{other:?} after {length} bytes"),
        });
        let mut lengths: Vec<_> = lengths.collect();
        lengths.dedup();
        assert_eq!(lengths, [None, Some(0), Some(4)]);
        begin(&file, &identity(), 7).unwrap();
        assert_eq!(read(&file).unwrap(), Found::Bytes(identity(), 7));
    }

    #[test]
    fn a_log_that_cannot_be_restarted_stays_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        let file = File::create(&path).unwrap();
        begin(&file, &identity(), 7).unwrap();
        // Takes no more, as on a full disk.
        let closed = File::open(&path).unwrap();
        begin(&closed, &identity(), 4).unwrap_err();
        assert_eq!(read(&closed).unwrap(), Found::Bytes(identity(), 7));
    }

    #[test]
    fn a_hash_says_what_the_time_of_a_change_cannot() {
        let later = Some("later".to_owned());
        let hashed = Identity { os_hash_value: Some("ddaf".into()), ..identity() };
        let cases = [
            (identity(), identity(), true),
            (identity(), Identity { updated_at: later.clone(), ..identity() }, false),
            (hashed.clone(), Identity { updated_at: later, ..hashed.clone() }, true),
            (hashed.clone(), Identity { os_hash_value: Some("4a1b".into()), ..hashed.clone() }, false),
            (hashed.clone(), identity(), false),
            (hashed.clone(), Identity { size: Some(8), ..hashed.clone() }, false),
            (hashed.clone(), Identity { id: "2cfb".into(), ..hashed }, false),
        ];
        for (one, other, expected) in cases {
            assert_eq!(one.agrees(&other), expected, "{one:?} {other:?}");
        }
    }

    #[test]
    fn other_files_are_not_taken_for_a_ledger() {
        for text in ["notes of mine", "{\"id\":\"1\",\"x\":2}\n", "{}\n", "[]\n", "\n"] {
            assert_eq!(parse(text.as_bytes()), Found::Foreign, "{text}");
        }
        assert_eq!(parse(b""), Found::Nothing);
    }
}
