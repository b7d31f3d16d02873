use std::sync::atomic::Ordering;

use super::entry::Entry;
use super::event::Event;
use super::head::{self, Head};
use super::label;
use super::open::Vault;
use super::secret;
use super::session::Session;
use crate::ErrorKind;
use crate::error::{Error, Result};
use crate::seal::{self, Keys, Purpose, RowKey, Unsealed};
use crate::shown::Shown;
use crate::store::{Changes, EntryRow, HeadRow, WriteLock};

/// Why a head can not be gone by.
pub(super) enum Stale {
    Unsealed(Unsealed),
    /// It is older than one that this process has already seen.
    RolledBack,
}

/// A transaction, with the head it will leave.
pub(super) struct Write<'a> {
    pub(super) rows: &'a mut dyn Changes,
    pub(super) keys: &'a Keys,
    head: Head,
}

impl Vault {
    /// Runs `work` as one transaction under the write lock, and seals the head anew.
    pub(super) fn write<T>(&self, mut work: impl FnMut(&mut Write<'_>) -> Result<T>) -> Result<T> {
        // The lock first: who waits for it must not keep this process's readers waiting.
        let lock = if self.is_closed() { None } else { Some(WriteLock::acquire(self.path(), self.wait)?) };
        self.with_current_session(|session| {
            let Session { store, keys, outdated, .. } = session;
            let lock = lock.as_ref().ok_or_else(closed)?;
            let mut done = None;
            store.write(lock, &mut |rows| {
                let head = self.unseen(keys, &rows.head()?).map_err(|stale| {
                    *outdated = matches!(stale, Stale::Unsealed(Unsealed::OtherTerm));
                    self.stale(&stale)
                })?;
                let mut write = Write { rows, keys, head };
                let result = work(&mut write)?;
                write.finish()?;
                done = Some((result, write.head.sequence));
                Ok(())
            })?;
            let (result, sequence) = done.expect("the work was done");
            self.seen.fetch_max(sequence, Ordering::Relaxed);
            Ok(result)
        })
    }

    /// The head, unless it is older than one that this process has already seen.
    pub(super) fn unseen(&self, keys: &Keys, row: &HeadRow) -> Result<Head, Stale> {
        let head = Head::open(keys, row).map_err(Stale::Unsealed)?;
        let seen = self.seen.fetch_max(head.sequence, Ordering::Relaxed);
        if head.sequence < seen { Err(Stale::RolledBack) } else { Ok(head) }
    }

    fn stale(&self, stale: &Stale) -> Error {
        match stale {
            Stale::RolledBack => self.rolled_back(),
            Stale::Unsealed(_) => {
                let message = format!("The head of the vault {} does not open.", Shown(self.path()));
                Error::new(ErrorKind::VaultDamaged, message)
            }
        }
    }

    pub(super) fn rolled_back(&self) -> Error {
        let message = format!("The vault {} is older than what was already seen of it.", Shown(self.path()));
        Error::new(ErrorKind::VaultRolledBack, message)
    }
}

impl Write<'_> {
    /// Seals and puts an entry in place of `old`, under the next version.
    pub(super) fn put(
        &mut self,
        key: &RowKey,
        old: Option<&EntryRow>,
        entry: &mut Entry,
        secret: &[u8],
    ) -> Result<()> {
        self.head.sequence += 1;
        entry.version = self.head.sequence;
        match old {
            Some(old) => self.toggle(key, old.version),
            None => self.head.entries += 1,
        }
        self.toggle(key, entry.version);
        self.head.seals += 2;
        self.rows.put(&EntryRow {
            key: *key,
            version: entry.version,
            label: label::seal(self.keys, key, entry)?,
            secret: seal::seal(self.keys, &secret::context(key, entry.version), secret),
        })
    }

    /// Takes an entry away.
    pub(super) fn remove(&mut self, old: &EntryRow) -> Result<()> {
        self.head.sequence += 1;
        // Rows that somebody brought in are not counted; the count must not break at them.
        self.head.entries = self.head.entries.saturating_sub(1);
        self.toggle(&old.key, old.version);
        self.rows.remove(&old.key).map(drop)
    }

    /// Writes the change just made into the history.
    pub(super) fn note(&mut self, key: &RowKey, event: Event<'_>) -> Result<()> {
        let sequence = self.head.sequence;
        self.head.events += 1;
        self.head.seals += 1;
        head::toggle(&mut self.head.event_set, self.keys, Purpose::Event, key, sequence);
        self.rows.append(&event.seal(self.keys, key, sequence))
    }

    fn toggle(&mut self, key: &RowKey, version: u64) {
        head::toggle(&mut self.head.entry_set, self.keys, Purpose::Label, key, version);
    }

    fn finish(&mut self) -> Result<()> {
        self.head.seals += 1;
        let head = self.head.seal(self.keys);
        self.rows.set_head(&head)
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::Closed, "The vault was closed.")
}
