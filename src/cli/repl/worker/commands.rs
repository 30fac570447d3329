//! What the commands do that need the session.

use std::time::Instant;

use serde_json::{Value, json};

use super::Life;
use super::display;
use crate::budget::Held;
use crate::cli::commands::help;
use crate::cli::docs;
use crate::cli::exit::Stop;
use crate::cli::repl::command::{self, Command};
use crate::cli::repl::save::Kept;
use crate::error::{Error, Kind};
use crate::http::Effect;

/// Does it; what is to be shown, and what a script would say to do the same.
pub(in crate::cli::repl) async fn act(
    life: &mut Life,
    command: Command,
) -> Result<(String, Vec<Kept>), Stop> {
    let said = |text: &str| Ok((format!("{text}\n"), Vec::new()));
    match command {
        Command::Help(topic) => Ok((explain(life, &topic.unwrap_or_default())?, Vec::new())),
        Command::Apropos(word) => Ok((find_word(life, &word)?, Vec::new())),
        Command::More => Ok((display::more(life).await?, Vec::new())),
        Command::Time(text) => {
            let (started, before) = (Instant::now(), life.trace.count());
            let (shown, kept) = life.line(&text).await?;
            let requests = match life.trace.count() - before {
                1 => "1 request".to_owned(),
                count => format!("{count} requests"),
            };
            Ok((format!("{shown}({:.3} s, {requests})\n", started.elapsed().as_secs_f64()), kept))
        }
        Command::Clear => {
            life.runtime.engine().forget()?;
            said("locals and last values are forgotten; globals stay")
        }
        Command::Reload => {
            let modules = life.runtime.engine().reload().await?;
            let none = "no module was loaded from a file; recipes are read anew each time".to_owned();
            said(&if modules.is_empty() { none } else { format!("read anew: {}", modules.join(", ")) })
        }
        Command::Trace(detail) => {
            life.trace.show(detail);
            Ok((String::new(), Vec::new()))
        }
        Command::Cloud(name) => {
            life.runtime.choose_cloud(&name)?;
            life.forget_images();
            Ok((String::new(), vec![Kept::cloud(&name)]))
        }
        Command::Clouds => {
            let chosen = life.runtime.cloud_name().ok().map(|chosen| chosen.cloud);
            let names = life.runtime.clouds()?.into_iter();
            let rows = names.map(|name| {
                let is_chosen = Some(&name) == chosen.as_ref();
                json!({ "cloud": name, "chosen": is_chosen })
            });
            let rows: Value = rows.collect();
            Ok((display::table(life, Held::free(rows), None)?, Vec::new()))
        }
        Command::Format(format) => {
            life.invocation.globals.format = Some(format);
            Ok((String::new(), Vec::new()))
        }
        Command::Write(on) => {
            write(life, on)?;
            said(if on {
                "changes may leave now; what is taken away is asked about"
            } else {
                "only reads leave now"
            })
        }
        // Those that need no session.
        Command::Save { .. } | Command::Edit | Command::Quit => Ok((String::new(), Vec::new())),
    }
}

fn write(life: &Life, on: bool) -> Result<(), Error> {
    if on && life.invocation.globals.read_only {
        return Err(Error::new(Kind::Usage, "--read-only was given, and stays what it is")
            .advice("start the REPL without it"));
    }
    life.runtime.effects().allow(if on { Effect::Delete } else { Effect::Read });
    Ok(())
}

/// What is written of a topic; of a live value, what is written of its class: `image:update` is
/// `Image:update`.
fn explain(life: &Life, topic: &str) -> Result<String, Stop> {
    if let Some((usage, does)) = command::usage(topic) {
        return Ok(docs::list_names(&[(usage, does.to_owned())]));
    }
    let engine = life.runtime.engine();
    if topic == help::OPERATIONS {
        let operations = help::operations(life.documentation());
        return Ok(crate::cli::output::render::render(&operations, None, &life.invocation.look())?);
    }
    let (value, member) = match topic.rfind(['.', ':']) {
        Some(at) => (&topic[..at], &topic[at..]),
        None => (topic, ""),
    };
    let classed = engine.class_of(value).map(|class| format!("{class}{member}"));
    if let Some(text) = classed.and_then(|topic| life.documentation().text(&topic)) {
        return Ok(text);
    }
    match help::explain(engine, life.documentation(), topic) {
        // Help that comes as clap's own error is help all the same.
        Err(Stop::Usage(help)) if help.exit_code() == 0 => Ok(help.to_string()),
        told => told,
    }
}

/// What has that word: names, and recipes.
fn find_word(life: &Life, word: &str) -> Result<String, Error> {
    let recipes = life.runtime.engine().recipes();
    let lower = word.to_lowercase();
    let recipes = recipes.iter().filter(|found| {
        found.name.to_lowercase().contains(&lower) || found.summary.to_lowercase().contains(&lower)
    });
    let mut found: Vec<(&str, String)> =
        recipes.map(|found| (found.name.as_str(), found.summary.clone())).collect();
    found.extend(life.documentation().find_word(word));
    if found.is_empty() {
        return Err(Error::new(Kind::Usage, format!("nothing that is documented has the word {word}")));
    }
    Ok(docs::list_names(&found))
}
