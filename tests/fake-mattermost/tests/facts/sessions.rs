//! Facts 2.5 and 2.6: the session endpoints and what does not revoke a token.

use serde_json::json;

use crate::fake::{Fake, PASSWORD};

#[test]
fn own_sessions_come_newest_first_with_the_token_blanked() {
    let (fake, admin) = Fake::open();
    let (id, secret) = fake.pat(&admin, &admin.id);
    fake.advance(1_000);
    assert_eq!(fake.me(&secret).status, 200);
    let answer = fake.get(&admin.token, "/users/me/sessions");
    let list = answer.json();
    let rows = list.as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["props"]["user_access_token_id"], id.as_str());
    assert_eq!(rows[0]["props"]["type"], "UserAccessToken");
    assert!(rows[0]["props"].get("csrf").is_none());
    assert!(rows.iter().all(|row| row["token"] == ""));
    assert!(!answer.text().ends_with('\n'));
}

#[test]
fn activity_is_written_at_most_every_five_minutes() {
    let (fake, admin) = Fake::started();
    fake.freeze();
    let token = fake.login("root");
    let seen = || {
        let list = fake.get(&token, "/users/me/sessions").ok().json();
        list.as_array().unwrap().iter().map(|row| row["last_activity_at"].as_i64().unwrap()).max().unwrap()
    };
    let first = seen();
    fake.advance(299_000);
    assert_eq!(seen(), first);
    fake.advance(2_000);
    assert_eq!(seen(), first + 301_000);
    let _ = admin;
}

#[test]
fn others_sessions_need_edit_other_users_before_body_and_look_up() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let unknown = "zzzzzzzzzzzzzzzzzzzzzzzzzz";
    for id in [admin.id.as_str(), unknown] {
        fake.get(&user.token, &format!("/users/{id}/sessions")).forbidden();
        fake.call("POST", &user.token, &format!("/users/{id}/sessions/revoke"), "").forbidden();
        fake.call("POST", &user.token, &format!("/users/{id}/sessions/revoke/all"), "").forbidden();
    }
    let empty = fake.get(&admin.token, &format!("/users/{unknown}/sessions"));
    assert_eq!((empty.status, empty.text().as_str()), (200, "[]"));
    fake.call("POST", &user.token, "/users/sessions/revoke/all", "").forbidden();
}

#[test]
fn revoking_a_session_refuses_in_order() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let path = format!("/users/{}/sessions/revoke", user.id);
    let revoke = |body: serde_json::Value| fake.post(&admin.token, &path, &body);
    fake.post(&admin.token, "/users/short/sessions/revoke", &json!({})).bad_path("user_id");
    revoke(json!({})).bad_body("session_id");
    revoke(json!({"session_id": 1})).bad_body("session_id");
    revoke(json!({"session_id": "zzzzzzzzzzzzzzzzzzzzzzzzzz"})).is(400, "app.session.get.app_error");
    let id_of = |token: &str| {
        let list = fake.get(token, "/users/me/sessions").ok().json();
        list[0]["id"].as_str().unwrap().to_owned()
    };
    revoke(json!({"session_id": id_of(&admin.token)})).bad_path("user_id");
    let own = id_of(&user.token);
    fake.post(&user.token, "/users/me/sessions/revoke", &json!({ "session_id": own })).status_ok();
    fake.me(&user.token).rejected();
    // The table is asked by id or by token (facts 1.3).
    let again = fake.login("plain");
    fake.post(&again, "/users/me/sessions/revoke", &json!({ "session_id": again })).status_ok();
    fake.me(&again).rejected();
}

#[test]
fn ending_sessions_does_not_end_tokens() {
    let (fake, admin) = Fake::open();
    let (_, secret) = fake.pat(&admin, &admin.id);
    let works = || assert_eq!(fake.me(&secret).status, 200);
    works();
    fake.call("POST", &secret, "/users/logout", "").status_ok();
    works();
    fake.call("POST", &secret, "/users/me/sessions/revoke/all", "").status_ok();
    works();
    fake.me(&admin.token).rejected();
    fake.call("POST", &secret, "/users/sessions/revoke/all", "").status_ok();
    works();
}

#[test]
fn losing_the_role_and_changing_the_password_keep_tokens() {
    let (fake, admin) = Fake::open();
    let user = fake.with_roles(&admin, "owner", "system_user system_user_access_token");
    let (_, secret) = fake.pat(&user, &user.id);
    fake.set_roles(&admin, &user.id, "system_user");
    assert_eq!(fake.me(&secret).status, 200);
    fake.get(&secret, "/users/me/tokens").forbidden();
    let change = json!({"current_password": PASSWORD, "new_password": "another-horse-2"});
    fake.put(&user.token, "/users/me/password", &change).status_ok();
    assert_eq!(fake.me(&secret).status, 200);
}

#[test]
fn a_password_change_ends_the_other_sessions() {
    let (fake, _) = Fake::started();
    let user = fake.person("changer");
    let other = fake.login("changer");
    let change = json!({"current_password": PASSWORD, "new_password": "another-horse-2"});
    fake.put(&user.token, "/users/me/password", &change).status_ok();
    assert_eq!(fake.me(&user.token).status, 200);
    fake.me(&other).rejected();
}

#[test]
fn the_system_wide_revocation_wipes_oauth_access() {
    let (fake, admin) = Fake::started();
    let oauth = fake.oauth_session(&admin.id);
    assert_eq!(fake.me(&oauth).status, 200);
    fake.call("POST", &admin.token, "/users/sessions/revoke/all", "").status_ok();
    fake.me(&oauth).rejected();
}

#[test]
fn logout_is_ok_for_anybody_and_clears_the_cookie() {
    let (fake, admin) = Fake::started();
    for token in ["", "nosuchtoken", &admin.token] {
        let answer = fake.call("POST", token, "/users/logout", "");
        answer.status_ok();
        assert_eq!(answer.header("set-cookie"), Some("MMAUTHTOKEN=; Path=/; Max-Age=0; HttpOnly"));
    }
    fake.me(&admin.token).rejected();
}

#[test]
fn at_most_five_hundred_sessions_the_least_recently_used_go() {
    let (fake, admin) = Fake::open();
    let (_, secret) = fake.pat(&admin, &admin.id);
    assert_eq!(fake.me(&secret).status, 200);
    fake.advance(1_000);
    let count = || fake.get(&admin.token, "/users/me/sessions").json().as_array().map(Vec::len);
    fake.advance(400_000);
    assert_eq!(count(), Some(2));
    fake.advance(1_000);
    for _ in 0..498 {
        fake.control("POST", "/plant", &json!({"user_id": admin.id, "kind": "session"}));
    }
    assert_eq!(count(), Some(500));
    let newest = fake.login("root");
    let count = || fake.get(&newest, "/users/me/sessions").json().as_array().map(Vec::len);
    assert_eq!(count(), Some(500));
    let rows = fake.get(&newest, "/users/me/sessions").json();
    let pats = |rows: &serde_json::Value| {
        rows.as_array().unwrap().iter().filter(|row| row["props"]["type"] == "UserAccessToken").count()
    };
    assert_eq!(pats(&rows), 0, "the token's session was the least recently used");
    // An evicted token is minted again, unseen by its user.
    assert_eq!(fake.me(&secret).status, 200);
    assert_eq!(count(), Some(500));
    // An evicted login is lost: the administrator's own was the next.
    fake.me(&admin.token).rejected();
}
