//! Facts 6.3: logging in.

use serde_json::{Value, json};

use crate::fake::{Fake, PASSWORD, UNKNOWN};

const MASKED: &str = "api.user.login.invalid_credentials_email_username";
const LOCKED: &str = "api.user.check_user_login_attempts.too_many.app_error";

fn login(fake: &Fake, body: Value) -> crate::http::Answer {
    fake.post("", "/users/login", &body)
}

#[test]
fn success_is_the_user_and_a_token_header_without_cookies() {
    let (fake, admin) = Fake::started();
    let answer = fake.log_in("root", PASSWORD);
    assert_eq!((answer.status, answer.field("id")), (200, admin.id));
    assert!(answer.text().ends_with("}\n"));
    let token = answer.header("token").unwrap();
    assert_eq!(token.len(), 26);
    assert_eq!(answer.header("set-cookie"), None);
    assert_eq!(fake.me(token).status, 200);
    for key in ["password", "auth_data", "mfa_secret", "last_login"] {
        assert!(answer.json().get(key).is_none(), "{key}");
    }
}

#[test]
fn the_name_the_address_and_the_id_work_in_any_case() {
    let (fake, admin) = Fake::started();
    for id in ["root", "ROOT", "root@example.org", "Root@Example.org"] {
        assert_eq!(login(&fake, json!({"login_id": id, "password": PASSWORD})).status, 200, "{id}");
    }
    let by_id = json!({"id": admin.id, "login_id": "nobody", "password": PASSWORD});
    assert_eq!(login(&fake, by_id).status, 200, "id beats login_id");
    let wrong = json!({"id": "zzzzzzzzzzzzzzzzzzzzzzzzzz", "login_id": "root", "password": PASSWORD});
    login(&fake, wrong).is(401, MASKED);
    // With both ways off the id is none either (app/login.go GetUserForLogin).
    let off = json!({"EnableSignInWithEmail": false, "EnableSignInWithUsername": false});
    fake.settings(json!({ "EmailSettings": off }));
    login(&fake, json!({"id": admin.id, "password": PASSWORD})).is(401, MASKED);
}

#[test]
fn three_cookies_for_exactly_the_web_apps_header() {
    let (fake, admin) = Fake::started();
    let body = json!({"login_id": "root", "password": PASSWORD}).to_string();
    let with = |value: &str| fake.send("POST", "/api/v4/users/login", &[("X-Requested-With", value)], &body);
    let answer = with("XMLHttpRequest");
    let cookies = answer.all("set-cookie");
    assert_eq!(cookies.len(), 3);
    let parts = |index: usize| cookies[index].split("; ").collect::<Vec<_>>();
    let token = answer.header("token").unwrap();
    let (first, second, third) = (parts(0), parts(1), parts(2));
    assert_eq!(first[0], format!("MMAUTHTOKEN={token}"));
    assert_eq!(second[0], format!("MMUSERID={}", admin.id));
    let csrf = third[0].strip_prefix("MMCSRF=").unwrap();
    for parts in [&first, &second, &third] {
        assert_eq!((parts[1], parts[3]), ("Path=/", "Max-Age=2592000"));
        assert!(parts[2].starts_with("Expires=") && parts[2].ends_with(" GMT"));
    }
    assert_eq!((first.len(), second.len(), third.len()), (5, 4, 4));
    assert_eq!(first[4], "HttpOnly");
    let cookie = format!("MMAUTHTOKEN={token}");
    let ids = json!([admin.id]).to_string();
    let headers = [("Cookie", cookie.as_str()), ("X-CSRF-Token", csrf)];
    assert_eq!(fake.send("POST", "/api/v4/users/ids", &headers, &ids).status, 200);
    for other in ["fetch", "xmlhttprequest", "XMLHttpRequest, fetch"] {
        assert_eq!(with(other).all("set-cookie").len(), 0, "{other}");
    }
    // Recording 200-login-gitlab-omnibus-4.0: behind TLS they are kept to it.
    let tls = [("X-Requested-With", "XMLHttpRequest"), ("X-Forwarded-Proto", "https")];
    let answer = fake.send("POST", "/api/v4/users/login", &tls, &body);
    assert!(answer.all("set-cookie").iter().all(|cookie| cookie.ends_with("; Secure")));
}

