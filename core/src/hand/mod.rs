//! The rules of a hand, once for every language: where a token may go, and when a request is tried again.

mod join;

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::error::{Error, Result, quote};
use crate::{Connection, ErrorKind, ProxyFor, ServerUrl, Vault, proxy_for, trusted_roots};

/// What a tool makes requests with: bound to one entry's server and base path when it is made, and holding no
/// token. Each request reads the vault, so a running tool survives a rotation.
///
/// A door carries these rules into an HTTP client of its language: it asks [`prepare`](Self::prepare) before
/// each request and each redirect, and [`after_401`](Self::after_401) after a refusal.
///
/// ```
/// use std::sync::Arc;
/// # let folder = tempfile::tempdir().unwrap();
/// # let options = mmcred::VaultOptions::new().path(folder.path().join("vault")).key_file(folder.path().join("key"));
/// # let vault = options.create(true).open()?;
/// # let token = mmcred::AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
/// # vault.put("prod", &mmcred::Credential::new("chat.example.com", token)?, false)?;
/// let hand = mmcred::Hand::new(Arc::new(vault), "prod")?;
/// let request = hand.prepare("users/me")?;
/// assert_eq!(request.url, "https://chat.example.com/api/v4/users/me");
/// assert!(request.authorization.starts_with("Bearer "));
/// // After a 401: was the token replaced meanwhile?
/// assert!(!hand.after_401(request.version)?);
/// // A redirect elsewhere is refused.
/// assert!(hand.follow(&request.url, "https://elsewhere.example.com/").is_err());
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone)]
pub struct Hand {
    vault: Arc<Vault>,
    name: String,
    server: ServerUrl,
    connection: Connection,
}

/// A request that may be sent.
pub struct Prepared {
    /// Where to.
    pub url: String,
    /// The value of its `Authorization` header.
    pub authorization: Zeroizing<String>,
    /// The version of the entry the token was read from.
    pub version: u64,
}

impl Hand {
    /// A hand for the entry `name`.
    ///
    /// # Errors
    /// `entry_missing`, `entry_damaged`, and the vault's own.
    pub fn new(vault: Arc<Vault>, name: &str) -> Result<Self> {
        let stored = vault.get(name)?;
        let credential = stored.credential();
        Ok(Self {
            name: name.to_owned(),
            server: credential.server().clone(),
            connection: credential.connection().clone(),
            vault,
        })
    }

    /// Makes a request to `target` ready: `users/me` means `<base>/api/v4/users/me`, `/x` means `<base>/x`, an
    /// absolute URL passes only on the same origin and below the base path.
    ///
    /// # Errors
    /// `wrong_origin` for a target elsewhere, and when the entry was given another server since the hand was
    /// made; `entry_missing` when it is gone. Then nothing may be sent.
    pub fn prepare(&self, target: &str) -> Result<Prepared> {
        let url = join::join(&self.server, target)?;
        let entry = self.vault.read(&self.name)?;
        if entry.server != self.server {
            return Err(Error::new(
                ErrorKind::WrongOrigin,
                format!(
                    "{} was for {} and now is for {}; nothing was sent.",
                    quote(&self.name),
                    self.server,
                    entry.server
                ),
            )
            .with_hint("Make the session or client anew, so that it is bound to the new server."));
        }
        // EXPOSE: this is the header the request is made ready with.
        Ok(Prepared { url, authorization: entry.token.authorization(), version: entry.version })
    }

    /// Where a redirect of a request to `from` leads, if it stays with the server.
    ///
    /// # Errors
    /// `wrong_origin` for any other place; nothing may be sent there.
    pub fn follow(&self, from: &str, location: &str) -> Result<String> {
        join::follow(&self.server, from, location)
    }

    /// Whether a request that was refused with 401 shall be prepared and sent once more: the entry was
    /// replaced since `version` was read. Only for a request whose body can be sent again.
    ///
    /// # Errors
    /// The vault's own. An entry that is gone is no error here: the refusal stands.
    pub fn after_401(&self, version: u64) -> Result<bool> {
        match self.vault.read(&self.name) {
            Ok(entry) => Ok(entry.version != version),
            Err(error) if error.kind() == ErrorKind::EntryMissing => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The entry's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The server it is bound to.
    pub fn server(&self) -> &ServerUrl {
        &self.server
    }

    /// TLS and proxy settings, the same as for verify.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The certificates to trust, as PEM; `None` where any is accepted.
    ///
    /// # Errors
    /// `invalid_tls_settings`.
    pub fn trusted_roots(&self) -> Result<Option<String>> {
        trusted_roots(&self.connection.tls)
    }

    /// The proxy to go through, if any.
    ///
    /// # Errors
    /// `invalid_proxy`.
    pub fn proxy(&self) -> Result<Option<ProxyFor>> {
        proxy_for(&self.server, &self.connection.proxy)
    }
}

impl Vault {
    /// The value of an `Authorization` header for a request to `url`, from the entry `name`: only if `url` is
    /// absolute, on that entry's origin and below its base path. The short way; a [`Hand`] also knows redirects, a
    /// new token, certificates and proxy.
    ///
    /// ```
    /// use mmcred::ErrorKind;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let options = mmcred::VaultOptions::new().path(folder.path().join("vault")).key_file(folder.path().join("key"));
    /// # let vault = options.create(true).open()?;
    /// # let token = mmcred::AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
    /// # vault.put("prod", &mmcred::Credential::new("chat.example.com", token)?, false)?;
    /// assert!(vault.authorization("prod", "https://chat.example.com/api/v4/posts")?.starts_with("Bearer "));
    /// let refused = vault.authorization("prod", "https://elsewhere.example.com/").unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::WrongOrigin);
    /// # Ok::<(), mmcred::Error>(())
    /// ```
    ///
    /// # Errors
    /// `wrong_origin` for any other URL: send nothing. `entry_missing`, `entry_damaged`, and the vault's own.
    pub fn authorization(&self, name: &str, url: &str) -> Result<Zeroizing<String>> {
        let entry = self.read(name)?;
        join::check(&entry.server, url)?;
        // EXPOSE: this is the header that was asked for.
        Ok(entry.token.authorization())
    }
}

impl fmt::Debug for Hand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hand").field("name", &self.name).field("server", &self.server).finish_non_exhaustive()
    }
}
