//! What a request may be: the effect it may have, the paths it may name, the headers it may set.

pub(super) mod effect_limit;
pub(super) mod path;
pub(super) mod reserved_headers;
