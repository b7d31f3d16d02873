use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::Verified;
use super::reply::{AppError, Reply, is_error_id, is_id};
use crate::error::{Error, Result, quote};
use crate::{ErrorKind, ServerUrl};

/// What a reply to `GET users/me` says about the token: the one place where verdicts are made. Pure.
///
/// A [`ErrorKind::TokenRejected`] from here is one refusal; `verify` asks twice before it says so.
///
/// # Errors
/// Every kind of the ledger's block 200.
pub fn judge(server: &ServerUrl, reply: &Reply) -> Result<Verified> {
    match reply.status {
        200 => judge_ok(server, reply),
        300..=399 => Err(judge_redirect(server, reply)),
        401 => Err(judge_unauthorized(server, reply)),
        403 => Err(judge_forbidden(server, reply)),
        404 => Err(judge_not_found(server, reply)),
        429 => Err(rate_limited(server, reply)),
        500..=599 => Err(judge_down(server, reply)),
        _ => Err(judge_other(server, reply)),
    }
    .map_err(|error| error.with_request_id(reply.request_id()))
}

fn judge_ok(server: &ServerUrl, reply: &Reply) -> Result<Verified> {
    match reply.json() {
        Some(Value::Object(user)) => match to_verified(&user, reply) {
            Some(verified) if is_sister_product(&verified, reply) => Err(Error::new(
                ErrorKind::NotMattermost,
                format!(
                    "{server} is a product that resembles Mattermost: its user has roles no Mattermost has."
                ),
            )),
            Some(verified) => Ok(verified),
            None => Err(Error::new(
                ErrorKind::NotMattermost,
                format!("{server} answered with JSON that is no Mattermost user."),
            )),
        },
        Some(_) => Err(unexpected(server, reply)),
        None if reply.is_html() => Err(judge_page(server, reply)),
        None if reply.header("content-type").is_some_and(|kind| kind.contains("json")) => {
            Err(unexpected(server, reply))
        }
        None => Err(not_mattermost(server, reply)),
    }
}

/// A user has an id of 26 characters, which an error's id (same key!) is not, and a name.
fn to_verified(user: &serde_json::Map<String, Value>, reply: &Reply) -> Option<Verified> {
    let text = |key: &str| user.get(key).and_then(Value::as_str);
    let id = text("id").filter(|id| is_id(id))?;
    let username = text("username").filter(|name| !name.is_empty())?;
    Some(Verified {
        user_id: id.to_owned(),
        username: username.to_owned(),
        roles: text("roles").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        is_bot: user.get("is_bot").and_then(Value::as_bool).unwrap_or(false),
        server_version: reply.server_version(),
    })
}

/// Products of the same code base send the same header and objects (recording `200-lookalike-fork-login`):
/// their roles are not Mattermost's and their header lacks the licence flag. Both must be seen, since a
/// Mattermost account may have custom roles only.
fn is_sister_product(user: &Verified, reply: &Reply) -> bool {
    let foreign_roles = !user.roles.is_empty() && !user.roles.iter().any(|role| role.starts_with("system_"));
    let foreign_header = reply.header("x-version-id").is_some_and(|version| {
        let parts: Vec<&str> = version.split('.').collect();
        parts.len() > 4 && !matches!(parts.last(), Some(&("true" | "false")))
    });
    foreign_roles && foreign_header
}

fn judge_redirect(server: &ServerUrl, reply: &Reply) -> Error {
    if reply.status == 304 {
        return unexpected(server, reply);
    }
    let Some(location) = reply.header("location") else {
        return Error::new(
            ErrorKind::Redirected,
            format!("{server} answered with a redirect that names no target."),
        )
        .with_hint("Check the server URL: scheme, host, port and subpath.");
    };
    let target = Url::parse(&server.api("users/me")).ok().and_then(|url| url.join(location).ok());
    let better = target.as_ref().and_then(|url| base_of(url.as_str()));
    match (better, target) {
        (Some(base), _) => Error::new(
            ErrorKind::Redirected,
            format!("{server} sends API requests on to {base}; the token was not sent there."),
        )
        .with_hint(format!("If you trust it, store the credential with the URL {base}.")),
        (None, Some(url)) => Error::new(
            ErrorKind::Intercepted,
            format!(
                "{server} sends API requests to another page, on {}; the token was not sent there.",
                quote(url.host_str().unwrap_or("no host"))
            ),
        ),
        (None, None) => unexpected(server, reply),
    }
}

/// The base URL whose API a redirect names, if it names the same call.
fn base_of(url: &str) -> Option<ServerUrl> {
    let path = url.split(['?', '#']).next()?;
    let base = path.strip_suffix("/api/v4/users/me")?;
    ServerUrl::parse(base).ok()
}

fn judge_unauthorized(server: &ServerUrl, reply: &Reply) -> Error {
    if let Some(AppError { id, .. }) = reply.app_error() {
        if id == "api.context.token_provided.app_error" {
            return Error::new(
                ErrorKind::TokenInQuery,
                format!("{server} found the token in the URL's query."),
            );
        }
        return token_rejected(server, reply);
    }
    // Mattermost never sends WWW-Authenticate (facts 13); proxies may drop a body but not add the version.
    let nothing_else = reply.body.is_empty() && !reply.headers.contains_key("www-authenticate");
    if nothing_else && reply.headers.contains_key("x-version-id") {
        return token_rejected(server, reply);
    }
    intercepted(server, reply)
}

