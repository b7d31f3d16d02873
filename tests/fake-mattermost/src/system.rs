//! Ping, configuration and the endpoints that only refuse (facts 6.1, 6.2).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::body::{First, Kind, first_value};
use crate::call::Call;
use crate::client_config::require_format;
use crate::clock::{SECOND, http_date};
use crate::errors::Fail;
use crate::reply::{Answer, Reply};
use crate::session::Session;
use crate::state::State;

/// About as many as run in a server that does nothing.
const GOROUTINES: i64 = 200;

const NO_STORE: (&str, &str) = ("Cache-Control", "no-cache, no-store, must-revalidate");

/// `GET /system/ping`: a sorted map (facts 13).
pub fn ping(state: &mut State, call: &Call) -> Answer {
    let mut out = BTreeMap::new();
    let mut put = |key: &'static str, value: &str| out.insert(key, value.to_owned());
    put("ActiveSearchBackend", "database");
    for key in ["AndroidLatestVersion", "AndroidMinVersion", "IosLatestVersion", "IosMinVersion"] {
        put(key, "");
    }
    // Too many for the operator's taste are an illness (api4/system_test.go `TestGetPing`).
    let most = state.config.int("ServiceSettings", "GoroutineHealthThreshold");
    let crowded = most > 0 && GOROUTINES >= most;
    let ok = |broken: bool| if broken { "UNHEALTHY" } else { "OK" };
    put("status", ok(crowded));
    let flag = state.config.text("FeatureFlags", "TestFeature");
    if flag != "off" {
        put("TestFeatureFlag", &flag);
    }
    if !call.query("device_id").is_empty() {
        put("CanReceiveNotifications", "unknown");
    }
    let all = call.query("get_server_status") == "true";
    let broken = all && (state.trouble.session_read || state.trouble.session_save);
    let words =
        [("status", ok(broken || crowded)), ("database_status", ok(broken)), ("filestore_status", "OK")];
    if all {
        for (key, word) in words {
            put(key, word);
        }
        if state.may(&call.session, "manage_system") {
            put("root_status", "false");
        }
    }
    let ill = (broken || crowded) && call.query("use_rest_semantics") != "true";
    let mut reply = Reply::json(if ill { 500 } else { 200 }, &out);
    for (key, word) in words.into_iter().filter(|_| all) {
        reply = reply.with(key, word);
    }
    Ok(reply)
}

fn console(state: &State, session: &Session, verb: &str) -> bool {
    let prefix = format!("sysconsole_{verb}_");
    session.roles.split_whitespace().any(|name| {
        let role = state.roles.iter().find(|role| role.name == name);
        role.is_some_and(|role| role.permissions.iter().any(|permission| permission.starts_with(&prefix)))
    })
}

fn require_console(state: &State, session: &Session, verb: &str) -> Result<(), Fail> {
    if console(state, session, verb) { Ok(()) } else { Err(Fail::permission(&session.user_id, "sysconsole")) }
}

/// What a session may read; `*` is any part of the System Console.
fn may_read(state: &State, session: &Session, permission: &str) -> bool {
    let any = permission == "sysconsole_read_*" && console(state, session, "read");
    any || state.may(session, permission)
}

fn shown(state: &State, call: &Call) -> Reply {
    let config = state.config.shown(&|permission| may_read(state, &call.session, permission));
    let (no_hidden, no_defaults) = (call.query_flag("remove_masked"), call.query_flag("remove_defaults"));
    let config =
        if no_hidden || no_defaults { state.config.thinned(config, no_hidden, no_defaults) } else { config };
    Reply::line(200, &config).with(NO_STORE.0, NO_STORE.1)
}

/// `GET /config`
pub fn get_config(state: &mut State, call: &Call) -> Answer {
    require_console(state, &call.session, "read")?;
    Ok(shown(state, call))
}

