use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::place::Place;
use crate::ErrorKind;
use crate::error::{Error, Result};
use crate::seal::{Keys, RootKey, Slot, SlotFault, SlotKind, UnlockKey};
use crate::shown::Shown;
use crate::store::{About, Found, HeadRow, SqliteStore, Store};
use crate::unlock;

/// A vault opened in this process: its rows and the keys to them.
pub(super) struct Session {
    pub(super) store: Box<dyn Store>,
    pub(super) keys: Keys,
    /// Set when a seal of another key term was met: the keys must be fetched anew.
    pub(super) outdated: bool,
    file: Identity,
    looked: Instant,
}

/// How often a reader looks whether its file is still the one at its place.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Which file is open: device, inode, and the time it was last written if we could not see a write otherwise.
type Identity = (u64, u64, Option<(i64, i64)>);

impl Session {
    /// Opens the vault at that place, which must be there, and tells its head.
    pub(super) fn open(place: &Place, wait: Duration) -> Result<(Self, HeadRow)> {
        let path = place.file();
        identity(&path, false).ok_or_else(|| missing(&place.folder))?;
        let Found::Vault(mut store) = SqliteStore::open(&path, wait)? else {
            return Err(missing(&place.folder));
        };
        let file = identity(&path, store.is_frozen()).ok_or_else(|| missing(&place.folder))?;
        let mut found = None;
        store.read(&mut |rows| {
            found = Some((rows.about()?, rows.slots()?, rows.head()?));
            Ok(())
        })?;
        let (about, slots, head) = found.expect("the work was done");
        let root = open_a_slot(about, &slots, &unlock::read(&place.key_file)?, &place.key_file)?;
        let keys = root.keys(about.vault, about.term);
        let session = Self { store: Box::new(store), keys, outdated: false, file, looked: Instant::now() };
        Ok((session, head))
    }

    /// Whether this session is of no use any more: its keys are old, or another file has taken the place of its own.
    ///
    /// Looked at once a second at most, unless it must be known `now`.
    pub(super) fn is_stale(&mut self, place: &Place, now: bool) -> bool {
        if !now && !self.outdated && self.looked.elapsed() < LOOK_EVERY {
            return false;
        }
        self.looked = Instant::now();
        self.outdated || identity(&place.file(), self.file.2.is_some()) != Some(self.file)
    }
}

fn identity(file: &Path, frozen: bool) -> Option<Identity> {
    let about = fs::metadata(file).ok()?;
    Some((about.dev(), about.ino(), frozen.then(|| (about.mtime(), about.mtime_nsec()))))
}

fn open_a_slot(about: About, slots: &[Slot], key: &UnlockKey, key_file: &Path) -> Result<RootKey> {
    let mut broken = slots.is_empty();
    for slot in slots.iter().filter(|slot| slot.kind == SlotKind::KeyFile as u8) {
        match slot.open((&about.vault, about.term), key) {
            Ok(root) => return Ok(root),
            Err(SlotFault::OtherKey) => {}
            Err(SlotFault::Broken) => broken = true,
        }
    }
    Err(if broken {
        Error::new(ErrorKind::VaultDamaged, "The vault's wrapped root key is damaged.")
    } else {
        let message = format!("The key file {} does not open this vault.", Shown(key_file));
        Error::new(ErrorKind::WrongKey, message)
    })
}

pub(super) fn missing(folder: &Path) -> Error {
    let message = format!(
        "There is no vault in {}. Make one with: mmcred add NAME --url URL, or open it with create.",
        Shown(folder)
    );
    Error::new(ErrorKind::VaultMissing, message)
}
