use crate::ErrorKind;
use crate::error::{Error, Result, quote};

/// Refuses what is no name: it must fit on a line, and must not look like an option.
pub(super) fn check(name: &str) -> Result<()> {
    let what = match name {
        "" => "is empty",
        _ if name.len() > 128 => "is longer than 128 bytes",
        _ if name.starts_with('-') => "starts with '-'",
        _ if name.chars().any(char::is_control) => "holds a control character",
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::InvalidName, format!("The name {} {what}.", quote(name))))
}
