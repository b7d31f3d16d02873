//! Who answered: Mattermost, something in front of it, or something else.

use super::evidence::Evidence;
use super::finding::{Finding, FindingKind};
use super::in_between;
use super::walk::Outcome;
use super::way::message;
use crate::ErrorKind;
use crate::error::{Error, quote};
use crate::server::judge::is_sister_product;

pub(super) fn redirect(e: &Evidence) -> Outcome {
    if e.failure() != Some(ErrorKind::Redirected) {
        return Outcome::skipped();
    }
    let seen = message(e);
    match e.verdict.as_ref().err().and_then(Error::better_url) {
        Some(better) => Outcome::says(seen.clone())
            .finding(Finding::new(FindingKind::BetterUrl, seen).with("better_url", better.as_str())),
        None => Outcome::ends(FindingKind::Redirected, seen),
    }
}

/// Whether something answered in the place of Mattermost.
pub(super) fn in_between(e: &Evidence) -> Outcome {
    let Some(reply) = &e.me else { return Outcome::skipped() };
    let seen = in_between::who(reply);
    let named = |finding: Finding| match seen {
        Some(seen) => finding.and(format!("It is {}: {}.", seen.product, seen.trait_)),
        None => finding,
    };
    let kind = match e.failure() {
        Some(ErrorKind::UpstreamDown) => FindingKind::UpstreamDown,
        Some(ErrorKind::Intercepted) if in_between::is_captive_portal(reply) => FindingKind::CaptivePortal,
        Some(ErrorKind::Intercepted) if reply.status < 400 || seen.is_some_and(|seen| seen.is_gateway) => {
            FindingKind::LoginPageInFront
        }
        Some(ErrorKind::Intercepted) => FindingKind::AnsweredInBetween,
        _ => {
            return seen.map_or_else(Outcome::skipped, |seen| {
                Outcome::says(format!("{} passes requests on", seen.product))
            });
        }
    };
    Outcome::says(message(e)).finding(named(Finding::new(kind, message(e))))
}

pub(super) fn mattermost(e: &Evidence) -> Outcome {
    let Some(reply) = &e.me else { return Outcome::skipped() };
    match e.failure() {
        Some(ErrorKind::NotMattermost) if is_sister_product(reply) => {
            Outcome::ends(FindingKind::SisterProduct, message(e))
        }
        Some(ErrorKind::NotMattermost) => {
            let who = in_between::who(reply)
                .map(|seen| format!("It looks like {}: {}.", seen.product, seen.trait_));
            let finding = Finding::new(FindingKind::NotMattermost, message(e));
            Outcome::says(message(e)).finding(who.into_iter().fold(finding, Finding::and))
        }
        Some(ErrorKind::Intercepted | ErrorKind::UpstreamDown | ErrorKind::Redirected) => Outcome::skipped(),
        _ => Outcome::says(match reply.server_version() {
            Some(version) => format!("version {version}"),
            None => "the version was not told".to_owned(),
        }),
    }
}

pub(super) fn base_url(e: &Evidence) -> Outcome {
    match e.failure() {
        Some(ErrorKind::WrongBaseUrl) => Outcome::ends(FindingKind::WrongBaseUrl, message(e)),
        None | Some(ErrorKind::TokenRejected) => {
            let elsewhere = e
                .setting("SiteURL")
                .filter(|site| !site.is_empty() && site.trim_end_matches('/') != e.server.as_str());
            Outcome::says(match elsewhere {
                Some(site) => format!("the API is there; the server calls itself {}", quote(&site)),
                None => "the API is there".to_owned(),
            })
        }
        _ => Outcome::skipped(),
    }
}
