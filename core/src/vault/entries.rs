use super::entry::Entry;
use super::event::{Event, What};
use super::label;
use super::listing::{Listing, Scan};
use super::name;
use super::open::Vault;
use super::secret;
use super::session::Session;
use super::stored::{Reading, Stored};
use super::write::Stale;
use crate::error::{Error, Result, quote};
use crate::seal::{self, Unsealed};
use crate::time::now;
use crate::{Credential, ErrorKind};

impl Vault {
    /// Stores `credential` under `name` and returns the entry's version. Once it returns, the entry lasts.
    ///
    /// Replacing keeps `created_at` and nothing else.
    ///
    /// # Errors
    /// `invalid_name`; `entry_exists` unless `replace`; `invalid_argument` if the facts are beyond any measure;
    /// `invalid_tls_settings` for a CA file whose path is not UTF-8; `busy`, `read_only`, `storage_failed`;
    /// `vault_damaged`, `vault_rolled_back`; `closed`.
    pub fn put(&self, name: &str, credential: &Credential, replace: bool) -> Result<u64> {
        name::check(name)?;
        let now = now();
        let mut entry = Entry::new(name, credential, now)?;
        // EXPOSE: the token is copied into what is sealed, and the copy wiped.
        let secret = credential.token().expose(|token| secret::encode(credential.server().as_str(), token));
        self.write(|write| {
            let key = write.keys.row_key(name);
            let old = write.rows.entry(&key)?;
            let what = match &old {
                Some(_) if !replace => return Err(exists(name)),
                Some(old) => {
                    let label = label::open(write.keys, &key, old.version, &old.label);
                    entry.created_at = label.map_or(now, |label| label.created_at);
                    What::Replace
                }
                None => What::Put,
            };
            write.put(&key, old.as_ref(), &mut entry, &secret)?;
            write.note(&key, Event { at: now, what, name, from: None })?;
            Ok(entry.version)
        })
    }

    /// The entry of that name, its secret opened.
    ///
    /// # Errors
    /// `entry_missing`, `entry_damaged`; `invalid_name`; `vault_damaged`, `storage_failed`; `closed`.
    pub fn get(&self, name: &str) -> Result<Stored> {
        name::check(name)?;
        self.with_session(|session| {
            let Session { store, keys, outdated, .. } = session;
            let key = keys.row_key(name);
            let row = store.entry(&key)?.ok_or_else(|| missing(name))?;
            let context = secret::context(&key, row.version);
            let stored = seal::open_with(keys, &context, &row.secret, |plain| {
                Stored::new(label::open(keys, &key, row.version, &row.label)?, plain)
            });
            *outdated = matches!(stored, Err(Unsealed::OtherTerm));
            stored.ok().flatten().ok_or_else(|| damaged(name))
        })
    }

    /// Base URL, token and version of the entry of that name: one point read, one seal, no label.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub(crate) fn read(&self, name: &str) -> Result<Reading> {
        name::check(name)?;
        self.with_session(|session| {
            let Session { store, keys, outdated, .. } = session;
            let key = keys.row_key(name);
            let mut reading = Err(Unsealed::Broken);
            let found = store.secret(&key, &mut |version, envelope| {
                let context = secret::context(&key, version);
                reading = seal::open_with(keys, &context, envelope, |plain| Reading::new(plain, version));
            })?;
            if !found {
                return Err(missing(name));
            }
            *outdated = matches!(reading, Err(Unsealed::OtherTerm));
            reading.ok().flatten().ok_or_else(|| damaged(name))
        })
    }

    /// All entries, sorted by name. No secret is opened.
    ///
    /// # Errors
    /// `vault_rolled_back`, `vault_damaged`, `storage_failed`, `closed`. A damaged label is no error but an item
    /// of [`Listing::damaged`].
    pub fn list(&self) -> Result<Listing> {
        let mut tried = false;
        self.with_current_session(|session| {
            let Session { store, keys, outdated, .. } = session;
            let mut listing = None;
            store.read(&mut |rows| {
                let head = match self.unseen(keys, &rows.head()?) {
                    Ok(head) => Some(head),
                    Err(Stale::RolledBack) => return Err(self.rolled_back()),
                    Err(Stale::Unsealed(Unsealed::OtherTerm)) if !tried => {
                        (tried, *outdated) = (true, true);
                        return Err(Error::new(ErrorKind::VaultDamaged, "The vault's key was changed."));
                    }
                    Err(Stale::Unsealed(_)) => None,
                };
                let mut scan = Scan::default();
                rows.labels(&mut |row| scan.add(keys, row))?;
                listing = Some(scan.finish(head.as_ref()));
                Ok(())
            })?;
            Ok(listing.expect("the work was done"))
        })
    }

    /// Takes the entry of that name away.
    ///
    /// # Errors
    /// `entry_missing`, and as [`put`](Self::put).
    pub fn remove(&self, name: &str) -> Result<()> {
        name::check(name)?;
        self.write(|write| {
            let key = write.keys.row_key(name);
            let old = write.rows.entry(&key)?.ok_or_else(|| missing(name))?;
            write.remove(&old)?;
            write.note(&key, Event { at: now(), what: What::Remove, name, from: None })
        })
    }

    /// Gives an entry another name. Nothing else of it changes but its version and `updated_at`.
    ///
    /// # Errors
    /// `entry_missing`; `entry_exists` if `to` is taken, also by the entry itself; `entry_damaged`; and as
    /// [`put`](Self::put).
    pub fn rename(&self, from: &str, to: &str) -> Result<()> {
        name::check(from)?;
        name::check(to)?;
        self.write(|write| {
            let (old_key, key) = (write.keys.row_key(from), write.keys.row_key(to));
            let old = write.rows.entry(&old_key)?.ok_or_else(|| missing(from))?;
            if write.rows.entry(&key)?.is_some() {
                return Err(exists(to));
            }
            let now = now();
            let label = label::open(write.keys, &old_key, old.version, &old.label);
            let mut entry =
                Entry { name: to.to_owned(), updated_at: now, ..label.ok_or_else(|| damaged(from))? };
            let secret = seal::open(write.keys, &secret::context(&old_key, old.version), &old.secret);
            write.remove(&old)?;
            write.put(&key, None, &mut entry, &secret.map_err(|_| damaged(from))?)?;
            write.note(&key, Event { at: now, what: What::Rename, name: to, from: Some(from) })
        })
    }
}

fn missing(name: &str) -> Error {
    Error::new(ErrorKind::EntryMissing, format!("The vault holds no entry {}.", quote(name)))
}

fn exists(name: &str) -> Error {
    Error::new(ErrorKind::EntryExists, format!("The vault already holds {}.", quote(name)))
}

fn damaged(name: &str) -> Error {
    Error::new(ErrorKind::EntryDamaged, format!("The entry {} is damaged.", quote(name)))
}
