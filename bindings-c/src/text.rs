use std::ffi::{CString, c_char};

use mmcred::{Error, ErrorKind, Result};
use serde::Serialize;

use crate::door::{c_string, free, look};

/// A text that a function gave out: a URL, certificates, JSON. Never a secret. It is yours; give it back with
/// mmcred_text_free.
///
/// Threads: may be read by several at the same time.
pub struct mmcred_text(CString);

impl mmcred_text {
    pub(crate) fn new(text: &str) -> Box<Self> {
        Box::new(Self(c_string(text)))
    }

    pub(crate) fn json(document: &impl Serialize) -> Result<Box<Self>> {
        let text = serde_json::to_string(document);
        let text =
            text.map_err(|_| Error::new(ErrorKind::Internal, "A result could not be written as JSON."))?;
        Ok(Self::new(&text))
    }
}

/// The text itself: UTF-8 that ends in NUL. Lives as long as `text`. "" for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_text_chars(text: Option<&mmcred_text>) -> *const c_char {
    look(text, c"".as_ptr(), |text| text.0.as_ptr())
}

/// How many bytes the text has, without its NUL. 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_text_length(text: Option<&mmcred_text>) -> usize {
    look(text, 0, |text| text.0.as_bytes().len())
}

/// Gives a text back. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_text_free(text: Option<Box<mmcred_text>>) {
    free(text);
}
