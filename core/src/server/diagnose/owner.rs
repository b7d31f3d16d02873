//! The owner of a token that was accepted, and what will soon go wrong.

use super::evidence::Evidence;
use super::finding::{Finding, FindingKind};
use super::walk::Outcome;
use crate::Kind;
use crate::time::{day_and_minute, from_http_date};

const DAY: i64 = 86_400_000;
/// Mattermost itself warns owners from the seventh day on (facts 1.4).
const SOON: i64 = 7 * DAY;
const SKEW: i64 = 60_000;

/// What the owner may do, as far as it matters for the token.
pub(super) fn rights(e: &Evidence) -> Outcome {
    let Some(owner) = e.owner() else { return Outcome::skipped() };
    let has = |role: &str| owner.roles.iter().any(|name| name == role);
    let finding = |when: bool, kind, seen: &str| when.then(|| Finding::new(kind, seen));
    let roles = format!("The roles are: {}.", owner.roles.join(" "));
    let may_make = has("system_admin") || has("system_user_access_token");
    let is_session = e.known.kind == Kind::Session || is_login_session(e);
    let off = e.setting("EnableUserAccessTokens").as_deref() == Some("false");
    Outcome::says(if owner.roles.is_empty() { "no role".to_owned() } else { owner.roles.join(" ") })
        .finding(finding(
            lacks_mfa(e),
            FindingKind::MfaRequired,
            "users/me/sessions was refused: MFA is required.",
        ))
        .finding(finding(owner.roles.is_empty(), FindingKind::NoRoles, "The list of roles is empty."))
        .finding(finding(has("system_guest"), FindingKind::Guest, &roles))
        .finding(finding(has("system_admin"), FindingKind::Administrator, &roles))
        .finding(finding(owner.is_bot, FindingKind::BotNeedsManager, "The owner is a bot."))
        .finding(finding(
            owner.is_bot && off,
            FindingKind::BotsOnly,
            "The owner is a bot, and the configuration says EnableUserAccessTokens: false.",
        ))
        .finding(finding(
            !owner.is_bot && !may_make && !is_session && !owner.roles.is_empty(),
            FindingKind::MayNotMakeTokens,
            &roles,
        ))
}

/// users/me alone is free of the demand for MFA (facts 2.4).
fn lacks_mfa(e: &Evidence) -> bool {
    let refused =
        e.sessions.as_ref().and_then(|answer| answer.as_ref().ok()).and_then(|reply| reply.app_error());
    refused.is_some_and(|error| error.id == "api.context.mfa_required.app_error")
}

/// One of the owner's sessions is the token's own, so if none is a token's, it is a login's.
fn is_login_session(e: &Evidence) -> bool {
    let sessions = e.own_sessions().unwrap_or_default();
    !sessions.is_empty() && sessions.iter().all(|session| session.token_id.is_none() && !session.is_oauth)
}

pub(super) fn expiry(e: &Evidence) -> Outcome {
    if e.owner().is_none() {
        return Outcome::skipped();
    }
    let session = e.own_session();
    let end = session.as_ref().map(|session| session.expires_at).or(e.known.expires_at);
    let Some(end) = end.filter(|end| *end > 0) else { return Outcome::skipped() };
    // A token without an end has a session of a hundred years (facts 1.3).
    if end > e.now + 50 * 365 * DAY {
        return Outcome::says("no end");
    }
    let seen = format!("It ends on {}.", day_and_minute(end));
    let login = session.is_some_and(|session| session.token_id.is_none() && !session.is_oauth);
    let kind = match () {
        () if login && is_login_session(e) => FindingKind::LoginSession,
        () if end <= e.now + SOON => FindingKind::ExpiresSoon,
        () => return Outcome::says(seen),
    };
    Outcome::ends(kind, seen)
}

pub(super) fn clock(e: &Evidence) -> Outcome {
    let theirs = e.me.as_ref().and_then(|reply| from_http_date(reply.header("date")?));
    let Some(theirs) = theirs else { return Outcome::skipped() };
    let seconds = (e.now - theirs).abs() / 1000;
    if seconds * 1000 <= SKEW {
        return Outcome::says("the clocks agree");
    }
    let seen = format!(
        "The answer is dated {}, this machine's clock says {}: {seconds} s apart.",
        day_and_minute(theirs),
        day_and_minute(e.now)
    );
    Outcome::ends(FindingKind::ClockSkew, seen)
}
