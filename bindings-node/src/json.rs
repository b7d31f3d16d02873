//! Lists and records as JSON text, which JavaScript reads faster than it is handed property by property.

use std::io::{self, Write};

use mmcred::{Error, ErrorKind, Result};
use serde::Serialize;
use serde_json::ser::Formatter;

/// The JSON of `value` with its keys in camelCase.
pub fn camel(value: &impl Serialize) -> Result<String> {
    let mut text = Vec::new();
    let mut to = serde_json::Serializer::with_formatter(&mut text, Camel { key: false });
    let written = value.serialize(&mut to).ok().and_then(|()| String::from_utf8(text).ok());
    written.ok_or_else(|| Error::new(ErrorKind::Internal, "A record could not be written."))
}

struct Camel {
    key: bool,
}

impl Formatter for Camel {
    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.key = true;
        if first { Ok(()) } else { to.write_all(b",") }
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _to: &mut W) -> io::Result<()> {
        self.key = false;
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        if !self.key {
            return to.write_all(fragment.as_bytes());
        }
        let mut words = fragment.split('_');
        to.write_all(words.next().unwrap_or_default().as_bytes())?;
        words.try_for_each(|word| {
            let (initial, rest) = word.split_at(word.len().min(1));
            to.write_all(initial.to_ascii_uppercase().as_bytes())?;
            to.write_all(rest.as_bytes())
        })
    }
}
