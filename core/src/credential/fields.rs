use serde::Serialize;

use super::{Credential, Tls};

/// All that may be printed of a credential. Serializes to these names; what is not known is `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fields {
    /// The server's base URL.
    pub server_url: String,
    /// Eight hexadecimal digits of a hash of the token.
    pub fingerprint: String,
    /// What is odd about the token's shape.
    pub remark: Option<&'static str>,
    /// What kind of token it is.
    pub kind: &'static str,
    /// The owner's id.
    pub user_id: Option<String>,
    /// The owner's name.
    pub username: Option<String>,
    /// The token's own id, which is not secret.
    pub token_id: Option<String>,
    /// When the token ends, in Unix milliseconds.
    pub expires_at: Option<i64>,
    /// The PEM file of the only authorities that are accepted.
    pub ca_file: Option<String>,
    /// `None` leaves it to the environment, `direct` is no proxy, else the proxy's URL.
    pub proxy: Option<String>,
    /// Whether plain `http://` to another machine is wanted on purpose.
    pub allow_http: bool,
    /// Whether any certificate is accepted.
    pub allow_unauthorized_certs: bool,
}

impl Credential {
    /// All that may be printed of the credential.
    ///
    /// ```
    /// # use mmcred::{AccessToken, Credential};
    /// let token = AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
    /// let fields = Credential::new("chat.example.com", token)?.fields();
    /// assert_eq!((fields.server_url.as_str(), fields.kind), ("https://chat.example.com", "unknown"));
    /// # Ok::<(), mmcred::Error>(())
    /// ```
    pub fn fields(&self) -> Fields {
        let (connection, facts, fingerprint) = (self.connection(), self.facts(), self.fingerprint());
        Fields {
            server_url: self.server().to_string(),
            fingerprint: fingerprint.to_string(),
            remark: fingerprint.remark(),
            kind: facts.kind.name(),
            user_id: facts.user_id.clone(),
            username: facts.username.clone(),
            token_id: facts.token_id.clone(),
            expires_at: facts.expires_at,
            ca_file: connection.tls.ca_file().map(|path| path.display().to_string()),
            proxy: connection.proxy.setting().map(str::to_owned),
            allow_http: connection.allow_http,
            allow_unauthorized_certs: connection.tls == Tls::AllowUnauthorizedCerts,
        }
    }
}
