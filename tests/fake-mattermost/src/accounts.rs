//! Making an account, changing its password, and MFA set-up (facts 6.3, 6.4).

use crate::account_rules::{check_sign_in, printable};
use crate::auth::require_mfa;
use crate::body::{Fields, Kind, object_map};
use crate::call::Call;
use crate::errors::Fail;
use crate::login::WRONG_PASSWORD;
use crate::reply::{Answer, Reply};
use crate::shapes::{Eyes, UserShape};
use crate::state::State;
use crate::totp;
use crate::users::{User, default_notify_props, default_timezone};

/// The types of the user struct, for "one wrongly typed field refuses the body".
pub const SCHEMA: &[(&str, Kind)] = &[
    ("id", Kind::Text),
    ("create_at", Kind::Int),
    ("update_at", Kind::Int),
    ("delete_at", Kind::Int),
    ("username", Kind::Text),
    ("password", Kind::Text),
    ("auth_data", Kind::Text),
    ("auth_service", Kind::Text),
    ("email", Kind::Text),
    ("email_verified", Kind::Bool),
    ("nickname", Kind::Text),
    ("first_name", Kind::Text),
    ("last_name", Kind::Text),
    ("position", Kind::Text),
    ("roles", Kind::Text),
    ("allow_marketing", Kind::Bool),
    ("props", Kind::Map),
    ("notify_props", Kind::Map),
    ("failed_attempts", Kind::Int),
    ("locale", Kind::Text),
    ("timezone", Kind::Map),
    ("mfa_active", Kind::Bool),
    ("mfa_secret", Kind::Text),
    ("remote_id", Kind::Text),
    ("disable_welcome_email", Kind::Bool),
    ("last_activity_at", Kind::Int),
    ("last_login", Kind::Int),
    ("last_password_update", Kind::Int),
    ("last_picture_update", Kind::Int),
    ("mfa_used_timestamps", Kind::Texts),
    ("is_bot", Kind::Bool),
    ("bot_description", Kind::Text),
    ("bot_last_icon_update", Kind::Int),
    ("terms_of_service_id", Kind::Text),
    ("terms_of_service_create_at", Kind::Int),
];

fn requested(state: &mut State, fields: &Fields, admin: bool, now: i64) -> User {
    let username = printable(&fields.text("username")).to_lowercase();
    User {
        username: if username.is_empty() { state.ids.next() } else { username },
        create_at: now,
        update_at: now,
        last_password_update: now,
        password: fields.text("password"),
        email: fields.text("email").trim().to_lowercase(),
        email_verified: admin && fields.flag("email_verified"),
        auth_service: if admin { fields.text("auth_service") } else { String::new() },
        auth_data: fields.opt_text("auth_data").filter(|data| admin && !data.is_empty()),
        nickname: printable(&fields.text("nickname")),
        first_name: printable(&fields.text("first_name")),
        last_name: printable(&fields.text("last_name")),
        position: fields.text("position"),
        allow_marketing: fields.flag("allow_marketing"),
        disable_welcome_email: fields.flag("disable_welcome_email"),
        locale: fields
            .opt_text("locale")
            .filter(|locale| !locale.is_empty())
            .unwrap_or_else(|| "en".to_owned()),
        timezone: fields.raw("timezone").cloned().unwrap_or_else(default_timezone),
        props: fields.map("props").unwrap_or_default(),
        notify_props: fields
            .map("notify_props")
            .filter(|props| !props.is_empty())
            .unwrap_or_else(default_notify_props),
        ..User::default()
    }
}

/// `POST /users`: the first account becomes the administrator, whatever the settings (facts 6.4, 9).
pub fn create(state: &mut State, call: &Call) -> Answer {
    let fields = call.decode("user", SCHEMA)?;
    // Bots do not count (facts 9).
    let first = state.users.keys().all(|id| state.bots.contains_key(id));
    let admin = state.may(&call.session, "manage_system");
    // There are no teams, so nobody was invited, neither by letter nor into one.
    if !call.query("t").is_empty() {
        return Err(Fail::new(404, "api.user.create_user.signup_link_invalid.app_error"));
    }
    if !call.query("iid").is_empty() {
        state.sign_up_on()?;
        return Err(Fail::new(404, "app.team.get_by_invite_id.finding.app_error"));
    }
    if !admin {
        state.sign_up_allowed(first)?;
    }
    if state.at_user_limit() {
        return Err(Fail::new(400, "api.user.create_user.user_limits.exceeded"));
    }
    let mut user = requested(state, &fields, admin, call.now);
    if user.auth_service.is_empty() {
        state.check_domain(&user.email, "create")?;
        state.check_password(&user.password)?;
    }
    if !fields.text("id").is_empty() {
        return Err(Fail::new(400, "app.user.save.existing.app_error"));
    }
    check_sign_in(&user)?;
    state.check_account(&user)?;
    user.id = state.ids.next();
    user.roles = if first { "system_admin system_user" } else { "system_user" }.to_owned();
    state.users.insert(user.id.clone(), user.clone());
    Ok(Reply::line(201, &UserShape::seen(&user, Eyes::Near, state)))
}

