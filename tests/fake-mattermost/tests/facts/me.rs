//! Facts 2.4: every way `GET /users/me` ends, row by row.

use serde_json::json;

use crate::fake::{DAY, Fake};

#[test]
fn no_token_is_a_401_without_a_cookie() {
    let (fake, _) = Fake::started();
    fake.me("").unseen();
}

#[test]
fn unknown_truncated_and_ids_instead_of_secrets_are_rejected() {
    let (fake, admin) = Fake::open();
    let (id, secret) = fake.pat(&admin, &admin.id);
    let sessions = fake.get(&admin.token, "/users/me/sessions").ok().json();
    let session_id = sessions[0]["id"].as_str().unwrap().to_owned();
    for token in ["nosuchtoken", &secret[..25], &id, &session_id] {
        fake.me(token).rejected();
    }
    assert_eq!(fake.me(&secret).status, 200);
}

#[test]
fn a_revoked_token_is_rejected_at_once() {
    let (fake, admin) = Fake::open();
    let (id, secret) = fake.pat(&admin, &admin.id);
    assert_eq!(fake.me(&secret).status, 200);
    fake.on_token(&admin.token, "revoke", &id).status_ok();
    fake.me(&secret).rejected();
}

#[test]
fn a_disabled_token_is_rejected_and_enabled_works_again() {
    let (fake, admin) = Fake::open();
    let (id, secret) = fake.pat(&admin, &admin.id);
    assert_eq!(fake.me(&secret).status, 200);
    fake.on_token(&admin.token, "disable", &id).status_ok();
    fake.me(&secret).rejected();
    fake.on_token(&admin.token, "enable", &id).status_ok();
    assert_eq!(fake.me(&secret).status, 200);
}

#[test]
fn tokens_switched_off_keep_a_used_session_and_clear_no_cookie() {
    let (fake, admin) = Fake::open();
    let ((_, used), (_, unused)) = (fake.pat(&admin, &admin.id), fake.pat(&admin, &admin.id));
    assert_eq!(fake.me(&used).status, 200);
    fake.set(json!({"EnableUserAccessTokens": false}));
    fake.me(&used).unseen();
    fake.me(&unused).rejected();
    // The full configuration still comes back and says so.
    let config = fake.get(&used, "/config/client").ok().json();
    assert_eq!(config["EnableUserAccessTokens"], "false");
    assert!(fake.get(&unused, "/config/client").ok().json().get("EnableUserAccessTokens").is_none());
    // The query check comes before the switch.
    fake.get("", &format!("/users/me?access_token={used}")).is(401, "api.context.token_provided.app_error");
    fake.set(json!({"EnableUserAccessTokens": true}));
    assert_eq!(fake.me(&used).status, 200);
}

#[test]
fn bots_are_exempt_from_the_switch() {
    let (fake, admin) = Fake::open();
    let bot = fake.bot(&admin, "robot");
    fake.set(json!({"EnableUserAccessTokens": false, "EnableBotAccountCreation": false}));
    let (_, secret) = fake.pat(&admin, &bot);
    assert_eq!(fake.me(&secret).ok().field("id"), bot);
}

#[test]
fn deactivation_rejects_and_reactivation_revives() {
    let (fake, admin) = Fake::open();
    let user = fake.with_roles(&admin, "leaver", "system_user system_user_access_token");
    let (_, secret) = fake.pat(&user, &user.id);
    assert_eq!(fake.me(&secret).status, 200);
    let path = format!("/users/{}/active", user.id);
    fake.put(&admin.token, &path, &json!({"active": false})).status_ok();
    fake.me(&secret).rejected();
    fake.put(&admin.token, &path, &json!({"active": true})).status_ok();
    assert_eq!(fake.me(&secret).status, 200);
    fake.me(&user.token).rejected();
}

#[test]
fn a_missing_owner_row_is_the_ordinary_401() {
    let (fake, admin) = Fake::open();
    let user = fake.with_roles(&admin, "gone", "system_user system_user_access_token");
    let (_, secret) = fake.pat(&user, &user.id);
    fake.control("POST", "/rows", &json!({"delete_user": user.id}));
    fake.me(&secret).rejected();
    assert_eq!(fake.get(&secret, "/system/ping").status, 200);
}

