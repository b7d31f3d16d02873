use serde::{Deserialize, Serialize};

use super::entry::Entry;
use crate::error::{Error, Result};
use crate::seal::{self, Context, Keys, Purpose, RowKey};
use crate::{ErrorKind, Kind};

/// More than any facts; a seal is bounded.
const MOST: usize = 64 << 10;

/// An entry's label as it is sealed: JSON, without what is unknown or usual. The row says the version.
///
/// Members that a later version adds are passed over, and lost when this version replaces or renames the entry.
#[derive(Serialize, Deserialize)]
struct Label<T> {
    name: T,
    server: T,
    fingerprint: T,
    created_at: i64,
    updated_at: i64,
    #[serde(default, skip_serializing_if = "is_false")]
    allow_http: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    allow_unauthorized_certs: bool,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    ca_file: Option<T>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    proxy: Option<T>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    kind: Option<T>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    user_id: Option<T>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    username: Option<T>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    token_id: Option<T>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

fn is_false(switch: &bool) -> bool {
    !switch
}

fn none<T>() -> Option<T> {
    None
}

/// The label of an entry, sealed for its row and version.
///
/// # Errors
/// `invalid_argument` if it is too long to be one.
pub(super) fn seal(keys: &Keys, row: &RowKey, entry: &Entry) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(&Label::from(entry)).expect("text and numbers are JSON");
    if plain.len() > MOST {
        return Err(Error::new(ErrorKind::InvalidArgument, "The credential's facts are over 64 KiB."));
    }
    Ok(seal::seal(keys, &context(row, entry.version), &plain))
}

/// The entry of a row's label, or nothing if that is damaged.
pub(super) fn open(keys: &Keys, row: &RowKey, version: u64, label: &[u8]) -> Option<Entry> {
    let open = |plain: &[u8]| serde_json::from_slice::<Label<String>>(plain).ok();
    let label = seal::open_with(keys, &context(row, version), label, open).ok().flatten()?;
    Some(label.into_entry(version))
}

fn context(row: &RowKey, version: u64) -> Context<'_> {
    Context { purpose: Purpose::Label, row, version }
}

impl<'a> From<&'a Entry> for Label<&'a str> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            name: &entry.name,
            server: &entry.server,
            fingerprint: &entry.fingerprint,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            allow_http: entry.allow_http,
            allow_unauthorized_certs: entry.allow_unauthorized_certs,
            ca_file: entry.ca_file.as_deref(),
            proxy: entry.proxy.as_deref(),
            kind: (entry.kind != Kind::Unknown).then(|| entry.kind.name()),
            user_id: entry.user_id.as_deref(),
            username: entry.username.as_deref(),
            token_id: entry.token_id.as_deref(),
            expires_at: entry.expires_at,
        }
    }
}

impl Label<String> {
    fn into_entry(self, version: u64) -> Entry {
        Entry {
            name: self.name,
            server: self.server,
            fingerprint: self.fingerprint,
            version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            allow_http: self.allow_http,
            allow_unauthorized_certs: self.allow_unauthorized_certs,
            ca_file: self.ca_file,
            proxy: self.proxy,
            kind: self.kind.as_deref().map_or(Kind::Unknown, Kind::from_name),
            user_id: self.user_id,
            username: self.username,
            token_id: self.token_id,
            expires_at: self.expires_at,
        }
    }
}
