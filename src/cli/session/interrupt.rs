//! ^C, SIGTERM and SIGHUP, which all mean the same: the first ends what runs in good order, the second ends
//! the process.
//!
//! However a run ends, its clean-up follows: images that it began and did not complete are removed. A signal
//! during clean-up ends that too, and then the process names what may remain.

use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{fs, io, process, thread};

use futures_util::future::select_all;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use crate::api::Ledger;
use crate::cli::exit::Stop;
use crate::cli::output::{self, error, secret_prompt};
use crate::error::Error;
use crate::host::Interrupt;

/// The signal that a write beyond the limit of a file's size brings, on Linux and on macOS.
const SIGXFSZ: i32 = 25;

/// The number of the latest run.
static LATEST: AtomicU64 = AtomicU64::new(0);

/// How long what runs may take to let go. A loop in pure Lua never does.
pub(crate) const GRACE: Duration = Duration::from_secs(1);

/// A signal that repeats within this time counts once: `timeout` sends each to a process and to its group.
const TWICE: Duration = Duration::from_millis(200);

/// A runtime on this thread only: Lua's state may not leave it.
///
/// Errors: those of the system, which allows too few file descriptors, say.
pub(crate) fn runtime() -> io::Result<Runtime> {
    // tokio panics where it has no descriptors for its signals: a pair for each of two runtimes, and their
    // own.
    let spare = [UnixStream::pair()?, UnixStream::pair()?, UnixStream::pair()?];
    drop(spare);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let inside = runtime.enter();
    // From now on a file that may not grow (`ulimit -f`) is an error of its write, and does not end the
    // process.
    drop(signal(SignalKind::from_raw(SIGXFSZ))?);
    drop(inside);
    Ok(runtime)
}

/// Makes a file that may not grow (`ulimit -f`) an error of its write, for writes before the first runtime.
pub(crate) fn catch_full_files() -> io::Result<()> {
    runtime().map(drop)
}

/// Runs `work`, which creates no images, to its end or to a signal, whichever comes first.
pub(crate) fn until_interrupted<T>(work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
    until_tidy(work, async {}, &Ledger::default(), &Interrupt::default())
}

/// Runs `work` to its end or to a signal, and then `tidy`, which removes what was left half done.
///
/// `ledger` lists what may remain, for a process that is ended before that, and the images whose error an
/// interrupt keeps from being shown; `interrupt` stops what computes.
pub(crate) fn until_tidy<T>(
    work: impl Future<Output = Result<T, Stop>>,
    tidy: impl Future<Output = ()>,
    ledger: &Ledger,
    interrupt: &Interrupt,
) -> Result<T, Stop> {
    let (stop, mut stopped) = oneshot::channel();
    let (let_go, released) = oneshot::channel();
    let listening = runtime()?;
    let signals = Signals::new(&listening)?;
    let (remains, computing) = (ledger.clone(), interrupt.clone());
    let run = LATEST.fetch_add(1, Ordering::Relaxed) + 1;
    // A thread of its own, because Lua that does not await keeps this one from hearing anything.
    let listen = move || listening.block_on(listen(run, signals, (stop, computing), released, &remains));
    let started = thread::Builder::new().name("interrupt".into()).spawn(listen);
    started.map_err(|refusal| Error::no_thread(&refusal))?;
    let runtime = runtime()?;
    let result = runtime.block_on(async {
        let ended = tokio::select! {
            result = work => Some(result),
            Ok(()) = &mut stopped => None,
        };
        // What computed may have been stopped before this thread heard of the signal.
        let ended = ended.filter(|_| stopped.try_recv().is_err());
        let Some(result) = ended else {
            let _ = let_go.send(());
            tidy.await;
            ledger.not_shown().iter().for_each(|text| output::note(text));
            return Err(Stop::Interrupted);
        };
        tokio::select! {
            biased;
            () = tidy => result,
            Ok(()) = &mut stopped => {
                let _ = let_go.send(());
                tell_remains(ledger);
                Err(Stop::Interrupted)
            }
        }
    });
    // Nobody waits for a read that may never come back, such as that of a silent pipe.
    runtime.shutdown_background();
    result
}

