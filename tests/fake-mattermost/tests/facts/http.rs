//! Plain HTTP over a socket, so that any method, path and header can be sent, and everything received can be seen.

use std::fmt;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Sends one request on a connection of its own.
pub fn send(to: SocketAddr, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() || method != "GET" {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let mut stream = TcpStream::connect(to).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
    stream.write_all(&[head.as_bytes(), body].concat()).expect("the request is taken");
    let mut received = Vec::new();
    // A planted cut may end in a reset; what came before it counts, and a head is asked for below.
    let _ = stream.read_to_end(&mut received);
    Answer::read(&received)
}

impl Answer {
    fn read(received: &[u8]) -> Self {
        let end = received.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(received)));
        let head = String::from_utf8_lossy(&received[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let headers = lines
            .map(|line| line.split_once(':').expect("a header has a colon"))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Self { status: status.expect("a status line"), headers, body: received[end + 4..].to_vec() }
    }

    /// A header's only value; `None` if it is absent.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} repeats in {:?}", self.headers);
        value
    }

    /// All values of a header, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// A string in the body's object.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let json = self.json();
        json[name].as_str().unwrap_or_else(|| panic!("no {name} in {json}")).to_owned()
    }

    /// The keys of the body's object, in wire order.
    #[track_caller]
    pub fn keys(&self) -> Vec<String> {
        keys_of(&self.body)
    }

    /// Refused with this status and error id.
    #[track_caller]
    pub fn is(&self, status: u16, id: &str) {
        let body = self.text();
        let found = serde_json::from_slice::<Value>(&self.body).ok();
        let found = found.and_then(|json| json["id"].as_str().map(str::to_owned)).unwrap_or_default();
        assert_eq!((self.status, found.as_str()), (status, id), "{body}");
    }

    /// As [`Answer::is`], where the message names a parameter.
    #[track_caller]
    pub fn names(&self, status: u16, id: &str, name: &str) {
        self.is(status, id);
        let message = self.field("message");
        assert!(message.split(' ').any(|word| word == name), "{message} does not name {name}");
    }

    /// A bad body, naming a parameter.
    #[track_caller]
    pub fn bad_body(&self, name: &str) {
        self.names(400, "api.context.invalid_body_param.app_error", name);
    }

    /// A bad id in the path, naming a parameter.
    #[track_caller]
    pub fn bad_path(&self, name: &str) {
        self.names(400, "api.context.invalid_url_param.app_error", name);
    }

    /// The permission error.
    #[track_caller]
    pub fn forbidden(&self) {
        self.is(403, "api.context.permissions.app_error");
    }

    /// The ordinary 401 with the clearing cookie: a token came and was rejected.
    #[track_caller]
    pub fn rejected(&self) {
        self.is(401, "api.context.session_expired.app_error");
        assert_eq!(self.header("set-cookie"), Some("MMAUTHTOKEN=; Path=/; Max-Age=0; HttpOnly"));
    }

    /// The ordinary 401 without a cookie.
    #[track_caller]
    pub fn unseen(&self) {
        self.is(401, "api.context.session_expired.app_error");
        assert_eq!(self.header("set-cookie"), None);
    }

    /// The ordinary 401, with or without the cookie.
    #[track_caller]
    pub fn rejected_or_unseen(&self) {
        self.is(401, "api.context.session_expired.app_error");
    }

    /// The catch-all outside the pipeline.
    #[track_caller]
    pub fn no_such_route(&self) {
        self.is(404, "api.context.404.app_error");
        assert_eq!(self.header("x-version-id"), None);
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(matches!(self.status, 200 | 201), "{} {}", self.status, self.text());
        self
    }

    /// `{"status":"OK"}` to the byte.
    #[track_caller]
    pub fn status_ok(&self) {
        assert_eq!((self.status, self.text().as_str()), (200, "{\"status\":\"OK\"}"));
    }
}

struct Keys(Vec<String>);

impl<'de> serde::Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Keys;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        from.deserialize_map(Reader)
    }
}

/// The keys of an object, in wire order.
#[track_caller]
pub fn keys_of(body: &[u8]) -> Vec<String> {
    serde_json::from_slice::<Keys>(body).expect("an object").0
}

/// The keys of each object in an array, in wire order.
#[track_caller]
pub fn keys_of_each(body: &[u8]) -> Vec<Vec<String>> {
    let items: Vec<Keys> = serde_json::from_slice(body).expect("an array of objects");
    items.into_iter().map(|keys| keys.0).collect()
}
