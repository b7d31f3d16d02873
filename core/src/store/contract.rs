//! What every store must do, tried on each of them.

use std::fs;
use std::time::Duration;

use super::memory::MemoryStore;
use super::{About, Beginning, EntryRow, EventRow, Found, HeadRow, SqliteStore, Store, WriteLock};
use crate::ErrorKind;
use crate::error::{Error, Result};
use crate::seal::{RowKey, Slot};

/// One store, and what keeps its place alive.
struct Tried {
    store: Box<dyn Store>,
    lock: WriteLock,
    _folder: Option<tempfile::TempDir>,
}

fn beginning() -> Beginning {
    Beginning {
        about: About { vault: [7; 16], term: 3 },
        slot: Slot { kind: 1, parameters: vec![1, 2], body: vec![3; 129] },
        head: HeadRow { sequence: 0, seal: vec![4; 10] },
    }
}

fn memory() -> Tried {
    let store = Box::new(MemoryStore::begin(beginning()));
    Tried { store, lock: WriteLock::not_needed(), _folder: None }
}

fn sqlite() -> Tried {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    fs::File::create_new(&path).unwrap();
    let lock = WriteLock::acquire(folder.path(), Duration::ZERO).unwrap();
    let Found::Unfinished(mut store) = SqliteStore::open(&path, Duration::ZERO).unwrap() else {
        panic!("an empty file is no vault yet");
    };
    store.begin(&lock, &beginning()).unwrap();
    let Found::Vault(store) = SqliteStore::open(&path, Duration::ZERO).unwrap() else {
        panic!("it was made");
    };
    Tried { store: Box::new(store), lock, _folder: Some(folder) }
}

fn row(key: u8, version: u64, content: &[u8]) -> EntryRow {
    EntryRow { key: [key; 32], version, label: content.to_vec(), secret: [content, b"!"].concat() }
}

impl Tried {
    fn put(&mut self, row: &EntryRow) {
        self.store.write(&self.lock, &mut |rows| rows.put(row)).unwrap();
    }

    fn labels(&mut self) -> Vec<(RowKey, u64, Vec<u8>)> {
        let mut labels = Vec::new();
        let each = &mut |row: Result<super::LabelRow<'_>, i64>| {
            let row = row.unwrap();
            labels.push((*row.key, row.version, row.label.to_vec()));
        };
        self.store.read(&mut |rows| rows.labels(each)).unwrap();
        labels.sort();
        labels
    }

    fn secret(&self, key: u8) -> Option<(u64, Vec<u8>)> {
        let mut secret = None;
        let found =
            self.store.secret(&[key; 32], &mut |v, bytes| secret = Some((v, bytes.to_vec()))).unwrap();
        assert_eq!(found, secret.is_some());
        secret
    }
}

fn a_new_store_holds_its_beginning_and_no_more(mut tried: Tried) {
    let expected = beginning();
    tried
        .store
        .read(&mut |rows| {
            assert_eq!(rows.about()?, expected.about);
            assert_eq!(rows.slots()?, std::slice::from_ref(&expected.slot));
            assert_eq!(rows.head()?, expected.head);
            assert_eq!(rows.entry(&[1; 32])?, None);
            assert_eq!(rows.events(0, 9)?, []);
            Ok(())
        })
        .unwrap();
    assert_eq!(tried.labels(), []);
    assert_eq!(tried.secret(1), None);
}

fn a_row_is_put_replaced_and_removed(mut tried: Tried) {
    tried.put(&row(1, 1, b"one"));
    tried.put(&row(2, 2, b"two"));
    tried.put(&row(1, i64::MAX as u64, b"anew"));
    assert_eq!(tried.secret(1), Some((i64::MAX as u64, b"anew!".to_vec())));
    assert_eq!(tried.secret(2), Some((2, b"two!".to_vec())));
    assert_eq!(tried.labels(), [([1; 32], i64::MAX as u64, b"anew".to_vec()), ([2; 32], 2, b"two".to_vec())]);
    let remove = |tried: &mut Tried| {
        let mut was = None;
        let work = &mut |rows: &mut dyn super::Changes| {
            was = Some(rows.remove(&[1; 32])?);
            Ok(())
        };
        tried.store.write(&tried.lock, work).unwrap();
        was.unwrap()
    };
    assert!(remove(&mut tried));
    assert!(!remove(&mut tried));
    assert_eq!(tried.secret(1), None);
    assert_eq!(tried.labels(), [([2; 32], 2, b"two".to_vec())]);
}

fn a_failed_write_leaves_nothing(mut tried: Tried) {
    tried.put(&row(1, 1, b"one"));
    let failed = tried.store.write(&tried.lock, &mut |rows| {
        rows.put(&row(1, 2, b"lost"))?;
        rows.put(&row(2, 3, b"lost"))?;
        rows.append(&EventRow { sequence: 3, key: [1; 32], seal: vec![] })?;
        rows.set_head(&HeadRow { sequence: 3, seal: vec![] })?;
        assert_eq!(rows.entry(&[2; 32])?, Some(row(2, 3, b"lost")), "a transaction sees its own changes");
        Err(Error::new(ErrorKind::EntryExists, "not wanted"))
    });
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::EntryExists);
    assert_eq!(tried.secret(1), Some((1, b"one!".to_vec())));
    assert_eq!(tried.secret(2), None);
    tried
        .store
        .read(&mut |rows| {
            assert_eq!(rows.head()?.sequence, 0);
            assert_eq!(rows.events(0, 9)?, []);
            Ok(())
        })
        .unwrap();
}

fn events_are_read_on_from_a_cursor(mut tried: Tried) {
    let event = |sequence| EventRow { sequence, key: [sequence as u8; 32], seal: vec![sequence as u8] };
    tried
        .store
        .write(&tried.lock, &mut |rows| {
            [5, 2, 9].iter().try_for_each(|sequence| rows.append(&event(*sequence)))?;
            rows.set_head(&HeadRow { sequence: 9, seal: vec![9] })
        })
        .unwrap();
    tried
        .store
        .read(&mut |rows| {
            assert_eq!(rows.events(0, 2)?, [event(2), event(5)]);
            assert_eq!(rows.events(5, 2)?, [event(9)]);
            assert_eq!(rows.events(9, 2)?, []);
            assert_eq!(rows.head()?, HeadRow { sequence: 9, seal: vec![9] });
            Ok(())
        })
        .unwrap();
}

fn tidying_changes_nothing(mut tried: Tried) {
    tried.put(&row(1, 1, b"one"));
    tried.store.tidy(&tried.lock).unwrap();
    assert!(tried.store.is_tidy());
    assert_eq!(tried.secret(1), Some((1, b"one!".to_vec())));
}

macro_rules! contract {
    ($($case:ident),* $(,)?) => {
        mod on_memory {
            $(#[test] fn $case() { super::$case(super::memory()); })*
        }
        mod on_sqlite {
            $(#[test] fn $case() { super::$case(super::sqlite()); })*
        }
    };
}

contract!(
    a_new_store_holds_its_beginning_and_no_more,
    a_row_is_put_replaced_and_removed,
    a_failed_write_leaves_nothing,
    events_are_read_on_from_a_cursor,
    tidying_changes_nothing,
);
