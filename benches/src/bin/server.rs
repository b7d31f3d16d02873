//! `bench-server MILLISECONDS` answers each request after that time. It prints its URL, and ends when its standard input
//! closes.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "run.py reads the URL there")]

use std::io;
use std::time::Duration;

use mmcred_bench::server;

fn main() {
    let delay: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).expect("MILLISECONDS");
    // One thread: the other core is the client's.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (listener, address) = server::listen().expect("a port is free");
        println!("http://{address}");
        tokio::spawn(server::serve(listener, Duration::from_millis(delay), None));
        let input = || io::copy(&mut io::stdin(), &mut io::sink());
        let _ = tokio::task::spawn_blocking(input).await;
    });
}
