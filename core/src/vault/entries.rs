use std::sync::atomic::Ordering;
use std::time::SystemTime;

use super::event::{Event, What};
use super::head::Head;
use super::label::{Damaged, Entry, Listing, check_name};
use super::open::Vault;
use super::secret;
use super::session::Session;
use crate::error::{Error, Result, quote};
use crate::seal::{self, Context, Keys, Purpose, RowKey, Unsealed};
use crate::store::{Changes, EntryRow, HeadRow, WriteLock};
use crate::{AccessToken, Credential, ErrorKind};

/// A credential as it was found in a vault.
#[derive(Clone, Debug)]
pub struct Stored {
    entry: Entry,
    credential: Credential,
}

impl Stored {
    /// The credential, its secret included.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The credential, without its surroundings.
    pub fn into_credential(self) -> Credential {
        self.credential
    }

    /// What the vault knows beside the secret.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The row version: another one means that the entry was changed.
    pub fn version(&self) -> u64 {
        self.entry.version
    }
}

/// What a request needs of an entry: all from one seal.
pub(crate) struct Reading {
    /// The canonical base URL.
    pub(crate) base: String,
    pub(crate) token: AccessToken,
    pub(crate) version: u64,
}

impl Vault {
    /// Stores `credential` under `name` and returns the entry's version. When it returns, the entry lasts.
    ///
    /// # Errors
    /// `invalid_name`; `entry_exists` unless `replace`; `busy`, `read_only`, `storage_failed`; `vault_damaged`,
    /// `vault_rolled_back`; `closed`.
    pub fn put(&self, name: &str, credential: &Credential, replace: bool) -> Result<u64> {
        check_name(name)?;
        let now = now();
        let mut entry = Entry::new(name, credential, now)?;
        // EXPOSE: the token is copied into the seal, and the copy wiped.
        let secret = credential.token().expose(|token| secret::encode(credential.server().as_str(), token));
        self.write(|write| {
            let key = write.keys.row_key(name);
            let old = write.rows.entry(&key)?;
            if old.is_some() && !replace {
                let message = format!("The vault already holds {}.", quote(name));
                return Err(Error::new(ErrorKind::EntryExists, message));
            }
            if let Some(old) = &old {
                let label = Entry::open(write.keys, &key, old.version, &old.label);
                entry.created_at = label.map_or(now, |label| label.created_at);
            }
            let what = if old.is_some() { What::Replace } else { What::Put };
            write.store(&key, old.as_ref(), &mut entry, &secret)?;
            write.note(&key, Event { at: now, what, name, from: None })?;
            Ok(entry.version)
        })
    }

    /// The entry of that name, its secret opened.
    ///
    /// # Errors
    /// `entry_missing`, `entry_damaged`; `invalid_name`; `storage_failed`, `vault_damaged`; `closed`.
    pub fn get(&self, name: &str) -> Result<Stored> {
        check_name(name)?;
        self.with_session(|session| {
            let key = session.keys.row_key(name);
            let mut row = None;
            session.store.read(&mut |rows| {
                row = rows.entry(&key)?;
                Ok(())
            })?;
            let row = row.ok_or_else(|| missing(name))?;
            let entry =
                Entry::open(&session.keys, &key, row.version, &row.label).ok_or_else(|| damaged(name))?;
            let open = |plain: &[u8]| stored(&entry, plain);
            let credential = seal::open_with(&session.keys, &secret_at(&key, row.version), &row.secret, open)
                .map_err(|_| damaged(name))?
                .ok_or_else(|| damaged(name))?;
            Ok(Stored { entry, credential })
        })
    }

