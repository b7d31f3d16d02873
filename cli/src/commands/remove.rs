use std::io::Write;

use super::open;
use crate::args::{Named, Place};
use crate::output::{Outcome, Output};

pub fn run(place: &Place, args: &Named, out: &mut Output<impl Write, impl Write>) -> Outcome {
    let vault = open(place)?;
    vault.remove(&args.name)?;
    vault.close()?;
    out.line(&format!(
        "Removed {} from the vault. The token still works on its server until it is revoked there.",
        args.name
    ))
}
