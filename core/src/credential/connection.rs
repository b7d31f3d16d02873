use std::path::{Path, PathBuf};

use url::Url;

use crate::ErrorKind;
use crate::error::{Error, Result};

/// How to reach the server: TLS and proxy belong to the credential, not to the machine's mood.
///
/// ```
/// use mmcred::{AccessToken, Connection, Credential};
/// let connection = Connection { allow_http: true, ..Connection::default() };
/// let token = AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
/// let inside_compose = Credential::with_connection("http://mattermost:8065", token, connection)?;
/// assert!(inside_compose.server().is_insecure());
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Connection {
    /// Whose certificates are accepted.
    pub tls: Tls,
    /// Through what proxy, if any.
    pub proxy: Proxy,
    /// Whether plain `http://` to another machine is wanted on purpose.
    pub allow_http: bool,
}

/// Whose certificates are accepted.
///
/// ```
/// let tls = mmcred::Tls::from_settings(Some("ca.pem".as_ref()), false)?;
/// assert!(tls.ca_file().unwrap().is_absolute());
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tls {
    /// The system's authorities (also `SSL_CERT_FILE`, `SSL_CERT_DIR`).
    #[default]
    SystemRoots,
    /// The authorities of this PEM file *instead of* the system's, as with `curl --cacert`.
    CaFile(PathBuf),
    /// Any certificate of anybody. Whoever stands between reads the token.
    AllowUnauthorizedCerts,
}

impl Tls {
    /// The setting that n8n, curl and others spell as one path and one switch.
    ///
    /// # Errors
    /// `invalid_tls_settings` when both are given, or the path is relative to nothing.
    pub fn from_settings(ca_file: Option<&Path>, allow_unauthorized_certs: bool) -> Result<Self> {
        match (ca_file, allow_unauthorized_certs) {
            (None, false) => Ok(Self::SystemRoots),
            (None, true) => Ok(Self::AllowUnauthorizedCerts),
            (Some(_), true) => Err(Error::new(
                ErrorKind::InvalidTlsSettings,
                "A CA file and allow_unauthorized_certs exclude each other.",
            )
            .with_hint("Keep the CA file; with it no certificate needs to be accepted blindly.")),
            // Kept absolute: the entry is used from other folders than the one it was added in.
            (Some(path), false) => std::path::absolute(path).map(Self::CaFile).map_err(|source| {
                Error::new(ErrorKind::InvalidTlsSettings, "The CA file's path is empty.").with_source(source)
            }),
        }
    }

    /// The CA file, if one is set.
    pub fn ca_file(&self) -> Option<&Path> {
        match self {
            Self::CaFile(path) => Some(path),
            _ => None,
        }
    }
}

/// Through what proxy a server is reached.
///
/// ```
/// use mmcred::Proxy;
/// assert_eq!(Proxy::from_setting(None)?, Proxy::FromEnvironment);
/// assert_eq!(Proxy::from_setting(Some("direct"))?, Proxy::Direct);
/// assert_eq!(Proxy::from_setting(Some("http://proxy:3128"))?.setting(), Some("http://proxy:3128"));
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Proxy {
    /// What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    #[default]
    FromEnvironment,
    /// None, whatever the environment says.
    Direct,
    /// This one: `http://host:port` or `https://host:port`.
    Url(String),
}

impl Proxy {
    /// `None` leaves it to the environment, `"direct"` means no proxy, anything else is the proxy's URL.
    ///
    /// # Errors
    /// `invalid_proxy` for another scheme, no host, a path, or a URL that holds a user name or password:
    /// the setting is listed and printed, so it must hold no secret.
    pub fn from_setting(setting: Option<&str>) -> Result<Self> {
        let text = match setting {
            None => return Ok(Self::FromEnvironment),
            Some("direct") => return Ok(Self::Direct),
            Some(text) => text.trim(),
        };
        let refused = |what: &str| Err(Error::new(ErrorKind::InvalidProxy, format!("The proxy {what}.")));
        let Ok(url) = Url::parse(text) else {
            return refused("is not a URL");
        };
        if !matches!(url.scheme(), "http" | "https") {
            return refused("is not an http:// or https:// URL");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refused("holds a user name or password");
        }
        if url.host_str().is_none_or(str::is_empty) {
            return refused("names no host");
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return refused("has something behind the port");
        }
        Ok(Self::Url(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// The setting as [`from_setting`](Self::from_setting) takes it.
    pub fn setting(&self) -> Option<&str> {
        match self {
            Self::FromEnvironment => None,
            Self::Direct => Some("direct"),
            Self::Url(url) => Some(url),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_plain_origin() {
        for good in ["http://proxy:3128", "https://proxy.example.com/", "direct"] {
            assert!(Proxy::from_setting(Some(good)).is_ok(), "{good}");
        }
        for bad in ["", "proxy", "socks5://p:1", "http://u:pw@p:1", "http://", "http://p/x", "\0"] {
            let error = Proxy::from_setting(Some(bad)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidProxy, "{bad}");
            assert!(!error.message().contains("pw"));
        }
    }

    #[test]
    fn a_ca_file_is_kept_absolute_and_excludes_the_blind_switch() {
        let tls = Tls::from_settings(Some(Path::new("ca.pem")), false).unwrap();
        assert!(tls.ca_file().unwrap().is_absolute());
        assert!(Tls::from_settings(Some(Path::new("ca.pem")), true).is_err());
        assert!(Tls::from_settings(Some(Path::new("")), false).is_err());
    }
}
