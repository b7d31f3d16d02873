//! The endpoints of personal access tokens (facts 3); the rows are in `pats`.

use serde_json::json;

use crate::body::{Fields, Kind};
use crate::call::Call;
use crate::errors::Fail;
use crate::pats::{POLICY, Pat};
use crate::reply::{Answer, Reply};
use crate::shapes::PatShape;
use crate::state::State;
use crate::users::User;

const DESCRIPTION_BYTES: usize = 255;
const SCHEMA: &[(&str, Kind)] = &[
    ("id", Kind::Text),
    ("token", Kind::Text),
    ("user_id", Kind::Text),
    ("description", Kind::Text),
    ("is_active", Kind::Bool),
    ("expires_at", Kind::Int),
];
/// Before 11.9 `expires_at` was an unknown key (facts 1.4).
const SCHEMA_WITHOUT_EXPIRY: &[(&str, Kind)] = SCHEMA.split_at(5).0;

fn refuse_oauth(call: &Call) -> Result<(), Fail> {
    if !call.session.is_oauth {
        return Ok(());
    }
    let mut fail = Fail::permission(&call.session.user_id, "create_user_access_token");
    fail.detail.push_str(", attempted access by oauth app");
    Err(fail)
}

fn refuse_remote(call: &Call, owner: &User) -> Result<(), Fail> {
    if owner.is_remote() {
        Err(Fail::permission(&call.session.user_id, "create_user_access_token"))
    } else {
        Ok(())
    }
}

/// `POST /users/{user_id}/tokens`; the order of refusals is facts 3 "Create".
pub fn create(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    let owner = state.users.get(&user_id).ok_or_else(Fail::no_user)?;
    refuse_remote(call, owner)?;
    refuse_oauth(call)?;
    let schema = if state.profile.token_expiry { SCHEMA } else { SCHEMA_WITHOUT_EXPIRY };
    let fields = call.decode("user_access_token", schema)?;
    let description = fields.text("description");
    if description.is_empty() {
        return Err(Fail::body_param("description"));
    }
    state.require(&call.session, "create_user_access_token")?;
    state.require_user_or_bot(&call.session, &user_id)?;
    state.require_over(&call.session, owner)?;
    state.require_tokens_on(&user_id)?;
    let expires_at = fields.int("expires_at");
    state.check_expiry(&user_id, expires_at, call.now)?;
    // Go's len counts bytes (facts 1.2).
    if description.len() > DESCRIPTION_BYTES {
        return Err(Fail::new(400, "model.user_access_token.is_valid.description.app_error"));
    }
    if expires_at < 0 {
        return Err(Fail::new(400, "model.user_access_token.is_valid.expires_at.app_error"));
    }
    let pat = Pat {
        id: state.ids.next(),
        token: state.ids.next(),
        user_id,
        description,
        is_active: true,
        expires_at,
    };
    state.tokens.push(pat.clone());
    Ok(Reply::line(200, &PatShape::with_secret(&pat, &state.profile)))
}

fn shapes<'a>(state: &'a State, call: &Call, keep: impl Fn(&Pat) -> bool) -> Vec<PatShape<'a>> {
    let found = state.tokens.iter().filter(|pat| keep(pat)).collect();
    call.cut(found).into_iter().map(|pat| PatShape::read(pat, &state.profile)).collect()
}

/// `GET /users/{user_id}/tokens`: the permission is asked for one's own tokens too.
pub fn list_of_user(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    state.require(&call.session, "read_user_access_token")?;
    state.require_user_or_bot(&call.session, &user_id)?;
    Ok(Reply::json(200, &shapes(state, call, |pat| pat.user_id == user_id)))
}

/// `GET /users/tokens`
pub fn list(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "manage_system")?;
    Ok(Reply::json(200, &shapes(state, call, |_| true)))
}

/// `GET /users/tokens/{token_id}`
pub fn get(state: &mut State, call: &Call) -> Answer {
    let id = call.id("token_id")?;
    state.require(&call.session, "read_user_access_token")?;
    let pat = state.pat(&id)?;
    state.require_user_or_bot(&call.session, &pat.user_id)?;
    Ok(Reply::line(200, &PatShape::read(&pat, &state.profile)))
}

