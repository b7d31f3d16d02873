use crate::seal::{self, Context, Keys, Purpose, RowKey, Unsealed};
use crate::store::HeadRow;

/// What must be true of all rows together: sealed anew in the transaction of each write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Grows with each write and never falls. Row versions are taken from it, so none is used twice.
    pub(crate) sequence: u64,
    pub(crate) entries: u64,
    pub(crate) events: u64,
    /// Seals made under this root key; it must be changed long before 2^32.
    pub(crate) seals: u64,
    /// The exclusive or of a keyed hash of each entry's key and version.
    pub(crate) entry_set: Set,
    /// The same of the events.
    pub(crate) event_set: Set,
}

/// Says which rows there are, in any order; only who has the keys can compute it.
pub(crate) type Set = [u8; 32];

const BYTES: usize = 4 * 8 + 2 * 32;

impl Head {
    pub(crate) fn new() -> Self {
        Self { sequence: 0, entries: 0, events: 0, seals: 1, entry_set: [0; 32], event_set: [0; 32] }
    }

    pub(crate) fn open(keys: &Keys, row: &HeadRow) -> Result<Self, Unsealed> {
        let head = seal::open_with(keys, &context(row.sequence), &row.seal, Self::decode)?;
        head.filter(|head| head.sequence == row.sequence).ok_or(Unsealed::Broken)
    }

    pub(crate) fn seal(&self, keys: &Keys) -> HeadRow {
        HeadRow { sequence: self.sequence, seal: seal::seal(keys, &context(self.sequence), &self.encode()) }
    }

    fn encode(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let numbers = [self.sequence, self.entries, self.events, self.seals];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_be_bytes());
        }
        bytes[32..64].copy_from_slice(&self.entry_set);
        bytes[64..].copy_from_slice(&self.event_set);
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; BYTES] = bytes.try_into().ok()?;
        let number = |at: usize| u64::from_be_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
        Some(Self {
            sequence: number(0),
            entries: number(8),
            events: number(16),
            seals: number(24),
            entry_set: bytes[32..64].try_into().expect("32 bytes"),
            event_set: bytes[64..].try_into().expect("32 bytes"),
        })
    }
}

/// Adds a row to a set, or takes it out again.
pub(crate) fn toggle(set: &mut Set, keys: &Keys, table: Purpose, row: &RowKey, version: u64) {
    set.iter_mut().zip(keys.member(table, row, version)).for_each(|(byte, other)| *byte ^= other);
}

fn context(sequence: u64) -> Context<'static> {
    Context { purpose: Purpose::Head, row: &[0; 32], version: sequence }
}
