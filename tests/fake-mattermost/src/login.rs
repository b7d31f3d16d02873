//! Logging in and out, and the session endpoints (facts 2.6, 6.3).

use crate::auth::clearing_cookie;
use crate::call::Call;
use crate::clock::{Millis, SECOND, http_date};
use crate::errors::Fail;
use crate::reply::{Answer, Reply};
use crate::session::Session;
use crate::shapes::{Eyes, SessionShape, UserShape};
use crate::state::State;
use crate::totp;
use crate::users::User;

/// The ids that reach the client; every other refusal becomes the masked 401 (facts 6.3).
const UNMASKED: [&str; 12] = [
    "mfa.validate_token.authenticate.app_error",
    "api.user.check_user_mfa.bad_code.app_error",
    "api.user.login.blank_pwd.app_error",
    "api.user.login.bot_login_forbidden.app_error",
    "api.user.login.remote_users.login.error",
    "api.user.login.client_side_cert.certificate.app_error",
    "api.user.login.inactive.app_error",
    "api.user.login.not_verified.app_error",
    "api.user.check_user_login_attempts.too_many.app_error",
    "api.user.check_user_login_attempts.too_many_ldap.app_error",
    "app.team.join_user_to_team.max_accounts.app_error",
    "store.sql_user.save.max_accounts.app_error",
];

/// The inner reason of a wrong password.
pub const WRONG_PASSWORD: &str = "api.user.check_user_password.invalid.app_error";

impl State {
    fn masked(&self) -> Fail {
        let by_email = self.on("EmailSettings", "EnableSignInWithEmail");
        let by_name = self.on("EmailSettings", "EnableSignInWithUsername");
        let sso = ["GitLabSettings", "GoogleSettings", "Office365Settings", "OpenIdSettings", "SamlSettings"];
        let id = if sso.iter().any(|section| self.on(section, "Enable")) {
            "api.user.login.invalid_credentials_sso"
        } else if by_name && !by_email {
            "api.user.login.invalid_credentials_username"
        } else if by_email && !by_name {
            "api.user.login.invalid_credentials_email"
        } else {
            "api.user.login.invalid_credentials_email_username"
        };
        Fail::new(401, id)
    }

    /// When locked even the right password is refused (facts 6.3).
    pub fn check_login_lock(&self, user: &User) -> Result<(), Fail> {
        let ldap = user.auth_service == "ldap";
        let most = if ldap {
            self.config.int("LdapSettings", "MaximumLoginAttempts")
        } else {
            self.config.int("ServiceSettings", "MaximumLoginAttempts")
        };
        if user.failed_attempts < most {
            return Ok(());
        }
        let kind = if ldap { "too_many_ldap" } else { "too_many" };
        Err(Fail::new(401, format!("api.user.check_user_login_attempts.{kind}.app_error")))
    }

    /// The password of somebody who is logged in already: it counts and locks as at login.
    pub fn check_current_password(&mut self, user_id: &str, password: &str) -> Result<(), Fail> {
        self.check_login_lock(self.user(user_id)?)?;
        let user = self.user_mut(user_id)?;
        if user.password != password {
            user.failed_attempts += 1;
            return Err(Fail::new(401, WRONG_PASSWORD));
        }
        user.failed_attempts = 0;
        Ok(())
    }

    fn find_login(&self, id: &str, login_id: &str) -> Option<&User> {
        let by_name = self.on("EmailSettings", "EnableSignInWithUsername");
        let by_email = self.on("EmailSettings", "EnableSignInWithEmail");
        if !id.is_empty() {
            return self.users.get(id).filter(|_| by_name || by_email); // `id` beats `login_id`
        }
        let name = login_id.to_lowercase();
        self.users
            .values()
            .find(|user| (by_name && user.username == name) || (by_email && user.email == name))
    }

    /// A missing code asks what is needed and counts as no attempt, a wrong one does; each works once (facts 6.3).
    fn check_mfa(&mut self, user_id: &str, code: &str, now: i64) -> Result<(), Fail> {
        let once = self.profile.mfa_codes_once;
        let enabled = self.service("EnableMultifactorAuthentication");
        let user = self.user_mut(user_id)?;
        if !user.mfa_active || !enabled {
            return Ok(());
        }
        if !totp::well_formed(code) {
            user.failed_attempts += i64::from(!code.is_empty());
            return Err(Fail::new(401, "mfa.validate_token.authenticate.app_error"));
        }
        let step = totp::step_of(&user.mfa_secret, code, now);
        match step.filter(|step| !(once && user.mfa_used.contains(step))) {
            Some(step) => {
                user.mfa_used.push(step);
                Ok(())
            }
            None => {
                user.failed_attempts += 1;
                Err(Fail::new(401, "api.user.check_user_mfa.bad_code.app_error"))
            }
        }
    }

