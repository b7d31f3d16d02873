use std::borrow::Cow;
use std::ops::Range;

use http::{HeaderMap, HeaderValue};
use memchr::memmem::{self, Finder};
use percent_encoding::percent_decode;
use serde::Deserialize;
use serde_json::Value;

use crate::AccessToken;
pub(crate) use crate::credential::is_id;

/// A server's answer as data, so that every verdict can be tested from recorded ones.
///
/// ```
/// use mmcred::{ErrorKind, Reply, ServerUrl, judge};
/// let server = ServerUrl::parse("chat.example.com")?;
/// let page = Reply { status: 200, body: b"<html><title>Welcome</title></html>".to_vec(), ..Reply::default() };
/// assert_eq!(judge(&server, &page).unwrap_err().kind(), ErrorKind::NotMattermost);
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The headers; a name may repeat.
    pub headers: HeaderMap,
    /// The body, at most [`MAX_BODY`](Self::MAX_BODY) bytes.
    pub body: Vec<u8>,
}

/// Mattermost's error object: the id decides, the message is translated and is never matched (facts 2.3).
#[derive(Debug, Deserialize)]
pub(crate) struct AppError {
    pub id: String,
    pub request_id: Option<String>,
}

impl Reply {
    /// The largest body that is read. A user is under 10 KB.
    pub const MAX_BODY: usize = 1 << 20;

    /// Takes the token that the server was sent out of its answer, so that nothing made of the answer can repeat it: a
    /// hostile server may put it into a name, an id or a redirect.
    ///
    /// Only a text as long as tokens are: a short one may stand in any answer by chance, and taking it out would change
    /// the verdict. [`Error::without`](crate::Error) looks after those.
    pub(crate) fn without(mut self, token: &AccessToken) -> Self {
        const LONG: usize = 20;
        const NOTHING: HeaderValue = HeaderValue::from_static("[token]");
        // EXPOSE: to find it where it must not be.
        token.expose(|secret| {
            if secret.len() < LONG {
                return;
            }
            let finder = Finder::new(secret);
            let found = |bytes: &[u8]| finder.find(bytes).is_some();
            let cleaned = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(secret, "[token]");
            for value in self.headers.values_mut() {
                if found(value.as_bytes()) {
                    *value = HeaderValue::from_str(&cleaned(value.as_bytes())).unwrap_or(NOTHING);
                } else if found(&Cow::from(percent_decode(value.as_bytes()))) {
                    *value = NOTHING;
                }
            }
            if found(&self.body) {
                self.body = cleaned(&self.body).into_bytes();
            }
            // Written once more, JSON has no escapes but those it needs.
            let escaped = memmem::find(&self.body, b"\\u").and_then(|_| Some(self.json()?.to_string()));
            if let Some(json) = escaped.filter(|json| found(json.as_bytes())) {
                self.body = json.replace(secret, "[token]").into_bytes();
            }
        });
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The headers of that name that are a number. A second limiter adds its own to the first one's (facts 7).
    pub(super) fn numbers(&self, name: &str) -> impl Iterator<Item = u64> {
        self.headers.get_all(name).iter().filter_map(|value| {
            let digits = value.to_str().ok()?.trim();
            let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            all_digits.then(|| digits.parse().unwrap_or(u64::MAX))
        })
    }

    /// The longest wait, in seconds, that headers of that name tell. A few limiters send the Unix time of its end instead,
    /// which is none.
    pub(super) fn wait(&self, name: &str) -> Option<u64> {
        const DATES: Range<u64> = 1_000_000_000..10_000_000_000;
        self.numbers(name).filter(|seconds| !DATES.contains(seconds)).max()
    }

    /// The body as JSON, if it is JSON. Of a key that repeats the last one counts, as in Go.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as Mattermost's error. Hardened servers send 5xx with an empty id (facts 2.3).
    pub(crate) fn app_error(&self) -> Option<AppError> {
        let json = self.json()?;
        let shaped = ["message", "status_code"].iter().all(|key| json.get(key).is_some());
        let error: AppError = serde_json::from_value(json).ok()?;
        (is_error_id(&error.id) || error.id.is_empty() && shaped).then_some(error)
    }

    /// The id under which an administrator finds the request, from the body or the header.
    pub(crate) fn request_id(&self) -> Option<String> {
        let in_body = self.app_error().and_then(|error| error.request_id);
        in_body.or_else(|| self.header("x-request-id").map(str::to_owned)).filter(|id| is_id(id))
    }

    /// The server's version from `X-Version-Id`: the first three numbers only, since the header has five
    /// shapes (recordings, observation 4).
    pub(crate) fn server_version(&self) -> Option<String> {
        let numbers: Vec<u32> =
            self.header("x-version-id")?.split('.').map_while(|part| part.parse().ok()).take(3).collect();
        match numbers[..] {
            [major, minor, patch] => Some(format!("{major}.{minor}.{patch}")),
            _ => None,
        }
    }

    /// Whether it takes the session cookie away (facts 2.5).
    pub(crate) fn clears_session_cookie(&self) -> bool {
        let cookies = self.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
        cookies.into_iter().any(|cookie| cookie.starts_with("MMAUTHTOKEN=;"))
    }

    pub(crate) fn is_html(&self) -> bool {
        let typed =
            self.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
        typed || self.body.trim_ascii_start().starts_with(b"<")
    }

    /// The beginning of a page in lower case: where titles and login forms stand.
    pub(crate) fn page(&self) -> String {
        let head = &self.body[..self.body.len().min(64 * 1024)];
        String::from_utf8_lossy(head).to_lowercase()
    }
}

/// Error ids are dotted words (`api.context.404.app_error`, `store.sql_bot.get.missing.app_error`).
pub(crate) fn is_error_id(text: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    text.len() < 200 && text.contains('.') && text.split('.').all(word)
}
