//! Links in letters, which nobody gets here, and what is done without (api4/user_test.go `TestResetPassword`,
//! `TestVerifyUserEmail`, `TestSendVerificationEmail`, `TestVerifyUserEmailWithoutToken`).

use serde_json::json;

use crate::fake::{Fake, UNKNOWN};

#[test]
fn no_link_is_good_and_a_short_one_is_a_bad_body() {
    let (fake, _) = Fake::started();
    let link = "x".repeat(64);
    for (path, id) in [
        ("/users/password/reset", "api.user.reset_password.invalid_link.app_error"),
        ("/users/email/verify", "api.user.verify_email.bad_link.app_error"),
    ] {
        for token in ["", "short", &"x".repeat(65)] {
            fake.post("", path, &json!({"token": token, "new_password": "another-horse-2"}))
                .bad_body("token");
        }
        fake.post("", path, &json!({"token": link, "new_password": "another-horse-2"})).is(400, id);
    }
}

#[test]
fn asking_for_one_tells_nobody_who_exists() {
    let (fake, admin) = Fake::started();
    let (sso, remote) = (fake.person("sso"), fake.person("remote"));
    for path in ["/users/password/reset/send", "/users/email/verify/send"] {
        for body in ["", "{}", "[]", r#"{"email":1}"#] {
            fake.call("POST", "", path, body).bad_body("email");
        }
        for email in ["root@example.org", "ROOT@example.org", "nobody@example.org"] {
            fake.post("", path, &json!({ "email": email })).status_ok();
        }
    }
    fake.control("POST", "/users", &json!({"user_id": sso.id, "auth_service": "gitlab", "auth_data": "7"}));
    fake.control("POST", "/users", &json!({"user_id": remote.id, "remote_id": admin.id}));
    let send = |email: &str| fake.post("", "/users/password/reset/send", &json!({ "email": email }));
    send("sso@example.org").is(400, "api.user.send_password_reset.sso.app_error");
    send("remote@example.org").is(400, "api.user.send_password_reset.send.app_error");
}

#[test]
fn an_administrators_word_verifies_an_address() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let verify =
        |token: &str, id: &str| fake.call("POST", token, &format!("/users/{id}/email/verify/member"), "");
    verify(&user.token, "short").bad_path("user_id");
    verify(&user.token, UNKNOWN).is(404, "app.user.missing_account.const");
    verify(&user.token, &user.id).forbidden();
    assert_eq!(verify(&admin.token, &user.id).ok().field("id"), user.id);
    assert_eq!(fake.me(&user.token).json()["email_verified"], true);
}
