use std::io::Write;

use mmcred::{Credential, Diagnosis, Finding, Mark, Severity, Step, block_on};
use serde::Serialize;

use super::{connection, open};
use crate::args::{Diagnose, Place};
use crate::exit;
use crate::output::{Failure, Outcome, Output};
use crate::secret_input;

#[derive(Serialize)]
struct Document<'a> {
    name: Option<&'a str>,
    #[serde(flatten)]
    diagnosis: &'a Diagnosis,
}

pub fn run(place: &Place, args: &Diagnose, out: &mut Output<impl Write, impl Write>) -> Outcome {
    let name = args.which.name.as_deref();
    let (credential, admin) = credentials(place, args)?;
    let diagnosis = block_on(credential.diagnose(name, admin.as_ref(), args.timeout));
    if args.json.json {
        out.json(Document { name, diagnosis: &diagnosis })?;
    } else {
        report(name, &diagnosis, out)?;
    }
    match diagnosis.severity() {
        Some(Severity::Error) => Err(Failure::Told(exit::REFUSED)),
        Some(Severity::Undecided) => Err(Failure::Told(exit::UNDECIDED)),
        _ => Ok(()),
    }
}

/// The one to diagnose, and the administrator's.
fn credentials(place: &Place, args: &Diagnose) -> Result<(Credential, Option<Credential>), Failure> {
    let stored = |name: &str| -> mmcred::Result<Credential> {
        let vault = open(place)?;
        let credential = vault.get(name)?.into_credential();
        vault.close()?;
        Ok(credential)
    };
    let admin = args.admin.as_deref().map(stored).transpose()?;
    let credential = match (&args.which.name, &args.which.url) {
        (Some(name), _) => stored(name)?,
        (None, url) => {
            let url = url.as_deref().unwrap_or_default();
            let token = secret_input::read(&args.token, url)?;
            Credential::with_connection(url, token, connection(&args.way)?)?
        }
    };
    Ok((credential, admin))
}

fn report(name: Option<&str>, diagnosis: &Diagnosis, out: &mut Output<impl Write, impl Write>) -> Outcome {
    out.line(&headline(name.unwrap_or("The token"), diagnosis))?;
    for finding in &diagnosis.findings {
        out.line("")?;
        explain(finding, out)?;
    }
    out.line("\nThe way there:")?;
    let width = diagnosis.steps.iter().map(|step| step.name.len()).max().unwrap_or(0);
    for (place, Step { name, mark, says, .. }) in diagnosis.steps.iter().enumerate() {
        let branch = if place + 1 == diagnosis.steps.len() { "└" } else { "├" };
        let name = name.replace('_', " ");
        out.line(format!("  {branch} {} {name:width$}  {says}", sign(*mark)).trim_end())?;
    }
    Ok(())
}

fn headline(name: &str, diagnosis: &Diagnosis) -> String {
    let server = &diagnosis.server;
    match (diagnosis.works, diagnosis.findings.first()) {
        (Some(true), None) => format!("{name} works on {server}."),
        (Some(true), Some(_)) => format!("{name} works on {server}; worth knowing:"),
        (Some(false), _) => format!("{name} does not work on {server}."),
        (None, _) => format!("Whether {name} works on {server} can not be told now."),
    }
}

fn explain(finding: &Finding, out: &mut Output<impl Write, impl Write>) -> Outcome {
    let likely = if finding.is_certain { "" } else { "Likely: " };
    let sign = match finding.kind.severity() {
        Severity::Error => sign(Mark::Failed),
        Severity::Undecided => sign(Mark::Undecided),
        Severity::Warning => sign(Mark::Warned),
        _ => "i",
    };
    out.line(&format!("{sign} {likely}{} [{}]", finding.cause(), finding.kind.name()))?;
    out.line(&format!("  Seen:  {}", finding.evidence.join(" ")))?;
    out.line(&format!("  Do:    {}", finding.fix()))?;
    if let Some(fix) = finding.admin_fix() {
        out.line(&format!("  Admin: {fix}"))?;
    }
    if let Some(call) = &finding.call {
        out.line(&format!("  Run:   {call}"))?;
    }
    Ok(())
}

fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Passed => "✓",
        Mark::Warned => "!",
        Mark::Undecided => "?",
        Mark::Failed => "✗",
        _ => "·",
    }
}
