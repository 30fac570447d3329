//! The thread Lua runs on, and how the thread that reads lines talks with it.

use std::io;
use std::sync::mpsc as blocking;
use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime as Tokio;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::show;
use crate::api::{CloudName, Runtime};
use crate::cli::interrupt::{self, GRACE};
use crate::cli::out;
use crate::cli::session::{self, Clouds, Invocation};
use crate::cli::stop::Stop;
use crate::cli::trace::Trace;
use crate::error::Error;
use crate::host::{Completeness, Interrupt};

/// How long whoever types waits for a completion.
const PATIENCE: Duration = Duration::from_millis(300);

/// The engine, from the thread that reads lines.
pub(super) struct Engine {
    asked: Asking,
    interrupt: Interrupt,
    waiting: Tokio,
}

/// The part of it that the line editor needs.
#[derive(Clone)]
pub(super) struct Asking(mpsc::UnboundedSender<Request>);

enum Request {
    Eval { text: String, cancelled: oneshot::Receiver<()>, reply: oneshot::Sender<Result<String, Stop>> },
    Complete { line: String, reply: blocking::Sender<Vec<String>> },
    Completeness { text: String, reply: blocking::Sender<Completeness> },
}

/// What the thread tells first: how to stop it, and which cloud it is bound to, or why to none.
type Started = (Interrupt, Result<CloudName, Error>);

impl Engine {
    /// Starts the thread and its runtime; the session goes on without a cloud where none can be had.
    pub(super) fn start(
        invocation: Invocation,
        clouds: Clouds,
    ) -> Result<(Engine, Result<CloudName, Error>), Stop> {
        let (requests, asked) = mpsc::unbounded_channel();
        let (started, starting) = blocking::channel();
        thread::Builder::new()
            .name("lua".into())
            .spawn(move || live(&invocation, &clouds, asked, &started))?;
        let (interrupt, cloud) = starting.recv().map_err(|_| gone())??;
        Ok((Engine { asked: Asking(requests), interrupt, waiting: interrupt::runtime()? }, cloud))
    }

    /// Runs a chunk and returns its values as text; ^C stops it. Where it does not let go, ^C ends the session.
    pub(super) fn eval(&self, text: String) -> Result<String, Stop> {
        let (reply, mut answer) = oneshot::channel();
        let (cancel, cancelled) = oneshot::channel();
        let (mut cancel, mut stuck) = (Some(cancel), false);
        let mut pressed = interrupt::pressed(&self.waiting)?;
        self.asked.0.send(Request::Eval { text, cancelled, reply }).map_err(|_| gone())?;
        self.waiting.block_on(async {
            loop {
                tokio::select! {
                    result = &mut answer => return result.map_err(|_| gone())?,
                    Some(()) = pressed.recv() => {
                        if stuck {
                            interrupt::leave();
                        }
                        // What computes sees the one, what awaits is dropped by the other.
                        out::end_line();
                        self.interrupt.stop();
                        cancel.take().map(|cancel| cancel.send(()));
                    }
                    () = sleep(GRACE), if cancel.is_none() && !stuck => {
                        stuck = true;
                        out::note("it does not let go; ^C once more ends the session");
                    }
                }
            }
        })
    }

    /// What the line editor may ask.
    pub(super) fn asking(&self) -> Asking {
        self.asked.clone()
    }
}

impl Asking {
    /// What could stand at the end of the line; nothing where Lua is busy.
    pub(super) fn completions(&self, line: &str) -> Vec<String> {
        self.ask(|reply| Request::Complete { line: line.to_owned(), reply }).unwrap_or_default()
    }

    /// Whether the text can be run as it is; it is run where nobody knows.
    pub(super) fn completeness(&self, text: &str) -> Completeness {
        self.ask(|reply| Request::Completeness { text: text.to_owned(), reply })
            .unwrap_or(Completeness::Complete)
    }

    fn ask<T>(&self, request: impl FnOnce(blocking::Sender<T>) -> Request) -> Option<T> {
        let (reply, answer) = blocking::channel();
        self.0.send(request(reply)).ok()?;
        answer.recv_timeout(PATIENCE).ok()
    }
}

/// The whole life of the thread. Whoever asked and went away needs no answer, so that failed replies are dropped.
fn live(
    invocation: &Invocation,
    clouds: &Clouds,
    mut asked: mpsc::UnboundedReceiver<Request>,
    started: &blocking::Sender<Result<Started, Stop>>,
) {
    let trace = Trace::new(&invocation.globals);
    let made = session::runtime(invocation, clouds, &trace, true).map_err(Stop::from);
    let (runtime, tokio) = match made.and_then(|runtime| Ok((runtime, interrupt::runtime()?))) {
        Ok(made) => made,
        Err(stop) => return drop(started.send(Err(stop))),
    };
    let _ = started.send(Ok((runtime.engine().interrupt(), runtime.cloud_name())));
    tokio.block_on(async {
        while let Some(request) = asked.recv().await {
            match request {
                Request::Eval { text, cancelled, reply } => {
                    let result = eval(&runtime, &text, invocation, cancelled).await;
                    trace.tell_timing();
                    let _ = reply.send(result);
                }
                Request::Complete { line, reply } => {
                    let _ = reply.send(runtime.engine().completions(&line));
                }
                Request::Completeness { text, reply } => {
                    let _ = reply.send(runtime.engine().completeness(&text));
                }
            }
        }
    });
}

async fn eval(
    runtime: &Runtime,
    text: &str,
    invocation: &Invocation,
    cancelled: oneshot::Receiver<()>,
) -> Result<String, Stop> {
    let work = show::eval(runtime.engine(), text, invocation);
    tokio::select! {
        biased;
        result = work => result,
        Ok(()) = cancelled => {
            session::take_back(runtime).await;
            Err(Stop::Interrupted)
        }
    }
}

fn gone() -> Stop {
    Stop::Io(io::Error::other("the Lua thread has ended"))
}
