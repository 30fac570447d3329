//! A disk image that tools take for one: version 3 of qcow2, with nothing written on the disk.

const CLUSTER_BITS: u32 = 16;
const CLUSTER: u64 = 1 << CLUSTER_BITS;
/// How much of the disk one entry of the first table stands for.
const BYTES_PER_L1_ENTRY: u64 = CLUSTER * (CLUSTER / 8);

/// An empty disk of `disk_bytes`: four clusters of 64 KiB, the header, two tables of reference counts and the
/// first table.
pub(crate) fn empty(disk_bytes: u64) -> Vec<u8> {
    let l1_entries = u32::try_from(disk_bytes.div_ceil(BYTES_PER_L1_ENTRY)).unwrap_or(u32::MAX);
    let mut header = Vec::new();
    header.extend(b"QFI\xfb");
    header.extend(3_u32.to_be_bytes());
    header.extend([0; 12]); // no backing file
    header.extend(CLUSTER_BITS.to_be_bytes());
    header.extend(disk_bytes.to_be_bytes());
    header.extend(0_u32.to_be_bytes()); // not encrypted
    header.extend(l1_entries.to_be_bytes());
    header.extend((3 * CLUSTER).to_be_bytes()); // the first table
    header.extend(CLUSTER.to_be_bytes()); // the table of reference counts
    header.extend(1_u32.to_be_bytes()); // in one cluster
    header.extend([0; 12]); // no snapshots
    header.extend([0; 24]); // no features
    header.extend(4_u32.to_be_bytes()); // reference counts of 16 bits
    header.extend(104_u32.to_be_bytes()); // the header's length

    let mut image = header;
    pad(&mut image, CLUSTER);
    image.extend((2 * CLUSTER).to_be_bytes());
    pad(&mut image, 2 * CLUSTER);
    for _ in 0..4 {
        image.extend(1_u16.to_be_bytes());
    }
    pad(&mut image, 4 * CLUSTER);
    image
}

fn pad(image: &mut Vec<u8>, length: u64) {
    image.resize(usize::try_from(length).unwrap_or(image.len()), 0);
}

#[cfg(test)]
mod tests {
    use super::super::inspect::{Inspection, inspect};
    use super::*;

    #[test]
    fn an_empty_disk_is_recognised_with_its_size() {
        let image = empty(10 << 30);
        let expected =
            Inspection { format: "qcow2", virtual_size: 10 << 30, size: 256 << 10, is_binding: true };
        assert_eq!(inspect(&image, image.len() as u64, true), expected);
        assert_eq!(image.len(), 256 * 1024);
    }
}
