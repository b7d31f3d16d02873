use std::fmt;
use std::time::Duration;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::{AccessToken, ErrorKind, ServerUrl};

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure: what kind, what happened, what to do, whether a later try may succeed.
///
/// No part of it ever holds a token: messages are written here, and foreign text passes through
/// a filter before it is put into one.
///
/// ```
/// let error = mmcred::AccessToken::parse("").unwrap_err();
/// assert_eq!(error.kind().name(), "invalid_token");
/// assert!(!error.hint().is_empty());
/// ```
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    retry_after: Option<Duration>,
    request_id: Option<String>,
    better_url: Option<ServerUrl>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of that kind; `message` says what happened and to what.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            hint: None,
            retry_after: None,
            request_id: None,
            better_url: None,
            source: None,
        }))
    }

    /// The kind, by which a program decides.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What happened, in one sentence. The same text as `Display`.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The next step for a person.
    pub fn hint(&self) -> &str {
        self.0.hint.as_deref().unwrap_or(self.0.kind.hint())
    }

    /// How long the server asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The id under which a Mattermost administrator finds the request in the server's log.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The server's URL as its own redirect names it.
    pub fn better_url(&self) -> Option<&ServerUrl> {
        self.0.better_url.as_ref()
    }

    /// Replaces the kind's general advice by a better one.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    pub(crate) fn with_better_url(mut self, url: ServerUrl) -> Self {
        self.0.better_url = Some(url);
        self
    }

    /// Takes out of the error what a hostile server may have put in: the token it was sent, in the place of
    /// a request id or in a redirect's path. Here for short ones, such as a password; those that are as long as tokens
    /// are taken out of the answer.
    pub(crate) fn without(mut self, token: &AccessToken) -> Self {
        // EXPOSE: to find it where it must not be.
        token.expose(|secret| {
            let holds = |text: &str| text.contains(secret);
            let inner = &mut self.0;
            inner.request_id.take_if(|id| holds(id));
            inner.better_url.take_if(|url| holds(url.as_str()));
            inner.hint.take_if(|hint| holds(hint));
            if holds(&inner.message) {
                inner.message = inner.message.replace(secret, "[token]");
            }
        });
        self
    }

    /// The same failure once more, without its cause.
    pub(crate) fn again(&self) -> Self {
        let Inner { kind, message, hint, retry_after, request_id, better_url, source: _ } = &*self.0;
        Self(Box::new(Inner {
            kind: *kind,
            message: message.clone(),
            hint: hint.clone(),
            retry_after: *retry_after,
            request_id: request_id.clone(),
            better_url: better_url.clone(),
            source: None,
        }))
    }

    /// Keeps the cause for `source()`. Never for an error that prints a URL or a body.
    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

/// As an object with `code`, `number`, `message`, `hint`, `retry`, `retry_after` and `request_id`.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut object = to.serialize_struct("Error", 7)?;
        object.serialize_field("code", self.kind().name())?;
        object.serialize_field("number", &self.kind().number())?;
        object.serialize_field("message", self.message())?;
        object.serialize_field("hint", self.hint())?;
        object.serialize_field("retry", if self.kind().may_retry() { "later" } else { "never" })?;
        object.serialize_field("retry_after", &self.retry_after().map(|wait| wait.as_secs_f64()))?;
        object.serialize_field("request_id", &self.request_id())?;
        object.end()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// Text from outside, fit for one line of a message: control characters escaped, at most 80 characters.
///
/// Never for text that may be a token.
pub(crate) fn quote(text: &str) -> String {
    const MOST: usize = 80;
    let mut quoted: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        quoted.push('…');
    }
    format!("'{quoted}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_is_one_pointer() {
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn quoted_text_stays_on_one_line() {
        assert_eq!(quote("a\nb\u{1b}[0m"), "'a\\nb\\u{1b}[0m'");
        assert!(quote(&"x".repeat(1 << 20)).len() < 100);
    }
}
