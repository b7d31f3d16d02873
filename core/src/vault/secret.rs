use zeroize::Zeroizing;

use crate::seal::{Context, Purpose, RowKey};

/// The longest part: a length has two bytes.
const MOST: usize = u16::MAX as usize;

/// The content of a secret seal: base URL and token, so that a hand-out opens one seal and parses nothing.
///
/// What a later version puts behind them is kept as it is.
pub(crate) fn encode(base: &str, token: &str) -> Zeroizing<Vec<u8>> {
    assert!(base.len() <= MOST && token.len() <= MOST, "server URL and token are bounded when parsed");
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 + base.len() + 2 + token.len()));
    for part in [base, token] {
        bytes.extend_from_slice(&(part.len() as u16).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

/// Where the secret of an entry belongs.
pub(crate) fn context(row: &RowKey, version: u64) -> Context<'_> {
    Context { purpose: Purpose::Secret, row, version }
}

/// Base URL and token.
pub(crate) fn decode(bytes: &[u8]) -> Option<(&str, &str)> {
    let (base, rest) = part(bytes)?;
    let (token, _later) = part(rest)?;
    Some((base, token))
}

fn part(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let (part, rest) = rest.split_at_checked(u16::from_be_bytes(*length) as usize)?;
    Some((std::str::from_utf8(part).ok()?, rest))
}