/// `GET /config/environment`: open to everybody, and empty to who may read nothing (api4/config.go).
pub fn get_environment(state: &mut State, call: &Call) -> Answer {
    let found = state.config.environment(&|permission| may_read(state, &call.session, permission));
    Ok(Reply::json(200, &found).with(NO_STORE.0, NO_STORE.1))
}

fn update(state: &mut State, call: &Call, replace: bool) -> Answer {
    let sent = match first_value(&call.body, call.body_limit) {
        First::Value(value @ Value::Object(_)) => value,
        First::TooLarge => return Err(Fail::too_large()),
        _ => return Err(Fail::body_param("config")),
    };
    // A wrongly typed field is a bad body, and the body comes before the rights.
    state.config.check_types(&sent)?;
    require_console(state, &call.session, "write")?;
    let roles = call.session.roles.clone();
    let granted: Vec<String> = state
        .roles
        .iter()
        .filter(|role| roles.split_whitespace().any(|name| name == role.name))
        .flat_map(|role| role.permissions.clone())
        .collect();
    let guests = state.on("GuestAccountsSettings", "Enable");
    state.config.update(&sent, replace, &|permission| granted.iter().any(|held| held == permission))?;
    if guests && !state.on("GuestAccountsSettings", "Enable") {
        state.deactivate_guests(call.now);
    }
    Ok(shown(state, call))
}

/// `PUT /config/patch`
pub fn patch_config(state: &mut State, call: &Call) -> Answer {
    update(state, call, false)
}

/// `PUT /config`
pub fn put_config(state: &mut State, call: &Call) -> Answer {
    update(state, call, true)
}

/// `POST /server_busy?seconds=n`
pub fn set_busy(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "manage_system")?;
    let asked = call.query("seconds");
    let seconds = if asked.is_empty() { Some(3_600) } else { asked.parse::<i64>().ok() };
    let seconds = seconds.filter(|seconds| (1..=86_400).contains(seconds));
    let seconds = seconds.ok_or_else(|| Fail::url_param("seconds"))?;
    state.busy_until = call.now.saturating_add(seconds.saturating_mul(SECOND));
    Ok(Reply::ok())
}

/// `GET /server_busy`
pub fn get_busy(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "manage_system")?;
    let busy = call.now < state.busy_until;
    // Otherwise Go's zero time, the beginning of the year 1.
    let expires = if busy { state.busy_until.div_euclid(SECOND) } else { -62_135_596_800 };
    let date = http_date(expires.saturating_mul(SECOND));
    let words: Vec<_> = date.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let &[weekday, day, month, year, time, _] = words.as_slice() else {
        unreachable!("a date has six words")
    };
    let day = day.trim_start_matches('0');
    let expires_ts = format!("{weekday} {month} {day} {time} +0000 UTC {year}");
    Ok(Reply::json(200, &json!({ "busy": busy, "expires": expires, "expires_ts": expires_ts })))
}

/// `DELETE /server_busy`
pub fn clear_busy(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "manage_system")?;
    state.busy_until = 0;
    Ok(Reply::ok())
}

/// Search endpoints are off while the server is busy; users/me never is (facts 2.4).
pub fn when_not_busy(state: &mut State, call: &Call) -> Answer {
    require_not_busy(state, call)?;
    Ok(Reply::json::<[u8; 0]>(200, &[]))
}

/// `POST /users/{user_id}/typing`: whoever may post at large may be seen typing in the channels there are none of
/// (api4/user.go publishUserTyping).
pub fn typing(state: &mut State, call: &Call) -> Answer {
    require_not_busy(state, call)?;
    let user_id = call.id("user_id")?;
    call.decode("typing_request", &[("channel_id", Kind::Text), ("parent_id", Kind::Text)])?;
    if user_id != call.session.user_id {
        state.require(&call.session, "manage_system")?;
    }
    state.require(&call.session, "create_post")?;
    Ok(Reply::ok())
}

