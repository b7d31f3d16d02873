use std::io::Write;

use mmcred::{Entry, day_and_minute};

use super::open;
use crate::args::{Place, Show};
use crate::output::{Outcome, Output};

pub fn run(place: &Place, args: &Show, out: &mut Output<impl Write, impl Write>) -> Outcome {
    let vault = open(place)?;
    let stored = vault.get(&args.named.name)?;
    vault.close()?;
    let entry = stored.entry();
    if args.json.json {
        return out.json(entry);
    }
    for (label, value) in lines(entry) {
        out.line(&format!("{label:<9}{value}"))?;
    }
    Ok(())
}

fn lines(entry: &Entry) -> Vec<(&'static str, String)> {
    let unknown = || "unknown".to_owned();
    let mut lines = vec![
        ("Name", entry.name.clone()),
        ("Server", entry.server.clone()),
        ("Owner", entry.username.clone().unwrap_or_else(unknown)),
        ("Kind", entry.kind.name().replace('_', " ")),
        ("Token", entry.fingerprint.clone()),
        ("Expires", entry.expires_at.map_or_else(unknown, day_and_minute)),
        ("Stored", day_and_minute(entry.created_at)),
        ("Changed", format!("{} (version {})", day_and_minute(entry.updated_at), entry.version)),
    ];
    let settings = [
        ("CA file", entry.ca_file.clone()),
        ("Proxy", entry.proxy.clone()),
        ("Careful", entry.allow_http.then(|| "plain http is allowed".to_owned())),
        ("Careful", entry.allow_unauthorized_certs.then(|| "any certificate is accepted".to_owned())),
    ];
    lines.extend(settings.into_iter().filter_map(|(label, value)| Some((label, value?))));
    lines
}
