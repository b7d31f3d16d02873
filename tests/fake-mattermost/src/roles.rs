//! Roles and their endpoints (facts 4).

use serde::Serialize;
use serde_json::Value;

use crate::body::{First, Kind, first_value};
use crate::call::Call;
use crate::clock::Millis;
use crate::errors::Fail;
use crate::ids::Ids;
use crate::profile::Profile;
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

const ADMIN: &str = include_str!("admin_permissions.txt");
const CONSOLE_READ_ONLY: &str = "sysconsole_read_user_management_users sysconsole_read_user_management_groups \
     sysconsole_read_user_management_teams sysconsole_read_user_management_channels \
     sysconsole_read_user_management_permissions sysconsole_read_environment_web_server \
     sysconsole_read_environment_session_lengths sysconsole_read_integrations_integration_management \
     sysconsole_read_integrations_bot_accounts sysconsole_read_authentication_password \
     sysconsole_read_authentication_mfa sysconsole_read_site_customization";
const MANAGER: &str = "sysconsole_read_environment_web_server sysconsole_write_environment_web_server \
     sysconsole_read_environment_session_lengths sysconsole_write_environment_session_lengths \
     sysconsole_read_integrations_integration_management sysconsole_write_integrations_integration_management \
     sysconsole_read_integrations_bot_accounts sysconsole_write_integrations_bot_accounts \
     sysconsole_read_site_customization sysconsole_write_site_customization \
     sysconsole_read_user_management_permissions sysconsole_write_user_management_permissions";
const USER_MANAGER: &str = "sysconsole_read_user_management_groups sysconsole_write_user_management_groups \
     sysconsole_read_user_management_teams sysconsole_write_user_management_teams \
     sysconsole_read_user_management_channels sysconsole_write_user_management_channels \
     sysconsole_read_user_management_permissions sysconsole_read_authentication_password list_public_teams";
const USER: &str = "list_public_teams join_public_teams create_direct_channel create_group_channel view_members \
     create_team create_custom_group edit_custom_group delete_custom_group restore_custom_group \
     manage_custom_group_members manage_own_agent";
/// Team and channel roles exist too, and hold system-wide when given by `PUT /users/{id}/roles` (facts 4).
const TEAM_USER: &str = "list_team_channels join_public_channels read_public_channel view_team \
     create_public_channel create_private_channel invite_user add_user_to_team";
const TEAM_ADMIN: &str = "remove_user_from_team manage_team import_team manage_team_roles manage_channel_roles \
     manage_others_incoming_webhooks manage_others_outgoing_webhooks manage_slash_commands";
const CHANNEL_USER: &str = "read_channel read_channel_content add_reaction remove_reaction \
     manage_public_channel_members upload_file get_public_link create_post use_channel_mentions \
     manage_private_channel_members edit_post delete_post";
const CHANNEL_ADMIN: &str = "manage_channel_roles use_group_mentions";
const GUEST_CHANNEL: &str = "read_channel read_channel_content add_reaction remove_reaction upload_file edit_post \
     create_post use_channel_mentions";

/// Name, permissions, scheme-managed.
const BUILT_IN: [(&str, &str, bool); 19] = [
    ("system_admin", ADMIN, true),
    ("system_user", USER, true),
    ("system_guest", "create_direct_channel create_group_channel", true),
    (
        "system_user_access_token",
        "create_user_access_token read_user_access_token revoke_user_access_token",
        false,
    ),
    ("system_post_all", "create_post use_channel_mentions", false),
    ("system_post_all_public", "create_post_public use_channel_mentions", false),
    ("system_user_manager", USER_MANAGER, false),
    ("system_read_only_admin", CONSOLE_READ_ONLY, false),
    ("system_manager", MANAGER, false),
    (
        "system_custom_group_admin",
        "create_custom_group edit_custom_group delete_custom_group restore_custom_group manage_custom_group_members",
        false,
    ),
    ("system_shared_channel_manager", "manage_shared_channels", false),
    ("system_secure_connection_manager", "manage_secure_connections", false),
    ("team_user", TEAM_USER, true),
    ("team_admin", TEAM_ADMIN, true),
    ("team_guest", "view_team", true),
    ("team_post_all", "create_post use_channel_mentions", false),
    ("channel_user", CHANNEL_USER, true),
    ("channel_admin", CHANNEL_ADMIN, true),
    ("channel_guest", GUEST_CHANNEL, true),
];

/// The roles of a fresh server.
pub fn built_in(ids: &mut Ids, now: Millis, _profile: &Profile) -> Vec<Role> {
    let make = |(name, permissions, scheme_managed): (&str, &str, bool)| Role {
        id: ids.next(),
        name: name.to_owned(),
        display_name: format!("authentication.roles.{}.name", name.trim_start_matches("system_")),
        description: format!("authentication.roles.{}.description", name.trim_start_matches("system_")),
        create_at: now,
        update_at: now,
        delete_at: 0,
        permissions: permissions.split_whitespace().map(str::to_owned).collect(),
        scheme_managed,
        built_in: true,
    };
    BUILT_IN.map(make).into()
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
    let admins = state.users.values().filter(|user| user.is_system_admin() && user.delete_at == 0).count();
    if state.profile.last_admin_check && user.is_system_admin() && !stays_admin && admins <= 1 {
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

/// `POST /roles/names`: unknown names are left out, none found is `null`, nothing asked is a 400 (facts 4).
pub fn by_names(state: &mut State, call: &Call) -> Answer {
    let refused = || Fail::body_param("rolenames");
    let First::Value(Value::Array(items)) = first_value(&call.body, call.body_limit) else {
        return Err(refused());
    };
    let names: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
    let names = names.filter(|names| !names.is_empty()).ok_or_else(refused)?;
    let mut wanted: Vec<&str> =
        names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
    if wanted.iter().any(|name| !valid_name(name)) {
        return Err(refused());
    }
    wanted.dedup();
    let found: Vec<_> = state.roles.iter().filter(|role| wanted.contains(&role.name.as_str())).collect();
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
    if let Some(permissions) = fields.texts("permissions") {
        let old = &state.roles[index].permissions;
        let changed = permissions.iter().filter(|new| !old.contains(new));
        let changed = changed.chain(old.iter().filter(|old| !permissions.contains(old)));
        if changed.into_iter().any(|permission| not_allowed(permission)) {
            return Err(Fail::new(501, "api.roles.patch_roles.not_allowed_permission.error"));
        }
        state.roles[index].permissions = permissions;
        state.roles[index].update_at = call.now;
    }
    Ok(Reply::line(200, &state.roles[index]))
}

fn not_allowed(permission: &str) -> bool {
    let console =
        ["sysconsole_read_user_management_system_roles", "sysconsole_write_user_management_system_roles"];
    permission == "manage_roles" || console.contains(&permission)
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

    #[test]
    fn the_administrator_has_what_was_executed() {
        for permission in [
            "manage_roles",
            "manage_system",
            "edit_other_users",
            "create_user_access_token",
            "create_bot",
            "manage_others_bots",
            "sysconsole_write_integrations_bot_accounts",
        ] {
            assert!(ADMIN.split_whitespace().any(|granted| granted == permission), "{permission}");
        }
        assert_eq!(USER.split_whitespace().count(), 12);
    }
}
