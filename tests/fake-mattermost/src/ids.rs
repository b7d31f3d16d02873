//! The server's one id generator: session tokens, access tokens, row ids and request ids all come from it.

use std::io::Read;

/// The z-base-32 alphabet of `NewId` (facts 1.1).
const ALPHABET: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";

/// Makes ids in the real shape from a small seeded generator.
pub struct Ids {
    seed: u64,
}

impl Ids {
    /// Starts from the operating system's randomness, so that two fakes never share an id.
    pub fn from_os() -> Self {
        let mut bytes = [0; 8];
        // Without /dev/urandom the process id is still enough to keep two fakes apart.
        let read = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
        let fallback = u64::from(std::process::id());
        Self { seed: read.map_or(fallback, |()| u64::from_le_bytes(bytes)) }
    }

    fn next_u64(&mut self) -> u64 {
        // splitmix64
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A version-4 UUID in 26 letters (facts 1.1).
    pub fn next(&mut self) -> String {
        let mut uuid = (u128::from(self.next_u64()) << 64) | u128::from(self.next_u64());
        uuid = (uuid & !(0xf << 76)) | (0x4 << 76); // the version
        uuid = (uuid & !(0x3 << 62)) | (0x2 << 62); // the variant
        encode(&uuid.to_be_bytes())
    }
}

/// Base32 without padding over the server's alphabet.
fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(26);
    let (mut buffer, mut bits) = (0u32, 0);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(buffer >> bits) as usize & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(buffer << (5 - bits)) as usize & 31]));
    }
    text
}

/// The server's loose check: 26 bytes, every character a letter or a number (facts 1.1).
pub fn is_valid_id(text: &str) -> bool {
    text.len() == 26 && text.chars().all(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_fixed_positions_of_a_version_4_uuid() {
        let mut ids = Ids { seed: 7 };
        for _ in 0..5_000 {
            let id = ids.next();
            assert_eq!(id.len(), 26);
            for (position, allowed) in [
                (9, "bfjpti37"),
                (10, "ybndrfg8"),
                (12, "bdf8jmpxtuiz3579"),
                (13, "ybndrfg8ejkmcpqx"),
                (25, "yrecowah"),
            ] {
                assert!(allowed.contains(&id[position..=position]), "{id} at {position}");
            }
            assert!(id.bytes().all(|b| ALPHABET.contains(&b)));
        }
    }

    #[test]
    fn id_check_is_loose_as_executed() {
        for (text, valid) in [
            ("", false),
            ("11111111111111111111111111", true),
            ("aaaaaaaaaaaaaaaaaaaaaaaaa", false),
            ("aaaaaaaaaaaaaaaaaaaaaaaaa-", false),
            ("umrmxsgrzx9hkuqks9ccjx89aw", true),
            ("ééééééééééééé", true),
        ] {
            assert_eq!(is_valid_id(text), valid, "{text}");
        }
    }
}
