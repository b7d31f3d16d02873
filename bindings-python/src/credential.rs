use std::sync::Arc;

use mmcred::{AccessToken, Connection, DIAGNOSE_DEADLINE, Proxy, Tls};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::argument::{
    AllowHttp, AllowUnauthorizedCerts, CaFile, GivenAdmin, ProxyUrl, Timeout, Token, TokenId, Url, UserId,
};
use crate::diagnosis::{Diagnosis, TestResult};
use crate::door;
use crate::entry::Verified;

/// Where and how to authenticate: server, access token, TLS and proxy settings.
///
/// >>> credential = Credential("chat.example.com", "ybndrfg8ejkmcpqxot1uwisza3")
/// >>> credential.server_url
/// 'https://chat.example.com'
#[pyclass(module = "mmcred", frozen)]
pub struct Credential {
    pub inner: Arc<mmcred::Credential>,
    version: Option<u64>,
}

impl Credential {
    pub fn stored(stored: mmcred::Stored) -> Self {
        let version = Some(stored.version());
        Self { inner: Arc::new(stored.into_credential()), version }
    }

    fn new(inner: mmcred::Credential) -> Self {
        Self { inner: Arc::new(inner), version: None }
    }
}

#[pymethods]
impl Credential {
    #[new]
    #[pyo3(signature = (url, token, *, ca_file=None, proxy=None, allow_http=AllowHttp(false), allow_unauthorized_certs=AllowUnauthorizedCerts(false), token_id=None, user_id=None),
           text_signature = "(url, token, *, ca_file=None, proxy=None, allow_http=False, allow_unauthorized_certs=False, token_id=None, user_id=None)")]
    #[expect(clippy::too_many_arguments, reason = "they are keyword arguments")]
    fn py_new(
        py: Python<'_>,
        url: Url,
        token: Token,
        ca_file: Option<CaFile>,
        proxy: Option<ProxyUrl>,
        allow_http: AllowHttp,
        allow_unauthorized_certs: AllowUnauthorizedCerts,
        token_id: Option<TokenId>,
        user_id: Option<UserId>,
    ) -> PyResult<Self> {
        door::enter(py, format_args!("credential"), || {
            let connection = Connection {
                tls: Tls::from_settings(
                    ca_file.as_ref().map(|file| file.0.as_path()),
                    allow_unauthorized_certs.0,
                )?,
                proxy: Proxy::from_setting(proxy.as_ref().map(|proxy| proxy.0.as_str()))?,
                allow_http: allow_http.0,
            };
            mmcred::Credential::with_connection(&url.0, AccessToken::parse_bytes(&token.0)?, connection)?
                .with_ids(token_id.as_ref().map(|id| id.0.as_str()), user_id.as_ref().map(|id| id.0.as_str()))
        })
        .map(Self::new)
    }

    /// The credential that n8n's Mattermost node keeps, as dict or as JSON text: `accessToken`, `baseUrl` and
    /// `allowUnauthorizedCerts` (optional, false).
    #[staticmethod]
    #[pyo3(signature = (fields, *, allow_http=AllowHttp(false)), text_signature = "(fields, *, allow_http=False)")]
    fn from_n8n_fields(fields: &Bound<'_, PyAny>, allow_http: AllowHttp) -> PyResult<Self> {
        let py = fields.py();
        let text = if fields.is_instance_of::<PyString>() {
            fields.extract::<String>()
        } else {
            py.import("json")?.call_method1("dumps", (fields,)).and_then(|text| text.extract())
        };
        let refused =
            |_| door::invalid_argument(py, "fields must be a dict of JSON values, or JSON text.".into());
        let text = zeroize::Zeroizing::new(text.map_err(refused)?);
        door::enter(py, format_args!("from_n8n_fields"), || {
            mmcred::Credential::from_n8n_fields(&text, allow_http.0)
        })
        .map(Self::new)
    }

    /// Asks the server whether the credential works, within `timeout` seconds for everything.
    #[pyo3(signature = (timeout=Timeout::default()), text_signature = "($self, timeout=10.0)")]
    fn verify(&self, py: Python<'_>, timeout: Timeout) -> PyResult<Verified> {
        let server = self.inner.server();
        door::wait(py, format_args!("verify at {server}"), self.inner.verify(timeout.0)).map(Verified::from)
    }

    /// Finds out why it does not work, or what will soon go wrong, within `timeout` seconds for everything.
    #[pyo3(signature = (*, admin=None, timeout=Timeout(DIAGNOSE_DEADLINE)), text_signature = "($self, *, admin=None, timeout=15.0)")]
    fn diagnose(&self, py: Python<'_>, admin: Option<GivenAdmin>, timeout: Timeout) -> PyResult<Diagnosis> {
        let (server, admin) = (self.inner.server(), admin.as_ref().map(|admin| &*admin.0));
        let asked = async { Ok(self.inner.diagnose(None, admin, timeout.0).await) };
        door::wait(py, format_args!("diagnose at {server}"), asked).map(Diagnosis::from)
    }

    /// Tests it for somebody who pressed a button, in the shape of n8n's own test of a credential.
    #[pyo3(signature = (timeout=Timeout::default()), text_signature = "($self, timeout=10.0)")]
    fn test(&self, py: Python<'_>, timeout: Timeout) -> PyResult<TestResult> {
        let asked = async { Ok(self.inner.test(timeout.0).await) };
        door::wait(py, format_args!("test at {}", self.inner.server()), asked).map(TestResult::from)
    }

    /// The value of an `Authorization` header, for this credential's server and for no other. A secret.
    fn authorization<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        // EXPOSE: the caller makes a request with it.
        let header = door::enter(py, format_args!("authorization"), || Ok(self.inner.authorization()))?;
        Ok(PyString::new(py, &header))
    }

    /// The access token itself. Python cannot wipe a str: keep it no longer than needed.
    fn expose_token<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let token = door::enter(py, format_args!("expose_token"), || Ok(self.inner.token()))?;
        // EXPOSE: the caller asked for the plain text by this name.
        Ok(token.expose(|text| PyString::new(py, text)))
    }

    /// Eight hexadecimal digits of a hash of the token: may be printed, equal for equal tokens.
    #[getter]
    fn fingerprint(&self) -> String {
        self.inner.fingerprint().to_string()
    }

    /// The server's base URL in its one canonical form.
    #[getter]
    fn server_url(&self) -> &str {
        self.inner.server().as_str()
    }

    /// The version of the vault's entry it was read from; None for one made here.
    #[getter]
    fn version(&self) -> Option<u64> {
        self.version
    }

    /// What may be printed, as a dict.
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (known, fields) = (self.inner.fields(), PyDict::new(py));
        fields.set_item("server_url", known.server_url)?;
        fields.set_item("fingerprint", known.fingerprint)?;
        fields.set_item("remark", known.remark)?;
        fields.set_item("kind", known.kind)?;
        fields.set_item("user_id", known.user_id)?;
        fields.set_item("username", known.username)?;
        fields.set_item("token_id", known.token_id)?;
        fields.set_item("expires_at", known.expires_at)?;
        fields.set_item("ca_file", known.ca_file)?;
        fields.set_item("proxy", known.proxy)?;
        fields.set_item("allow_http", known.allow_http)?;
        fields.set_item("allow_unauthorized_certs", known.allow_unauthorized_certs)?;
        Ok(fields)
    }

    fn __repr__(&self) -> String {
        format!(
            "Credential(server_url='{}', fingerprint='{}')",
            self.inner.server(),
            self.inner.fingerprint()
        )
    }

    fn __reduce_ex__(&self, _protocol: u8) -> PyResult<()> {
        Err(door::not_copied(
            "Credential",
            "its token would be written out in clear; put it into a vault and pass the name",
        ))
    }

    fn __copy__(&self) -> PyResult<()> {
        self.__reduce_ex__(0)
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> PyResult<()> {
        self.__reduce_ex__(0)
    }
}
