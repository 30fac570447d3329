//! The thread Lua runs on, and how the thread that reads lines talks with it.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime as Tokio;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep;

use super::command::Command;
use super::save::Kept;
use super::terminal::prompt::Status;
use super::worker::Life;
use crate::api::Ledger;
use crate::cli::exit::Stop;
use crate::cli::output;
use crate::cli::session::interrupt::{self, GRACE, Signals};
use crate::cli::session::{Clouds, Invocation};
use crate::error::Error;
use crate::host::{Completeness, Interrupt};
use crate::sandbox::Sandbox;

/// The stack of Lua's thread, as large as that of a main thread usually is: calls that wait nest on it.
const STACK: usize = 8 << 20;

/// How long whoever types waits for a completion.
const PATIENCE: Duration = Duration::from_millis(300);

/// How long Lua's thread may take to end the session, once another process has asked for that.
const PATIENCE_AT_END: Duration = Duration::from_secs(15);

/// The engine, from the thread that reads lines.
pub(super) struct Engine {
    asked: Asking,
    questions: mpsc::UnboundedReceiver<Question>,
    interrupt: Interrupt,
    ledger: Ledger,
    waiting: Tokio,
    /// The sandbox, where there is one: Lua's thread, which uses it too, ends with the process.
    sandbox: Option<Arc<Sandbox>>,
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(sandbox) = &self.sandbox {
            sandbox.delete_data();
        }
    }
}

/// The part of it that the line editor needs.
#[derive(Clone)]
pub(super) struct Asking(mpsc::UnboundedSender<Request>);

/// What somebody typed, to be done.
#[derive(Debug)]
pub(super) enum Job {
    /// Lua, or a recipe's line.
    Line(String),
    /// A command that needs the session.
    Command(Command),
}

/// What came of it.
pub(super) struct Done {
    /// What is to be shown on standard output.
    pub(super) shown: Result<String, Stop>,
    /// What a script would have to say to do the same.
    pub(super) kept: Vec<Kept>,
    /// What the prompt is to tell now.
    pub(super) status: Status,
}

/// What Lua's thread is asked.
pub(super) enum Request {
    /// To do a job, until it is done or cancelled.
    Do { job: Job, cancelled: oneshot::Receiver<()>, reply: oneshot::Sender<Done> },
    /// To clean up: the session ends.
    End { reply: oneshot::Sender<()> },
    /// What could stand at the end of a line, and where that begins.
    Complete { line: String, reply: blocking::Sender<(usize, Vec<String>)> },
    /// Whether a text can be run as it is.
    Completeness { text: String, reply: blocking::Sender<Completeness> },
    /// Whether a line is a recipe's.
    IsCall { line: String, reply: blocking::Sender<bool> },
    /// Whether a text may give a secret to a recipe.
    GivesSecret { text: String, reply: blocking::Sender<bool> },
    /// How what is called at the end of a line is to be called.
    Signature { line: String, reply: blocking::Sender<Option<String>> },
}

/// What the person at the terminal is asked while something runs.
struct Question {
    text: String,
    reply: blocking::Sender<String>,
}

/// What the thread tells first.
pub(super) struct Started {
    /// How to stop it.
    pub(super) interrupt: Interrupt,
    /// The images that it has begun and not completed.
    pub(super) ledger: Ledger,
    /// What the prompt shows.
    pub(super) status: Status,
    /// Why the prompt shows no cloud.
    pub(super) trouble: Option<Error>,
}

/// Asks the person at the terminal, from Lua's thread; what was typed, or nothing.
pub(super) type Inquire = Rc<dyn Fn(&str) -> String>;

impl Engine {
    /// Starts the thread and its runtime; the session goes on without a cloud where none can be had.
    ///
    /// `typed` is whether somebody is there to be asked, and `write` whether changes may leave from the
    /// start.
    pub(super) fn start(
        invocation: Invocation,
        clouds: Clouds,
        typed: bool,
        write: bool,
    ) -> Result<(Engine, Status, Option<Error>), Stop> {
        let (requests, asked) = mpsc::unbounded_channel();
        let (questions, to_ask) = mpsc::unbounded_channel();
        let (started, starting) = blocking::channel();
        let sandbox = clouds.sandbox.clone();
        let (end, ended) = watch::channel(false);
        let lua = move || {
            let inquire = typed.then(|| inquiring(questions));
            match Life::begin(invocation, &clouds, inquire.as_ref(), write, ended) {
                Ok((life, tokio)) => {
                    let _ = started.send(Ok(life.describe_start()));
                    tokio.block_on(life.serve(asked));
                }
                Err(stop) => drop(started.send(Err(stop))),
            }
        };
        let begun = thread::Builder::new().name("lua".into()).stack_size(STACK).spawn(lua);
        begun.map_err(|refusal| Error::no_thread(&refusal))?;
        let Started { interrupt, ledger, status, trouble } = starting.recv().map_err(|_| gone_error())??;
        end_on_request(end, interrupt.clone(), ledger.clone())?;
        let waiting = interrupt::runtime()?;
        let asked = Asking(requests);
        let engine = Engine { asked, questions: to_ask, interrupt, ledger, waiting, sandbox };
        Ok((engine, status, trouble))
    }

