//! Finding an image for somebody, and asking the policy: the two questions with which nearly every operation
//! begins.

use super::super::state::policy::{Action, Target};
use super::super::state::{Caller, Image, State};
use super::fault::Fault;

/// The image, or the 404 of most operations.
pub(crate) fn find<'a>(state: &'a State, caller: &Caller, id: &str) -> Result<&'a Image, Fault> {
    state.images.visible(caller, id).ok_or_else(|| Fault::no_image(id))
}

/// The image, or the 404 of members and tags.
pub(crate) fn look_up<'a>(state: &'a State, caller: &Caller, id: &str) -> Result<&'a Image, Fault> {
    let missing = || Fault::not_found(format!("Image {id} not found."));
    state.images.visible(caller, id).ok_or_else(missing)
}

/// Whether the caller may do this to the image.
///
/// Somebody who may not even look at it is told that there is nothing (glance/api/v2/policy.py,
/// `ImageAPIPolicy._enforce`).
pub(crate) fn permit(caller: &Caller, action: Action, image: &Image) -> Result<(), Fault> {
    let target = image.target(caller);
    if action.allows(caller, target) {
        Ok(())
    } else if Action::GetImage.allows(caller, target) {
        Err(refusal(action))
    } else {
        Err(Fault::no_such_resource())
    }
}

/// Whether the caller may do this where no image is at stake.
pub(crate) fn permit_at_all(caller: &Caller, action: Action) -> Result<(), Fault> {
    let target = Target { owner: caller.project.as_deref(), as_member: false };
    if action.allows(caller, target) { Ok(()) } else { Err(refusal(action)) }
}

/// The policy's answer.
pub(crate) fn refusal(action: Action) -> Fault {
    Fault::forbidden(format!("You are not authorized to complete {} action.", action.name()))
}