#[test]
fn blank_passwords_come_first_and_keep_their_id() {
    let (fake, _) = Fake::started();
    for body in ["", "{}", "[1,2,3]", r#"{"login_id":"nobody"}"#, r#"{"login_id":"root","password":1}"#] {
        fake.call("POST", "", "/users/login", body).is(400, "api.user.login.blank_pwd.app_error");
    }
}

#[test]
fn other_reasons_are_masked_and_the_mask_follows_the_settings() {
    let (fake, _) = Fake::started();
    for (name, password) in [("nobody", "x"), ("root", "wrong"), ("", "x")] {
        let answer = fake.log_in(name, password);
        answer.is(401, MASKED);
        assert_eq!((answer.header("token"), answer.header("set-cookie")), (None, None));
        assert_eq!(answer.body.len(), 199);
    }
    let mask = |email: bool, name: bool, id: &str| {
        fake.settings(
            json!({"EmailSettings": {"EnableSignInWithEmail": email, "EnableSignInWithUsername": name}}),
        );
        fake.log_in("nobody", "x").is(401, &format!("api.user.login.invalid_credentials_{id}"));
    };
    mask(false, true, "username");
    mask(true, false, "email");
    // A directory is no single sign-on.
    fake.settings(json!({"LdapSettings": {"Enable": true}}));
    mask(true, true, "email_username");
    fake.settings(json!({"GitLabSettings": {"Enable": true}}));
    mask(true, true, "sso");
}

#[test]
fn ways_of_signing_in_can_be_off() {
    let (fake, _) = Fake::started();
    fake.settings(json!({"EmailSettings": {"EnableSignInWithUsername": false}}));
    assert_eq!(fake.log_in("root", PASSWORD).status, 401);
    assert_eq!(fake.log_in("root@example.org", PASSWORD).status, 200);
}

#[test]
fn deactivated_comes_before_the_password_and_sso_accounts_are_masked() {
    let (fake, admin) = Fake::started();
    let (gone, sso) = (fake.person("gone"), fake.person("sso"));
    fake.put(&admin.token, &format!("/users/{}/active", gone.id), &json!({"active": false})).status_ok();
    fake.log_in("gone", "wrong").is(401, "api.user.login.inactive.app_error");
    fake.control("POST", "/users", &json!({"user_id": sso.id, "auth_service": "gitlab", "auth_data": "7"}));
    fake.log_in("sso", PASSWORD).is(401, MASKED);
    fake.put(&admin.token, &format!("/users/{}/active", sso.id), &json!({"active": false})).status_ok();
    fake.log_in("sso", PASSWORD).is(401, MASKED);
}

#[test]
fn ten_failures_lock_the_login_but_no_token() {
    let (fake, admin) = Fake::open();
    let user = fake.with_roles(&admin, "typist", "system_user system_user_access_token");
    let (_, secret) = fake.pat(&user, &user.id);
    for _ in 0..9 {
        fake.log_in("typist", "wrong").is(401, MASKED);
    }
    assert_eq!(fake.log_in("typist", PASSWORD).status, 200, "the tenth try is free, and resets");
    for _ in 0..10 {
        fake.log_in("typist", "wrong").is(401, MASKED);
    }
    fake.log_in("typist", PASSWORD).is(401, LOCKED);
    fake.advance(86_400_000);
    fake.log_in("typist", PASSWORD).is(401, LOCKED);
    assert_eq!(fake.me(&secret).status, 200);
    let reset = format!("/users/{}/reset_failed_attempts", user.id);
    assert_eq!(fake.call("POST", &user.token, &reset, "").status, 403);
    fake.call("POST", &admin.token, &reset, "").status_ok();
    assert_eq!(fake.log_in("typist", PASSWORD).status, 200);
}

