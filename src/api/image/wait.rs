//! `image:wait{…}`, and the options that everything which waits has in common.
//!
//! How often one looks, and what ends a wait early, is `glance`'s.

use std::time::Duration;

use mlua::{Lua, UserDataRef, Value};

use super::record::ImageRecord;
use crate::api::bind::counted::Counted;
use crate::error::{Error, Kind};
use crate::glance::Patience;
use crate::host::{Given, raise};

/// The options that say how long to wait.
pub(in crate::api) const PATIENCE: [&str; 2] = ["timeout", "interval"];

/// As long as Glance itself leaves a task that does not move its hold on an image.
const TIMEOUT: f64 = 3600.0;

/// The statuses that an image can be waited for. One that is deleted is simply not found.
const STATUSES: [&str; 6] = ["queued", "saving", "uploading", "importing", "active", "deactivated"];

/// GET /v2/images/{id} and …/tasks until the image has that status; as it is then.
pub(in crate::api) async fn wait(
    _: Lua,
    this: UserDataRef<Counted<ImageRecord>>,
    options: Value,
) -> mlua::Result<ImageRecord> {
    let options = Given::from(&options, "image:wait", &["status", PATIENCE[0], PATIENCE[1]])?;
    let status = options.word("status", &STATUSES)?.unwrap_or_else(|| "active".to_owned());
    let patience = patience(&options)?;
    let glance = this.showing("Waiting for");
    let image = glance.wait_for_image(&this.image.id, &status, patience).await;
    let image = image.and_then(|image| this.after_staging(image)).map_err(raise)?;
    Ok(this.with_image(image))
}

/// What `timeout` and `interval` say, in seconds.
pub(in crate::api) fn patience(options: &Given) -> mlua::Result<Patience> {
    let timeout = options.number("timeout")?.unwrap_or(TIMEOUT);
    let interval = options.number("interval")?;
    Ok(Patience {
        timeout: seconds("timeout", timeout)?,
        interval: interval.map(|interval| seconds("interval", interval)).transpose()?,
    })
}

/// A number of seconds. Errors: `usage` (negative, or none).
pub(in crate::api) fn seconds(option: &str, seconds: f64) -> mlua::Result<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        raise(Error::new(Kind::Usage, format!("option '{option}' is seconds, 0 or more, not {seconds}")))
    })
}