/// The signals that end a run.
pub(crate) struct Signals(Vec<Signal>);

impl Signals {
    /// All of them, from now on. A run started by `nohup` ignores SIGHUP.
    pub(crate) fn new(runtime: &Runtime) -> io::Result<Signals> {
        let mut signals = Signals::listen_for_interrupt(runtime)?;
        signals.0.extend(Signals::listen_for_signals(runtime)?.0);
        Ok(signals)
    }

    /// ^C alone.
    pub(crate) fn listen_for_interrupt(runtime: &Runtime) -> io::Result<Signals> {
        let _inside = runtime.enter();
        Ok(Signals(vec![signal(SignalKind::interrupt())?]))
    }

    /// Those that another process sends: SIGTERM and SIGHUP.
    pub(crate) fn listen_for_signals(runtime: &Runtime) -> io::Result<Signals> {
        let _inside = runtime.enter();
        let mut signals = vec![signal(SignalKind::terminate())?];
        if ends_on_hangup() {
            signals.push(signal(SignalKind::hangup())?);
        }
        Ok(Signals(signals))
    }

    /// Returns when one of them comes, and which.
    pub(crate) async fn recv(&mut self) -> usize {
        select_all(self.0.iter_mut().map(|signal| Box::pin(signal.recv()))).await.1
    }

    /// Returns at the next signal that is no repetition of `first`, which came at `came`.
    pub(crate) async fn recv_another(&mut self, first: usize, came: Instant) {
        while self.recv().await == first && came.elapsed() < TWICE {}
    }
}

/// Whether SIGHUP ends this process: not where it was started with SIGHUP ignored, by `nohup`.
pub(crate) fn ends_on_hangup() -> bool {
    !is_ignored(SignalKind::hangup())
}

/// Whether this process was started with that signal ignored, and has not listened to it since.
fn is_ignored(kind: SignalKind) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    is_in_mask(&status, kind.as_raw_value())
}

/// Whether the line `SigIgn:` of that text, a mask in hexadecimal digits, has the signal of that number.
fn is_in_mask(status: &str, number: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    u32::try_from(number - 1).is_ok_and(|bit| mask.checked_shr(bit).unwrap_or_default() & 1 == 1)
}

async fn listen(
    run: u64,
    mut signals: Signals,
    (mut stop, computing): (oneshot::Sender<()>, Interrupt),
    released: oneshot::Receiver<()>,
    ledger: &Ledger,
) {
    let first = tokio::select! {
        biased;
        first = signals.recv() => Some((first, Instant::now())),
        () = stop.closed() => None,
    };
    let Some((first, came)) = first else {
        // Nothing is left to stop in good order, unless another run has begun since, which listens itself.
        signals.recv().await;
        if LATEST.load(Ordering::Relaxed) != run {
            return;
        }
        output::end_line();
        leave(ledger);
    };
    output::end_line();
    let _ = stop.send(());
    computing.stop();
    tokio::select! {
        () = signals.recv_another(first, came) => {}
        () = tokio::time::sleep(GRACE) => {}
        Ok(()) = released => signals.recv_another(first, came).await,
    }
    leave(ledger);
}

/// Ends the process, whatever runs; names what may remain.
pub(crate) fn leave(ledger: &Ledger) -> ! {
    secret_prompt::restore();
    tell_remains(ledger);
    output::note(&error::format_error(&Stop::Interrupted, false));
    ledger.release_marks().iter().for_each(|text| output::note(text));
    process::exit(i32::from(Stop::Interrupted.exit_code()));
}

/// Names all that may remain.
fn tell_remains(ledger: &Ledger) {
    for text in ledger.describe_not_cleaned_up() {
        output::note(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::is_in_mask;

    #[test]
    fn an_ignored_signal_is_found_in_the_mask() {
        let status = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000000\n";
        let ignored = [1, 2, 13, 15, 64, 0].map(|number| is_in_mask(status, number));
        assert_eq!(ignored, [true, false, true, false, false, false]);
        assert!(!is_in_mask("", 1));
    }
}
