//! One entry: its keys, where each value comes from, and what they mean.

pub(super) mod keys;
pub(super) mod layer;
pub(super) mod region;
pub(super) mod service;
pub(super) mod values;
