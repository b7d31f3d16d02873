//! Roles and their endpoints (facts 4).

use std::collections::BTreeSet;

use serde::Serialize;

use crate::body::Kind;
use crate::call::Call;
use crate::clock::Millis;
use crate::errors::Fail;
use crate::ids::Ids;
use crate::reply::{Answer, Reply};
use crate::state::State;

/// A role; the order of the fields is the order on the wire.
#[derive(Clone, Debug, Serialize)]
pub struct Role {
    /// The role's id.
    pub id: String,
    /// The name that stands in a user's `roles`.
    pub name: String,
    /// A key for the web app.
    pub display_name: String,
    /// A key for the web app.
    pub description: String,
    /// When it was made.
    pub create_at: Millis,
    /// When it was changed.
    pub update_at: Millis,
    /// 0 = not deleted.
    pub delete_at: Millis,
    /// What it grants.
    pub permissions: Vec<String>,
    /// Belongs to a permission scheme.
    pub scheme_managed: bool,
    /// Came with the server.
    pub built_in: bool,
}

/// Roles `PUT /users/{id}/roles` refuses without a licence (executed.json, facts 4).
const LICENSED: [&str; 5] = [
    "system_user_manager",
    "system_read_only_admin",
    "system_manager",
    "system_shared_channel_manager",
    "system_secure_connection_manager",
];

/// Roles of people at large; patching any other needs a right of its own (api4/role.go patchRole).
const OF_PEOPLE: [&str; 12] = [
    "system_user",
    "system_guest",
    "team_user",
    "team_admin",
    "team_guest",
    "channel_user",
    "channel_admin",
    "channel_guest",
    "playbook_admin",
    "playbook_member",
    "run_admin",
    "run_member",
];

const BUILT_IN: &str = include_str!("built_in_roles.txt");

/// The roles of a fresh server. Team and channel roles exist too, and hold system-wide when given by
/// `PUT /users/{id}/roles` (facts 4).
pub fn built_in(ids: &mut Ids, now: Millis) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    for line in BUILT_IN.lines().filter(|line| !line.starts_with('#')) {
        let words = line.split_whitespace().map(str::to_owned);
        match roles.last_mut().filter(|_| line.starts_with(' ')) {
            Some(role) => role.permissions.extend(words),
            None => roles.push(head(ids.next(), now, &words.collect::<Vec<_>>())),
        }
    }
    roles
}

/// A role's first line: name, key of its titles, whether a scheme manages it.
fn head(id: String, now: Millis, words: &[String]) -> Role {
    Role {
        id,
        name: words[0].clone(),
        display_name: format!("authentication.roles.{}.name", words[1]),
        description: format!("authentication.roles.{}.description", words[1]),
        create_at: now,
        update_at: now,
        delete_at: 0,
        permissions: Vec::new(),
        scheme_managed: words[2] == "scheme",
        built_in: true,
    }
}

fn valid_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !name.is_empty() && name.len() <= 64 && name.bytes().all(allowed)
}

/// Every name well formed, and `system_admin` never alone (facts 4).
fn valid_list(roles: &str) -> bool {
    let names: Vec<_> = roles.split_whitespace().collect();
    names.iter().all(|name| valid_name(name)) && names != ["system_admin"]
}

/// `PUT /users/{user_id}/roles`: replaces the whole string; missing or empty erases every role. The order of refusals
/// is facts 4.
pub fn update_of_user(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    let roles = call.map_value("roles");
    if !valid_list(&roles) {
        return Err(Fail::body_param("roles"));
    }
    let mut names = roles.split_whitespace();
    if !state.licence.present && names.any(|name| LICENSED.contains(&name)) {
        return Err(Fail::new(400, "api.user.update_user_roles.license.app_error"));
    }
    state.require(&call.session, "manage_roles")?;
    let unknown = || Fail { status: 400, ..Fail::no_user() };
    let user = state.users.get(&user_id).ok_or_else(unknown)?;
    if roles.split_whitespace().any(|name| !state.roles.iter().any(|role| role.name == name)) {
        return Err(Fail::new(400, "app.role.check_roles_exist.role_not_found"));
    }
    let stays_admin = roles.split_whitespace().any(|name| name == "system_admin");
    let admins = state.active_people().filter(|user| user.is_system_admin()).count();
    if user.is_system_admin() && !stays_admin && admins <= 1 {
        return Err(Fail::new(400, "app.user.update.lastAdmin.app_error"));
    }
    if roles.len() > 256 {
        return Err(Fail::new(400, "model.user.is_valid.roles_limit.app_error"));
    }
    state.set_user_roles(&user_id, &roles, call.now);
    Ok(Reply::ok())
}