/// The clearing cookie says that a token arrived, its absence that perhaps none did; neither is proof
/// (recordings, observation 1), so it shapes the words, not the verdict.
fn token_rejected(server: &ServerUrl, reply: &Reply) -> Error {
    let cleared = reply
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|cookie| cookie.to_str().ok())
        .any(|cookie| cookie.starts_with("MMAUTHTOKEN=;"));
    let error = Error::new(ErrorKind::TokenRejected, format!("{server} refused the token (401)."));
    if cleared {
        return error;
    }
    error.with_hint(
        "Check that the token belongs to this server and is not revoked, disabled or expired. This answer lacks the \
         sign that a token arrived at all: a proxy may remove the Authorization header, or personal access tokens \
         are off (System Console > Integrations > Integration Management).",
    )
}

fn judge_forbidden(server: &ServerUrl, reply: &Reply) -> Error {
    match reply.app_error() {
        Some(error) if error.id == "api.context.mfa_required.app_error" => {
            Error::new(ErrorKind::MfaRequired, format!("{server} wants the token's owner to set up MFA."))
        }
        Some(error) => Error::new(
            ErrorKind::PermissionDenied,
            format!("{server} does not permit the call ({}).", quote(&error.id)),
        ),
        None => intercepted(server, reply),
    }
}

fn judge_not_found(server: &ServerUrl, reply: &Reply) -> Error {
    match reply.app_error() {
        Some(error) if error.id == "api.context.404.app_error" => wrong_base_url(server),
        Some(_) => unexpected(server, reply),
        None if is_web_app(reply) => wrong_base_url(server),
        None => not_mattermost(server, reply),
    }
}

fn rate_limited(server: &ServerUrl, reply: &Reply) -> Error {
    let wait = seconds(reply, "retry-after").or_else(|| seconds(reply, "x-ratelimit-reset"));
    let message = match wait {
        Some(wait) => format!("{server} limits requests: wait {} s.", wait.as_secs()),
        None => format!("{server} limits requests."),
    };
    Error::new(ErrorKind::RateLimited, message).with_retry_after(wait)
}

/// Both headers are seconds from now (facts 7). A second limiter adds them again, so the longest holds.
fn seconds(reply: &Reply, name: &str) -> Option<Duration> {
    const MOST: u64 = 86_400;
    let named =
        reply.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()?.trim().parse().ok());
    named.max().map(|seconds: u64| Duration::from_secs(seconds.min(MOST)))
}

fn judge_down(server: &ServerUrl, reply: &Reply) -> Error {
    let status = reply.status;
    match reply.app_error() {
        // The error's message is never repeated: one of them holds the token in clear (facts 2.4).
        Some(_) => Error::new(ErrorKind::ServerError, format!("{server} failed ({status}).")),
        None => Error::new(
            ErrorKind::UpstreamDown,
            format!("Something in front of {server} can not reach it ({status})."),
        ),
    }
}

fn judge_other(server: &ServerUrl, reply: &Reply) -> Error {
    if (200..=299).contains(&reply.status) || reply.app_error().is_some() {
        return unexpected(server, reply);
    }
    if reply.status == 400 && !server.is_https() {
        return Error::new(
            ErrorKind::WrongScheme,
            format!("{server} does not take plain http (400): the port probably speaks https."),
        )
        .with_hint("Use https:// in the server URL.");
    }
    not_mattermost(server, reply)
}

fn judge_page(server: &ServerUrl, reply: &Reply) -> Error {
    if is_web_app(reply) {
        return wrong_base_url(server);
    }
    if is_login_page(&reply.page()) {
        return intercepted(server, reply);
    }
    not_mattermost(server, reply)
}

/// The web app answers any path outside the API with 200 (recording `200-get-unknown-page-4.4`).
fn is_web_app(reply: &Reply) -> bool {
    reply.is_html()
        && (reply.server_version().is_some() || reply.page().contains("<title>mattermost</title>"))
}

fn is_login_page(page: &str) -> bool {
    const GATEWAYS: [&str; 6] =
        ["oauth2-proxy", "authelia", "keycloak", "cloudflare access", "authentik", "captive portal"];
    let password = page.contains("type=\"password\"")
        || page.contains("type=password")
        || page.contains("type='password'");
    password || GATEWAYS.iter().any(|name| page.contains(name))
}

fn wrong_base_url(server: &ServerUrl) -> Error {
    Error::new(
        ErrorKind::WrongBaseUrl,
        format!("A Mattermost server answers at {server}, but its API is not below it."),
    )
}

fn intercepted(server: &ServerUrl, reply: &Reply) -> Error {
    Error::new(
        ErrorKind::Intercepted,
        format!("Something in front of {server} answered in its place ({}).", reply.status),
    )
}

fn not_mattermost(server: &ServerUrl, reply: &Reply) -> Error {
    let shape = if reply.is_html() { "a web page" } else { "no API answer" };
    Error::new(
        ErrorKind::NotMattermost,
        format!("{server} answered with {shape} ({}), not as Mattermost does.", reply.status),
    )
}

fn unexpected(server: &ServerUrl, reply: &Reply) -> Error {
    // An error's id is one of Mattermost's own words; no other part of a body is repeated.
    let id = reply.app_error().map(|error| error.id).filter(|id| is_error_id(id));
    let detail = id.map(|id| format!(", {}", quote(&id))).unwrap_or_default();
    Error::new(
        ErrorKind::UnexpectedReply,
        format!("{server} gave an answer that fits nothing known ({}{detail}).", reply.status),
    )
}
