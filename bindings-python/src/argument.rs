//! Arguments as Python gives them. What has the wrong type is an `invalid_argument` that names it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyString};
use zeroize::Zeroizing;

use crate::credential::Credential;
use crate::door;
use crate::vault::Vault;

macro_rules! arguments {
    ($($type:ident($inner:ty), $name:literal, $wanted:literal;)*) => {$(
        #[doc = concat!("The argument `", $name, "`.")]
        pub struct $type(pub $inner);

        impl FromPyObject<'_, '_> for $type {
            type Error = PyErr;

            fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
                given.extract().map(Self).map_err(|_| refused(&given, $name, $wanted))
            }
        }
    )*};
}

arguments! {
    Url(String), "url", "str";
    Name(String), "name", "str";
    NewName(String), "to", "str";
    Target(String), "target", "str";
    From(String), "from_url", "str";
    Location(String), "location", "str";
    ProxyUrl(String), "proxy", "str";
    Folder(PathBuf), "path", "str or os.PathLike";
    KeyFile(PathBuf), "key_file", "str or os.PathLike";
    CaFile(PathBuf), "ca_file", "str or os.PathLike";
    Create(bool), "create", "bool";
    Replace(bool), "replace", "bool";
    AllowHttp(bool), "allow_http", "bool";
    AllowUnauthorizedCerts(bool), "allow_unauthorized_certs", "bool";
    Names(Vec<String>), "names", "a list of str";
    InFlight(usize), "in_flight", "an int from 1 to 512";
    Version(u64), "version", "a version as int";
    TokenId(String), "token_id", "str";
    UserId(String), "user_id", "str";
    AdminName(String), "admin", "the name of an entry as str";
}

fn refused(given: &Bound<'_, PyAny>, name: &str, wanted: &str) -> PyErr {
    let message = if wanted.starts_with("str") && given.is_instance_of::<PyString>() {
        format!("{name} must be {wanted}, and text that UTF-8 can encode.")
    } else {
        let class = given.get_type().name().map_or_else(|_| "something else".to_owned(), |n| n.to_string());
        format!("{name} must be {wanted}, not {class}.")
    };
    door::invalid_argument(given.py(), message)
}

/// The argument `token`, wiped here when it has been read.
pub struct Token(pub Zeroizing<Vec<u8>>);

impl FromPyObject<'_, '_> for Token {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let bytes = if let Ok(bytes) = given.cast::<PyBytes>() {
            bytes.as_bytes().to_vec()
        } else if let Ok(bytes) = given.cast::<PyByteArray>() {
            bytes.to_vec()
        } else if let Ok(text) = given.extract::<String>() {
            text.into_bytes()
        } else {
            return Err(refused(&given, "token", "str, bytes or bytearray"));
        };
        Ok(Self(Zeroizing::new(bytes)))
    }
}

/// The argument `timeout`, in seconds.
pub struct Timeout(pub Duration);

impl Default for Timeout {
    fn default() -> Self {
        Self(mmcred::DEFAULT_DEADLINE)
    }
}

impl FromPyObject<'_, '_> for Timeout {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let seconds: f64 =
            given.extract().map_err(|_| refused(&given, "timeout", "seconds as float or int"))?;
        Duration::try_from_secs_f64(seconds).map(Self).map_err(|_| {
            door::invalid_argument(given.py(), format!("timeout must be seconds from 0 up, not {seconds}."))
        })
    }
}

/// The argument `credential`.
pub struct GivenCredential(pub Arc<mmcred::Credential>);

impl FromPyObject<'_, '_> for GivenCredential {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        match given.cast::<Credential>() {
            Ok(credential) => Ok(Self(Arc::clone(&credential.get().inner))),
            Err(_) => Err(refused(&given, "credential", "a Credential")),
        }
    }
}

/// The argument `admin`, where it is no name.
pub struct GivenAdmin(pub Arc<mmcred::Credential>);

impl FromPyObject<'_, '_> for GivenAdmin {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        match given.cast::<Credential>() {
            Ok(credential) => Ok(Self(Arc::clone(&credential.get().inner))),
            Err(_) => Err(refused(&given, "admin", "a Credential")),
        }
    }
}

/// The argument `vault`; the default vault where there is none.
pub struct GivenVault(pub Arc<mmcred::Vault>);

impl FromPyObject<'_, '_> for GivenVault {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        match given.cast::<Vault>() {
            Ok(vault) => Ok(Self(Arc::clone(&vault.get().inner))),
            Err(_) => Err(refused(&given, "vault", "a Vault")),
        }
    }
}
