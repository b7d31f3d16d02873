//! Facts 6.5: the OAuth 2.0 provider, where `is_oauth` sessions come from.

use serde_json::{Value, json};

use crate::fake::{Fake, Person, UNKNOWN};
use crate::http::Answer;

const CALLBACK: &str = "https://app.example/back";

fn register(fake: &Fake, admin: &Person) -> Answer {
    let body = json!({"name": "app", "description": "d", "homepage": "https://app.example", "callback_urls": [CALLBACK]});
    fake.post(&admin.token, "/oauth/apps", &body)
}

fn authorize(fake: &Fake, token: &str, app: &Answer) -> Answer {
    let body = json!({
        "response_type": "code",
        "client_id": app.field("id"),
        "redirect_uri": CALLBACK,
        "scope": "user",
        "state": "s1"
    });
    let bearer = format!("Bearer {token}");
    fake.send("POST", "/oauth/authorize", &[("Authorization", &bearer)], &body.to_string())
}

fn exchange(fake: &Fake, app: &Answer, code: &str) -> Answer {
    let form = format!(
        "grant_type=authorization_code&client_id={}&client_secret={}&redirect_uri={}&code={code}",
        app.field("id"),
        app.field("client_secret"),
        CALLBACK.replace(':', "%3A").replace('/', "%2F"),
    );
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    fake.send("POST", "/oauth/access_token", &kind, &form)
}

fn code_of(answer: &Answer) -> String {
    let redirect = answer.field("redirect");
    let query = redirect.strip_prefix(&format!("{CALLBACK}?code=")).expect("the callback with a code");
    let (code, rest) = query.split_once('&').expect("a state follows");
    assert_eq!(rest, "state=s1");
    code.to_owned()
}

#[test]
fn a_code_becomes_a_token_once_and_a_live_token_is_handed_out_again() {
    let (fake, admin) = Fake::started();
    let app = register(&fake, &admin);
    assert_eq!(app.status, 201);
    assert_eq!((app.field("id").len(), app.field("client_secret").len()), (26, 26));
    let code = code_of(&authorize(&fake, &admin.token, &app).ok());
    let first = exchange(&fake, &app, &code);
    assert_eq!(first.status, 200);
    for key in ["access_token", "token_type", "expires_in", "refresh_token"] {
        assert!(first.json().get(key).is_some(), "{key}");
    }
    let token = first.field("access_token");
    assert_eq!(fake.me(&token).ok().field("id"), admin.id);
    exchange(&fake, &app, &code).is(400, "api.oauth.get_access_token.expired_code.app_error");
    let again = exchange(&fake, &app, &code_of(&authorize(&fake, &admin.token, &app)));
    assert_eq!(again.field("access_token"), token);
    let rows = fake.get(&admin.token, "/users/me/sessions").json();
    let row = rows.as_array().unwrap().iter().find(|row| row["is_oauth"] == true).unwrap();
    assert_eq!(row["props"]["oauth_app_id"], app.field("id"));
    assert_eq!(
        (row["props"]["os"].as_str(), row["props"]["browser"].as_str()),
        (Some("OAuth2"), Some("OAuth2"))
    );
}

#[test]
fn an_oauth_session_may_not_authorize_another() {
    let (fake, admin) = Fake::started();
    let app = register(&fake, &admin);
    let oauth = fake.oauth_session(&admin.id);
    assert_eq!(authorize(&fake, &oauth, &app).status, 403);
    authorize(&fake, "", &app).rejected_or_unseen();
}

