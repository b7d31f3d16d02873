//! The token: what it looks like, and what the server says of it.

use serde_json::Value;

use super::evidence::{AdminAnswers, Answer, Evidence, Session, object, setting};
use super::finding::{Finding, FindingKind};
use super::walk::Outcome;
use super::way::message;
use crate::ErrorKind;
use crate::error::{Error, quote};
use crate::server::reply::Reply;
use crate::time::day_and_minute;

/// What the text looks like. A hint only: the server does not check it (facts 1.1), so it counts when a token was
/// refused.
pub(super) fn token_shape(e: &Evidence) -> Outcome {
    // EXPOSE: looked at here, and told only by its length.
    e.token.expose(|token| {
        let same = |id: &Option<String>| id.as_deref() == Some(token);
        let length = token.chars().count();
        let kind = match () {
            () if !e.is_rejected() => return Outcome::says(format!("{length} characters")),
            () if same(&e.known.token_id) => FindingKind::TokenIdGiven,
            () if same(&e.known.user_id) => FindingKind::UserIdGiven,
            () if !token.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) => {
                FindingKind::LooksLikePassword
            }
            () if length < 20 => FindingKind::LooksLikePassword,
            () if length < 26 => FindingKind::TokenCutOff,
            () if !could_be_generated(token) => FindingKind::TokenMistyped,
            () => return Outcome::says("26 characters, as the server makes them"),
        };
        let seen = match kind {
            FindingKind::TokenIdGiven | FindingKind::UserIdGiven => {
                "The text equals the id that is kept with the credential.".to_owned()
            }
            FindingKind::LooksLikePassword if length < 20 => format!("The text has {length} characters."),
            FindingKind::LooksLikePassword => "The text holds capitals or signs.".to_owned(),
            FindingKind::TokenCutOff => format!("The text has {length} characters instead of 26."),
            _ if length > 26 => format!("The text has {length} characters instead of 26."),
            _ => "The text has 26 characters, but not such as the server's generator makes.".to_owned(),
        };
        Outcome::ends(kind, seen)
    })
}

/// Tokens are version-4 UUIDs in z-base-32, so five places have fewer letters (facts 1.1).
fn could_be_generated(token: &str) -> bool {
    const ALPHABET: &str = "ybndrfg8ejkmcpqxot1uwisza345h769";
    const PLACES: [(usize, &str); 5] = [
        (9, "bfjpti37"),
        (10, "ybndrfg8"),
        (12, "bdf8jmpxtuiz3579"),
        (13, "ybndrfg8ejkmcpqx"),
        (25, "yrecowah"),
    ];
    token.len() == 26
        && token.chars().all(|sign| ALPHABET.contains(sign))
        && PLACES.iter().all(|(place, signs)| signs.as_bytes().contains(&token.as_bytes()[*place]))
}

/// What the server said of the token, twice.
pub(super) fn acceptance(e: &Evidence) -> Outcome {
    let Some(reply) = &e.me else { return Outcome::skipped() };
    if e.disagrees() {
        let seen = "Of requests with the same token one was refused and another accepted.";
        return Outcome::ends(FindingKind::ReplicasDisagree, seen);
    }
    let kind = match &e.verdict {
        Ok(owner) => {
            let bot = if owner.is_bot { " (a bot)" } else { "" };
            return Outcome::says(format!("accepted: {}{bot}", quote(&owner.username)));
        }
        Err(error) => error.kind(),
    };
    match kind {
        ErrorKind::TokenRejected => rejected(e, reply),
        ErrorKind::TokenInQuery => Outcome::ends(FindingKind::TokenInQuery, message(e)),
        ErrorKind::MfaRequired => Outcome::ends(FindingKind::MfaRequired, message(e)),
        ErrorKind::RateLimited => Outcome::ends(FindingKind::RateLimited, message(e)),
        ErrorKind::ServerError => with_request_id(e, FindingKind::ServerError),
        ErrorKind::UnexpectedReply | ErrorKind::PermissionDenied => {
            with_request_id(e, FindingKind::UnexpectedReply)
        }
        _ => Outcome::skipped(),
    }
}

