//! What a phone tells of its session (api4/user_test.go `TestAttachDeviceId`, `TestAttachSessionProps`), and how long
//! sessions of each kind last (app/session_test.go).

use serde_json::{Value, json};

use crate::fake::{DAY, Fake, PASSWORD};

const HOUR: i64 = DAY / 24;

/// The session of this token, as its owner's list shows it.
fn row(fake: &Fake, token: &str) -> Value {
    let list = fake.get(token, "/users/me/sessions").ok().json();
    let rows = list.as_array().unwrap();
    assert_eq!(rows.len(), 1, "{list}");
    rows[0].clone()
}

#[test]
fn a_device_makes_the_session_mobile_and_the_cookie_last_as_long() {
    let (fake, _) = Fake::started();
    let user = fake.person("plain");
    let now = fake.freeze();
    fake.set(json!({"SessionLengthMobileInHours": 48}));
    let attach = |body: &str| fake.call("PUT", &user.token, "/users/sessions/device", body);
    let answer = attach(r#"{"device_id":"android_rn:1"}"#);
    answer.status_ok();
    let cookie = answer.header("set-cookie").unwrap();
    let start = format!("MMAUTHTOKEN={}; Path=/; Expires=", user.token);
    assert!(cookie.starts_with(&start) && cookie.ends_with("; Max-Age=172800; HttpOnly"), "{cookie}");
    let session = row(&fake, &user.token);
    assert_eq!(
        (&session["device_id"], session["expires_at"].as_i64()),
        (&json!("android_rn:1"), Some(now + 48 * HOUR))
    );
    // Another session of the same phone goes.
    let body = json!({"login_id": "plain", "password": PASSWORD, "device_id": "android_rn:2"});
    let other = fake.post("", "/users/login", &body).ok().header("token").unwrap().to_owned();
    attach(r#"{"device_id":"android_rn:2"}"#).status_ok();
    fake.me(&other).rejected();
    assert_eq!(row(&fake, &user.token)["device_id"], "android_rn:2");
    for nothing in ["", "[]", "{}", r#"{"device_id":1}"#] {
        let answer = attach(nothing);
        answer.status_ok();
        assert_eq!(answer.header("set-cookie"), None, "{nothing}");
    }
    fake.call("PUT", "", "/users/sessions/device", "{}").unseen();
}

#[test]
fn what_the_app_says_of_itself_is_looked_at_and_kept() {
    let (fake, _) = Fake::started();
    let user = fake.person("plain");
    let attach = |body: Value| fake.put(&user.token, "/users/sessions/device", &body);
    attach(json!({"device_notification_disabled": "maybe"})).bad_body("device_notification_disabled");
    for version in ["1.2", "v1.2.3", "01.2.3", "1.2.3.4"] {
        attach(json!({ "mobile_version": version })).bad_body("mobile_version");
    }
    let said = json!({"device_notification_disabled": "true", "mobile_version": "2.19.0", "other": "x"});
    attach(said).status_ok();
    attach(json!({"mobile_version": "2.20.0-beta.1"})).status_ok();
    let props = row(&fake, &user.token)["props"].clone();
    assert_eq!(props["device_notification_disabled"], "true");
    assert_eq!(props["mobile_version"], "2.20.0-beta.1");
    assert!(props.get("other").is_none());
}

#[test]
fn servers_that_know_of_second_ids_look_at_both() {
    for (profile, looks) in [("11.10", false), ("next", true)] {
        let (fake, admin) = Fake::of(profile);
        let attach = |body: Value| fake.put(&admin.token, "/users/sessions/device", &body);
        let answer = attach(json!({"device_id": "apple:1"}));
        if !looks {
            answer.status_ok();
            continue;
        }
        answer.bad_body("device_id");
        attach(json!({"voip_device_id": "android_rn:1"})).bad_body("voip_device_id");
        attach(json!({"voip_device_id": "apple_rn-v2:1"})).status_ok();
        attach(json!({"device_id": "apple_rn:2"})).status_ok();
        let session = row(&fake, &admin.token);
        assert_eq!(
            (&session["device_id"], &session["voip_device_id"]),
            (&json!("apple_rn:2"), &json!("apple_rn-v2:1"))
        );
        let login = json!({"login_id": "root", "password": PASSWORD, "device_id": "apple:1"});
        fake.post("", "/users/login", &login).is(401, "api.user.login.invalid_credentials_email_username");
    }
}

#[test]
fn a_session_lasts_as_long_as_its_kind() {
    let (fake, admin) = Fake::started();
    fake.set(json!({
        "SessionLengthWebInHours": 24, "SessionLengthMobileInHours": 48, "SessionLengthSSOInHours": 72,
    }));
    let now = fake.freeze();
    let body = json!({"login_id": "plain", "password": PASSWORD}).to_string();
    let phone = json!({"login_id": "plain", "password": PASSWORD, "device_id": "apple_rn:1"}).to_string();
    fake.create(&admin.token, "plain").ok();
    for (headers, body, hours, mobile) in [
        (vec![], &body, 24, "false"),
        (vec![("User-Agent", "Mozilla/5.0 (iPhone)")], &body, 48, "true"),
        (vec![], &phone, 48, "false"),
    ] {
        let answer = fake.send("POST", "/api/v4/users/login", &headers, body);
        let token = answer.ok().header("token").unwrap().to_owned();
        let session = row(&fake, &token);
        assert_eq!(session["expires_at"], now + hours * HOUR);
        assert_eq!(session["props"]["isMobile"], mobile);
        fake.call("POST", &token, "/users/logout", "").status_ok();
    }
    fake.call("POST", &admin.token, "/users/logout", "").status_ok();
    // An app's session begins as single sign-on and is extended as a browser's.
    let app = fake.oauth_session(&admin.id);
    fake.set(json!({"ExtendSessionLengthWithActivity": false}));
    assert_eq!(row(&fake, &app)["expires_at"], now + 72 * HOUR);
    fake.set(json!({"ExtendSessionLengthWithActivity": true}));
    fake.advance(50 * HOUR);
    row(&fake, &app);
    assert_eq!(row(&fake, &app)["expires_at"], now + 74 * HOUR);
}

#[test]
fn cookies_last_a_browsers_time_even_for_a_phone() {
    let (fake, _) = Fake::started();
    fake.set(json!({"SessionLengthWebInHours": 24, "SessionLengthMobileInHours": 48}));
    let body = json!({"login_id": "root", "password": PASSWORD, "device_id": "apple_rn:1"}).to_string();
    let answer =
        fake.send("POST", "/api/v4/users/login", &[("X-Requested-With", "XMLHttpRequest")], &body).ok();
    assert!(answer.all("set-cookie").iter().all(|cookie| cookie.contains("; Max-Age=86400")));
}

#[test]
fn a_lifetime_is_not_extended_within_five_minutes() {
    let (fake, _) = Fake::started();
    fake.set(json!({"SessionLengthWebInHours": 1}));
    let now = fake.freeze();
    let token = fake.login("root");
    let expires = || {
        fake.me(&token).ok();
        let list = fake.get(&token, "/users/me/sessions").ok().json();
        list.as_array().unwrap().iter().map(|row| row["expires_at"].as_i64().unwrap()).min().unwrap()
    };
    fake.advance(299_000);
    assert_eq!(expires(), now + HOUR, "although one per cent has passed");
    fake.advance(1_000);
    assert_eq!(expires(), now + HOUR + 300_000);
}
