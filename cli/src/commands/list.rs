use std::io::Write;

use mmcred::Entry;

use super::open;
use crate::args::{Json, Place};
use crate::output::{Outcome, Output};

pub const EMPTY: &str = "The vault is empty. Add a credential with: mmcred add NAME --url URL";

pub fn run(place: &Place, args: &Json, out: &mut Output<impl Write, impl Write>) -> Outcome {
    let vault = open(place)?;
    let listing = vault.list()?;
    if args.json {
        out.json(&listing)?;
    } else {
        table(&listing.entries, out)?;
        for damaged in &listing.damaged {
            out.remark(&format!(
                "Row {} is damaged and can not be named; the others are not affected.",
                damaged.row
            ))?;
        }
    }
    vault.close()?;
    Ok(())
}

fn table(entries: &[Entry], out: &mut Output<impl Write, impl Write>) -> Outcome {
    if entries.is_empty() {
        return out.remark(EMPTY);
    }
    let head = ["NAME", "SERVER", "OWNER", "TOKEN"].map(str::to_owned);
    let rows: Vec<[String; 4]> = entries.iter().map(row).collect();
    let mut widths = [0; 4];
    for row in rows.iter().chain([&head]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in [&head].into_iter().chain(&rows) {
        let padded: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        out.line(padded.join("  ").trim_end())?;
    }
    Ok(())
}

fn row(entry: &Entry) -> [String; 4] {
    let owner = entry.username.clone().unwrap_or_else(|| "unknown".to_owned());
    [entry.name.clone(), entry.server.clone(), owner, entry.fingerprint.clone()]
}
