use std::error::Error as StdError;
use std::{fmt, io, iter};

use rustls::{CertificateError, InvalidMessage};
use rustls_pki_types::UnixTime;

use super::diagnose::Certificate;
use super::trust::{ProxyFor, SelfSigned};
use crate::error::{Error, quote};
use crate::{ErrorKind, ServerUrl};

pub(super) type Cause = Box<dyn StdError + Send + Sync>;

/// A name that could not be resolved.
#[derive(Debug)]
pub(super) struct NoSuchHost(pub Option<io::Error>);

impl fmt::Display for NoSuchHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host name could not be resolved")
    }
}

impl StdError for NoSuchHost {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.as_ref().map(|error| error as _)
    }
}

/// What went wrong on the way, told by the types in the cause's chain and never by its words; `otherwise` if they tell
/// nothing.
pub(super) fn failure(
    server: &ServerUrl,
    proxy: Option<&ProxyFor>,
    cause: Cause,
    otherwise: ErrorKind,
) -> Error {
    let kind = kind_of(server, &*cause).unwrap_or(otherwise);
    // Only the proxy's name is looked up, and only its port is knocked at.
    let called = proxy.map_or_else(|| server.to_string(), |proxy| format!("the proxy {}", proxy.url()));
    let message = match kind {
        ErrorKind::DnsFailed => format!("The host of {called} could not be resolved."),
        ErrorKind::ConnectionRefused => format!("Nothing listens at {called}."),
        ErrorKind::TimedOut => format!("{server} did not answer in time."),
        ErrorKind::ReplyCut => format!("The answer of {server} broke off."),
        ErrorKind::TlsUnknownAuthority => {
            format!("The certificate of {server} is signed by an unknown authority.")
        }
        ErrorKind::TlsHostnameMismatch => format!("The certificate of {server} is for another host name."),
        ErrorKind::TlsExpired => format!("The certificate of {server} has expired."),
        ErrorKind::TlsNotYetValid => format!("The certificate of {server} is not valid yet."),
        ErrorKind::TlsFailed => format!("The TLS handshake with {server} failed."),
        ErrorKind::WrongScheme => format!("The port of {server} does not speak {}.", server.scheme()),
        ErrorKind::UnexpectedReply => format!("{server} sent something that is no HTTP answer."),
        _ => format!("The connection to {server} failed."),
    };
    Error::new(kind, message).with_source(cause)
}

fn kind_of(server: &ServerUrl, cause: &(dyn StdError + 'static)) -> Option<ErrorKind> {
    iter::successors(Some(cause), |link| next(*link)).find_map(|link| kind_of_link(server, link))
}

/// The next link; an `io::Error` hides what it wraps from `source`.
fn next<'a>(link: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match link.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as _),
        None => link.source(),
    }
}

fn kind_of_link(server: &ServerUrl, link: &(dyn StdError + 'static)) -> Option<ErrorKind> {
    if link.is::<NoSuchHost>() {
        return Some(ErrorKind::DnsFailed);
    }
    if let Some(error) = link.downcast_ref::<rustls::Error>() {
        return Some(tls_kind(error));
    }
    if let Some(error) = link.downcast_ref::<hyper::Error>() {
        return http_kind(server, error);
    }
    match link.downcast_ref::<io::Error>()?.kind() {
        io::ErrorKind::ConnectionRefused => Some(ErrorKind::ConnectionRefused),
        io::ErrorKind::TimedOut => Some(ErrorKind::TimedOut),
        _ => None,
    }
}

/// What a failed handshake told of the certificate.
pub(super) fn certificate(error: &Error) -> Certificate {
    let mut link = StdError::source(error);
    while let Some(current) = link {
        if let Some(rustls::Error::InvalidCertificate(reason)) = current.downcast_ref() {
            return read_certificate(reason);
        }
        link = next(current);
    }
    Certificate::default()
}

fn read_certificate(reason: &CertificateError) -> Certificate {
    let bound = |moment: &UnixTime| i64::try_from(moment.as_secs()).ok()?.checked_mul(1000);
    match reason {
        CertificateError::Other(other) => {
            Certificate { self_signed: other.0.is::<SelfSigned>(), ..Certificate::default() }
        }
        CertificateError::NotValidForNameContext { presented, .. } => Certificate {
            names: presented.iter().map(|name| quote(name)).collect(),
            ..Certificate::default()
        },
        CertificateError::ExpiredContext { not_after, .. } => {
            Certificate { bound: bound(not_after), ..Certificate::default() }
        }
        CertificateError::NotValidYetContext { not_before, .. } => {
            Certificate { bound: bound(not_before), ..Certificate::default() }
        }
        _ => Certificate::default(),
    }
}

fn tls_kind(error: &rustls::Error) -> ErrorKind {
    use rustls::Error as Tls;
    match error {
        Tls::InvalidCertificate(reason) => match reason {
            // A bad signature is an authority of a trusted one's name with another key.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                ErrorKind::TlsUnknownAuthority
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                ErrorKind::TlsHostnameMismatch
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => ErrorKind::TlsExpired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                ErrorKind::TlsNotYetValid
            }
            // A self-signed one.
            CertificateError::Other(_) => ErrorKind::TlsUnknownAuthority,
            _ => ErrorKind::TlsFailed,
        },
        Tls::InvalidMessage(InvalidMessage::InvalidContentType) => ErrorKind::WrongScheme,
        _ => ErrorKind::TlsFailed,
    }
}

fn http_kind(server: &ServerUrl, error: &hyper::Error) -> Option<ErrorKind> {
    if error.is_incomplete_message() {
        return Some(ErrorKind::ReplyCut);
    }
    // More headers than any answer has, but HTTP.
    if error.is_parse_too_large() {
        return Some(ErrorKind::UnexpectedReply);
    }
    // An https port answers plain http with a TLS alert, which is no HTTP.
    error.is_parse().then_some(if server.is_https() {
        ErrorKind::UnexpectedReply
    } else {
        ErrorKind::WrongScheme
    })
}
