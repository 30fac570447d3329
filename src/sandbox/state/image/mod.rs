//! Images: attributes, members, states, stores, and which of them a caller can see.

pub(crate) mod cache;
pub(crate) mod collection;
pub(crate) mod member;
pub(crate) mod model;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod visibility;
