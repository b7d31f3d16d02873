use std::fmt;

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;

/// What may be printed of a token: enough to tell two apart, not enough to use or guess one.
///
/// ```
/// let token = mmcred::AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
/// assert_eq!(token.fingerprint().to_string().len(), 8);
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    digest: String,
    remark: Option<&'static str>,
}

impl Fingerprint {
    pub(crate) fn of(token: &str) -> Self {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(b"mmcred fingerprint 1\0");
        hash.update(token.as_bytes());
        let digest = hash.finish();
        Self { digest: HEXLOWER.encode(&digest.as_ref()[..4]), remark: remark(token) }
    }

    /// Eight hexadecimal digits of a hash. Equal tokens have equal ones.
    pub fn as_str(&self) -> &str {
        &self.digest
    }

    /// What is odd about the token's shape: a hint, never a refusal, since no server checks it.
    pub fn remark(&self) -> Option<&'static str> {
        self.remark
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digest)
    }
}

/// Tokens are 26 characters of z-base-32 in which a UUID's fixed bits restrict five places (facts 1.1).
fn remark(token: &str) -> Option<&'static str> {
    const ALPHABET: &[u8] = b"ybndrfg8ejkmcpqxot1uwisza345h769";
    const RESTRICTED: [(usize, &[u8]); 5] = [
        (9, b"bfjpti37"),
        (10, b"ybndrfg8"),
        (12, b"bdf8jmpxtuiz3579"),
        (13, b"ybndrfg8ejkmcpqx"),
        (25, b"yrecowah"),
    ];
    let bytes = token.as_bytes();
    if bytes.len() < 26 {
        return Some("shorter than the 26 characters of a Mattermost token");
    }
    if bytes.len() > 26 {
        return Some("longer than the 26 characters of a Mattermost token");
    }
    if !bytes.iter().all(|byte| ALPHABET.contains(byte)) {
        return Some("holds a character no Mattermost token has (0, 2, l, v, capitals, signs)");
    }
    let fits = RESTRICTED.iter().all(|(place, allowed)| allowed.contains(&bytes[*place]));
    (!fits).then_some("probably mistyped: a generated token has other characters in some places")
}

#[cfg(test)]
mod tests {
    use super::remark;

    #[test]
    fn shapes_are_remarked_on() {
        assert_eq!(remark("wx4dia1tmfgm8kzd95s1cs38na"), None); // an id of a real 6.3.7 server's shape
        assert!(remark("wx4dia1tmfgm8kzd95s1cs38n").unwrap().starts_with("shorter"));
        assert!(remark("wx4dia1tmfgm8kzd95s1cs38naa").unwrap().starts_with("longer"));
        assert!(remark("WX4dia1tmfgm8kzd95s1cs38na").unwrap().starts_with("holds"));
        assert!(remark("wx4dia1tmygm8kzd95s1cs38na").unwrap().starts_with("probably"));
    }
}
