//! Facts 6.4: accounts.

use serde_json::{Value, json};

use crate::fake::{Fake, PASSWORD, UNKNOWN};

fn body(name: &str) -> Value {
    json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD})
}

fn changed_body(name: &str, change: &Value) -> Value {
    let mut body = body(name);
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    body
}

#[test]
fn the_first_account_is_the_administrator_and_bots_do_not_count() {
    let fake = Fake::fresh();
    let first = fake.create("", "root");
    assert_eq!((first.status, first.field("roles")), (201, "system_admin system_user".into()));
    assert!(first.text().ends_with("}\n"));
    assert_eq!(fake.person("second").id.len(), 26);
    let second = fake.get(&fake.login("root"), "/users/username/second");
    assert_eq!(second.field("roles"), "system_user");
}

#[test]
fn create_refuses_in_order() {
    let (fake, admin) = Fake::started();
    let create = |token: &str, body: &str| fake.call("POST", token, "/users", body);
    for bad in ["", "[]", "{", r#"{"username":1}"#] {
        create("", bad).bad_body("user");
    }
    create("", "{}").is(403, "api.user.create_user.no_open_server");
    fake.settings(json!({"EmailSettings": {"EnableSignUpWithEmail": false}}));
    create("", "{}").is(501, "api.user.create_user.signup_email_disabled.app_error");
    fake.settings(json!({"EmailSettings": {"EnableSignUpWithEmail": true}, "TeamSettings": {"EnableUserCreation": false}}));
    create("", "{}").is(501, "api.user.create_user.signup_email_disabled.app_error");
    // None of this stops an administrator.
    for null in ["null", "{}"] {
        create(&admin.token, null).is(400, "model.user.is_valid.pwd_min_length.app_error");
    }
    let with = |key: &str, value: &str| {
        let mut body = body("newcomer");
        body[key] = json!(value);
        create(&admin.token, &body.to_string())
    };
    with("password", "short").is(400, "model.user.is_valid.pwd_min_length.app_error");
    with("password", &"x".repeat(73)).is(400, "model.user.is_valid.pwd_max_length.app_error");
    with("id", UNKNOWN).is(400, "app.user.save.existing.app_error");
    with("username", "bad name").is(400, "model.user.is_valid.username.app_error");
    with("email", "nonsense").is(400, "model.user.is_valid.email.app_error");
    with("email", "root@example.org").is(400, "app.user.save.email_exists.app_error");
    with("username", "root").is(400, "app.user.save.username_exists.app_error");
    assert_eq!(create(&admin.token, &body("newcomer").to_string()).status, 201);
}

#[test]
fn what_the_server_decides_is_ignored_in_the_body() {
    let (fake, admin) = Fake::started();
    let mut sent = body("pushy");
    for (key, value) in [
        ("roles", json!("system_admin")),
        ("create_at", json!(5)),
        ("update_at", json!(5)),
        ("delete_at", json!(5)),
        ("failed_attempts", json!(3)),
        ("mfa_active", json!(true)),
        ("email_verified", json!(true)),
    ] {
        sent[key] = value;
    }
    fake.settings(json!({"TeamSettings": {"EnableOpenServer": true}}));
    let made = fake.post("", "/users", &sent).ok().json();
    assert_eq!((made["roles"].as_str(), made["delete_at"].as_i64()), (Some("system_user"), Some(0)));
    assert!(made["create_at"].as_i64() > Some(5));
    for key in ["failed_attempts", "mfa_active", "email_verified", "password"] {
        assert!(made.get(key).is_none(), "{key}");
    }
    sent["username"] = json!("trusted");
    sent["email"] = json!("trusted@example.org");
    let made = fake.post(&admin.token, "/users", &sent).ok().json();
    assert_eq!(made["email_verified"], true);
}

#[test]
fn names_are_folded_and_password_rules_obeyed() {
    let (fake, admin) = Fake::started();
    let mut sent = body("SomeBody");
    sent["email"] = json!("Some@Example.ORG");
    let made = fake.post(&admin.token, "/users", &sent).ok();
    assert_eq!((made.field("username"), made.field("email")), ("somebody".into(), "some@example.org".into()));
    fake.settings(json!({"PasswordSettings": {"Uppercase": true, "Number": true}}));
    let mut weak = body("weak");
    weak["password"] = json!("onlylowercase");
    let refused = fake.post(&admin.token, "/users", &weak);
    refused.is(400, "model.user.is_valid.pwd_uppercase_number.app_error");
}

