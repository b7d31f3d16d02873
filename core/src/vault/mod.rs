//! Named credentials, sealed at rest. The upper floor: it joins seal, unlock and store.

mod default;
mod entries;
mod event;
mod forked;
mod head;
mod label;
mod open;
mod place;
mod secret;
mod session;
mod verify;

pub use entries::Stored;
pub use label::{Damaged, Entry, Listing};
pub use open::{Vault, VaultOptions};
