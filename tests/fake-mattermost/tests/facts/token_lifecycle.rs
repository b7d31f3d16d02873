//! Facts 3: revoke, disable, enable and rotate.

use serde_json::json;

use crate::fake::{DAY, Fake, PROFILES, UNKNOWN};

const NOT_FOUND: &str = "app.user_access_token.get_by_user.app_error";

#[test]
fn an_empty_or_unreadable_id_ends_as_the_404() {
    for profile in PROFILES {
        let (fake, admin) = Fake::open_of(profile);
        let plain = fake.person("plain");
        for verb in ["revoke", "disable", "enable"] {
            let path = format!("/users/tokens/{verb}");
            let unknown = json!({ "token_id": UNKNOWN }).to_string();
            for body in ["", "{}", "[]", "garbage", r#"{"token_id":""}"#, r#"{"token_id":7}"#, &unknown] {
                fake.call("POST", &admin.token, &path, body).is(404, NOT_FOUND);
                fake.call("POST", &plain.token, &path, body).forbidden();
            }
        }
    }
}

#[test]
fn map_bodies_take_exact_keys_the_last_one_and_keep_the_others() {
    let (fake, admin) = Fake::open();
    let (id, _) = fake.pat(&admin, &admin.id);
    let disable = |body: String| fake.call("POST", &admin.token, "/users/tokens/disable", &body);
    disable(format!(r#"{{"token_id":"{UNKNOWN}","token_id":"{id}"}}"#)).status_ok();
    disable(format!(r#"{{"other":[1],"token_id":"{id}"}}"#)).status_ok();
    disable(format!(r#"{{"TOKEN_ID":"{id}"}}"#)).is(404, NOT_FOUND);
}

#[test]
fn enable_and_disable_repeat_and_a_disabled_token_is_revoked() {
    let (fake, admin) = Fake::open();
    let (id, _) = fake.pat(&admin, &admin.id);
    for verb in ["disable", "disable", "enable", "enable", "disable", "revoke"] {
        fake.on_token(&admin.token, verb, &id).status_ok();
    }
    fake.on_token(&admin.token, "revoke", &id).is(404, NOT_FOUND);
    assert_eq!(fake.get(&admin.token, "/users/me/tokens").text(), "[]");
}

#[test]
fn enabling_needs_create_and_disabling_needs_revoke() {
    let (fake, admin) = Fake::open();
    let user = fake.with_roles(&admin, "half", "system_user system_post_all");
    let (id, _) = fake.pat(&admin, &user.id);
    fake.grant(&admin, "system_post_all", &["revoke_user_access_token"]);
    fake.on_token(&user.token, "enable", &id).forbidden();
    fake.on_token(&user.token, "rotate", &id).forbidden();
    fake.on_token(&user.token, "disable", &id).status_ok();
    fake.grant(&admin, "system_post_all", &["create_user_access_token"]);
    fake.on_token(&user.token, "disable", &id).forbidden();
    fake.on_token(&user.token, "revoke", &id).forbidden();
    fake.on_token(&user.token, "enable", &id).status_ok();
    fake.get(&user.token, "/users/me/tokens").forbidden();
    fake.grant(&admin, "system_post_all", &["read_user_access_token"]);
    assert_eq!(fake.get(&user.token, "/users/me/tokens").status, 200);
}

#[test]
fn rotate_keeps_id_and_description_and_kills_the_old_secret() {
    let (fake, admin) = Fake::open();
    let until = fake.now() + DAY;
    let (id, secret) = fake.pat_until(&admin, &admin.id, until);
    assert_eq!(fake.me(&secret).status, 200);
    let rotated =
        fake.post(&admin.token, "/users/tokens/rotate", &json!({"token_id": id, "expires_at": until + 5}));
    assert_eq!(rotated.status, 200);
    assert_eq!(rotated.keys(), ["id", "token", "user_id", "description", "is_active", "expires_at"]);
    assert!(rotated.text().ends_with("}\n"));
    assert_eq!((rotated.field("id"), rotated.field("description")), (id.clone(), "test".to_owned()));
    assert_eq!(rotated.json()["expires_at"], until + 5);
    fake.me(&secret).rejected();
    assert_eq!(fake.me(&rotated.field("token")).status, 200);
    // Omitting it means never.
    assert_eq!(fake.on_token(&admin.token, "rotate", &id).json()["expires_at"], 0);
}

#[test]
fn rotate_refuses_in_order() {
    let (fake, admin) = Fake::open();
    let plain = fake.person("plain");
    let (id, _) = fake.pat(&admin, &admin.id);
    let rotate = |token: &str, body: &str| fake.call("POST", token, "/users/tokens/rotate", body);
    for body in ["", "[]", "\"x\"", r#"{"token_id":1}"#, r#"{"token_id":"x","expires_at":"1"}"#] {
        rotate(&plain.token, body).bad_body("rotate_user_access_token");
    }
    let oauth = fake.oauth_session(&admin.id);
    for body in ["null", "{}", r#"{"token_id":""}"#] {
        rotate(&plain.token, body).bad_body("token_id");
        rotate(&oauth, body).bad_body("token_id");
    }
    let unknown = json!({ "token_id": UNKNOWN }).to_string();
    rotate(&oauth, &unknown).forbidden();
    rotate(&plain.token, &unknown).forbidden();
    rotate(&admin.token, &unknown).is(404, NOT_FOUND);
    fake.on_token(&admin.token, "disable", &id).status_ok();
    fake.set(json!({"EnableUserAccessTokens": false, "MaximumPersonalAccessTokenLifetimeDays": 1}));
    let known = json!({ "token_id": id }).to_string();
    rotate(&admin.token, &known).is(400, "api.user.rotate_user_access_token.disabled_token.app_error");
    fake.on_token(&admin.token, "enable", &id).status_ok();
    rotate(&admin.token, &known).is(501, "app.user_access_token.disabled");
    fake.set(json!({"EnableUserAccessTokens": true}));
    rotate(&admin.token, &known).is(400, "app.user_access_token.expires_at_required.app_error");
    fake.control("POST", "/rows", &json!({"delete_user": plain.id}));
}

#[test]
fn rotate_of_a_token_whose_owner_is_gone_or_remote() {
    let (fake, admin) = Fake::open();
    let (gone, remote) = (fake.person("gone"), fake.person("remote"));
    let ((gone_token, _), (remote_token, _)) = (fake.pat(&admin, &gone.id), fake.pat(&admin, &remote.id));
    fake.control("POST", "/rows", &json!({"delete_user": gone.id}));
    fake.on_token(&admin.token, "rotate", &gone_token).is(404, "app.user.missing_account.const");
    fake.control("POST", "/users", &json!({"user_id": remote.id, "remote_id": UNKNOWN}));
    fake.on_token(&admin.token, "rotate", &remote_token).forbidden();
}

#[test]
fn a_bots_token_is_rotated_while_tokens_are_off() {
    let (fake, admin) = Fake::open();
    let bot = fake.bot(&admin, "robot");
    let (id, old) = fake.pat(&admin, &bot);
    fake.set(json!({"EnableUserAccessTokens": false}));
    let fresh = fake.on_token(&admin.token, "rotate", &id).ok().field("token");
    fake.me(&old).rejected();
    assert_eq!(fake.me(&fresh).status, 200);
}
