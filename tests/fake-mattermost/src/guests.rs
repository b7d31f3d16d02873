//! People into guests and back (api4/user.go `demoteUserToGuest`, `promoteGuestToUser`).

use crate::call::Call;
use crate::clock::Millis;
use crate::errors::Fail;
use crate::reply::{Answer, Reply};
use crate::state::State;

/// `POST /users/{user_id}/demote`: what the server lacks comes before what the caller may.
pub fn demote(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    for (missing, status, id) in [
        (!state.licence.present, 501, "api.team.demote_user_to_guest.license.error"),
        (!state.on("GuestAccountsSettings", "Enable"), 501, "api.team.demote_user_to_guest.disabled.error"),
        (!state.licence.guests, 403, "api.team.invite_guests_to_channels.disabled.error"),
    ] {
        if missing {
            return Err(Fail::new(status, id));
        }
    }
    state.require(&call.session, "demote_to_guest")?;
    let user = state.user(&user_id)?;
    state.require_over(&call.session, user)?;
    if user.is_guest() {
        return Err(Fail::new(501, "api.user.demote_user_to_guest.already_guest.app_error"));
    }
    become_one(state, call, &user_id, "system_guest", "true")
}

/// `POST /users/{user_id}/promote`
pub fn promote(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    state.require(&call.session, "promote_guest")?;
    if !state.user(&user_id)?.is_guest() {
        return Err(Fail::new(501, "api.user.promote_guest_to_user.no_guest.app_error"));
    }
    become_one(state, call, &user_id, "system_user", "false")
}

impl State {
    /// What the server does when guests are switched off (app/user.go `DeactivateGuests`).
    pub fn deactivate_guests(&mut self, now: Millis) {
        let guests = self.users.values().filter(|user| user.is_guest() && user.delete_at == 0);
        let ids: Vec<_> = guests.map(|user| user.id.clone()).collect();
        ids.iter().for_each(|id| self.set_active(id, false, now));
    }
}

/// Running sessions learn of it at once.
fn become_one(state: &mut State, call: &Call, user_id: &str, role: &str, is_guest: &str) -> Answer {
    state.set_user_roles(user_id, role, call.now);
    state.sessions.set_prop(user_id, "is_guest", is_guest);
    Ok(Reply::ok())
}