#[test]
fn permanent_deletion_takes_the_tokens_along() {
    let (fake, admin) = Fake::open();
    let user = fake.with_roles(&admin, "erased", "system_user system_user_access_token");
    let (id, secret) = fake.pat(&user, &user.id);
    let path = format!("/users/{}?permanent=true", user.id);
    fake.call("DELETE", &admin.token, &path, "")
        .is(401, "api.user.delete_user.not_enabled.for_admin.app_error");
    fake.call("DELETE", &user.token, &path, "").is(401, "api.user.update_active.not_enable.app_error");
    fake.settings(json!({"TeamSettings": {"EnableUserDeactivation": true}}));
    fake.call("DELETE", &user.token, &path, "").is(401, "api.user.delete_user.not_enabled.app_error");
    fake.set(json!({"EnableAPIUserDeletion": true}));
    fake.call("DELETE", &admin.token, &path, "").status_ok();
    fake.me(&secret).rejected();
    let read = fake.get(&admin.token, &format!("/users/tokens/{id}"));
    read.is(404, "app.user_access_token.get_by_user.app_error");
}

#[test]
fn an_expired_login_is_rejected() {
    let (fake, admin) = Fake::started();
    fake.set(json!({"ExtendSessionLengthWithActivity": false, "SessionIdleTimeoutInMinutes": 0}));
    fake.freeze();
    let token = fake.login("root");
    fake.advance(30 * DAY);
    assert_eq!(fake.me(&token).status, 200, "alive in its last millisecond");
    fake.advance(1);
    fake.me(&token).rejected();
    fake.me(&admin.token).rejected();
}

#[test]
fn idle_logins_end_but_tokens_oauth_and_phones_do_not() {
    let (fake, admin) = Fake::open();
    fake.set(json!({"ExtendSessionLengthWithActivity": false, "SessionIdleTimeoutInMinutes": 10}));
    fake.freeze();
    let (_, secret) = fake.pat(&admin, &admin.id);
    let (login, oauth) = (fake.login("root"), fake.oauth_session(&admin.id));
    let body = json!({"login_id": "root", "password": crate::fake::PASSWORD, "device_id": "apple:1"});
    let phone = fake.post("", "/users/login", &body).ok().header("token").unwrap().to_owned();
    assert_eq!(fake.me(&secret).status, 200);
    fake.advance(600_001);
    fake.me(&login).rejected();
    for token in [&secret, &oauth, &phone] {
        assert_eq!(fake.me(token).status, 200);
    }
    let twice = fake.me(&login);
    twice.rejected();
}

#[test]
fn activity_extends_a_login() {
    let (fake, _) = Fake::started();
    fake.freeze();
    let token = fake.login("root");
    fake.advance(29 * DAY);
    assert_eq!(fake.me(&token).status, 200);
    fake.advance(29 * DAY);
    assert_eq!(fake.me(&token).status, 200);
}

#[test]
fn the_busy_flag_stops_search_and_typing_only() {
    let (fake, admin) = Fake::started();
    fake.call("POST", &admin.token, "/server_busy?seconds=60", "").status_ok();
    assert_eq!(fake.me(&admin.token).status, 200);
    for path in ["/users/search", "/posts/search", "/users/me/typing"] {
        let answer = fake.post(&admin.token, path, &json!({"term": "x", "channel_id": ""}));
        answer.is(503, "api.context.server_busy.app_error");
    }
    let bearer = |query: &str| fake.call("POST", &admin.token, &format!("/server_busy?seconds={query}"), "");
    for junk in ["0", "-1", "86401", "x"] {
        bearer(junk).is(400, "api.context.invalid_url_param.app_error");
    }
    let busy = || fake.get(&admin.token, "/server_busy").ok().json();
    assert_eq!((busy()["busy"].clone(), busy()["expires"].as_i64().unwrap() > 0), (json!(true), true));
    fake.call("DELETE", &admin.token, "/server_busy", "").status_ok();
    assert_eq!(busy()["expires_ts"], "Mon Jan 1 00:00:00 +0000 UTC 0001");
    fake.get(&fake.person("plain").token, "/server_busy").forbidden();
    let answer = fake.post(&admin.token, "/users/search", &json!({"term": "x"}));
    assert_eq!(answer.status, 200);
}

#[test]
fn a_guest_may_use_a_token_without_licence_or_setting() {
    let (fake, admin) = Fake::open();
    let guest = fake.with_roles(&admin, "guest", "system_guest system_user_access_token");
    let (_, secret) = fake.pat(&guest, &guest.id);
    assert_eq!(fake.me(&secret).status, 200);
    let sessions = fake.get(&secret, "/users/me/sessions").ok().json();
    let own = sessions.as_array().unwrap().iter().find(|row| row["props"]["type"] == "UserAccessToken");
    assert_eq!(own.unwrap()["props"]["is_guest"], "true");
}

