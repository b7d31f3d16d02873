use std::fs;
use std::io::Write;

use clap::CommandFactory;

use crate::args::{Args, Completions, Man};
use crate::output::{Failure, Outcome, Output};

pub fn completions(args: &Completions, out: &mut Output<impl Write, impl Write>) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "mmcred", &mut script);
    out.bytes(&script)
}

pub fn manual(args: &Man) -> Outcome {
    let failed = |error| Failure::Usage(format!("{} can not be written: {error}", args.folder.display()));
    fs::create_dir_all(&args.folder).map_err(failed)?;
    clap_mangen::generate_to(Args::command(), &args.folder).map_err(failed)
}
