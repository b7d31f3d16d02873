//! Reading and changing profiles.

use serde_json::Value;

use crate::account_rules::{printable, valid_email};
use crate::accounts::SCHEMA;
use crate::body::Fields;
use crate::call::Call;
use crate::errors::Fail;
use crate::reply::{Answer, Reply};
use crate::shapes::{Eyes, UserShape};
use crate::state::State;
use crate::users::{User, default_notify_props};

impl State {
    /// `<version>.<id>.<update_at>.<tos id>.<tos time>.<showname>.<showemail>.<bot icon time>` (facts 13); the two
    /// settings, whoever looks. Nobody has accepted terms of service here, and bots have no icons.
    fn etag(&self, user: &User) -> String {
        let names = self.on("PrivacySettings", "ShowFullName");
        let email = self.on("PrivacySettings", "ShowEmailAddress");
        format!("{}.{}.{}..0.{names}.{email}.0", self.profile.version, user.id, user.update_at)
    }

    fn show(&self, call: &Call, user: &User, eyes: Eyes) -> Reply {
        let etag = self.etag(user);
        // Only an identical tag matches (facts 13).
        if call.header("if-none-match") == etag {
            return Reply::bytes(304, "").with("ETag", etag);
        }
        Reply::line(200, &UserShape::seen(user, eyes, self)).with("ETag", etag)
    }
}

/// `GET /users/{user_id}`; `me` too.
pub fn get(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    Ok(state.show(call, state.user(&user_id)?, state.eyes(&call.session, &user_id)))
}

/// `GET /users/username/{username}`
pub fn get_by_username(state: &mut State, call: &Call) -> Answer {
    let name = call.param("username");
    let user = state.users.values().find(|user| user.username == name).ok_or_else(Fail::no_user)?;
    Ok(state.show(call, user, state.eyes(&call.session, &user.id)))
}

/// `GET /users/email/{email}`; refused to others when addresses are private.
pub fn get_by_email(state: &mut State, call: &Call) -> Answer {
    let email = call.param("email").to_lowercase();
    if !valid_email(&email) {
        return Err(Fail::url_param("email"));
    }
    let eyes = state.profile_eyes(&call.session);
    if matches!(eyes, Eyes::Far { email: false, .. }) {
        return Err(Fail::new(403, "api.user.get_user_by_email.permissions.app_error"));
    }
    let user = state.users.values().find(|user| user.email == email);
    Ok(state.show(call, user.ok_or_else(Fail::no_user)?, eyes))
}

/// `PUT /users/{user_id}`: the body names the account again, and what it leaves out is emptied.
pub fn update(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    let fields = call.decode("user", SCHEMA)?;
    if fields.text("id") != user_id {
        return Err(Fail::body_param("user_id"));
    }
    state.require_user_or_bot(&call.session, &user_id)?;
    let user = state.user(&user_id)?.clone();
    state.require_over(&call.session, &user)?;
    let email = fields.text("email");
    require_no_app(call, email != user.email)?;
    check_provider(&user, "update", &|name| Some(fields.text(name)))?;
    if !email.is_empty() && email != user.email && call.session.user_id == user_id {
        state
            .check_current_password(&user_id, &fields.text("password"))
            .map_err(|_| Fail::body_param("password"))?;
    }
    let emptied = User {
        nickname: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        position: String::new(),
        locale: String::new(),
        username: String::new(),
        email: String::new(),
        timezone: Value::Null,
        notify_props: default_notify_props(),
        ..user.clone()
    };
    save(state, call, &user, emptied, &fields)
}

/// `PUT /users/{user_id}/patch`: what it leaves out stays. An unknown account is a bad parameter here.
pub fn patch(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    let fields = call.decode("user", SCHEMA)?;
    state.require_user_or_bot(&call.session, &user_id)?;
    let user = state.users.get(&user_id).cloned().ok_or_else(|| Fail::body_param("user_id"))?;
    state.require_over(&call.session, &user)?;
    let changes = fields.opt_text("email").is_some_and(|email| email != user.email);
    require_no_app(call, changes)?;
    check_provider(&user, "patch", &|name| fields.opt_text(name))?;
    if changes && call.session.user_id == user_id {
        let password = fields.opt_text("password").ok_or_else(|| Fail::body_param("password"))?;
        state.check_current_password(&user_id, &password)?;
    }
    save(state, call, &user, user.clone(), &fields)
}

/// An OAuth app may change nobody's address.
fn require_no_app(call: &Call, changes_address: bool) -> Result<(), Fail> {
    if changes_address && call.session.is_oauth {
        return Err(Fail::permission(&call.session.user_id, "edit_other_users"));
    }
    Ok(())
}

/// What the service one signs in with has set (app/user.go `CheckProviderAttributes`).
fn check_provider(user: &User, asked: &str, sent: &dyn Fn(&str) -> Option<String>) -> Result<(), Fail> {
    let changes = |name: &str, stored: &str| sent(name).is_some_and(|value| value != stored);
    let name = !user.auth_service.is_empty() && changes("username", &user.username);
    let names = changes("first_name", &user.first_name) || changes("last_name", &user.last_name);
    if name || (user.is_oauth_user() && names) {
        let id = format!("api.user.{asked}_user.login_provider_attribute_set.app_error");
        return Err(Fail::new(409, id));
    }
    Ok(())
}

fn save(state: &mut State, call: &Call, old: &User, mut user: User, fields: &Fields) -> Answer {
    for (name, slot) in [
        ("nickname", &mut user.nickname),
        ("first_name", &mut user.first_name),
        ("last_name", &mut user.last_name),
        ("position", &mut user.position),
        ("locale", &mut user.locale),
        ("username", &mut user.username),
        ("email", &mut user.email),
    ] {
        if let Some(value) = fields.opt_text(name) {
            *slot = value;
        }
    }
    for name in [&mut user.username, &mut user.nickname, &mut user.first_name, &mut user.last_name] {
        *name = printable(name);
    }
    (user.username, user.email) = (user.username.to_lowercase(), user.email.to_lowercase());
    if let Some(timezone) = fields.raw("timezone") {
        user.timezone = timezone.clone();
    }
    for (name, slot) in [("props", &mut user.props), ("notify_props", &mut user.notify_props)] {
        if let Some(map) = fields.map(name) {
            *slot = map;
        }
    }
    let (moved, bot) = (user.email != old.email, state.bots.contains_key(&user.id));
    if moved && !user.is_guest() {
        state.check_domain(&user.email, "update")?;
    }
    state.check_account(&user)?;
    if user.is_oauth_user() || (moved && !bot && state.on("EmailSettings", "RequireEmailVerification")) {
        // The service's, or until the letter to the new one is answered.
        user.email.clone_from(&old.email);
    } else if moved {
        user.email_verified = false;
    }
    user.update_at = call.now;
    state.users.insert(user.id.clone(), user.clone());
    Ok(Reply::line(200, &UserShape::seen(&user, Eyes::Near, state)))
}
