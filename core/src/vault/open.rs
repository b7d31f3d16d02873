use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::create::create;
use super::forked::{Cell, Entered};
use super::place::Place;
use super::session::Session;
use super::write::Stale;
use crate::ErrorKind;
use crate::error::{Error, Result};
use crate::per_process::PerProcess;
use crate::store::WriteLock;

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
        match vault.with_session(|_| Ok(())) {
            Err(error) if self.create && error.kind() == ErrorKind::VaultMissing => {
                create(&vault.place, vault.wait)?;
                vault.with_session(|_| Ok(()))?;
            }
            opened => opened?,
        }
        Ok(vault)
    }
}

/// Named credentials in one encrypted place.
///
/// May be shared by threads, used by many processes at once, and used on after `fork`. No secret is kept in
/// memory: each read opens it anew.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let options = mmcred::VaultOptions::new().path(folder.path().join("vault")).key_file(folder.path().join("key"));
/// # let vault = options.create(true).open()?;
/// # let token = mmcred::AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
/// # vault.put("prod", &mmcred::Credential::new("chat.example.com", token)?, false)?;
/// let version = vault.get("prod")?.version();
/// vault.rename("prod", "production")?;
/// assert_eq!(vault.list()?.entries[0].name, "production");
/// assert!(vault.get("production")?.version() > version);
/// vault.remove("production")?;
/// vault.close()?;
/// # Ok::<(), mmcred::Error>(())
/// ```
pub struct Vault {
    pub(super) place: Place,
    pub(super) wait: Duration,
    /// The highest sequence that this process has seen in this vault.
    pub(super) seen: AtomicU64,
    closed: AtomicBool,
    cells: PerProcess<Arc<Cell>>,
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

    /// Whether an entry could have that name: 1 to 128 bytes, no control character, no leading `-`. For whoever wants
    /// to refuse it before the token is asked for; every verb checks by itself.
    ///
    /// # Errors
    /// `invalid_name`.
    pub fn check_name(name: &str) -> Result<()> {
        super::name::check(name)
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
    /// `busy` or `storage_failed` if the file could not be made complete; it is closed nevertheless, nothing is lost,
    /// and the next one to close it does that.
    pub fn close(&self) -> Result<()> {
        self.close_within(self.wait, |cell| Some(cell.enter())).expect("it waits until it may enter")
    }

    /// None if it could not enter; then the session stays as it is.
    fn close_within(&self, wait: Duration, enter: fn(&Cell) -> Option<Entered<'_>>) -> Option<Result<()>> {
        if self.closed.swap(true, Ordering::SeqCst) {
            return Some(Ok(()));
        }
        let cell = self.cell();
        let untidy = enter(cell)?.session.as_ref().is_some_and(|session| !session.store.is_tidy());
        // Waited for while others may still fork: the session stays where a child finds it.
        let lock = untidy.then(|| WriteLock::acquire(&self.place.folder, wait));
        let mut entered = enter(cell)?;
        Some(match (entered.session.take(), lock) {
            // Folds the log into the file, so that a copy of the file alone is complete.
            (Some(mut session), Some(lock)) => lock.and_then(|lock| session.store.tidy(&lock)),
            _ => Ok(()),
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    fn cell(&self) -> &Cell {
        self.cells.get_or_init(Cell::new)
    }

    /// Lends this process's session, opened if need be, to read from it.
    ///
    /// `work` is done once more with new keys if it failed at a seal of another key term.
    pub(super) fn with_session<T>(&self, work: impl FnMut(&mut Session) -> Result<T>) -> Result<T> {
        self.lend_session(false, work)
    }

    /// As [`with_session`](Self::with_session), for what must not go by a file that was replaced.
    pub(super) fn with_current_session<T>(&self, work: impl FnMut(&mut Session) -> Result<T>) -> Result<T> {
        self.lend_session(true, work)
    }

    fn lend_session<T>(&self, now: bool, mut work: impl FnMut(&mut Session) -> Result<T>) -> Result<T> {
        let mut entered = self.cell().enter();
        let mut tried = false;
        loop {
            if self.is_closed() {
                return Err(Error::new(ErrorKind::Closed, "The vault was closed."));
            }
            if entered.session.as_mut().is_some_and(|session| session.is_stale(&self.place, now)) {
                *entered.session = None;
            }
            let session = match &mut *entered.session {
                Some(session) => session,
                empty => empty.insert(self.open_session()?),
            };
            match work(session) {
                Err(_) if session.outdated && !tried => tried = true,
                result => return result,
            }
        }
    }

    fn open_session(&self) -> Result<Session> {
        let (session, head) = Session::open(&self.place, self.wait)?;
        match self.unseen(&session.keys, &head) {
            // A head that does not open hides no entry: reading goes on, writing and listing say so.
            Ok(_) | Err(Stale::Unsealed(_)) => Ok(session),
            Err(Stale::RolledBack) => Err(self.rolled_back()),
        }
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        // Nobody hears of a failure here, and nobody expects to wait. Least of all for a thread that is about to fork: it
        // may be waiting for this one, which holds Python's interpreter. Then the session is left to the process's end.
        if self.close_within(Duration::from_millis(100), Cell::try_enter).is_none() {
            std::mem::forget(std::mem::replace(&mut self.cells, PerProcess::new()));
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("path", &self.place.folder).finish_non_exhaustive()
    }
}
