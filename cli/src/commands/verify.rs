use std::io::Write;

use mmcred::{Error, Verified, block_on};
use serde::Serialize;

use super::{nagios, open, verify_all};
use crate::args::{Place, Verify};
use crate::exit;
use crate::output::{Failure, Outcome, Output};

#[derive(Serialize)]
struct Accepted<'a> {
    name: &'a str,
    ok: bool,
    server: &'a str,
    #[serde(flatten)]
    verified: &'a Verified,
}

#[derive(Serialize)]
struct Refused<'a> {
    name: &'a str,
    ok: bool,
    server: &'a str,
    error: &'a Error,
}

pub fn run(place: &Place, args: &Verify, out: &mut Output<impl Write, impl Write>) -> Outcome {
    let Some(name) = &args.name else {
        return verify_all::run(place, args, out);
    };
    if args.nagios {
        return nagios::run(place, name, args, out);
    }
    let vault = open(place)?;
    let stored = vault.get(name)?;
    vault.close()?;
    let server = stored.credential().server().as_str();
    match block_on(stored.credential().verify(args.deadline.timeout)) {
        Ok(verified) if args.json => out.json(Accepted { name, ok: true, server, verified: &verified }),
        Ok(verified) => out.line(&sentence(name, server, &verified)),
        Err(error) if args.json => {
            out.json(Refused { name, ok: false, server, error: &error })?;
            Err(Failure::Told(exit::code(error.kind())))
        }
        Err(error) => {
            let hint = format!("{} Find out why with: mmcred diagnose {name}", error.hint());
            Err(Failure::Error(Some(name.clone()), error.with_hint(hint)))
        }
    }
}

pub fn sentence(name: &str, server: &str, verified: &Verified) -> String {
    let bot = if verified.is_bot { ", a bot" } else { "" };
    let version =
        verified.server_version.as_ref().map(|version| format!(", Mattermost {version}")).unwrap_or_default();
    format!("{name} works: {}{bot} on {server}{version}", verified.username)
}
