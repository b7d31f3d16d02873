//! Facts 2.6: the session cache, and edits behind the server's back.

use serde_json::json;

use crate::fake::Fake;

#[test]
fn a_deleted_session_row_lives_on_in_the_cache_until_idle() {
    let (fake, admin) = Fake::started();
    fake.freeze();
    let token = fake.login("root");
    fake.control("POST", "/rows", &json!({"delete_sessions_of_user": admin.id}));
    for _ in 0..3 {
        fake.advance(599_000);
        assert_eq!(fake.me(&token).status, 200, "every request re-arms the ten minutes");
    }
    fake.advance(600_001);
    fake.me(&token).rejected();
}

#[test]
fn requests_too_close_for_a_written_activity_keep_the_cache_alive_too() {
    let (fake, admin) = Fake::started();
    fake.set(json!({"SessionCacheInMinutes": 1}));
    fake.freeze();
    let token = fake.login("root");
    fake.control("POST", "/rows", &json!({"delete_sessions_of_user": admin.id}));
    for _ in 0..4 {
        fake.advance(50_000);
        fake.me(&token).ok();
    }
    fake.advance(60_000);
    fake.me(&token).rejected();
}

#[test]
fn the_token_table_is_read_only_when_there_is_no_session() {
    let (fake, admin) = Fake::open();
    let ((used_id, used), (unused_id, unused)) = (fake.pat(&admin, &admin.id), fake.pat(&admin, &admin.id));
    assert_eq!(fake.me(&used).status, 200);
    fake.control("POST", "/rows", &json!({"disable_token": used_id}));
    fake.control("POST", "/rows", &json!({"delete_token": unused_id}));
    assert_eq!(fake.me(&used).status, 200);
    fake.me(&unused).rejected();
    // A restart empties the cache, but the row is still there.
    fake.control("POST", "/restart", &json!({}));
    assert_eq!(fake.me(&used).status, 200);
}

#[test]
fn revoking_skips_the_cache_when_the_row_is_not_found() {
    let (fake, admin) = Fake::open();
    let (id, secret) = fake.pat(&admin, &admin.id);
    assert_eq!(fake.me(&secret).status, 200);
    fake.control("POST", "/rows", &json!({"delete_sessions_of_token": secret}));
    fake.on_token(&admin.token, "revoke", &id).status_ok();
    assert_eq!(fake.me(&secret).status, 200, "hot in the cache");
    fake.advance(601_000);
    fake.me(&secret).rejected();
}

#[test]
fn a_revocation_that_deletes_nothing_still_says_ok() {
    let (fake, admin) = Fake::open();
    let (id, secret) = fake.pat(&admin, &admin.id);
    fake.control("POST", "/database", &json!({"token_delete": true}));
    fake.on_token(&admin.token, "revoke", &id).status_ok();
    assert_eq!(fake.get(&admin.token, &format!("/users/tokens/{id}")).status, 200);
    assert_eq!(fake.me(&secret).status, 200);
}

#[test]
fn roles_act_on_running_sessions_at_once() {
    let (fake, admin) = Fake::open();
    let user = fake.with_roles(&admin, "climber", "system_user system_user_access_token");
    let (_, secret) = fake.pat(&user, &user.id);
    fake.get(&secret, "/roles").forbidden();
    fake.set_roles(&admin, &user.id, "system_user system_admin");
    assert_eq!(fake.get(&secret, "/roles").status, 200);
    let rows = fake.get(&secret, "/users/me/sessions").json();
    assert!(rows.as_array().unwrap().iter().all(|row| row["roles"] == "system_user system_admin"));
    fake.set_roles(&admin, &user.id, "system_user");
    fake.get(&secret, "/roles").forbidden();
}

#[test]
fn every_second_answer_of_split_replicas_is_a_401() {
    let (fake, admin) = Fake::started();
    fake.control("POST", "/faults", &json!({"kind": "replica_split", "clear_cookie": true}));
    fake.me(&admin.token).rejected();
    assert_eq!(fake.me(&admin.token).status, 200);
    fake.me(&admin.token).rejected();
}