    /// Base URL, token and version of the entry of that name: one point read, one seal.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub(crate) fn read(&self, name: &str) -> Result<Reading> {
        check_name(name)?;
        self.with_session(|session| {
            let key = session.keys.row_key(name);
            let mut reading = Err(Unsealed::Broken);
            let found = session.store.secret(&key, &mut |version, envelope| {
                let open = |plain: &[u8]| read(plain, version);
                reading = seal::open_with(&session.keys, &secret_at(&key, version), envelope, open);
            })?;
            if !found {
                return Err(missing(name));
            }
            reading.ok().flatten().ok_or_else(|| damaged(name))
        })
    }

    /// All entries, sorted by name. No secret is opened.
    ///
    /// # Errors
    /// `vault_rolled_back`, `vault_damaged`, `storage_failed`, `closed`.
    pub fn list(&self) -> Result<Listing> {
        self.with_session(|session| {
            let Session { store, keys, .. } = session;
            let mut listing = Listing { entries: Vec::new(), damaged: Vec::new(), complete: false };
            store.read(&mut |rows| {
                let head = self.unseen(keys, &rows.head()?);
                rows.labels(&mut |row| {
                    let open =
                        |row: &crate::store::LabelRow<'_>| Entry::open(keys, row.key, row.version, row.label);
                    match &row {
                        Ok(row) => match open(row) {
                            Some(entry) => listing.entries.push(entry),
                            None => listing.damaged.push(Damaged { row: row.row }),
                        },
                        Err(row) => listing.damaged.push(Damaged { row: *row }),
                    }
                })?;
                let found = (listing.entries.len() + listing.damaged.len()) as u64;
                listing.complete = match head {
                    Ok(head) => head.entries == found,
                    Err(error) if error.kind() == ErrorKind::VaultRolledBack => return Err(error),
                    Err(_) => false,
                };
                Ok(())
            })?;
            listing.entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
            Ok(listing)
        })
    }

    /// Takes the entry of that name away.
    ///
    /// # Errors
    /// `entry_missing`, and as [`put`](Self::put).
    pub fn remove(&self, name: &str) -> Result<()> {
        check_name(name)?;
        self.write(|write| {
            let key = write.keys.row_key(name);
            let old = write.rows.entry(&key)?.ok_or_else(|| missing(name))?;
            write.rows.remove(&key)?;
            write.head.sequence += 1;
            write.head.entries -= 1;
            write.head.toggle(write.keys, Purpose::Label, &key, old.version);
            write.note(&key, Event { at: now(), what: What::Remove, name, from: None })
        })
    }

    /// Gives an entry another name. Nothing else of it changes but its version.
    ///
    /// # Errors
    /// `entry_missing`; `entry_exists` if `to` is taken; `entry_damaged`; and as [`put`](Self::put).
    pub fn rename(&self, from: &str, to: &str) -> Result<()> {
        check_name(from)?;
        check_name(to)?;
        self.write(|write| {
            let (old_key, key) = (write.keys.row_key(from), write.keys.row_key(to));
            let old = write.rows.entry(&old_key)?.ok_or_else(|| missing(from))?;
            if from == to {
                return Ok(());
            }
            if write.rows.entry(&key)?.is_some() {
                let message = format!("The vault already holds {}.", quote(to));
                return Err(Error::new(ErrorKind::EntryExists, message));
            }
            let label = Entry::open(write.keys, &old_key, old.version, &old.label);
            let mut entry = label.ok_or_else(|| damaged(from))?;
            let secret = seal::open(write.keys, &secret_at(&old_key, old.version), &old.secret)
                .map_err(|_| damaged(from))?;
            let now = now();
            entry.name = to.to_owned();
            entry.updated_at = now;
            write.rows.remove(&old_key)?;
            write.head.entries -= 1;
            write.head.toggle(write.keys, Purpose::Label, &old_key, old.version);
            write.store(&key, None, &mut entry, &secret)?;
            write.note(&key, Event { at: now, what: What::Rename, name: to, from: Some(from) })
        })
    }

    /// Runs `work` as one transaction under the write lock, and seals the head anew.
    fn write<T>(&self, mut work: impl FnMut(&mut Write<'_>) -> Result<T>) -> Result<T> {
        if self.is_closed() {
            return self.with_session(|_| unreachable!("a closed vault lends no session"));
        }
        // The lock first: who waits for it must not keep this process's readers waiting.
        let lock = WriteLock::acquire(&self.place.folder, self.wait)?;
        self.with_session(|session| {
            let Session { store, keys, .. } = session;
            let mut done = None;
            store.write(&lock, &mut |rows| {
                let head = self.unseen(keys, &rows.head()?)?;
                let before = head.sequence;
                let mut write = Write { rows, keys, head };
                let result = work(&mut write)?;
                if write.head.sequence != before {
                    write.head.seals += 1;
                    let head = write.head.seal(keys);
                    write.rows.set_head(&head)?;
                }
                done = Some((result, write.head.sequence));
                Ok(())
            })?;
            let (result, sequence) = done.expect("the work was done");
            self.seen.fetch_max(sequence, Ordering::Relaxed);
            Ok(result)
        })
    }

    /// The head, unless it is older than one that this process has already seen.
    fn unseen(&self, keys: &Keys, row: &HeadRow) -> Result<Head> {
        let head = Head::open(keys, row)?;
        let seen = self.seen.fetch_max(head.sequence, Ordering::Relaxed);
        if head.sequence < seen {
            let message =
                format!("The vault {} is older than what was seen of it.", self.place.folder.display());
            return Err(Error::new(ErrorKind::VaultRolledBack, message));
        }
        Ok(head)
    }
}

