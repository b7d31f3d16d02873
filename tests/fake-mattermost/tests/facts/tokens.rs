//! Facts 3: creating, reading and searching access tokens, who may, and in which order it is refused.

use serde_json::{Value, json};

use crate::fake::{Fake, PROFILES, UNKNOWN};
use crate::http::keys_of_each;

const OWNER: &str = "system_user system_user_access_token";

#[test]
fn create_answers_200_with_the_secret_and_overwrites_what_was_sent() {
    for profile in PROFILES {
        let (fake, admin) = Fake::open_of(profile);
        let body = json!({"id": UNKNOWN, "token": "mine", "user_id": UNKNOWN, "description": "d", "is_active": false});
        let made = fake.post(&admin.token, "/users/me/tokens", &body);
        assert_eq!(made.status, 200);
        let mut keys = vec!["id", "token", "user_id", "description", "is_active"];
        if !matches!(profile, "10.11" | "11.8") {
            keys.push("expires_at");
        }
        assert_eq!(made.keys(), keys, "{profile}");
        assert!(made.text().ends_with("}\n"));
        assert_eq!(
            (made.field("user_id"), made.json()["is_active"].clone()),
            (admin.id.clone(), json!(true))
        );
        assert_ne!(made.field("id"), UNKNOWN);
        assert_eq!(made.field("token").len(), 26);
        keys.retain(|key| *key != "token");
        let read = fake.get(&admin.token, &format!("/users/tokens/{}", made.field("id")));
        assert_eq!(read.keys(), keys);
        assert!(read.text().ends_with("}\n"));
        for path in ["/users/me/tokens", "/users/tokens"] {
            let list = fake.get(&admin.token, path);
            assert_eq!(keys_of_each(&list.body), [keys.clone()]);
            assert!(list.text().ends_with(']'));
        }
        let found = fake.post(&admin.token, "/users/tokens/search", &json!({"term": "root"}));
        assert_eq!(keys_of_each(&found.body), [keys.clone()]);
    }
}