#[test]
fn an_identical_tag_is_a_304_without_a_body() {
    let (fake, admin) = Fake::started();
    let first = fake.me(&admin.token);
    let tag = first.header("etag").unwrap().to_owned();
    let update_at = first.json()["update_at"].to_string();
    assert_eq!(tag, format!("11.10.0.{}.{update_at}..0.true.true.0", admin.id));
    let bearer = format!("Bearer {}", admin.token);
    let ask = |tag: &str| {
        fake.send("GET", "/api/v4/users/me", &[("Authorization", &bearer), ("If-None-Match", tag)], "")
    };
    let same = ask(&tag);
    assert_eq!((same.status, same.body.len(), same.header("etag")), (304, 0, Some(tag.as_str())));
    assert_eq!((same.header("content-type"), same.header("content-length")), (None, None));
    for other in [format!("W/{tag}"), format!("\"{tag}\""), "*".to_owned()] {
        assert_eq!(ask(&other).status, 200, "{other}");
    }
}

#[test]
fn an_address_over_2048_bytes_is_a_414_with_a_content_type_only() {
    let (fake, admin) = Fake::started();
    let bearer = format!("Bearer {}", admin.token);
    let ask = |length: usize| {
        let start = "/api/v4/users/me?x=";
        let target = format!("{start}{}", "a".repeat(length - start.len()));
        fake.send("GET", &target, &[("Authorization", &bearer)], "")
    };
    assert_eq!(ask(2_048).status, 200);
    let long = ask(2_049);
    long.is(414, "basic_security_check.url.too_long_error");
    assert_eq!(long.field("message"), "URL is too long");
    assert_eq!(long.field("request_id").len(), 26);
    for name in ["x-request-id", "x-version-id", "expires", "permissions-policy", "referrer-policy"] {
        assert_eq!(long.header(name), None, "{name}");
    }
    assert_eq!(long.header("content-type"), Some("application/json"));
}

#[test]
fn unknown_routes_methods_and_characters_end_in_the_catch_all() {
    let (fake, admin) = Fake::started();
    for (method, path) in [
        ("GET", "/nosuchthing"),
        ("HEAD", "/users/me"),
        ("HEAD", "/system/ping"),
        ("POST", "/users/tokens"),
        ("PATCH", "/users/me"),
        ("GET", "/users/me/"),
        ("GET", "/users/not-an-id"),
        ("GET", "/bots/has.dot"),
    ] {
        let answer = fake.call(method, &admin.token, path, "");
        assert_eq!(answer.status, 404, "{method} {path}");
        for absent in ["x-version-id", "x-request-id", "allow", "expires", "vary", "set-cookie"] {
            assert_eq!(answer.header(absent), None, "{method} {path} {absent}");
        }
        assert_eq!(answer.header("content-type"), Some("application/json"), "{method} {path}");
        let length = 237 + "/api/v4".len() + path.len();
        assert_eq!(answer.header("content-length"), Some(length.to_string().as_str()), "{method} {path}");
        if method != "HEAD" {
            answer.no_such_route();
            assert_eq!(answer.keys(), ["id", "message", "detailed_error", "status_code"]);
            let detail = format!(
                "There doesn't appear to be an api call for the url='/api/v4{path}'.  Typo? are you missing \
                 a team_id or user_id as part of the url?"
            );
            assert_eq!(answer.field("detailed_error"), detail);
        }
    }
}

#[test]
fn a_double_slash_is_a_301_on_every_method() {
    let (fake, admin) = Fake::started();
    let bearer = format!("Bearer {}", admin.token);
    for (method, target, clean) in [
        ("HEAD", "/api/v4//system/ping", "/api/v4/system/ping"),
        ("POST", "/api/v4/users/me//teams?x=1", "/api/v4/users/me/teams?x=1"),
        ("POST", "//api/v3/users/login", "/api/v3/users/login"),
        ("GET", "/api/v4/users/../users/me", "/api/v4/users/me"),
    ] {
        let answer = fake.send(method, target, &[("Authorization", &bearer)], "");
        assert_eq!((answer.status, answer.header("location")), (301, Some(clean)), "{method} {target}");
        assert_eq!(answer.header("x-version-id"), None);
        assert_eq!(answer.body.len(), 0);
    }
}

#[test]
fn typing_needs_the_right_to_post() {
    // api4/user_test.go TestPublishUserTyping; there are no channels here.
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let typing =
        |token: &str, id: &str, body: &str| fake.call("POST", token, &format!("/users/{id}/typing"), body);
    typing(&user.token, "short", "{}").bad_path("user_id");
    typing(&user.token, "me", "[]").bad_body("typing_request");
    typing(&user.token, &admin.id, "{}").forbidden();
    typing(&user.token, "me", r#"{"channel_id":"x"}"#).forbidden();
    typing(&admin.token, &user.id, r#"{"channel_id":"x"}"#).status_ok();
}
