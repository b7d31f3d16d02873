use std::io::Write;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use mmcred::{Checked, VerifyAllOptions, block_on};

use super::{open, verify};
use crate::args::{Place, Verify};
use crate::exit;
use crate::output::{Failure, Outcome, Output};

/// The worst first: what a person has to look after, then what may pass.
const BY_WEIGHT: [u8; 6] = [exit::VAULT, exit::NAME, exit::USAGE, exit::REFUSED, exit::UNDECIDED, exit::OK];

/// Checks every entry: a line for each as it arrives, and how many there were of each kind.
pub fn run(place: &Place, args: &Verify, out: &mut Output<impl Write, impl Write>) -> Outcome {
    let options = VerifyAllOptions::new().in_flight(args.in_flight)?.deadline(args.deadline.timeout);
    let vault = Arc::new(open(place)?);
    let run = vault.verify_all(None, &options)?;
    if run.total() == 0 {
        out.remark(super::list::EMPTY)?;
    }
    let bar = bar(run.total());
    let mut codes = Vec::new();
    while let Some(checked) = block_on(run.next())? {
        bar.suspend(|| tell(&checked, args.json, out))?;
        bar.inc(1);
        codes.push(checked.outcome.as_ref().map_or_else(|error| exit::code(error.kind()), |_| exit::OK));
    }
    bar.finish_and_clear();
    vault.close()?;
    let count = |wanted| codes.iter().filter(|code| **code == wanted).count();
    let (work, refused, undecided) = (count(exit::OK), count(exit::REFUSED), count(exit::UNDECIDED));
    let rest = codes.len() - work - refused - undecided;
    let rest = if rest == 0 { String::new() } else { format!(", {rest} not usable") };
    out.remark(&format!(
        "{} checked: {work} work, {refused} refused, {undecided} undecided{rest}.",
        codes.len()
    ))?;
    match BY_WEIGHT.into_iter().find(|code| codes.contains(code)) {
        None | Some(exit::OK) => Ok(()),
        Some(worst) => Err(Failure::Told(worst)),
    }
}

/// On standard error, and only if that is a terminal.
fn bar(total: usize) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:40} {pos}/{len}, {eta} left").expect("the template is right");
    ProgressBar::new(total as u64).with_style(style)
}

fn tell(checked: &Checked, json: bool, out: &mut Output<impl Write, impl Write>) -> Outcome {
    if json {
        return out.json_line(checked);
    }
    let name = checked.name.as_deref().unwrap_or("(unreadable)");
    match &checked.outcome {
        Ok(verified) => {
            out.line(&verify::sentence(name, checked.server.as_deref().unwrap_or_default(), verified))
        }
        Err(error) => out.line(&format!("{name} fails: {error} [{}]", error.kind().name())),
    }
}
