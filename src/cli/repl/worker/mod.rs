//! Lua's thread: it runs one job at a time, and between jobs completes names and lists images for completion.
//!
//! `display.rs` and `humanize.rs` show values, `commands.rs` runs commands, `recipe_call.rs` recipes' lines,
//! `complete.rs` completes, and `image_names.rs` knows the images of the cloud.

pub(super) mod commands;
pub(super) mod complete;
pub(super) mod display;
pub(super) mod humanize;
pub(super) mod image_names;
pub(super) mod recipe_call;

use std::cell::{Cell, OnceCell};
use std::pin::Pin;
use std::rc::Rc;

use tokio::runtime::Runtime as Tokio;
use tokio::sync::{mpsc, oneshot, watch};

use self::display::Rest;
use self::image_names::Known;
use super::link::{Done, Inquire, Job, Request, Started};
use super::save::Kept;
use super::terminal::prompt::Status;

use crate::api::{self, Extent, KnownImage, Runtime};
use crate::cli::docs::Documentation;
use crate::cli::exit::Stop;
use crate::cli::output;
use crate::cli::output::trace::Trace;
use crate::cli::session::interrupt;
use crate::cli::session::{self, Clouds, Invocation};
use crate::error::{Error, Kind};
use crate::http::{Ask, Effect};

/// The environment variable that lets changes leave from the start.
const WRITE: &str = "LUNETTE_REPL_WRITE";

/// How changes are allowed, for who was refused one.
pub(super) const HOW_TO_WRITE: &str = ".write on allows it for this session; `lunette --write`, or the environment \
                                       variable LUNETTE_REPL_WRITE=1, from the start";

/// What Lua's thread has.
pub(super) struct Life {
    pub(super) runtime: Runtime,
    /// As it was called; `.format` changes it.
    pub(super) invocation: Invocation,
    pub(super) trace: Trace,
    pub(super) known: Rc<Known>,
    /// What `.more` goes on with.
    pub(super) rest: Rest,
    /// The questions of this job that are answered by yes already.
    pub(super) agreed: Rc<Agreed>,
    /// Images on their way.
    fetch: Option<Fetch>,
    documentation: OnceCell<Documentation>,
    typed: bool,
    /// Whether another process has ended the session (SIGTERM, SIGHUP).
    ended: watch::Receiver<bool>,
}

/// The questions that somebody has answered for all that follow in the same job.
#[derive(Default)]
pub(super) struct Agreed {
    /// Questions about deletions.
    deletions: Cell<bool>,
    /// All other questions: the answer `all` to one of them allows no deletion.
    others: Cell<bool>,
}

impl Agreed {
    /// Answers all questions, or none.
    pub(super) fn set(&self, is_yes: bool) {
        self.deletions.set(is_yes);
        self.others.set(is_yes);
    }

    fn is_yes(&self, question: api::Question) -> bool {
        self.deletions.get() || !question.deletes && self.others.get()
    }

    fn agree_to_alike(&self, question: api::Question) {
        let like = if question.deletes { &self.deletions } else { &self.others };
        like.set(true);
    }
}

/// What brings images.
type Fetch = Pin<Box<dyn Future<Output = crate::error::Result<Vec<KnownImage>>>>>;

