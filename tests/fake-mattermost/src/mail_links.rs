//! What is done by links in letters. No letter is ever sent, so no link is good; but asking for one works, and so do
//! the refusals (api4/user.go, app/user.go).

use crate::call::Call;
use crate::errors::Fail;
use crate::reply::{Answer, Reply};
use crate::shapes::UserShape;
use crate::state::State;
use crate::users::User;

/// The length of what a link holds.
const LINK: usize = 64;

fn no_link(call: &Call, id: &'static str) -> Answer {
    if call.map_value("token").len() == LINK {
        return Err(Fail::new(400, id));
    }
    Err(Fail::body_param("token"))
}

/// `POST /users/password/reset`
pub fn reset_password(_state: &mut State, call: &Call) -> Answer {
    no_link(call, "api.user.reset_password.invalid_link.app_error")
}

/// `POST /users/email/verify`
pub fn verify(_state: &mut State, call: &Call) -> Answer {
    no_link(call, "api.user.verify_email.bad_link.app_error")
}

/// Whose address a letter would go to; nobody learns that it is no one's.
fn addressee<'a>(state: &'a State, call: &Call) -> Result<Option<&'a User>, Fail> {
    let email = call.map_value("email").trim().to_lowercase();
    if email.is_empty() {
        return Err(Fail::body_param("email"));
    }
    Ok(state.users.values().find(|user| user.email == email))
}

/// `POST /users/password/reset/send`: to who has a password here.
pub fn send_reset(state: &mut State, call: &Call) -> Answer {
    match addressee(state, call)? {
        Some(user) if user.is_remote() => Err(Fail::new(400, "api.user.send_password_reset.send.app_error")),
        Some(user) if user.is_sso() => Err(Fail::new(400, "api.user.send_password_reset.sso.app_error")),
        _ => Ok(Reply::ok()),
    }
}

/// `POST /users/email/verify/send`
pub fn send_verification(state: &mut State, call: &Call) -> Answer {
    addressee(state, call)?;
    Ok(Reply::ok())
}

/// `POST /users/{user_id}/email/verify/member`: an administrator's word instead of the link.
pub fn verify_member(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    state.user(&user_id)?;
    state.require(&call.session, "manage_system")?;
    state.user_mut(&user_id)?.email_verified = true;
    let eyes = state.eyes(&call.session, &user_id);
    Ok(Reply::line(200, &UserShape::seen(state.user(&user_id)?, eyes, state)))
}
