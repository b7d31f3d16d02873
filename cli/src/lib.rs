//! The command line of mmcred. The binary, Python's entry point and npm's bin all call [`run`].
#![forbid(unsafe_code)]

mod args;
mod commands;
mod exit;
mod output;
mod secret_input;
mod variables;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::Parser;

use args::Args;
use output::Output;

/// Runs the command that `argv` names (the first item is the program's name) and returns its exit code:
/// 0 ok, 1 credential refused, 2 usage, 3 undecided, 4 vault or unlock, 5 name missing or exists.
///
/// Results go to standard output, everything else to standard error. A closed pipe ends it quietly.
pub fn run(argv: impl IntoIterator<Item = OsString>) -> u8 {
    let args = match Args::try_parse_from(argv) {
        Ok(args) => args,
        Err(refusal) => {
            let _ = refusal.print();
            return u8::try_from(refusal.exit_code()).unwrap_or(exit::USAGE);
        }
    };
    let mut out = Output::new(io::stdout().lock(), io::stderr());
    let code = match commands::run(args, &mut out) {
        Ok(()) => exit::OK,
        Err(failure) => out.failure(&failure),
    };
    let _ = io::stdout().flush();
    code
}