    /// Facts 6.3 "Order", from the look-up on.
    fn check_credentials(&mut self, call: &Call, password: &str) -> Result<String, Fail> {
        let (id, login_id) = (call.map_value("id"), call.map_value("login_id"));
        let user = self.find_login(&id, &login_id).cloned().ok_or_else(|| self.masked())?;
        // A directory needs its licence; with it, the password kept here is the directory's.
        if user.auth_service == "ldap" && !(self.licence.present && self.on("LdapSettings", "Enable")) {
            return Err(Fail::new(501, "api.user.login_ldap.not_available.app_error"));
        }
        if !matches!(user.auth_service.as_str(), "" | "ldap") {
            return Err(Fail::new(400, "api.user.login.use_auth_service.app_error"));
        }
        if user.delete_at != 0 {
            return Err(Fail::new(401, "api.user.login.inactive.app_error"));
        }
        if self.bots.contains_key(&user.id) {
            return Err(Fail::new(401, "api.user.login.bot_login_forbidden.app_error"));
        }
        self.check_login_lock(&user)?;
        if user.password != password {
            self.user_mut(&user.id)?.failed_attempts += 1;
            return Err(Fail::new(401, WRONG_PASSWORD));
        }
        self.check_mfa(&user.id, &call.map_value("token"), call.now)?;
        self.user_mut(&user.id)?.failed_attempts = 0;
        if !user.email_verified && self.on("EmailSettings", "RequireEmailVerification") {
            return Err(Fail::new(401, "api.user.login.not_verified.app_error"));
        }
        // Any licence will do for this check.
        if user.is_guest() && !self.licence.present {
            return Err(Fail::new(401, "api.user.login.guest_accounts.license.error"));
        }
        if user.is_guest() && !self.on("GuestAccountsSettings", "Enable") {
            return Err(Fail::new(401, "api.user.login.guest_accounts.disabled.error"));
        }
        if user.is_remote() {
            return Err(Fail::new(401, "api.user.login.remote_users.login.error"));
        }
        Ok(user.id)
    }

