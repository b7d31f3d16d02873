//! Facts 2.2 and 2.3: the order of the pipeline, and the form of errors.

use serde_json::json;

use crate::fake::Fake;

#[test]
fn a_bad_token_is_ignored_where_no_session_is_needed() {
    let (fake, _) = Fake::started();
    assert_eq!(fake.get("nosuchtoken", "/system/ping").status, 200);
    let config = fake.get("nosuchtoken", "/config/client").ok().json();
    assert!(config.get("EnableUserAccessTokens").is_none());
    fake.post("nosuchtoken", "/users/login", &json!({})).is(400, "api.user.login.blank_pwd.app_error");
}

#[test]
fn a_valid_token_in_the_query_is_refused_on_every_endpoint() {
    let (fake, admin) = Fake::started();
    for path in ["/users/me", "/system/ping", "/config/client"] {
        let answer = fake.get("", &format!("{path}?access_token={}", admin.token));
        answer.is(401, "api.context.token_provided.app_error");
        assert_eq!(answer.header("set-cookie"), None);
    }
    fake.get("", "/users/me?access_token=nosuchtoken").rejected();
    assert_eq!(fake.get("", "/system/ping?access_token=nosuchtoken").status, 200);
}

#[test]
fn an_oauth_token_may_stand_in_the_query() {
    let (fake, admin) = Fake::started();
    let oauth = fake.oauth_session(&admin.id);
    assert_eq!(fake.get("", &format!("/users/me?access_token={oauth}")).status, 200);
}

#[test]
fn an_error_has_five_keys_and_the_request_id_of_its_header() {
    let (fake, _) = Fake::started();
    let answer = fake.me("nosuchtoken");
    assert_eq!(answer.keys(), ["id", "message", "detailed_error", "request_id", "status_code"]);
    assert_eq!(Some(answer.field("request_id").as_str()), answer.header("x-request-id"));
    assert_eq!(answer.field("detailed_error"), "");
    assert_eq!(answer.body.len(), 186, "{}", answer.text());
    assert!(!answer.text().ends_with('\n'));
}

#[test]
fn the_inner_reason_shows_in_developer_mode_only() {
    let (fake, _) = Fake::started();
    fake.set(json!({"EnableDeveloper": true}));
    let detail = fake.me("nosuchtoken").field("detailed_error");
    assert!(detail.contains("token=nosuchtoken"), "{detail}");
}

#[test]
fn hardened_mode_blanks_every_5xx() {
    let (fake, admin) = Fake::started();
    fake.set(json!({"ExperimentalEnableHardenedMode": true}));
    let body = json!({"description": "x"});
    let answer = fake.post(&admin.token, "/users/me/tokens", &body);
    answer.is(500, "");
    assert_eq!(answer.json()["status_code"], 500);
    assert_eq!(answer.field("detailed_error"), "");
    fake.me("nosuchtoken").rejected();
}

#[test]
fn the_message_follows_accept_language_and_the_id_does_not() {
    let (fake, _) = Fake::started();
    let said = |language| {
        let answer = fake.send("GET", "/api/v4/users/me/teams", &[("Accept-Language", language)], "");
        answer.unseen();
        answer.field("message")
    };
    let five = ["en", "es", "ja", "pt-BR", "fr-CA"].map(said);
    for (index, sentence) in five.iter().enumerate() {
        assert!(!five[..index].contains(sentence), "{sentence} twice");
    }
    assert_eq!([said("pt"), said("xx-YY")], [five[0].clone(), five[0].clone()]);
}

#[test]
fn database_trouble_reads_as_a_401_or_the_500_with_the_token() {
    let (fake, admin) = Fake::open();
    let (_, secret) = fake.pat(&admin, &admin.id);
    fake.control("POST", "/database", &json!({"token_read": true}));
    fake.me(&secret).rejected();
    fake.control("POST", "/database", &json!({"token_read": false, "user_read": true}));
    let answer = fake.me(&secret);
    answer.is(500, "api.context.invalid_token.error");
    assert_eq!(answer.field("message"), format!("Invalid session token={secret}, err=<no value>"));
    assert_eq!(answer.header("set-cookie"), None);
    // On every endpoint, and nothing is left behind.
    fake.get(&secret, "/system/ping").is(500, "api.context.invalid_token.error");
    fake.control("POST", "/database", &json!({"user_read": false, "session_save": true}));
    fake.me(&secret).is(500, "api.context.invalid_token.error");
    fake.control("POST", "/database", &json!({"session_save": false}));
    assert_eq!(fake.me(&secret).status, 200);
}

#[test]
fn csrf_guards_cookies_on_everything_but_a_literal_get() {
    let (fake, admin) = Fake::started();
    let made = fake.control("POST", "/plant", &json!({"user_id": admin.id, "kind": "session"}));
    let (token, csrf) = (made["token"].as_str().unwrap(), made["csrf"].as_str().unwrap());
    let cookie = format!("MMAUTHTOKEN={token}");
    let ids = json!([admin.id]).to_string();
    let post = |path: &str, extra: &[(&str, &str)], body: &str| {
        let headers = [&[("Cookie", cookie.as_str())], extra].concat();
        fake.send("POST", &format!("/api/v4{path}"), &headers, body)
    };
    assert_eq!(fake.send("GET", "/api/v4/users/me", &[("Cookie", &cookie)], "").status, 200);
    post("/users/ids", &[], &ids).rejected();
    post("/users/ids", &[("X-CSRF-Token", "other")], &ids).rejected();
    assert_eq!(post("/users/ids", &[("X-CSRF-Token", csrf)], &ids).status, 200);
    let script = [("X-CSRF-Token", "other"), ("X-Requested-With", "XMLHttpRequest")];
    assert_eq!(post("/users/ids", &script, &ids).status, 200);
    post("/users/ids", &[("X-Requested-With", "xmlhttprequest")], &ids).rejected();
    post("/users/login", &[], "{}").rejected();
    post("/users/logout", &[], "").rejected();
    assert_eq!(post("/roles/names", &[], "[\"system_user\"]").status, 200);
    fake.set(json!({"ExperimentalStrictCSRFEnforcement": true}));
    post("/users/ids", &script, &ids).rejected();
    assert_eq!(post("/users/ids", &[("X-CSRF-Token", csrf)], &ids).status, 200);
    // The session survives every refusal.
    assert_eq!(fake.me(token).status, 200);
    // A dead cookie is no session to protect.
    let dead = fake.send("POST", "/api/v4/users/login", &[("Cookie", "MMAUTHTOKEN=nosuchtoken")], "{}");
    dead.is(400, "api.user.login.blank_pwd.app_error");
}

#[test]
fn an_access_token_in_the_cookie_passes_without_a_csrf_header_and_fails_with_one() {
    let (fake, admin) = Fake::open();
    let (_, secret) = fake.pat(&admin, &admin.id);
    let cookie = format!("MMAUTHTOKEN={secret}");
    let ids = json!([admin.id]).to_string();
    let bare = fake.send("POST", "/api/v4/users/ids", &[("Cookie", &cookie)], &ids);
    assert_eq!(bare.status, 200);
    let headers = [("Cookie", cookie.as_str()), ("X-CSRF-Token", "value")];
    fake.send("POST", "/api/v4/users/ids", &headers, &ids).rejected();
}
