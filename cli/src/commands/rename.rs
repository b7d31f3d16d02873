use std::io::Write;

use super::open;
use crate::args::{Place, Rename};
use crate::output::{Outcome, Output};

pub fn run(place: &Place, args: &Rename, out: &mut Output<impl Write, impl Write>) -> Outcome {
    let vault = open(place)?;
    vault.rename(&args.from, &args.to)?;
    vault.close()?;
    out.line(&format!("Renamed {} to {}.", args.from, args.to))
}
