use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyString;
use zeroize::Zeroizing;

use crate::argument::{From, GivenVault, Location, Name, Target, Url, Version};
use crate::door;
use crate::entry::quoted;

type UserAndPassword = Option<(String, String)>;

/// The rules by which a tool makes requests with one entry: where its token may go, and when to try again.
///
/// It holds no token: each `prepare` reads the vault. `session` and `client` are made of it; use it to carry the same
/// rules into another HTTP library.
///
/// >>> request = Hand("prod").prepare("users/me")
/// >>> request.url
/// 'https://chat.example.com/api/v4/users/me'
#[pyclass(module = "mmcred", frozen)]
pub struct Hand {
    inner: mmcred::Hand,
}

fn hand(vault: Option<GivenVault>, name: &str) -> mmcred::Result<mmcred::Hand> {
    let vault = match vault {
        Some(GivenVault(vault)) => vault,
        None => mmcred::Vault::default_vault()?,
    };
    mmcred::Hand::new(vault, name)
}

#[pymethods]
impl Hand {
    #[new]
    #[pyo3(signature = (name, *, vault=None))]
    fn new(py: Python<'_>, name: Name, vault: Option<GivenVault>) -> PyResult<Self> {
        let Name(name) = name;
        door::enter(py, format_args!("hand {name:?}"), || hand(vault, &name)).map(|inner| Self { inner })
    }

    /// Makes a request to `target` ready: `users/me` means `<base>/api/v4/users/me`, `/x` means `<base>/x`, an
    /// absolute URL passes only on the same origin and below the base path. Else `WrongOrigin`, and send nothing.
    fn prepare(&self, py: Python<'_>, target: Target) -> PyResult<Prepared> {
        let prepare = || self.inner.prepare(&target.0);
        door::enter(py, format_args!("prepare {:?}", self.inner.name()), prepare).map(|ready| Prepared {
            url: ready.url,
            authorization: ready.authorization,
            version: ready.version,
        })
    }

    /// Where a redirect of a request to `from_url` leads, if it stays with the server. Else `WrongOrigin`.
    fn follow(&self, py: Python<'_>, from_url: From, location: Location) -> PyResult<String> {
        let follow = || self.inner.follow(&from_url.0, &location.0);
        door::enter(py, format_args!("follow {:?}", self.inner.name()), follow)
    }

    /// Whether a request that was refused with 401 shall be prepared and sent once more, because the entry was
    /// replaced since `version` was read.
    fn after_401(&self, py: Python<'_>, version: Version) -> PyResult<bool> {
        door::enter(py, format_args!("after_401 {:?}", self.inner.name()), || self.inner.after_401(version.0))
    }

    /// The certificates to trust, as PEM; None where any is accepted.
    fn trusted_roots(&self, py: Python<'_>) -> PyResult<Option<String>> {
        door::enter(py, format_args!("trusted_roots"), || self.inner.trusted_roots())
    }

    /// The proxy to go through, as its URL and, where the environment names them, user and password.
    fn proxy(&self, py: Python<'_>) -> PyResult<Option<(String, UserAndPassword)>> {
        let proxy = door::enter(py, format_args!("proxy"), || self.inner.proxy())?;
        Ok(proxy.map(|proxy| (proxy.url(), proxy.credentials())))
    }

    /// The PEM file of the only authorities that are accepted, if the credential names one.
    #[getter]
    fn ca_file(&self) -> Option<PathBuf> {
        self.inner.connection().tls.ca_file().map(PathBuf::from)
    }

    /// The entry's name.
    #[getter]
    fn name(&self) -> &str {
        self.inner.name()
    }

    /// The base URL of the server it is bound to.
    #[getter]
    fn server_url(&self) -> &str {
        self.inner.server().as_str()
    }

    fn __repr__(&self) -> String {
        format!("Hand(name={}, server_url='{}')", quoted(self.inner.name()), self.inner.server())
    }

    fn __reduce_ex__(&self, _protocol: u8) -> PyResult<()> {
        Err(door::not_copied("Hand", "it belongs to its process; make it again by its name"))
    }

    fn __copy__(&self) -> PyResult<()> {
        self.__reduce_ex__(0)
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> PyResult<()> {
        self.__reduce_ex__(0)
    }
}

/// A request that may be sent.
#[pyclass(module = "mmcred", frozen)]
pub struct Prepared {
    /// Where to.
    #[pyo3(get)]
    url: String,
    authorization: Zeroizing<String>,
    /// The version of the entry the token was read from, for `Hand.after_401`.
    #[pyo3(get)]
    version: u64,
}

#[pymethods]
impl Prepared {
    /// The value of its `Authorization` header. A secret.
    #[getter]
    fn authorization(&self) -> &str {
        // EXPOSE: this is the header of the request that the caller makes.
        &self.authorization
    }

    fn __repr__(&self) -> String {
        let url = self.url.split('?').next().unwrap_or_default();
        format!("Prepared(url='{url}', version={})", self.version)
    }

    fn __reduce_ex__(&self, _protocol: u8) -> PyResult<()> {
        Err(door::not_copied("Prepared", "its token would be written out in clear"))
    }
}

/// The value of an `Authorization` header for the default vault's entry `name`, only if `url`, absolute, is its
/// server's; else `WrongOrigin`.
#[pyfunction]
pub fn authorization<'py>(py: Python<'py>, name: Name, url: Url) -> PyResult<Bound<'py, PyString>> {
    let Name(name) = name;
    let header = door::enter(py, format_args!("authorization {name:?}"), || {
        mmcred::Vault::default_vault()?.authorization(&name, &url.0)
    });
    // EXPOSE: this is the header of the request that the caller makes.
    header.map(|header| PyString::new(py, &header))
}
