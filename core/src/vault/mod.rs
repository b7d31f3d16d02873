//! Named credentials, sealed at rest. The upper floor: it joins seal, unlock and store.

mod create;
mod default;
mod entries;
mod entry;
mod event;
mod forked;
mod head;
mod label;
mod listing;
mod name;
mod open;
mod place;
mod secret;
mod session;
mod verify;
mod stored;
mod write;

pub use entry::Entry;
pub use listing::{Damaged, Listing};
pub use open::{Vault, VaultOptions};
pub use stored::Stored;
