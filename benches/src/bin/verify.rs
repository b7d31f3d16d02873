//! The contender in Rust that checks many tokens: `bench-verify JOB …`, where JOB is
//!
//! | job | does |
//! |---|---|
//! | `fill VAULT KEY_FILE TOKENS URL` | makes a vault of so many tokens for that server |
//! | `wall VAULT KEY_FILE TOKENS IN_FLIGHT` | checks them all |
//! | `cpu …` | the same, answered with the processor's time for one token |
//! | `pace TOKENS` | waits as long as a server must make one wait that lets 10 a second through after a burst of 100 |
//! | `paced TOKENS` | checks them at such a server of its own |
//! | `memory VAULT KEY_FILE TOKENS IN_FLIGHT` | prints how many MiB a check needs over the start |
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "what `memory` found goes there")]

use std::env;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mmcred::{AccessToken, Credential, Vault, VaultOptions, VerifyAll, VerifyAllOptions, block_on};
use mmcred_bench::server::{self, Limiter};
use mmcred_bench::{name, processor_time, serve};

/// Mattermost's own default (facts 7).
const BURST: u32 = 100;

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["fill", folder, key_file, tokens, url] => fill(place(folder, key_file), number(tokens), url),
        ["pace", tokens] => {
            let wait = Duration::from_millis(100) * (number(tokens) - BURST as usize - 1) as u32;
            serve(|turns| (0..turns).map(|_| slept(wait)).sum());
        }
        ["paced", tokens] => paced(number(tokens)),
        [job, folder, key_file, tokens, in_flight] => {
            let vault = Arc::new(place(folder, key_file).open().expect("run.py made the vault"));
            let (tokens, in_flight) = (number(tokens), number(in_flight));
            match *job {
                "wall" => serve(|turns| (0..turns).map(|_| check(&vault, tokens, in_flight).0).sum()),
                "cpu" => {
                    serve(|turns| {
                        (0..turns).map(|_| check(&vault, tokens, in_flight).1 / tokens as u32).sum()
                    });
                }
                "memory" => memory(&vault, tokens, in_flight),
                other => panic!("no job {other}"),
            }
        }
        other => panic!("no such job: {other:?}"),
    }
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

fn place(folder: &str, key_file: &str) -> VaultOptions {
    VaultOptions::new().path(folder).key_file(key_file)
}

fn credential(number: usize, url: &str) -> Credential {
    let token = AccessToken::parse(&format!("ybndrfg8ejkmcpqx{number:010}")).expect("26 letters and digits");
    Credential::new(url, token).expect("the URL is one")
}

fn fill(options: VaultOptions, tokens: usize, url: &str) {
    let vault = options.create(true).open().expect("an empty place");
    for number in 0..tokens {
        vault.put(&name(number as u64), &credential(number, url), false).expect("the name is free");
    }
    vault.close().expect("nobody else is using it");
}

fn options(in_flight: usize) -> VerifyAllOptions {
    VerifyAllOptions::new().in_flight(in_flight).expect("it is within bounds")
}

/// The time it takes, and the processor's.
fn check(vault: &Arc<Vault>, tokens: usize, in_flight: usize) -> (Duration, Duration) {
    let start = (Instant::now(), processor_time());
    block_on(async {
        let run = vault.verify_all(None, &options(in_flight)).expect("the vault is open");
        assert_eq!(accepted(&run).await, tokens);
    });
    (start.0.elapsed(), processor_time() - start.1)
}

async fn accepted(run: &VerifyAll) -> usize {
    let mut accepted = 0;
    loop {
        let batch = run.batch(1000).await.expect("the run is whole");
        if batch.is_empty() {
            return accepted;
        }
        accepted += batch.iter().filter(|checked| checked.outcome.is_ok()).count();
    }
}

fn slept(wait: Duration) -> Duration {
    let start = Instant::now();
    std::thread::sleep(wait);
    start.elapsed()
}

fn paced(tokens: usize) {
    serve(|turns| {
        let one = |_| {
            block_on(async {
                let (listener, address) = server::listen().expect("a port is free");
                let limiter = Limiter::new(10, BURST);
                let server = tokio::spawn(server::serve(listener, Duration::from_millis(20), Some(limiter)));
                let url = format!("http://{address}");
                let credentials = (0..tokens).map(|number| (name(number as u64), credential(number, &url)));
                let start = Instant::now();
                let run = mmcred::verify_all(credentials, &VerifyAllOptions::new());
                assert_eq!(accepted(&run).await, tokens, "none is misjudged");
                server.abort();
                start.elapsed()
            })
        };
        (0..turns).map(one).sum()
    });
}

fn memory(vault: &Arc<Vault>, tokens: usize, in_flight: usize) {
    let before = mebibytes("VmRSS:");
    check(vault, tokens, in_flight);
    println!("{} MiB over {before} MiB at the start", mebibytes("VmHWM:") - before);
}

fn mebibytes(what: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix(what)).expect("it is there");
    number(line.trim().trim_end_matches(" kB")) >> 10
}