impl Life {
    /// A runtime with those clouds, and what it lives in.
    pub(super) fn begin(
        invocation: Invocation,
        clouds: &Clouds,
        inquire: Option<&Inquire>,
        write: bool,
        ended: watch::Receiver<bool>,
    ) -> Result<(Life, Tokio), Stop> {
        let trace = Trace::new(&invocation.globals);
        let (known, agreed) = (Rc::<Known>::default(), Rc::<Agreed>::default());
        let mut options = session::options(&invocation, clouds, &trace);
        options.engine.interruptible = true;
        options.access.trace = Some(trace.listening());
        options.person.ask = inquire.map(|inquire| asking(inquire, agreed.clone()));
        let runtime = session::with(&invocation, options)?;
        runtime.recipes_are_functions();

        let effects = runtime.effects();
        if !invocation.globals.read_only {
            let usual = invocation.surroundings.environment.get(WRITE).is_some_and(|value| value == "1");
            let writable = write || usual || clouds.sandbox.is_some();
            effects.allow(if writable { Effect::Delete } else { Effect::Read });
            effects.advise(HOW_TO_WRITE);
        }
        if !invocation.globals.yes {
            effects.ask(match inquire {
                Some(inquire) => Some(build_ask(asking(inquire, agreed.clone()), known.clone())),
                // What is lost in a sandbox of this run is lost anyway.
                None => clouds.sandbox.is_none().then(refuse_ask),
            });
        }
        let documentation = OnceCell::new();
        let typed = inquire.is_some();
        let life = Life {
            runtime,
            invocation,
            trace,
            known,
            rest: Rest::None,
            agreed,
            fetch: None,
            documentation,
            typed,
            ended,
        };
        Ok((life, interrupt::runtime()?))
    }

    /// What is told first.
    pub(super) fn describe_start(&self) -> Started {
        let trouble: Option<Error> = self.runtime.cloud_name().err();
        let (interrupt, ledger) = (self.runtime.engine().interrupt(), self.runtime.ledger());
        Started { interrupt, ledger, status: self.status(), trouble }
    }

    /// Answers requests until the other thread has gone. A reply that nobody waits for is dropped.
    pub(super) async fn serve(mut self, mut asked: mpsc::UnboundedReceiver<Request>) {
        self.trace.mute(true);
        let mut ended = self.ended.clone();
        loop {
            if self.fetch.is_none() && self.typed && self.runtime.is_connected() && self.known.is_old() {
                self.fetch = Some(Box::pin(self.runtime.known_images(image_names::MOST)));
            }
            // While a job runs nothing is fetched: its requests are its own.
            tokio::select! {
                biased;
                () = is_ended(&mut ended) => self.leave().await,
                request = asked.recv() => match request {
                    None => return,
                    Some(request) => self.answer(request).await,
                },
                images = take_fetched(&mut self.fetch) => {
                    self.fetch = None;
                    self.known.learn(images.unwrap_or_default());
                }
            }
        }
    }

    /// Knows nothing of images any more: another cloud is meant, and what is on its way is of the one before.
    pub(super) fn forget_images(&mut self) {
        self.fetch = None;
        self.known.forget();
    }

    async fn answer(&mut self, request: Request) {
        // A ^C that came when nothing could be stopped any more, as while values were shown, was meant for
        // what is over.
        self.runtime.engine().rearm();
        match request {
            Request::Do { job, cancelled, reply } => {
                let done = self.run_job(job, cancelled).await;
                let _ = reply.send(done);
            }
            Request::End { reply } => {
                self.release_marks();
                session::take_back(&self.runtime, Extent::All).await;
                self.runtime.left_behind().iter().for_each(|text| output::note(text));
                self.release_marks();
                let _ = reply.send(());
            }
            Request::Complete { line, reply } => {
                let _ = reply.send(complete::completions(self, &line));
            }
            Request::Completeness { text, reply } => {
                let _ = reply.send(self.runtime.engine().completeness(&text));
            }
            Request::IsCall { line, reply } => {
                let _ = reply.send(recipe_call::read(self.runtime.engine(), &line).is_some());
            }
            Request::GivesSecret { text, reply } => {
                let _ = reply.send(recipe_call::gives_secret(self.runtime.engine(), &text));
            }
            Request::Signature { line, reply } => {
                let _ = reply.send(complete::signature(self, &line));
            }
        }
    }

