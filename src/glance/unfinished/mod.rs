//! Images that are begun and not completed: proof of who made them, marks on disk, and their removal.
//!
//! Below the client, without requests: `authorship.rs`, `marks/`, `in_flight.rs`, `change.rs`,
//! `may_remain.rs`, `unclear.rs`, `unshown.rs`, `this_run.rs`. Above it: `take_back.rs`, `clean_up.rs`,
//! `earlier_runs.rs`, `left_behind.rs`, `creation.rs`.

pub(super) mod authorship;
mod change;
mod clean_up;
mod creation;
pub(super) mod earlier_runs;
pub(super) mod in_flight;
mod left_behind;
pub(super) mod marks;
pub(super) mod may_remain;
mod take_back;
pub(super) mod this_run;
mod unclear;
mod unshown;
