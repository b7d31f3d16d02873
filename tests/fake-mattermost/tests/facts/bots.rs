//! Facts 5: bots.

use serde_json::{Value, json};

use crate::fake::{Fake, PROFILES, Person, UNKNOWN};
use crate::http::keys_of_each;

const MISSING: &str = "store.sql_bot.get.missing.app_error";

#[test]
fn create_answers_201_and_omits_what_is_empty() {
    for profile in PROFILES {
        let (fake, admin) = Fake::open_of(profile);
        let body = json!({"username": "robot", "display_name": "R", "description": "d", "owner_id": UNKNOWN});
        let made = fake.post(&admin.token, "/bots", &body);
        assert_eq!(made.status, 201);
        assert!(made.text().ends_with("}\n"));
        let owned = if profile == "next" { vec!["system_owned"] } else { vec![] };
        let full = [
            "user_id",
            "username",
            "display_name",
            "description",
            "owner_id",
            "create_at",
            "update_at",
            "delete_at",
        ];
        assert_eq!(made.keys(), [full.to_vec(), owned.clone()].concat(), "{profile}");
        assert_eq!(made.field("owner_id"), admin.id);
        let bare = fake.post(&admin.token, "/bots", &json!({"username": "bare"})).ok();
        let short = ["user_id", "username", "owner_id", "create_at", "update_at", "delete_at"];
        assert_eq!(bare.keys(), [short.to_vec(), owned].concat());
    }
}

