use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs};

use data_encoding::{BASE64, BASE64_MIME};
use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::error::{Error, Result};
use crate::per_process::PerProcess;
use crate::{ErrorKind, Proxy, ServerUrl, Tls};

/// A CA file is some certificates, not a disk image.
const MAX_CA_FILE: u64 = 4 << 20;

/// The proxy that requests to a server go through.
pub struct ProxyFor(Intercept);

impl ProxyFor {
    pub(super) fn uri(&self) -> &Uri {
        self.0.uri()
    }

    /// What it wants to be told, marked as secret.
    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.0.basic_auth()
    }

    /// Its URL, without user and password.
    pub fn url(&self) -> String {
        self.0.uri().to_string()
    }

    /// User and password, where `HTTPS_PROXY` and its like hold them. Never to be printed.
    pub fn credentials(&self) -> Option<(String, String)> {
        let basic = self.0.basic_auth()?.to_str().ok()?.strip_prefix("Basic ")?;
        let plain = String::from_utf8(BASE64.decode(basic.as_bytes()).ok()?).ok()?;
        let (user, password) = plain.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    }
}

/// The proxy for a server, by the credential's setting or `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
/// `NO_PROXY`. The one place where it is decided, for verify and for the hands of every language.
///
/// ```
/// use mmcred::{Proxy, ServerUrl, proxy_for};
/// let server = ServerUrl::parse("chat.example.com")?;
/// let proxy = proxy_for(&server, &Proxy::Url("http://proxy:3128".into()))?.unwrap();
/// assert_eq!(proxy.url(), "http://proxy:3128/");
/// # Ok::<(), mmcred::Error>(())
/// ```
///
/// # Errors
/// `invalid_proxy` when the server's URL can not be matched, or the credential's proxy is no URL of one.
pub fn proxy_for(server: &ServerUrl, proxy: &Proxy) -> Result<Option<ProxyFor>> {
    let matcher = match proxy {
        Proxy::Direct => return Ok(None),
        Proxy::FromEnvironment => Matcher::from_env(),
        Proxy::Url(url) => Matcher::builder().all(url.clone()).build(),
    };
    let uri: Uri = server.as_str().parse().map_err(|source| {
        Error::new(ErrorKind::InvalidProxy, format!("No proxy can be found for {server}."))
            .with_source(source)
    })?;
    let found = matcher.intercept(&uri).map(ProxyFor);
    // Who names a proxy is never connected without it.
    if found.is_none() && matches!(proxy, Proxy::Url(_)) {
        return Err(Error::new(ErrorKind::InvalidProxy, "The proxy is not an http:// or https:// URL."));
    }
    Ok(found)
}

/// The certificates that a hand trusts, as PEM: the same ones that verify trusts. `None` where any is accepted.
///
/// ```
/// use mmcred::{Tls, trusted_roots};
/// assert!(trusted_roots(&Tls::AllowUnauthorizedCerts)?.is_none());
/// # Ok::<(), mmcred::Error>(())
/// ```
///
/// # Errors
/// `invalid_tls_settings` for a CA file that is missing, unreadable or without a certificate.
pub fn trusted_roots(tls: &Tls) -> Result<Option<String>> {
    let certificates = match tls {
        Tls::AllowUnauthorizedCerts => return Ok(None),
        Tls::SystemRoots => system_roots().to_vec(),
        Tls::CaFile(path) => read_ca_file(path)?,
    };
    Ok(Some(certificates.iter().map(to_pem).collect()))
}

fn to_pem(certificate: &CertificateDer<'static>) -> String {
    let body = BASE64_MIME.encode(certificate);
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        body.trim_end().replace("\r\n", "\n")
    )
}

/// Read once per process: 140 files take 10 ms.
fn system_roots() -> &'static [CertificateDer<'static>] {
    static ROOTS: PerProcess<Vec<CertificateDer<'static>>> = PerProcess::new();
    ROOTS.get_or_init(|| rustls_native_certs::load_native_certs().certs)
}

pub(super) fn tls_config(tls: &Tls) -> Result<ClientConfig> {
    static SYSTEM: PerProcess<ClientConfig> = PerProcess::new();
    match tls {
        Tls::SystemRoots => Ok(SYSTEM.get_or_init(|| with_roots(system_roots())).clone()),
        Tls::CaFile(path) => Ok(with_roots(&read_ca_file(path)?)),
        Tls::AllowUnauthorizedCerts => Ok(accept_any()),
    }
}

fn builder() -> rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier> {
    // Explicit, because a process-wide default is the host program's to choose.
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has TLS 1.2 and 1.3")
}

fn with_roots(certificates: &[CertificateDer<'static>]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    let provider = Arc::new(aws_lc_rs::default_provider());
    // A builder without roots fails; a system may have none.
    let Ok(verifier) = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build() else {
        return builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    };
    let verifier = Arc::new(NameSelfSigned(verifier));
    builder().dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
}

fn accept_any() -> ClientConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(AcceptAny(provider));
    builder().dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
}

fn read_ca_file(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let refused = |what: &str| {
        Error::new(ErrorKind::InvalidTlsSettings, format!("The CA file {} {what}.", path.display()))
    };
    let about = fs::metadata(path).map_err(|source| refused("can not be read").with_source(source))?;
    // A pipe or a device may never end.
    if !about.is_file() {
        return Err(refused("is no file"));
    }
    if about.len() > MAX_CA_FILE {
        return Err(refused("is larger than 4 MiB"));
    }
    let text = fs::read(path).map_err(|source| refused("can not be read").with_source(source))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| refused("is no PEM file"))?;
    let mut roots = RootCertStore::empty();
    let (usable, _) = roots.add_parsable_certificates(certificates.iter().cloned());
    if usable == 0 {
        return Err(refused("holds no certificate"));
    }
    Ok(certificates)
}

/// A certificate that nothing but itself vouches for.
#[derive(Debug)]
pub(super) struct SelfSigned;

impl fmt::Display for SelfSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the certificate is signed by itself")
    }
}

impl std::error::Error for SelfSigned {}

/// The usual verification, which also tells a self-signed certificate from one of an unknown authority.
#[derive(Debug)]
struct NameSelfSigned(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for NameSelfSigned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let verified = self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let unknown = |reason: &CertificateError| {
            matches!(reason, CertificateError::UnknownIssuer | CertificateError::Other(_))
        };
        match verified {
            Err(rustls::Error::InvalidCertificate(reason))
                if unknown(&reason) && is_self_signed(end_entity) =>
            {
                Err(CertificateError::Other(OtherError(Arc::new(SelfSigned))).into())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

fn is_self_signed(certificate: &CertificateDer<'_>) -> bool {
    webpki::EndEntityCert::try_from(certificate)
        .is_ok_and(|certificate| certificate.issuer() == certificate.subject())
}

/// Accepts what `allow_unauthorized_certs` says: any certificate. Signatures are still checked, so the
/// handshake at least is with whoever holds the certificate's key.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
