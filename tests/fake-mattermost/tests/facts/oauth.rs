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
