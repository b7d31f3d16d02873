//! Bytes in, bytes out: what is written to a store is sealed here. Knows no network, no path, no process.

mod context;
mod envelope;
mod root_key;
mod slot;

pub(crate) use context::{Context, Purpose, RowKey, VaultId};
pub(crate) use envelope::{Unsealed, open, open_with, seal};
pub(crate) use root_key::{Keys, RootKey};
pub(crate) use slot::{Slot, SlotFault, SlotKind, UnlockKey};

/// The version of everything in this module; a vault of another one is never opened.
pub(crate) const FORMAT: u8 = 1;

/// Random bytes that are no secret.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Fills a key where it lies: returned by value it would leave a copy behind.
pub(crate) fn fill(key: &mut [u8]) {
    // It fails only if the system has no randomness at all, and then no key may be made.
    aws_lc_rs::rand::fill(key).expect("the system's random generator works");
}
