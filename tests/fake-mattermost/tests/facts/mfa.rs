//! Facts 2.4 and 6.3: multi-factor authentication.

use serde_json::json;

use crate::fake::{Fake, PASSWORD, Person};

const REQUIRED: &str = "api.context.mfa_required.app_error";
const MISSING: &str = "mfa.validate_token.authenticate.app_error";
const WRONG: &str = "api.user.check_user_mfa.bad_code.app_error";

fn enforce(fake: &Fake) {
    fake.control("POST", "/licence", &json!({"present": true, "mfa": true}));
    fake.set(json!({"EnableMultifactorAuthentication": true, "EnforceMultifactorAuthentication": true}));
}

fn code(fake: &Fake, user_id: &str) -> String {
    let said = fake.control("GET", &format!("/mfa?user_id={user_id}"), &json!({}));
    said["code"].as_str().unwrap().to_owned()
}

/// Sets MFA up as a user does, over the API.
fn enrol(fake: &Fake, person: &Person) {
    fake.set(json!({"EnableMultifactorAuthentication": true}));
    let made = fake.call("POST", &person.token, &format!("/users/{}/mfa/generate", person.id), "").ok();
    assert!(!made.field("secret").is_empty());
    let body = json!({"activate": true, "code": code(fake, &person.id)});
    fake.put(&person.token, &format!("/users/{}/mfa", person.id), &body).status_ok();
}

#[test]
fn enforced_mfa_leaves_users_me_and_the_set_up_open() {
    let (fake, admin) = Fake::open();
    let (_, secret) = fake.pat(&admin, &admin.id);
    enforce(&fake);
    for token in [&admin.token, &secret] {
        assert_eq!(fake.me(token).status, 200);
        for path in
            ["/users/me/tokens".to_owned(), format!("/users/{}", admin.id), "/users/me/sessions".into()]
        {
            let answer = fake.get(token, &path);
            answer.is(403, REQUIRED);
            assert_eq!(answer.header("set-cookie"), None);
        }
        assert_eq!(fake.get(token, "/config/client").status, 200);
    }
    enrol(&fake, &admin);
    assert_eq!(fake.get(&secret, "/users/me/tokens").status, 200);
}

#[test]
fn all_of_licence_and_two_settings_are_needed() {
    let (fake, admin) = Fake::started();
    fake.set(json!({"EnableMultifactorAuthentication": true, "EnforceMultifactorAuthentication": true}));
    assert_eq!(fake.get(&admin.token, "/users/me/sessions").status, 200);
    fake.control("POST", "/licence", &json!({"present": true, "mfa": true}));
    fake.get(&admin.token, "/users/me/sessions").is(403, REQUIRED);
    fake.set(json!({"EnableMultifactorAuthentication": false}));
    assert_eq!(fake.get(&admin.token, "/users/me/sessions").status, 200);
}

#[test]
fn oauth_bots_sso_and_guests_are_exempt_and_ldap_is_not() {
    let (fake, admin) = Fake::open();
    let bot = fake.bot(&admin, "robot");
    let (_, robot) = fake.pat(&admin, &bot);
    let oauth = fake.oauth_session(&admin.id);
    let guest = fake.with_roles(&admin, "guest", "system_guest");
    let (sso, ldap) = (fake.person("sso"), fake.person("ldap"));
    for (person, service) in [(&sso, "gitlab"), (&ldap, "ldap")] {
        let change = json!({"user_id": person.id, "auth_service": service, "auth_data": service});
        fake.control("POST", "/users", &change);
    }
    enforce(&fake);
    for token in [&robot, &oauth, &guest.token, &sso.token] {
        assert_eq!(fake.get(token, "/users/me/sessions").status, 200);
    }
    fake.get(&ldap.token, "/users/me/sessions").is(403, REQUIRED);
    fake.settings(json!({"GuestAccountsSettings": {"EnforceMultifactorAuthentication": true}}));
    fake.get(&guest.token, "/users/me/sessions").is(403, REQUIRED);
}

