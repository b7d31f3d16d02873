//! Facts 13: exact objects and headers.

use serde_json::json;

use crate::fake::{Fake, PROFILES};
use crate::http::{Answer, keys_of_each};

#[test]
fn every_answer_of_a_handler_has_these_headers_and_no_others() {
    let (fake, admin) = Fake::open();
    fake.pat(&admin, "me");
    let names = |answer: &Answer| {
        let mut names: Vec<_> = answer.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
        names.sort_unstable();
        names
    };
    let always = [
        "connection",
        "content-length",
        "content-type",
        "date",
        "permissions-policy",
        "referrer-policy",
        "vary",
        "x-content-type-options",
        "x-request-id",
        "x-version-id",
    ];
    let with = |more: &[&str]| {
        let mut all: Vec<String> = always.iter().chain(more).map(|name| (*name).to_owned()).collect();
        all.sort_unstable();
        all
    };
    let list = fake.get(&admin.token, "/users/me/tokens");
    assert_eq!(names(&list), with(&["expires"]));
    assert_eq!(names(&fake.me(&admin.token)), with(&["etag", "expires"]));
    assert_eq!(names(&fake.me("")), with(&["expires"]));
    assert_eq!(names(&fake.me("nosuchtoken")), with(&["expires", "set-cookie"]));
    assert_eq!(names(&fake.post(&admin.token, "/users/tokens/search", &json!({"term": "x"}))), with(&[]));
    for (name, value) in [
        ("expires", "0"),
        ("permissions-policy", ""),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("content-type", "application/json"),
        ("vary", "Accept-Encoding"),
    ] {
        assert_eq!(list.header(name), Some(value), "{name}");
    }
}

#[test]
fn header_names_are_written_as_go_writes_them() {
    let (fake, admin) = Fake::started();
    let names: Vec<_> = fake.me(&admin.token).headers.into_iter().map(|(name, _)| name).collect();
    for name in ["Etag", "X-Request-Id", "X-Version-Id", "Content-Type", "Expires", "Permissions-Policy"] {
        assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
    }
}

#[test]
fn transport_security_is_sent_if_configured() {
    let (fake, _) = Fake::started();
    assert_eq!(fake.me("").header("strict-transport-security"), None);
    fake.set(json!({"TLSStrictTransport": true}));
    assert_eq!(fake.me("").header("strict-transport-security"), Some("max-age=63072000"));
}

#[test]
fn a_persons_object_to_oneself() {
    for profile in PROFILES {
        let (fake, admin) = Fake::of(profile);
        let me = fake.me(&admin.token);
        let old = profile == "10.11";
        let keys = [
            &["id", "create_at", "update_at", "delete_at", "username"][..],
            if old { &["auth_data"] } else { &[] },
            &[
                "auth_service",
                "email",
                "nickname",
                "first_name",
                "last_name",
                "position",
                "roles",
                "notify_props",
            ],
            &["last_password_update", "locale", "timezone"],
            if old { &["remote_id"] } else { &[] },
            &["disable_welcome_email"],
        ];
        assert_eq!(me.keys(), keys.concat(), "{profile}");
        assert!(me.text().ends_with("}\n"));
        let json = me.json();
        assert_eq!(json["timezone"]["useAutomaticTimezone"], "true");
        let notify = json["notify_props"].as_object().unwrap();
        assert_eq!(notify.len(), 12);
        fake.control(
            "POST",
            "/users",
            &json!({"user_id": admin.id, "auth_service": "gitlab", "auth_data": "17"}),
        );
        assert_eq!(fake.me(&admin.token).field("auth_data"), "17");
    }
}

#[test]
fn a_session_item_has_always_all_its_keys() {
    for profile in PROFILES {
        let (fake, admin) = Fake::of(profile);
        let answer = fake.get(&admin.token, "/users/me/sessions");
        let keys = [
            &["id", "token", "create_at", "expires_at", "last_activity_at", "user_id", "device_id"][..],
            if profile == "next" { &["voip_device_id"] } else { &[] },
            &["roles", "is_oauth", "expired_notify", "props", "team_members", "local"],
        ];
        assert_eq!(keys_of_each(&answer.body), [keys.concat()], "{profile}");
        let row = &answer.json()[0];
        assert_eq!((row["team_members"].clone(), row["local"].clone()), (json!([]), json!(false)));
    }
}

#[test]
fn text_is_escaped_as_go_does() {
    let (fake, admin) = Fake::open();
    let made = fake.post(&admin.token, "/users/me/tokens", &json!({"description": "<a & b>"})).ok();
    assert!(made.text().contains(r#""description":"\u003ca \u0026 b\u003e""#), "{}", made.text());
    assert_eq!(made.field("description"), "<a & b>");
}

#[test]
fn english_messages() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    for (answer, message) in [
        (fake.me(""), "Invalid or expired session, please login again."),
        (fake.get(&user.token, "/roles"), "You do not have the appropriate permissions."),
        (fake.get("", "/nosuch"), "Sorry, we could not find the page."),
        (
            fake.get("", &format!("/users/me?access_token={}", admin.token)),
            "Session is not OAuth but token was provided in the query string.",
        ),
        (fake.get(&admin.token, "/users/short"), "Invalid or missing user_id parameter in request URL."),
        (
            fake.post(&admin.token, "/users/me/tokens", &json!({})),
            "Invalid or missing description in request body.",
        ),
        (fake.log_in("root", ""), "Password field must not be blank"),
        (fake.log_in("root", "wrong"), "Enter a valid email or username and/or password."),
        (
            fake.post(&admin.token, "/users/me/tokens", &json!({"description": "d"})),
            "Personal access tokens are disabled on this server. Please contact your system administrator for details.",
        ),
    ] {
        assert_eq!(answer.field("message"), message);
    }
}
