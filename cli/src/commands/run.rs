use std::io;
use std::process::Command;

use super::open;
use crate::args::{Place, Run};
use crate::output::{Failure, Outcome};

/// Replaces this process by the command. Returns only when it can not be started.
pub fn run(place: &Place, args: &Run) -> Outcome {
    let vault = open(place)?;
    let stored = vault.get(&args.named.name)?;
    vault.close()?;
    let (program, rest) = args.command.split_first().expect("clap demands a command");
    let mut command = Command::new(program);
    command.args(rest).envs(args.variables.of(stored.credential()));
    let error = start(&mut command);
    Err(Failure::Usage(format!("{} can not be started: {error}", program.display())))
}

#[cfg(unix)]
fn start(command: &mut Command) -> io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

/// Elsewhere a process can not replace itself (not proven).
#[cfg(not(unix))]
fn start(command: &mut Command) -> io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}
