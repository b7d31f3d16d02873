use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::sqlite_fault::translate;
use super::sqlite_rows::Rows;
use super::{Beginning, Changes, Snapshot, Store, UseSecret, WriteLock};
use crate::ErrorKind;
use crate::error::{Error, Result};
use crate::seal::{RowKey, Slot};

/// `mmcr`, by which `file` and we know a vault.
const APPLICATION: i32 = 0x6d6d_6372;
const FORMAT: i32 = 1;

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
}

/// What lies at a place.
pub(crate) enum Found {
    Vault(SqliteStore),
    /// An empty file, or one whose maker was interrupted.
    Unfinished(SqliteStore),
}

impl SqliteStore {
    /// Opens the existing file `path`; what it is must still be looked at.
    pub(crate) fn open(path: &Path, wait: Duration) -> Result<Found> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let store = Self::connect(path, flags, wait)?;
        match store.kind()? {
            (0, 0) => Ok(Found::Unfinished(store)),
            _ => Ok(Found::Vault(store)),
        }
    }

    fn connect(path: &Path, flags: OpenFlags, wait: Duration) -> Result<Self> {
        let connection = Connection::open_with_flags(path, flags).map_err(|e| translate(path, e))?;
        let store = Self { connection, path: path.to_owned() };
        store.configure(wait).map_err(|e| store.fault(e))?;
        Ok(store)
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

    /// Application id and format.
    fn kind(&self) -> Result<(i32, i32)> {
        let get = |name| self.connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        let application = get("application_id").map_err(|e| self.fault(e))?;
        let format = get("user_version").map_err(|e| self.fault(e))?;
        match (application, format) {
            (0, 0) if !self.is_empty()? => Err(self.not_a_vault()),
            (0, 0) | (APPLICATION, FORMAT) => Ok((application, format)),
            (APPLICATION, newer) if newer > FORMAT => Err(Error::new(
                ErrorKind::VaultNewer,
                format!(
                    "The vault {} has format {newer}; this version of mmcred reads format {FORMAT}.",
                    self.path.display()
                ),
            )),
            _ => Err(self.not_a_vault()),
        }
    }

    fn is_empty(&self) -> Result<bool> {
        let count = "SELECT count(*) FROM sqlite_schema";
        let tables = self.connection.query_row(count, [], |row| row.get::<_, i64>(0));
        Ok(tables.map_err(|e| self.fault(e))? == 0)
    }

    fn not_a_vault(&self) -> Error {
        let message = format!("{} is a database, but not a vault of mmcred.", self.path.display());
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

    fn fault(&self, source: rusqlite::Error) -> Error {
        translate(&self.path, source)
    }
}

impl Store for SqliteStore {
    fn secret(&self, key: &RowKey, use_it: &mut UseSecret<'_>) -> Result<bool> {
        Rows::new(&self.connection, &self.path).secret(key, use_it)
    }

    fn read(&mut self, work: &mut dyn FnMut(&dyn Snapshot) -> Result<()>) -> Result<()> {
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

    fn tidy(&mut self, _lock: &WriteLock) -> Result<()> {
        // A reader elsewhere keeps the log from being emptied; whoever closes later does it.
        let fault = |e| translate(&self.path, e);
        self.connection.busy_timeout(Duration::ZERO).map_err(fault)?;
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(fault)
    }
}
