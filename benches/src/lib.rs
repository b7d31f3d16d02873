//! How a contender talks to `run.py`: it does its job as often as a line of standard input says, and answers
//! with the nanoseconds that took. So contenders of all languages take turns while none of them starts anew.
#![forbid(unsafe_code)]

pub mod server;

use std::fs;
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

/// What this process's threads have had of the processor so far.
pub fn processor_time() -> Duration {
    let threads = fs::read_dir("/proc/self/task").expect("Linux lists a process's threads");
    let spent = threads.filter_map(|thread| {
        let line = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(spent.sum())
}
