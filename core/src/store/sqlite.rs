use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::ffi::ErrorCode;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::sqlite_fault::translate;
use super::sqlite_rows::Rows;
use super::{Beginning, Changes, EntryRow, Snapshot, Store, UseSecret, WriteLock};
use crate::ErrorKind;
use crate::error::{Error, Result};
use crate::seal::{RowKey, Slot};
use crate::shown::Shown;

/// `mmcr`, by which `file` and we know a vault.
const APPLICATION: i64 = 0x6d6d_6372;
const FORMAT: i64 = 1;

const SCHEMA: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE slots (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, parameters BLOB NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE entries (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, label BLOB NOT NULL, secret BLOB NOT NULL) STRICT;
CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL, seal BLOB NOT NULL) STRICT;
CREATE TABLE events (sequence INTEGER PRIMARY KEY, key BLOB NOT NULL, seal BLOB NOT NULL) STRICT;
";

/// A vault in one SQLite file, safe for many processes at once on one machine.
pub(crate) struct SqliteStore {
    connection: Connection,
    path: PathBuf,
    frozen: bool,
}

/// What lies at a place.
pub(crate) enum Found {
    Vault(SqliteStore),
    /// An empty file, or one whose maker was interrupted.
    Unfinished(SqliteStore),
}

impl SqliteStore {
    /// Opens the existing file `path`, read-only where it can not be written.
    pub(crate) fn open(path: &Path, wait: Duration) -> Result<Found> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        match Self::connect(path, path, flags, wait) {
            Err(source) if may_be_frozen(&source) => Self::open_frozen(path, wait, source)?.sort(),
            opened => opened.map_err(|source| translate(path, source))?.sort(),
        }
    }

    /// Opens a file in a folder where SQLite can not put the files it works with.
    ///
    /// It is then read without any locks, which is right only if nobody can be writing, and as long as no log of
    /// earlier writes is to be read with it.
    fn open_frozen(path: &Path, wait: Duration, source: rusqlite::Error) -> Result<Self> {
        if !is_empty(&log(path)) {
            let message =
                format!("The vault {} can not be written, and its last writes are in its log.", Shown(path));
            let hint = "Open it once where it can be written, or copy vault.db and vault.db-wal together.";
            return Err(Error::new(ErrorKind::ReadOnly, message).with_hint(hint));
        }
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let store = Self::connect(path, immutable(path).as_ref(), flags, wait);
        // The first error says more about what is wrong than a second one.
        store.map(|store| Self { frozen: true, ..store }).map_err(|_| translate(path, source))
    }

    fn connect(path: &Path, name: &Path, flags: OpenFlags, wait: Duration) -> rusqlite::Result<Self> {
        let connection = Connection::open_with_flags(name, flags)?;
        let store = Self { connection, path: path.to_owned(), frozen: false };
        store.configure(wait)?;
        // SQLite opens a file at the first read.
        store.number("PRAGMA schema_version")?;
        Ok(store)
    }

    /// Whether the file is read without locks, so that a change of it goes unnoticed.
    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen
    }

    fn configure(&self, wait: Duration) -> rusqlite::Result<()> {
        let c = &self.connection;
        c.busy_timeout(wait)?;
        c.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        c.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        c.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        c.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
        c.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
        c.set_prepared_statement_cache_capacity(32);
        c.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;")
    }

    /// Tells a vault from what is none, or none of this format.
    fn sort(self) -> Result<Found> {
        let number = |sql| self.number(sql).map_err(|e| self.fault(e));
        let format = number("PRAGMA user_version")?;
        match number("PRAGMA application_id")? {
            APPLICATION if format == FORMAT => Ok(Found::Vault(self)),
            APPLICATION if format > FORMAT => {
                let shown = Shown(&self.path);
                let message =
                    format!("The vault {shown} has format {format}; this mmcred reads format {FORMAT}.");
                Err(Error::new(ErrorKind::VaultNewer, message))
            }
            0 if format == 0 && number("SELECT count(*) FROM sqlite_schema")? == 0 => {
                Ok(Found::Unfinished(self))
            }
            _ => Err(self.not_a_vault()),
        }
    }

    fn number(&self, sql: &str) -> rusqlite::Result<i64> {
        self.connection.query_row(sql, [], |row| row.get(0))
    }

    fn not_a_vault(&self) -> Error {
        let message = format!("{} is a database, but not a vault of mmcred.", Shown(&self.path));
        Error::new(ErrorKind::VaultDamaged, message)
    }

    /// Turns the unfinished file into a vault.
    pub(crate) fn begin(&mut self, _lock: &WriteLock, beginning: &Beginning) -> Result<()> {
        let path = self.path.clone();
        self.create(beginning).map_err(|e| translate(&path, e))
    }

    fn create(&mut self, beginning: &Beginning) -> rusqlite::Result<()> {
        self.connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(SCHEMA)?;
        let meta = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
        tx.execute(meta, ("vault", &beginning.about.vault[..]))?;
        tx.execute(meta, ("term", &beginning.about.term.to_be_bytes()[..]))?;
        let Slot { kind, parameters, body } = &beginning.slot;
        tx.execute(
            "INSERT INTO slots (kind, parameters, body) VALUES (?1, ?2, ?3)",
            (kind, parameters, body),
        )?;
        let head = &beginning.head;
        tx.execute(
            "INSERT INTO head (id, sequence, seal) VALUES (1, ?1, ?2)",
            (head.sequence as i64, &head.seal),
        )?;
        tx.pragma_update(None, "application_id", APPLICATION)?;
        tx.pragma_update(None, "user_version", FORMAT)?;
        tx.commit()
    }

    /// Makes the next transaction read the file itself, so that an old copy written over it is seen.
    fn forget_pages(&self) {
        let _ = self.connection.release_memory();
    }

    fn fault(&self, source: rusqlite::Error) -> Error {
        translate(&self.path, source)
    }
}

