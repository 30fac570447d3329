//! Image data: uploads, downloads, and what happens when a disk is full.

pub(crate) mod disks;
pub(crate) mod downloads;
pub(crate) mod uploads;
