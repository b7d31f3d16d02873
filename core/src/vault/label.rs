use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result, quote};
use crate::seal::{self, Context, Keys, Purpose, RowKey};
use crate::{Connection, Credential, ErrorKind, Facts, Kind, Proxy, Tls};

/// More than any facts; a seal is bounded.
const MOST: usize = 64 << 10;

/// What is known of a stored credential without opening its secret.
///
/// Serializes to the same names in snake case; an unknown fact is `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// The name it is stored under.
    pub name: String,
    /// The server's base URL.
    pub server: String,
    /// What may be printed of the token: eight hexadecimal digits.
    pub fingerprint: String,
    /// Grows with each change, and is never used again in this vault, not even by another entry.
    #[serde(default)]
    pub version: u64,
    /// When the name was first put, in Unix milliseconds.
    pub created_at: i64,
    /// When the entry last changed, in Unix milliseconds.
    pub updated_at: i64,
    /// Whether plain `http://` to another machine is wanted on purpose.
    #[serde(default)]
    pub allow_http: bool,
    /// Whether any certificate is accepted.
    #[serde(default)]
    pub allow_unauthorized_certs: bool,
    /// The PEM file of the only authorities that are accepted.
    #[serde(default)]
    pub ca_file: Option<String>,
    /// `None` leaves it to the environment, `direct` is no proxy, else the proxy's URL.
    #[serde(default)]
    pub proxy: Option<String>,
    /// What kind of token it is.
    #[serde(default, serialize_with = "kind_to_name", deserialize_with = "kind_from_name")]
    pub kind: Kind,
    /// The owner's id.
    #[serde(default)]
    pub user_id: Option<String>,
    /// The owner's name.
    #[serde(default)]
    pub username: Option<String>,
    /// The token's own id, which is not secret.
    #[serde(default)]
    pub token_id: Option<String>,
    /// When the token ends, in Unix milliseconds.
    #[serde(default)]
    pub expires_at: Option<i64>,
}

fn kind_to_name<S: Serializer>(kind: &Kind, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(kind.name())
}

fn kind_from_name<'de, D: Deserializer<'de>>(from: D) -> Result<Kind, D::Error> {
    std::borrow::Cow::<'de, str>::deserialize(from).map(|name| Kind::from_name(&name))
}

/// All entries of a vault, and the rows that could not be read.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Listing {
    /// Sorted by name, byte by byte.
    pub entries: Vec<Entry>,
    /// Rows whose label does not open. They hide no other.
    pub damaged: Vec<Damaged>,
    /// Whether the vault's sealed count agrees with the rows found. If not, somebody else took away or
    /// brought in rows.
    pub complete: bool,
}

/// A row whose label does not open, so that its name is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Damaged {
    /// The row's number in the vault's file.
    pub row: i64,
}

impl Entry {
    pub(super) fn new(name: &str, credential: &Credential, now: i64) -> Result<Self> {
        let Connection { tls, proxy, allow_http } = credential.connection();
        let facts = credential.facts().clone();
        let entry = Self {
            name: name.to_owned(),
            server: credential.server().as_str().to_owned(),
            fingerprint: credential.fingerprint().as_str().to_owned(),
            version: 0,
            created_at: now,
            updated_at: now,
            allow_http: *allow_http,
            allow_unauthorized_certs: *tls == Tls::AllowUnauthorizedCerts,
            ca_file: ca_file(tls)?,
            proxy: proxy.setting().map(str::to_owned),
            kind: facts.kind,
            user_id: facts.user_id,
            username: facts.username,
            token_id: facts.token_id,
            expires_at: facts.expires_at,
        };
        if entry.encode().len() > MOST {
            return Err(Error::new(ErrorKind::InvalidArgument, "The credential's facts are over 64 KiB."));
        }
        Ok(entry)
    }

    fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("text and numbers are JSON")
    }

    /// How the server is reached.
    pub(super) fn connection(&self) -> Result<Connection> {
        Ok(Connection {
            tls: Tls::from_settings(
                self.ca_file.as_deref().map(AsRef::as_ref),
                self.allow_unauthorized_certs,
            )?,
            proxy: Proxy::from_setting(self.proxy.as_deref())?,
            allow_http: self.allow_http,
        })
    }

    pub(super) fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        facts.kind = self.kind;
        facts.user_id.clone_from(&self.user_id);
        facts.username.clone_from(&self.username);
        facts.token_id.clone_from(&self.token_id);
        facts.expires_at = self.expires_at;
        facts
    }

    pub(super) fn seal(&self, keys: &Keys, row: &RowKey) -> Vec<u8> {
        seal::seal(keys, &context(row, self.version), &self.encode())
    }

    /// The label of a row, or nothing if it is damaged.
    pub(super) fn open(keys: &Keys, row: &RowKey, version: u64, label: &[u8]) -> Option<Self> {
        let open = |plain: &[u8]| serde_json::from_slice::<Self>(plain).ok();
        let entry = seal::open_with(keys, &context(row, version), label, open).ok().flatten()?;
        Some(Self { version, ..entry })
    }
}

fn context(row: &RowKey, version: u64) -> Context<'_> {
    Context { purpose: Purpose::Label, row, version }
}

/// The path as text, since a label is JSON.
fn ca_file(tls: &Tls) -> Result<Option<String>> {
    let Some(path) = tls.ca_file() else { return Ok(None) };
    match path.to_str() {
        Some(text) => Ok(Some(text.to_owned())),
        None => Err(Error::new(ErrorKind::InvalidTlsSettings, "The CA file's path is not UTF-8.")),
    }
}

/// Refuses what is no name: it must fit on a line, and must not look like an option.
pub(super) fn check_name(name: &str) -> Result<()> {
    let what = match name {
        "" => "is empty",
        _ if name.len() > 128 => "is longer than 128 bytes",
        _ if name.starts_with('-') => "starts with '-'",
        _ if name.chars().any(char::is_control) => "holds a control character",
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::InvalidName, format!("The name {} {what}.", quote(name))))
}