/// `POST /users/tokens/search`: an exact match of token id, user id or username; 403 before the body.
pub fn search(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "manage_system")?;
    let term = call.decode("user_access_token_search", &[("term", Kind::Text)])?.text("term");
    if term.is_empty() {
        return Err(Fail::body_param("term"));
    }
    // Joined with the owners: a token whose owner's row is gone is not found.
    let found = state.tokens.iter().filter(|pat| {
        let owner = state.users.get(&pat.user_id);
        owner.is_some_and(|user| pat.id == term || user.id == term || user.username == term)
    });
    let found: Vec<_> = found.map(|pat| PatShape::read(pat, &state.profile)).collect();
    Ok(Reply::json(200, &found))
}

/// What revoke, disable and enable have in common. An empty `token_id` ends as the 404 (facts 3).
fn target(state: &State, call: &Call, permission: &str) -> Result<Pat, Fail> {
    let id = call.map_value("token_id");
    if state.profile.oauth_may_not_change_tokens {
        refuse_oauth(call)?;
    }
    state.require(&call.session, permission)?;
    let pat = state.pat(&id)?;
    state.require_user_or_bot(&call.session, &pat.user_id)?;
    Ok(pat)
}

/// `POST /users/tokens/revoke`
pub fn revoke(state: &mut State, call: &Call) -> Answer {
    let pat = target(state, call, "revoke_user_access_token")?;
    state.drop_token(&pat);
    Ok(Reply::ok())
}

/// `POST /users/tokens/disable`: the sessions go, the row stays.
pub fn disable(state: &mut State, call: &Call) -> Answer {
    let pat = target(state, call, "revoke_user_access_token")?;
    state.pat_mut(&pat.id)?.is_active = false;
    state.sessions.revoke_token(&pat.token, &pat.user_id);
    Ok(Reply::ok())
}

/// `POST /users/tokens/enable`: needs the create permission.
pub fn enable(state: &mut State, call: &Call) -> Answer {
    let pat = target(state, call, "create_user_access_token")?;
    state.pat_mut(&pat.id)?.is_active = true;
    Ok(Reply::ok())
}

/// `POST /users/tokens/rotate` (11.10); the order of refusals is facts 3 "Rotate".
pub fn rotate(state: &mut State, call: &Call) -> Answer {
    let schema = &[("token_id", Kind::Text), ("expires_at", Kind::Int)];
    let fields: Fields = call.decode("rotate_user_access_token", schema)?;
    let id = fields.text("token_id");
    if id.is_empty() {
        return Err(Fail::body_param("token_id"));
    }
    refuse_oauth(call)?;
    state.require(&call.session, "create_user_access_token")?;
    let pat = state.pat(&id)?;
    let owner = state.users.get(&pat.user_id).ok_or_else(Fail::no_user)?;
    state.require_user_or_bot(&call.session, &pat.user_id)?;
    state.require_over(&call.session, owner)?;
    refuse_remote(call, owner)?;
    if !pat.is_active {
        return Err(Fail::new(400, "api.user.rotate_user_access_token.disabled_token.app_error"));
    }
    state.require_tokens_on(&pat.user_id)?;
    let expires_at = fields.int("expires_at"); // omitted means 0: never
    state.check_expiry(&pat.user_id, expires_at, call.now)?;
    if expires_at < 0 {
        return Err(Fail::new(400, "model.user_access_token.is_valid.expires_at.app_error"));
    }
    let fresh = Pat { token: state.ids.next(), expires_at, ..pat.clone() };
    *state.pat_mut(&pat.id)? = fresh.clone();
    state.sessions.revoke_token(&pat.token, &pat.user_id);
    Ok(Reply::line(200, &PatShape::with_secret(&fresh, &state.profile)))
}

/// `GET /users/tokens/non_compliant/count` (11.10)
pub fn count_non_compliant(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "manage_system")?;
    Ok(Reply::line(200, &json!({ "count": state.non_compliant(call.now).len() })))
}

/// `POST /users/tokens/non_compliant/revoke` (11.10)
pub fn revoke_non_compliant(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "manage_system")?;
    if state.config.int("ServiceSettings", POLICY) <= 0 {
        return Err(Fail::new(400, "app.user_access_token.revoke_non_compliant.no_policy.app_error"));
    }
    let ids = state.non_compliant(call.now);
    if state.trouble.token_delete && !ids.is_empty() {
        return Err(Fail::new(500, "app.user_access_token.revoke_non_compliant.partial.app_error"));
    }
    for id in &ids {
        let pat = state.pat(id)?;
        state.drop_token(&pat);
    }
    Ok(Reply::line(200, &json!({ "count": ids.len() })))
}
