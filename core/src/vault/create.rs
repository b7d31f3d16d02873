use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use super::head::Head;
use super::place::Place;
use crate::ErrorKind;
use crate::error::{Error, Result};
use crate::fork_gate;
use crate::seal::{RootKey, Slot, SlotKind, random};
use crate::shown::Shown;
use crate::store::{About, Beginning, Found, SqliteStore, WriteLock};
use crate::unlock;

/// Makes the vault of that place, or finishes one whose making was interrupted. One that is there stays as it is.
pub(super) fn create(place: &Place, wait: Duration) -> Result<()> {
    if place.key_file.starts_with(&place.folder) {
        let message = format!("The key file {} would lie in the vault's own folder.", Shown(&place.key_file));
        let hint = "Keep the key apart from the vault: whoever copies the folder must not get both.";
        return Err(Error::new(ErrorKind::InvalidArgument, message).with_hint(hint));
    }
    let failed = |source| cannot_make(&place.folder, source);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&place.folder).map_err(failed)?;
    let lock = WriteLock::acquire(&place.folder, wait)?;
    // After the wait for the lock, which must delay no fork.
    let _pass = fork_gate::pass();
    let file = place.file();
    // Made empty with its final mode before SQLite sees it; `-wal` and `-shm` take the mode over.
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => return Err(failed(source)),
        _ => {}
    }
    if let Found::Unfinished(mut store) = SqliteStore::open(&file, wait)? {
        begin(place, &mut store, &lock)?;
        let parent = place.folder.parent().unwrap_or(&place.folder);
        [&place.folder, parent].into_iter().try_for_each(sync).map_err(failed)?;
    }
    Ok(())
}

/// The key first: a vault whose key was lost in a crash could never be opened.
fn begin(place: &Place, store: &mut SqliteStore, lock: &WriteLock) -> Result<()> {
    if !place.key_file.exists() {
        unlock::make(&place.key_file)?;
    }
    let key = unlock::read(&place.key_file)?;
    let about = About { vault: random(), term: 1 };
    let root = RootKey::generate();
    let slot = Slot::make(SlotKind::KeyFile, &[], (&about.vault, about.term), &key, &root);
    let head = Head::new().seal(&root.keys(about.vault, about.term));
    store.begin(lock, &Beginning { about, slot, head })
}

/// A new name lasts only once its folder is written.
fn sync(folder: &Path) -> io::Result<()> {
    match File::open(folder) {
        Ok(folder) => folder.sync_all(),
        // A folder above may be one that we may pass through but not read.
        Err(source) if source.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        Err(source) => Err(source),
    }
}

fn cannot_make(folder: &Path, source: io::Error) -> Error {
    let kind = match source.kind() {
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => ErrorKind::ReadOnly,
        _ => ErrorKind::StorageFailed,
    };
    Error::new(kind, format!("The vault {} can not be made: {source}.", Shown(folder))).with_source(source)
}
