use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList};

/// What a server said of a credential that works.
#[pyclass(module = "mmcred", frozen, get_all, eq)]
#[derive(PartialEq)]
pub struct Verified {
    /// The owner's id.
    user_id: String,
    /// The owner's name.
    username: String,
    /// The owner's system roles.
    roles: Vec<String>,
    /// Whether the owner is a bot.
    is_bot: bool,
    /// The server's version; None where a proxy drops it.
    server_version: Option<String>,
}

impl From<mmcred::Verified> for Verified {
    fn from(verified: mmcred::Verified) -> Self {
        let mmcred::Verified { user_id, username, roles, is_bot, server_version, .. } = verified;
        Self { user_id, username, roles, is_bot, server_version }
    }
}

#[pymethods]
impl Verified {
    pub fn __repr__(&self) -> String {
        let is_bot = if self.is_bot { "True" } else { "False" };
        format!(
            "Verified(username={}, user_id={}, is_bot={is_bot})",
            quoted(&self.username),
            quoted(&self.user_id)
        )
    }
}

/// What a vault tells of an entry without opening its secret.
#[pyclass(module = "mmcred", frozen, get_all, eq)]
#[derive(PartialEq)]
pub struct Entry {
    /// The name it is stored under.
    name: String,
    /// The server's base URL.
    server: String,
    /// What may be printed of the token.
    fingerprint: String,
    /// Grows with each change.
    version: u64,
    /// When the name was first put, in Unix milliseconds.
    created_at: i64,
    /// When the entry last changed, in Unix milliseconds.
    updated_at: i64,
    /// Whether plain http to another machine is wanted on purpose.
    allow_http: bool,
    /// Whether any certificate is accepted.
    allow_unauthorized_certs: bool,
    /// The PEM file of the only authorities that are accepted.
    ca_file: Option<String>,
    /// None leaves it to the environment, "direct" is no proxy, else the proxy's URL.
    proxy: Option<String>,
    /// What kind of token it is.
    kind: &'static str,
    /// The owner's id.
    user_id: Option<String>,
    /// The owner's name.
    username: Option<String>,
    /// The token's own id, which is not secret.
    token_id: Option<String>,
    /// When the token ends, in Unix milliseconds.
    expires_at: Option<i64>,
}

impl From<mmcred::Entry> for Entry {
    fn from(entry: mmcred::Entry) -> Self {
        Self {
            name: entry.name,
            server: entry.server,
            fingerprint: entry.fingerprint,
            version: entry.version,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            allow_http: entry.allow_http,
            allow_unauthorized_certs: entry.allow_unauthorized_certs,
            ca_file: entry.ca_file,
            proxy: entry.proxy,
            kind: entry.kind.name(),
            user_id: entry.user_id,
            username: entry.username,
            token_id: entry.token_id,
            expires_at: entry.expires_at,
        }
    }
}

#[pymethods]
impl Entry {
    /// The same as a dict, ready for JSON.
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let fields = PyDict::new(py);
        fields.set_item("name", &self.name)?;
        fields.set_item("server", &self.server)?;
        fields.set_item("fingerprint", &self.fingerprint)?;
        fields.set_item("version", self.version)?;
        fields.set_item("created_at", self.created_at)?;
        fields.set_item("updated_at", self.updated_at)?;
        fields.set_item("allow_http", self.allow_http)?;
        fields.set_item("allow_unauthorized_certs", self.allow_unauthorized_certs)?;
        fields.set_item("ca_file", &self.ca_file)?;
        fields.set_item("proxy", &self.proxy)?;
        fields.set_item("kind", self.kind)?;
        fields.set_item("user_id", &self.user_id)?;
        fields.set_item("username", &self.username)?;
        fields.set_item("token_id", &self.token_id)?;
        fields.set_item("expires_at", self.expires_at)?;
        Ok(fields)
    }

    fn __repr__(&self) -> String {
        let Self { server, fingerprint, version, .. } = self;
        let name = quoted(&self.name);
        format!("Entry(name={name}, server='{server}', fingerprint='{fingerprint}', version={version})")
    }
}

/// All entries of a vault, sorted by name: a sequence of [`Entry`]. `damaged` are the numbers of rows that can not be
/// read, and `intact` says whether the rows are the very ones that the vault's sealed head speaks of.
#[pyclass(module = "mmcred", frozen)]
pub struct Listing {
    entries: Py<PyList>,
    damaged: Vec<i64>,
    #[pyo3(get)]
    intact: bool,
}

impl Listing {
    pub fn new(py: Python<'_>, listing: mmcred::Listing) -> PyResult<Self> {
        let entries = PyList::new(py, listing.entries.into_iter().map(Entry::from).collect::<Vec<_>>())?;
        let damaged = listing.damaged.iter().map(|damaged| damaged.row).collect();
        Ok(Self { entries: entries.unbind(), damaged, intact: listing.intact })
    }
}

#[pymethods]
impl Listing {
    /// The numbers of the rows that can not be read.
    #[getter]
    fn damaged(&self) -> Vec<i64> {
        self.damaged.clone()
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        self.entries.bind(py).len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.entries.bind(py).try_iter()
    }

    fn __getitem__<'py>(&self, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let entries = self.entries.bind(index.py()).as_any();
        entries.get_item(index).map_err(|error| {
            if error.is_instance_of::<PyIndexError>(index.py()) {
                return PyIndexError::new_err("listing index out of range");
            }
            error
        })
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let intact = if self.intact { "True" } else { "False" };
        Ok(format!("Listing({}, damaged={:?}, intact={intact})", self.entries.bind(py).repr()?, self.damaged))
    }
}

/// Text as Python would quote it, on one line.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.escape_debug())
}
