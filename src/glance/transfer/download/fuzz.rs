//! Properties of what is read of a download: the server's `Content-Range`, and the log of a part-file.
#![allow(clippy::unwrap_used)]

use std::io::{Seek, SeekFrom, Write};

use proptest::collection::vec;
use proptest::prelude::*;

use super::resume_log::{self, Found};
use super::snapshot::content_range;
use crate::fuzz::{bytes, config, near, text};

const RANGES: &[&str] =
    &["bytes 5-9/20", "bytes 0-18446744073709551615/*", "bytes 18446744073709551615-18446744073709551615/1"];

const LOGS: &[&str] = &[
    "{\"id\":\"1bea\",\"size\":9,\"os_hash_value\":\"ddaf\",\"updated_at\":\"now\"}\n{\"filled\":4}\n{\"filled\":7}\n",
    "{\"id\":\"\",\"size\":null,\"os_hash_value\":null,\"updated_at\":null}\n{\"filled\":18446744073709551615}\n{\"fil",
];

fn file(content: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_content_range_is_a_part_or_refused(range in prop_oneof![near(RANGES), text()]) {
        if let Some((part, _)) = content_range(&range) {
            prop_assert!(part.start <= part.end);
        }
    }

    #[test]
    fn any_log_is_read_or_known_as_foreign(log in prop_oneof![near(LOGS).prop_map(String::into_bytes), bytes()]) {
        let found = resume_log::read(&file(&log)).unwrap();
        if let Found::Bytes(identity, bytes) = found {
            // What was read can be begun again, and is read the same.
            let again = tempfile::tempfile().unwrap();
            resume_log::begin(&again, &identity, bytes).unwrap();
            prop_assert_eq!(resume_log::read(&again).unwrap(), Found::Bytes(identity, bytes));
        }
    }

    #[test]
    fn the_last_note_counts(notes in vec(any::<u64>(), 0..6)) {
        let Found::Bytes(identity, _) = resume_log::read(&file(LOGS[0].as_bytes())).unwrap() else { unreachable!() };
        let log = tempfile::tempfile().unwrap();
        resume_log::begin(&log, &identity, 0).unwrap();
        for bytes in &notes {
            resume_log::note(&log, *bytes).unwrap();
        }
        let last = notes.last().copied().unwrap_or(0);
        prop_assert_eq!(resume_log::read(&log).unwrap(), Found::Bytes(identity, last));
    }
}
