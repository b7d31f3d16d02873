use serde::{Serialize, Serializer};

use crate::error::{Error, Result};
use crate::{Connection, Credential, ErrorKind, Facts, Kind, Proxy, Tls};

/// What is known of a stored credential without opening its secret.
///
/// Serializes to the same names in snake case; an unknown fact is `null`.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let options = mmcred::VaultOptions::new().path(folder.path().join("vault")).key_file(folder.path().join("key"));
/// # let vault = options.create(true).open()?;
/// # let token = mmcred::AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
/// # vault.put("prod", &mmcred::Credential::new("chat.example.com", token)?, false)?;
/// let entry = &vault.list()?.entries[0];
/// assert_eq!((entry.name.as_str(), entry.server.as_str()), ("prod", "https://chat.example.com"));
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// The name it is stored under.
    pub name: String,
    /// The server's base URL.
    pub server: String,
    /// What may be printed of the token: eight hexadecimal digits.
    pub fingerprint: String,
    /// Grows with each change, and is never used again in this vault, not even by another entry.
    pub version: u64,
    /// When the name was first put, in Unix milliseconds.
    pub created_at: i64,
    /// When the entry last changed, in Unix milliseconds.
    pub updated_at: i64,
    /// Whether plain `http://` to another machine is wanted on purpose.
    pub allow_http: bool,
    /// Whether any certificate is accepted.
    pub allow_unauthorized_certs: bool,
    /// The PEM file of the only authorities that are accepted.
    pub ca_file: Option<String>,
    /// `None` leaves it to the environment, `direct` is no proxy, else the proxy's URL.
    pub proxy: Option<String>,
    /// What kind of token it is.
    #[serde(serialize_with = "kind_to_name")]
    pub kind: Kind,
    /// The owner's id.
    pub user_id: Option<String>,
    /// The owner's name.
    pub username: Option<String>,
    /// The token's own id, which is not secret.
    pub token_id: Option<String>,
    /// When the token ends, in Unix milliseconds.
    pub expires_at: Option<i64>,
}

fn kind_to_name<S: Serializer>(kind: &Kind, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(kind.name())
}

impl Entry {
    pub(super) fn new(name: &str, credential: &Credential, now: i64) -> Result<Self> {
        let Connection { tls, proxy, allow_http } = credential.connection();
        let facts = credential.facts().clone();
        Ok(Self {
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
        })
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
        Facts {
            kind: self.kind,
            user_id: self.user_id.clone(),
            username: self.username.clone(),
            token_id: self.token_id.clone(),
            expires_at: self.expires_at,
        }
    }
}

/// The path as text, since a label is JSON.
fn ca_file(tls: &Tls) -> Result<Option<String>> {
    let Some(path) = tls.ca_file() else { return Ok(None) };
    match path.to_str() {
        Some(text) => Ok(Some(text.to_owned())),
        None => Err(Error::new(ErrorKind::InvalidTlsSettings, "The CA file's path is not UTF-8.")),
    }
}
