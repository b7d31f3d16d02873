//! Facts 1.4: expiry, the lifetime policy, the hourly job and non-compliant tokens.

use serde_json::json;

use crate::fake::{DAY, Fake, Person};

fn create(fake: &Fake, by: &Person, owner: &str, expires_at: i64) -> crate::http::Answer {
    let body = json!({"description": "d", "expires_at": expires_at});
    fake.post(&by.token, &format!("/users/{owner}/tokens"), &body)
}

fn policy(fake: &Fake, days: i64) {
    fake.set(json!({"MaximumPersonalAccessTokenLifetimeDays": days}));
}

const PAST: &str = "app.user_access_token.expires_at_in_past.app_error";
const FAR: &str = "app.user_access_token.expires_at_too_far.app_error";
const REQUIRED: &str = "app.user_access_token.expires_at_required.app_error";

#[test]
fn a_token_dies_at_its_time_and_its_session_one_millisecond_later() {
    for profile in ["11.9", "11.10", "next"] {
        let (fake, admin) = Fake::open_of(profile);
        let until = fake.freeze() + 10_000;
        let (_, used) = fake.pat_until(&admin, &admin.id, until);
        let (_, unused) = fake.pat_until(&admin, &admin.id, until);
        assert_eq!(fake.me(&used).status, 200);
        fake.advance(10_000);
        assert_eq!(fake.me(&used).status, 200, "{profile}");
        fake.me(&unused).rejected();
        fake.advance(1);
        fake.me(&used).rejected();
    }
}