#[test]
fn a_login_with_mfa_needs_a_fresh_code() {
    let (fake, admin) = Fake::started();
    fake.freeze();
    enrol(&fake, &admin);
    fake.advance(90_000);
    let login = |code: &str| {
        let body = json!({"login_id": "root", "password": PASSWORD, "token": code});
        fake.post("", "/users/login", &body)
    };
    for malformed in ["", "12345", "abcdef", "1234567"] {
        login(malformed).is(401, MISSING);
    }
    let good = code(&fake, &admin.id);
    let wrong = if good == "000000" { "000001" } else { "000000" };
    login(wrong).is(401, WRONG);
    assert_eq!(login(&format!(" {good} ")).status, 200, "trimmed");
    login(&good).is(401, WRONG);
    fake.advance(90_000);
    let stale = code(&fake, &admin.id);
    fake.advance(30_000);
    assert_eq!(login(&stale).status, 200, "one step either way");
    fake.advance(90_000);
    let old = code(&fake, &admin.id);
    fake.advance(60_000);
    login(&old).is(401, WRONG);
}

#[test]
fn codes_work_once_on_current_servers_only() {
    for (profile, again) in [("10.11", 200), ("11.10", 401)] {
        let (fake, admin) = Fake::of(profile);
        fake.freeze();
        enrol(&fake, &admin);
        fake.advance(90_000);
        let body = json!({"login_id": "root", "password": PASSWORD, "token": code(&fake, &admin.id)});
        assert_eq!(fake.post("", "/users/login", &body).status, 200, "{profile}");
        assert_eq!(fake.post("", "/users/login", &body).status, again, "{profile}");
    }
}

#[test]
fn a_missing_code_does_not_count_as_a_failed_attempt_and_a_wrong_or_malformed_one_does() {
    let (fake, admin) = Fake::started();
    fake.freeze();
    enrol(&fake, &admin);
    fake.advance(90_000);
    fake.set(json!({"MaximumLoginAttempts": 2}));
    let login = |code: &str| {
        let body = json!({"login_id": "root", "password": PASSWORD, "token": code});
        fake.post("", "/users/login", &body)
    };
    for _ in 0..5 {
        login("").is(401, MISSING);
    }
    let good = code(&fake, &admin.id);
    let wrong = if good == "000000" { "000001" } else { "000000" };
    login(wrong).is(401, WRONG);
    login("12345").is(401, MISSING);
    login(&good).is(401, "api.user.check_user_login_attempts.too_many.app_error");
}

#[test]
fn setting_mfa_up_refuses() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let path = format!("/users/{}/mfa", user.id);
    fake.call("POST", &user.token, &format!("{path}/generate"), "").is(501, "mfa.mfa_disabled.app_error");
    fake.call("POST", &user.token, &format!("/users/{}/mfa/generate", admin.id), "").forbidden();
    fake.put(&user.token, &path, &json!({})).bad_body("activate");
    fake.put(&user.token, &path, &json!({"activate": true})).bad_body("code");
    fake.set(json!({"EnableMultifactorAuthentication": true}));
    let secret = fake.call("POST", &user.token, &format!("{path}/generate"), "").ok();
    assert_eq!(
        (secret.header("cache-control"), secret.header("pragma")),
        (Some("no-cache"), Some("no-cache"))
    );
    let bad = fake.put(&user.token, &path, &json!({"activate": true, "code": "abc"}));
    assert_eq!(bad.status, 401);
    enrol(&fake, &user);
    assert_eq!(fake.get(&user.token, "/users/me").json()["mfa_active"], true);
    fake.put(&user.token, &path, &json!({"activate": false})).status_ok();
    assert!(fake.me(&user.token).json().get("mfa_active").is_none());
}

#[test]
fn changing_somebody_elses_needs_ones_own_where_it_is_enforced() {
    // api4/user_test.go TestUpdateUserMfa.
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    enforce(&fake);
    fake.put(&admin.token, &format!("/users/{}/mfa", user.id), &json!({})).is(403, REQUIRED);
    fake.put(&admin.token, "/users/me/mfa", &json!({})).bad_body("activate");
    fake.call("POST", &admin.token, &format!("/users/{}/mfa/generate", user.id), "").ok();
    enrol(&fake, &admin);
    fake.put(&admin.token, &format!("/users/{}/mfa", user.id), &json!({"activate": false})).status_ok();
}

#[test]
fn eight_digits_pass_for_a_code_on_paper_which_nobody_has() {
    let (fake, admin) = Fake::started();
    enrol(&fake, &admin);
    for (code, id) in [("12345678", WRONG), ("02345678", MISSING), ("1234567a", MISSING)] {
        let body = json!({"login_id": "root", "password": PASSWORD, "token": code});
        fake.post("", "/users/login", &body).is(401, id);
    }
}