#[test]
fn wrong_requests_are_named() {
    let (fake, admin) = Fake::started();
    let app = register(&fake, &admin);
    let good = json!({"response_type": "code", "client_id": app.field("id"), "redirect_uri": CALLBACK});
    let changed = |change: &Value| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body.to_string()
    };
    let ask = |change: Value| {
        let bearer = format!("Bearer {}", admin.token);
        fake.send("POST", "/oauth/authorize", &[("Authorization", &bearer)], &changed(&change))
    };
    ask(json!({"client_id": "", "response_type": ""}))
        .is(400, "model.authorize.is_valid.client_id.app_error");
    ask(json!({"response_type": ""})).is(400, "model.authorize.is_valid.response_type.app_error");
    ask(json!({"redirect_uri": "junk"})).is(400, "model.authorize.is_valid.redirect_uri.app_error");
    ask(json!({"state": "x".repeat(1025)})).is(400, "model.authorize.is_valid.state.app_error");
    ask(json!({"redirect_uri": "https://else.example"}))
        .is(400, "api.oauth.allow_oauth.redirect_callback.app_error");
    ask(json!({"client_id": UNKNOWN})).is(404, "app.oauth.get_app.find.app_error");
    let exchange = |form: &str| fake.send("POST", "/oauth/access_token", &[], form);
    let id = |what: &str| format!("api.oauth.get_access_token.{what}.app_error");
    exchange("").is(400, &id("bad_grant"));
    exchange("grant_type=authorization_code").is(400, &id("missing_code"));
    let mut form = "grant_type=authorization_code&code=x".to_owned();
    exchange(&form).is(400, &id("bad_client_id"));
    form.push_str(&format!("&client_id={}", app.field("id")));
    exchange(&form).is(400, &id("bad_client_secret"));
    exchange(&format!("{form}&client_secret=wrong")).is(403, &id("credentials"));
    let stranger = form.replace(&app.field("id"), UNKNOWN);
    exchange(&format!("{stranger}&client_secret=wrong")).is(404, &id("credentials"));
}

#[test]
fn registering_needs_manage_oauth_and_the_provider() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    register(&fake, &user).forbidden();
    fake.get(&user.token, "/oauth/apps").is(403, "api.command.admin_only.app_error");
    assert_eq!(fake.get(&admin.token, "/oauth/apps").ok().text(), "[]");
    let app = register(&fake, &admin);
    fake.set(json!({"EnableOAuthServiceProvider": false}));
    assert_eq!(register(&fake, &admin).status, 501);
    assert_eq!(authorize(&fake, &admin.token, &app).status, 501);
    assert_eq!(exchange(&fake, &app, "x").status, 501);
    assert_eq!(fake.post(&admin.token, "/oauth/apps", &Value::Null).status, 501);
}

#[test]
fn clients_may_not_register_themselves_by_default() {
    let (fake, _) = Fake::started();
    for (body, error) in [("{}", "unsupported_operation"), ("[", "invalid_client_metadata")] {
        let answer = fake.call("POST", "", "/oauth/apps/register", body);
        assert_eq!((answer.status, answer.field("error").as_str()), (400, error));
    }
    let (old, _) = Fake::of("10.11");
    old.call("POST", "", "/oauth/apps/register", "{}").no_such_route();
}

#[test]
fn others_apps_are_for_administrators() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    fake.grant(&admin, "system_post_all", &["manage_oauth"]);
    fake.set_roles(&admin, &user.id, "system_user system_post_all");
    for person in [&admin, &user] {
        let app = json!({
            "name": "app", "homepage": "https://x.example", "callback_urls": ["https://x.example/back"],
        });
        fake.post(&person.token, "/oauth/apps", &app).ok();
    }
    let count = |token: &str, query: &str| {
        fake.get(token, &format!("/oauth/apps{query}")).ok().json().as_array().map(Vec::len)
    };
    assert_eq!((count(&admin.token, ""), count(&admin.token, "?per_page=1")), (Some(2), Some(1)));
    assert_eq!(count(&user.token, ""), Some(1));
}

#[test]
fn deactivation_ends_an_apps_access_for_good() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let oauth = fake.oauth_session(&user.id);
    let active = |flag: bool| {
        fake.put(&admin.token, &format!("/users/{}/active", user.id), &json!({ "active": flag })).status_ok();
    };
    active(false);
    active(true);
    fake.me(&oauth).rejected();
}

fn form(fake: &Fake, app: &Answer, fields: &str) -> Answer {
    let ends = format!("client_id={}&client_secret={}", app.field("id"), app.field("client_secret"));
    fake.send("POST", "/oauth/access_token", &[], &format!("{ends}&{fields}"))
}

