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
    /// The exclusive or of a keyed hash of each row of both tables.
    pub(crate) set: [u8; 32],
}

const BYTES: usize = 4 * 8 + 32;

impl Head {
    pub(crate) fn new() -> Self {
        Self { sequence: 0, entries: 0, events: 0, seals: 1, set: [0; 32] }
    }

    pub(crate) fn open(keys: &Keys, row: &HeadRow) -> Result<Self, Unsealed> {
        let head = seal::open_with(keys, &context(row.sequence), &row.seal, Self::decode)?;
        head.filter(|head| head.sequence == row.sequence).ok_or(Unsealed::Broken)
    }

    pub(crate) fn seal(&self, keys: &Keys) -> HeadRow {
        HeadRow { sequence: self.sequence, seal: seal::seal(keys, &context(self.sequence), &self.encode()) }
    }

    /// Adds a row to the set, or takes it out again.
    pub(crate) fn toggle(&mut self, keys: &Keys, table: Purpose, row: &RowKey, version: u64) {
        let member = keys.member(table, row, version);
        self.set.iter_mut().zip(member).for_each(|(byte, other)| *byte ^= other);
    }

    fn encode(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let numbers = [self.sequence, self.entries, self.events, self.seals];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_be_bytes());
        }
        bytes[32..].copy_from_slice(&self.set);
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
            set: bytes[32..].try_into().expect("the last 32 bytes"),
        })
    }
}

fn context(sequence: u64) -> Context<'static> {
    Context { purpose: Purpose::Head, row: &[0; 32], version: sequence }
}