/// `PUT /users/{user_id}/password` (facts 6.4).
pub fn change_password(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    let (current, new) = (call.map_value("current_password"), call.map_value("new_password"));
    let own = user_id == call.session.user_id;
    // Whoever may not, and for an id that names nobody, gets the same answer.
    let refused = |status| Fail::new(status, "api.user.update_password.context.app_error");
    let allowed = state.users.get(&user_id).is_some_and(|target| {
        let admin = target.is_system_admin();
        let needed = if admin { "manage_system" } else { "sysconsole_write_user_management_users" };
        state.may(&call.session, needed)
    });
    if call.map_value("already_hashed") == "true" && !allowed {
        let own_hash = Fail::new(401, "api.user.update_password.user_and_hashed.app_error");
        return Err(if own { own_hash } else { refused(403) });
    }
    if call.map_value("already_hashed") == "true" {
        // Nothing is hashed here, so a hash is no use even to an administrator.
        return Ok(Reply::ok());
    }
    if own {
        if current.is_empty() {
            return Err(Fail::body_param("current_password"));
        }
        if state.user(&user_id)?.is_sso() {
            return Err(Fail::new(400, "api.user.update_password.oauth.app_error"));
        }
        state.check_current_password(&user_id, &current).map_err(|fail| match fail.id.as_ref() {
            WRONG_PASSWORD => Fail::new(400, "api.user.update_password.incorrect.app_error"),
            _ => fail,
        })?;
    } else if !allowed {
        return Err(refused(403));
    }
    state.check_password(&new)?;
    let user = state.user_mut(&user_id)?;
    if user.is_remote() {
        return Err(Fail::new(500, "api.user.update_password.failed.app_error"));
    }
    (user.password, user.failed_attempts) = (new, 0);
    (user.last_password_update, user.update_at) = (call.now, call.now);
    if state.service("TerminateSessionsOnPasswordChange") {
        let kept = &call.session.id;
        state.sessions.rows.retain(|_, row| row.user_id != user_id || row.id == *kept);
        state.sessions.forget_user(&user_id);
    }
    Ok(Reply::ok())
}

/// `PUT /users/{user_id}/auth`: makes it an account of another service; who may comes before who is meant
/// (api4/user.go updateUserAuth).
pub fn update_auth(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "manage_system")?;
    let user_id = call.id("user_id")?;
    let fields = call.decode("user", &[("auth_data", Kind::Text), ("auth_service", Kind::Text)])?;
    let (data, service) = (fields.text("auth_data"), fields.text("auth_service"));
    if data.is_empty() || service.is_empty() {
        return Err(Fail::new(400, "api.user.update_user_auth.invalid_request"));
    }
    let user = state.user_mut(&user_id)?;
    (user.auth_data, user.auth_service) = (Some(data.clone()), service.clone());
    user.password.clear();
    user.update_at = call.now;
    Ok(Reply::line(200, &serde_json::json!({ "auth_data": data, "auth_service": service })))
}

/// `POST /users/{user_id}/reset_failed_attempts`: whoever may not learns nothing about the id (api4/user.go).
pub fn reset_failed_attempts(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    if !state.may(&call.session, "sysconsole_write_user_management_users") {
        return Err(Fail::new(403, "api.user.reset_password_failed_attempts.permissions.app_error"));
    }
    let user = state.user(&user_id)?;
    state.require_over(&call.session, user)?;
    if !matches!(user.auth_service.as_str(), "" | "ldap") {
        return Err(Fail::new(400, "api.user.reset_password_failed_attempts.ldap_and_email_only.app_error"));
    }
    state.user_mut(&user_id)?.failed_attempts = 0;
    Ok(Reply::ok())
}

/// `POST /users/{user_id}/mfa/generate`: open to users without MFA although it is enforced (facts 2.4).
pub fn generate_mfa(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    if call.session.is_oauth {
        return Err(Fail::permission(&call.session.user_id, "edit_other_users"));
    }
    state.require_user(&call.session, &user_id)?;
    if !state.service("EnableMultifactorAuthentication") {
        return Err(Fail::new(501, "mfa.mfa_disabled.app_error"));
    }
    let secret = totp::secret(&state.ids.next());
    let user = state.user_mut(&user_id)?;
    user.mfa_secret.clone_from(&secret);
    let reply = Reply::line(200, &serde_json::json!({ "secret": secret, "qr_code": "" }));
    Ok(reply.with("Cache-Control", "no-cache").with("Pragma", "no-cache"))
}

/// `PUT /users/{user_id}/mfa` `{"activate": bool, "code": "..."}`: whoever changes somebody else's needs his own
/// (api4/user.go updateUserMfa).
pub fn update_mfa(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    if call.session.is_oauth {
        return Err(Fail::permission(&call.session.user_id, "edit_other_users"));
    }
    state.require_user(&call.session, &user_id)?;
    if user_id != call.session.user_id {
        require_mfa(state, call)?;
    }
    let body = object_map(&call.body, call.body_limit);
    let activate = body.get("activate").and_then(serde_json::Value::as_bool);
    let activate = activate.ok_or_else(|| Fail::body_param("activate"))?;
    let code = body.get("code").and_then(serde_json::Value::as_str).unwrap_or_default();
    if activate && code.is_empty() {
        return Err(Fail::body_param("code"));
    }
    if activate {
        if !state.service("EnableMultifactorAuthentication") {
            return Err(Fail::new(501, "mfa.mfa_disabled.app_error"));
        }
        let user = state.user_mut(&user_id)?;
        if user.mfa_secret.is_empty() || totp::step_of(&user.mfa_secret, code, call.now).is_none() {
            return Err(Fail::new(401, "mfa.activate.bad_token.app_error"));
        }
        user.mfa_active = true;
    } else {
        let user = state.user_mut(&user_id)?;
        user.mfa_active = false;
        user.mfa_secret.clear();
    }
    state.user_mut(&user_id)?.update_at = call.now;
    Ok(Reply::ok())
}
