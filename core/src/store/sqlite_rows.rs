use std::path::Path;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Row};

use super::sqlite_fault::translate;
use super::{About, Changes, EntryRow, EventRow, HeadRow, LabelRow, Snapshot, UseSecret};
use crate::error::Result;
use crate::seal::{RowKey, Slot};

type Sql<T> = rusqlite::Result<T>;

/// The rows of a vault, within whatever transaction the connection is in.
pub(super) struct Rows<'a> {
    connection: &'a Connection,
    path: &'a Path,
}

impl<'a> Rows<'a> {
    pub(super) fn new(connection: &'a Connection, path: &'a Path) -> Self {
        Self { connection, path }
    }

    pub(super) fn secret(&self, key: &RowKey, use_it: &mut UseSecret<'_>) -> Result<bool> {
        let found = self.one("SELECT version, secret FROM entries WHERE key = ?1", [key], |row| {
            use_it(number(row, 0)?, row.get_ref(1)?.as_blob()?);
            Ok(())
        })?;
        Ok(found.is_some())
    }

    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        f: impl FnOnce(&Row<'_>) -> Sql<T>,
    ) -> Result<Option<T>> {
        self.prepare(sql)
            .and_then(|mut statement| statement.query_row(params, f).optional())
            .map_err(|e| translate(self.path, e))
    }

    fn all<T>(&self, sql: &str, params: impl Params, f: impl FnMut(&Row<'_>) -> Sql<T>) -> Result<Vec<T>> {
        self.prepare(sql)
            .and_then(|mut statement| statement.query_map(params, f)?.collect())
            .map_err(|e| translate(self.path, e))
    }

    fn change(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.prepare(sql)
            .and_then(|mut statement| statement.execute(params))
            .map_err(|e| translate(self.path, e))
    }

    fn prepare(&self, sql: &str) -> Sql<CachedStatement<'a>> {
        self.connection.prepare_cached(sql)
    }

    fn meta<const N: usize>(&self, name: &str) -> Result<[u8; N]> {
        let value = self.one("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))?;
        value.ok_or_else(|| translate(self.path, rusqlite::Error::QueryReturnedNoRows))
    }
}

/// SQLite's integers are signed; ours are not.
fn number(row: &Row<'_>, column: usize) -> Sql<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

impl Snapshot for Rows<'_> {
    fn about(&self) -> Result<About> {
        Ok(About { vault: self.meta("vault")?, term: u32::from_be_bytes(self.meta("term")?) })
    }

    fn slots(&self) -> Result<Vec<Slot>> {
        self.all("SELECT kind, parameters, body FROM slots ORDER BY id", [], |row| {
            Ok(Slot { kind: row.get(0)?, parameters: row.get(1)?, body: row.get(2)? })
        })
    }

    fn head(&self) -> Result<HeadRow> {
        let head = self.one("SELECT sequence, seal FROM head WHERE id = 1", [], |row| {
            Ok(HeadRow { sequence: number(row, 0)?, seal: row.get(1)? })
        })?;
        head.ok_or_else(|| translate(self.path, rusqlite::Error::QueryReturnedNoRows))
    }

    fn entry(&self, key: &RowKey) -> Result<Option<EntryRow>> {
        self.one("SELECT version, label, secret FROM entries WHERE key = ?1", [key], |row| {
            Ok(EntryRow { key: *key, version: number(row, 0)?, label: row.get(1)?, secret: row.get(2)? })
        })
    }

    fn labels(&self, each: &mut dyn FnMut(Result<LabelRow<'_>, i64>)) -> Result<()> {
        let scan = || {
            let mut statement = self.prepare("SELECT id, key, version, label FROM entries ORDER BY id")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let id = row.get(0)?;
                each(label(row, id).map_err(|_| id));
            }
            Ok(())
        };
        let mut scan = scan;
        scan().map_err(|e| translate(self.path, e))
    }

    fn events(&self, after: u64, most: usize) -> Result<Vec<EventRow>> {
        let sql = "SELECT sequence, key, seal FROM events WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";
        self.all(sql, (after as i64, most as i64), |row| {
            Ok(EventRow { sequence: number(row, 0)?, key: row.get(1)?, seal: row.get(2)? })
        })
    }
}

fn label<'a>(row: &'a Row<'_>, id: i64) -> Sql<LabelRow<'a>> {
    let key = row.get_ref(1)?.as_blob()?;
    let key = key.try_into().map_err(|_| rusqlite::Error::InvalidQuery)?;
    Ok(LabelRow { row: id, key, version: number(row, 2)?, label: row.get_ref(3)?.as_blob()? })
}

impl Changes for Rows<'_> {
    fn put(&mut self, row: &EntryRow) -> Result<()> {
        let sql = "INSERT INTO entries (key, version, label, secret) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (key) DO UPDATE SET version = ?2, label = ?3, secret = ?4";
        self.change(sql, (&row.key, row.version as i64, &row.label, &row.secret)).map(drop)
    }

    fn remove(&mut self, key: &RowKey) -> Result<bool> {
        Ok(self.change("DELETE FROM entries WHERE key = ?1", [key])? > 0)
    }

    fn append(&mut self, event: &EventRow) -> Result<()> {
        let sql = "INSERT INTO events (sequence, key, seal) VALUES (?1, ?2, ?3)";
        self.change(sql, (event.sequence as i64, &event.key, &event.seal)).map(drop)
    }

    fn set_head(&mut self, head: &HeadRow) -> Result<()> {
        let sql = "UPDATE head SET sequence = ?1, seal = ?2 WHERE id = 1";
        self.change(sql, (head.sequence as i64, &head.seal)).map(drop)
    }
}
