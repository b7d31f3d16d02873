//! Facts 4: roles, deactivation and role endpoints.

use serde_json::{Value, json};

use crate::fake::{Fake, PROFILES, UNKNOWN};

#[test]
fn put_roles_replaces_the_whole_string() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let path = format!("/users/{}/roles", user.id);
    let roles = || fake.get(&admin.token, &format!("/users/{}", user.id)).field("roles");
    fake.put(&admin.token, &path, &json!({"roles": "system_user system_user_access_token"})).status_ok();
    assert_eq!(roles(), "system_user system_user_access_token");
    for body in ["{}", r#"{"roles":""}"#, "[]", ""] {
        fake.set_roles(&admin, &user.id, "system_user");
        fake.call("PUT", &admin.token, &path, body).status_ok();
        assert_eq!(roles(), "", "{body}");
    }
}

#[test]
fn put_roles_refuses_in_order() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let put = |token: &str, id: &str, roles: &str| {
        fake.put(token, &format!("/users/{id}/roles"), &json!({ "roles": roles }))
    };
    put(&user.token, "short", "BAD").bad_path("user_id");
    for bad in ["BAD", "system-user", "system_admin", &"a".repeat(65)] {
        put(&user.token, UNKNOWN, bad).bad_body("roles");
    }
    for licensed in [
        "system_user_manager",
        "system_read_only_admin",
        "system_manager",
        "system_shared_channel_manager",
        "system_secure_connection_manager",
    ] {
        let list = format!("system_user {licensed}");
        put(&user.token, UNKNOWN, &list).is(400, "api.user.update_user_roles.license.app_error");
    }
    put(&user.token, UNKNOWN, "system_user").forbidden();
    put(&admin.token, UNKNOWN, "system_user").is(400, "app.user.missing_account.const");
    put(&admin.token, &user.id, "system_user nosuchrole")
        .is(400, "app.role.check_roles_exist.role_not_found");
    let long = "system_user ".repeat(25);
    put(&admin.token, &user.id, &long).is(400, "model.user.is_valid.roles_limit.app_error");
    fake.control("POST", "/licence", &json!({"present": true}));
    put(&admin.token, &user.id, "system_user system_user_manager").status_ok();
}

#[test]
fn the_last_administrator_is_kept() {
    // app/user.go UpdateUserRolesWithUser: bots and deactivated accounts do not count.
    for profile in PROFILES {
        let (fake, admin) = Fake::open_of(profile);
        let (second, bot) = (fake.person("second"), fake.bot(&admin, "robot"));
        let demote = || {
            let path = format!("/users/{}/roles", admin.id);
            fake.put(&admin.token, &path, &json!({"roles": "system_user"}))
        };
        for id in [&second.id, &bot] {
            fake.set_roles(&admin, id, "system_user system_admin");
        }
        fake.call("DELETE", &admin.token, &format!("/users/{}", second.id), "").status_ok();
        demote().is(400, "app.user.update.lastAdmin.app_error");
        let active = format!("/users/{}/active", second.id);
        fake.put(&admin.token, &active, &json!({"active": true})).status_ok();
        demote().status_ok();
    }
}

#[test]
fn active_refuses_in_order() {
    let (fake, admin) = Fake::started();
    let (user, other) = (fake.person("plain"), fake.person("other"));
    let put = |token: &str, id: &str, body: Value| fake.put(token, &format!("/users/{id}/active"), &body);
    put(&user.token, "short", json!({})).bad_path("user_id");
    for body in [json!({}), json!({"active": "false"}), json!({"active": 0})] {
        put(&user.token, &other.id, body).bad_body("active");
    }
    let no = json!({"active": false});
    put(&user.token, &other.id, no.clone()).is(403, "api.user.update_active.permissions.app_error");
    put(&user.token, UNKNOWN, no.clone()).is(403, "api.user.update_active.permissions.app_error");
    put(&user.token, &user.id, no.clone()).is(401, "api.user.update_active.not_enable.app_error");
    put(&admin.token, &admin.id, no.clone()).is(401, "api.user.update_active.not_enable.app_error");
    put(&admin.token, UNKNOWN, no.clone()).is(404, "app.user.missing_account.const");
    fake.settings(json!({"TeamSettings": {"EnableUserDeactivation": true}}));
    put(&user.token, "me", no.clone()).status_ok();
    fake.me(&user.token).rejected();
    // Somebody may have the right and still not touch an administrator.
    fake.grant(&admin, "system_post_all", &["sysconsole_write_user_management_users"]);
    fake.set_roles(&admin, &other.id, "system_user system_post_all");
    put(&other.token, &admin.id, no.clone()).forbidden();
    put(&other.token, &user.id, json!({"active": true})).status_ok();
    fake.control("POST", "/users", &json!({"user_id": user.id, "auth_service": "ldap", "auth_data": "x"}));
    assert_eq!(put(&admin.token, &user.id, no).status, 403);
}