impl Store for SqliteStore {
    fn secret(&self, key: &RowKey, use_it: &mut UseSecret<'_>) -> Result<bool> {
        Rows::new(&self.connection, &self.path).secret(key, use_it)
    }

    fn entry(&self, key: &RowKey) -> Result<Option<EntryRow>> {
        Rows::new(&self.connection, &self.path).entry(key)
    }

    fn read(&mut self, work: &mut dyn FnMut(&dyn Snapshot) -> Result<()>) -> Result<()> {
        self.forget_pages();
        let tx = self.connection.transaction().map_err(|e| translate(&self.path, e))?;
        work(&Rows::new(&tx, &self.path))
    }

    fn write(
        &mut self,
        _lock: &WriteLock,
        work: &mut dyn FnMut(&mut dyn Changes) -> Result<()>,
    ) -> Result<()> {
        let fault = |e| translate(&self.path, e);
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
        work(&mut Rows::new(&tx, &self.path))?;
        tx.commit().map_err(fault)
    }

    fn is_tidy(&self) -> bool {
        self.frozen || is_empty(&log(&self.path))
    }

    fn tidy(&mut self, _lock: &WriteLock) -> Result<()> {
        let fault = |e| translate(&self.path, e);
        // Readers elsewhere keep the log from being emptied; whoever closes later does it.
        self.connection.busy_timeout(Duration::ZERO).map_err(fault)?;
        self.number("PRAGMA wal_checkpoint(TRUNCATE)").map(drop).map_err(fault)
    }
}

/// The log of writes that are not in the file yet.
fn log(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

fn is_empty(file: &Path) -> bool {
    fs::metadata(file).map_or(true, |about| about.len() == 0)
}

fn may_be_frozen(source: &rusqlite::Error) -> bool {
    matches!(source.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

/// The path as SQLite's URI, every unusual byte escaped.
fn immutable(path: &Path) -> String {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(byte as char),
            _ if byte.is_ascii_alphanumeric() => uri.push(byte as char),
            _ => uri.push_str(&format!("%{byte:02x}")),
        }
    }
    uri + "?immutable=1"
}
