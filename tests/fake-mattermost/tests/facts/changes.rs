//! Changing a profile: `PUT /users/{id}` and `/patch`, whose order of refusals is the server's (user.go).

use serde_json::{Value, json};

use crate::fake::{Fake, PASSWORD, UNKNOWN};

#[test]
fn a_replacement_names_the_account_again_and_empties_what_it_leaves_out() {
    let (fake, admin) = Fake::started();
    let (user, other) = (fake.person("plain"), fake.person("other"));
    let put = |token: &str, id: &str, body: Value| fake.put(token, &format!("/users/{id}"), &body);
    let names = json!({"id": user.id, "username": "plain", "email": "plain@example.org", "nickname": "P"});
    put(&user.token, "short", json!({})).bad_path("user_id");
    put(&user.token, &user.id, json!([])).bad_body("user");
    put(&user.token, &user.id, json!({"notify_props": {"email": 1}})).bad_body("user");
    put(&user.token, &user.id, json!({"id": other.id})).bad_body("user_id");
    put(&user.token, &other.id, json!({"id": other.id})).forbidden();
    put(&admin.token, UNKNOWN, json!({"id": UNKNOWN})).is(404, "app.user.missing_account.const");
    fake.put(&user.token, "/users/me/patch", &json!({"first_name": "Pat"})).ok();
    let now = put(&user.token, "me", names).ok().json();
    assert_eq!((now["nickname"].as_str(), now["first_name"].as_str()), (Some("P"), Some("")));
    assert_eq!((now["roles"].as_str(), &now["timezone"]), (Some("system_user"), &Value::Null));
    put(&user.token, &user.id, json!({"id": user.id})).is(400, "model.user.is_valid.username.app_error");
}

#[test]
fn a_patch_changes_what_it_names() {
    let (fake, admin) = Fake::started();
    let (user, other) = (fake.person("plain"), fake.person("other"));
    let patch = |token: &str, id: &str, body: Value| fake.put(token, &format!("/users/{id}/patch"), &body);
    patch(&user.token, "me", json!({"nickname": 1})).bad_body("user");
    patch(&user.token, &other.id, json!({})).forbidden();
    patch(&user.token, UNKNOWN, json!({})).forbidden();
    patch(&admin.token, UNKNOWN, json!({})).bad_body("user_id");
    patch(&user.token, "me", json!({"username": "other"})).is(400, "app.user.save.username_exists.app_error");
    patch(&user.token, "me", json!({"nickname": "x".repeat(65)}))
        .is(400, "model.user.is_valid.nickname.app_error");
    let now =
        patch(&user.token, "me", json!({"nickname": "P", "notify_props": {"email": "false"}})).ok().json();
    assert_eq!((now["nickname"].as_str(), now["username"].as_str()), (Some("P"), Some("plain")));
    assert_eq!(now["notify_props"], json!({"email": "false"}));
    // Whoever may edit others may still not touch an administrator.
    fake.grant(&admin, "system_post_all", &["edit_other_users"]);
    fake.set_roles(&admin, &user.id, "system_user system_post_all");
    patch(&user.token, &admin.id, json!({})).forbidden();
    patch(&user.token, &other.id, json!({"position": "x"})).ok();
}

#[test]
fn ones_own_address_changes_with_the_password_only() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let patch = |token: &str, body: Value| fake.put(token, &format!("/users/{}/patch", user.id), &body);
    let new = json!({"email": "New@Example.org"});
    patch(&user.token, new.clone()).bad_body("password");
    patch(&user.token, json!({"email": "new@example.org", "password": "wrong"}))
        .is(401, "api.user.check_user_password.invalid.app_error");
    assert_eq!(fake.me(&user.token).json()["failed_attempts"], 1);
    patch(&fake.oauth_session(&user.id), new.clone()).forbidden();
    let with_password = json!({"email": "New@Example.org", "password": PASSWORD});
    assert_eq!(patch(&user.token, with_password).ok().json()["email"], "new@example.org");
    let put = |password: &str| {
        let body =
            json!({"id": user.id, "username": "plain", "email": "third@example.org", "password": password});
        fake.put(&user.token, "/users/me", &body)
    };
    put("wrong").bad_body("password");
    assert_eq!(put(PASSWORD).ok().json()["email"], "third@example.org");
    assert_eq!(
        patch(&admin.token, new).ok().json()["email"],
        "new@example.org",
        "an administrator needs none"
    );
}

