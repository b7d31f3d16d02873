use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::place::Place;
use crate::ErrorKind;
use crate::error::{Error, Result};
use crate::seal::{Keys, RootKey, Slot, SlotFault, SlotKind, UnlockKey};
use crate::store::{About, Found, SqliteStore, Store};
use crate::unlock;

/// A vault opened in this process: its rows and the keys to them.
pub(super) struct Session {
    pub(super) store: Box<dyn Store>,
    pub(super) keys: Keys,
    /// Device and inode of the file, which another may have taken the place of.
    file: (u64, u64),
    looked: Instant,
}

/// How long a reader may go on with a file that is no longer at its place.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Session {
    /// Opens the vault at that place, which must be there.
    pub(super) fn open(place: &Place, wait: Duration) -> Result<Self> {
        let file = identity(&place.file()).ok_or_else(|| missing(&place.folder))?;
        match SqliteStore::open(&place.file(), wait)? {
            Found::Vault(store) => Self::unlock(Box::new(store), file, &place.key_file),
            Found::Unfinished(_) => Err(missing(&place.folder)),
        }
    }

    fn unlock(mut store: Box<dyn Store>, file: (u64, u64), key_file: &Path) -> Result<Self> {
        let mut found = None;
        store.read(&mut |rows| {
            found = Some((rows.about()?, rows.slots()?));
            Ok(())
        })?;
        let (about, slots) = found.expect("the work was done");
        let root = open_a_slot(about, &slots, &unlock::read(key_file)?, key_file)?;
        let keys = root.keys(about.vault, about.term);
        Ok(Self { store, keys, file, looked: Instant::now() })
    }

    /// Whether another file has taken the place of the one that is open. Looked at once a second at most.
    pub(super) fn is_elsewhere(&mut self, place: &Place) -> bool {
        self.looked.elapsed() >= LOOK_EVERY && self.is_elsewhere_now(place)
    }

    pub(super) fn is_elsewhere_now(&mut self, place: &Place) -> bool {
        self.looked = Instant::now();
        identity(&place.file()) != Some(self.file)
    }
}

fn identity(file: &Path) -> Option<(u64, u64)> {
    fs::metadata(file).ok().map(|about| (about.dev(), about.ino()))
}

fn open_a_slot(about: About, slots: &[Slot], key: &UnlockKey, key_file: &Path) -> Result<RootKey> {
    let mut broken = false;
    for slot in slots.iter().filter(|slot| slot.kind == SlotKind::KeyFile as u8) {
        match slot.open((&about.vault, about.term), key) {
            Ok(root) => return Ok(root),
            Err(SlotFault::OtherKey) => {}
            Err(SlotFault::Broken) => broken = true,
        }
    }
    Err(if broken {
        Error::new(ErrorKind::VaultDamaged, "The vault's wrapped key is damaged.")
    } else {
        let message = format!("The key file {} does not open this vault.", key_file.display());
        Error::new(ErrorKind::WrongKey, message)
    })
}

pub(super) fn missing(folder: &Path) -> Error {
    let message = format!(
        "There is no vault in {}. Make one with: mmcred add NAME --url URL, or open it with create.",
        folder.display()
    );
    Error::new(ErrorKind::VaultMissing, message)
}
