use std::fmt;
use std::net::IpAddr;

use url::Url;

use crate::ErrorKind;
use crate::error::{Error, Result};

/// A server's base URL in its one canonical form: scheme, host, port unless usual, subpath; no slash at the end.
///
/// ```
/// let server = mmcred::ServerUrl::parse("https://example.com/chat/api/v4/")?;
/// assert_eq!(server.as_str(), "https://example.com/chat");
/// assert_eq!(server.api("users/me"), "https://example.com/chat/api/v4/users/me");
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ServerUrl {
    text: String,
    /// Where the path starts in `text`: what is before it is the origin.
    origin: usize,
}

impl ServerUrl {
    /// The server's own default for the length of a URL (facts 2.4).
    const MAX_BYTES: usize = 2048;

    /// Reads what people paste: a host, host and port, a URL, with any number of slashes, a subpath, an
    /// `/api/v4` suffix, or the link of a team, channel, message or login page.
    ///
    /// Without a scheme it is https, but http for this machine itself.
    ///
    /// # Errors
    /// `invalid_server_url`; `webhook_url` for an incoming-webhook URL. The message never repeats the text,
    /// which may hold a password or a webhook's key.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim().trim_matches(['"', '\'', '`', '<', '>']).trim();
        if let Some(what) = defect(text) {
            return Err(invalid(what));
        }
        let url = to_url(text)?;
        let base = base_path(&url)?;
        Ok(Self::from_parts(&url, &base))
    }

    fn from_parts(url: &Url, base: &[&str]) -> Self {
        let host = url.host_str().expect("to_url demands a host");
        let mut text = format!("{}://{}", url.scheme(), host.trim_end_matches('.'));
        if let Some(port) = url.port() {
            text.push_str(&format!(":{port}"));
        }
        let origin = text.len();
        for segment in base {
            text.push('/');
            text.push_str(segment);
        }
        Self { text, origin }
    }

    /// The URL whose canonical form that is: for text that was one when it was sealed.
    pub(crate) fn from_canonical(text: String) -> Option<Self> {
        let authority = text.find("://")? + "://".len();
        let origin = text[authority..].find('/').map_or(text.len(), |path| authority + path);
        Some(Self { text, origin })
    }

    /// The canonical form.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port: what a token must not leave.
    pub fn origin(&self) -> &str {
        &self.text[..self.origin]
    }

    /// The host alone; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        self.authority().0
    }

    /// The port, the scheme's usual one if none is named.
    pub fn port(&self) -> u16 {
        self.authority().1
    }

    fn authority(&self) -> (&str, u16) {
        let authority = &self.origin()[self.scheme().len() + "://".len()..];
        let usual = if self.is_https() { 443 } else { 80 };
        match authority.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?))) {
            Some(named) => named,
            None => (authority, usual),
        }
    }

    /// The subpath, empty at the root.
    pub fn path(&self) -> &str {
        &self.text[self.origin..]
    }

    /// The full URL of a path below `/api/v4`.
    pub fn api(&self, path: &str) -> String {
        format!("{self}/api/v4/{}", path.trim_start_matches('/'))
    }

    /// `https` or `http`.
    pub fn scheme(&self) -> &str {
        if self.is_https() { "https" } else { "http" }
    }

    /// Whether requests are encrypted.
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https:")
    }

    /// Whether requests would cross a network in clear.
    pub fn is_insecure(&self) -> bool {
        !self.is_https() && !is_loopback(self.host())
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerUrl({})", self.text)
    }
}

fn invalid(what: &str) -> Error {
    Error::new(ErrorKind::InvalidServerUrl, format!("The server URL {what}."))
}

fn defect(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return Some("is empty");
    }
    if text.len() > ServerUrl::MAX_BYTES {
        return Some("is longer than 2048 bytes");
    }
    if text.chars().any(char::is_control) {
        return Some("has a control character or line break inside");
    }
    if text.contains(char::is_whitespace) {
        return Some("has a blank inside");
    }
    text.contains('\\').then_some("has a backslash inside")
}

