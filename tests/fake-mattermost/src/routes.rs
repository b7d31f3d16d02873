//! The table of endpoints and how a path finds its own. The first route that fits both path and method wins, in this
//! order, as in the server's router: so `GET /users/login` is "the user whose id is login".

use crate::call::Call;
use crate::limiter::Own;
use crate::profile::Profile;
use crate::reply::Answer;
use crate::state::State;
use crate::{
    accounts, bots, client_config, devices, guests, lists, login, mail_links, oauth, oauth_apps, profiles,
    roles, system, tokens, users,
};

/// Whether an endpoint needs a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// Anonymous is fine; a bad token is ignored.
    None,
    /// Needed, even from somebody without the enforced MFA.
    WithoutMfa,
    /// Needed, and MFA too where it is enforced.
    WithMfa,
}

/// What an endpoint does.
pub type Handler = fn(&mut State, &Call) -> Answer;

/// An endpoint.
#[derive(Clone, Copy)]
pub struct Route {
    method: &'static str,
    pattern: &'static str,
    /// What it does.
    pub run: Handler,
    /// Whom it serves.
    pub session: Session,
    /// Exempt from CSRF (facts 2.4: `POST /roles/names`).
    pub trusts_requester: bool,
    /// Has a limiter of its own.
    pub limiter: Option<Own>,
}

const fn on(method: &'static str, pattern: &'static str, run: Handler) -> Route {
    Route { method, pattern, run, session: Session::WithMfa, trusts_requester: false, limiter: None }
}

const fn open(method: &'static str, pattern: &'static str, run: Handler) -> Route {
    Route { session: Session::None, ..on(method, pattern, run) }
}

const fn without_mfa(method: &'static str, pattern: &'static str, run: Handler) -> Route {
    Route { session: Session::WithoutMfa, ..on(method, pattern, run) }
}

