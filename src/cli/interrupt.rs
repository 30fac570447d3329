//! ^C: the first lets what runs be dropped in good order, the second, or a second without end, ends the process.

use std::time::Duration;
use std::{io, process, thread};

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::stop::Stop;
use super::{out, report};

/// How long what runs may take to let go. A loop in pure Lua never does.
pub(crate) const GRACE: Duration = Duration::from_secs(1);

/// A runtime on this thread only: Lua's state may not leave it.
pub(crate) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Runs `work` to its end or to ^C, whichever comes first.
pub(crate) fn until_interrupted<T>(work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
    until_tidy(work, async {})
}

/// The same, and after a ^C lets `tidy` take back what was left half done; a second ^C ends that too.
pub(crate) fn until_tidy<T>(
    work: impl Future<Output = Result<T, Stop>>,
    tidy: impl Future<Output = ()>,
) -> Result<T, Stop> {
    let (stop, stopped) = oneshot::channel();
    let (let_go, released) = oneshot::channel();
    let listening = runtime()?;
    let pressed = pressed(&listening)?;
    // A thread of its own, because Lua that does not await keeps this one from hearing anything.
    let listen = move || listening.block_on(listen(pressed, stop, released));
    thread::Builder::new().name("interrupt".into()).spawn(listen)?;
    let runtime = runtime()?;
    let result = runtime.block_on(async {
        tokio::select! {
            result = work => return result,
            Ok(()) = stopped => {}
        }
        let _ = let_go.send(());
        tidy.await;
        Err(Stop::Interrupted)
    });
    // Nobody waits for a read that may never come back, such as that of a silent pipe.
    runtime.shutdown_background();
    result
}

/// Every ^C from now on.
pub(crate) fn pressed(runtime: &Runtime) -> io::Result<Signal> {
    let _inside = runtime.enter();
    signal(SignalKind::interrupt())
}

async fn listen(mut pressed: Signal, stop: oneshot::Sender<()>, released: oneshot::Receiver<()>) {
    pressed.recv().await;
    out::end_line();
    let _ = stop.send(());
    tokio::select! {
        _ = pressed.recv() => {}
        () = tokio::time::sleep(GRACE) => {}
        Ok(()) = released => drop(pressed.recv().await),
    }
    leave();
}

/// Ends the process, whatever runs.
pub(crate) fn leave() -> ! {
    out::note(&report::told(&Stop::Interrupted, false));
    process::exit(i32::from(Stop::Interrupted.exit_code()));
}
