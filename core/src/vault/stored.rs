use super::entry::Entry;
use super::secret;
use crate::{AccessToken, Credential, ServerUrl};

/// A credential as it was found in a vault.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let options = mmcred::VaultOptions::new().path(folder.path().join("vault")).key_file(folder.path().join("key"));
/// # let vault = options.create(true).open()?;
/// # let token = mmcred::AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
/// # vault.put("prod", &mmcred::Credential::new("chat.example.com", token)?, false)?;
/// let stored = vault.get("prod")?;
/// assert_eq!(stored.entry().name, "prod");
/// assert!(stored.into_credential().authorization().starts_with("Bearer "));
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Stored {
    entry: Entry,
    credential: Credential,
}

impl Stored {
    /// From an opened label and the content of a secret seal.
    pub(super) fn new(entry: Entry, plain: &[u8]) -> Option<Self> {
        let (base, token) = secret::decode(plain)?;
        let token = AccessToken::parse(token).ok()?;
        let server = ServerUrl::from_canonical(base.to_owned())?;
        let credential = Credential::for_server(server, token, entry.connection().ok()?).ok()?;
        let credential = credential.with_facts(entry.facts());
        Some(Self { entry, credential })
    }

    /// The credential, its secret included.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The credential, without what the vault knows beside it.
    pub fn into_credential(self) -> Credential {
        self.credential
    }

    /// What the vault knows beside the secret.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The row version: another one means that the entry was changed.
    pub fn version(&self) -> u64 {
        self.entry.version
    }

    /// When the name was first put, in Unix milliseconds.
    pub fn created_at(&self) -> i64 {
        self.entry.created_at
    }

    /// When the entry last changed, in Unix milliseconds.
    pub fn updated_at(&self) -> i64 {
        self.entry.updated_at
    }
}

/// What a request needs of an entry: all from one seal.
pub(crate) struct Reading {
    pub(crate) server: ServerUrl,
    pub(crate) token: AccessToken,
    pub(crate) version: u64,
}

impl Reading {
    pub(super) fn new(plain: &[u8], version: u64) -> Option<Self> {
        let (base, token) = secret::decode(plain)?;
        let server = ServerUrl::from_canonical(base.to_owned())?;
        Some(Self { server, token: AccessToken::parse(token).ok()?, version })
    }
}
