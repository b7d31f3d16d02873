//! JavaScript values on their way in: any value may come, and a wrong one is named.

use std::path::PathBuf;
use std::time::Duration;

use mmcred::{AccessToken, DEFAULT_DEADLINE, Error, ErrorKind, Result, VerifyAllOptions};
use napi::bindgen_prelude::{Either, Either3, Uint8Array, Unknown};
use napi::{JsString, ValueType};
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::door::{self, Outcome};

pub type Text<'a> = Option<Either<JsString<'a>, Unknown<'a>>>;
pub type Texts<'a> = Option<Either<Vec<Text<'a>>, Unknown<'a>>>;
pub type Flag<'a> = Option<Either<bool, Unknown<'a>>>;
pub type Number<'a> = Option<Either<f64, Unknown<'a>>>;
pub type Secret<'a> = Option<Either3<JsString<'a>, Uint8Array, Unknown<'a>>>;

/// Far more than any argument has; it keeps a mistake from copying gigabytes.
const MOST: usize = 16 << 20;

pub fn text(value: Text<'_>, name: &str) -> Result<String> {
    optional_text(value, name)?.ok_or_else(|| wrong(name, "is missing"))
}

pub fn optional_text(value: Text<'_>, name: &str) -> Result<Option<String>> {
    match value {
        None => Ok(None),
        Some(Either::A(text)) => plain(text, name).map(Some),
        Some(Either::B(other)) => Err(wrong(name, &format!("must be a string, not {}", kind(&other)))),
    }
}

pub fn path(value: Text<'_>, name: &str) -> Result<Option<PathBuf>> {
    Ok(optional_text(value, name)?.map(PathBuf::from))
}

pub fn flag(value: Flag<'_>, name: &str) -> Result<bool> {
    match value {
        None => Ok(false),
        Some(Either::A(flag)) => Ok(flag),
        Some(Either::B(other)) => Err(wrong(name, &format!("must be true or false, not {}", kind(&other)))),
    }
}

/// Names, or none given.
pub fn names(value: Texts<'_>) -> Result<Option<Vec<String>>> {
    match value {
        None => Ok(None),
        Some(Either::A(names)) => {
            names.into_iter().map(|name| text(name, "names")).collect::<Result<_>>().map(Some)
        }
        Some(Either::B(other)) => {
            Err(wrong("names", &format!("must be an array of strings, not {}", kind(&other))))
        }
    }
}

/// How to check many tokens.
pub fn verify_all(in_flight: Number<'_>, timeout: Number<'_>) -> Result<VerifyAllOptions> {
    let options = VerifyAllOptions::new().deadline(self::timeout(timeout)?);
    match in_flight {
        None => Ok(options),
        // What is no whole number is out of range.
        Some(Either::A(number)) => options
            .in_flight(if number.fract() == 0.0 { number as usize } else { 0 })
            .map_err(|_| wrong("inFlight", "must be a whole number from 1 to 512")),
        Some(Either::B(other)) => Err(wrong("inFlight", &format!("must be a number, not {}", kind(&other)))),
    }
}

/// A deadline in seconds.
pub fn timeout(value: Number<'_>) -> Result<Duration> {
    timeout_or(value, DEFAULT_DEADLINE)
}

pub fn timeout_or(value: Number<'_>, default: Duration) -> Result<Duration> {
    const LONGEST: f64 = 1e6;
    match value {
        None => Ok(default),
        Some(Either::A(seconds)) if seconds > 0.0 && seconds <= LONGEST => {
            Ok(Duration::from_secs_f64(seconds))
        }
        Some(Either::A(_)) => Err(wrong("timeout", "must be more than 0 and at most 1000000 seconds")),
        Some(Either::B(other)) => Err(wrong("timeout", &format!("must be a number, not {}", kind(&other)))),
    }
}

/// The same in milliseconds, for timers of JavaScript.
#[napi]
pub fn milliseconds(timeout: Number<'_>) -> Outcome<f64> {
    door::enter(|| Ok(self::timeout(timeout)?.as_secs_f64() * 1e3))
}

pub fn token(value: Secret<'_>) -> Result<AccessToken> {
    match value {
        None => Err(wrong("token", "is missing")),
        Some(Either3::A(text)) => AccessToken::parse_bytes(&secret(text, "token")?),
        Some(Either3::B(bytes)) if bytes.len() > MOST => Err(too_long("token")),
        Some(Either3::B(bytes)) => AccessToken::parse_bytes(&Zeroizing::new(bytes.to_vec())),
        Some(Either3::C(other)) => {
            Err(wrong("token", &format!("must be a string or a Uint8Array, not {}", kind(&other))))
        }
    }
}

/// Text that holds a token. Half a surrogate pair becomes U+FFFD, which no token has.
pub fn secret_text(value: Text<'_>, name: &str) -> Result<Zeroizing<String>> {
    match value {
        Some(Either::A(text)) => {
            let mut bytes = secret(text, name)?;
            String::from_utf8(std::mem::take(&mut *bytes))
                .map(Zeroizing::new)
                .map_err(|_| wrong(name, "is not text"))
        }
        other => text(other, name).map(Zeroizing::new),
    }
}

fn secret(text: JsString<'_>, name: &str) -> Result<Zeroizing<Vec<u8>>> {
    let length = text.utf16_len().map_err(|_| wrong(name, "can not be read"))?;
    if length > MOST {
        return Err(too_long(name));
    }
    text.into_utf8().map(|text| Zeroizing::new(text.take())).map_err(|_| wrong(name, "can not be read"))
}

/// Through UTF-16, because UTF-8 would make two strings with half a surrogate pair equal.
fn plain(text: JsString<'_>, name: &str) -> Result<String> {
    let length = text.utf16_len().map_err(|_| wrong(name, "can not be read"))?;
    if length > MOST {
        return Err(too_long(name));
    }
    let text = text.into_utf16().and_then(|text| text.as_str());
    text.map_err(|_| wrong(name, "holds half a surrogate pair"))
}

fn too_long(name: &str) -> Error {
    wrong(name, "is too long")
}

pub fn wrong(name: &str, what: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("The argument {name} {what}."))
}

fn kind(value: &Unknown<'_>) -> &'static str {
    match value.get_type() {
        Ok(ValueType::String) => "a string",
        Ok(ValueType::Boolean) => "a boolean",
        Ok(ValueType::Number) => "a number",
        Ok(ValueType::BigInt) => "a BigInt",
        Ok(ValueType::Symbol) => "a symbol",
        Ok(ValueType::Function) => "a function",
        _ => "an object",
    }
}
