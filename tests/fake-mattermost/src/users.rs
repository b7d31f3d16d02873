//! Accounts: the rows, who sees them how, and what an administrator does to them (facts 4).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::body::object_map;
use crate::call::Call;
use crate::clock::Millis;
use crate::errors::Fail;
use crate::reply::{Answer, Reply};
use crate::session::Session;
use crate::shapes::Eyes;
use crate::state::State;

/// An unlicensed server refuses accounts, and their return, from this number on (facts 7).
const USER_LIMIT: usize = 250;

/// A row of the users table.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// The account's id.
    pub id: String,
    /// When it was made.
    pub create_at: Millis,
    /// When it was changed; part of the ETag.
    pub update_at: Millis,
    /// 0 = active.
    pub delete_at: Millis,
    /// Lower case.
    pub username: String,
    /// In clear: nothing of value is ever kept here.
    pub password: String,
    /// The SSO provider's subject.
    pub auth_data: Option<String>,
    /// "" for e-mail accounts.
    pub auth_service: String,
    /// Lower case.
    pub email: String,
    /// Set by administrators only.
    pub email_verified: bool,
    /// Free text.
    pub nickname: String,
    /// Free text; a bot's display name.
    pub first_name: String,
    /// Free text.
    pub last_name: String,
    /// Free text.
    pub position: String,
    /// Separated by spaces.
    pub roles: String,
    /// From the sign-up form.
    pub allow_marketing: bool,
    /// Free properties.
    pub props: BTreeMap<String, String>,
    /// Notification settings.
    pub notify_props: BTreeMap<String, String>,
    /// When the password was set.
    pub last_password_update: Millis,
    /// Counted towards the login lock.
    pub failed_attempts: i64,
    /// `en`
    pub locale: String,
    /// Three keys, or null.
    pub timezone: Value,
    /// MFA is set up.
    pub mfa_active: bool,
    /// Base32; never written.
    pub mfa_secret: String,
    /// Time steps of codes already used; never written.
    pub mfa_used: Vec<Millis>,
    /// The server a remote user lives on.
    pub remote_id: Option<String>,
    /// From the sign-up form.
    pub disable_welcome_email: bool,
}

impl User {
    /// Holds `system_admin`.
    pub fn is_system_admin(&self) -> bool {
        self.has_role("system_admin")
    }

    /// Holds `system_guest`.
    pub fn is_guest(&self) -> bool {
        self.has_role("system_guest")
    }

    /// Holds a role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.split_whitespace().any(|held| held == role)
    }

    /// Signs in elsewhere.
    pub fn is_sso(&self) -> bool {
        self.auth_data.as_ref().is_some_and(|data| !data.is_empty())
    }

    /// Signs in by OAuth 2.0.
    pub fn is_oauth_user(&self) -> bool {
        matches!(self.auth_service.as_str(), "gitlab" | "google" | "office365" | "openid")
    }

    /// Lives on another server.
    pub fn is_remote(&self) -> bool {
        self.remote_id.as_ref().is_some_and(|remote| !remote.is_empty())
    }
}

