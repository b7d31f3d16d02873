//! How a request is authenticated: the pipeline of facts 2.2, in its order.

use crate::call::Call;
use crate::errors::{AppError, Fail};
use crate::reply::{Reply, gzip, zstd};
use crate::routes::{Route, Session as Needs};
use crate::session::Session;
use crate::state::State;
use crate::{limiter, pats};

/// Where a token was read from (facts 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Cookie `MMAUTHTOKEN`.
    Cookie,
    /// The Authorization header.
    Header,
    /// `?access_token=`.
    Query,
    /// Nowhere.
    Nowhere,
}

/// Answers shorter than this are not worth compressing.
const GZIP_FROM: usize = 1_024;
/// A token is cut to its first bytes before use (facts 2.1).
const TOKEN_BYTES: usize = 50;

/// First match wins: the cookie even if it is empty, `Bearer`, `token`, the query (facts 2.1).
pub fn parse_token(call: &Call) -> (String, Place) {
    if let Some(cookie) = call.cookie("MMAUTHTOKEN") {
        return (cut(cookie), Place::Cookie);
    }
    let header = call.header("authorization");
    for scheme in ["bearer", "token"] {
        let matches = header.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        if matches && header.len() > scheme.len() {
            // The byte after the scheme is skipped, whatever it is.
            return (cut(header.get(scheme.len() + 1..).unwrap_or_default()), Place::Header);
        }
    }
    let query = call.query("access_token");
    if query.is_empty() { (String::new(), Place::Nowhere) } else { (cut(query), Place::Query) }
}

fn cut(token: &str) -> String {
    let end = (0..=TOKEN_BYTES.min(token.len())).rev().find(|at| token.is_char_boundary(*at)).unwrap_or(0);
    token[..end].to_owned()
}

/// Takes a request that matched a route through the pipeline and writes the answer.
pub fn handle(state: &mut State, call: &mut Call, route: &Route) -> Reply {
    call.request_id = state.ids.next();
    // Before any header is set: only a Content-Type goes out (facts 2.4 [R]).
    let longest = state.config.int("ServiceSettings", "MaximumURLLength");
    if i64::try_from(call.target.len()).unwrap_or(i64::MAX) > longest {
        let fail = Fail::new(414, "basic_security_check.url.too_long_error");
        return error_reply(state, call, &fail).with("Content-Type", "application/json");
    }
    let mut limited = Vec::new();
    let answer = match authenticate(state, call, route, &mut limited) {
        Err(Refused::Fail(fail)) => Err(fail),
        Err(Refused::Limited { clears_cookie }) => {
            let reply = cleared(state, Reply::bytes(429, limiter::BODY), clears_cookie);
            return finish(state, call, reply, limited);
        }
        Ok(()) => (route.run)(state, call),
    };
    let reply =
        answer.unwrap_or_else(|fail| cleared(state, error_reply(state, call, &fail), fail.clears_cookie));
    finish(state, call, reply, limited)
}

fn cleared(state: &State, reply: Reply, clears: bool) -> Reply {
    if clears { reply.with("Set-Cookie", clearing_cookie(state)) } else { reply }
}

/// Exactly so (facts 2.2 [R]); the path is the subpath.
pub fn clearing_cookie(state: &State) -> String {
    format!("MMAUTHTOKEN=; Path={}; Max-Age=0; HttpOnly", state.config.subpath_of_site_url())
}

enum Refused {
    Fail(Fail),
    Limited { clears_cookie: bool },
}

impl From<Fail> for Refused {
    fn from(fail: Fail) -> Self {
        Self::Fail(fail)
    }
}

