use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use zeroize::Zeroizing;

use super::context::{Purpose, RowKey, VaultId};
use super::fill;

/// What everything in a vault is sealed under, through one subkey a purpose.
pub(crate) struct RootKey(pub(super) Box<Zeroizing<[u8; 32]>>);

impl RootKey {
    pub(crate) fn generate() -> Self {
        let mut key = Self::zeroed();
        fill(&mut key.0[..]);
        key
    }

    /// Boxed before it is filled: a move must not leave a copy behind.
    pub(super) fn zeroed() -> Self {
        Self(Box::new(Zeroizing::new([0; 32])))
    }

    /// The keys of one vault and key term, expanded once.
    pub(crate) fn keys(&self, vault: VaultId, term: u32) -> Keys {
        let prk = Salt::new(HKDF_SHA256, &vault).extract(&self.0[..]);
        let cipher = |purpose: &str| cipher_key(&derive(&prk, &[purpose.as_bytes(), &term.to_be_bytes()]));
        let mac = |purpose: &str| {
            hmac::Key::new(HMAC_SHA256, &derive(&prk, &[purpose.as_bytes(), &term.to_be_bytes()])[..])
        };
        Keys {
            vault,
            term,
            label: cipher("label"),
            secret: cipher("secret"),
            head: cipher("head"),
            event: cipher("event"),
            name: mac("name"),
            set: mac("set"),
        }
    }
}

/// HKDF-Expand to 32 bytes; `info` stands behind a prefix that no other protocol has.
pub(super) fn derive(prk: &Prk, info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut parts: [&[u8]; 4] = [b"mmcred/vault/1/", b"", b"", b""];
    parts[1..=info.len()].copy_from_slice(info);
    let mut key = Zeroizing::new([0; 32]);
    let filled = prk.expand(&parts, HKDF_SHA256).and_then(|okm| okm.fill(&mut key[..]));
    filled.expect("32 bytes are a valid length for HKDF-SHA256");
    key
}

pub(super) fn cipher_key(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("32 bytes are an AES-256 key"))
}

/// The expanded subkeys of a vault. One a purpose, none a row: a row is told apart by its context.
pub(crate) struct Keys {
    pub(super) vault: VaultId,
    pub(super) term: u32,
    label: LessSafeKey,
    secret: LessSafeKey,
    head: LessSafeKey,
    event: LessSafeKey,
    name: hmac::Key,
    set: hmac::Key,
}

impl Keys {
    pub(super) fn cipher(&self, purpose: Purpose) -> &LessSafeKey {
        match purpose {
            Purpose::Label => &self.label,
            Purpose::Secret => &self.secret,
            Purpose::Head => &self.head,
            Purpose::Event => &self.event,
        }
    }

    /// What an entry of that name is found by. Without the key nobody can tell the name.
    pub(crate) fn row_key(&self, name: &str) -> RowKey {
        mac(&self.name, name.as_bytes())
    }

    /// One member of the keyed set hash: that a row of that table, key and version is there.
    pub(crate) fn member(&self, table: Purpose, row: &RowKey, version: u64) -> [u8; 32] {
        let mut input = [0; 1 + 32 + 8];
        input[0] = table as u8;
        input[1..33].copy_from_slice(row);
        input[33..].copy_from_slice(&version.to_be_bytes());
        mac(&self.set, &input)
    }
}

fn mac(key: &hmac::Key, input: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(key, input);
    tag.as_ref().try_into().expect("HMAC-SHA256 gives 32 bytes")
}
