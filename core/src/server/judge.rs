use std::time::Duration;

use url::Url;

use super::Verified;
use super::reply::{AppError, Reply, is_error_id};
use super::user::User;
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
        // A network that wants a login of its own first (RFC 6585): no server failed.
        511 => Err(intercepted(server, reply)),
        500..=599 => Err(judge_down(server, reply)),
        _ => Err(judge_other(server, reply)),
    }
    .map_err(|error| error.with_request_id(reply.request_id()))
}

fn judge_ok(server: &ServerUrl, reply: &Reply) -> Result<Verified> {
    let not_mattermost_user =
        |what: &str| Err(Error::new(ErrorKind::NotMattermost, format!("{server} {what}.")));
    match User::of(reply).map(|user| user.verified(reply)) {
        Some(Some(verified)) if resembles(&verified, reply) => not_mattermost_user(
            "is a product that resembles Mattermost: its user has roles no Mattermost has",
        ),
        Some(Some(verified)) => Ok(verified),
        Some(None) => not_mattermost_user("answered with JSON that is no Mattermost user"),
        None if reply.json().is_some() => Err(unexpected(server, reply)),
        None if reply.is_html() => Err(judge_page(server, reply)),
        None if reply.header("content-type").is_some_and(|kind| kind.contains("json")) => {
            Err(unexpected(server, reply))
        }
        None => Err(not_mattermost(server, reply)),
    }
}

/// Products of the same code base send the same header and objects (recording `200-lookalike-fork-login`):
/// their roles are not Mattermost's and their header lacks the licence flag. Both must be seen, since a
/// Mattermost account may have custom roles only.
fn resembles(user: &Verified, reply: &Reply) -> bool {
    let foreign_roles = !user.roles.is_empty() && !user.roles.iter().any(|role| role.starts_with("system_"));
    foreign_roles && reply.header("x-version-id").is_some_and(lacks_licence_flag)
}

/// Whether the answer is the user of such a product.
pub(super) fn is_sister_product(reply: &Reply) -> bool {
    User::of(reply).and_then(|user| user.verified(reply)).is_some_and(|user| resembles(&user, reply))
}

fn lacks_licence_flag(version_id: &str) -> bool {
    let parts: Vec<&str> = version_id.split('.').collect();
    parts.len() > 4 && !matches!(parts.last(), Some(&("true" | "false")))
}

fn judge_redirect(server: &ServerUrl, reply: &Reply) -> Error {
    if reply.status == 304 {
        return unexpected(server, reply);
    }
    let Some(location) = reply.header("location") else {
        return redirected(server);
    };
    let call = server.api("users/me");
    let Some(target) = Url::parse(&call).ok().and_then(|url| url.join(location).ok()) else {
        return redirected(server);
    };
    if let Some(base) = better_base(server, &target) {
        let message = format!("{server} sends API requests on to {base}; the token was not sent there.");
        return Error::new(ErrorKind::Redirected, message)
            .with_hint(format!("If you trust it, store the credential with the URL {base}."))
            .with_better_url(base);
    }
    if target.path().ends_with("/api/v4/users/me") {
        return redirected(server);
    }
    let host = quote(target.host_str().unwrap_or_default());
    let message =
        format!("{server} sends API requests to another page, on {host}; the token was not sent there.");
    Error::new(ErrorKind::Intercepted, message)
}

fn redirected(server: &ServerUrl) -> Error {
    Error::new(
        ErrorKind::Redirected,
        format!("{server} answered with a redirect that names no better address."),
    )
    .with_hint("Check the server URL: scheme, host, port and subpath.")
}

/// The base URL that a redirect of the same call names, unless it is this one or gives up https. An upgrade
/// to https that loses the path (`return 301 https://host/`) names one too.
fn better_base(server: &ServerUrl, target: &Url) -> Option<ServerUrl> {
    let mut plain = target.clone();
    plain.set_query(None);
    plain.set_fragment(None);
    let text = plain.as_str();
    let upgraded =
        ServerUrl::parse(&format!("https{}", server.as_str().strip_prefix("http")?.trim_start_matches('s')));
    let base = match text.strip_suffix("/api/v4/users/me") {
        Some(base) => ServerUrl::parse(base).ok()?,
        None if plain.path() == "/" => {
            ServerUrl::parse(text).ok().filter(|url| upgraded.is_ok_and(|up| up == *url))?
        }
        None => return None,
    };
    let worse = server.is_https() && !base.is_https();
    (base != *server && !worse).then_some(base)
}