#[test]
fn create_refuses_in_order() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let create =
        |token: &str, id: &str, body: &str| fake.call("POST", token, &format!("/users/{id}/tokens"), body);
    create(&user.token, "short", "[]").bad_path("user_id");
    create(&user.token, UNKNOWN, "[]").is(404, "app.user.missing_account.const");
    let oauth = fake.oauth_session(&admin.id);
    create(&oauth, &admin.id, "[]").forbidden();
    create(&user.token, &user.id, "[]").bad_body("user_access_token");
    create(&user.token, &user.id, "{}").bad_body("description");
    create(&user.token, &user.id, r#"{"description":"d"}"#).forbidden();
    create(&admin.token, &admin.id, r#"{"description":"d"}"#).is(501, "app.user_access_token.disabled");
    fake.set(json!({"EnableUserAccessTokens": true, "MaximumPersonalAccessTokenLifetimeDays": 1}));
    let long = "x".repeat(256);
    let body = json!({ "description": long }).to_string();
    create(&admin.token, &admin.id, &body).is(400, "app.user_access_token.expires_at_required.app_error");
    fake.set(json!({"MaximumPersonalAccessTokenLifetimeDays": 0}));
    create(&admin.token, &admin.id, &body).is(400, "model.user_access_token.is_valid.description.app_error");
}

#[test]
fn the_description_is_limited_in_bytes() {
    let (fake, admin) = Fake::open();
    let create = |text: String| fake.post(&admin.token, "/users/me/tokens", &json!({ "description": text }));
    assert_eq!(create("x".repeat(255)).status, 200);
    create("é".repeat(128)).is(400, "model.user_access_token.is_valid.description.app_error");
    assert_eq!(create("é".repeat(127)).status, 200);
    assert_eq!(create(" ".to_owned()).status, 200);
}

#[test]
fn a_remote_owner_is_refused_before_the_body() {
    let (fake, admin) = Fake::open();
    let user = fake.person("faraway");
    fake.control("POST", "/users", &json!({"user_id": user.id, "remote_id": UNKNOWN}));
    fake.call("POST", &admin.token, &format!("/users/{}/tokens", user.id), "[]").forbidden();
}

#[test]
fn struct_bodies_of_create() {
    let (fake, admin) = Fake::open();
    let create = |body: &str| fake.call("POST", &admin.token, "/users/me/tokens", body);
    for body in
        ["", "[]", "\"x\"", "1", "{", r#"{"description":1}"#, r#"{"description":"d","expires_at":"1"}"#]
    {
        create(body).bad_body("user_access_token");
    }
    for body in ["null", "{}", r#"{"description":null}"#, r#"{"description":""}"#] {
        create(body).bad_body("description");
    }
    for body in [
        r#"{"DESCRIPTION":"d"}"#,
        r#"{"description":"d","nonsense":[1]}"#,
        r#"{"description":"d","expires_at":null}"#,
        r#"{"description":"d"} trailing"#,
    ] {
        assert_eq!(create(body).status, 200, "{body}");
    }
}

#[test]
fn only_the_role_or_an_administrator_may_create_and_read() {
    let (fake, admin) = Fake::open();
    let (plain, owner) = (fake.person("plain"), fake.with_roles(&admin, "owner", OWNER));
    let body = json!({"description": "d"});
    fake.post(&plain.token, "/users/me/tokens", &body).forbidden();
    fake.get(&plain.token, "/users/me/tokens").forbidden();
    let (id, _) = fake.pat(&owner, &owner.id);
    assert_eq!(fake.get(&owner.token, "/users/me/tokens").status, 200);
    assert_eq!(fake.get(&owner.token, &format!("/users/tokens/{id}")).status, 200);
    fake.get(&plain.token, &format!("/users/tokens/{id}")).forbidden();
    // Others' need edit_other_users too, and an administrator's manage_system.
    fake.post(&owner.token, &format!("/users/{}/tokens", plain.id), &body).forbidden();
    fake.get(&owner.token, &format!("/users/{}/tokens", plain.id)).forbidden();
    let (admins, _) = fake.pat(&admin, &admin.id);
    fake.get(&owner.token, &format!("/users/tokens/{admins}")).forbidden();
    assert_eq!(fake.post(&admin.token, &format!("/users/{}/tokens", plain.id), &body).status, 200);
    fake.get(&owner.token, "/users/tokens").forbidden();
}

#[test]
fn edit_other_users_does_not_reach_administrators() {
    let (fake, admin) = Fake::open();
    let helper = fake.with_roles(&admin, "helper", "system_user system_user_access_token system_post_all");
    fake.grant(&admin, "system_post_all", &["edit_other_users"]);
    let plain = fake.person("plain");
    let body = json!({"description": "d"});
    assert_eq!(fake.post(&helper.token, &format!("/users/{}/tokens", plain.id), &body).status, 200);
    fake.post(&helper.token, &format!("/users/{}/tokens", admin.id), &body).forbidden();
    let (id, _) = fake.pat(&admin, &admin.id);
    fake.on_token(&helper.token, "rotate", &id).forbidden();
}

#[test]
fn unknown_ids_read_as_an_empty_list_and_a_404() {
    let (fake, admin) = Fake::started();
    let list = fake.get(&admin.token, &format!("/users/{UNKNOWN}/tokens"));
    assert_eq!((list.status, list.text().as_str()), (200, "[]"));
    fake.get(&admin.token, "/users/tokens/short").bad_path("token_id");
    let read = fake.get(&admin.token, &format!("/users/tokens/{UNKNOWN}"));
    read.is(404, "app.user_access_token.get_by_user.app_error");
    let plain = fake.person("plain");
    fake.get(&plain.token, "/users/tokens/short").bad_path("token_id");
    fake.get(&plain.token, &format!("/users/tokens/{UNKNOWN}")).forbidden();
}

#[test]
fn reading_is_not_gated_by_the_switch() {
    let (fake, admin) = Fake::open();
    let (id, _) = fake.pat(&admin, &admin.id);
    fake.set(json!({"EnableUserAccessTokens": false}));
    for path in ["/users/tokens".to_owned(), "/users/me/tokens".to_owned(), format!("/users/tokens/{id}")] {
        assert_eq!(fake.get(&admin.token, &path).status, 200, "{path}");
    }
    for verb in ["disable", "enable", "revoke"] {
        fake.on_token(&admin.token, verb, &id).status_ok();
    }
}

#[test]
fn search_is_exact_and_asks_for_rights_before_the_body() {
    let (fake, admin) = Fake::open();
    let plain = fake.person("plain");
    let (id, _) = fake.pat(&admin, &plain.id);
    let search = |body: &str| fake.call("POST", &admin.token, "/users/tokens/search", body);
    let found =
        |term: &str| search(&json!({ "term": term }).to_string()).ok().json().as_array().unwrap().len();
    for term in [id.as_str(), plain.id.as_str(), "plain"] {
        assert_eq!(found(term), 1, "{term}");
    }
    for term in ["test", "plai", "p%", "plai_", &id[1..], &id[..25], &plain.id[..25], "%"] {
        assert_eq!(found(term), 0, "{term}");
    }
    assert_eq!(search(r#"{"term":"nobody"}"#).text(), "[]");
    let gone = fake.person("gone");
    let (orphan, _) = fake.pat(&admin, &gone.id);
    fake.control("POST", "/rows", &json!({ "delete_user": gone.id }));
    assert_eq!(found(&orphan), 0, "the owners are joined");
    fake.call("POST", &plain.token, "/users/tokens/search", "[]").forbidden();
    for body in ["", "[]", r#"{"term":1}"#] {
        search(body).bad_body("user_access_token_search");
    }
    for body in ["null", "{}", r#"{"term":""}"#] {
        search(body).bad_body("term");
    }
}

#[test]
fn pages_have_edges() {
    let (fake, admin) = Fake::open();
    for _ in 0..205 {
        fake.control("POST", "/plant", &json!({"user_id": admin.id, "description": "x"}));
    }
    let count = |query: &str| {
        let list = fake.get(&admin.token, &format!("/users/tokens{query}")).ok();
        let json = list.json();
        json.as_array().unwrap().len()
    };
    for (query, expected) in [
        ("", 60),
        ("?page=-1&per_page=-5", 60),
        ("?page=x&per_page=x", 60),
        ("?per_page=0", 0),
        ("?per_page=200", 200),
        ("?per_page=10000", 200),
        ("?page=1&per_page=200", 5),
        ("?page=9", 0),
        ("?per_page=x&pageSize=7", 7),
        ("?pageSize=7", 7),
    ] {
        assert_eq!(count(query), expected, "{query}");
        let own = fake.get(&admin.token, &format!("/users/me/tokens{query}")).ok().json();
        assert_eq!(own.as_array().map(Vec::len), Some(expected), "{query}");
    }
    assert_eq!(fake.get(&admin.token, "/users/tokens?page=9").text(), "[]");
}

#[test]
fn a_token_may_manage_tokens_itself_included_and_oauth_may_not() {
    let (fake, admin) = Fake::open();
    let owner = fake.with_roles(&admin, "owner", OWNER);
    let (id, secret) = fake.pat(&owner, &owner.id);
    let by_token = crate::fake::Person { token: secret.clone(), ..owner.clone() };
    let (other, _) = fake.pat(&by_token, "me");
    assert_eq!(fake.get(&secret, "/users/me/tokens").status, 200);
    for verb in ["disable", "enable"] {
        fake.on_token(&secret, verb, &other).status_ok();
    }
    let oauth = fake.oauth_session(&owner.id);
    fake.post(&oauth, "/users/me/tokens", &json!({"description": "d"})).forbidden();
    for verb in ["revoke", "disable", "enable", "rotate"] {
        fake.on_token(&oauth, verb, &other).forbidden();
    }
    // Reading is open to OAuth sessions.
    assert_eq!(fake.get(&oauth, "/users/me/tokens").status, 200);
    let rotated = fake.on_token(&secret, "rotate", &id).ok();
    fake.me(&secret).rejected();
    let fresh = rotated.field("token");
    fake.on_token(&fresh, "revoke", &id).status_ok();
    fake.me(&fresh).rejected();
}

#[test]
fn a_bot_may_not_touch_its_own_tokens_by_default() {
    let (fake, admin) = Fake::open();
    let bot = fake.bot(&admin, "robot");
    fake.set_roles(&admin, &bot, OWNER);
    let (id, secret) = fake.pat(&admin, &bot);
    fake.post(&secret, "/users/me/tokens", &json!({"description": "d"})).forbidden();
    fake.get(&secret, "/users/me/tokens").forbidden();
    for verb in ["revoke", "disable", "enable", "rotate"] {
        fake.on_token(&secret, verb, &id).forbidden();
    }
    fake.grant(&admin, "system_post_all", &["manage_others_bots"]);
    fake.set_roles(&admin, &bot, &format!("{OWNER} system_post_all"));
    assert_eq!(fake.get(&secret, "/users/me/tokens").status, 200);
}

#[test]
fn a_converted_bot_owns_itself_and_needs_manage_bots() {
    let (fake, admin) = Fake::open();
    let user = fake.with_roles(&admin, "human", OWNER);
    let (_, secret) = fake.pat(&user, &user.id);
    let bot = fake.call("POST", &admin.token, &format!("/users/{}/convert_to_bot", user.id), "");
    assert_eq!((bot.status, bot.field("owner_id")), (200, user.id.clone()));
    fake.me(&user.token).rejected();
    assert_eq!(fake.me(&secret).status, 200);
    fake.get(&secret, "/users/me/tokens").forbidden();
    fake.grant(&admin, "system_post_all", &["manage_bots"]);
    fake.set_roles(&admin, &user.id, &format!("{OWNER} system_post_all"));
    assert_eq!(fake.get(&secret, "/users/me/tokens").status, 200);
}

#[test]
fn a_bots_token_needs_the_rights_on_the_bot() {
    let (fake, admin) = Fake::open();
    let owner = fake.with_roles(&admin, "owner", OWNER);
    let bot = fake.bot(&admin, "robot");
    let body = json!({"description": "d"});
    let path = format!("/users/{bot}/tokens");
    fake.post(&owner.token, &path, &body).forbidden();
    fake.grant(&admin, "system_post_all", &["manage_bots"]);
    fake.set_roles(&admin, &owner.id, &format!("{OWNER} system_post_all"));
    fake.post(&owner.token, &path, &body).forbidden();
    fake.post(&admin.token, &format!("/bots/{bot}/assign/{}", owner.id), &Value::Null).ok();
    assert_eq!(fake.post(&owner.token, &path, &body).status, 200);
    assert_eq!(fake.get(&owner.token, &path).status, 200);
}
