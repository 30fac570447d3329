//! A link that carries as much as real networks do, and no more: a proxy on this machine that paces what goes
//! through.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep_until};

/// How much goes on its way at once.
const PART_BYTES: usize = 64 << 10;
/// How long the link may be idle and make up for it: as long as a timer may be late.
const SLACK: Duration = Duration::from_millis(4);

/// A link to a server, for as many connections as want to share it.
pub struct Link {
    /// Its near end.
    pub address: SocketAddr,
}

/// One direction.
struct Lane {
    bytes_per_second: f64,
    /// When it has carried all that it was given.
    free: Mutex<Instant>,
}

impl Link {
    /// A link to the server of that URL, which carries so many Mbit/s up and as many down.
    pub fn to(url: &str, mbits: u32) -> Link {
        let authority = url.split_once("://").unwrap().1.split('/').next().unwrap().to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        // It ends with the process.
        thread::spawn(move || runtime.block_on(serve(listener, authority, mbits)));
        Link { address }
    }
}

async fn serve(listener: TcpListener, server: String, mbits: u32) {
    let lane = || {
        let bytes_per_second = f64::from(mbits) * 1e6 / 8.0;
        Arc::new(Lane { bytes_per_second, free: Mutex::new(Instant::now()) })
    };
    let (up, down) = (lane(), lane());
    loop {
        let client = listener.accept().await.unwrap().0;
        let server = TcpStream::connect(&server).await.unwrap();
        for end in [&client, &server] {
            end.set_nodelay(true).unwrap();
        }
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        tokio::spawn(carry(from_client, to_server, up.clone()));
        tokio::spawn(carry(from_server, to_client, down.clone()));
    }
}

/// Carries all there is, no faster than the lane is. Whoever hangs up has had enough.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, lane: Arc<Lane>) {
    let mut part = vec![0; PART_BYTES];
    while let Ok(length @ 1..) = from.read(&mut part).await {
        sleep_until(lane.turn(length)).await;
        if to.write_all(&part[..length]).await.is_err() {
            return;
        }
    }
}

impl Lane {
    /// When so many bytes have gone through, behind all that came before.
    #[allow(clippy::cast_precision_loss)]
    fn turn(&self, bytes: usize) -> Instant {
        let mut free = self.free.lock().unwrap();
        let begin = (*free).max(Instant::now() - SLACK);
        *free = begin + Duration::from_secs_f64(bytes as f64 / self.bytes_per_second);
        *free
    }
}
