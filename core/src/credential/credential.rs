use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use super::{AccessToken, Connection, Kind, ServerUrl, Tls};
use crate::error::{Error, Result};
use crate::{ErrorKind, Fingerprint};

/// Where and how to authenticate, and what is known about it.
///
/// ```
/// use mmcred::{AccessToken, Credential};
/// let token = AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
/// let credential = Credential::new("chat.example.com/team/channels/town-square", token)?;
/// assert_eq!(credential.server().as_str(), "https://chat.example.com");
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Credential {
    server: ServerUrl,
    token: AccessToken,
    connection: Connection,
    facts: Facts,
}

/// What is known about a credential beside how to use it. Each part may be unknown.
///
/// ```
/// use mmcred::{AccessToken, Credential, Facts};
/// let mut facts = Facts::default();
/// facts.token_id = Some("m4ntrbqgcbgf7e86tu3wrfe6kc".into());
/// let token = AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
/// let credential = Credential::new("chat.example.com", token)?.with_facts(facts);
/// assert!(credential.facts().expires_at.is_none());
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// What kind of token it is.
    pub kind: Kind,
    /// The owner's id.
    pub user_id: Option<String>,
    /// The owner's name.
    pub username: Option<String>,
    /// The token's own id: not secret, though it looks like a token.
    pub token_id: Option<String>,
    /// When the token ends, in Unix milliseconds.
    pub expires_at: Option<i64>,
}

impl Credential {
    /// A credential for the server that `url` names, reached with the system's roots and proxy.
    ///
    /// # Errors
    /// `invalid_server_url`, `webhook_url`; `insecure_url` for `http://` to another machine.
    pub fn new(url: &str, token: AccessToken) -> Result<Self> {
        Self::with_connection(url, token, Connection::default())
    }

    /// [`new`](Self::new) with TLS, proxy and plain-http settings.
    ///
    /// # Errors
    /// As [`new`](Self::new); `insecure_url` only unless [`Connection::allow_http`].
    pub fn with_connection(url: &str, token: AccessToken, connection: Connection) -> Result<Self> {
        Self::for_server(ServerUrl::parse(url)?, token, connection)
    }

    pub(crate) fn for_server(server: ServerUrl, token: AccessToken, connection: Connection) -> Result<Self> {
        if server.is_insecure() && !connection.allow_http {
            return Err(Error::new(
                ErrorKind::InsecureUrl,
                format!("{server} would carry the token over the network in clear."),
            ));
        }
        Ok(Self { server, token, connection, facts: Facts::default() })
    }

    /// The credential that n8n's Mattermost node keeps: a JSON object with `accessToken`, `baseUrl` and
    /// `allowUnauthorizedCerts` (optional, false).
    ///
    /// ```
    /// use mmcred::Credential;
    /// let json = r#"{"accessToken": "ybndrfg8ejkmcpqxot1uwisza3", "baseUrl": "https://chat.example.com/"}"#;
    /// assert_eq!(Credential::from_n8n_fields(json, false)?.server().as_str(), "https://chat.example.com");
    /// # Ok::<(), mmcred::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_argument` naming the field that is missing or of the wrong type, and all of
    /// [`with_connection`](Self::with_connection).
    pub fn from_n8n_fields(json: &str, allow_http: bool) -> Result<Self> {
        let fields = N8nFields::parse(json)?;
        let connection = Connection {
            tls: Tls::from_settings(None, fields.allow_unauthorized_certs)?,
            allow_http,
            ..Connection::default()
        };
        let token = AccessToken::parse(&fields.access_token)?;
        Self::with_connection(&fields.base_url, token, connection)
    }

    /// The same credential with what is known about it.
    #[must_use]
    pub fn with_facts(mut self, facts: Facts) -> Self {
        self.facts = facts;
        self
    }

    /// The same credential with its token's id and its owner's id, by which an administrator's credential finds why the
    /// token is refused. `None` leaves what is known.
    ///
    /// ```
    /// # use mmcred::{AccessToken, Credential};
    /// # let token = AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
    /// let credential = Credential::new("chat.example.com", token)?.with_ids(Some("9xzp1yt6mtgszqnfmnz4tdkpmc"), None)?;
    /// # assert_eq!(credential.fields().token_id.as_deref(), Some("9xzp1yt6mtgszqnfmnz4tdkpmc"));
    /// # Ok::<(), mmcred::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_argument` for what is no id, and for the token itself: ids are printed and stand in URLs.
    pub fn with_ids(mut self, token_id: Option<&str>, user_id: Option<&str>) -> Result<Self> {
        for (name, id) in [("token_id", token_id), ("user_id", user_id)] {
            // EXPOSE: compared only.
            let what = match id {
                Some(id) if self.token.expose(|token| token == id) => "is the token itself, not its id",
                Some(id) if !is_id(id) => "is no id, which has 26 letters and digits",
                _ => continue,
            };
            return Err(Error::new(ErrorKind::InvalidArgument, format!("The argument {name} {what}.")));
        }
        self.facts.token_id = token_id.map(str::to_owned).or(self.facts.token_id);
        self.facts.user_id = user_id.map(str::to_owned).or(self.facts.user_id);
        Ok(self)
    }

    /// The server, in its one canonical form.
    pub fn server(&self) -> &ServerUrl {
        &self.server
    }