#[test]
fn an_unlicensed_server_stops_at_its_user_limit() {
    let (fake, admin) = Fake::open();
    let (leaver, bot) = (fake.person("leaver"), fake.bot(&admin, "robot"));
    let active = format!("/users/{}/active", leaver.id);
    fake.put(&admin.token, &active, &json!({"active": false})).status_ok();
    fake.call("POST", &admin.token, &format!("/bots/{bot}/disable"), "").ok();
    for number in 1..250 {
        assert_eq!(fake.create(&admin.token, &format!("user{number}")).status, 201);
    }
    assert_eq!(fake.create(&admin.token, "toomuch").status, 400);
    fake.put(&admin.token, &active, &json!({"active": true}))
        .is(400, "app.user.update_active.user_limit.exceeded");
    let enable = fake.call("POST", &admin.token, &format!("/bots/{bot}/enable"), "");
    enable.is(400, "app.user.update_active.user_limit.exceeded");
    fake.control("POST", "/licence", &json!({"present": true}));
    fake.put(&admin.token, &active, &json!({"active": true})).status_ok();
}

#[test]
fn an_unknown_user_is_a_404_for_anybody() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    for token in [&admin.token, &user.token] {
        fake.get(token, &format!("/users/{UNKNOWN}")).is(404, "app.user.missing_account.const");
        fake.get(token, "/users/short").bad_path("user_id");
    }
    assert_eq!(fake.get(&user.token, &format!("/users/{}", admin.id)).status, 200);
    fake.get("", &format!("/users/{UNKNOWN}")).unseen();
    fake.get("", "/users/short").unseen();
}

#[test]
fn others_see_less_and_the_privacy_settings_hide_more() {
    let (fake, admin) = Fake::started();
    let (user, other) = (fake.person("plain"), fake.person("other"));
    let patch = json!({"first_name": "O", "last_name": "T"});
    fake.put(&other.token, "/users/me/patch", &patch).ok();
    let path = format!("/users/{}", other.id);
    let seen = fake.get(&user.token, &path).json();
    assert_eq!(seen["auth_data"], "");
    for key in ["email_verified", "notify_props", "failed_attempts", "last_password_update"] {
        assert!(seen.get(key).is_none(), "{key}");
    }
    assert_eq!((seen["email"].as_str(), seen["first_name"].as_str()), (Some("other@example.org"), Some("O")));
    fake.settings(json!({"PrivacySettings": {"ShowEmailAddress": false, "ShowFullName": false}}));
    let hidden = fake.get(&user.token, &path).ok();
    assert!(hidden.header("etag").unwrap().ends_with(".false.false.0"));
    let hidden = hidden.json();
    for key in ["email", "first_name", "last_name"] {
        assert_eq!(hidden[key], "", "{key}");
    }
    assert_eq!(fake.get(&admin.token, &path).json()["email"], "other@example.org");
    assert_eq!(fake.me(&other.token).json()["email"], "other@example.org");
}