#[test]
fn a_guest_is_not_reactivated_while_guests_are_off() {
    let (fake, admin) = Fake::started();
    let guest = fake.with_roles(&admin, "guest", "system_guest");
    let path = format!("/users/{}/active", guest.id);
    fake.put(&admin.token, &path, &json!({"active": false})).status_ok();
    assert_eq!(fake.put(&admin.token, &path, &json!({"active": true})).status, 401);
    fake.settings(json!({"GuestAccountsSettings": {"Enable": true}}));
    fake.put(&admin.token, &path, &json!({"active": true})).status_ok();
}

#[test]
fn delete_deactivates_and_refuses_in_order() {
    let (fake, admin) = Fake::started();
    let (user, other) = (fake.person("plain"), fake.person("other"));
    let delete = |token: &str, id: &str| fake.call("DELETE", token, &format!("/users/{id}"), "");
    delete(&user.token, "short").bad_path("user_id");
    delete(&user.token, &other.id).forbidden();
    delete(&user.token, UNKNOWN).forbidden();
    delete(&user.token, "me").is(401, "api.user.update_active.not_enable.app_error");
    delete(&admin.token, UNKNOWN).is(404, "app.user.missing_account.const");
    fake.grant(&admin, "system_post_all", &["edit_other_users"]);
    fake.set_roles(&admin, &other.id, "system_user system_post_all");
    delete(&other.token, &admin.id).forbidden();
    delete(&other.token, &user.id).status_ok();
    let gone = fake.get(&admin.token, &format!("/users/{}", user.id)).json();
    assert!(gone["delete_at"].as_i64() > Some(0));
    fake.me(&user.token).rejected();
}

#[test]
fn roles_are_read_with_any_session_and_listed_by_administrators() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let role = fake.get(&user.token, "/roles/name/system_user_access_token").ok();
    assert!(role.text().ends_with("}\n"));
    let expected = ["create_user_access_token", "read_user_access_token", "revoke_user_access_token"];
    assert_eq!(role.json()["permissions"], json!(expected));
    assert_eq!(
        (role.json()["built_in"].clone(), role.json()["scheme_managed"].clone()),
        (json!(true), json!(false))
    );
    let by_id = fake.get(&user.token, &format!("/roles/{}", role.field("id"))).ok();
    assert_eq!(by_id.json(), role.json());
    fake.get(&user.token, "/roles/name/nosuchrole").is(404, "app.role.get_by_name.app_error");
    fake.get(&user.token, &format!("/roles/{UNKNOWN}")).is(404, "app.role.get.app_error");
    fake.get(&user.token, "/roles/short").bad_path("role_id");
    fake.get(&user.token, "/roles").forbidden();
    assert_eq!(fake.get(&admin.token, "/roles").status, 200);
}

