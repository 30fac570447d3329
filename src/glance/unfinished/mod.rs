//! Images that are begun and not completed: proof of who made them, marks on disk, and their removal.

pub(super) mod authorship;
pub(super) mod earlier_runs;
pub(super) mod in_flight;
pub(super) mod marks;
pub(super) mod may_remain;
pub(super) mod this_run;
