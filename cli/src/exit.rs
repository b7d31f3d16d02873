use mmcred::ErrorKind;

pub const OK: u8 = 0;
/// The server, or what answers in its place, refused the credential as it is.
pub const REFUSED: u8 = 1;
pub const USAGE: u8 = 2;
/// Nothing is known about the token: network, 429, 5xx.
pub const UNDECIDED: u8 = 3;
pub const VAULT: u8 = 4;
pub const NAME: u8 = 5;

/// The exit code for an error, by its block in the ledger.
pub fn code(kind: ErrorKind) -> u8 {
    match kind.number() {
        100..=199 | 500..=599 => USAGE,
        200..=299 if !kind.may_retry() => REFUSED,
        200..=399 | 901 => UNDECIDED,
        420..=429 => NAME,
        _ => VAULT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_has_its_code() {
        for (kind, expected) in [
            (ErrorKind::InvalidToken, USAGE),
            (ErrorKind::TokenRejected, REFUSED),
            (ErrorKind::NotMattermost, REFUSED),
            (ErrorKind::ReplicasDisagree, UNDECIDED),
            (ErrorKind::RateLimited, UNDECIDED),
            (ErrorKind::TlsExpired, UNDECIDED),
            (ErrorKind::VaultMissing, VAULT),
            (ErrorKind::EntryMissing, NAME),
            (ErrorKind::EntryExists, NAME),
            (ErrorKind::Internal, VAULT),
        ] {
            assert_eq!(code(kind), expected, "{kind:?}");
        }
    }
}
