//! IDs that look random and never change, so that documentation can print them.

/// An ID that looks random and is the same in every sandbox.
pub(crate) fn stable_id(seed: u64) -> String {
    format!("{:032x}", fastrand::Rng::with_seed(seed).u128(..))
}

/// The ID of Glance in the catalogue.
pub(crate) fn image_service() -> String {
    stable_id(4)
}
