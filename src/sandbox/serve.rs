//! The port, the thread that serves it, and the first fork of a path. Knows the services by their doors only.

use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Barrier};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse as _, Response};
use axum::serve::ListenerExt as _;
use tokio::runtime::{Builder, Runtime};
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::cloud::{Cloud, Shared};
use super::state::seed::REGION_TWO;
use super::{compute, escape, faults, glance, keystone, reply};

/// Longer than any sandbox runs.
const FOR_GOOD: Duration = Duration::from_hours(10 * 365 * 24);

/// The longest request line in bytes.
const MOST_LINE: usize = 8190;

/// Serves on a thread of its own until `stopped` hears something, or its sender is gone.
pub(crate) fn spawn(
    listener: TcpListener,
    cloud: Arc<Cloud>,
    stopped: oneshot::Receiver<()>,
) -> io::Result<JoinHandle<()>> {
    let runtime = Unwaited(Some(runtime()?));
    let listener = {
        let _guard = runtime.0.as_ref().map(Runtime::enter);
        tokio::net::TcpListener::from_std(listener)?
    };
    runtime.0.as_ref().map_or(Ok(()), start_file_thread)?;
    thread::Builder::new().name("sandbox".into()).spawn(move || {
        let Some(inner) = &runtime.0 else { return };
        inner.block_on(async {
            // A second answer on a connection must not wait until the first is acknowledged.
            let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
            tokio::spawn(keep(Arc::clone(&cloud)));
            let server = axum::serve(listener, router(cloud));
            tokio::select! {
                _ = server => {}
                _ = stopped => {}
            }
        });
    })
}

/// A runtime whose work nobody waits for when it is dropped: whoever still uploads is cut off. tokio's own
/// drop waits, and panics inside another runtime.
struct Unwaited(Option<Runtime>);

impl Drop for Unwaited {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Starts the first thread of tokio's pool, in which files are read and written; it stays as long as the
/// runtime.
///
/// With one thread the pool lets the other files wait where the system has no more threads. Without any it
/// panics. Errors: the system allows too few threads.
fn start_file_thread(runtime: &Runtime) -> io::Result<()> {
    // The one of these two that ends first may still count as a thread when the pool starts its own.
    let ended = Arc::new(Barrier::new(2));
    let spare = || {
        let ended = Arc::clone(&ended);
        thread::Builder::new().name("spare".into()).spawn(move || _ = ended.wait())
    };
    let (first, second) = (spare()?, spare());
    if second.is_err() {
        ended.wait();
    }
    drop(first.join());
    drop(second?.join());
    drop(runtime.spawn_blocking(|| ()));
    Ok(())
}

/// Writes the cloud to its file while it changes: whoever kills it loses a second at most.
async fn keep(cloud: Shared) {
    let mut beat = tokio::time::interval(Duration::from_secs(1));
    while cloud.options.state.is_some() {
        beat.tick().await;
        if cloud.is_changed.load(Ordering::Relaxed) {
            let cloud = Arc::clone(&cloud);
            // What cannot be written now may be later; whoever ends the sandbox is told.
            let _ = tokio::task::spawn_blocking(move || cloud.save()).await;
        }
    }
}

/// Calls `ready` as soon as the process can be told to stop, then blocks until it is.
pub(crate) fn until_told_to_stop<E>(
    ends_on_hangup: bool,
    ready: impl FnOnce() -> Result<(), E>,
) -> Result<(), E> {
    let Ok(runtime) = runtime() else { return ready() };
    runtime.block_on(async {
        // What stops the process is caught from here on, and not only once it is awaited.
        #[cfg(unix)]
        if let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        {
            let mut hangup = ends_on_hangup.then(|| signal(SignalKind::hangup()).ok()).flatten();
            let hung_up = async {
                match &mut hangup {
                    Some(hangup) => drop(hangup.recv().await),
                    None => std::future::pending().await,
                }
            };
            ready()?;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                () = hung_up => {}
            }
            return Ok(());
        }
        ready()?;
        let _ = tokio::signal::ctrl_c().await;
        Ok(())
    })
}

fn runtime() -> io::Result<Runtime> {
    // tokio panics where it has no descriptors for its signals.
    drop([UnixStream::pair()?, UnixStream::pair()?, UnixStream::pair()?]);
    Builder::new_current_thread().enable_all().thread_keep_alive(FOR_GOOD).build()
}

fn router(cloud: Shared) -> Router {
    let mut router = Router::new()
        .nest_service("/identity", keystone::service(Arc::clone(&cloud)))
        .nest_service("/image", glance::service(Arc::clone(&cloud)));
    if let Some(two) = Cloud::find_region(&cloud, REGION_TWO) {
        router = router.nest_service(Cloud::IMAGE_TWO, glance::service(two));
    }
    if cloud.options.compute {
        router = router.nest_service("/compute", compute::service(Arc::clone(&cloud)));
    }
    router.layer(middleware::from_fn_with_state(cloud, record))
}

async fn record(State(cloud): State<Shared>, mut request: Request, next: Next) -> Response {
    let what = format!("{} {}", request.method(), request.uri());
    unescape(&mut request);
    let changes = !request.method().is_safe();
    let line = what.len() + " HTTP/1.1".len();
    let mut response =
        if line > MOST_LINE { too_long(line) } else { faults::strike(&cloud, request, next).await };
    if let Some(date) = cloud.clock().date() {
        reply::set(response.headers_mut(), "date", &date);
    }
    let ended = if response.extensions().get::<faults::Unanswered>().is_some() {
        "unanswered".to_owned()
    } else {
        response.status().as_u16().to_string()
    };
    if changes {
        cloud.is_changed.store(true, Ordering::Relaxed);
    }
    cloud.journal.add(format!("{what} {ended}"));
    response
}

/// Makes of the path what every WSGI server does before a service sees it.
fn unescape(request: &mut Request) {
    if request.uri().path().contains('%') {
        let path = escape::path(&escape::bytes(request.uri().path()));
        reply::move_to(request, &path);
    }
}

/// As gunicorn answers before Glance sees anything; Apache draws the line at the same length.
fn too_long(line: usize) -> Response {
    let text = Html(format!(
        "<html>\n  <head>\n    <title>URI Too Long</title>\n  </head>\n  <body>\n    <h1><p>URI Too Long</p></h1>\n    \
         Request Line is too large ({line} &gt; {MOST_LINE})\n  </body>\n</html>\n"
    ));
    (StatusCode::URI_TOO_LONG, text).into_response()
}
