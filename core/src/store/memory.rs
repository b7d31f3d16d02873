use std::collections::BTreeMap;

use super::{
    About, Beginning, Changes, EntryRow, EventRow, HeadRow, LabelRow, Snapshot, Store, UseSecret, WriteLock,
};
use crate::error::Result;
use crate::seal::{RowKey, Slot};

/// The plainest store there is: what the contract is tried on beside SQLite.
pub(crate) struct MemoryStore {
    tables: Tables,
}

#[derive(Clone)]
struct Tables {
    about: About,
    slots: Vec<Slot>,
    head: HeadRow,
    entries: BTreeMap<RowKey, (i64, EntryRow)>,
    events: BTreeMap<u64, EventRow>,
    next_row: i64,
}

impl MemoryStore {
    pub(crate) fn begin(beginning: Beginning) -> Self {
        let Beginning { about, slot, head } = beginning;
        let (entries, events) = Default::default();
        Self { tables: Tables { about, slots: vec![slot], head, entries, events, next_row: 1 } }
    }
}

impl Store for MemoryStore {
    fn secret(&self, key: &RowKey, use_it: &mut UseSecret<'_>) -> Result<bool> {
        let found = self.tables.entries.get(key);
        found.inspect(|(_, row)| use_it(row.version, &row.secret));
        Ok(found.is_some())
    }

    fn entry(&self, key: &RowKey) -> Result<Option<EntryRow>> {
        self.tables.entry(key)
    }

    fn read(&mut self, work: &mut dyn FnMut(&dyn Snapshot) -> Result<()>) -> Result<()> {
        work(&self.tables)
    }

    fn write(
        &mut self,
        _lock: &WriteLock,
        work: &mut dyn FnMut(&mut dyn Changes) -> Result<()>,
    ) -> Result<()> {
        let mut changed = self.tables.clone();
        work(&mut changed)?;
        self.tables = changed;
        Ok(())
    }

    fn is_tidy(&self) -> bool {
        true
    }

    fn tidy(&mut self, _lock: &WriteLock) -> Result<()> {
        Ok(())
    }
}

impl Snapshot for Tables {
    fn about(&self) -> Result<About> {
        Ok(self.about)
    }

    fn slots(&self) -> Result<Vec<Slot>> {
        Ok(self.slots.clone())
    }

    fn head(&self) -> Result<HeadRow> {
        Ok(self.head.clone())
    }

    fn entry(&self, key: &RowKey) -> Result<Option<EntryRow>> {
        Ok(self.entries.get(key).map(|(_, row)| row.clone()))
    }

    fn labels(&self, each: &mut dyn FnMut(Result<LabelRow<'_>, i64>)) -> Result<()> {
        for (id, row) in self.entries.values() {
            each(Ok(LabelRow { row: *id, key: &row.key, version: row.version, label: &row.label }));
        }
        Ok(())
    }

    fn events(&self, after: u64, most: usize) -> Result<Vec<EventRow>> {
        Ok(self.events.range(after + 1..).take(most).map(|(_, event)| event.clone()).collect())
    }
}

impl Changes for Tables {
    fn put(&mut self, row: &EntryRow) -> Result<()> {
        let next = self.next_row;
        let (id, _) = self.entries.get(&row.key).cloned().unwrap_or((next, row.clone()));
        self.next_row += i64::from(id == next);
        self.entries.insert(row.key, (id, row.clone()));
        Ok(())
    }

    fn remove(&mut self, key: &RowKey) -> Result<bool> {
        Ok(self.entries.remove(key).is_some())
    }

    fn append(&mut self, event: &EventRow) -> Result<()> {
        self.events.insert(event.sequence, event.clone());
        Ok(())
    }

    fn set_head(&mut self, head: &HeadRow) -> Result<()> {
        self.head = head.clone();
        Ok(())
    }
}
