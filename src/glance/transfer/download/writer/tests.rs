//! Tests of files under way: parts in any order, zeros, disks that fill or fail.

#![allow(clippy::unwrap_used)]
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use super::*;
use crate::error::Kind;
use crate::glance::Image;

/// The check of an image whose data have that SHA-256.
fn check(hash: &str) -> Option<Check> {
    Check::of(&Image {
        os_hash_algo: Some("sha256".into()),
        os_hash_value: Some(hash.into()),
        ..Image::default()
    })
}

fn ledger() -> Arc<File> {
    Arc::new(tempfile::tempfile().unwrap())
}

#[tokio::test]
async fn parts_in_any_order_are_hashed_in_theirs() {
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    for (hash, is_right) in [(abc, true), ("ab", false)] {
        let file = tempfile::tempfile().unwrap();
        // As if an earlier run had left the first byte.
        file.write_all_at(b"a", 0).unwrap();
        let mut disk = Disk::start(file, ledger(), 1, check(hash)).unwrap();
        disk.write(2, Bytes::from_static(b"c")).await.unwrap();
        disk.write(1, Bytes::from_static(b"b")).await.unwrap();
        let verdict = disk.finish().await.unwrap();
        assert_eq!(
            verdict.map_err(|error| error.kind()),
            if is_right { Ok(()) } else { Err(Kind::Integrity) }
        );
        assert_eq!(disk.front(), 3);
    }
}

#[tokio::test]
async fn zeros_stay_holes() {
    let file = tempfile::tempfile().unwrap();
    file.set_len(8 << 20).unwrap();
    let kept = file.try_clone().unwrap();
    let mut disk = Disk::start(file, ledger(), 0, None).unwrap();
    let mut data = vec![0; 8 << 20];
    data[5 << 20] = 1;
    for (number, part) in data.chunks(50_000).enumerate() {
        disk.write(number as u64 * 50_000, Bytes::copy_from_slice(part)).await.unwrap();
    }
    disk.finish().await.unwrap().unwrap();
    let mut found = vec![1; 8 << 20];
    kept.read_exact_at(&mut found, 0).unwrap();
    assert!(found == data);
    let occupied = kept.metadata().unwrap().blocks() * 512;
    assert!(occupied <= 64 << 10, "{occupied} bytes are occupied");
}

#[tokio::test]
async fn a_full_disk_is_reported_by_the_next_part_or_at_the_end() {
    let full = || File::options().read(true).write(true).open("/dev/full").unwrap();
    let mut disk = Disk::start(full(), ledger(), 0, check("ab")).unwrap();
    disk.write(0, Bytes::from_static(b"a")).await.unwrap();
    assert_eq!(disk.finish().await.unwrap_err().kind(), io::ErrorKind::StorageFull);
    let disk = Disk::start(full(), ledger(), 0, check("ab")).unwrap();
    let failure = loop {
        if let Err(failure) = disk.write(0, Bytes::from_static(b"a")).await {
            break failure;
        }
    };
    assert_eq!(failure.kind(), io::ErrorKind::StorageFull);
    assert_eq!(disk.front(), 0);
}

#[tokio::test]
async fn a_dropped_writer_records_its_progress() {
    let ledger = ledger();
    let disk = Disk::start(tempfile::tempfile().unwrap(), ledger.clone(), 0, check("ab")).unwrap();
    disk.write(0, Bytes::from_static(b"abc")).await.unwrap();
    while disk.front() < 3 {
        tokio::task::yield_now().await;
    }
    drop(disk);
    let mut noted = vec![0; 64];
    let length = ledger.read_at(&mut noted, 0).unwrap();
    assert_eq!(noted[..length], *b"{\"filled\":3}\n");
}

#[test]
fn zeros_are_left_out_block_by_block() {
    let mut part = vec![0; 20_000];
    assert_eq!(occupied_ranges(100, &part), []);
    part[0] = 1;
    part[10_000] = 1;
    part[19_999] = 1;
    assert_eq!(occupied_ranges(100, &part), [100..4096, 8192..12_288, 16_384..20_100]);
    part[5000] = 1;
    assert_eq!(occupied_ranges(100, &part), [100..12_288, 16_384..20_100]);
}

#[tokio::test]
async fn an_unreadable_file_ends_the_download() {
    // Takes all, and has nothing.
    let nothing = File::options().read(true).write(true).open("/dev/null").unwrap();
    let disk = Disk::start(nothing, ledger(), 0, check("ab")).unwrap();
    let part = Bytes::from(vec![1; 8 << 20]);
    let parts = async {
        for place in 0..2 * LAG_BYTES / part.len() as u64 {
            disk.write(place * part.len() as u64, part.clone()).await?;
        }
        Ok(())
    };
    let written: io::Result<()> = tokio::time::timeout(Duration::from_mins(1), parts).await.unwrap();
    // Whichever of the two is noticed first: it can neither be read again nor synced.
    let kind = written.unwrap_err().kind();
    assert!([io::ErrorKind::UnexpectedEof, io::ErrorKind::InvalidInput].contains(&kind), "{kind:?}");
}

#[tokio::test]
async fn unsynced_data_are_not_resumed() {
    // No device can be synced.
    let device = File::options().read(true).write(true).open("/dev/null").unwrap();
    let ledger = ledger();
    let mut disk = Disk::start(device, ledger.clone(), 2, None).unwrap();
    disk.write(2, Bytes::from_static(b"c")).await.unwrap();
    assert_eq!(disk.finish().await.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!((disk.front(), disk.missing(Some(3))), (2, Some(1)));
    let mut noted = vec![0; 64];
    let length = ledger.read_at(&mut noted, 0).unwrap();
    assert!(noted[..length].ends_with(b"{\"filled\":2}\n"));
}

#[tokio::test]
async fn a_full_disk_drops_data_behind_a_gap() {
    let file = tempfile::tempfile().unwrap();
    file.set_len(8 << 20).unwrap();
    let kept = file.try_clone().unwrap();
    let disk = Disk::start(file, ledger(), 0, None).unwrap();
    for place in [0, 5 << 20] {
        disk.write(place, Bytes::from(vec![1; 1 << 20])).await.unwrap();
    }
    while disk.front() == 0 {
        tokio::task::yield_now().await;
    }
    drop(disk);
    assert_eq!(kept.metadata().unwrap().len(), 1 << 20);
}

#[test]
fn the_writer_waits_while_128_mib_are_not_on_the_disk_wherever_they_were_written() {
    let mut state = State::new(5 << 30, u64::MAX);
    assert!(state.has_room(5 << 30));
    // Behind a gap: the front does not move.
    state.written = 128 << 20;
    assert!(!state.has_room(5 << 30));
    state.written_synced = 64 << 20;
    assert!(state.has_room(5 << 30));
}
