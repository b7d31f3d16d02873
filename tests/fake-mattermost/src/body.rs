//! How the server reads a request body. Two ways, and they refuse differently (facts 3, "Bodies").

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::errors::Fail;

/// Bytes a body may be longer than the configured limit (facts 7).
const GRACE: usize = 512;

/// The Go type a field is decoded into.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A string.
    Text,
    /// A 64-bit integer: no fraction, no exponent.
    Int,
    /// `true` or `false`.
    Bool,
    /// An object of strings.
    Map,
    /// An array of strings.
    Texts,
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Int => value.as_i64().is_some(),
            Self::Bool => value.is_boolean(),
            Self::Map => value
                .as_object()
                .is_some_and(|map| map.values().all(|item| item.is_string() || item.is_null())),
            Self::Texts => value
                .as_array()
                .is_some_and(|items| items.iter().all(|item| item.is_string() || item.is_null())),
        }
    }
}

/// The fields of a struct that were present and not `null`.
#[derive(Default)]
pub struct Fields(BTreeMap<&'static str, Value>);

impl Fields {
    /// A string field; absent is the empty string, as Go's zero value.
    pub fn text(&self, name: &str) -> String {
        self.opt_text(name).unwrap_or_default()
    }

    /// A string field, telling absent from empty.
    pub fn opt_text(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// An integer field; absent is 0.
    pub fn int(&self, name: &str) -> i64 {
        self.0.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    /// A boolean field; absent is false.
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A field as it came.
    pub fn raw(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A map of strings; `null` values count as empty strings.
    pub fn map(&self, name: &str) -> Option<BTreeMap<String, String>> {
        let map = self.0.get(name)?.as_object()?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Some(map.iter().map(|(key, value)| (key.clone(), text(value))).collect())
    }

    /// A list of strings; `null` items count as empty strings.
    pub fn texts(&self, name: &str) -> Option<Vec<String>> {
        let items = self.0.get(name)?.as_array()?;
        Some(items.iter().map(|item| item.as_str().unwrap_or_default().to_owned()).collect())
    }
}

/// What the first JSON value of a body is.
pub enum First {
    /// A value; whatever follows it is not read.
    Value(Value),
    /// Nothing, or no JSON.
    Broken,
    /// The limit came before the value's end.
    TooLarge,
}

/// Reads the first JSON value within the size limit.
pub fn first_value(body: &[u8], limit: usize) -> First {
    let readable = &body[..body.len().min(limit.saturating_add(GRACE))];
    // Go replaces invalid UTF-8 instead of refusing it.
    let text = String::from_utf8_lossy(readable);
    match serde_json::Deserializer::from_str(&text).into_iter::<Value>().next() {
        Some(Ok(value)) => First::Value(value),
        _ if body.len() > readable.len() => First::TooLarge,
        _ => First::Broken,
    }
}

/// Decodes into a struct: one wrongly typed field refuses the whole body, keys match without regard to case,
/// unknown keys are dropped, `null` is all defaults (facts 3).
pub fn decode(
    body: &[u8],
    limit: usize,
    name: &str,
    schema: &[(&'static str, Kind)],
) -> Result<Fields, Fail> {
    match first_value(body, limit) {
        First::Value(Value::Null) => Ok(Fields::default()),
        First::Value(Value::Object(object)) => fields(object, schema).ok_or_else(|| Fail::body_param(name)),
        First::Value(_) | First::Broken => Err(Fail::body_param(name)),
        First::TooLarge => Err(Fail::too_large()),
    }
}

/// As [`decode`], where `null` is refused too (bots, config).
pub fn decode_object(
    body: &[u8],
    limit: usize,
    name: &str,
    schema: &[(&'static str, Kind)],
) -> Result<Fields, Fail> {
    match first_value(body, limit) {
        First::Value(Value::Null) => Err(Fail::body_param(name)),
        _ => decode(body, limit, name, schema),
    }
}

fn fields(object: Map<String, Value>, schema: &[(&'static str, Kind)]) -> Option<Fields> {
    let mut found = Fields::default();
    for (key, value) in object {
        let Some((name, kind)) = schema.iter().find(|(name, _)| name.eq_ignore_ascii_case(&key)) else {
            continue;
        };
        if value.is_null() {
            continue;
        }
        if !kind.fits(&value) {
            return None;
        }
        found.0.insert(name, value);
    }
    Some(found)
}

/// Decodes into a map of strings: a wrongly typed value becomes "" while the others survive, anything else than an
/// object is an empty map, and so is a body over the limit (facts 3, 7).
pub fn string_map(body: &[u8], limit: usize) -> BTreeMap<String, String> {
    object_map(body, limit)
        .into_iter()
        .map(|(key, value)| (key, value.as_str().unwrap_or_default().to_owned()))
        .collect()
}

/// Decodes into a map of anything, for the endpoints that take a boolean.
pub fn object_map(body: &[u8], limit: usize) -> Map<String, Value> {
    match first_value(body, limit) {
        First::Value(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &[(&str, Kind)] = &[("token_id", Kind::Text), ("expires_at", Kind::Int)];

    #[test]
    fn struct_bodies_refuse_one_wrong_type_and_take_null_as_defaults() {
        for body in
            ["", "[]", "\"x\"", "{", "{\"expires_at\":\"1\"}", "{\"expires_at\":1.5}", "{\"expires_at\":1e3}"]
        {
            assert!(decode(body.as_bytes(), 999, "x", SCHEMA).is_err(), "{body}");
        }
        for body in ["null", "{}", "{\"token_id\":null}", "{\"other\":[1]}", "{} trailing"] {
            assert_eq!(decode(body.as_bytes(), 999, "x", SCHEMA).unwrap().text("token_id"), "", "{body}");
        }
        assert_eq!(decode(b"{\"TOKEN_ID\":\"a\"}", 999, "x", SCHEMA).unwrap().text("token_id"), "a");
    }

    #[test]
    fn map_bodies_keep_the_other_keys() {
        let map = string_map(b"{\"a\":1,\"b\":\"x\",\"b\":\"y\"}", 999);
        assert_eq!((map["a"].as_str(), map["b"].as_str()), ("", "y"));
        assert!(string_map(b"[]", 999).is_empty());
    }

    #[test]
    fn the_limit_is_512_bytes_later_and_only_for_the_first_value() {
        let padded = |n: usize| format!("{{\"token_id\":\"{}\"}}", "a".repeat(n - 15)).into_bytes();
        assert!(decode(&padded(1_512), 1_000, "x", SCHEMA).is_ok());
        assert_eq!(decode(&padded(1_513), 1_000, "x", SCHEMA).err().map(|fail| fail.status), Some(413));
        let trailing = [b"{}".to_vec(), vec![b' '; 5_000]].concat();
        assert!(decode(&trailing, 1_000, "x", SCHEMA).is_ok());
        assert!(string_map(&padded(1_513), 1_000).is_empty());
    }
}
