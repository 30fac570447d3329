//! What data are, by their first bytes, and whether an image may be made of them.
//!
//! As much of `oslo_utils.imageutils.format_inspector` as tells the formats apart, and Glance's use of it
//! (`glance/location.py`, `ImageProxy.set_data`).

use serde::{Deserialize, Deserializer, Serialize};

/// How many bytes from the start are looked at: as far as the first descriptor of an ISO image reaches.
pub(crate) const HEAD: usize = 0x8800;

const ISO: usize = 0x8000;

/// The formats that Glance recognises. Of the others it cannot say what is in them.
const RECOGNISED: [&str; 10] = ["raw", "qcow2", "vhd", "vhdx", "vmdk", "vdi", "qed", "iso", "gpt", "luks"];

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Inspection {
    /// Glance's word for the format; whatever is nothing else is `raw`.
    pub(crate) format: &'static str,
    /// The size of the disk that the data describe, in bytes; 0 where that is not known.
    pub(crate) virtual_size: u64,
    /// The size of the data themselves, in bytes.
    pub(crate) size: u64,
    /// Whether images that say otherwise are refused.
    pub(crate) is_binding: bool,
}

impl<'de> Deserialize<'de> for Inspection {
    /// Of a state that was saved: read once, and wanted as long as the program runs.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Saved {
            format: String,
            virtual_size: u64,
            size: u64,
            is_binding: bool,
        }
        let Saved { format, virtual_size, size, is_binding } = Saved::deserialize(deserializer)?;
        Ok(Self { format: format.leak(), virtual_size, size, is_binding })
    }
}

impl Inspection {
    /// The virtual size that an image gets by these data; none for one that Glance does not look into.
    ///
    /// The error is Glance's message, for an image that says it were something else.
    pub(crate) fn judge(self, disk_format: &str, container_format: &str) -> Result<Option<u64>, String> {
        let known = |size: u64| (size > 0).then_some(size);
        if container_format != "bare" {
            Ok(None)
        } else if self.format == disk_format {
            Ok(known(self.virtual_size))
        } else if self.format == "raw" && !RECOGNISED.contains(&disk_format) {
            Ok(None)
        } else if disk_format == "raw" {
            Ok(known(self.size))
        } else if !self.is_binding {
            Ok(None)
        } else {
            Err(format!("Image disk_format {disk_format} does not match stream data {}", self.format))
        }
    }
}

/// Looks at the first bytes of `size` bytes of data.
pub(crate) fn inspect(head: &[u8], size: u64, is_binding: bool) -> Inspection {
    let (format, virtual_size) = recognise(head).unwrap_or(("raw", size));
    Inspection { format, virtual_size, size, is_binding }
}

fn recognise(head: &[u8]) -> Option<(&'static str, u64)> {
    let is_at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if is_at(0, b"QFI\xfb") {
        Some(("qcow2", big_endian(head, 24, 8)))
    } else if is_at(0, b"conectix") {
        Some(("vhd", big_endian(head, 40, 8)))
    } else if is_at(0, b"vhdxfile") {
        // Its size stands somewhere behind the head.
        Some(("vhdx", 0))
    } else if is_at(0, b"KDMV") {
        Some(("vmdk", 512 * little_endian(head, 12, 8)))
    } else if is_at(0x40, &0xBEDA_107F_u32.to_le_bytes()) {
        Some(("vdi", little_endian(head, 0x170, 8)))
    } else if is_at(0, b"QED\0") {
        Some(("qed", little_endian(head, 48, 8)))
    } else if is_at(0, b"LUKS\xba\xbe") {
        Some(("luks", 0))
    } else if [b"CD001", b"NSR02", b"NSR03"].iter().any(|magic| is_at(ISO + 1, *magic)) {
        Some(("iso", little_endian(head, ISO + 128, 2) * little_endian(head, ISO + 80, 4)))
    } else if is_at(510, &[0x55, 0xAA]) {
        Some(("gpt", 0))
    } else {
        None
    }
}

fn big_endian(head: &[u8], offset: usize, length: usize) -> u64 {
    let bytes = head.get(offset..offset + length).unwrap_or_default();
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn little_endian(head: &[u8], offset: usize, length: usize) -> u64 {
    let bytes = head.get(offset..offset + length).unwrap_or_default();
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Measured by uploading noise and a qcow2 image of 10 GiB as every format.
    #[test]
    fn an_image_of_another_format_than_its_data_is_refused() {
        let noise = inspect(b"noise", 5, true);
        let qcow2 = Inspection { format: "qcow2", virtual_size: 10 << 30, size: 262_144, is_binding: true };
        let lenient = inspect(b"noise", 5, false);
        let cases = [
            (noise, "raw", "bare", Some(Some(5))),
            (noise, "qcow2", "bare", None),
            (noise, "iso", "bare", None),
            (lenient, "iso", "bare", Some(None)),
            (lenient, "raw", "bare", Some(Some(5))),
            (noise, "ploop", "bare", Some(None)),
            (noise, "ami", "ami", Some(None)),
            (qcow2, "qcow2", "bare", Some(Some(10 << 30))),
            (qcow2, "raw", "bare", Some(Some(262_144))),
            (qcow2, "vmdk", "bare", None),
            (qcow2, "ploop", "bare", None),
            (qcow2, "ami", "ami", Some(None)),
        ];
        for (found, disk_format, container_format, expected) in cases {
            let verdict = found.judge(disk_format, container_format).ok();
            assert_eq!(verdict, expected, "{} as {disk_format}", found.format);
        }
    }
}
