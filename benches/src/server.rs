//! A server for the benchmarks: it answers like a Mattermost server that takes its time, and may limit its callers.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::sleep;

/// A user as a server of today sends it.
const USER: &str = include_str!("user.json");

/// Mattermost's limiter (facts 7), for all callers together.
pub struct Limiter {
    interval: Duration,
    limit: u32,
    full_at: Mutex<Instant>,
}

impl Limiter {
    /// So many a second, after a burst.
    pub fn new(per_second: u32, burst: u32) -> Self {
        let interval = Duration::from_secs(1) / per_second;
        Self { interval, limit: burst + 1, full_at: Mutex::new(Instant::now()) }
    }

    /// Whether a request passes, and the headers that say so.
    fn admit(&self) -> (bool, String) {
        let (now, room) = (Instant::now(), self.interval * self.limit);
        let mut full_at = self.full_at.lock().expect("nobody panics with it");
        let next = (*full_at).max(now) + self.interval;
        let wait = next.saturating_duration_since(now + room);
        if wait.is_zero() {
            *full_at = next;
        }
        let full_in = full_at.saturating_duration_since(now);
        let remaining = room.saturating_sub(full_in).as_nanos() / self.interval.as_nanos();
        let mut told = format!(
            "X-RateLimit-Limit: {}\r\nX-RateLimit-Remaining: {remaining}\r\nX-RateLimit-Reset: {}\r\n",
            self.limit,
            full_in.as_secs_f64().ceil()
        );
        if !wait.is_zero() {
            told += &format!("Retry-After: {}\r\n", wait.as_secs_f64().ceil());
        }
        (wait.is_zero(), told)
    }
}

/// Listens with a backlog that holds every client of a benchmark: one that overflows costs a second.
///
/// # Errors
/// Where no port of this machine can be had.
pub fn listen() -> io::Result<(TcpListener, SocketAddr)> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    let listener = socket.listen(4096)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Answers every request after `delay`, for ever.
pub async fn serve(listener: TcpListener, delay: Duration, limiter: Option<Limiter>) {
    let limiter = limiter.map(Arc::new);
    loop {
        let (stream, _) = listener.accept().await.expect("there are descriptors enough");
        tokio::spawn(answer(stream, delay, limiter.clone()));
    }
}

async fn answer(mut stream: TcpStream, delay: Duration, limiter: Option<Arc<Limiter>>) {
    let (mut buffer, mut filled) = ([0; 8192], 0);
    let (mut reply, passed) = (Vec::new(), accepted(""));
    let _ = stream.set_nodelay(true);
    while let Ok(more @ 1..) = stream.read(&mut buffer[filled..]).await {
        filled += more;
        if !buffer[..filled].ends_with(b"\r\n\r\n") {
            continue;
        }
        filled = 0;
        reply.clear();
        match limiter.as_ref().map(|limiter| limiter.admit()) {
            None => reply.extend_from_slice(&passed),
            Some((true, told)) => reply = accepted(&told),
            Some((false, told)) => write!(
                reply,
                "HTTP/1.1 429 Too Many Requests\r\n{told}Content-Length: 15\r\n\r\nlimit exceeded\n"
            )
            .expect("it is written to memory"),
        }
        // Even to sleep for no time takes until the next millisecond.
        if !delay.is_zero() {
            sleep(delay).await;
        }
        if stream.write_all(&reply).await.is_err() {
            return;
        }
    }
}

fn accepted(told: &str) -> Vec<u8> {
    let length = USER.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nEtag: 11.10.0.wx4dia1tmfgm8kzd95s1cs38na.1\r\nExpires: 0\r\n\
         Permissions-Policy: \r\nReferrer-Policy: no-referrer\r\nVary: Accept-Encoding\r\nX-Content-Type-Options: nosniff\r\n\
         X-Request-Id: nm5uykmy97r4dyoq757ebqkhtr\r\nX-Version-Id: 11.10.0.27402511482.4b5449c6003f268653316efc82f071b2.false\r\n\
         {told}Date: Thu, 26 Feb 2026 11:15:29 GMT\r\nContent-Length: {length}\r\n\r\n{USER}"
    )
    .into_bytes()
}