/// Below `/api/v4`.
const API: &[Route] = &[
    on("POST", "/users/tokens/search", tokens::search),
    on("POST", "/users/tokens/revoke", tokens::revoke),
    on("POST", "/users/tokens/disable", tokens::disable),
    on("POST", "/users/tokens/enable", tokens::enable),
    on("GET", "/users/tokens/{token_id}", tokens::get),
    on("GET", "/users/tokens", tokens::list),
    open("POST", "/users", accounts::create),
    on("GET", "/users", lists::list),
    on("POST", "/users/ids", lists::by_ids),
    on("POST", "/users/usernames", lists::by_usernames),
    on("POST", "/users/search", lists::search),
    Route { limiter: Some(Own::Login), ..open("POST", "/users/login", login::login) },
    Route {
        limiter: Some(Own::DesktopToken),
        ..open("POST", "/users/login/desktop_token", login::with_desktop_token)
    },
    open("POST", "/users/logout", login::logout),
    open("POST", "/users/password/reset", mail_links::reset_password),
    open("POST", "/users/password/reset/send", mail_links::send_reset),
    open("POST", "/users/email/verify", mail_links::verify),
    open("POST", "/users/email/verify/send", mail_links::send_verification),
    on("POST", "/users/sessions/revoke/all", login::revoke_all_sessions),
    on("PUT", "/users/sessions/device", devices::attach),
    on("GET", "/users/stats", lists::stats),
    on("GET", "/users/stats/filtered", lists::filtered_stats),
    on("GET", "/users/known", system::empty_list),
    on("GET", "/users/autocomplete", lists::autocomplete),
    on("GET", "/users/{user_id}", profiles::get),
    on("PUT", "/users/{user_id}", profiles::update),
    on("PUT", "/users/{user_id}/patch", profiles::patch),
    on("DELETE", "/users/{user_id}", users::delete),
    on("PUT", "/users/{user_id}/roles", roles::update_of_user),
    on("PUT", "/users/{user_id}/active", users::update_active),
    on("POST", "/users/{user_id}/demote", guests::demote),
    on("POST", "/users/{user_id}/promote", guests::promote),
    on("PUT", "/users/{user_id}/auth", accounts::update_auth),
    on("POST", "/users/{user_id}/email/verify/member", mail_links::verify_member),
    on("PUT", "/users/{user_id}/password", accounts::change_password),
    on("POST", "/users/{user_id}/reset_failed_attempts", accounts::reset_failed_attempts),
    without_mfa("PUT", "/users/{user_id}/mfa", accounts::update_mfa),
    without_mfa("POST", "/users/{user_id}/mfa/generate", accounts::generate_mfa),
    on("GET", "/users/{user_id}/sessions", login::list_sessions),
    on("GET", "/users/{user_id}/audits", login::list_audits),
    on("POST", "/users/{user_id}/sessions/revoke", login::revoke_session),
    on("POST", "/users/{user_id}/sessions/revoke/all", login::revoke_sessions_of_user),
    on("POST", "/users/{user_id}/tokens", tokens::create),
    on("GET", "/users/{user_id}/tokens", tokens::list_of_user),
    on("POST", "/users/{user_id}/convert_to_bot", bots::convert_from_user),
    on("POST", "/users/{user_id}/typing", system::typing),
    on("GET", "/users/{user_id}/teams", system::teams_of_user),
    on("GET", "/users/username/{username}", profiles::get_by_username),
    on("GET", "/users/email/{email}", profiles::get_by_email),
    on("POST", "/bots", bots::create),
    on("GET", "/bots", bots::list),
    on("GET", "/bots/{bot_user_id}", bots::get),
    on("PUT", "/bots/{bot_user_id}", bots::patch),
    on("POST", "/bots/{bot_user_id}/enable", bots::enable),
    on("POST", "/bots/{bot_user_id}/disable", bots::disable),
    on("POST", "/bots/{bot_user_id}/assign/{user_id}", bots::assign),
    on("POST", "/bots/{bot_user_id}/convert_to_user", bots::convert_to_user),
    on("GET", "/roles", roles::list),
    Route { trusts_requester: true, ..on("POST", "/roles/names", roles::by_names) },
    on("GET", "/roles/{role_id}", roles::get),
    on("GET", "/roles/name/{role_name}", roles::get_by_name),
    on("PUT", "/roles/{role_id}/patch", roles::patch),
    on("GET", "/config", system::get_config),
    on("PUT", "/config", system::put_config),
    on("PUT", "/config/patch", system::patch_config),
    open("GET", "/config/client", client_config::get),
    on("GET", "/config/environment", system::get_environment),
    open("GET", "/system/ping", system::ping),
    open("GET", "/license/client", system::client_licence),
    on("POST", "/server_busy", system::set_busy),
    on("GET", "/server_busy", system::get_busy),
    on("DELETE", "/server_busy", system::clear_busy),
    on("POST", "/posts/search", system::when_not_busy),
    on("GET", "/posts/{post_id}", system::no_post),
    on("DELETE", "/posts/{post_id}", system::delete_post),
    on("GET", "/posts/scheduled/team/{team_id}", system::licensed),
    on("GET", "/channels", system::list_channels),
    on("POST", "/channels", system::create_channel),
    on("POST", "/caches/invalidate", system::invalidate_caches),
    on("POST", "/config/reload", system::reload_config),
    open("GET", "/websocket", system::websocket),
    on("GET", "/data_retention/policy", system::licensed),
    on("GET", "/ldap/groups", system::licensed),
    on("GET", "/groups", system::licensed),
    on("POST", "/oauth/apps", oauth_apps::create),
    on("GET", "/oauth/apps", oauth_apps::list),
    on("GET", "/oauth/apps/{app_id}", oauth_apps::get),
    on("PUT", "/oauth/apps/{app_id}", oauth_apps::update),
    on("DELETE", "/oauth/apps/{app_id}", oauth_apps::delete),
    on("GET", "/oauth/apps/{app_id}/info", oauth_apps::info),
    on("POST", "/oauth/apps/{app_id}/regen_secret", oauth_apps::regenerate_secret),
    on("GET", "/users/{user_id}/oauth/apps/authorized", oauth_apps::list_authorized),
    without_mfa("GET", "/oauth_test", system::signed_in),
];

