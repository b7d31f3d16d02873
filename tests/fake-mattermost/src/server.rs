//! The whole transition: one request in, one answer out. What lies in front of the API handlers is here (facts 2.2,
//! 2.4, 6.2); the handlers' pipeline is in `auth`.

use crate::auth;
use crate::call::Call;
use crate::errors::{AppError, Fail};
use crate::limiter;
use crate::reply::Reply;
use crate::routes;
use crate::state::State;

/// Answers a request and changes the state.
pub fn answer(state: &mut State, call: &mut Call) -> Reply {
    call.now = state.clock.now();
    call.body_limit =
        usize::try_from(state.config.int("ServiceSettings", "MaximumPayloadSizeBytes")).unwrap_or_default();
    state.reap(call.now);
    let mut added = Vec::new();
    if !state.limits.outer(call, &mut added) {
        return limited(added);
    }
    let mut reply = inside(state, call);
    // The limiter's headers come first; a second limiter adds its own (facts 7).
    added.append(&mut reply.headers);
    reply.headers = added;
    reply
}

/// Plain text; the outer limiter knows no request id and no version (facts 2.4).
fn limited(headers: Vec<(&'static str, String)>) -> Reply {
    Reply { headers, ..Reply::bytes(429, limiter::BODY) }
        .with("Content-Type", limiter::CONTENT_TYPE)
        .with("X-Content-Type-Options", "nosniff")
}

fn inside(state: &mut State, call: &mut Call) -> Reply {
    let clean = clean_path(&call.path);
    if clean != call.path {
        // Before any route is looked at, on every method, with an empty body (recordings 301-double-slash-*).
        return redirect(301, &clean, call);
    }
    let subpath = state.config.subpath().to_owned();
    let inner = match subpath.as_str() {
        "/" => Some(call.path.clone()),
        prefix => call
            .path
            .strip_prefix(prefix)
            .filter(|rest| rest.is_empty() || rest.starts_with('/'))
            .map(str::to_owned),
    };
    let Some(path) = inner else {
        return redirect(302, &clean_path(&format!("{subpath}{}", call.path)), call);
    };
    if let Some((route, params)) = routes::find(&state.profile, &call.method, &path) {
        call.params = params;
        let mut added = Vec::new();
        if route.limiter.is_some_and(|own| !state.limits.own(own, call, &mut added)) {
            return limited(added);
        }
        let mut reply = auth::handle(state, call, route);
        reply.headers.extend(added);
        return reply;
    }
    if path == "/api/v4" || path.starts_with("/api/v4/") {
        return not_found(call);
    }
    web(state, call, &path)
}

/// The router's cleaning: `//`, `.` and `..` go, a final slash stays.
fn clean_path(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let mut clean = format!("/{}", kept.join("/"));
    if path.ends_with('/') && clean != "/" {
        clean.push('/');
    }
    clean
}

fn redirect(status: u16, path: &str, call: &Call) -> Reply {
    let encoded: String = path.bytes().map(encode).collect();
    let query = call.target.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    let location = format!("{encoded}{query}");
    // Go writes a small page for GET when it redirects by itself; the router's cleaning does not.
    if status == 302 && call.method == "GET" {
        let page =
            format!("<a href=\"{}\">Found</a>.\n\n", location.replace('&', "&amp;").replace('"', "&#34;"));
        return Reply::bytes(status, page)
            .with("Content-Type", "text/html; charset=utf-8")
            .with("Location", location);
    }
    Reply::bytes(status, "").with("Location", location)
}

fn encode(byte: u8) -> String {
    let plain = byte.is_ascii_alphanumeric() || b"-._~/$&+,:;=@".contains(&byte);
    if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

/// The catch-all outside the pipeline: the token is never looked at, no request id, no version, no `Allow`; the path
/// is always named (facts 2.4, 13).
fn not_found(call: &Call) -> Reply {
    let fail = Fail::new(404, "api.context.404.app_error");
    let detail = format!(
        "There doesn't appear to be an api call for the url='{}'.  Typo? are you missing a team_id or user_id as part of the url?",
        call.path
    );
    let error = AppError {
        id: &fail.id,
        message: fail.message(call.language()),
        detailed_error: &detail,
        request_id: "",
        status_code: 404,
    };
    Reply::json(404, &error).with("Content-Type", "application/json")
}

/// Everything outside `/api/v4`: pages for GET, nothing for the rest (recordings 200-html-root, 405-*, 404-head-*).
fn web(state: &mut State, call: &Call, path: &str) -> Reply {
    let headers = |state: &mut State, reply: Reply| {
        reply
            .with("X-Request-Id", state.ids.next())
            .with("X-Version-Id", state.config.version_id(state))
            .with("X-Frame-Options", "SAMEORIGIN")
            .with("Content-Security-Policy", "frame-ancestors 'self'; script-src 'self'")
    };
    match call.method.as_str() {
        // An API path no current API owns: the JSON 404 with the page handler's headers (recording 404-old-api-path).
        "GET" if path.starts_with("/api/") => {
            let reply = not_found(call);
            headers(state, reply)
        }
        // A subpath the server does not know is named whole (recording 404-subpath-unknown).
        _ if path.contains("/api/v") => not_found(call),
        "GET" => {
            let reply = Reply::bytes(200, PAGE).with("Content-Type", "text/html; charset=utf-8");
            headers(state, reply).with("Cache-Control", "no-cache, max-age=31556926, public")
        }
        "HEAD" => Reply::bytes(404, "").with("Content-Type", "text/plain; charset=utf-8"),
        _ => Reply::bytes(405, ""),
    }
}

const PAGE: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"robots\" \
     content=\"noindex, nofollow\"><meta name=\"referrer\" content=\"no-referrer\"><title>Mattermost</title></head>\
     <body><div id=\"root\"></div></body></html>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_the_router_does() {
        for (path, clean) in [
            ("/api/v4//system/ping", "/api/v4/system/ping"),
            ("//api/v3/users/login", "/api/v3/users/login"),
            ("/a/./b/../c/", "/a/c/"),
            ("/", "/"),
            ("//", "/"),
            ("/api/v4/users/me/", "/api/v4/users/me/"),
        ] {
            assert_eq!(clean_path(path), clean, "{path}");
        }
    }
}