#[test]
fn role_names_leave_unknown_ones_out() {
    let (fake, _) = Fake::started();
    let user = fake.person("plain");
    let names = |body: &str| fake.call("POST", &user.token, "/roles/names", body);
    let found = names(r#"["system_user","nosuchrole","system_guest"]"#).ok().json();
    assert_eq!(found.as_array().map(Vec::len), Some(2));
    assert_eq!(names(r#"["nosuchrole"]"#).text(), "null");
    for body in ["[]", "null"] {
        names(body).bad_body("rolenames");
    }
    for body in ["", "{}", "[1]", "\"x\""] {
        names(body).is(400, "api.payload.parse.error");
    }
    // api4/role_test.go TestGetRolesByNames.
    let many = |count: usize| serde_json::to_string(&vec!["system_user"; count]).unwrap();
    names(&many(101)).is(400, "api.roles.get_multiple_by_name_too_many.request_error");
    names(&many(100)).ok();
}

#[test]
fn patching_a_role_acts_at_once_and_refuses_in_order() {
    let (fake, admin) = Fake::open();
    let user = fake.person("plain");
    let id_of = |name: &str| fake.get(&admin.token, &format!("/roles/name/{name}")).field("id");
    let (plain_role, admin_role) = (id_of("system_user"), id_of("system_admin"));
    let patch =
        |token: &str, id: &str, body: &str| fake.call("PUT", token, &format!("/roles/{id}/patch"), body);
    patch(&user.token, "short", "[]").bad_path("role_id");
    patch(&user.token, UNKNOWN, "[]").bad_body("role");
    patch(&user.token, UNKNOWN, "{}").is(404, "app.role.get.app_error");
    patch(&user.token, &plain_role, "{}").forbidden();
    fake.post(&user.token, "/users/me/tokens", &json!({"description": "d"})).forbidden();
    let more = json!({"permissions": ["view_members", "create_user_access_token"]}).to_string();
    let patched = patch(&admin.token, &plain_role, &more).ok();
    assert_eq!(patched.json()["permissions"], json!(["view_members", "create_user_access_token"]));
    fake.post(&user.token, "/users/me/tokens", &json!({"description": "d"})).ok();
    for never in [
        "manage_roles",
        "manage_system",
        "sysconsole_read_user_management_system_roles",
        "sysconsole_write_user_management_system_roles",
    ] {
        let roles = json!({ "permissions": [never] }).to_string();
        patch(&admin.token, &plain_role, &roles)
            .is(501, "api.roles.patch_roles.not_allowed_permission.error");
    }
    fake.grant(&admin, "system_post_all", &["sysconsole_write_user_management_permissions"]);
    fake.set_roles(&admin, &user.id, "system_user system_post_all");
    patch(&user.token, &admin_role, "{}").forbidden();
    patch(&user.token, &plain_role, "{}").ok();
    patch(&user.token, &id_of("system_post_all"), "{}").forbidden();
}

#[test]
fn a_guest_roles_licence_comes_before_what_nobody_may_patch_and_its_features_after() {
    // api4/role.go patchRole.
    let (fake, admin) = Fake::started();
    let id = fake.get(&admin.token, "/roles/name/system_guest").ok().field("id");
    let patch = |body: Value| fake.put(&admin.token, &format!("/roles/{id}/patch"), &body);
    let (licence, never) =
        ("api.roles.patch_roles.license.error", "api.roles.patch_roles.not_allowed_permission.error");
    patch(json!({"permissions": ["manage_roles"]})).is(501, licence);
    patch(json!({})).ok();
    fake.control("POST", "/licence", &json!({"present": true}));
    patch(json!({"permissions": ["manage_roles"]})).is(501, never);
    patch(json!({})).is(501, licence);
    fake.control("POST", "/licence", &json!({"guests": true}));
    patch(json!({"permissions": ["create_post"]})).ok();
}

#[test]
fn team_and_channel_roles_hold_system_wide_when_given() {
    let (fake, admin) = Fake::started();
    for name in ["team_user", "team_admin", "team_guest", "channel_user", "channel_admin", "channel_guest"] {
        assert_eq!(fake.get(&admin.token, &format!("/roles/name/{name}")).status, 200, "{name}");
    }
    let user = fake.with_roles(&admin, "wide", "system_user channel_admin");
    fake.grant(&admin, "channel_admin", &["read_user_access_token"]);
    assert_eq!(fake.get(&user.token, "/users/me/tokens").status, 200);
}

#[test]
fn stock_roles_grant_what_was_executed() {
    let (fake, admin) = Fake::started();
    let permissions = |name: &str| {
        let role = fake.get(&admin.token, &format!("/roles/name/{name}")).json();
        role["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| p.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for (name, count) in [
        ("system_admin", 282),
        ("system_manager", 127),
        ("system_read_only_admin", 72),
        ("system_user_manager", 45),
        ("system_user_access_token", 3),
        ("system_user", 12),
        ("system_guest", 2),
        ("system_post_all", 2),
        ("system_post_all_public", 2),
        ("system_custom_group_admin", 5),
        ("system_shared_channel_manager", 1),
    ] {
        assert_eq!(permissions(name).len(), count, "{name}");
    }
    for name in ["system_user", "system_guest", "system_user_manager", "system_manager"] {
        let tokens = permissions(name).iter().filter(|p| p.ends_with("user_access_token")).count();
        assert_eq!(tokens, 0, "{name}");
    }
    assert!(!permissions("system_user_manager").contains(&"edit_other_users".to_owned()));
    for part in ["integrations_integration_management", "integrations_bot_accounts"] {
        for (name, reads, writes) in [("system_manager", true, true), ("system_read_only_admin", true, false)]
        {
            let has = |verb: &str| permissions(name).contains(&format!("sysconsole_{verb}_{part}"));
            assert_eq!((has("read"), has("write")), (reads, writes), "{name} {part}");
        }
    }
}

#[test]
fn a_roles_name_has_no_capitals_and_its_titles_are_keys() {
    let (fake, admin) = Fake::started();
    fake.get(&admin.token, "/roles/name/System_user").no_such_route();
    fake.get(&admin.token, &format!("/roles/name/{}", "a".repeat(65))).bad_path("role_name");
    let role = fake.get(&admin.token, "/roles/name/system_user").json();
    assert_eq!(role["display_name"], "authentication.roles.global_user.name");
    for (body, name) in [("[]", "rolenames"), ("null", "rolenames"), ("[\"a-b\"]", "rolename")] {
        fake.call("POST", &admin.token, "/roles/names", body).bad_body(name);
    }
}

#[test]
fn a_patched_role_has_no_repeats_and_guests_need_a_licence() {
    let (fake, admin) = Fake::started();
    let patch = |name: &str| {
        let id = fake.get(&admin.token, &format!("/roles/name/{name}")).ok().field("id");
        let twice = json!({"permissions": ["create_post", "create_post"]});
        fake.put(&admin.token, &format!("/roles/{id}/patch"), &twice)
    };
    assert_eq!(patch("system_post_all").json()["permissions"], json!(["create_post"]));
    patch("system_guest").is(501, "api.roles.patch_roles.license.error");
    fake.control("POST", "/licence", &json!({"present": true, "guests": true}));
    patch("system_guest").ok();
}
