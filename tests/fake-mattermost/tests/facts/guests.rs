//! People made guests and back (api4/user_test.go `TestDemoteUserToGuest`, `TestPromoteGuestToUser`).

use serde_json::json;

use crate::fake::{Fake, UNKNOWN};

#[test]
fn demoting_asks_for_licence_and_setting_before_the_right() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let demote = |token: &str, id: &str| fake.call("POST", token, &format!("/users/{id}/demote"), "");
    demote(&user.token, "short").bad_path("user_id");
    demote(&user.token, UNKNOWN).is(501, "api.team.demote_user_to_guest.license.error");
    fake.control("POST", "/licence", &json!({"present": true}));
    demote(&user.token, UNKNOWN).is(501, "api.team.demote_user_to_guest.disabled.error");
    fake.settings(json!({"GuestAccountsSettings": {"Enable": true}}));
    demote(&user.token, UNKNOWN).is(403, "api.team.invite_guests_to_channels.disabled.error");
    fake.control("POST", "/licence", &json!({"guests": true}));
    demote(&user.token, UNKNOWN).forbidden();
    demote(&admin.token, UNKNOWN).is(404, "app.user.missing_account.const");
    fake.grant(&admin, "system_post_all", &["demote_to_guest"]);
    fake.set_roles(&admin, &user.id, "system_user system_post_all");
    demote(&user.token, &admin.id).forbidden();
    demote(&user.token, &user.id).status_ok();
    demote(&admin.token, &user.id).is(501, "api.user.demote_user_to_guest.already_guest.app_error");
}

#[test]
fn running_sessions_learn_of_it_at_once() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    fake.control("POST", "/licence", &json!({"present": true, "guests": true}));
    fake.settings(json!({"GuestAccountsSettings": {"Enable": true}}));
    let session = || fake.get(&user.token, "/users/me/sessions").ok().json()[0].clone();
    let promote = |token: &str, id: &str| fake.call("POST", token, &format!("/users/{id}/promote"), "");
    promote(&user.token, UNKNOWN).forbidden();
    promote(&admin.token, UNKNOWN).is(404, "app.user.missing_account.const");
    promote(&admin.token, &user.id).is(501, "api.user.promote_guest_to_user.no_guest.app_error");
    for (verb, role, guest) in [("demote", "system_guest", "true"), ("promote", "system_user", "false")] {
        fake.call("POST", &admin.token, &format!("/users/{}/{verb}", user.id), "").status_ok();
        assert_eq!(fake.me(&user.token).ok().field("roles"), role);
        let session = session();
        assert_eq!((&session["roles"], &session["props"]["is_guest"]), (&json!(role), &json!(guest)));
    }
}

#[test]
fn switching_guests_off_deactivates_them() {
    // app/user_test.go TestDeactivateGuests.
    let (fake, admin) = Fake::started();
    let (guest, user) = (fake.with_roles(&admin, "guest", "system_guest"), fake.person("plain"));
    let enable = |on: bool| {
        let body = json!({"GuestAccountsSettings": {"Enable": on}});
        fake.put(&admin.token, "/config/patch", &body).ok();
    };
    enable(true);
    fake.me(&guest.token).ok();
    enable(false);
    fake.me(&guest.token).rejected();
    assert_ne!(fake.get(&admin.token, &format!("/users/{}", guest.id)).json()["delete_at"], 0);
    fake.me(&user.token).ok();
}