fn judge_unauthorized(server: &ServerUrl, reply: &Reply) -> Error {
    if let Some(AppError { id, .. }) = reply.app_error() {
        return match id.as_str() {
            // The one id that a refused token is answered with (facts 2.2).
            "api.context.session_expired.app_error" => token_rejected(server, reply),
            "api.context.token_provided.app_error" => {
                Error::new(ErrorKind::TokenInQuery, format!("{server} found the token in the URL's query."))
            }
            // A login's, or another call's (recording `401-login-failed-nginx-2020`).
            _ => unexpected(server, reply),
        };
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
    let error = Error::new(ErrorKind::TokenRejected, format!("{server} refused the token (401)."));
    if reply.clears_session_cookie() {
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
    // Both headers are seconds from now, and of several the longest holds (facts 7).
    let wait = reply.wait("retry-after").or_else(|| reply.wait("x-ratelimit-reset"));
    let wait = wait.map(|seconds| Duration::from_secs(seconds.min(DAY)));
    let message = match wait {
        Some(wait) => format!("{server} limits requests: wait {} s.", wait.as_secs()),
        None => format!("{server} limits requests."),
    };
    Error::new(ErrorKind::RateLimited, message).with_retry_after(wait)
}

/// The longest wait that is believed.
const DAY: u64 = 86_400;

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
    // Go and nginx name what they want; Mattermost's own plain port answers garbage with a bare 400
    // (recording `400-garbage-to-http-port-5.30`).
    let names_tls = || ["https", "ssl", "tls"].iter().any(|word| reply.page().contains(word));
    if reply.status == 400 && !server.is_https() && names_tls() {
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
    let own_header = reply.header("x-version-id").is_some_and(|version| !lacks_licence_flag(version));
    let titled = || reply.page().contains("<title>mattermost</title>");
    reply.is_html() && (own_header && reply.server_version().is_some() || titled())
}

fn is_login_page(page: &str) -> bool {
    const GATEWAYS: [&str; 7] = [
        "/oauth2/start",
        "oauth2-proxy",
        "/cdn-cgi/access/",
        "authelia",
        "authentik",
        "keycloak",
        "captive portal",
    ];
    let password = page.split("<input").skip(1).any(|field| {
        let field = field.split('>').next().unwrap_or_default().replace(['"', '\''], "");
        field.split_whitespace().any(|attribute| attribute == "type=password")
    });
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use http::{HeaderMap, HeaderName, HeaderValue};
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        server: String,
        reply: Recorded,
        verdict: String,
        #[serde(default)]
        expect: serde_json::Map<String, Value>,
    }

    #[derive(Deserialize)]
    struct Recorded {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    }

    impl Recorded {
        fn reply(&self) -> Reply {
            let mut headers = HeaderMap::new();
            for (name, value) in &self.headers {
                headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
            }
            Reply { status: self.status, headers, body: self.body.clone().into_bytes() }
        }
    }

    fn vectors() -> Vec<Vector> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/replies");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files
            .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
            .flat_map(|path| serde_json::from_slice::<Vec<Vector>>(&fs::read(path).unwrap()).unwrap())
            .collect()
    }

    /// What a vector may expect, as the verdict has it; absent is null.
    fn observed(verdict: &Result<Verified>, reply: &Reply) -> Value {
        let mut seen = match verdict {
            Ok(verified) => serde_json::to_value(verified).unwrap(),
            Err(error) => json!({
                "retry_after": error.retry_after().map(|wait| wait.as_secs()),
                "request_id": error.request_id(),
                "better_url": error.better_url().map(ServerUrl::as_str),
                "own_hint": error.hint() != error.kind().hint(),
            }),
        };
        seen["server_version"] = json!(reply.server_version());
        if verdict.is_ok() {
            seen["request_id"] = json!(reply.request_id());
        }
        seen
    }

    #[test]
    fn every_vector_gets_its_verdict() {
        let vectors = vectors();
        assert!(vectors.len() > 230);
        let mut wrong = Vec::new();
        for vector in &vectors {
            let reply = vector.reply.reply();
            let verdict = judge(&ServerUrl::parse(&vector.server).unwrap(), &reply);
            let name = verdict.as_ref().map_or_else(|error| error.kind().name(), |_| "accepted");
            let seen = observed(&verdict, &reply);
            let differs =
                vector.expect.iter().find(|(key, value)| seen.get(*key).unwrap_or(&Value::Null) != *value);
            if name != vector.verdict || differs.is_some() {
                wrong.push(format!("{}: {name}, not {}; {differs:?}", vector.name, vector.verdict));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn no_verdict_repeats_the_token_a_reply_holds() {
        const PLANTED: &str = "ybndrfg8ejkmcpqxot1uwisza3";
        let token = crate::AccessToken::parse(PLANTED).unwrap();
        let mut planted = 0;
        for vector in vectors() {
            planted += usize::from(vector.reply.body.contains(PLANTED));
            let server = ServerUrl::parse(&vector.server).unwrap();
            if let Err(error) = judge(&server, &vector.reply.reply()) {
                assert!(!format!("{:?}", error.without(&token)).contains(PLANTED), "{}", vector.name);
            }
        }
        assert!(planted >= 3);
    }

    #[test]
    fn a_server_that_echoes_the_token_gains_nothing() {
        let token = crate::AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3").unwrap();
        let server = ServerUrl::parse("https://chat.example.com").unwrap();
        let mut reply = Reply { status: 302, ..Reply::default() };
        let echo = "https://x.example/ybndrfg8ejkmcpqxot1uwisza3/api/v4/users/me";
        reply.headers.insert("location", HeaderValue::from_static(echo));
        reply.headers.insert("x-request-id", HeaderValue::from_static("ybndrfg8ejkmcpqxot1uwisza3"));
        let error = judge(&server, &reply).unwrap_err();
        assert!(format!("{error:?}").contains("ybndrfg8"));
        let error = error.without(&token);
        assert!(!format!("{error:?} {error} {}", error.hint()).contains("ybndrfg8"));
    }
}
