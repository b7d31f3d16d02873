use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::forked::{self, Cell};
use super::head::Head;
use super::place::Place;
use super::session::Session;
use crate::ErrorKind;
use crate::error::{Error, Result};
use crate::per_process::PerProcess;
use crate::seal::{RootKey, Slot, SlotKind, random};
use crate::store::{About, Beginning, Found, SqliteStore, WriteLock};
use crate::unlock;

/// How to open a vault: where it is, where its key is, whether to make it.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let (path, key) = (folder.path().join("vault"), folder.path().join("key"));
/// use mmcred::{AccessToken, Credential, VaultOptions};
/// let vault = VaultOptions::new().path(path).key_file(key).create(true).open()?;
/// let token = AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
/// vault.put("prod", &Credential::new("chat.example.com", token)?, false)?;
/// assert_eq!(vault.get("prod")?.credential().server().as_str(), "https://chat.example.com");
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct VaultOptions {
    path: Option<PathBuf>,
    key_file: Option<PathBuf>,
    create: bool,
    wait: Duration,
}

impl Default for VaultOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl VaultOptions {
    /// The default places, nothing made, five seconds of patience.
    pub fn new() -> Self {
        Self { path: None, key_file: None, create: false, wait: Duration::from_secs(5) }
    }

    /// The vault's folder. Otherwise `MMCRED_VAULT`, else `mmcred` in the user's data folder.
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The file with the key. Otherwise `MMCRED_KEY_FILE`, else `mmcred/key` in the user's configuration folder,
    /// also when a [`path`](Self::path) is given: one key file may serve many vaults, and it should not lie
    /// beside any of them.
    pub fn key_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.key_file = Some(path.into());
        self
    }

    /// Whether to make what is missing: the folder (mode 0700), the key file (mode 0600), the vault.
    ///
    /// A vault whose making was interrupted is finished. The key file of a vault that is there is never made.
    pub fn create(mut self, create: bool) -> Self {
        self.create = create;
        self
    }

    /// How long a write waits for other writers before it says `busy`.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Opens the vault.
    ///
    /// # Errors
    /// `vault_missing` unless [`create`](Self::create); `key_file_missing`, `key_file_invalid`, `wrong_key`;
    /// `vault_newer`, `vault_damaged`; `read_only`, `storage_failed`, `busy`; `invalid_argument` for an empty path.
    pub fn open(self) -> Result<Vault> {
        let place = Place::resolve(self.path, self.key_file)?;
        let vault = Vault::new(place, self.wait);
        if self.create {
            vault.create()?;
        }
        vault.with_session(|_| Ok(()))?;
        Ok(vault)
    }
}

/// Named credentials in one encrypted place.
///
/// May be shared by threads, used by many processes at once, and used on after `fork`. No secret is kept in
/// memory: each read opens it anew.
pub struct Vault {
    pub(super) place: Place,
    pub(super) wait: Duration,
    /// The highest sequence that this process has seen in this vault.
    pub(super) seen: AtomicU64,
    closed: AtomicBool,
    cells: PerProcess<Cell>,
}

impl Vault {
    pub(super) fn new(place: Place, wait: Duration) -> Self {
        Self {
            place,
            wait,
            seen: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            cells: PerProcess::new(),
        }
    }

    /// Opens the vault at its default place, which must be there: see [`VaultOptions`].
    ///
    /// # Errors
    /// As [`VaultOptions::open`].
    pub fn open() -> Result<Self> {
        VaultOptions::new().open()
    }

    /// The vault's folder.
    pub fn path(&self) -> &Path {
        &self.place.folder
    }

    /// The file whose key opens the vault, if it is opened by one.
    pub fn key_file(&self) -> Option<&Path> {
        Some(&self.place.key_file)
    }

    /// Leaves the vault's file complete in itself and lets go of it. Afterwards every verb says `closed`.
    /// Closing again does nothing.
    ///
    /// # Errors
    /// `storage_failed` if the file could not be completed; it is closed nevertheless and nothing is lost.
    pub fn close(&self) -> Result<()> {
        if self.closed.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        let session = forked::lock(self.cell()).take();
        session.map_or(Ok(()), |session| self.finish(session))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    fn cell(&self) -> &Cell {
        self.cells.get_or_init(forked::new_cell)
    }

    /// Lends this process's session, opened if need be, and opened again if another file took its place.
    pub(super) fn with_session<T>(&self, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        if self.is_closed() {
            return Err(closed());
        }
        let mut cell = forked::lock(self.cell());
        if cell.as_mut().is_some_and(|session| session.is_elsewhere(&self.place)) {
            *cell = None;
        }
        let session = match &mut *cell {
            Some(session) => session,
            empty => empty.insert(Session::open(&self.place, self.wait)?),
        };
        work(session)
    }

    fn finish(&self, mut session: Session) -> Result<()> {
        let lock = WriteLock::acquire(&self.place.folder, self.wait)?;
        session.store.tidy(&lock)
    }

    fn create(&self) -> Result<()> {
        let folder = &self.place.folder;
        let failed = |source| cannot_make(folder, source);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let lock = WriteLock::acquire(folder, self.wait)?;
        let path = self.place.file();
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        match made {
            Ok(_) => {}
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(failed(source)),
        }
        if let Found::Unfinished(mut store) = SqliteStore::open(&path, self.wait)? {
            self.begin(&mut store, &lock)?;
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Ok(())
    }

    /// The key first: a vault whose key was lost in a crash could never be opened.
    fn begin(&self, store: &mut SqliteStore, lock: &WriteLock) -> Result<()> {
        if !self.place.key_file.exists() {
            unlock::make(&self.place.key_file)?;
        }
        let key = unlock::read(&self.place.key_file)?;
        let about = About { vault: random(), term: 1 };
        let root = RootKey::generate();
        let slot = Slot::make(SlotKind::KeyFile, &[], (&about.vault, about.term), &key, &root);
        let head = Head::new().seal(&root.keys(about.vault, about.term));
        store.begin(lock, &Beginning { about, slot, head })
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        let _ = self.close();
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("path", &self.place.folder).finish_non_exhaustive()
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::Closed, "The vault was closed.")
}

fn cannot_make(folder: &Path, source: io::Error) -> Error {
    let kind = match source.kind() {
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => ErrorKind::ReadOnly,
        _ => ErrorKind::StorageFailed,
    };
    Error::new(kind, format!("The vault {} can not be made: {source}.", folder.display())).with_source(source)
}
