use super::FORMAT;

/// The random number of a vault; makes a row of one vault worthless in another.
pub(crate) type VaultId = [u8; 16];

/// A keyed hash of an entry's name: what the store finds it by.
pub(crate) type RowKey = [u8; 32];

/// What a seal is for. Each has a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Purpose {
    Label = 1,
    Secret = 2,
    Head = 3,
    Event = 4,
}

const BYTES: usize = 1 + 1 + 4 + 16 + 32 + 8;

/// Where a seal belongs. It opens only there, so rows can not be swapped, renamed or replayed.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) purpose: Purpose,
    /// The entry's row key; zeros for the head.
    pub(crate) row: &'a RowKey,
    /// The row's version; the sequence for the head and events.
    pub(crate) version: u64,
}

impl Context<'_> {
    /// The associated data, each part at a fixed place.
    pub(crate) fn bytes(&self, vault: &VaultId, term: u32) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes[0] = FORMAT;
        bytes[1] = self.purpose as u8;
        bytes[2..6].copy_from_slice(&term.to_be_bytes());
        bytes[6..22].copy_from_slice(vault);
        bytes[22..54].copy_from_slice(self.row);
        bytes[54..].copy_from_slice(&self.version.to_be_bytes());
        bytes
    }
}