fn with_request_id(e: &Evidence, kind: FindingKind) -> Outcome {
    let id = e.verdict.as_ref().err().and_then(Error::request_id);
    let finding = Finding::new(kind, message(e));
    let finding = id.into_iter().fold(finding, |finding, id| finding.and(format!("Request id: {id}.")));
    Outcome::says(message(e)).finding(finding)
}

/// Rejected, or never arrived? Neither sign is proof (recordings, observation 1), so the words say *likely*.
fn rejected(e: &Evidence, reply: &Reply) -> Outcome {
    if e.setting("EnableUserAccessTokens").as_deref() == Some("false") {
        let seen = "The server knows the token, and its configuration says EnableUserAccessTokens: false.";
        return Outcome::ends(FindingKind::PersonalAccessTokensOff, seen);
    }
    let twice = match &e.again {
        Some(Err(error)) if error.kind() == ErrorKind::TokenRejected => {
            "twice, the second time on a fresh connection"
        }
        _ => "once; a second opinion was not to be had",
    };
    let refused = format!("Refused {twice} (401).");
    let (kind, sign) = if reply.clears_session_cookie() {
        (FindingKind::TokenRejected, "The answer clears the session cookie: a token arrived and was refused.")
    } else {
        (
            FindingKind::TokenNeverArrived,
            "The answer lacks the clearing cookie, which is the sign that a token arrived.",
        )
    };
    let mut finding = Finding::new(kind, refused.clone()).and(sign);
    if let Some(id) = e.verdict.as_ref().err().and_then(Error::request_id) {
        finding = finding.and(format!("Request id: {id}."));
    }
    let expired = e.known.expires_at.filter(|end| (1..=e.now).contains(end));
    let expired = expired.map(|end| expired_at(end, "by the record that is kept with it"));
    Outcome::says(refused).finding(finding).finding(expired)
}

fn expired_at(end: i64, by: &str) -> Finding {
    Finding::new(FindingKind::TokenExpired, format!("It ended on {}, {by}.", day_and_minute(end)))
}

/// What an administrator's credential knows of a refused token.
pub(super) fn exact_cause(e: &Evidence) -> Outcome {
    if !e.is_rejected() {
        return Outcome::skipped();
    }
    let Some(admin) = &e.admin else {
        return Outcome::left_out("an administrator's credential would tell it");
    };
    if let Some(why) = admin.unusable.clone().or_else(|| refusal(admin)) {
        return Outcome::ends(FindingKind::AdministratorCannotTell, why);
    }
    // EXPOSE: compared with the ids that the administrator may see.
    let findings: Vec<Finding> = e.token.expose(|text| {
        let causes = [
            switched_off(admin),
            owner_state(admin),
            token_state(admin, e.now),
            mistaken(admin, text).or_else(|| state_of_all(admin, e.now)),
        ];
        causes.into_iter().flatten().collect()
    });
    if findings.is_empty() {
        return Outcome::says("the administrator's credential does not know this token");
    }
    findings.into_iter().fold(Outcome::says("told by the administrator's credential"), Outcome::finding)
}

/// A question of the administrator's that was refused or failed.
fn refusal(admin: &AdminAnswers) -> Option<String> {
    let asked = [&admin.config, &admin.token, &admin.owner, &admin.search, &admin.tokens, &admin.sessions];
    asked.into_iter().flatten().find_map(|answer| match answer {
        Ok(reply) if matches!(reply.status, 200 | 404) => None,
        Ok(reply) => Some(format!("The server answered {} to the administrator's credential.", reply.status)),
        Err(error) => Some(error.message().to_owned()),
    })
}

