//! Changing one's own or somebody else's profile.

use serde_json::Value;

use crate::accounts::SCHEMA;
use crate::body::Fields;
use crate::call::Call;
use crate::errors::Fail;
use crate::reply::{Answer, Reply};
use crate::shapes::{Eyes, UserShape};
use crate::state::State;
use crate::users::{User, default_notify_props};

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
    if changes_address(call, &fields, &user)? {
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
        ..user
    };
    save(state, call, emptied, &fields)
}

/// `PUT /users/{user_id}/patch`: what it leaves out stays. An unknown account is a bad parameter here.
pub fn patch(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    let fields = call.decode("user", SCHEMA)?;
    state.require_user_or_bot(&call.session, &user_id)?;
    let user = state.users.get(&user_id).cloned().ok_or_else(|| Fail::body_param("user_id"))?;
    state.require_over(&call.session, &user)?;
    if changes_address(call, &fields, &user)? {
        let password = fields.opt_text("password").ok_or_else(|| Fail::body_param("password"))?;
        state.check_current_password(&user_id, &password)?;
    }
    save(state, call, user, &fields)
}

/// Whether one's own address changes, for which the password is asked again; an OAuth app may change none.
fn changes_address(call: &Call, fields: &Fields, user: &User) -> Result<bool, Fail> {
    let changes = fields.opt_text("email").is_some_and(|email| !email.is_empty() && email != user.email);
    if changes && call.session.is_oauth {
        return Err(Fail::permission(&call.session.user_id, "edit_other_users"));
    }
    Ok(changes && call.session.user_id == user.id)
}

fn save(state: &mut State, call: &Call, mut user: User, fields: &Fields) -> Answer {
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
    (user.username, user.email) = (user.username.to_lowercase(), user.email.to_lowercase());
    if let Some(timezone) = fields.raw("timezone") {
        user.timezone = timezone.clone();
    }
    for (name, slot) in [("props", &mut user.props), ("notify_props", &mut user.notify_props)] {
        if let Some(map) = fields.map(name) {
            *slot = map;
        }
    }
    state.check_account(&user)?;
    user.update_at = call.now;
    state.users.insert(user.id.clone(), user.clone());
    Ok(Reply::line(200, &UserShape::seen(&user, Eyes::Near, state)))
}