#[test]
fn changing_ones_own_password() {
    let (fake, _) = Fake::started();
    let user = fake.person("plain");
    let put = |body: &str| fake.call("PUT", &user.token, "/users/me/password", body);
    for body in ["", "not json", "{}", r#"{"new_password":"another-horse-2"}"#] {
        put(body).bad_body("current_password");
    }
    put(r#"{"current_password":"wrong","new_password":"another-horse-2"}"#)
        .is(400, "api.user.update_password.incorrect.app_error");
    assert_eq!(fake.me(&user.token).json()["failed_attempts"], 1);
    let short = json!({"current_password": PASSWORD, "new_password": "ab"}).to_string();
    put(&short).is(400, "model.user.is_valid.pwd_min_length.app_error");
    put(&json!({"current_password": PASSWORD, "new_password": "another-horse-2"}).to_string()).status_ok();
    assert_eq!(fake.log_in("plain", PASSWORD).status, 401);
    assert_eq!(fake.log_in("plain", "another-horse-2").status, 200);
    fake.set(json!({"MaximumLoginAttempts": 1}));
    put(r#"{"current_password":"wrong","new_password":"third-horse-3"}"#);
    put(r#"{"current_password":"another-horse-2","new_password":"third-horse-3"}"#)
        .is(401, "api.user.check_user_login_attempts.too_many.app_error");
}

#[test]
fn changing_others_passwords_needs_the_console_right_and_hides_who_exists() {
    let (fake, admin) = Fake::started();
    let (user, other) = (fake.person("plain"), fake.person("other"));
    let put = |token: &str, id: &str| {
        fake.put(token, &format!("/users/{id}/password"), &json!({"new_password": "another-horse-2"}))
    };
    put(&user.token, "short").bad_path("user_id");
    for (token, id) in
        [(&user.token, &other.id), (&user.token, &UNKNOWN.to_owned()), (&admin.token, &UNKNOWN.into())]
    {
        assert_eq!(put(token, id).status, 403);
    }
    put(&admin.token, &other.id).status_ok();
    assert_eq!(fake.log_in("other", "another-horse-2").status, 200);
    fake.grant(&admin, "system_post_all", &["sysconsole_write_user_management_users"]);
    fake.set_roles(&admin, &user.id, "system_user system_post_all");
    put(&user.token, &other.id).status_ok();
    assert_eq!(put(&user.token, &admin.id).status, 403);
}

#[test]
fn administrators_see_a_profile_with_its_settings_and_lists_show_oneself_so_too() {
    // Recording 200-users-list-pat-2025; auth_data: facts 13.
    for (profile, auth_data) in [("10.11", Some("")), ("11.10", None)] {
        let (fake, admin) = Fake::of(profile);
        let other = fake.post(&admin.token, "/users", &json!({
            "username": "other", "email": "other@example.org", "password": PASSWORD, "email_verified": true,
        }));
        assert_eq!(other.ok().json()["email_verified"], true, "as whoever made it sees it");
        let list = fake.get(&admin.token, "/users").ok().json();
        assert_eq!(list[0]["username"], "other");
        for seen in [&list[0], &list[1], &fake.get(&admin.token, "/users/username/other").json()] {
            for key in ["email_verified", "last_password_update", "allow_marketing"] {
                assert!(seen.get(key).is_none(), "{key} in {seen}");
            }
            assert_eq!(seen["notify_props"]["email"], "true");
            assert_eq!(seen.get("auth_data").and_then(Value::as_str), auth_data);
        }
        assert!(fake.me(&admin.token).json()["last_password_update"].is_i64());
    }
}

#[test]
fn others_do_not_learn_how_somebody_signs_in() {
    let (fake, admin) = Fake::started();
    let (user, other) = (fake.person("plain"), fake.person("other"));
    fake.control("POST", "/users", &json!({"user_id": other.id, "auth_service": "gitlab", "auth_data": "7"}));
    let path = format!("/users/{}", other.id);
    let (far, near) = (fake.get(&user.token, &path).json(), fake.get(&admin.token, &path).json());
    assert_eq!((&far["auth_service"], &far["auth_data"]), (&json!(""), &json!("")));
    assert_eq!((&near["auth_service"], &near["auth_data"]), (&json!("gitlab"), &json!("7")));
    assert_eq!(fake.me(&other.token).json()["auth_data"], "7");
}

#[test]
fn the_tag_holds_the_privacy_settings_whoever_looks() {
    let (fake, admin) = Fake::started();
    fake.settings(json!({"PrivacySettings": {"ShowEmailAddress": false}}));
    assert!(fake.me(&admin.token).header("etag").unwrap().ends_with("..0.true.false.0"));
}

#[test]
fn an_address_is_looked_up_unless_addresses_are_private() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let get = |token: &str, email: &str| fake.get(token, &format!("/users/email/{email}"));
    get(&user.token, "no-address").bad_path("email");
    get(&user.token, "nobody@example.org").is(404, "app.user.missing_account.const");
    assert_eq!(get(&user.token, "Root@example.org").ok().field("id"), admin.id);
    fake.settings(json!({"PrivacySettings": {"ShowEmailAddress": false}}));
    get(&user.token, "root@example.org").is(403, "api.user.get_user_by_email.permissions.app_error");
    get(&admin.token, "plain@example.org").ok();
}

#[test]
fn addresses_are_trimmed_and_texts_bounded() {
    let (fake, admin) = Fake::started();
    let create = |change: Value| fake.post(&admin.token, "/users", &changed_body("longest", &change));
    for (what, most) in [("nickname", 64), ("position", 128), ("first_name", 64), ("last_name", 64)] {
        create(json!({ what: "é".repeat(most + 1) }))
            .is(400, &format!("model.user.is_valid.{what}.app_error"));
    }
    create(json!({"email": " root@example.org  "})).is(400, "app.user.save.email_exists.app_error");
    assert_eq!(
        create(json!({"username": "here", "nickname": "é".repeat(64)})).ok().field("username"),
        "here"
    );
}

#[test]
fn addresses_may_be_confined_to_domains() {
    let (fake, admin) = Fake::started();
    fake.settings(json!({"TeamSettings": {"RestrictCreationToDomains": "example.com, @example.net"}}));
    let create = |name: &str, domain: &str| {
        let body = json!({"username": name, "email": format!("{name}@{domain}"), "password": PASSWORD});
        fake.post(&admin.token, "/users", &body)
    };
    for domain in ["example.org", "sub.example.com", "badexample.com"] {
        create("out", domain).is(400, "api.user.create_user.accepted_domain.app_error");
    }
    create("one", "example.com").ok();
    create("two", "EXAMPLE.net").ok();
}

#[test]
fn a_hash_is_taken_from_who_may_change_the_password() {
    let (fake, admin) = Fake::started();
    let (user, other) = (fake.person("plain"), fake.person("other"));
    let put = |token: &str, id: &str| {
        let body = json!({"new_password": "$2a$10$x", "already_hashed": "true"});
        fake.put(token, &format!("/users/{id}/password"), &body)
    };
    put(&user.token, "me").is(401, "api.user.update_password.user_and_hashed.app_error");
    put(&user.token, &other.id).is(403, "api.user.update_password.context.app_error");
    put(&admin.token, &other.id).status_ok();
}

#[test]
fn nobody_was_invited() {
    // api4/user_test.go TestCreateUserWithToken, TestCreateUserWithInviteId.
    let (fake, admin) = Fake::started();
    for token in ["", &admin.token] {
        fake.post(token, "/users?t=x", &body("late"))
            .is(404, "api.user.create_user.signup_link_invalid.app_error");
        fake.post(token, "/users?iid=x", &body("late"))
            .is(404, "app.team.get_by_invite_id.finding.app_error");
    }
    fake.settings(json!({"EmailSettings": {"EnableSignUpWithEmail": false}}));
    fake.post(&admin.token, "/users?iid=x", &body("late"))
        .is(501, "api.user.create_user.signup_email_disabled.app_error");
}

#[test]
fn a_new_account_keeps_its_settings_and_loses_unseen_characters() {
    let (fake, admin) = Fake::started();
    let mut sent = body("new\u{202e}comer");
    sent["email"] = json!("newcomer@example.org");
    sent["nickname"] = json!("N\u{feff}ick");
    sent["props"] = json!({"theme": "dark"});
    sent["notify_props"] = json!({"email": "false"});
    let made = fake.post(&admin.token, "/users", &sent).ok().json();
    assert_eq!((&made["username"], &made["nickname"]), (&json!("newcomer"), &json!("Nick")));
    assert_eq!((&made["props"], &made["notify_props"]), (&sent["props"], &sent["notify_props"]));
    let path = format!("/users/{}/patch", made["id"].as_str().unwrap());
    let patched = fake.put(&admin.token, &path, &json!({"first_name": "F\u{2028}irst"})).ok();
    assert_eq!(patched.field("first_name"), "First");
    for (key, value) in [("last_login", json!("x")), ("is_bot", json!(1)), ("bot_description", json!(1))] {
        let mut wrong = body("wrong");
        wrong[key] = value;
        fake.post(&admin.token, "/users", &wrong).bad_body("user");
    }
}

#[test]
fn ways_of_signing_in_languages_and_time_zones_are_looked_at() {
    // server/public/model/user_test.go TestUserIsValid.
    let (fake, admin) = Fake::started();
    let create = |change: Value| fake.post(&admin.token, "/users", &changed_body("looked", &change));
    let long = "x".repeat(129);
    for (change, what) in [
        (json!({"locale": "en-GB-x"}), "locale"),
        (json!({"timezone": {"manualTimezone": "x".repeat(256)}}), "timezone_limit"),
        (json!({"auth_service": "gitlab", "auth_data": long, "password": ""}), "auth_data"),
        (json!({"auth_data": "7"}), "auth_data_type"),
        (json!({"auth_service": "gitlab", "auth_data": "7"}), "auth_data_pwd"),
    ] {
        create(change).is(400, &format!("model.user.is_valid.{what}.app_error"));
    }
    create(json!({"auth_service": "gitlab", "auth_data": "7", "password": ""})).ok();
}

#[test]
fn accounts_of_other_services_and_servers_have_no_password_to_change() {
    // app/user.go UpdatePasswordAsUser.
    let (fake, admin) = Fake::started();
    let (sso, remote) = (fake.person("sso"), fake.person("remote"));
    fake.control("POST", "/users", &json!({"user_id": sso.id, "auth_service": "gitlab", "auth_data": "7"}));
    fake.control("POST", "/users", &json!({"user_id": remote.id, "remote_id": admin.id}));
    let put = |token: &str, current: &str| {
        let body = json!({"current_password": current, "new_password": "another-horse-2"});
        fake.put(token, "/users/me/password", &body)
    };
    put(&sso.token, "").bad_body("current_password");
    put(&sso.token, "wrong").is(400, "api.user.update_password.oauth.app_error");
    put(&remote.token, PASSWORD).is(500, "api.user.update_password.failed.app_error");
}
