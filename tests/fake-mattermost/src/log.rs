//! The log of received requests, by which a test proves what was and was not sent.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::auth::{Place, parse_token};
use crate::call::Call;

/// One received request. Values of headers are kept apart and shown only on request.
#[derive(Clone, Serialize)]
pub struct Entry {
    /// `GET`, ...
    pub method: String,
    /// The path, decoded.
    pub path: String,
    /// Names of query parameters.
    pub query: Vec<String>,
    /// Names of headers, lower case, in order.
    pub headers: Vec<String>,
    /// Whether there was an Authorization header.
    pub authorization: bool,
    /// SHA-256 of its value, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_sha256: Option<String>,
    /// Where the server read a token from: `cookie`, `header`, `query`, `nowhere`.
    pub token_from: &'static str,
    /// SHA-256 of that token, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_sha256: Option<String>,
    /// Bytes of the body.
    pub body_length: usize,
    /// Everything, on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Values>,
}

/// What is secret about a request.
#[derive(Clone, Serialize)]
pub struct Values {
    /// Path and query as sent.
    pub target: String,
    /// Headers with their values.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

/// The log.
#[derive(Default)]
pub struct Log(Mutex<Vec<Entry>>);

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Log {
    /// Notes a request, before any fault.
    pub fn record(&self, call: &Call) {
        let (token, place) = parse_token(call);
        let authorization = call.headers.iter().find(|(name, _)| name == "authorization");
        let entry = Entry {
            method: call.method.clone(),
            path: call.path.clone(),
            query: call.query.iter().map(|(name, _)| name.clone()).collect(),
            headers: call.headers.iter().map(|(name, _)| name.clone()).collect(),
            authorization: authorization.is_some(),
            authorization_sha256: authorization.map(|(_, value)| sha256(value)),
            token_from: match place {
                Place::Cookie => "cookie",
                Place::Header => "header",
                Place::Query => "query",
                Place::Nowhere => "nowhere",
            },
            token_sha256: (!token.is_empty()).then(|| sha256(&token)),
            body_length: call.body.len(),
            values: Some(Values {
                target: call.target.clone(),
                headers: call.headers.clone(),
                body: String::from_utf8_lossy(&call.body).into_owned(),
            }),
        };
        self.lock().push(entry);
    }

    /// All entries; without the secret parts unless asked for.
    pub fn entries(&self, values: bool) -> Vec<Entry> {
        let mut entries = self.lock().clone();
        if !values {
            entries.iter_mut().for_each(|entry| entry.values = None);
        }
        entries
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
