//! What no check of many tokens can be quicker than: one request after another on each of so many kept connections,
//! nothing sent before the last answer came, and no more of the answer looked at than where it ends.
//! `bench-sockets JOB ADDRESS TOKENS IN_FLIGHT`, where JOB is
//!
//! | job | does |
//! |---|---|
//! | `wall` | the floor |
//! | `cpu` | the same, answered with the processor's time for one token |
//! | `theory` | the server's waits alone: as many after one another as a connection has requests |
#![forbid(unsafe_code)]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mmcred_bench::{processor_time, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

const DELAY: Duration = Duration::from_millis(20);
const REQUEST: &[u8] = b"GET /api/v4/users/me HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\
    Authorization: Bearer ybndrfg8ejkmcpqx0000000000\r\n\r\n";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [job, address, tokens, in_flight] = args.as_slice() else {
        panic!("bench-sockets JOB ADDRESS TOKENS IN_FLIGHT");
    };
    let address: SocketAddr = address.trim_start_matches("http://").parse().expect("ADDRESS is one");
    let tokens: usize = tokens.parse().expect("TOKENS is a number");
    let in_flight: usize = in_flight.parse().expect("IN_FLIGHT is a number");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let all = || {
        let start = (Instant::now(), processor_time());
        runtime.block_on(async {
            let one = |place| connection(address, (tokens + place) / in_flight);
            (0..in_flight).map(one).collect::<JoinSet<()>>().join_all().await;
        });
        (start.0.elapsed(), processor_time() - start.1)
    };
    match job.as_str() {
        "wall" => serve(|turns| (0..turns).map(|_| all().0).sum()),
        "cpu" => serve(|turns| (0..turns).map(|_| all().1 / tokens as u32).sum()),
        "theory" => serve(|turns| {
            let start = Instant::now();
            let waits = turns as usize * tokens.div_ceil(in_flight);
            runtime.block_on(async {
                for _ in 0..waits {
                    sleep(DELAY).await;
                }
            });
            start.elapsed()
        }),
        other => panic!("no job {other}"),
    }
}

async fn connection(address: SocketAddr, requests: usize) {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("a socket");
    let mut reply = vec![0; 16 << 10];
    for _ in 0..requests {
        stream.write_all(REQUEST).await.expect("the server takes it");
        let (mut filled, mut whole) = (0, None);
        while whole.is_none_or(|whole| filled < whole) {
            let more = stream.read(&mut reply[filled..]).await.expect("the server answers");
            assert!(more > 0, "the server keeps its connections");
            filled += more;
            whole = whole.or_else(|| length(&reply[..filled]));
        }
        assert!(reply.starts_with(b"HTTP/1.1 200 "), "the server accepts it");
    }
}

/// How long the whole answer is, once its head is there.
fn length(reply: &[u8]) -> Option<usize> {
    let head = reply.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&reply[..head]).expect("a head is ASCII");
    let named = text.lines().find_map(|line| line.strip_prefix("Content-Length: ")).expect("it has a length");
    Some(head + named.parse::<usize>().expect("a length is a number"))
}