    /// The secret.
    pub fn token(&self) -> &AccessToken {
        &self.token
    }

    /// TLS, proxy and plain-http settings.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// What is known beside.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The value of an `Authorization` header for this credential's server, and for no other.
    pub fn authorization(&self) -> Zeroizing<String> {
        self.token.authorization()
    }

    /// What may be printed of the token.
    pub fn fingerprint(&self) -> Fingerprint {
        self.token.fingerprint()
    }
}

/// Ids of all kinds have 26 letters and digits (facts 1.1).
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Field {
    Text(String),
    Switch(bool),
    Other(serde::de::IgnoredAny),
}

impl Drop for Field {
    fn drop(&mut self) {
        if let Self::Text(text) = self {
            text.zeroize();
        }
    }
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "accessToken")]
    access_token: Option<Field>,
    #[serde(rename = "baseUrl")]
    base_url: Option<Field>,
    #[serde(rename = "allowUnauthorizedCerts")]
    allow_unauthorized_certs: Option<Field>,
}

struct N8nFields {
    access_token: Zeroizing<String>,
    base_url: String,
    allow_unauthorized_certs: bool,
}

impl N8nFields {
    fn parse(json: &str) -> Result<Self> {
        // serde's own message may quote the text, which holds the token.
        let mut wire: Wire = serde_json::from_str(json).map_err(|_| {
            Error::new(
                ErrorKind::InvalidArgument,
                "The n8n fields are not a JSON object with accessToken and baseUrl.",
            )
        })?;
        Ok(Self {
            access_token: Zeroizing::new(text(&mut wire.access_token, "accessToken")?),
            base_url: text(&mut wire.base_url, "baseUrl")?,
            allow_unauthorized_certs: match wire.allow_unauthorized_certs {
                None => false,
                Some(Field::Switch(on)) => on,
                Some(_) => return Err(wrong("allowUnauthorizedCerts", "must be true or false")),
            },
        })
    }
}

fn text(field: &mut Option<Field>, name: &str) -> Result<String> {
    match field {
        None => Err(wrong(name, "is missing")),
        Some(Field::Text(text)) => Ok(std::mem::take(text)),
        Some(_) => Err(wrong(name, "must be text")),
    }
}

fn wrong(name: &str, what: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("The n8n field {name} {what}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n8n(json: &str) -> Result<Credential> {
        Credential::from_n8n_fields(json, false)
    }

    #[test]
    fn n8n_fields_make_a_credential() {
        let json = r#"{"accessToken":" tok ","baseUrl":"https://chat.example.com//","allowUnauthorizedCerts":true,"x":1}"#;
        let credential = n8n(json).unwrap();
        assert_eq!(credential.server().as_str(), "https://chat.example.com");
        assert_eq!(credential.connection().tls, Tls::AllowUnauthorizedCerts);
        assert!(!format!("{credential:?}").contains("tok "));
    }

    #[test]
    fn n8n_fields_of_the_wrong_kind_are_named() {
        for (json, part) in [
            ("", "JSON object"),
            ("[]", "JSON object"),
            (r#"{"baseUrl":"https://a"}"#, "accessToken is missing"),
            (r#"{"accessToken":1,"baseUrl":"https://a"}"#, "accessToken must be text"),
            (r#"{"accessToken":"t","baseUrl":["a"]}"#, "baseUrl must be text"),
            (r#"{"accessToken":"t"}"#, "baseUrl is missing"),
            (
                r#"{"accessToken":"t","baseUrl":"https://a","allowUnauthorizedCerts":"true"}"#,
                "allowUnauthorizedCerts must be true or false",
            ),
        ] {
            let error = n8n(json).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{json}");
            assert!(error.message().contains(part), "{json}: {error}");
        }
    }

    #[test]
    fn ids_are_ids_and_never_the_token() {
        const TOKEN: &str = "ybndrfg8ejkmcpqxot1uwisza3";
        let with = |token_id, user_id| {
            let token = AccessToken::parse(TOKEN).unwrap();
            Credential::new("chat.example.com", token).unwrap().with_ids(token_id, user_id)
        };
        let id = Some("9xzp1yt6mtgszqnfmnz4tdkpmc");
        assert_eq!(with(id, None).unwrap().facts().token_id.as_deref(), id);
        assert_eq!(with(None, id).unwrap().facts().user_id.as_deref(), id);
        for wrong in ["", "../../config", "9xzp1yt6mtgszqnfmnz4tdkpm", TOKEN] {
            for (name, error) in [("token_id", with(Some(wrong), None)), ("user_id", with(id, Some(wrong)))] {
                let error = error.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{wrong}");
                assert!(error.message().contains(name) && !error.message().contains(TOKEN), "{error}");
            }
        }
    }

    #[test]
    fn plain_http_to_another_machine_is_refused_unless_wanted() {
        let token = || AccessToken::parse("token").unwrap();
        let error = Credential::new("http://mattermost:8065", token()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InsecureUrl);
        assert!(Credential::new("http://127.0.0.1:8065", token()).is_ok());
        let connection = Connection { allow_http: true, ..Connection::default() };
        let wanted = Credential::with_connection("http://mattermost:8065", token(), connection);
        assert!(wanted.is_ok());
    }
}