/// `GET /roles`
pub fn list(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "manage_system")?;
    Ok(Reply::json(200, &state.roles))
}

/// `GET /roles/name/{role_name}`
pub fn get_by_name(state: &mut State, call: &Call) -> Answer {
    let name = call.param("role_name");
    if !valid_name(name) {
        return Err(Fail::url_param("role_name")); // too long; the route has seen to the rest
    }
    let role = state.roles.iter().find(|role| role.name == name);
    let role = role.ok_or_else(|| Fail::new(404, "app.role.get_by_name.app_error"))?;
    Ok(Reply::line(200, role))
}

fn index_of(state: &State, id: &str) -> Result<usize, Fail> {
    let found = state.roles.iter().position(|role| role.id == id);
    found.ok_or_else(|| Fail::new(404, "app.role.get.app_error"))
}

/// `GET /roles/{role_id}`
pub fn get(state: &mut State, call: &Call) -> Answer {
    let index = index_of(state, &call.id("role_id")?)?;
    Ok(Reply::line(200, &state.roles[index]))
}

/// `POST /roles/names`: unknown names are left out, none found is `null`, nothing asked is a 400 (facts 4), and so is
/// too much (api4/role.go `GetRolesByNamesMax`).
pub fn by_names(state: &mut State, call: &Call) -> Answer {
    let names = call.texts("rolenames")?;
    if names.len() > 100 {
        return Err(Fail::new(400, "api.roles.get_multiple_by_name_too_many.request_error"));
    }
    let wanted: Vec<_> = names.into_iter().filter(|name| !name.trim().is_empty()).collect();
    if wanted.iter().any(|name| !valid_name(name)) {
        return Err(Fail::body_param("rolename"));
    }
    let found: Vec<_> = state.roles.iter().filter(|role| wanted.contains(&role.name)).collect();
    if found.is_empty() {
        return Ok(Reply::bytes(200, "null"));
    }
    Ok(Reply::json(200, &found))
}

/// `PUT /roles/{role_id}/patch`: replaces the list and acts on running sessions at once (facts 4).
pub fn patch(state: &mut State, call: &Call) -> Answer {
    let id = call.id("role_id")?;
    let fields = call.decode("role", &[("permissions", Kind::Texts)])?;
    let index = index_of(state, &id)?;
    let name = state.roles[index].name.as_str();
    let narrow = name == "system_admin" || LICENSED.contains(&name);
    let needed = if narrow { "manage_system" } else { "sysconsole_write_user_management_permissions" };
    state.require(&call.session, needed)?;
    let (guest, sent) = (name.ends_with("_guest"), fields.texts("permissions"));
    let licence = || Err(Fail::new(501, "api.roles.patch_roles.license.error"));
    if guest && !state.licence.present && sent.is_some() {
        return licence();
    }
    let old = &state.roles[index].permissions;
    let mut permissions = sent.unwrap_or_else(|| old.clone());
    let changed = permissions.iter().filter(|new| !old.contains(new));
    let mut changed = changed.chain(old.iter().filter(|old| !permissions.contains(old)));
    if changed.any(|permission| not_allowed(permission)) {
        return Err(Fail::new(501, "api.roles.patch_roles.not_allowed_permission.error"));
    }
    if guest && state.licence.present && !state.licence.guests {
        return licence();
    }
    let part = if OF_PEOPLE.contains(&name) { "permissions" } else { "system_roles" };
    state.require(&call.session, &format!("sysconsole_write_user_management_{part}"))?;
    let mut seen = BTreeSet::new();
    permissions.retain(|permission| seen.insert(permission.clone()));
    if permissions != *old {
        state.roles[index].permissions = permissions;
        state.roles[index].update_at = call.now;
    }
    Ok(Reply::line(200, &state.roles[index]))
}

fn not_allowed(permission: &str) -> bool {
    let console =
        ["sysconsole_read_user_management_system_roles", "sysconsole_write_user_management_system_roles"];
    permission == "manage_roles" || permission == "manage_system" || console.contains(&permission)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_lists_as_executed() {
        for (roles, valid) in [
            ("", true),
            ("system_user system_admin", true),
            ("system_admin", false),
            ("System_user", false),
            ("system_user\tsystem_admin", true),
            ("system-user", false),
        ] {
            assert_eq!(valid_list(roles), valid, "{roles}");
        }
        assert!(!valid_list(&"a".repeat(65)));
    }
}
