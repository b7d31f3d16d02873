use aws_lc_rs::aead::{Aad, Nonce};
use zeroize::Zeroizing;

use super::context::Context;
use super::{FORMAT, Keys, random};

const HEADER: usize = 1 + 4 + NONCE;
const NONCE: usize = 12;
const TAG: usize = 16;
const LENGTH: usize = 4;
/// Lengths are hidden in steps: the token's and the name's must not show.
const STEP: usize = 256;
/// More than any label or secret; a damaged row must not make us allocate at its will.
const MOST: usize = 1 << 20;
/// What fits into this much is opened without the heap: every ordinary secret does. Not more, since wiping
/// takes longer than deciphering.
const SMALL: usize = STEP;

/// Why an envelope does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsealed {
    /// Damaged, forged, or sealed for another place.
    Broken,
    /// Sealed under another key term than these keys'.
    OtherTerm,
}

/// Seals `plain` for `context`: header, nonce, padded ciphertext, tag.
pub(crate) fn seal(keys: &Keys, context: &Context<'_>, plain: &[u8]) -> Vec<u8> {
    assert!(plain.len() <= MOST - LENGTH, "what is sealed is bounded by its makers");
    let padded = (LENGTH + plain.len()).next_multiple_of(STEP);
    let nonce: [u8; NONCE] = random();
    let mut envelope = Vec::with_capacity(HEADER + padded + TAG);
    envelope.push(FORMAT);
    envelope.extend_from_slice(&keys.term.to_be_bytes());
    envelope.extend_from_slice(&nonce);
    envelope.extend_from_slice(&(plain.len() as u32).to_be_bytes());
    envelope.extend_from_slice(plain);
    envelope.resize(HEADER + padded, 0);
    let aad = Aad::from(context.bytes(&keys.vault, keys.term));
    let nonce = Nonce::assume_unique_for_key(nonce);
    // Encrypted where it lies, so no plaintext copy is left in the buffer.
    let tag = keys.cipher(context.purpose).seal_in_place_separate_tag(nonce, aad, &mut envelope[HEADER..]);
    envelope.extend_from_slice(tag.expect("AES-GCM seals a megabyte").as_ref());
    envelope
}

/// The plaintext of an envelope that was sealed for `context`.
pub(crate) fn open(
    keys: &Keys,
    context: &Context<'_>,
    envelope: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Unsealed> {
    open_with(keys, context, envelope, |plain| Zeroizing::new(plain.to_vec()))
}

/// Lends the plaintext of an envelope to `use_it`, and wipes it.
pub(crate) fn open_with<T>(
    keys: &Keys,
    context: &Context<'_>,
    envelope: &[u8],
    use_it: impl FnOnce(&[u8]) -> T,
) -> Result<T, Unsealed> {
    let sealed = envelope.len().checked_sub(HEADER + TAG).ok_or(Unsealed::Broken)?;
    if envelope[0] != FORMAT || sealed == 0 || sealed > MOST || !sealed.is_multiple_of(STEP) {
        return Err(Unsealed::Broken);
    }
    if envelope[1..5] != keys.term.to_be_bytes() {
        return Err(Unsealed::OtherTerm);
    }
    let parts = Parts { keys, context, envelope };
    if sealed <= SMALL {
        let mut plain = Zeroizing::new([0; SMALL]);
        parts.open_into(&mut plain[..sealed]).map(use_it)
    } else {
        let mut plain = Zeroizing::new(vec![0; sealed]);
        parts.open_into(&mut plain).map(use_it)
    }
}

struct Parts<'a> {
    keys: &'a Keys,
    context: &'a Context<'a>,
    envelope: &'a [u8],
}

