use serde::Serialize;

use super::entry::Entry;
use super::head::{self, Head, Set};
use super::label;
use crate::seal::{Keys, Purpose};
use crate::store::LabelRow;

/// All entries of a vault, and the rows that could not be read.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let options = mmcred::VaultOptions::new().path(folder.path().join("vault")).key_file(folder.path().join("key"));
/// # let vault = options.create(true).open()?;
/// # let token = mmcred::AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
/// # vault.put("prod", &mmcred::Credential::new("chat.example.com", token)?, false)?;
/// let listing = vault.list()?;
/// assert!(listing.intact && listing.damaged.is_empty());
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Listing {
    /// Sorted by name, byte by byte.
    pub entries: Vec<Entry>,
    /// Rows whose label does not open. They hide no other.
    pub damaged: Vec<Damaged>,
    /// Whether the rows are the very ones that the vault's sealed head speaks of. If not, somebody without the key
    /// took a row away, brought one in, or put an older one back.
    pub intact: bool,
}

/// A row whose label does not open, so that its name is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Damaged {
    /// The row's number in the vault's file.
    pub row: i64,
}

/// A listing in the making.
#[derive(Default)]
pub(super) struct Scan {
    listing: Listing,
    found: u64,
    set: Set,
}

impl Scan {
    pub(super) fn add(&mut self, keys: &Keys, row: Result<LabelRow<'_>, i64>) {
        self.found += 1;
        let opened = row.and_then(|row| {
            head::toggle(&mut self.set, keys, Purpose::Label, row.key, row.version);
            label::open(keys, row.key, row.version, row.label).ok_or(row.row)
        });
        match opened {
            Ok(entry) => self.listing.entries.push(entry),
            Err(row) => self.listing.damaged.push(Damaged { row }),
        }
    }

    pub(super) fn finish(self, head: Option<&Head>) -> Listing {
        let mut listing = self.listing;
        listing.intact = head.is_some_and(|head| head.entries == self.found && head.entry_set == self.set);
        listing.entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        listing
    }
}
