//! What a request is refused for where a project has used up what it may.

use super::super::cloud::Cloud;
use super::super::state::quota::Resource;
use super::super::state::{Caller, State};
use super::fault::Fault;

/// Refuses so much more of a resource, if it is too much.
pub(crate) fn enforce(
    cloud: &Cloud,
    state: &State,
    caller: &Caller,
    resource: Resource,
    more: u64,
) -> Result<(), Fault> {
    let project = caller.project.as_deref().unwrap_or_default();
    let refusal = resource.refusal(state, cloud.region(), project, more);
    refusal.map_or(Ok(()), |message| Err(Fault::too_large(message)))
}