/// The defaults a new account gets (recording 200-users-list-pat-2025).
pub fn default_notify_props() -> BTreeMap<String, String> {
    let pairs = [
        ("channel", "true"),
        ("comments", "never"),
        ("desktop", "mention"),
        ("desktop_sound", "true"),
        ("desktop_threads", "all"),
        ("email", "true"),
        ("email_threads", "all"),
        ("first_name", "false"),
        ("mention_keys", ""),
        ("push", "mention"),
        ("push_status", "online"),
        ("push_threads", "all"),
    ];
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

/// The default time zone (same recording).
pub fn default_timezone() -> Value {
    json!({ "automaticTimezone": "", "manualTimezone": "", "useAutomaticTimezone": "true" })
}

impl State {
    /// How this session sees that user (facts 13).
    pub fn eyes(&self, session: &Session, user_id: &str) -> Eyes {
        if session.user_id == user_id { Eyes::Near } else { self.profile_eyes(session) }
    }

    /// How lists show everybody, oneself included.
    pub fn profile_eyes(&self, session: &Session) -> Eyes {
        if self.may(session, "manage_system") {
            return Eyes::Admin;
        }
        Eyes::Far {
            names: self.on("PrivacySettings", "ShowFullName"),
            email: self.on("PrivacySettings", "ShowEmailAddress"),
        }
    }

    /// An account or the 404.
    pub fn user(&self, id: &str) -> Result<&User, Fail> {
        self.users.get(id).ok_or_else(Fail::no_user)
    }

    /// An account to change, or the 404.
    pub fn user_mut(&mut self, id: &str) -> Result<&mut User, Fail> {
        self.users.get_mut(id).ok_or_else(Fail::no_user)
    }

    /// Roles follow into all sessions at once (facts 2.6).
    pub fn set_user_roles(&mut self, user_id: &str, roles: &str, now: Millis) {
        if let Some(user) = self.users.get_mut(user_id) {
            roles.clone_into(&mut user.roles);
            user.update_at = now;
        }
        self.sessions.set_roles(user_id, roles);
    }

    /// Deactivation ends sessions but no tokens, and takes an owner's bots along (facts 2.4, 5).
    pub fn set_active(&mut self, user_id: &str, active: bool, now: Millis) {
        let delete_at = if active { 0 } else { now };
        if let Some(user) = self.users.get_mut(user_id) {
            (user.delete_at, user.update_at) = (delete_at, now);
        }
        if let Some(bot) = self.bots.get_mut(user_id) {
            (bot.delete_at, bot.update_at) = (delete_at, now);
        }
        if active {
            return;
        }
        self.sessions.revoke_user(user_id);
        self.oauth.forget_user(user_id);
        if self.service("DisableBotsWhenOwnerIsDeactivated") && !self.bots.contains_key(user_id) {
            let owned: Vec<_> = self
                .bots
                .values()
                .filter(|bot| bot.owner_id == user_id)
                .map(|bot| bot.user_id.clone())
                .collect();
            owned.iter().for_each(|bot| self.set_active(bot, false, now));
        }
    }

    /// Active accounts that are no bots.
    pub fn active_people(&self) -> impl Iterator<Item = &User> {
        self.users.values().filter(|user| user.delete_at == 0 && !self.bots.contains_key(&user.id))
    }

    /// Whether there may be no more of them.
    pub fn at_user_limit(&self) -> bool {
        !self.licence.present && self.active_people().count() >= USER_LIMIT
    }
}

/// `PUT /users/{user_id}/active`; the order of refusals is facts 4.
pub fn update_active(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    let body = object_map(&call.body, call.body_limit);
    let active = body.get("active").and_then(Value::as_bool).ok_or_else(|| Fail::body_param("active"))?;
    let leaving = user_id == call.session.user_id && !active;
    let allowed = state.may(&call.session, "sysconsole_write_user_management_users");
    if !leaving && !allowed {
        return Err(Fail::new(403, "api.user.update_active.permissions.app_error"));
    }
    if leaving && !state.on("TeamSettings", "EnableUserDeactivation") {
        return Err(Fail::new(401, "api.user.update_active.not_enable.app_error"));
    }
    let user = state.user(&user_id)?;
    state.require_over(&call.session, user)?;
    if state.bots.contains_key(&user_id) {
        state.require_user_or_bot(&call.session, &user_id)?;
    }
    if active && user.is_guest() && !state.on("GuestAccountsSettings", "Enable") {
        return Err(Fail::new(
            401,
            "api.user.update_active.cannot_enable_guest_when_guest_feature_is_disabled.app_error",
        ));
    }
    if user.auth_service == "ldap" {
        return Err(Fail::new(
            403,
            "api.user.update_active.cannot_modify_status_when_user_is_managed_by_ldap.app_error",
        ));
    }
    if active && state.at_user_limit() {
        return Err(Fail::new(400, "app.user.update_active.user_limit.exceeded"));
    }
    state.set_active(&user_id, active, call.now);
    Ok(Reply::ok())
}

/// `DELETE /users/{user_id}`: deactivates, or with `permanent=true` removes (facts 4).
pub fn delete(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    state.require_user_or_bot(&call.session, &user_id)?;
    let admin = state.may(&call.session, "manage_system");
    if user_id == call.session.user_id && !state.on("TeamSettings", "EnableUserDeactivation") && !admin {
        return Err(Fail::new(401, "api.user.update_active.not_enable.app_error"));
    }
    let user = state.user(&user_id)?;
    state.require_over(&call.session, user)?;
    if call.query_flag("permanent") {
        if !state.service("EnableAPIUserDeletion") {
            let asker = if admin { "for_admin." } else { "" };
            return Err(Fail::new(401, format!("api.user.delete_user.not_enabled.{asker}app_error")));
        }
        // The only account operation that removes tokens (facts 2.6).
        state.tokens.retain(|pat| pat.user_id != user_id);
        state.sessions.revoke_user(&user_id);
        state.bots.remove(&user_id);
        state.users.remove(&user_id);
    } else {
        state.set_active(&user_id, false, call.now);
    }
    Ok(Reply::ok())
}