#[test]
fn a_code_survives_a_wrong_address_and_dies_after_ten_minutes() {
    // web/oauth_test.go TestOAuthAccessToken.
    let (fake, admin) = Fake::started();
    let app = register(&fake, &admin);
    fake.freeze();
    let code = code_of(&authorize(&fake, &admin.token, &app));
    let elsewhere = format!("grant_type=authorization_code&redirect_uri=junk&code={code}");
    form(&fake, &app, &elsewhere).is(400, "api.oauth.get_access_token.redirect_uri.app_error");
    let answer = exchange(&fake, &app, &code).ok();
    assert_eq!((answer.field("token_type"), answer.field("scope")), ("bearer".into(), String::new()));
    assert_eq!(answer.json()["expires_in"], 720 * 3_600);
    assert!(answer.text().ends_with("}\n"));
    let (late, user) = (code_of(&authorize(&fake, &admin.token, &app)), fake.person("plain"));
    let gone = code_of(&authorize(&fake, &user.token, &app));
    fake.control("POST", "/rows", &json!({"delete_user": user.id}));
    exchange(&fake, &app, &gone).is(404, "api.oauth.get_access_token.internal_user.app_error");
    fake.advance(600_001);
    exchange(&fake, &app, &late).is(403, "api.oauth.get_access_token.expired_code.app_error");
    exchange(&fake, &app, &late).is(400, "api.oauth.get_access_token.expired_code.app_error");
}

#[test]
fn a_refresh_token_brings_new_ones_of_both() {
    let (fake, admin) = Fake::started();
    let app = register(&fake, &admin);
    let first = exchange(&fake, &app, &code_of(&authorize(&fake, &admin.token, &app))).ok();
    let refresh = |token: &str| form(&fake, &app, &format!("grant_type=refresh_token&refresh_token={token}"));
    refresh("").is(400, "api.oauth.get_access_token.missing_refresh_token.app_error");
    refresh("junk").is(404, "api.oauth.get_access_token.refresh_token.app_error");
    let second = refresh(&first.field("refresh_token")).ok();
    for key in ["access_token", "refresh_token"] {
        assert_ne!(second.field(key), first.field(key), "{key}");
    }
    refresh(&first.field("refresh_token")).is(404, "api.oauth.get_access_token.refresh_token.app_error");
    // The old row is gone; only the cache still knows the token.
    fake.me(&first.field("access_token")).ok();
    fake.control("POST", "/restart", &json!({}));
    fake.me(&first.field("access_token")).rejected();
    let token = second.field("access_token");
    fake.get(&token, "/oauth_test").status_ok();
    fake.get("", &format!("/oauth_test?access_token={token}")).status_ok();
    fake.get("", "/oauth_test").unseen();
}

#[test]
fn an_app_without_a_server_gets_its_token_in_the_fragment() {
    // web/oauth_test.go TestAuthorizeOAuthApp.
    let (fake, admin) = Fake::started();
    let app = register(&fake, &admin);
    let ask = |kind: &str| {
        let body = json!({
            "response_type": kind, "client_id": app.field("id"), "redirect_uri": CALLBACK, "state": "a b&c",
        });
        let bearer = format!("Bearer {}", admin.token);
        fake.send("POST", "/oauth/authorize", &[("Authorization", &bearer)], &body.to_string()).ok()
    };
    assert!(ask("code").field("redirect").ends_with("&state=a+b%26c"));
    let redirect = ask("token").field("redirect");
    let (token, rest) =
        redirect.strip_prefix(&format!("{CALLBACK}#access_token=")).unwrap().split_once('&').unwrap();
    assert_eq!(rest, "expires_in=2592000&scope=user&state=a+b%26c&token_type=bearer");
    assert_eq!(fake.me(token).ok().field("id"), admin.id);
    assert_eq!(authorize(&fake, token, &app).status, 403);
    let junk = ask("junk").field("redirect");
    assert_eq!(junk, format!("{CALLBACK}?error=unsupported_response_type&state=a b&c"));
}

