//! The port, the thread that serves it, and the first fork of a path. Knows the services by their doors only.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::serve::ListenerExt as _;
use tokio::runtime::{Builder, Runtime};
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::cloud::{Cloud, Shared};
use super::state::seed::REGION_TWO;
use super::{compute, faults, glance, keystone};

/// Serves on a thread of its own until `stopped` hears something, or its sender is gone.
pub(crate) fn spawn(
    listener: TcpListener,
    cloud: Arc<Cloud>,
    stopped: oneshot::Receiver<()>,
) -> io::Result<JoinHandle<()>> {
    let runtime = runtime()?;
    let listener = {
        let _guard = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    thread::Builder::new().name("sandbox".into()).spawn(move || {
        runtime.block_on(async {
            // A second answer on a connection must not wait until the first is acknowledged.
            let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
            let server = axum::serve(listener, router(cloud));
            tokio::select! {
                _ = server => {}
                _ = stopped => {}
            }
        });
        // Whoever still uploads is cut off; waiting for them could take for ever.
        runtime.shutdown_background();
    })
}

/// Calls `ready` as soon as the process can be told to stop, then blocks until it is.
pub(crate) fn until_told_to_stop<E>(ready: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
    let Ok(runtime) = runtime() else { return ready() };
    runtime.block_on(async {
        // What stops the process is caught from here on, and not only once it is awaited.
        #[cfg(unix)]
        if let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        {
            ready()?;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return Ok(());
        }
        ready()?;
        let _ = tokio::signal::ctrl_c().await;
        Ok(())
    })
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

fn router(cloud: Shared) -> Router {
    let mut router = Router::new()
        .nest_service("/identity", keystone::service(Arc::clone(&cloud)))
        .nest_service("/image", glance::service(Arc::clone(&cloud)));
    if let Some(two) = Cloud::in_region(&cloud, REGION_TWO) {
        router = router.nest_service(Cloud::IMAGE_TWO, glance::service(two));
    }
    if cloud.options.compute {
        router = router.nest_service("/compute", compute::service(Arc::clone(&cloud)));
    }
    router.layer(middleware::from_fn_with_state(cloud, record))
}

async fn record(State(cloud): State<Shared>, request: Request, next: Next) -> Response {
    let what = format!("{} {}", request.method(), request.uri());
    let response = faults::strike(&cloud, request, next).await;
    let ended = if response.extensions().get::<faults::Unanswered>().is_some() {
        "unanswered".to_owned()
    } else {
        response.status().as_u16().to_string()
    };
    cloud.journal.add(format!("{what} {ended}"));
    response
}
