//! `lunette FILE`, `lunette RECIPE`, `lunette run`, `lunette -e` and the script on stdin.

use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use crate::cli::args::recipe;
use crate::cli::args::target::{Target, is_file, is_path, target};
use crate::cli::exit::Stop;
use crate::cli::output::render::Look;
use crate::cli::output::script_line::{self, Text};
use crate::cli::output::{self, fit_columns};
use crate::cli::session::descriptors::need_for_run;
use crate::cli::session::interrupt::until_tidy;
use crate::cli::session::{Invocation, Session};
use crate::error::{Error, Kind};
use crate::host::{Loaded, Recipe, is_unrun_recipe, looks_like_recipe};

/// Runs what the first word means; the others are its arguments.
pub(crate) fn words(invocation: Invocation, words: &[String]) -> Result<(), Stop> {
    let Some((word, args)) = words.split_first() else {
        return Err(Stop::usage("there is nothing to run"));
    };
    let session = Session::open(&invocation)?;
    let recipes: Vec<String> = match word.as_str() {
        "-" => Vec::new(),
        word if is_path(word) && is_file(&invocation.surroundings.folder.join(word)) => Vec::new(),
        _ => session.runtime.engine().recipes().into_iter().map(|found| found.name).collect(),
    };
    match target(word, &invocation.surroundings.folder, &recipes)? {
        Target::Stdin => stdin(&invocation, args),
        Target::Recipe(name) => {
            if let Some((file, origin)) = session.runtime.engine().shelves().find_passed_over(&name) {
                output::note(&describe_passed_over(&invocation, &name, &file, &origin));
            }
            recipe(without_separator(invocation, words.len()), session, &Wanted::Named(name))
        }
        Target::File(path) if is_recipe(&invocation, &path) => {
            let invocation = without_separator(invocation, words.len());
            recipe(invocation, session, &Wanted::File(path, word.clone()))
        }
        Target::File(path) => finish(&session, async {
            script_line::remember(word, Text::File(invocation.surroundings.folder.join(&path)));
            let returned = session.runtime.engine().run_file(&path, args).await?;
            if is_unrun_recipe(&returned) { Err(unread_effects(&path).into()) } else { Ok(()) }
        }),
    }
}

/// The most bytes that a script on stdin may have. A device has no end.
const LARGEST_SCRIPT: u64 = 16 << 20;