#[test]
fn deauthorizing_an_app_ends_its_sessions_of_this_user() {
    let (fake, admin) = Fake::started();
    let (app, user) = (register(&fake, &admin), fake.person("plain"));
    let token = |person: &Person| {
        exchange(&fake, &app, &code_of(&authorize(&fake, &person.token, &app))).ok().field("access_token")
    };
    let (mine, theirs) = (token(&user), token(&admin));
    let unused = code_of(&authorize(&fake, &user.token, &app));
    let listed = || fake.get(&user.token, "/users/me/oauth/apps/authorized").ok().json();
    assert_eq!((&listed()[0]["name"], &listed()[0]["client_secret"]), (&json!("app"), &json!("")));
    let deauthorize = |token: &str, id: &str| {
        let bearer = format!("Bearer {token}");
        let body = json!({ "client_id": id }).to_string();
        fake.send("POST", "/oauth/deauthorize", &[("Authorization", &bearer)], &body)
    };
    deauthorize(&user.token, "junk").bad_body("client_id");
    deauthorize(&user.token, UNKNOWN).status_ok();
    fake.me(&mine).ok();
    deauthorize(&user.token, &app.field("id")).status_ok();
    fake.me(&mine).rejected();
    fake.me(&theirs).ok();
    exchange(&fake, &app, &unused).is(400, "api.oauth.get_access_token.expired_code.app_error");
    assert_eq!(listed(), json!([]));
    fake.get(&user.token, &format!("/users/{}/oauth/apps/authorized", admin.id)).forbidden();
}

#[test]
fn an_app_is_its_makers_and_the_administrators() {
    // api4/oauth_test.go TestGetOAuthApp, TestUpdateOAuthApp, TestDeleteOAuthApp, TestRegenerateOAuthAppSecret.
    let (fake, admin) = Fake::started();
    let (app, user) = (register(&fake, &admin), fake.person("plain"));
    let path = format!("/oauth/apps/{}", app.field("id"));
    let verbs = [("GET", ""), ("PUT", ""), ("POST", "/regen_secret"), ("DELETE", "")];
    let body = json!({
        "id": app.field("id"), "name": "new", "homepage": "https://app.example", "callback_urls": [CALLBACK],
    });
    let all = |check: &dyn Fn(Answer), path: &str, token: &str| {
        verbs.iter().for_each(|(verb, end)| {
            check(fake.call(verb, token, &format!("{path}{end}"), &body.to_string()));
        });
    };
    all(&|answer| answer.bad_path("app_id"), "/oauth/apps/short", &user.token);
    all(&|answer| answer.forbidden(), &path, &user.token);
    fake.grant(&admin, "system_post_all", &["manage_oauth"]);
    fake.set_roles(&admin, &user.id, "system_user system_post_all");
    all(&|answer| answer.forbidden(), &path, &user.token);
    fake.get(&user.token, "/oauth/apps/short/info").bad_path("app_id");
    assert_eq!(fake.get(&user.token, &format!("{path}/info")).ok().field("client_secret"), "");
    fake.put(&admin.token, &path, &json!([])).bad_body("oauth_app");
    fake.put(&admin.token, &path, &json!({"id": UNKNOWN})).bad_body("app_id");
    fake.put(&admin.token, &path, &json!({"id": app.field("id")}))
        .is(400, "model.oauth.is_valid.name.app_error");
    let updated = fake.put(&admin.token, &path, &body).ok();
    assert_eq!(
        (updated.field("name"), updated.field("client_secret")),
        ("new".into(), app.field("client_secret"))
    );
    let token =
        exchange(&fake, &app, &code_of(&authorize(&fake, &user.token, &app))).ok().field("access_token");
    let secret =
        fake.call("POST", &admin.token, &format!("{path}/regen_secret"), "").ok().field("client_secret");
    assert_ne!(secret, app.field("client_secret"));
    fake.set(json!({"EnableOAuthServiceProvider": false}));
    fake.get(&admin.token, &path).is(501, "api.oauth.allow_oauth.turn_off.app_error");
    fake.set(json!({"EnableOAuthServiceProvider": true}));
    fake.call("DELETE", &admin.token, &path, "").status_ok();
    fake.me(&token).rejected();
    fake.get(&admin.token, &path).is(404, "app.oauth.get_app.find.app_error");
}