/// Below `/api/v4`, from 11.10 on; they come first.
const ROTATION: &[Route] = &[
    on("POST", "/users/tokens/rotate", tokens::rotate),
    on("GET", "/users/tokens/non_compliant/count", tokens::count_non_compliant),
    on("POST", "/users/tokens/non_compliant/revoke", tokens::revoke_non_compliant),
];

/// Below `/api/v4`, from 11 on.
const ELEVEN: &[Route] = &[
    open("POST", "/users/login/type", login::kind),
    Route {
        limiter: Some(Own::Registration),
        ..open("POST", "/oauth/apps/register", oauth::register_client)
    },
];

/// Outside `/api/v4`.
const WEB: &[Route] = &[
    without_mfa("POST", "/oauth/authorize", oauth::authorize),
    without_mfa("POST", "/oauth/deauthorize", oauth::deauthorize),
    open("POST", "/oauth/access_token", oauth::access_token),
];

/// Finds the endpoint and what stands in its path; `path` is without the subpath.
pub fn find(
    profile: &Profile,
    method: &str,
    path: &str,
) -> Option<(&'static Route, Vec<(&'static str, String)>)> {
    let first = |routes: &'static [Route], path: &str| {
        routes
            .iter()
            .filter(|route| route.method == method)
            .find_map(|route| Some((route, fits(route.pattern, path)?)))
    };
    match path.strip_prefix("/api/v4") {
        Some(path) => {
            let newer = [(profile.rotation, ROTATION), (profile.routes_of_11, ELEVEN)];
            let mut newer = newer.into_iter().filter_map(|(has, routes)| has.then_some(routes));
            newer.find_map(|routes| first(routes, path)).or_else(|| first(API, path))
        }
        None => first(WEB, path),
    }
}

/// A trailing slash fits nothing; each segment has its own alphabet.
fn fits(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let mut params = Vec::new();
    let mut segments = path.split('/');
    for part in pattern.split('/') {
        let segment = segments.next()?;
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) if allowed(name, segment) => params.push((name, segment.to_owned())),
            Some(_) => return None,
            None if part == segment => {}
            None => return None,
        }
    }
    segments.next().is_none().then_some(params)
}

/// Characters outside a segment's alphabet end in the catch-all (facts 2.4).
fn allowed(name: &str, segment: &str) -> bool {
    let extra: &[u8] = match name {
        "username" => b"_-.",
        // Capitals are no part of a role's name (facts 4).
        "role_name" if segment.bytes().any(|byte| byte.is_ascii_uppercase()) => return false,
        "role_name" => b"_",
        "email" => return !segment.is_empty(),
        _ => b"",
    };
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(method: &str, path: &str) -> Option<&'static str> {
        let profile = Profile::named("11.10").unwrap();
        find(&profile, method, path).map(|(route, _)| route.pattern)
    }

    #[test]
    fn the_first_fit_of_path_and_method_wins() {
        assert_eq!(pattern("GET", "/api/v4/users/login"), Some("/users/{user_id}"));
        assert_eq!(pattern("GET", "/api/v4/users/tokens"), Some("/users/tokens"));
        assert_eq!(pattern("GET", "/api/v4/users/tokens/search"), Some("/users/tokens/{token_id}"));
        for (method, path) in [
            ("POST", "/api/v4/users/tokens"),
            ("HEAD", "/api/v4/system/ping"),
            ("GET", "/api/v4/users/me/"),
            ("GET", "/api/v4/users/a-b"),
            ("get", "/api/v4/system/ping"),
            ("GET", "/api/v4"),
        ] {
            assert_eq!(pattern(method, path), None, "{method} {path}");
        }
    }
}
