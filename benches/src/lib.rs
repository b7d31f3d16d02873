//! How a contender talks to `run.py`: it does its job as often as a line of standard input says, and answers
//! with the nanoseconds that took. So contenders of all languages take turns while none of them starts anew.
#![forbid(unsafe_code)]

pub mod server;

use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

/// Answers each number on standard input with how long `job` took for as many turns.
pub fn serve(mut job: impl FnMut(u64) -> Duration) {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let turns =
            line.expect("standard input is text").trim().parse().expect("a line is a number of turns");
        let spent = job(turns).as_nanos();
        writeln!(out, "{spent}").and_then(|()| out.flush()).expect("run.py is listening");
    }
}

/// [`serve`] for a job that is timed from its first turn to its last.
pub fn serve_turns(mut turn: impl FnMut(u64)) {
    let mut done = 0;
    serve(|turns| {
        let start = Instant::now();
        for number in done..done + turns {
            turn(number);
        }
        done += turns;
        start.elapsed()
    });
}

/// Which of `entries` has its turn: all of them once, in an order that no cache likes, the same in each language.
pub fn pick(turn: u64, entries: u64) -> usize {
    (turn * 7919 % entries) as usize
}

/// The name of an entry, the same in each language.
pub fn name(index: u64) -> String {
    format!("entry-{index:06}")
}

/// What this process has had of the processor so far, in threads that have ended too.
pub fn processor_time() -> Duration {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(spent.tv_sec.cast_unsigned(), spent.tv_nsec as u32)
}
