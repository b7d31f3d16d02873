//! One request as data, with what the pipeline learns about it on the way.

use serde_json::Value;

use crate::body::{self, Fields, First, Kind};
use crate::clock::Millis;
use crate::errors::{Fail, Language};
use crate::ids::is_valid_id;
use crate::session::Session;

/// A request, before and while it is answered.
#[derive(Clone, Default)]
pub struct Call {
    /// `GET`, `POST`, ... exactly as sent.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// The path, percent-decoded.
    pub path: String,
    /// The query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Header names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body, as far as the shell read it.
    pub body: Vec<u8>,
    /// The peer's address without its port.
    pub peer: String,
    /// A planted replica fault: the token is unknown here; true = the clearing cookie goes with the refusal.
    pub stale_replica: Option<bool>,
    /// What the route found in the path.
    pub params: Vec<(&'static str, String)>,
    /// Who asks; without a user id: nobody.
    pub session: Session,
    /// `X-Request-Id` and `request_id`.
    pub request_id: String,
    /// The time of this request.
    pub now: Millis,
    /// `MaximumPayloadSizeBytes` at this moment.
    pub body_limit: usize,
}

impl Call {
    /// Splits a request target into path and query, decoding both.
    pub fn parse_target(&mut self, target: &str) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        self.path = percent_decode(path, false);
        self.query = parse_form(query);
        target.clone_into(&mut self.target);
    }

    /// A header's first value; the empty string if absent, as Go's `Header.Get`.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A cookie's value; `None` if it was not sent at all.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.headers.iter().filter(|(header, _)| header == "cookie");
        cookies.flat_map(|(_, line)| line.split(';')).find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then(|| value.trim_matches('"'))
        })
    }

    /// A query parameter's first value; the empty string if absent.
    pub fn query(&self, name: &str) -> &str {
        self.query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A query parameter that is true or false; anything else is false.
    pub fn query_flag(&self, name: &str) -> bool {
        parse_bool(self.query(name)).unwrap_or_default()
    }

    /// A segment of the path.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// An id segment: `me` for users, else 26 characters or a 400 naming it (facts 3).
    pub fn id(&self, name: &'static str) -> Result<String, Fail> {
        let text = self.param(name);
        if name == "user_id" && text == "me" {
            return Ok(self.session.user_id.clone());
        }
        if is_valid_id(text) { Ok(text.to_owned()) } else { Err(Fail::url_param(name)) }
    }

    /// `page` and `per_page` (facts 3, "Pagination").
    pub fn page(&self) -> (usize, usize) {
        let page = self.query("page").parse::<i64>().ok().filter(|page| *page >= 0).unwrap_or(0);
        let asked = self.query("per_page").parse::<i64>().or_else(|_| self.query("pageSize").parse::<i64>());
        let size = asked.ok().filter(|size| *size >= 0).unwrap_or(60).min(200);
        (usize::try_from(page).unwrap_or(usize::MAX), usize::try_from(size).unwrap_or(60))
    }

    /// The page of a list that was asked for.
    pub fn cut<T>(&self, items: Vec<T>) -> Vec<T> {
        let (page, size) = self.page();
        items.into_iter().skip(page.saturating_mul(size)).take(size).collect()
    }

    /// The body as a struct.
    pub fn decode(&self, name: &str, schema: &[(&'static str, Kind)]) -> Result<Fields, Fail> {
        body::decode(&self.body, self.body_limit, name, schema)
    }

    /// The body as a struct that may not be `null`.
    pub fn decode_object(&self, name: &str, schema: &[(&'static str, Kind)]) -> Result<Fields, Fail> {
        body::decode_object(&self.body, self.body_limit, name, schema)
    }

    /// The body as a list of at least one string; what is no such list has a refusal of its own (web/handlers).
    pub fn texts(&self, name: &str) -> Result<Vec<String>, Fail> {
        let no_list = || Fail::new(400, "api.payload.parse.error");
        let items = match body::first_value(&self.body, self.body_limit) {
            First::TooLarge => return Err(Fail::too_large()),
            First::Value(Value::Array(items)) => items,
            First::Value(Value::Null) => Vec::new(),
            First::Value(_) | First::Broken => return Err(no_list()),
        };
        let text = |item: &Value| match item {
            Value::Null => Ok(String::new()),
            Value::String(text) => Ok(text.clone()),
            _ => Err(no_list()),
        };
        let texts = items.iter().map(text).collect::<Result<Vec<_>, _>>()?;
        if texts.is_empty() { Err(Fail::body_param(name)) } else { Ok(texts) }
    }

    /// One value of a body read as a map of strings.
    pub fn map_value(&self, name: &str) -> String {
        body::string_map(&self.body, self.body_limit).remove(name).unwrap_or_default()
    }

    /// The language of messages.
    pub fn language(&self) -> Language {
        Language::of(self.header("accept-language"))
    }
}

/// True or false as Go's `ParseBool` reads it.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Decodes `%41`, and `+` where it means a space; broken escapes stay as they are.
pub fn percent_decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if plus && bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A query or a form body.
pub fn parse_form(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (percent_decode(key, true), percent_decode(value, true))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(target: &str) -> Call {
        let mut call = Call::default();
        call.parse_target(target);
        call
    }

    #[test]
    fn paging_edges() {
        for (query, expected) in [
            ("", (0, 60)),
            ("page=-1&per_page=-5", (0, 60)),
            ("page=x&per_page=x", (0, 60)),
            ("per_page=0", (0, 0)),
            ("per_page=201", (0, 200)),
            ("per_page=x&pageSize=7", (0, 7)),
            ("page=2&per_page=3&pageSize=9", (2, 3)),
        ] {
            assert_eq!(asked(&format!("/x?{query}")).page(), expected, "{query}");
        }
    }

    #[test]
    fn cookie_that_is_empty_still_exists() {
        let mut call = Call::default();
        call.headers.push(("cookie".into(), "a=b; MMAUTHTOKEN=".into()));
        assert_eq!(call.cookie("MMAUTHTOKEN"), Some(""));
        assert_eq!(call.cookie("MMCSRF"), None);
    }
}
