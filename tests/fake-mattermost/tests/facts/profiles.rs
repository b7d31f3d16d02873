//! What differs between releases (facts 0, 1.4, 3, 13), asked on every profile.

use serde_json::json;

use crate::fake::{DAY, Fake, PROFILES};

#[test]
fn expires_at_is_ignored_before_11_9_and_its_key_absent() {
    for profile in PROFILES {
        let (fake, admin) = Fake::open_of(profile);
        let knows = !matches!(profile, "10.11" | "11.8");
        fake.freeze();
        let until = fake.now() + DAY;
        let create = |time: serde_json::Value| {
            fake.post(&admin.token, "/users/me/tokens", &json!({"description": "d", "expires_at": time}))
        };
        let made = create(json!(until)).ok();
        assert_eq!(made.json().get("expires_at").is_some(), knows, "{profile}");
        // An unknown key may have any type and any value.
        for odd in [json!("soon"), json!(1), json!(-1)] {
            assert_eq!(create(odd.clone()).status, if knows { 400 } else { 200 }, "{profile} {odd}");
        }
        let secret = made.field("token");
        assert_eq!(fake.me(&secret).status, 200);
        fake.set(json!({"ExtendSessionLengthWithActivity": true}));
        fake.advance(2 * DAY);
        assert_eq!(fake.me(&secret).status, if knows { 401 } else { 200 }, "{profile}");
    }
}

#[test]
fn the_lifetime_policy_exists_from_11_9_on() {
    for profile in PROFILES {
        let (fake, admin) = Fake::open_of(profile);
        let knows = !matches!(profile, "10.11" | "11.8");
        let config = fake.get(&admin.token, "/config").ok().json();
        let key = "MaximumPersonalAccessTokenLifetimeDays";
        assert_eq!(config["ServiceSettings"].get(key).is_some(), knows, "{profile}");
        // Before, it is a key nobody knows, and dropped.
        fake.put(&admin.token, "/config/patch", &json!({"ServiceSettings": {key: 7}})).ok();
        let made = fake.post(&admin.token, "/users/me/tokens", &json!({"description": "d"}));
        assert_eq!(made.status, if knows { 400 } else { 200 }, "{profile}");
    }
}

#[test]
fn rotate_and_non_compliant_are_unknown_routes_before_11_10() {
    for profile in PROFILES {
        let (fake, admin) = Fake::open_of(profile);
        let (id, _) = fake.pat(&admin, &admin.id);
        let rotated = fake.on_token(&admin.token, "rotate", &id);
        let count = fake.get(&admin.token, "/users/tokens/non_compliant/count");
        let revoked = fake.call("POST", &admin.token, "/users/tokens/non_compliant/revoke", "");
        if matches!(profile, "11.10" | "next") {
            assert_eq!((rotated.status, count.status, revoked.status), (200, 200, 400), "{profile}");
        } else {
            [rotated, count, revoked].iter().for_each(|answer| answer.no_such_route());
        }
    }
}

#[test]
fn oauth_sessions_are_refused_on_token_changes_by_the_tightened_releases() {
    for (profile, refused) in
        [("10.11", false), ("11.8", false), ("11.9", true), ("11.10", true), ("next", true)]
    {
        let (fake, admin) = Fake::open_of(profile);
        let (id, _) = fake.pat(&admin, &admin.id);
        let oauth = fake.oauth_session(&admin.id);
        fake.post(&oauth, "/users/me/tokens", &json!({"description": "d"})).forbidden();
        for verb in ["disable", "enable", "revoke"] {
            let answer = fake.on_token(&oauth, verb, &id);
            if refused {
                answer.forbidden();
            } else {
                answer.status_ok();
            }
        }
    }
}

#[test]
fn a_csrf_refusal_clears_the_cookie_from_11_on() {
    for profile in PROFILES {
        let (fake, admin) = Fake::of(profile);
        let cookie = format!("MMAUTHTOKEN={}", admin.token);
        let answer = fake.send("POST", "/api/v4/users/ids", &[("Cookie", &cookie)], "[]");
        if profile == "10.11" {
            answer.unseen();
        } else {
            answer.rejected();
        }
        assert_eq!(fake.me(&admin.token).status, 200);
    }
}

#[test]
fn the_same_life_of_a_token_on_every_release() {
    for profile in PROFILES {
        let (fake, admin) = Fake::of(profile);
        let create = || fake.post(&admin.token, "/users/me/tokens", &json!({"description": "d"}));
        create().is(501, "app.user_access_token.disabled");
        let patch = json!({"ServiceSettings": {"EnableUserAccessTokens": true}});
        fake.put(&admin.token, "/config/patch", &patch).ok();
        let made = create().ok();
        let (id, secret) = (made.field("id"), made.field("token"));
        assert_eq!(fake.me(&secret).status, 200, "{profile}");
        assert!(fake.me(&secret).header("etag").unwrap().starts_with(&format!("{}.", version(profile))));
        for (verb, status) in [("disable", 401), ("enable", 200), ("revoke", 401)] {
            fake.on_token(&admin.token, verb, &id).status_ok();
            assert_eq!(fake.me(&secret).status, status, "{profile} {verb}");
        }
        fake.me(&secret).rejected();
        fake.me("").unseen();
    }
}

fn version(profile: &str) -> &str {
    if profile == "next" { "11.11.0" } else { profile }
}