#[test]
fn a_tokens_session_ends_with_it_or_in_a_hundred_years() {
    let (fake, admin) = Fake::open();
    let now = fake.freeze();
    let ((_, short), (_, long)) = (fake.pat_until(&admin, &admin.id, now + DAY), fake.pat(&admin, &admin.id));
    let ends = |token: &str| {
        assert_eq!(fake.me(token).status, 200);
        fake.advance(1);
        let rows = fake.get(token, "/users/me/sessions").json();
        rows.as_array().unwrap().iter().map(|row| row["expires_at"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert!(ends(&short).contains(&(now + DAY)));
    assert!(ends(&long).contains(&(now + 1 + 100 * 365 * DAY)));
}

#[test]
fn a_past_or_negative_time_is_refused_without_a_policy() {
    let (fake, admin) = Fake::open();
    let now = fake.freeze();
    for time in [now, now - 1, -1, 1] {
        create(&fake, &admin, &admin.id, time).is(400, PAST);
    }
    assert_eq!(create(&fake, &admin, &admin.id, now + 1).ok().json()["expires_at"], now + 1);
    assert_eq!(create(&fake, &admin, &admin.id, 0).ok().json()["expires_at"], 0);
}

#[test]
fn the_policy_is_mandatory_and_its_bound_inclusive() {
    let (fake, admin) = Fake::open();
    let now = fake.freeze();
    policy(&fake, 7);
    create(&fake, &admin, &admin.id, 0).is(400, REQUIRED);
    create(&fake, &admin, &admin.id, now).is(400, PAST);
    let far = create(&fake, &admin, &admin.id, now + 7 * DAY + 1);
    far.is(400, FAR);
    assert!(far.field("message").contains("(7 days)"));
    let made = create(&fake, &admin, &admin.id, now + 7 * DAY).ok();
    let rotate = |time: i64| {
        let body = json!({"token_id": made.field("id"), "expires_at": time});
        fake.post(&admin.token, "/users/tokens/rotate", &body)
    };
    rotate(0).is(400, REQUIRED);
    rotate(now - 1).is(400, PAST);
    rotate(now + 7 * DAY + 1).is(400, FAR);
    assert_eq!(rotate(now + 7 * DAY).status, 200);
}

#[test]
fn a_policy_leaves_existing_tokens_alone() {
    let (fake, admin) = Fake::open();
    let (id, secret) = fake.pat(&admin, &admin.id);
    policy(&fake, 1);
    assert_eq!(fake.me(&secret).status, 200);
    for verb in ["disable", "enable"] {
        fake.on_token(&admin.token, verb, &id).status_ok();
    }
    assert_eq!(fake.me(&secret).status, 200);
}

#[test]
fn bots_skip_every_check_until_the_change() {
    for profile in ["11.9", "11.10"] {
        let (fake, admin) = Fake::open_of(profile);
        let now = fake.freeze();
        policy(&fake, 1);
        let bot = fake.bot(&admin, "robot");
        for time in [0, now + 9 * DAY] {
            assert_eq!(create(&fake, &admin, &bot, time).ok().json()["expires_at"], time, "{profile}");
        }
        // A past value is stored, and dead at once; only a negative one is refused.
        let dead = create(&fake, &admin, &bot, now - 1).ok();
        fake.me(&dead.field("token")).rejected();
        create(&fake, &admin, &bot, -1).is(400, "model.user_access_token.is_valid.expires_at.app_error");
    }
}

#[test]
fn after_the_change_a_persons_bot_is_subject() {
    let (fake, admin) = Fake::open_of("next");
    let now = fake.freeze();
    let bot = fake.bot(&admin, "robot");
    create(&fake, &admin, &bot, now - 1).is(400, PAST);
    policy(&fake, 1);
    create(&fake, &admin, &bot, 0).is(400, REQUIRED);
    create(&fake, &admin, &bot, now + DAY + 1).is(400, FAR);
    assert_eq!(create(&fake, &admin, &bot, now + DAY).status, 200);
    // Owned by no person: a plugin's.
    let plugin = fake.bot(&admin, "plugged");
    fake.post(&admin.token, &format!("/bots/{plugin}/assign/zzzzzzzzzzzzzzzzzzzzzzzzzz"), &json!(null)).ok();
    assert_eq!(create(&fake, &admin, &plugin, 0).status, 200);
}

#[test]
fn enabling_an_expired_token_does_not_unexpire_it() {
    let (fake, admin) = Fake::open();
    let until = fake.freeze() + 1_000;
    let (id, secret) = fake.pat_until(&admin, &admin.id, until);
    fake.on_token(&admin.token, "disable", &id).status_ok();
    fake.advance(2_000);
    fake.on_token(&admin.token, "enable", &id).status_ok();
    fake.me(&secret).rejected();
    // Rotation gives it a new life.
    let body = json!({"token_id": id, "expires_at": fake.now() + DAY});
    let fresh = fake.post(&admin.token, "/users/tokens/rotate", &body).ok().field("token");
    assert_eq!(fake.me(&fresh).status, 200);
}

#[test]
fn an_expired_token_stays_listed_until_the_hourly_job() {
    let (fake, admin) = Fake::open();
    let until = fake.freeze() + 1_000;
    let (active, secret) = fake.pat_until(&admin, &admin.id, until);
    let (disabled, _) = fake.pat_until(&admin, &admin.id, until);
    fake.on_token(&admin.token, "disable", &disabled).status_ok();
    assert_eq!(fake.me(&secret).status, 200);
    fake.advance(1_500);
    let read = |id: &str| fake.get(&admin.token, &format!("/users/tokens/{id}")).status;
    assert_eq!((read(&active), read(&disabled)), (200, 200));
    fake.advance(3_600_000);
    assert_eq!((read(&active), read(&disabled)), (404, 200), "a disabled one is not reaped");
}

#[test]
fn the_job_stops_while_tokens_are_off_and_skips_bots_until_the_change() {
    for (profile, human, robot) in [("11.9", 200, 200), ("11.10", 200, 200), ("next", 404, 404)] {
        let (fake, admin) = Fake::open_of(profile);
        let until = fake.freeze() + 1_000;
        let bot = fake.bot(&admin, "robot");
        let ((person_token, _), (bot_token, _)) =
            (fake.pat_until(&admin, &admin.id, until), fake.pat_until(&admin, &bot, until));
        fake.set(json!({"EnableUserAccessTokens": false}));
        fake.advance(4_000_000);
        let read = |id: &str| fake.get(&admin.token, &format!("/users/tokens/{id}")).status;
        assert_eq!((read(&person_token), read(&bot_token)), (human, robot), "{profile}");
        fake.set(json!({"EnableUserAccessTokens": true}));
        fake.advance(4_000_000);
        assert_eq!((read(&person_token), read(&bot_token)), (404, robot), "{profile}");
    }
}

#[test]
fn non_compliant_tokens_are_counted_and_revoked_under_a_policy_only() {
    let (fake, admin) = Fake::open();
    let now = fake.freeze();
    let bot = fake.bot(&admin, "robot");
    let (_, never) = fake.pat(&admin, &admin.id);
    let (far_id, _) = fake.pat_until(&admin, &admin.id, now + 9 * DAY);
    let (near_id, near) = fake.pat_until(&admin, &admin.id, now + DAY);
    let (off_id, _) = fake.pat(&admin, &admin.id);
    let (bots_id, _) = fake.pat(&admin, &bot);
    fake.on_token(&admin.token, "disable", &off_id).status_ok();
    assert_eq!(fake.me(&never).status, 200);
    let count = || fake.get(&admin.token, "/users/tokens/non_compliant/count").ok();
    let revoke = || fake.call("POST", &admin.token, "/users/tokens/non_compliant/revoke", "");
    assert_eq!(count().json(), json!({"count": 0}));
    revoke().is(400, "app.user_access_token.revoke_non_compliant.no_policy.app_error");
    policy(&fake, 1);
    assert_eq!(count().json(), json!({"count": 2}));
    fake.control("POST", "/database", &json!({"token_delete": true}));
    revoke().is(500, "app.user_access_token.revoke_non_compliant.partial.app_error");
    fake.control("POST", "/database", &json!({"token_delete": false}));
    assert_eq!(revoke().ok().json(), json!({"count": 2}));
    fake.me(&never).rejected();
    assert_eq!(fake.me(&near).status, 200);
    let read = |id: &str| fake.get(&admin.token, &format!("/users/tokens/{id}")).status;
    assert_eq!([&far_id, &near_id, &off_id, &bots_id].map(|id| read(id)), [404, 200, 200, 200]);
    let plain = fake.person("plain");
    fake.get(&plain.token, "/users/tokens/non_compliant/count").forbidden();
    fake.call("POST", &plain.token, "/users/tokens/non_compliant/revoke", "").forbidden();
}