    fn log_in(&mut self, call: &Call, user_id: &str) -> Result<Session, Fail> {
        let user = self.user(user_id)?.clone();
        let (device_id, voip_device_id) = self.device_ids(&|name| call.map_value(name))?;
        let mut session = Session {
            token: self.ids.next(),
            user_id: user.id.clone(),
            device_id,
            voip_device_id,
            roles: user.roles.clone(),
            ..Session::default()
        };
        // By the browser's name, whatever the id.
        let agent = call.header("user-agent");
        let mobile = ["Mobile", "Android", "iOS", "iPhone", "iPad"].iter().any(|word| agent.contains(word));
        let yes_no = |flag| if flag { "true" } else { "false" }.to_owned();
        session.props = [
            ("csrf", self.ids.next()),
            ("platform", "Linux".to_owned()),
            ("os", "Linux".to_owned()),
            ("browser", "Unknown".to_owned()),
            ("isMobile", yes_no(mobile)),
            ("isSaml", "false".to_owned()),
            ("isOAuthUser", "false".to_owned()),
            ("is_guest", yes_no(user.is_guest())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        session.expires_at = call.now.saturating_add(self.session_length(&session));
        self.sessions.revoke_same_device(&session);
        Ok(self.save_session(session, call.now))
    }
}

/// Behind TLS cookies are kept to it (recording 200-login-gitlab-omnibus-4.0).
fn secure(call: &Call) -> &'static str {
    if call.header("x-forwarded-proto") == "https" { "; Secure" } else { "" }
}

/// The cookie that is a session's token.
pub fn auth_cookie(call: &Call, token: &str, life: &str) -> String {
    format!("MMAUTHTOKEN={token}{life}; HttpOnly{}", secure(call))
}

/// How long a browser keeps a session's cookie, and where it sends it.
pub fn cookie_life(state: &State, now: Millis, key: &str) -> String {
    let (path, length) = (state.config.subpath_of_site_url(), state.hours(key));
    let expires = http_date(now.saturating_add(length));
    format!("; Path={path}; Expires={expires}; Max-Age={}", length / SECOND)
}

/// `POST /users/login`
pub fn login(state: &mut State, call: &Call) -> Answer {
    let password = call.map_value("password");
    // Nobody gets a link to log in with here, so none is ever good.
    if state.profile.routes_of_11 && !call.map_value("magic_link_token").is_empty() {
        return Err(state.masked());
    }
    if password.is_empty() {
        return Err(Fail::new(400, "api.user.login.blank_pwd.app_error"));
    }
    let user_id = state.check_credentials(call, &password);
    let session = user_id.and_then(|user_id| state.log_in(call, &user_id)).map_err(|fail| {
        // The masked reason stays a detail.
        if UNMASKED.contains(&fail.id.as_ref()) { fail } else { state.masked().detail(fail.id.as_ref()) }
    })?;
    let user_id = session.user_id.as_str();
    let mut reply = Reply::line(200, &UserShape::seen(state.user(user_id)?, Eyes::Near, state));
    reply.headers.push(("Token", session.token.clone()));
    // Cookies go to exactly this header's sender (facts 6.3).
    if call.header("x-requested-with") == "XMLHttpRequest" {
        let secure = secure(call);
        // A browser's lifetime even for a phone.
        let life = cookie_life(state, call.now, "SessionLengthWebInHours");
        reply.headers.push(("Set-Cookie", auth_cookie(call, &session.token, &life)));
        reply.headers.push(("Set-Cookie", format!("MMUSERID={user_id}{life}{secure}")));
        reply.headers.push(("Set-Cookie", format!("MMCSRF={}{life}{secure}", session.prop("csrf"))));
    }
    Ok(reply)
}

/// `POST /users/login/desktop_token`: nobody ends an SSO login in a browser here, so no token is ever good.
pub fn with_desktop_token(_state: &mut State, _call: &Call) -> Answer {
    Err(Fail::new(401, "app.desktop_token.validate.invalid"))
}

/// `POST /users/login/type`: nothing at all while guests may not log in by a link, which is the default.
pub fn kind(_state: &mut State, _call: &Call) -> Answer {
    Ok(Reply::bytes(404, ""))
}

/// `POST /users/logout`: no session needed; the clearing cookie goes to anyone (recording 200-logout-bad-token).
pub fn logout(state: &mut State, call: &Call) -> Answer {
    if !call.session.id.is_empty() {
        state.sessions.revoke(&call.session.id);
        state.oauth.forget_token(&call.session.token);
    }
    Ok(Reply::ok().with("Set-Cookie", clearing_cookie(state)))
}

/// `GET /users/{user_id}/sessions`: no permission for oneself; an unknown id is an empty list to administrators.
pub fn list_sessions(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    state.require_user(&call.session, &user_id)?;
    let rows = state.sessions.of_user(&user_id);
    let shapes: Vec<_> = rows.into_iter().map(|row| SessionShape::read(row, &state.profile)).collect();
    Ok(Reply::json(200, &shapes))
}

/// `GET /users/{user_id}/audits`: nothing is written down here.
pub fn list_audits(state: &mut State, call: &Call) -> Answer {
    state.require_user(&call.session, &call.id("user_id")?)?;
    Ok(Reply::json::<[u8; 0]>(200, &[]))
}

/// `POST /users/{user_id}/sessions/revoke`; the order of refusals is facts 2.6.
pub fn revoke_session(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    state.require_user(&call.session, &user_id)?;
    let session_id = call.map_value("session_id");
    if session_id.is_empty() {
        return Err(Fail::body_param("session_id"));
    }
    // The row is looked for as with any token or id (facts 1.3).
    let row = state.sessions.find(&session_id).ok_or_else(|| Fail::new(400, "app.session.get.app_error"))?;
    if row.user_id != user_id {
        return Err(Fail::url_param("user_id"));
    }
    state.sessions.revoke(&row.id);
    Ok(Reply::ok())
}

/// `POST /users/{user_id}/sessions/revoke/all`: the caller's own included.
pub fn revoke_sessions_of_user(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    state.require_user(&call.session, &user_id)?;
    state.sessions.revoke_user(&user_id);
    Ok(Reply::ok())
}

/// `POST /users/sessions/revoke/all`: everybody's, and OAuth access with them (facts 2.6).
pub fn revoke_all_sessions(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "manage_system")?;
    state.sessions.revoke_all();
    state.oauth.forget_tokens();
    Ok(Reply::ok())
}