/// The refusal of [`when_not_busy`].
pub fn require_not_busy(state: &State, call: &Call) -> Result<(), Fail> {
    if call.now < state.busy_until {
        Err(Fail::new(503, "api.context.server_busy.app_error"))
    } else {
        Ok(())
    }
}

/// `GET /oauth_test`: whether one's session is good, and nothing more.
pub fn signed_in(_state: &mut State, _call: &Call) -> Answer {
    Ok(Reply::ok())
}

/// Lists the fake has nothing for.
pub fn empty_list(_state: &mut State, _call: &Call) -> Answer {
    Ok(Reply::json::<[u8; 0]>(200, &[]))
}

/// `GET /users/{user_id}/teams`: there are none, but others' take a right.
pub fn teams_of_user(state: &mut State, call: &Call) -> Answer {
    if call.id("user_id")? != call.session.user_id {
        state.require(&call.session, "sysconsole_read_user_management_users")?;
    }
    empty_list(state, call)
}

/// `GET /posts/{post_id}`: there are none, but the id is checked (recording 400-bad-id).
pub fn no_post(_state: &mut State, call: &Call) -> Answer {
    call.id("post_id")?;
    Err(Fail::new(404, "app.post.get.app_error"))
}

/// `DELETE /posts/{post_id}` (recording 501-post-deletion-disabled).
pub fn delete_post(state: &mut State, call: &Call) -> Answer {
    if call.query_flag("permanent") && !state.service("EnableAPIPostDeletion") {
        return Err(Fail::new(501, "api.post.delete_post.not_enabled.app_error"));
    }
    no_post(state, call)
}

/// `GET /channels`: all channels, of which there are none; administrators only (recording 403-list-channels).
pub fn list_channels(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "manage_system")?;
    empty_list(state, call)
}

/// `POST /channels`: there is no team in which anybody might (recording 403-misnamed-fields).
pub fn create_channel(_state: &mut State, call: &Call) -> Answer {
    Err(Fail::permission(&call.session.user_id, "create_public_channel"))
}

/// Whether administrators are kept from the server itself (api4/system.go, config.go).
fn require_unrestricted(state: &State, status: u16) -> Result<(), Fail> {
    let restricted = state.on("ExperimentalSettings", "RestrictSystemAdmin");
    if restricted { Err(Fail::new(status, "api.restricted_system_admin")) } else { Ok(()) }
}

/// `POST /caches/invalidate`
pub fn invalidate_caches(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "invalidate_caches")?;
    require_unrestricted(state, 403)?;
    state.sessions.forget_cache();
    Ok(Reply::ok().with(NO_STORE.0, NO_STORE.1))
}

/// `POST /config/reload`
pub fn reload_config(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "reload_config")?;
    require_unrestricted(state, 400)?;
    Ok(Reply::ok().with(NO_STORE.0, NO_STORE.1))
}

/// `GET /websocket`: a plain request is no upgrade (recording 400-websocket-origin).
pub fn websocket(_state: &mut State, _call: &Call) -> Answer {
    Err(Fail::new(400, "api.web_socket.connect.upgrade.app_error"))
}

/// `GET /license/client`
pub fn client_licence(state: &mut State, call: &Call) -> Answer {
    require_format(state, call, Fail::new(400, "api.license.client.old_format.app_error"))?;
    Ok(Reply::json(200, &BTreeMap::from([("IsLicensed", state.licence.present.to_string())])))
}

/// Endpoints of paid editions; a refusal is a 501 in several shapes, or a 400 (recordings `501-licence-*`, `400-*`).
pub fn licensed(_state: &mut State, call: &Call) -> Answer {
    if call.path.contains("/scheduled/") {
        return Err(Fail::new(400, "api.scheduled_posts.license_error"));
    }
    let id = if call.path.contains("/data_retention/") {
        "ent.data_retention.generic.license.error"
    } else if call.path.contains("/ldap/") {
        "api.ldap_groups.license_error"
    } else {
        "api.license_error"
    };
    Err(Fail::new(501, id))
}