/// A transaction, with the head it will leave.
struct Write<'a> {
    rows: &'a mut dyn Changes,
    keys: &'a Keys,
    head: Head,
}

impl Write<'_> {
    /// Seals and puts an entry in place of `old`, under the next version.
    fn store(
        &mut self,
        key: &RowKey,
        old: Option<&EntryRow>,
        entry: &mut Entry,
        secret: &[u8],
    ) -> Result<()> {
        self.head.sequence += 1;
        entry.version = self.head.sequence;
        match old {
            Some(old) => self.head.toggle(self.keys, Purpose::Label, key, old.version),
            None => self.head.entries += 1,
        }
        self.head.toggle(self.keys, Purpose::Label, key, entry.version);
        self.head.seals += 2;
        self.rows.put(&EntryRow {
            key: *key,
            version: entry.version,
            label: entry.seal(self.keys, key),
            secret: seal::seal(self.keys, &secret_at(key, entry.version), secret),
        })
    }

    /// Writes the change into the history, under the sequence it was made at.
    fn note(&mut self, key: &RowKey, event: Event<'_>) -> Result<()> {
        let sequence = self.head.sequence;
        self.head.events += 1;
        self.head.seals += 1;
        self.head.toggle(self.keys, Purpose::Event, key, sequence);
        self.rows.append(&event.seal(self.keys, key, sequence))
    }
}

fn secret_at(row: &RowKey, version: u64) -> Context<'_> {
    Context { purpose: Purpose::Secret, row, version }
}

fn read(plain: &[u8], version: u64) -> Option<Reading> {
    let (base, token) = secret::decode(plain)?;
    Some(Reading { base: base.to_owned(), token: AccessToken::parse(token).ok()?, version })
}

fn stored(entry: &Entry, plain: &[u8]) -> Option<Credential> {
    let (base, token) = secret::decode(plain)?;
    let token = AccessToken::parse(token).ok()?;
    let credential = Credential::with_connection(base, token, entry.connection().ok()?).ok()?;
    Some(credential.with_facts(entry.facts()))
}

fn missing(name: &str) -> Error {
    Error::new(ErrorKind::EntryMissing, format!("The vault holds no entry {}.", quote(name)))
}

fn damaged(name: &str) -> Error {
    Error::new(ErrorKind::EntryDamaged, format!("The entry {} is damaged.", quote(name)))
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}