    async fn run_job(&mut self, job: Job, cancelled: oneshot::Receiver<()>) -> Done {
        // By now the error of the line before was shown.
        self.release_marks();
        self.agreed.set(false);
        self.trace.mute(false);
        let mut ended = self.ended.clone();
        let result = tokio::select! {
            biased;
            result = self.work(job) => result,
            Ok(()) = cancelled => Err(Stop::Interrupted),
            () = is_ended(&mut ended) => Err(Stop::Interrupted),
        };
        if *self.ended.borrow() {
            self.leave().await;
        }
        // Another line may still resume a coroutine that waits with an upload in it.
        session::take_back(&self.runtime, Extent::Dropped).await;
        if matches!(result, Err(Stop::Interrupted)) {
            self.runtime.ledger().not_shown().iter().for_each(|text| output::note(text));
        }
        self.trace.mute(true);
        self.trace.tell_timing();
        let (shown, kept) = match result {
            Ok((shown, kept)) => (Ok(shown), kept),
            Err(stop) => (Err(stop), Vec::new()),
        };
        Done { shown, kept, status: self.status() }
    }

    /// Removes the marks of images that were named.
    fn release_marks(&self) {
        self.runtime.ledger().release_marks().iter().for_each(|text| output::note(text));
    }

    /// Ends the process, because another has asked for that.
    async fn leave(&self) -> ! {
        session::take_back(&self.runtime, Extent::All).await;
        interrupt::leave(&self.runtime.ledger())
    }

    async fn work(&mut self, job: Job) -> Result<(String, Vec<Kept>), Stop> {
        match job {
            Job::Command(command) => commands::act(self, command).await,
            Job::Line(text) => self.line(&text).await,
        }
    }

    /// Runs a recipe's line, or Lua.
    pub(super) async fn line(&mut self, text: &str) -> Result<(String, Vec<Kept>), Stop> {
        let engine = self.runtime.engine();
        if let Some(call) = recipe_call::read(engine, text) {
            return recipe_call::run(self, call).await;
        }
        let kept = Kept::line(text, engine);
        Ok((display::line(self, text).await?, kept))
    }

    /// What the prompt tells.
    pub(super) fn status(&self) -> Status {
        let writable = self.runtime.effects().deepest_allowed() > Effect::Read;
        let reached = self.runtime.effects().deepest_sent();
        Status { cloud: self.runtime.cloud_name().ok(), writable, reached }
    }

    /// All that is documented, read at the first need.
    pub(super) fn documentation(&self) -> &Documentation {
        self.documentation.get_or_init(Documentation::read)
    }
}

/// Returns when another process has ended the session.
async fn is_ended(ended: &mut watch::Receiver<bool>) {
    if ended.wait_for(|ended| *ended).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The images, when they are there; never where none are fetched.
async fn take_fetched(fetch: &mut Option<Fetch>) -> crate::error::Result<Vec<KnownImage>> {
    match fetch {
        Some(fetch) => fetch.await,
        None => std::future::pending().await,
    }
}

/// Whoever types is asked before something is taken away.
fn build_ask(ask: api::Ask, known: Rc<Known>) -> Ask {
    Rc::new(move |op| {
        let no = || Error::new(Kind::Interrupted, format!("{op} was not sent: the answer was no"));
        ask(api::Question { text: &known.ask_deletion(op), deletes: true }).then_some(()).ok_or_else(no)
    })
}

/// Where lines are piped, what takes something away needs `--yes`, as for recipes.
fn refuse_ask() -> Ask {
    Rc::new(|op| Err(Error::new(Kind::Usage, format!("confirmation needed: send {op}? Add --yes."))))
}

/// A yes-or-no question, which may be answered for all that follow in the same job.
fn asking(inquire: &Inquire, agreed: Rc<Agreed>) -> api::Ask {
    let inquire = inquire.clone();
    Rc::new(move |question| {
        if !agreed.is_yes(question) {
            match inquire(&format!("{} [y/N/all]", question.text)).as_str() {
                "y" | "yes" => return true,
                "a" | "all" => agreed.agree_to_alike(question),
                _ => {}
            }
        }
        agreed.is_yes(question)
    })
}