impl Parts<'_> {
    fn open_into<'b>(&self, plain: &'b mut [u8]) -> Result<&'b [u8], Unsealed> {
        let (header, rest) = self.envelope.split_at(HEADER);
        let (ciphertext, tag) = rest.split_at(rest.len() - TAG);
        let nonce = Nonce::try_assume_unique_for_key(&header[HEADER - NONCE..]);
        let nonce = nonce.expect("a nonce has 12 bytes");
        let aad = Aad::from(self.context.bytes(&self.keys.vault, self.keys.term));
        let key = self.keys.cipher(self.context.purpose);
        key.open_separate_gather(nonce, aad, ciphertext, tag, plain).map_err(|_| Unsealed::Broken)?;
        let (length, content) = plain.split_at(LENGTH);
        let length = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize;
        content.get(..length).ok_or(Unsealed::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Purpose, RootKey};
    use super::*;

    const ROW: [u8; 32] = [5; 32];

    fn context(purpose: Purpose, row: &[u8; 32], version: u64) -> Context<'_> {
        Context { purpose, row, version }
    }

    fn place() -> Context<'static> {
        context(Purpose::Secret, &ROW, 9)
    }

    fn keys() -> Keys {
        RootKey::zeroed().keys([1; 16], 1)
    }

    #[test]
    fn what_was_sealed_opens_in_its_place() {
        for length in [0, 1, 251, 252, 253, 508, 509, 5000] {
            let plain = vec![b'x'; length];
            let envelope = seal(&keys(), &place(), &plain);
            assert_eq!((envelope.len() - HEADER - TAG) % STEP, 0);
            assert_eq!(*open(&keys(), &place(), &envelope).unwrap(), plain, "{length}");
        }
    }

    #[test]
    fn the_length_shows_in_steps_only() {
        let length = |plain: usize| seal(&keys(), &place(), &vec![0; plain]).len();
        assert_eq!(length(0), length(252));
        assert_eq!(length(252) + STEP, length(253));
    }

    #[test]
    fn sealing_twice_gives_two_envelopes() {
        assert_ne!(seal(&keys(), &place(), b"x"), seal(&keys(), &place(), b"x"));
    }

    #[test]
    fn any_flipped_bit_is_noticed() {
        let envelope = seal(&keys(), &place(), b"token");
        for byte in 0..envelope.len() {
            for bit in [0, 7] {
                let mut flipped = envelope.clone();
                flipped[byte] ^= 1 << bit;
                let expected = if (1..5).contains(&byte) { Unsealed::OtherTerm } else { Unsealed::Broken };
                assert_eq!(open(&keys(), &place(), &flipped).unwrap_err(), expected, "byte {byte}");
            }
        }
    }

    #[test]
    fn a_cut_or_lengthened_envelope_is_broken() {
        let envelope = seal(&keys(), &place(), b"token");
        for length in [0, 1, HEADER, HEADER + TAG, HEADER + TAG + 1, envelope.len() - 1] {
            assert_eq!(open(&keys(), &place(), &envelope[..length]).unwrap_err(), Unsealed::Broken);
        }
        let longer = [&envelope[..], &[0; STEP]].concat();
        assert_eq!(open(&keys(), &place(), &longer).unwrap_err(), Unsealed::Broken);
    }

    #[test]
    fn an_envelope_opens_in_no_other_place() {
        let envelope = seal(&keys(), &place(), b"token");
        for (what, other) in [
            ("label and secret swapped", context(Purpose::Label, &ROW, 9)),
            ("rows swapped", context(Purpose::Secret, &[6; 32], 9)),
            ("older row replayed", context(Purpose::Secret, &ROW, 10)),
        ] {
            assert_eq!(open(&keys(), &other, &envelope).unwrap_err(), Unsealed::Broken, "{what}");
        }
        let of_another_vault = RootKey::zeroed().keys([2; 16], 1);
        assert_eq!(open(&of_another_vault, &place(), &envelope).unwrap_err(), Unsealed::Broken);
        let another_key = RootKey::generate().keys([1; 16], 1);
        assert_eq!(open(&another_key, &place(), &envelope).unwrap_err(), Unsealed::Broken);
        let of_another_term = RootKey::zeroed().keys([1; 16], 2);
        assert_eq!(open(&of_another_term, &place(), &envelope).unwrap_err(), Unsealed::OtherTerm);
        let mut relabelled = envelope.clone();
        relabelled[4] = 2;
        assert_eq!(open(&of_another_term, &place(), &relabelled).unwrap_err(), Unsealed::Broken);
    }
}