#[test]
fn an_administrators_password_change_unlocks() {
    let (fake, admin) = Fake::started();
    let user = fake.person("typist");
    fake.set(json!({"MaximumLoginAttempts": 2}));
    for _ in 0..2 {
        fake.log_in("typist", "wrong").is(401, MASKED);
    }
    fake.log_in("typist", PASSWORD).is(401, LOCKED);
    let path = format!("/users/{}/password", user.id);
    fake.put(&admin.token, &path, &json!({"new_password": "another-horse-2"})).status_ok();
    assert_eq!(fake.log_in("typist", "another-horse-2").status, 200);
}

#[test]
fn attempts_on_deactivated_sso_and_bot_accounts_do_not_count() {
    let (fake, admin) = Fake::open();
    fake.set(json!({"MaximumLoginAttempts": 1}));
    let user = fake.person("gone");
    let path = format!("/users/{}/active", user.id);
    fake.put(&admin.token, &path, &json!({"active": false})).status_ok();
    for _ in 0..3 {
        fake.log_in("gone", "wrong").is(401, "api.user.login.inactive.app_error");
    }
    fake.put(&admin.token, &path, &json!({"active": true})).status_ok();
    assert_eq!(fake.log_in("gone", PASSWORD).status, 200);
    fake.bot(&admin, "robot");
    for _ in 0..3 {
        fake.log_in("robot", "x").is(401, "api.user.login.bot_login_forbidden.app_error");
    }
}

#[test]
fn an_unverified_address_stops_the_login_where_it_must_be_verified() {
    let (fake, _) = Fake::started();
    let user = fake.person("unproven");
    fake.settings(json!({"EmailSettings": {"RequireEmailVerification": true}}));
    fake.log_in("unproven", "wrong").is(401, MASKED);
    fake.log_in("unproven", PASSWORD).is(401, "api.user.login.not_verified.app_error");
    fake.control("POST", "/users", &json!({"user_id": user.id, "email_verified": true}));
    assert_eq!(fake.log_in("unproven", PASSWORD).status, 200);
}

#[test]
fn guests_need_licence_and_setting_and_remote_people_stay_out() {
    let (fake, admin) = Fake::started();
    let (guest, remote) = (fake.with_roles(&admin, "guest", "system_guest"), fake.person("remote"));
    fake.log_in("guest", PASSWORD).is(401, MASKED);
    fake.settings(json!({"GuestAccountsSettings": {"Enable": true}}));
    fake.log_in("guest", PASSWORD).is(401, MASKED);
    fake.control("POST", "/licence", &json!({"present": true, "guests": true}));
    assert_eq!(fake.log_in("guest", PASSWORD).status, 200);
    fake.control("POST", "/users", &json!({"user_id": remote.id, "remote_id": guest.id}));
    fake.log_in("remote", PASSWORD).is(401, "api.user.login.remote_users.login.error");
}

#[test]
fn a_login_sessions_properties() {
    let (fake, _) = Fake::started();
    fake.person("plain");
    let now = fake.freeze();
    let body = json!({"login_id": "plain", "password": PASSWORD, "device_id": "android:abc"});
    let token = login(&fake, body).ok().header("token").unwrap().to_owned();
    let rows = fake.get(&token, "/users/me/sessions").json();
    let row = rows.as_array().unwrap().iter().find(|row| row["device_id"] == "android:abc").unwrap();
    assert_eq!((row["is_oauth"].clone(), row["create_at"].clone()), (json!(false), json!(now)));
    assert_eq!(row["expires_at"], now + 720 * 3_600_000);
    let props = &row["props"];
    for (key, value) in
        [("isMobile", "false"), ("isSaml", "false"), ("isOAuthUser", "false"), ("is_guest", "false")]
    {
        assert_eq!(props[key], value, "{key}");
    }
    for key in ["csrf", "platform", "os", "browser"] {
        assert!(props[key].is_string(), "{key}");
    }
}

