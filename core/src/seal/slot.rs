use aws_lc_rs::aead::{Aad, Nonce};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use zeroize::Zeroizing;

use super::context::VaultId;
use super::root_key::{RootKey, cipher_key, derive};
use super::{FORMAT, random};

/// The 32 bytes a way to unlock comes up with: a key file's content, a passphrase's Argon2id.
/// Boxed, since a move would leave a copy behind.
pub(crate) type UnlockKey = Box<Zeroizing<[u8; 32]>>;

/// By what a slot is opened. The numbers stand in vaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum SlotKind {
    KeyFile = 1,
}

/// Why a slot does not give its root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlotFault {
    /// It was made for another key.
    OtherKey,
    /// The key is the right one, yet the rest does not open.
    Broken,
}

/// The root key, wrapped for one way to unlock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Kept as a number: a vault may hold kinds that this version does not know.
    pub(crate) kind: u8,
    /// What the way to unlock needs to know, in clear but bound to the slot.
    pub(crate) parameters: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

const SALT: usize = 32;
const COMMITMENT: usize = 32;
const NONCE: usize = 12;
const WRAPPED: usize = 32 + 16;
const BODY: usize = 1 + 4 + SALT + COMMITMENT + NONCE + WRAPPED;
/// The number of a slot among the purposes of `Context`.
const PURPOSE: u8 = 5;

impl Slot {
    /// Wraps `root` so that whoever has `key` gets it back.
    pub(crate) fn make(
        kind: SlotKind,
        parameters: &[u8],
        (vault, term): (&VaultId, u32),
        key: &UnlockKey,
        root: &RootKey,
    ) -> Self {
        let salt: [u8; SALT] = random();
        let nonce: [u8; NONCE] = random();
        let mut slot = Self { kind: kind as u8, parameters: parameters.to_vec(), body: Vec::new() };
        let (wrapping, commitment) = slot.derive(key, vault, &salt);
        let mut body = Vec::with_capacity(BODY);
        body.push(FORMAT);
        body.extend_from_slice(&term.to_be_bytes());
        body.extend_from_slice(&salt);
        body.extend_from_slice(&commitment[..]);
        body.extend_from_slice(&nonce);
        let start = body.len();
        body.extend_from_slice(&root.0[..]);
        let aad = Aad::from(slot.bound(vault, term));
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = cipher_key(&wrapping).seal_in_place_separate_tag(nonce, aad, &mut body[start..]);
        body.extend_from_slice(tag.expect("AES-GCM wraps 32 bytes").as_ref());
        slot.body = body;
        slot
    }

    /// The root key, if `key` is the one the slot was made with.
    ///
    /// The commitment is compared first: an AES-GCM ciphertext alone can be made to open under several keys.
    pub(crate) fn open(&self, (vault, term): (&VaultId, u32), key: &UnlockKey) -> Result<RootKey, SlotFault> {
        let body: &[u8; BODY] = self.body.as_slice().try_into().map_err(|_| SlotFault::Broken)?;
        let (header, rest) = body.split_at(5);
        let (salt, rest) = rest.split_at(SALT);
        let (stored, rest) = rest.split_at(COMMITMENT);
        let (nonce, wrapped) = rest.split_at(NONCE);
        let (ciphertext, tag) = wrapped.split_at(32);
        if header[0] != FORMAT || header[1..] != term.to_be_bytes() {
            return Err(SlotFault::Broken);
        }
        let (wrapping, commitment) = self.derive(key, vault, salt);
        verify_slices_are_equal(&commitment[..], stored).map_err(|_| SlotFault::OtherKey)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).expect("a nonce has 12 bytes");
        let mut root = RootKey::zeroed();
        cipher_key(&wrapping)
            .open_separate_gather(nonce, Aad::from(self.bound(vault, term)), ciphertext, tag, &mut root.0[..])
            .map_err(|_| SlotFault::Broken)?;
        Ok(root)
    }

    /// The wrapping key and the commitment to it.
    fn derive(
        &self,
        key: &UnlockKey,
        vault: &VaultId,
        salt: &[u8],
    ) -> (Zeroizing<[u8; 32]>, Zeroizing<[u8; 32]>) {
        let prk = Salt::new(HKDF_SHA256, salt).extract(&key[..]);
        let of = |what: &[u8]| derive(&prk, &[what, vault, &[self.kind]]);
        (of(b"slot key"), of(b"slot commitment"))
    }

    /// The associated data: a slot moved, relabelled or with weaker parameters does not open.
    fn bound(&self, vault: &VaultId, term: u32) -> Vec<u8> {
        let mut bytes = vec![FORMAT, PURPOSE];
        bytes.extend_from_slice(&term.to_be_bytes());
        bytes.extend_from_slice(vault);
        bytes.push(self.kind);
        bytes.extend_from_slice(&self.parameters);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: (&VaultId, u32) = (&[1; 16], 1);

    fn unlock_key(byte: u8) -> UnlockKey {
        Box::new(Zeroizing::new([byte; 32]))
    }

    fn slot() -> (Slot, RootKey) {
        let root = RootKey::generate();
        (Slot::make(SlotKind::KeyFile, b"parameters", PLACE, &unlock_key(1), &root), root)
    }

    #[test]
    fn the_key_it_was_made_with_opens_a_slot() {
        let (slot, root) = slot();
        assert_eq!(slot.open(PLACE, &unlock_key(1)).unwrap().0[..], root.0[..]);
        assert_eq!(slot.open(PLACE, &unlock_key(2)).err(), Some(SlotFault::OtherKey));
    }

    #[test]
    fn any_flipped_bit_of_a_slot_is_noticed() {
        let (slot, _) = slot();
        for byte in 0..BODY {
            let mut flipped = slot.clone();
            flipped.body[byte] ^= 1;
            let salt_or_commitment = (5..5 + SALT + COMMITMENT).contains(&byte);
            let fault = if salt_or_commitment { SlotFault::OtherKey } else { SlotFault::Broken };
            assert_eq!(flipped.open(PLACE, &unlock_key(1)).err(), Some(fault), "byte {byte}");
        }
        let cut = Slot { body: slot.body[..BODY - 1].to_vec(), ..slot };
        assert_eq!(cut.open(PLACE, &unlock_key(1)).err(), Some(SlotFault::Broken));
    }

    #[test]
    fn kind_parameters_vault_and_term_are_bound() {
        let (slot, _) = slot();
        let other_kind = Slot { kind: 2, ..slot.clone() };
        assert!(other_kind.open(PLACE, &unlock_key(1)).is_err());
        let weaker = Slot { parameters: b"parameter".to_vec(), ..slot.clone() };
        assert_eq!(weaker.open(PLACE, &unlock_key(1)).err(), Some(SlotFault::Broken));
        assert!(slot.open((&[2; 16], 1), &unlock_key(1)).is_err());
        assert!(slot.open((&[1; 16], 2), &unlock_key(1)).is_err());
    }
}