    /// Does a job; ^C stops it. Where it does not let go, ^C ends the session. `ask` asks whoever types.
    pub(super) fn run(&mut self, job: Job, mut ask: impl FnMut(&str) -> String) -> Result<Done, Stop> {
        let (reply, mut answer) = oneshot::channel();
        let (cancel, cancelled) = oneshot::channel();
        let (mut cancel, mut stuck) = (Some(cancel), false);
        let mut pressed = Signals::listen_for_interrupt(&self.waiting)?;
        self.asked.0.send(Request::Do { job, cancelled, reply }).map_err(|_| gone_error())?;
        let Engine { waiting, questions, interrupt, ledger, .. } = self;
        waiting.block_on(async {
            loop {
                tokio::select! {
                    result = &mut answer => return result.map_err(|_| gone_error()),
                    Some(question) = questions.recv() => {
                        let _ = question.reply.send(ask(&question.text));
                    }
                    _ = pressed.recv() => {
                        if stuck {
                            interrupt::leave(ledger);
                        }
                        // What computes sees the one, what awaits is dropped by the other.
                        output::end_line();
                        interrupt.stop();
                        cancel.take().map(|cancel| cancel.send(()));
                    }
                    () = sleep(GRACE), if cancel.is_none() && !stuck => {
                        stuck = true;
                        output::note("it does not let go; ^C once more ends the session");
                    }
                }
            }
        })
    }

    /// Ends the session: images that it began and did not complete are removed. ^C ends that too.
    pub(super) fn end(self) -> Result<(), Stop> {
        let (reply, answer) = oneshot::channel();
        let mut pressed = Signals::listen_for_interrupt(&self.waiting)?;
        if self.asked.0.send(Request::End { reply }).is_ok() {
            self.waiting.block_on(async {
                tokio::select! {
                    _ = answer => {}
                    _ = pressed.recv() => interrupt::leave(&self.ledger),
                }
            });
        }
        Ok(())
    }

    /// What the line editor may ask.
    pub(super) fn asking(&self) -> Asking {
        self.asked.clone()
    }
}

impl Asking {
    /// What could stand at the end of the line, and where that begins; nothing where Lua is busy.
    pub(super) fn completions(&self, line: &str) -> (usize, Vec<String>) {
        self.ask(|reply| Request::Complete { line: line.to_owned(), reply })
            .unwrap_or((line.len(), Vec::new()))
    }

    /// Whether the text can be run as it is; it is run where nobody knows.
    pub(super) fn completeness(&self, text: &str) -> Completeness {
        self.ask(|reply| Request::Completeness { text: text.to_owned(), reply })
            .unwrap_or(Completeness::Complete)
    }

    /// Whether the line is a recipe's.
    pub(super) fn is_call(&self, line: &str) -> bool {
        self.ask(|reply| Request::IsCall { line: line.to_owned(), reply }).unwrap_or(false)
    }

    /// Whether the text may give a secret to a recipe. True if Lua's thread does not answer.
    pub(super) fn gives_secret(&self, text: &str) -> bool {
        self.ask(|reply| Request::GivesSecret { text: text.to_owned(), reply }).unwrap_or(true)
    }

    /// How what is called at the end of the line is to be called.
    pub(super) fn signature(&self, line: &str) -> Option<String> {
        self.ask(|reply| Request::Signature { line: line.to_owned(), reply }).flatten()
    }

    fn ask<T>(&self, request: impl FnOnce(blocking::Sender<T>) -> Request) -> Option<T> {
        let (reply, answer) = blocking::channel();
        self.0.send(request(reply)).ok()?;
        answer.recv_timeout(PATIENCE).ok()
    }
}

/// Has Lua's thread end the process in good order when another process asks for that; a second time, at once.
///
/// ^C is not among these signals: it ends a job, not the session.
fn end_on_request(end: watch::Sender<bool>, interrupt: Interrupt, ledger: Ledger) -> Result<(), Stop> {
    let runtime = interrupt::runtime()?;
    let mut signals = Signals::listen_for_signals(&runtime)?;
    let listen = move || {
        runtime.block_on(async {
            let (first, came) = (signals.recv().await, Instant::now());
            let _ = end.send(true);
            interrupt.stop();
            tokio::select! {
                () = signals.recv_another(first, came) => {}
                () = sleep(PATIENCE_AT_END) => {}
            }
            interrupt::leave(&ledger);
        });
    };
    let started = thread::Builder::new().name("signals".into()).spawn(listen);
    started.map_err(|refusal| Error::no_thread(&refusal))?;
    Ok(())
}

/// Lua's thread waits here: nothing else of it goes on until there is an answer.
fn inquiring(questions: mpsc::UnboundedSender<Question>) -> Inquire {
    Rc::new(move |text| {
        let (reply, answer) = blocking::channel();
        let asked = questions.send(Question { text: text.to_owned(), reply });
        asked.ok().and_then(|()| answer.recv().ok()).unwrap_or_default()
    })
}

fn gone_error() -> Stop {
    Stop::Io(io::Error::other("the Lua thread has ended"))
}
