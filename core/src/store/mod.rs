//! Where sealed rows lie. Bytes in, rows out; knows no network and no plaintext.

#[cfg(test)]
mod contract;
mod lock;
#[cfg(test)]
mod memory;
mod sqlite;
mod sqlite_fault;
mod sqlite_rows;

pub(crate) use lock::WriteLock;
pub(crate) use sqlite::{Found, SqliteStore};

use crate::error::Result;
use crate::seal::{RowKey, Slot, VaultId};

/// What a store says about its vault in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) vault: VaultId,
    /// How often the root key was changed, from 1.
    pub(crate) term: u32,
}

/// One entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryRow {
    pub(crate) key: RowKey,
    pub(crate) version: u64,
    pub(crate) label: Vec<u8>,
    pub(crate) secret: Vec<u8>,
}

/// One entry without its secret, lent while a store is scanned.
pub(crate) struct LabelRow<'a> {
    /// The store's own number, for a row whose label does not open.
    pub(crate) row: i64,
    pub(crate) key: &'a RowKey,
    pub(crate) version: u64,
    pub(crate) label: &'a [u8],
}

/// The sealed head and the number it is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeadRow {
    pub(crate) sequence: u64,
    pub(crate) seal: Vec<u8>,
}

/// One change of the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventRow {
    pub(crate) sequence: u64,
    pub(crate) key: RowKey,
    pub(crate) seal: Vec<u8>,
}

/// What a new vault starts with.
pub(crate) struct Beginning {
    pub(crate) about: About,
    pub(crate) slot: Slot,
    pub(crate) head: HeadRow,
}

/// Reads of one moment.
pub(crate) trait Snapshot {
    fn about(&self) -> Result<About>;
    fn slots(&self) -> Result<Vec<Slot>>;
    fn head(&self) -> Result<HeadRow>;
    fn entry(&self, key: &RowKey) -> Result<Option<EntryRow>>;
    /// Lends every row in turn. A row that is not even of the right shape is lent with its number only.
    fn labels(&self, each: &mut dyn FnMut(Result<LabelRow<'_>, i64>)) -> Result<()>;
    /// The events after that sequence, oldest first, at most `most`.
    #[cfg_attr(not(test), allow(dead_code, reason = "history and watch are to read them"))]
    fn events(&self, after: u64, most: usize) -> Result<Vec<EventRow>>;
}

/// Changes of one transaction.
pub(crate) trait Changes: Snapshot {
    /// Puts the row in place of the one with its key, if there is one.
    fn put(&mut self, row: &EntryRow) -> Result<()>;
    /// Takes the row away; whether it was there.
    fn remove(&mut self, key: &RowKey) -> Result<bool>;
    fn append(&mut self, event: &EventRow) -> Result<()>;
    fn set_head(&mut self, head: &HeadRow) -> Result<()>;
}

/// What lends a secret: its row's version and its envelope.
pub(crate) type UseSecret<'a> = dyn FnMut(u64, &[u8]) + 'a;

/// A place for sealed rows. Blocking; one thread at a time.
pub(crate) trait Store: Send {
    /// Lends the secret of that key to `use_it`, without a copy; whether it is there. The path of each hand-out.
    fn secret(&self, key: &RowKey, use_it: &mut UseSecret<'_>) -> Result<bool>;

    /// The one row of that key.
    fn entry(&self, key: &RowKey) -> Result<Option<EntryRow>>;

    /// Lets `work` read one moment of the store.
    fn read(&mut self, work: &mut dyn FnMut(&dyn Snapshot) -> Result<()>) -> Result<()>;

    /// Lets `work` change the store: all of it lasts when this returns, or none of it.
    fn write(&mut self, lock: &WriteLock, work: &mut dyn FnMut(&mut dyn Changes) -> Result<()>)
    -> Result<()>;

    /// Whether there is nothing to [`tidy`](Self::tidy).
    fn is_tidy(&self) -> bool;

    /// Folds what a store keeps beside its main file into it, as far as nobody else is using it.
    fn tidy(&mut self, lock: &WriteLock) -> Result<()>;
}
