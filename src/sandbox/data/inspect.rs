//! What data are, by their first bytes: the part of Glance's format inspector that a sandbox meets.

/// How many bytes from the start are looked at.
pub(crate) const HEAD: usize = 104;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inspection {
    /// Glance's word for the format; whatever is nothing else is `raw`.
    pub(crate) format: &'static str,
    /// The size of the disk that the data describe, in bytes.
    pub(crate) virtual_size: u64,
}

/// Looks at the first bytes of `size` bytes of data.
pub(crate) fn inspect(head: &[u8], size: u64) -> Inspection {
    let raw = Inspection { format: "raw", virtual_size: size };
    match (head.first_chunk::<4>(), head.get(24..32)) {
        (Some(b"QFI\xfb"), Some(bytes)) => Inspection {
            format: "qcow2",
            virtual_size: bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)),
        },
        _ => raw,
    }
}
