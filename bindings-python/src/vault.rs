use std::path::PathBuf;
use std::sync::Arc;

use mmcred::{DIAGNOSE_DEADLINE, VaultOptions};
use pyo3::prelude::*;

use crate::argument::{
    AdminName, Create, Folder, GivenCredential, InFlight, KeyFile, Name, Names, NewName, Replace, Timeout,
};
use crate::credential::Credential;
use crate::diagnosis::Diagnosis;
use crate::door;
use crate::entry::{Listing, Verified, quoted};
use crate::verify_all::{self, VerifyAll};

/// Named credentials in one encrypted place, safe for many threads and processes at once.
///
/// >>> with Vault.open("/var/lib/tool/vault", create=True) as vault:
/// ...     vault.put("prod", Credential("chat.example.com", token))
#[pyclass(module = "mmcred", frozen)]
pub struct Vault {
    pub inner: Arc<mmcred::Vault>,
}

/// How to open a vault, from Python's arguments.
pub fn options(path: Option<Folder>, create: &Create, key_file: Option<KeyFile>) -> VaultOptions {
    let mut options = VaultOptions::new().create(create.0);
    if let Some(path) = path {
        options = options.path(path.0);
    }
    if let Some(key_file) = key_file {
        options = options.key_file(key_file.0);
    }
    options
}

#[pymethods]
impl Vault {
    /// Opens the vault in the folder `path` (else `MMCRED_VAULT`, else the user's own), made if `create`.
    #[staticmethod]
    #[pyo3(signature = (path=None, create=Create(false), key_file=None), text_signature = "(path=None, create=False, key_file=None)")]
    fn open(
        py: Python<'_>,
        path: Option<Folder>,
        create: Create,
        key_file: Option<KeyFile>,
    ) -> PyResult<Self> {
        let options = options(path, &create, key_file);
        door::enter(py, format_args!("open"), || options.open()).map(|vault| Self { inner: Arc::new(vault) })
    }

    /// Stores `credential` under `name` and returns the entry's version. When it returns, the entry lasts.
    #[pyo3(signature = (name, credential, replace=Replace(false)), text_signature = "($self, name, credential, replace=False)")]
    fn put(
        &self,
        py: Python<'_>,
        name: Name,
        credential: GivenCredential,
        replace: Replace,
    ) -> PyResult<u64> {
        let Name(name) = name;
        door::enter(py, format_args!("put {name:?}"), || self.inner.put(&name, &credential.0, replace.0))
    }

    /// The credential of that name, read from the vault now.
    fn get(&self, py: Python<'_>, name: Name) -> PyResult<Credential> {
        let Name(name) = name;
        door::enter(py, format_args!("get {name:?}"), || self.inner.get(&name)).map(Credential::stored)
    }

    /// All entries, sorted by name. No secret is opened.
    fn list(&self, py: Python<'_>) -> PyResult<Listing> {
        let listing = door::enter(py, format_args!("list"), || self.inner.list())?;
        Listing::new(py, listing)
    }

    /// Takes the entry of that name away.
    fn remove(&self, py: Python<'_>, name: Name) -> PyResult<()> {
        let Name(name) = name;
        door::enter(py, format_args!("remove {name:?}"), || self.inner.remove(&name))
    }

    /// Gives an entry another name. Nothing else of it changes but its version.
    fn rename(&self, py: Python<'_>, name: Name, to: NewName) -> PyResult<()> {
        let (Name(name), NewName(to)) = (name, to);
        door::enter(py, format_args!("rename {name:?} to {to:?}"), || self.inner.rename(&name, &to))
    }

    /// Asks the server whether the entry of that name works, within `timeout` seconds for everything.
    #[pyo3(signature = (name, timeout=Timeout::default()), text_signature = "($self, name, timeout=10.0)")]
    fn verify(&self, py: Python<'_>, name: Name, timeout: Timeout) -> PyResult<Verified> {
        let Name(name) = name;
        door::wait(py, format_args!("verify {name:?}"), self.inner.verify(&name, timeout.0))
            .map(Verified::from)
    }

    /// Asks the servers whether the entries work, all of them or those named, and gives results as they arrive.
    #[pyo3(signature = (names=None, *, in_flight=InFlight(64), timeout=Timeout::default()), text_signature = "($self, names=None, *, in_flight=64, timeout=10.0)")]
    fn verify_all(
        &self,
        py: Python<'_>,
        names: Option<Names>,
        in_flight: InFlight,
        timeout: Timeout,
    ) -> PyResult<VerifyAll> {
        let begin = async {
            let options = verify_all::options(&in_flight, &timeout)?;
            self.inner.verify_all(names.map(|names| names.0), &options)
        };
        door::wait(py, format_args!("verify_all"), begin).map(VerifyAll::new)
    }

    /// Finds out why the entry of that name does not work, or what will soon go wrong. `admin` names another entry.
    #[pyo3(signature = (name, *, admin=None, timeout=Timeout(DIAGNOSE_DEADLINE)), text_signature = "($self, name, *, admin=None, timeout=15.0)")]
    fn diagnose(
        &self,
        py: Python<'_>,
        name: Name,
        admin: Option<AdminName>,
        timeout: Timeout,
    ) -> PyResult<Diagnosis> {
        let (Name(name), admin) = (name, admin.as_ref().map(|admin| admin.0.as_str()));
        let asked = self.inner.diagnose(&name, admin, timeout.0);
        door::wait(py, format_args!("diagnose {name:?}"), asked).map(Diagnosis::from)
    }

    /// Leaves the vault's file complete in itself and lets go of it. Closing again does nothing.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        door::enter(py, format_args!("close"), || self.inner.close())
    }

    /// The vault's folder.
    #[getter]
    fn path(&self) -> PathBuf {
        self.inner.path().to_owned()
    }

    /// The file whose key opens the vault, if it is opened by one.
    #[getter]
    fn key_file(&self) -> Option<PathBuf> {
        self.inner.key_file().map(PathBuf::from)
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, py: Python<'_>, _error: &Bound<'_, PyAny>) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self) -> String {
        format!("Vault(path={})", quoted(&self.inner.path().to_string_lossy()))
    }

    fn __reduce_ex__(&self, _protocol: u8) -> PyResult<()> {
        Err(door::not_copied("Vault", "it belongs to its process; open it again by its path"))
    }

    fn __copy__(&self) -> PyResult<()> {
        self.__reduce_ex__(0)
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> PyResult<()> {
        self.__reduce_ex__(0)
    }
}
