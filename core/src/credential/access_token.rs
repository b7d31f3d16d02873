use std::fmt;

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::{ErrorKind, Fingerprint};

/// The secret itself: the only type that holds a token's plain text.
///
/// It has no `Display` and no `Serialize`, its `Debug` is redacted, and its memory is wiped when it goes.
///
/// ```
/// let token = mmcred::AccessToken::parse("Bearer ybndrfg8ejkmcpqxot1uwisza3")?;
/// assert_eq!(format!("{token:?}"), "AccessToken([redacted])");
/// assert_eq!(token.expose(str::len), 26);
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone)]
pub struct AccessToken(Zeroizing<Box<str>>);

impl AccessToken {
    /// More than any token of any server, less than a pasted file.
    pub const MAX_BYTES: usize = 255;

    /// Reads a token as people paste it: blanks around it, quotes and a `Bearer ` prefix are taken off.
    ///
    /// Refused is only what can not be a token: nothing, more than [`MAX_BYTES`](Self::MAX_BYTES), a URL,
    /// or text with blanks, control or non-ASCII characters inside. Any other odd shape is a remark of the
    /// [`Fingerprint`], because a server does not check the shape either (facts 1.1).
    ///
    /// # Errors
    /// `invalid_token`; `webhook_url` for an incoming-webhook URL. The message never holds the text.
    pub fn parse(text: &str) -> Result<Self> {
        let text = unwrap_pasted(text);
        match defect(text) {
            None => Ok(Self(Zeroizing::new(text.into()))),
            Some((kind, what)) => Err(Error::new(kind, format!("The access token {what}."))),
        }
    }

    /// [`parse`](Self::parse) for bytes of unknown encoding, from a file or a C caller.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and `invalid_token` for bytes that are not UTF-8.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Error::new(ErrorKind::InvalidToken, "The access token is not text (not UTF-8)."))?;
        Self::parse(text)
    }

    /// Lends the plain text to `use_it`. Each caller says why with an `EXPOSE:` comment.
    pub fn expose<T>(&self, use_it: impl FnOnce(&str) -> T) -> T {
        use_it(&self.0)
    }

    /// What may be printed about the token.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.0)
    }

    /// The value of an `Authorization` header, wiped when dropped.
    pub fn authorization(&self) -> Zeroizing<String> {
        let mut value = Zeroizing::new(String::with_capacity(7 + self.0.len()));
        value.push_str("Bearer ");
        value.push_str(&self.0);
        value
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken([redacted])")
    }
}

/// Takes off what clipboards, shells and documentation put around a token.
fn unwrap_pasted(text: &str) -> &str {
    let mut rest = text;
    loop {
        let trimmed = rest.trim();
        let inner = ['"', '\'', '`']
            .iter()
            .find_map(|&q| trimmed.strip_prefix(q)?.strip_suffix(q))
            .or_else(|| strip_bearer(trimmed))
            .unwrap_or(trimmed);
        if inner.len() == rest.len() {
            return rest;
        }
        rest = inner;
    }
}

/// `Bearer`, in any case, and a blank. The word alone is no token: the server sees none either (facts 2.1).
fn strip_bearer(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_at_checked(6)?;
    let ends = rest.is_empty() || rest.starts_with([' ', '\t']);
    (scheme.eq_ignore_ascii_case("bearer") && ends).then_some(rest)
}

/// Why the text can not be a token.
fn defect(text: &str) -> Option<(ErrorKind, &'static str)> {
    let invalid = ErrorKind::InvalidToken;
    if text.is_empty() {
        return Some((invalid, "is empty"));
    }
    if text.contains("://") {
        return Some(if text.contains("/hooks/") {
            (ErrorKind::WebhookUrl, "is an incoming-webhook URL")
        } else {
            (invalid, "is a URL")
        });
    }
    if text.len() > AccessToken::MAX_BYTES {
        return Some((invalid, "is longer than 255 bytes"));
    }
    if text.chars().any(char::is_control) {
        return Some((invalid, "has a control character or line break inside"));
    }
    if text.contains(char::is_whitespace) {
        return Some((invalid, "has a blank inside"));
    }
    (!text.is_ascii()).then_some((invalid, "has a character outside ASCII"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "ybndrfg8ejkmcpqxot1uwisza3";

    #[test]
    fn pasted_wrappings_come_off() {
        for text in [
            TOKEN,
            " \t\nybndrfg8ejkmcpqxot1uwisza3\r\n",
            "\"ybndrfg8ejkmcpqxot1uwisza3\"",
            "Bearer ybndrfg8ejkmcpqxot1uwisza3",
            "'bearer  ybndrfg8ejkmcpqxot1uwisza3 '",
            "\"Bearer 'ybndrfg8ejkmcpqxot1uwisza3'\"",
        ] {
            let token = AccessToken::parse(text).unwrap();
            token.expose(|plain| assert_eq!(plain, TOKEN)); // EXPOSE: the test compares it
        }
    }

    #[test]
    fn bearer_without_blank_is_part_of_the_token() {
        let token = AccessToken::parse("bearerybndrfg8").unwrap();
        token.expose(|plain| assert_eq!(plain, "bearerybndrfg8")); // EXPOSE: the test compares it
    }

    #[test]
    fn what_can_not_be_a_token_is_refused_without_repeating_it() {
        let long = "s".repeat(256);
        let huge = "s".repeat(1 << 20);
        for (text, kind) in [
            ("", "invalid_token"),
            (" \n", "invalid_token"),
            ("Bearer ", "invalid_token"),
            ("secret\0secret", "invalid_token"),
            ("secret\nsecret", "invalid_token"),
            ("secret secret", "invalid_token"),
            ("sécret", "invalid_token"),
            ("https://chat.example.com/secret", "invalid_token"),
            ("https://chat.example.com/hooks/secret", "webhook_url"),
            (&long, "invalid_token"),
            (&huge, "invalid_token"),
        ] {
            let error = AccessToken::parse(text).unwrap_err();
            assert_eq!(error.kind().name(), kind, "{text:.40}");
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
        assert!(AccessToken::parse(&long[..255]).is_ok());
        let error = AccessToken::parse_bytes(b"\xff\xfe").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidToken);
    }

    #[test]
    fn debug_is_redacted() {
        let token = AccessToken::parse(TOKEN).unwrap();
        assert_eq!(format!("{token:?}"), "AccessToken([redacted])");
    }
}