/// The text as URL, with the scheme that was meant.
fn to_url(text: &str) -> Result<Url> {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => (Some(scheme), rest),
        _ => (None, text),
    };
    let lower = scheme.map(str::to_ascii_lowercase);
    let with = |scheme: &str| Url::parse(&format!("{scheme}://{rest}"));
    let parsed = match lower.as_deref() {
        _ if rest.starts_with(['/', '?', '#', ':']) => return Err(invalid("names no host")),
        Some("https" | "mattermost") => with("https"),
        Some("http") => with("http"),
        Some(_) => return Err(invalid("is neither http:// nor https://")),
        None => with("https")
            .and_then(|url| if url.host_str().is_some_and(is_loopback) { with("http") } else { Ok(url) }),
    };
    let url = parsed.map_err(|source| invalid("can not be read as one").with_source(source))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("holds a user name or password").with_hint("Leave out what stands before the @."));
    }
    if names_a_scheme_again(&url, rest) {
        return Err(invalid("has two schemes"));
    }
    match url.host_str() {
        None | Some("" | ".") => Err(invalid("names no host")),
        Some(_) if url.port() == Some(0) => Err(invalid("has port 0")),
        Some(_) => Ok(url),
    }
}

/// `https://http://host` and `https:host` both parse, as the host `http` or `https` (recording `conn-double-scheme`).
fn names_a_scheme_again(url: &Url, rest: &str) -> bool {
    matches!(url.host_str(), Some("http" | "https"))
        && rest.split(['/', '?', '#']).next().is_some_and(|host| host.ends_with(':'))
        || ["http:", "https:"].iter().any(|scheme| rest.to_ascii_lowercase().starts_with(scheme))
}

/// The segments of the subpath: what stands before the API, a team's link, the login page or the console.
fn base_path(url: &Url) -> Result<Vec<&str>> {
    let segments: Vec<&str> = url.path().split('/').filter(|s| !s.is_empty()).collect();
    let follows = |place: usize, name: &str| segments.get(place + 1) == Some(&name);
    for (place, segment) in segments.iter().enumerate() {
        match *segment {
            "hooks" if place + 1 < segments.len() => {
                return Err(Error::new(
                    ErrorKind::WebhookUrl,
                    "The server URL is an incoming webhook's URL.",
                ));
            }
            "api" if follows(place, "v4") => return Ok(segments[..place].to_vec()),
            "login" | "admin_console" => return Ok(segments[..place].to_vec()),
            "channels" | "messages" | "pl" | "threads" if place > 0 => {
                return Ok(segments[..place - 1].to_vec());
            }
            _ => {}
        }
    }
    Ok(segments)
}

/// Of a host as it stands in a URL that was parsed: in lower case, an IPv6 address in brackets.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match address.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Case {
        name: String,
        input: String,
        url: Option<String>,
        error: Option<String>,
        insecure: Option<bool>,
    }

    /// What one class of input becomes is data shared by four languages.
    #[test]
    fn every_vector_is_read_as_it_says() {
        let text = include_str!("../../../tests/vectors/server_url.json");
        let cases: Vec<Case> = serde_json::from_str(text).unwrap();
        assert!(cases.len() > 50);
        for case in cases {
            match (ServerUrl::parse(&case.input), case.url, case.error) {
                (Ok(server), Some(url), None) => {
                    assert_eq!(server.as_str(), url, "{}", case.name);
                    assert_eq!(ServerUrl::parse(&url).unwrap(), server, "{}", case.name);
                    assert_eq!(ServerUrl::from_canonical(url).unwrap(), server, "{}", case.name);
                    assert_eq!(server.is_insecure(), case.insecure.unwrap_or(false), "{}", case.name);
                }
                (Err(error), None, Some(kind)) => assert_eq!(error.kind().name(), kind, "{}", case.name),
                (got, ..) => panic!("{}: {got:?}", case.name),
            }
        }
    }

    #[test]
    fn host_and_port_are_told_apart() {
        for (text, host, port) in [
            ("https://chat.example.com", "chat.example.com", 443),
            ("http://localhost", "localhost", 80),
            ("https://[2001:db8::1]", "[2001:db8::1]", 443),
            ("https://[2001:db8::1]:8443/chat", "[2001:db8::1]", 8443),
        ] {
            let server = ServerUrl::parse(text).unwrap();
            assert_eq!((server.host(), server.port()), (host, port), "{text}");
        }
    }

    #[test]
    fn huge_input_is_refused_and_not_repeated() {
        let error = ServerUrl::parse(&"a".repeat(1 << 20)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidServerUrl);
        assert!(error.to_string().len() < 100);
    }
}