fn switched_off(admin: &AdminAnswers) -> Option<Finding> {
    let is_bot = found(&admin.owner).is_some_and(|owner| owner["is_bot"] == true);
    let off = setting(admin.config.as_ref(), "EnableUserAccessTokens")? == "false";
    (off && !is_bot).then(|| {
        let seen = "The configuration says EnableUserAccessTokens: false.";
        Finding::new(FindingKind::PersonalAccessTokensOff, seen)
    })
}

fn owner_state(admin: &AdminAnswers) -> Option<Finding> {
    if is_missing(&admin.owner) {
        return Some(Finding::new(FindingKind::OwnerGone, "The server knows no user with the owner's id."));
    }
    let owner = found(&admin.owner)?;
    let since = owner["delete_at"].as_i64().filter(|since| *since > 0)?;
    let name = quote(owner["username"].as_str().unwrap_or_default());
    let seen = format!("{name} is deactivated since {}.", day_and_minute(since));
    Some(Finding::new(FindingKind::OwnerDeactivated, seen))
}

fn token_state(admin: &AdminAnswers, now: i64) -> Option<Finding> {
    if is_missing(&admin.token) {
        return Some(Finding::new(
            FindingKind::TokenRevoked,
            "The server knows no token with the id on record.",
        ));
    }
    let token = found(&admin.token)?;
    let end = token["expires_at"].as_i64().unwrap_or(0);
    Some(if token["is_active"] == false {
        Finding::new(FindingKind::TokenDisabled, "Its is_active is false.")
    } else if (1..=now).contains(&end) {
        expired_at(end, "says the server")
    } else if owner_state(admin).is_none() && switched_off(admin).is_none() {
        Finding::new(FindingKind::TokenReplaced, "The token with the id on record is active.")
    } else {
        return None;
    })
}

/// An id that was taken for a token.
fn mistaken(admin: &AdminAnswers, text: &str) -> Option<Finding> {
    let tokens = items(&admin.search).or_else(|| items(&admin.tokens)).unwrap_or_default();
    let sessions = items(&admin.sessions).unwrap_or_default();
    if tokens.iter().any(|token| token["id"] == text) {
        return Some(Finding::new(FindingKind::TokenIdGiven, "The server knows a token with that id."));
    }
    if tokens.iter().any(|token| token["user_id"] == text) {
        return Some(Finding::new(FindingKind::UserIdGiven, "The server knows a user with that id."));
    }
    let is_session = sessions.iter().any(|session| Session::new(session).id.as_deref() == Some(text));
    is_session.then(|| Finding::new(FindingKind::SessionIdGiven, "The owner has a session with that id."))
}

/// What is known where the owner's tokens are, but not which of them it is.
fn state_of_all(admin: &AdminAnswers, now: i64) -> Option<Finding> {
    let tokens = items(&admin.tokens)?;
    let ended = |token: &Value| (1..=now).contains(&token["expires_at"].as_i64().unwrap_or(0));
    let disabled = tokens.iter().filter(|token| token["is_active"] == false).count();
    let expired = tokens.iter().filter(|token| ended(token)).count();
    let among = |what: &str| format!("All of the owner's tokens are {what} ({}).", tokens.len());
    match tokens.len() {
        0 => Some(Finding::new(FindingKind::TokenRevoked, "The owner has no token any more.")),
        all if all == disabled => Some(Finding::new(FindingKind::TokenDisabled, among("disabled")).likely()),
        all if all == expired => Some(Finding::new(FindingKind::TokenExpired, among("expired")).likely()),
        _ => None,
    }
}

fn items(answer: &Option<Answer>) -> Option<Vec<Value>> {
    match answer.as_ref()?.as_ref().ok().filter(|reply| reply.status == 200)?.json()? {
        Value::Array(items) => Some(items),
        _ => None,
    }
}

fn found(answer: &Option<Answer>) -> Option<Value> {
    let reply = answer.as_ref()?.as_ref().ok().filter(|reply| reply.status == 200)?;
    object(reply).map(Value::Object)
}

fn is_missing(answer: &Option<Answer>) -> bool {
    matches!(answer, Some(Ok(reply)) if reply.status == 404 && reply.app_error().is_some())
}
