//! The way to the server: before anything is answered.

use super::evidence::Evidence;
use super::finding::{Finding, FindingKind};
use super::walk::Outcome;
use crate::ErrorKind;
use crate::time::day_and_minute;

/// The URL and the settings that are kept with it.
pub(super) fn address(e: &Evidence) -> Outcome {
    if matches!(e.failure(), Some(ErrorKind::InvalidTlsSettings | ErrorKind::InvalidProxy)) {
        return Outcome::ends(FindingKind::SettingsUnusable, message(e));
    }
    let plain = e
        .server
        .is_insecure()
        .then(|| Finding::new(FindingKind::PlainHttp, format!("The server URL is {}.", e.server)));
    let unchecked = (e.any_certificate && e.server.is_https()).then(|| {
        let seen = "The credential is stored with allow_unauthorized_certs.";
        Finding::new(FindingKind::CertificatesNotChecked, seen)
    });
    Outcome::says(e.server.as_str()).finding(plain).finding(unchecked)
}

pub(super) fn host_name(e: &Evidence) -> Outcome {
    match e.failure() {
        Some(ErrorKind::InvalidTlsSettings | ErrorKind::InvalidProxy) => Outcome::skipped(),
        Some(ErrorKind::DnsFailed) => Outcome::ends(FindingKind::HostNotFound, message(e)),
        Some(ErrorKind::TimedOut) if !e.way.resolved => Outcome::ends(
            FindingKind::NoAnswerInTime,
            format!("The name {} was not resolved in time.", e.server.host()),
        ),
        _ => Outcome::says(format!("{} was found", e.server.host())),
    }
}

pub(super) fn connection(e: &Evidence) -> Outcome {
    let port = e.server.port();
    match e.failure() {
        _ if e.me.is_some() => Outcome::says(format!("port {port} answered")),
        Some(ErrorKind::ConnectionRefused) => Outcome::ends(FindingKind::ConnectionRefused, message(e)),
        Some(ErrorKind::ConnectionFailed) => Outcome::ends(FindingKind::ConnectionFailed, message(e)),
        Some(ErrorKind::ReplyCut | ErrorKind::ReplyTooLarge | ErrorKind::UnexpectedReply) => {
            Outcome::ends(FindingKind::AnswerBroken, message(e))
        }
        Some(ErrorKind::TimedOut) if e.way.connected => {
            let seen = "The connection was made, but the answer was not complete in time.";
            Outcome::ends(FindingKind::NoAnswerInTime, seen)
        }
        Some(ErrorKind::TimedOut) if e.way.resolved => {
            let seen = format!("No connection to port {port} was made in time.");
            Outcome::ends(FindingKind::NoAnswerInTime, seen)
        }
        Some(
            ErrorKind::WrongScheme
            | ErrorKind::TlsUnknownAuthority
            | ErrorKind::TlsHostnameMismatch
            | ErrorKind::TlsExpired
            | ErrorKind::TlsNotYetValid
            | ErrorKind::TlsFailed,
        ) => Outcome::says(format!("port {port} is open")),
        _ => Outcome::skipped(),
    }
}

pub(super) fn encryption(e: &Evidence) -> Outcome {
    let certificate = &e.certificate;
    match e.failure() {
        Some(ErrorKind::WrongScheme) if e.server.is_https() => {
            Outcome::ends(FindingKind::HttpOnHttpsPort, message(e))
        }
        Some(ErrorKind::WrongScheme) => {
            let seen = message(e);
            let https = e.server.as_str().replacen("http:", "https:", 1);
            Outcome::says(seen.clone())
                .finding(Finding::new(FindingKind::HttpsOnHttpPort, seen).with("better_url", &https))
        }
        Some(ErrorKind::TlsUnknownAuthority) if certificate.self_signed => {
            Outcome::ends(FindingKind::TlsSelfSigned, "The certificate's issuer is the certificate itself.")
        }
        Some(ErrorKind::TlsUnknownAuthority) => Outcome::ends(FindingKind::TlsPrivateAuthority, message(e)),
        Some(ErrorKind::TlsHostnameMismatch) => Outcome::ends(FindingKind::TlsWrongName, wrong_name(e)),
        Some(ErrorKind::TlsExpired) => {
            Outcome::ends(FindingKind::TlsExpired, bound(e, "The certificate ended"))
        }
        Some(ErrorKind::TlsNotYetValid) => {
            Outcome::ends(FindingKind::TlsNotYetValid, bound(e, "The certificate begins"))
        }
        Some(ErrorKind::TlsFailed) => Outcome::ends(FindingKind::TlsFailed, message(e)),
        _ if e.me.is_none() => Outcome::skipped(),
        _ if !e.server.is_https() => Outcome::says("plain http, by its URL"),
        _ if e.any_certificate => Outcome::says("the certificate was not checked"),
        _ => Outcome::says("the certificate is good"),
    }
}

fn wrong_name(e: &Evidence) -> String {
    let host = e.server.host();
    match &e.certificate.names[..] {
        [] => format!("The certificate is not for {host}."),
        names => format!("The certificate is not for {host} but for {}.", names.join(", ")),
    }
}

fn bound(e: &Evidence, what: &str) -> String {
    let here = day_and_minute(e.now);
    match e.certificate.bound {
        Some(bound) => format!("{what} on {}; this machine's clock says {here}.", day_and_minute(bound)),
        None => format!("{}; this machine's clock says {here}.", message(e).trim_end_matches('.')),
    }
}

/// What the failed question said.
pub(super) fn message(e: &Evidence) -> String {
    e.verdict.as_ref().err().map_or_else(String::new, |error| error.message().to_owned())
}