fn authenticate(
    state: &mut State,
    call: &mut Call,
    route: &Route,
    limited: &mut Vec<(&'static str, String)>,
) -> Result<(), Refused> {
    let (token, place) = parse_token(call);
    if !token.is_empty() {
        let found = look_up(state, call, route, &token, place);
        // The limiter is asked whatever came of the token: all unresolved ones share the key "" (facts 7).
        let user_id = found.as_ref().map_or("", |session| session.user_id.as_str());
        if !state.limits.user(user_id, call.now, limited) {
            let clears_cookie = found.err().is_some_and(|fail| fail.clears_cookie);
            return Err(Refused::Limited { clears_cookie });
        }
        call.session = found?;
        check_csrf(state, call, route, &token, place)?;
    }
    if route.session != Needs::None {
        session_required(state, call)?;
    }
    if route.session == Needs::WithMfa {
        require_mfa(state, call)?;
    }
    if !call.session.user_id.is_empty() {
        let mut session = call.session.clone();
        state.touch(&mut session, call.now);
        call.session = session;
    }
    Ok(())
}

/// A 500 is returned as it is on every endpoint; any other refusal is the ordinary 401 with the clearing cookie, and
/// silence where no session is needed (facts 2.2).
fn look_up(
    state: &mut State,
    call: &Call,
    route: &Route,
    token: &str,
    place: Place,
) -> Result<Session, Fail> {
    let resolved = match call.stale_replica {
        Some(_) => Err(pats::unknown_on_replica(token)),
        None => state.resolve(token, call.now),
    };
    match resolved {
        Err(fail) if fail.status == 500 => Err(fail),
        Err(_) if route.session == Needs::None => Ok(Session::default()),
        Err(_) => {
            let mut fail = Fail::session_expired(format!("token={token}"));
            fail.clears_cookie = call.stale_replica.unwrap_or(true);
            Err(fail)
        }
        Ok(session) if place == Place::Query && !session.is_oauth => {
            Err(Fail::new(401, "api.context.token_provided.app_error").detail(format!("token={token}")))
        }
        Ok(session) => Ok(session),
    }
}

/// Only for a live session from the cookie, on every method but a literal GET (facts 2.4).
fn check_csrf(state: &State, call: &Call, route: &Route, token: &str, place: Place) -> Result<(), Fail> {
    let nobody = call.session.user_id.is_empty();
    if place != Place::Cookie || nobody || route.trusts_requester || call.method == "GET" {
        return Ok(());
    }
    // A session without the property passes without the header, and fails with one.
    if call.header("x-csrf-token") == call.session.prop("csrf") {
        return Ok(());
    }
    let script = call.header("x-requested-with") == "XMLHttpRequest";
    if script && !state.service("ExperimentalStrictCSRFEnforcement") {
        return Ok(());
    }
    let mut fail = Fail::session_expired(format!("token={token} Appears to be a CSRF attempt"));
    fail.clears_cookie = state.profile.csrf_clears_cookie;
    Err(fail)
}

/// No cookie is cleared here (facts 2.4).
fn session_required(state: &State, call: &Call) -> Result<(), Fail> {
    let session = &call.session;
    if session.is_pat() && session.prop("is_bot") != "true" && !state.service("EnableUserAccessTokens") {
        return Err(Fail::session_expired("UserAccessToken"));
    }
    if session.user_id.is_empty() {
        return Err(Fail::session_expired("UserRequired"));
    }
    Ok(())
}

/// Licence and both settings; OAuth, bots and SSO users but LDAP are exempt, tokens are not (facts 2.4).
pub fn require_mfa(state: &State, call: &Call) -> Result<(), Fail> {
    let enforced =
        state.service("EnableMultifactorAuthentication") && state.service("EnforceMultifactorAuthentication");
    if !state.licence.mfa || !enforced || call.session.is_oauth {
        return Ok(());
    }
    let user = state.users.get(&call.session.user_id).ok_or_else(|| Fail::session_expired("MfaRequired"))?;
    let guest_exempt =
        user.is_guest() && !state.on("GuestAccountsSettings", "EnforceMultifactorAuthentication");
    let sso = !matches!(user.auth_service.as_str(), "" | "email" | "ldap");
    let exempt_path = format!("{}/api/v4/users/me", state.config.subpath_of_site_url().trim_end_matches('/'));
    if guest_exempt || sso || state.bots.contains_key(&user.id) || user.mfa_active || call.path == exempt_path
    {
        return Ok(());
    }
    Err(Fail::new(403, "api.context.mfa_required.app_error").detail("MfaRequired"))
}

/// The refusal as JSON.
pub fn error_reply(state: &State, call: &Call, fail: &Fail) -> Reply {
    let hardened = state.service("ExperimentalEnableHardenedMode") && fail.status >= 500;
    let developer = state.service("EnableDeveloper");
    let status = if hardened { 500 } else { fail.status };
    Reply::json(
        status,
        &AppError {
            id: if hardened { "" } else { &fail.id },
            message: if hardened {
                "Internal Server Error".to_owned()
            } else {
                fail.message(call.language())
            },
            detailed_error: if developer && !hardened { &fail.detail } else { "" },
            request_id: &call.request_id,
            status_code: status,
        },
    )
}

/// Headers of every answer of an API handler (facts 13).
fn finish(state: &State, call: &Call, reply: Reply, limited: Vec<(&'static str, String)>) -> Reply {
    let mut headers = vec![
        ("X-Request-Id", call.request_id.clone()),
        ("X-Version-Id", state.config.version_id(state)),
        ("Permissions-Policy", String::new()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("Referrer-Policy", "no-referrer".to_owned()),
        ("Vary", "Accept-Encoding".to_owned()),
    ];
    if state.service("TLSStrictTransport") {
        let age = state.config.int("ServiceSettings", "TLSStrictTransportMaxAge");
        headers.push(("Strict-Transport-Security", format!("max-age={age}")));
    }
    if call.method == "GET" {
        headers.push(("Expires", "0".to_owned()));
    }
    if !reply.headers.iter().any(|(name, _)| *name == "Content-Type") {
        let kind = if reply.status == 429 { limiter::CONTENT_TYPE } else { "application/json" };
        headers.push(("Content-Type", kind.to_owned()));
    }
    headers.extend(limited);
    headers.extend(reply.headers);
    let mut body = reply.body;
    let on = state.config.text("ServiceSettings", "WebserverMode") == "gzip";
    if on && body.len() >= GZIP_FROM && state.profile.zstd && takes(call, "zstd") {
        body = zstd(&body);
        headers.push(("Content-Encoding", "zstd".to_owned()));
    } else if on && body.len() >= GZIP_FROM && takes(call, "gzip") {
        body = gzip(&body);
        headers.push(("Content-Encoding", "gzip".to_owned()));
    }
    Reply { status: reply.status, headers, body }
}

fn takes(call: &Call, coding: &str) -> bool {
    call.header("accept-encoding").split(',').any(|offered| {
        let (name, weight) = offered.split_once(';').unwrap_or((offered, ""));
        name.trim().eq_ignore_ascii_case(coding)
            && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(headers: &[(&str, &str)], target: &str) -> (String, Place) {
        let mut call = Call::default();
        call.parse_target(target);
        call.headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        parse_token(&call)
    }

    #[test]
    fn token_parse_rules_of_facts_2_1() {
        let auth = |value| parsed(&[("authorization", value)], "/x");
        for value in ["Bearer abc", "bearer abc", "BEARER\tabc", "Token abc", "tOkEn_abc", "BEARERxabc"] {
            assert_eq!(auth(value), ("abc".into(), Place::Header), "{value}");
        }
        assert_eq!(auth("Bearer  abc").0, " abc");
        for value in ["Bearer", "token", "Basic abc", "", "abc"] {
            assert_eq!(auth(value), (String::new(), Place::Nowhere), "{value}");
        }
        assert_eq!(auth(&format!("Bearer {}", "a".repeat(60))).0.len(), 50);
        assert_eq!(parsed(&[], "/x?access_token=abc"), ("abc".into(), Place::Query));
        let both = [("cookie", "MMAUTHTOKEN="), ("authorization", "Bearer abc")];
        assert_eq!(parsed(&both, "/x?access_token=abc"), (String::new(), Place::Cookie));
    }
}
