//! Time-based one-time codes: six digits, 30 s steps, one step either way (facts 6.3).

use sha1::{Digest, Sha1};

use crate::clock::{Millis, SECOND};

const STEP: Millis = 30 * SECOND;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A secret as a user would type it: base32 over the ordinary alphabet, made from an id.
pub fn secret(id: &str) -> String {
    id.bytes().take(16).map(|byte| char::from(ALPHABET[usize::from(byte) & 31])).collect()
}

/// Six digits after trimming, or the code is malformed. Eight that do not begin with 0 pass for one of the codes one
/// keeps in a drawer, of which nobody has any.
pub fn well_formed(code: &str) -> bool {
    let code = code.trim();
    let digits = code.bytes().all(|byte| byte.is_ascii_digit());
    digits && (code.len() == 6 || (code.len() == 8 && !code.starts_with('0')))
}

/// The time step a code belongs to, if it is good now.
pub fn step_of(secret: &str, code: &str, now: Millis) -> Option<Millis> {
    let present = now.div_euclid(STEP);
    (present - 1..=present + 1).find(|step| code_at(secret, *step) == code.trim())
}

/// The code a phone would show now.
pub fn code_now(secret: &str, now: Millis) -> String {
    code_at(secret, now.div_euclid(STEP))
}

fn code_at(secret: &str, step: Millis) -> String {
    let mac = hmac_sha1(&decode(secret), &step.to_be_bytes());
    let offset = usize::from(mac[19] & 0xf);
    let word = u32::from_be_bytes([mac[offset] & 0x7f, mac[offset + 1], mac[offset + 2], mac[offset + 3]]);
    format!("{:06}", word % 1_000_000)
}

fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    let mut block = [0u8; 64];
    if key.len() > block.len() {
        block[..20].copy_from_slice(&Sha1::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha1::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha1::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

fn decode(secret: &str) -> Vec<u8> {
    let (mut out, mut buffer, mut bits) = (Vec::new(), 0u32, 0);
    for letter in secret
        .bytes()
        .filter_map(|byte| ALPHABET.iter().position(|known| *known == byte.to_ascii_uppercase()))
    {
        buffer = (buffer << 5) | u32::try_from(letter).unwrap_or_default();
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push((buffer >> bits) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_standard_test_vector() {
        // RFC 6238, appendix B: the secret is "12345678901234567890".
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(code_at(secret, 1), "287082");
        assert_eq!(code_at(secret, 1_111_111_109 / 30), "081804");
        assert_eq!(step_of(secret, " 287082 ", 89_000), Some(1));
        assert_eq!(step_of(secret, "287082", 120_000), None);
    }
}