/// Runs the script on stdin. Errors: `usage` (it is too large); whatever the script raises.
pub(crate) fn stdin(invocation: &Invocation, args: &[String]) -> Result<(), Stop> {
    let mut text = Vec::new();
    io::stdin().take(LARGEST_SCRIPT + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LARGEST_SCRIPT {
        return Err(Stop::usage("the script on stdin is larger than the 16 MiB a script may have"));
    }
    let session = Session::open(&Invocation { reads_stdin: true, ..invocation.clone() })?;
    script_line::remember("stdin", Text::Here(String::from_utf8_lossy(&text).into_owned()));
    finish(&session, async {
        session.runtime.engine().run_text("stdin", &text, args).await?;
        Ok(())
    })
}

/// Runs chunks one after the other in one state, and prints what each that is an expression is.
pub(crate) fn eval(invocation: &Invocation, chunks: &[String]) -> Result<(), Stop> {
    let session = Session::open(invocation)?;
    let asked = invocation.globals.format.is_some() || !invocation.globals.columns.is_empty();
    let width = io::stdout().is_terminal().then(output::terminal_width).flatten();
    finish(&session, async {
        let engine = session.runtime.engine();
        let look = Look { budget: engine.budget(), ..invocation.look() };
        for chunk in chunks {
            script_line::remember("-e", Text::Here(chunk.clone()));
            for value in engine.eval("-e", chunk).await? {
                let record = value.is_userdata();
                let json = if asked || record || value.is_table() {
                    let json = engine.to_json(&value).await.map(Some);
                    if asked { json? } else { json.or_else(fit_columns::unless_unwritable)? }
                } else {
                    None
                };
                let text = match json.filter(|json| asked || fit_columns::is_tabular(json, record)) {
                    Some(json) => fit_columns::render(&json, &look, width)?,
                    None => engine.inspect(&value)? + "\n",
                };
                output::text(&text)?;
            }
        }
        Ok(())
    })
}

/// A recipe that is to be run.
enum Wanted {
    Named(String),
    /// One in a file, and the word that it was called by.
    File(PathBuf, String),
}

impl Wanted {
    fn load(&self, invocation: &Invocation, session: &Session) -> Result<Loaded, Error> {
        let engine = session.runtime.engine();
        match self {
            Wanted::Named(name) => engine.load_recipe(name),
            Wanted::File(path, word) => {
                engine.load_recipe_file(&invocation.surroundings.folder.join(path), word)
            }
        }
    }
}

/// Whether a file is to be run as a recipe. What cannot be read is a script, whose run says so.
fn is_recipe(invocation: &Invocation, path: &Path) -> bool {
    let path = invocation.surroundings.folder.join(path);
    // A pipe can be read only once.
    path.is_file() && std::fs::read(path).is_ok_and(|text| looks_like_recipe(&text))
}

/// The error of a file that returns a recipe and does not look like one.
fn unread_effects(path: &Path) -> Error {
    let message =
        format!("{} returns a recipe, which was not run: its `effects` cannot be read", path.display());
    Error::new(Kind::Usage, message).advice(
        "write one word in its table, such as `effects = \"read\"`, and return the table at the end of the file",
    )
}

/// What is said of a project's recipe that has the name of another one.
fn describe_passed_over(invocation: &Invocation, name: &str, file: &Path, origin: &str) -> String {
    let shown = file.strip_prefix(&invocation.surroundings.folder).map(|file| Path::new(".").join(file));
    let shown = shown.unwrap_or_else(|_| file.to_owned());
    let shown = shown.display();
    format!("'{name}' is the recipe of '{origin}', not {shown}: run that file by lunette {shown}")
}

/// Runs a recipe with what its own command line says; its options may change the global ones.
fn recipe(invocation: Invocation, session: Session, wanted: &Wanted) -> Result<(), Stop> {
    let loaded = wanted.load(&invocation, &session)?;
    let (globals, mut args) = recipe::parse(&loaded.recipe, &invocation.argv, &invocation.surroundings)?;

    // Global options behind the recipe's name may want another runtime than the one it was found with.
    let changed = globals != invocation.globals;
    let invocation = Invocation { globals, ..invocation };
    let (session, loaded) = if changed {
        drop((loaded, session));
        need_for_run(invocation.globals.sandbox)?;
        let session = Session::open(&invocation)?;
        let loaded = wanted.load(&invocation, &session)?;
        (session, loaded)
    } else {
        (session, loaded)
    };
    let recipe = loaded.recipe.clone();
    if invocation.globals.read_only && recipe.effects != "read" {
        return Err(refusal(&recipe).into());
    }
    let verbose = invocation.globals.verbose > 0;
    finish(&session, async {
        recipe::complete(&recipe, &mut args, io::stdin().is_terminal())?;
        let outcome = session
            .runtime
            .run_recipe(loaded, args)
            .await
            .map_err(|failure| Stop::of_recipe(failure, verbose))?;
        let columns = outcome.columns.as_deref();
        let budget = session.runtime.engine().budget();
        if recipe.effects == "read" {
            invocation.print_within(&budget, &outcome.data, columns)
        } else {
            invocation.print_changes(&budget, &outcome.data, columns)
        }
    })
}

/// The same without a `--` before the words to run, behind which clap would look for no recipe.
fn without_separator(mut invocation: Invocation, words: usize) -> Invocation {
    let argv = &mut invocation.argv;
    if let Some(before) = argv.len().checked_sub(words + 1).filter(|before| argv[*before] == "--") {
        argv.remove(before);
    }
    invocation
}

fn refusal(recipe: &Recipe) -> Error {
    let does = if recipe.effects == "delete" { "deletes" } else { "modifies the cloud" };
    Error::new(Kind::Forbidden, format!("{} {does}, which --read-only forbids", recipe.found.name))
        .advice("run it without --read-only")
}

/// Runs `work` to its end or to a signal, cleans up, and tells what `--timing` wants told.
fn finish(session: &Session, work: impl Future<Output = Result<(), Stop>>) -> Result<(), Stop> {
    let result =
        until_tidy(work, session.take_back(), &session.ledger(), &session.runtime.engine().interrupt());
    session.tell_timing();
    result
}
