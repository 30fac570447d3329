//! The prompt: which cloud and project, and by its colour whether changes may leave.

use anstyle::{AnsiColor, Style};

use crate::api::CloudName;
use crate::http::Effect;

/// Only reads leave.
const CALM: Style = AnsiColor::Green.on_default();
/// Changes leave.
const ARMED: Style = AnsiColor::Yellow.on_default().bold();

/// What the prompt tells.
#[derive(Clone, Debug)]
pub(in crate::cli::repl) struct Status {
    /// The chosen cloud, where there is one.
    pub(in crate::cli::repl) cloud: Option<CloudName>,
    /// Whether changes may leave.
    pub(in crate::cli::repl) writable: bool,
    /// The deepest effect that has left so far.
    pub(in crate::cli::repl) reached: Effect,
}

impl Status {
    /// The prompt as text. The project's name stands where it is not the cloud's; an ID would only fill the
    /// line.
    pub(in crate::cli::repl) fn prompt(&self) -> String {
        let is_id = |text: &str| text.len() >= 32 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        match &self.cloud {
            None => "lunette> ".to_owned(),
            Some(CloudName { cloud, project: Some(project) }) if project != cloud && !is_id(project) => {
                format!("lunette {cloud}/{project}> ")
            }
            Some(CloudName { cloud, .. }) => format!("lunette {cloud}> "),
        }
    }
}

/// The prompt in its colour.
pub(in crate::cli::repl) fn paint_prompt(prompt: &str, writable: bool) -> String {
    let style = if writable { ARMED } else { CALM };
    format!("{style}{}{style:#} ", prompt.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOWHERE: Status = Status { cloud: None, writable: false, reached: Effect::Read };

    #[test]
    fn the_prompt_tells_cloud_and_project() {
        let of = |cloud: &str, project: Option<&str>| {
            let cloud = CloudName { cloud: cloud.into(), project: project.map(str::to_owned) };
            Status { cloud: Some(cloud), ..NOWHERE }.prompt()
        };
        assert_eq!(NOWHERE.prompt(), "lunette> ");
        assert_eq!(of("project-a", None), "lunette project-a> ");
        assert_eq!(of("project-a", Some("project-a")), "lunette project-a> ");
        assert_eq!(of("ovh", Some("backups")), "lunette ovh/backups> ");
        assert_eq!(of("ovh", Some("6e116cb59e2b4692b58c19b9d92183a9")), "lunette ovh> ");
    }

    #[test]
    fn a_colour_tells_whether_changes_may_leave() {
        assert_ne!(paint_prompt("lunette> ", true), paint_prompt("lunette> ", false));
        assert_eq!(anstream::adapter::strip_str(&paint_prompt("lunette> ", true)).to_string(), "lunette> ");
    }
}
