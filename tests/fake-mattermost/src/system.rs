//! Ping, configuration and the endpoints that only refuse (facts 6.1, 6.2).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::body::{First, first_value};
use crate::call::Call;
use crate::clock::SECOND;
use crate::errors::Fail;
use crate::reply::{Answer, Reply};
use crate::session::Session;
use crate::state::State;

const NO_STORE: (&str, &str) = ("Cache-Control", "no-cache, no-store, must-revalidate");

/// `GET /system/ping`: a sorted map (facts 13).
pub fn ping(state: &mut State, call: &Call) -> Answer {
    let mut out = BTreeMap::new();
    let mut put = |key: &'static str, value: &str| out.insert(key, value.to_owned());
    put("ActiveSearchBackend", "database");
    for key in ["AndroidLatestVersion", "AndroidMinVersion", "IosLatestVersion", "IosMinVersion"] {
        put(key, "");
    }
    put("status", "OK");
    let flag = state.config.text("FeatureFlags", "TestFeature");
    if flag != "off" {
        put("TestFeatureFlag", &flag);
    }
    if !call.query("device_id").is_empty() {
        put("CanReceiveNotifications", "unknown");
    }
    if call.query("get_server_status") != "true" {
        return Ok(Reply::json(200, &out));
    }
    let broken = state.trouble.session_read || state.trouble.session_save;
    let word = if broken { "UNHEALTHY" } else { "OK" };
    for (key, value) in [("status", word), ("database_status", word), ("filestore_status", "OK")] {
        put(key, value);
    }
    if state.may(&call.session, "manage_system") {
        put("root_status", "false");
    }
    let status = if broken && call.query("use_rest_semantics") != "true" { 500 } else { 200 };
    let reply = Reply::json(status, &out);
    Ok(reply.with("status", word).with("database_status", word).with("filestore_status", "OK"))
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
    state.config.update(&sent, replace, &|permission| granted.iter().any(|held| held == permission))?;
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
    let seconds = call.query("seconds").parse::<i64>().unwrap_or(3_600);
    state.busy_until = call.now.saturating_add(seconds.saturating_mul(SECOND));
    Ok(Reply::ok())
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

/// The refusal of [`when_not_busy`].
pub fn require_not_busy(state: &State, call: &Call) -> Result<(), Fail> {
    if call.now < state.busy_until {
        Err(Fail::new(503, "api.context.server_busy.app_error"))
    } else {
        Ok(())
    }
}

/// Lists the fake has nothing for.
pub fn empty_list(_state: &mut State, _call: &Call) -> Answer {
    Ok(Reply::json::<[u8; 0]>(200, &[]))
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
pub fn client_licence(state: &mut State, _call: &Call) -> Answer {
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
