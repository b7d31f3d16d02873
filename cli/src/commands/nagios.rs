use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use mmcred::{Error, ErrorKind, block_on};

use super::{open, verify};
use crate::args::{Place, Verify};
use crate::exit;
use crate::output::{Failure, Outcome, Output};

const OK: (u8, &str) = (0, "OK");
const WARNING: (u8, &str) = (1, "WARNING");
const CRITICAL: (u8, &str) = (2, "CRITICAL");
const UNKNOWN: (u8, &str) = (3, "UNKNOWN");

/// A token that ends within a week wants attention before it is an alarm.
const SOON: i64 = 7 * 86_400_000;

/// One line and an exit code of 0 to 3, as monitoring systems expect of a plugin.
pub fn run(place: &Place, name: &str, args: &Verify, out: &mut Output<impl Write, impl Write>) -> Outcome {
    let ((code, word), text) = match check(place, name, args) {
        Ok(checked) => checked,
        Err(error) => (state(&error), format!("{error} {}", error.hint())),
    };
    out.line(&format!("MATTERMOST {word} - {text}"))?;
    if code == exit::OK { Ok(()) } else { Err(Failure::Told(code)) }
}

fn check(place: &Place, name: &str, args: &Verify) -> mmcred::Result<((u8, &'static str), String)> {
    let vault = open(place)?;
    let stored = vault.get(name)?;
    vault.close()?;
    let credential = stored.credential();
    let verified = block_on(credential.verify(args.deadline.timeout))?;
    let sentence = verify::sentence(name, credential.server().as_str(), &verified);
    Ok(match credential.facts().expires_at.map(|end| end - now()) {
        Some(left) if left < SOON => {
            (WARNING, format!("{sentence}; the token ends in {} hours", left / 3_600_000))
        }
        _ => (OK, sentence),
    })
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

fn state(error: &Error) -> (u8, &'static str) {
    match error.kind() {
        ErrorKind::RateLimited | ErrorKind::ReplicasDisagree => WARNING,
        kind if exit::code(kind) == exit::REFUSED => CRITICAL,
        _ => UNKNOWN,
    }
}