#[test]
fn create_refuses_in_order() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let create = |token: &str, body: &str| fake.call("POST", token, "/bots", body);
    for body in ["null", "{", "", "[]", r#"{"username":1}"#] {
        create(&user.token, body).bad_body("bot");
    }
    create(&user.token, r#"{"username":"BAD NAME"}"#).forbidden();
    create(&admin.token, r#"{"username":"BAD NAME"}"#).is(403, "api.bot.create_disabled");
    fake.set(json!({"EnableBotAccountCreation": true}));
    for name in ["", "BAD NAME", "all", "system"] {
        let body = json!({ "username": name }).to_string();
        create(&admin.token, &body).is(400, "model.bot.is_valid.username.app_error");
    }
    let long = json!({"username": "robot", "description": "é".repeat(1_025)}).to_string();
    create(&admin.token, &long).is(400, "model.bot.is_valid.description.app_error");
    let fits = json!({"username": "robot", "description": "é".repeat(1_024)}).to_string();
    assert_eq!(create(&admin.token, &fits).status, 201);
    create(&admin.token, r#"{"username":"robot"}"#).is(400, "app.user.save.username_exists.app_error");
    create(&admin.token, r#"{"username":"plain"}"#).is(400, "app.user.save.username_exists.app_error");
}

#[test]
fn bots_never_create_bots() {
    let (fake, admin) = Fake::open();
    let bot = fake.bot(&admin, "robot");
    fake.set_roles(&admin, &bot, "system_user system_admin");
    let (_, secret) = fake.pat(&admin, &bot);
    fake.post(&secret, "/bots", &json!({"username": "child"})).forbidden();
}

#[test]
fn a_disabled_bot_is_a_404_without_include_deleted() {
    let (fake, admin) = Fake::open();
    let bot = fake.bot(&admin, "robot");
    let post = |verb: &str| fake.call("POST", &admin.token, &format!("/bots/{bot}/{verb}"), "").ok();
    let first = post("disable").json();
    assert!(first["delete_at"].as_i64() > Some(0));
    fake.advance(5_000);
    assert_eq!(post("disable").json()["update_at"], first["update_at"], "repeating changes nothing");
    fake.get(&admin.token, &format!("/bots/{bot}")).is(404, MISSING);
    assert_eq!(fake.get(&admin.token, &format!("/bots/{bot}?include_deleted=true")).status, 200);
    assert_eq!(fake.get(&admin.token, "/bots").text(), "[]\n");
    let list = fake.get(&admin.token, "/bots?include_deleted=true");
    assert_eq!(keys_of_each(&list.body).len(), 1);
    assert!(list.text().ends_with("]\n"));
    assert_eq!(post("enable").json()["delete_at"], 0);
    post("enable");
}

#[test]
fn a_patch_leaves_null_alone_and_one_without_effect_writes_nothing() {
    let (fake, admin) = Fake::open();
    let body = json!({"username": "robot", "display_name": "R", "description": "d"});
    let bot = fake.post(&admin.token, "/bots", &body).ok();
    let path = format!("/bots/{}", bot.field("user_id"));
    fake.advance(5_000);
    for same in [body, json!({"username": null, "display_name": null, "description": null}), json!({})] {
        let answer = fake.put(&admin.token, &path, &same).ok();
        assert_eq!(answer.text(), bot.text());
    }
    let renamed = fake.put(&admin.token, &path, &json!({"username": "android", "description": null})).ok();
    assert_eq!((renamed.field("username"), renamed.field("description")), ("android".into(), "d".into()));
    assert_ne!(renamed.json()["update_at"], bot.json()["update_at"]);
    let user = fake.get(&admin.token, &format!("/users/{}", bot.field("user_id"))).ok();
    assert_eq!((user.field("email"), user.field("username")), ("android@localhost".into(), "android".into()));
    let plain = fake.person("plain");
    fake.call("PUT", &plain.token, &path, "null").bad_body("bot");
    fake.call("PUT", &plain.token, &path, "{}").is(404, MISSING);
    fake.put(&admin.token, &path, &json!({"username": "plain"}))
        .is(400, "app.user.save.username_exists.app_error");
}

/// A person with `system_user` and exactly these permissions besides.
fn allowed(fake: &Fake, admin: &Person, name: &str, permissions: &[&str]) -> Person {
    fake.grant(admin, "system_post_all", permissions);
    fake.with_roles(admin, name, "system_user system_post_all")
}

#[test]
fn what_one_may_not_read_is_absent_and_what_one_may_only_read_is_forbidden() {
    let (fake, admin) = Fake::open();
    let bot = fake.bot(&admin, "robot");
    let user = allowed(&fake, &admin, "reader", &[]);
    let read = || fake.get(&user.token, &format!("/bots/{bot}"));
    let disable = || fake.call("POST", &user.token, &format!("/bots/{bot}/disable"), "");
    read().is(404, MISSING);
    disable().is(404, MISSING);
    fake.get(&user.token, &format!("/bots/{UNKNOWN}")).is(404, MISSING);
    fake.get(&user.token, "/bots").forbidden();
    fake.grant(&admin, "system_post_all", &["read_bots"]);
    read().is(404, MISSING);
    assert_eq!(fake.get(&user.token, "/bots").text(), "[]\n");
    fake.grant(&admin, "system_post_all", &["read_others_bots"]);
    assert_eq!(read().status, 200);
    disable().forbidden();
    fake.call("PUT", &user.token, &format!("/bots/{bot}"), "{}").forbidden();
    fake.call("POST", &user.token, &format!("/bots/{bot}/assign/me"), "").forbidden();
    fake.grant(&admin, "system_post_all", &["manage_bots"]);
    disable().is(404, MISSING);
    fake.grant(&admin, "system_post_all", &["manage_others_bots"]);
    assert_eq!(disable().status, 200);
}

#[test]
fn owners_need_their_own_pair_of_rights() {
    let (fake, admin) = Fake::open();
    let bot = fake.bot(&admin, "robot");
    let user = allowed(&fake, &admin, "owner", &["read_bots"]);
    let assigned = fake.call("POST", &admin.token, &format!("/bots/{bot}/assign/{}", user.id), "").ok();
    assert_eq!(assigned.field("owner_id"), user.id);
    assert_eq!(fake.get(&user.token, &format!("/bots/{bot}")).status, 200);
    assert_eq!(keys_of_each(&fake.get(&user.token, "/bots").body).len(), 1);
    fake.call("POST", &user.token, &format!("/bots/{bot}/disable"), "").forbidden();
    fake.grant(&admin, "system_post_all", &[]);
    fake.get(&user.token, &format!("/bots/{bot}")).is(404, MISSING);
    fake.call("POST", &user.token, &format!("/bots/{bot}/disable"), "").is(404, MISSING);
    fake.grant(&admin, "system_post_all", &["manage_bots"]);
    assert_eq!(fake.call("POST", &user.token, &format!("/bots/{bot}/disable"), "").status, 200);
}

#[test]
fn a_bot_is_assigned_to_anybody_but_a_bot() {
    let (fake, admin) = Fake::open();
    let (bot, other) = (fake.bot(&admin, "robot"), fake.bot(&admin, "other"));
    let assign = |to: &str| fake.call("POST", &admin.token, &format!("/bots/{bot}/assign/{to}"), "");
    assign(&other).forbidden();
    assert_eq!(assign(UNKNOWN).ok().field("owner_id"), UNKNOWN);
    assert_eq!(assign("me").ok().field("owner_id"), admin.id);
    assign("short").bad_path("user_id");
}

#[test]
fn orphans_are_bots_of_deactivated_owners() {
    let (fake, admin) = Fake::open();
    fake.set(json!({"DisableBotsWhenOwnerIsDeactivated": false}));
    let owner = fake.with_roles(&admin, "owner", "system_user system_admin");
    fake.bot(&admin, "kept");
    let orphan = fake.bot(&owner, "orphan");
    assert_eq!(fake.get(&admin.token, "/bots?only_orphaned=true").text(), "[]\n");
    fake.put(&admin.token, &format!("/users/{}/active", owner.id), &json!({"active": false})).status_ok();
    let found = fake.get(&admin.token, "/bots?only_orphaned=true").json();
    assert_eq!(found[0]["user_id"], orphan.as_str());
    assert_eq!(found.as_array().map(Vec::len), Some(1));
}

#[test]
fn disabling_ends_sessions_and_tokens_revive() {
    let (fake, admin) = Fake::open();
    let bot = fake.bot(&admin, "robot");
    let (_, secret) = fake.pat(&admin, &bot);
    assert_eq!(fake.me(&secret).status, 200);
    fake.call("POST", &admin.token, &format!("/bots/{bot}/disable"), "").ok();
    fake.me(&secret).rejected();
    fake.call("POST", &admin.token, &format!("/bots/{bot}/enable"), "").ok();
    assert_eq!(fake.me(&secret).status, 200);
}

#[test]
fn a_deactivated_owner_takes_the_bots_along_and_does_not_bring_them_back() {
    let (fake, admin) = Fake::open();
    let owner = fake.with_roles(&admin, "owner", "system_user system_admin");
    let bot = fake.bot(&owner, "robot");
    let (_, secret) = fake.pat(&admin, &bot);
    let path = format!("/users/{}/active", owner.id);
    fake.put(&admin.token, &path, &json!({"active": false})).status_ok();
    fake.me(&secret).rejected();
    fake.put(&admin.token, &path, &json!({"active": true})).status_ok();
    fake.me(&secret).rejected();
}

#[test]
fn a_bot_can_not_log_in() {
    let (fake, admin) = Fake::open();
    fake.bot(&admin, "robot");
    let answer = fake.log_in("robot", "whatever-1");
    answer.is(401, "api.user.login.bot_login_forbidden.app_error");
    assert_eq!(answer.field("message"), "Bot login is forbidden.");
}

#[test]
fn a_bot_sees_itself_as_a_user() {
    let (fake, admin) = Fake::open();
    let made = json!({"username": "robot", "display_name": "R D", "description": "d"});
    let bot = fake.post(&admin.token, "/bots", &made).ok().field("user_id");
    let (_, secret) = fake.pat(&admin, &bot);
    let me = fake.me(&secret).ok();
    let json = me.json();
    assert_eq!(json["is_bot"], true);
    assert_eq!(json["bot_description"], "d");
    assert_eq!((me.field("email"), me.field("first_name")), ("robot@localhost".into(), "R D".into()));
    assert_eq!(me.field("roles"), "system_user");
    assert!(json.get("email_verified").is_none());
    let human = fake.me(&admin.token).json();
    for key in ["is_bot", "bot_description", "bot_last_icon_update"] {
        assert!(human.get(key).is_none(), "{key}");
    }
}

#[test]
fn a_bot_becomes_a_user_whose_tokens_obey_the_switch() {
    let (fake, admin) = Fake::open();
    let (plain, bot) = (fake.person("plain"), fake.bot(&admin, "robot"));
    let ((_, secret), (_, unused)) = (fake.pat(&admin, &bot), fake.pat(&admin, &bot));
    let convert =
        |token: &str, id: &str, body: Value| fake.post(token, &format!("/bots/{id}/convert_to_user"), &body);
    let with_password = json!({"password": "robots-password-1"});
    convert(&plain.token, UNKNOWN, json!({})).is(404, MISSING);
    convert(&plain.token, &plain.id, json!({})).is(404, MISSING);
    assert_eq!(convert(&plain.token, &bot, json!({})).status, 400);
    convert(&plain.token, &bot, with_password.clone()).forbidden();
    let user = convert(&admin.token, &bot, with_password).ok();
    assert_eq!(user.field("id"), bot);
    assert!(user.json().get("is_bot").is_none());
    fake.get(&admin.token, &format!("/bots/{bot}?include_deleted=true")).is(404, MISSING);
    assert_eq!(fake.me(&secret).status, 200);
    fake.set(json!({"EnableUserAccessTokens": false}));
    fake.me(&secret).unseen();
    fake.me(&unused).rejected();
    assert_eq!(fake.log_in("robot", "robots-password-1").status, 200);
}

#[test]
fn converting_a_user_refuses_404_before_403() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let convert =
        |token: &str, id: &str| fake.call("POST", token, &format!("/users/{id}/convert_to_bot"), "");
    convert(&user.token, UNKNOWN).is(404, "app.user.missing_account.const");
    convert(&user.token, &user.id).forbidden();
    let bot = convert(&admin.token, &user.id).ok();
    assert_eq!(bot.field("username"), "plain");
    fake.me(&user.token).rejected();
}

#[test]
fn only_a_304_of_a_bot_carries_the_tag() {
    let (fake, admin) = Fake::open();
    let bot = fake.bot(&admin, "robot");
    let read = fake.get(&admin.token, &format!("/bots/{bot}"));
    assert_eq!(read.header("etag"), None);
    let tag = format!("11.10.0.{bot}.{}", read.json()["update_at"]);
    let bearer = format!("Bearer {}", admin.token);
    let ask = |tag: &str| {
        let headers = [("Authorization", bearer.as_str()), ("If-None-Match", tag)];
        fake.send("GET", &format!("/api/v4/bots/{bot}"), &headers, "")
    };
    let same = ask(&tag);
    assert_eq!((same.status, same.header("etag"), same.body.len()), (304, Some(tag.as_str()), 0));
    assert_eq!(ask(&format!("\"{tag}\"")).status, 200);
}

#[test]
fn the_list_of_bots_has_an_order_and_a_tag_of_its_latest() {
    let (fake, admin) = Fake::open();
    let bearer = format!("Bearer {}", admin.token);
    let ask = |tag: &str| {
        fake.send("GET", "/api/v4/bots", &[("Authorization", &bearer), ("If-None-Match", tag)], "")
    };
    let tag_matches = |tag: &str| {
        let same = ask(tag);
        assert_eq!((same.status, same.header("etag"), same.body.len()), (304, Some(tag), 0), "{tag}");
        assert_eq!(ask(&format!("{tag}0")).header("etag"), None);
    };
    tag_matches("11.10.0.0.0.0.0");
    let now = fake.freeze();
    for name in ["zoe", "ada"] {
        fake.bot(&admin, name);
    }
    let list = fake.get(&admin.token, "/bots").ok().json();
    assert_eq!((&list[0]["username"], &list[1]["username"]), (&json!("ada"), &json!("zoe")), "of equal age");
    tag_matches(&format!("11.10.0.{}.{now}.0.2", list[0]["user_id"].as_str().unwrap()));
}