#[test]
fn a_desktop_token_of_nobody_is_refused() {
    let (fake, _) = Fake::started();
    for body in ["", "[]", "{}", r#"{"token":"x"}"#] {
        let answer = fake.call("POST", "", "/users/login/desktop_token", body);
        answer.is(401, "app.desktop_token.validate.invalid");
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[test]
fn a_phone_logs_in_again_in_place_of_itself() {
    let (fake, admin) = Fake::started();
    let phone = |device: &str| {
        let body = json!({"login_id": "root", "password": PASSWORD, "device_id": device});
        login(&fake, body).ok().header("token").unwrap().to_owned()
    };
    let (first, other, again) = (phone("apple:1"), phone("apple:2"), phone("apple:1"));
    fake.me(&first).rejected();
    for token in [&other, &again, &admin.token] {
        fake.me(token).ok();
    }
}

#[test]
fn the_way_of_signing_in_is_an_empty_404_by_default() {
    for (profile, length) in [("10.11", 237 + "/api/v4/users/login/type".len()), ("11.10", 0)] {
        let (fake, _) = Fake::of(profile);
        let answer = fake.post("", "/users/login/type", &json!({"login_id": "root"}));
        assert_eq!((answer.status, answer.body.len()), (404, length), "{profile}");
    }
}

#[test]
fn a_link_of_nobody_is_masked_even_without_a_password() {
    let (fake, _) = Fake::started();
    login(&fake, json!({"magic_link_token": "x"})).is(401, MASKED);
    login(&fake, json!({"login_id": "root", "password": PASSWORD, "magic_link_token": "x"})).is(401, MASKED);
    login(&fake, json!({"login_id": "root", "password": PASSWORD, "magic_link_token": ""})).ok();
}

#[test]
fn a_directory_account_needs_licence_and_setting() {
    // app/authentication.go authenticateUser: 501 inside, masked like any other.
    let (fake, _) = Fake::started();
    let user = fake.person("listed");
    fake.control("POST", "/users", &json!({"user_id": user.id, "auth_service": "ldap", "auth_data": "x"}));
    fake.log_in("listed", PASSWORD).is(401, MASKED);
    fake.settings(json!({"LdapSettings": {"Enable": true, "MaximumLoginAttempts": 1}}));
    fake.log_in("listed", PASSWORD).is(401, MASKED);
    fake.control("POST", "/licence", &json!({"present": true}));
    fake.log_in("listed", PASSWORD).ok();
    fake.log_in("listed", "wrong").is(401, MASKED);
    fake.log_in("listed", PASSWORD).is(401, "api.user.check_user_login_attempts.too_many_ldap.app_error");
}

#[test]
fn resetting_failed_attempts_refuses_in_order() {
    let (fake, admin) = Fake::started();
    let (user, other) = (fake.person("plain"), fake.person("other"));
    let reset =
        |token: &str, id: &str| fake.call("POST", token, &format!("/users/{id}/reset_failed_attempts"), "");
    reset(&user.token, "short").bad_path("user_id");
    for id in [UNKNOWN, &admin.id, "me"] {
        reset(&user.token, id).is(403, "api.user.reset_password_failed_attempts.permissions.app_error");
    }
    reset(&admin.token, UNKNOWN).is(404, "app.user.missing_account.const");
    fake.grant(&admin, "system_post_all", &["sysconsole_write_user_management_users"]);
    fake.set_roles(&admin, &user.id, "system_user system_post_all");
    reset(&user.token, &admin.id).forbidden();
    reset(&user.token, &other.id).status_ok();
    for (service, good) in [("ldap", true), ("email", false), ("gitlab", false)] {
        let change = json!({"user_id": other.id, "auth_service": service, "auth_data": "7"});
        fake.control("POST", "/users", &change);
        let answer = reset(&admin.token, &other.id);
        if good {
            answer.status_ok();
        } else {
            answer.is(400, "api.user.reset_password_failed_attempts.ldap_and_email_only.app_error");
        }
    }
}