#[test]
fn an_app_changes_no_address_not_even_by_leaving_it_out() {
    let (fake, _) = Fake::started();
    let user = fake.person("plain");
    let app = fake.oauth_session(&user.id);
    let put = |body: Value| fake.put(&app, "/users/me", &body);
    put(json!({"id": user.id, "username": "plain"})).forbidden();
    put(json!({"id": user.id, "username": "plain", "email": "plain@example.org"})).ok();
    let patch = |body: Value| fake.put(&app, "/users/me/patch", &body);
    patch(json!({"email": ""})).forbidden();
    patch(json!({"nickname": "P"})).ok();
}

#[test]
fn a_new_address_obeys_the_domains_and_waits_for_its_letter() {
    // app/user.go UpdateUser.
    let (fake, admin) = Fake::started();
    let (user, other) = (fake.person("plain"), fake.person("other"));
    let patch = |email: &str| {
        fake.put(&admin.token, &format!("/users/{}/patch", user.id), &json!({ "email": email }))
    };
    fake.control("POST", "/users", &json!({"user_id": user.id, "email_verified": true}));
    patch("new@example.org").ok();
    assert!(fake.me(&user.token).json().get("email_verified").is_none(), "a new address is unverified");
    fake.settings(json!({"TeamSettings": {"RestrictCreationToDomains": "example.org"}}));
    patch("new@example.com").is(400, "api.user.update_user.accepted_domain.app_error");
    fake.settings(json!({"EmailSettings": {"RequireEmailVerification": true}}));
    assert_eq!(patch("newest@example.org").ok().field("email"), "new@example.org");
    patch("other@example.org").is(400, "app.user.save.email_exists.app_error");
    let _ = other;
}

#[test]
fn what_the_service_one_signs_in_with_has_set_stays() {
    // app/user.go CheckProviderAttributes.
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let (patched, updated) = (
        "api.user.patch_user.login_provider_attribute_set.app_error",
        "api.user.update_user.login_provider_attribute_set.app_error",
    );
    let path = format!("/users/{}", user.id);
    let patch = |body: Value| fake.put(&admin.token, &format!("{path}/patch"), &body);
    let put = |first_name: &str| {
        let email = "plain@example.org";
        let body = json!({"id": user.id, "username": "plain", "email": email, "first_name": first_name});
        fake.put(&admin.token, &path, &body)
    };
    for (service, names) in [("ldap", false), ("gitlab", true)] {
        let change = json!({"user_id": user.id, "auth_service": service, "auth_data": "7"});
        fake.control("POST", "/users", &change);
        patch(json!({"username": "other"})).is(409, patched);
        patch(json!({"username": "plain", "nickname": "P"})).ok();
        if names {
            patch(json!({"first_name": "Q"})).is(409, patched);
            put("Q").is(409, updated);
            assert_eq!(patch(json!({"email": "new@example.org"})).ok().field("email"), "plain@example.org");
        } else {
            put("P").ok();
        }
    }
}

#[test]
fn an_account_can_be_given_to_another_service() {
    // api4/user_test.go TestUpdateUserAuth.
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let put = |token: &str, id: &str, body: &str| fake.call("PUT", token, &format!("/users/{id}/auth"), body);
    put(&user.token, "short", "[]").forbidden();
    put(&admin.token, "short", "[]").bad_path("user_id");
    put(&admin.token, &user.id, "[]").bad_body("user");
    for body in ["{}", r#"{"auth_data":"7"}"#, r#"{"auth_service":"gitlab","auth_data":""}"#] {
        put(&admin.token, &user.id, body).is(400, "api.user.update_user_auth.invalid_request");
    }
    let both = r#"{"auth_data":"7","auth_service":"gitlab"}"#;
    put(&admin.token, UNKNOWN, both).is(404, "app.user.missing_account.const");
    assert_eq!(put(&admin.token, &user.id, both).ok().text(), format!("{both}\n"));
    let me = fake.me(&user.token).json();
    assert_eq!((&me["auth_service"], &me["auth_data"]), (&json!("gitlab"), &json!("7")));
    assert_eq!(fake.log_in("plain", PASSWORD).status, 401);
}
