//! Lists of users, and what their queries may say (api4/user_test.go `TestGetUsers`, `TestSearchUsers`,
//! `TestGetUsersByIdsWithOptions`, `TestGetTotalUsersStat`).

use serde_json::{Value, json};

use crate::fake::Fake;

fn names(answer: crate::http::Answer) -> Vec<String> {
    let list = answer.ok().json();
    list.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_query_of_the_list_is_looked_at() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let ask = |query: &str| fake.get(&user.token, &format!("/users?{query}"));
    ask("active=true&inactive=true").bad_path("inactive");
    ask("not_in_channel=x").bad_path("team_id");
    for sort in ["sort=username", "sort=create_at", "sort=status&in_team=x", "sort=last_activity_at"] {
        ask(sort).bad_path("sort");
    }
    ask("role=nosuchrole").bad_body("role");
    ask("roles=system_user,nosuchrole").bad_body("roles");
    ask("in_channel=x&channel_roles=nosuchrole").bad_body("channelRoles");
    ask("in_team=x&team_roles=nosuchrole").bad_body("teamRoles");
    ask("without_team=true").forbidden();
    for query in ["in_team=x", "in_team=x&not_in_channel=y", "in_channel=x", "not_in_team=x"] {
        ask(query).forbidden();
        let all = if query.starts_with("not") { 2 } else { 0 };
        assert_eq!(names(fake.get(&admin.token, &format!("/users?{query}"))).len(), all, "{query}");
    }
    assert_eq!(names(fake.get(&admin.token, "/users?without_team=true")), ["plain", "root"]);
    assert_eq!(names(ask("role=system_admin")), ["root"]);
    assert_eq!(names(ask("roles=system_admin,system_user")), ["plain", "root"]);
}

#[test]
fn a_search_sees_what_the_searcher_may() {
    let (fake, _) = Fake::started();
    let (user, gone) = (fake.person("plain"), fake.person("gone"));
    fake.put(&gone.token, "/users/me/patch", &json!({"first_name": "Zoe", "nickname": "Nick"})).ok();
    let search = |token: &str, body: Value| fake.post(token, "/users/search", &body);
    for limit in [-1, 0, 1_001] {
        search(&user.token, json!({"term": "x", "limit": limit})).bad_body("limit");
    }
    search(&user.token, json!({"limit": 5})).bad_body("term");
    search(&user.token, json!({"term": "x", "not_in_channel_id": "x"})).bad_body("team_id");
    for term in ["@gon", "zo", "nick", "gone@example"] {
        assert_eq!(names(search(&user.token, json!({ "term": term }))), ["gone"], "{term}");
    }
    assert_eq!(names(search(&user.token, json!({"term": "example", "limit": 1}))).len(), 0);
}

#[test]
fn a_search_hides_what_is_private_and_who_is_gone() {
    let (fake, admin) = Fake::started();
    let (user, gone) = (fake.person("plain"), fake.person("gone"));
    fake.put(&gone.token, "/users/me/patch", &json!({"first_name": "Zoe"})).ok();
    fake.settings(json!({"PrivacySettings": {"ShowEmailAddress": false, "ShowFullName": false}}));
    let search = |token: &str, body: Value| names(fake.post(token, "/users/search", &body));
    for term in ["zoe", "gone@example"] {
        assert_eq!(search(&user.token, json!({ "term": term })).len(), 0, "{term}");
        assert_eq!(search(&admin.token, json!({ "term": term })), ["gone"], "{term}");
    }
    fake.put(&admin.token, &format!("/users/{}/active", gone.id), &json!({"active": false})).status_ok();
    assert_eq!(search(&user.token, json!({"term": "gone"})).len(), 0);
    assert_eq!(search(&user.token, json!({"term": "gone", "allow_inactive": true})), ["gone"]);
}

#[test]
fn a_list_of_ids_can_be_of_the_changed_only() {
    let (fake, admin) = Fake::started();
    let now = fake.freeze();
    fake.advance(1_000);
    let user = fake.person("plain");
    let ask = |since: &str| {
        fake.post(&admin.token, &format!("/users/ids?since={since}"), &json!([admin.id, user.id]))
    };
    ask("junk").bad_body("since");
    assert_eq!(names(ask(&now.to_string())), ["plain"]);
    assert_eq!(names(ask("0")).len(), 2);
}

#[test]
fn people_are_counted_without_bots_and_the_gone() {
    let (fake, admin) = Fake::open();
    let (user, gone) = (fake.person("plain"), fake.person("gone"));
    fake.bot(&admin, "robot");
    fake.put(&admin.token, &format!("/users/{}/active", gone.id), &json!({"active": false})).status_ok();
    assert_eq!(fake.get(&user.token, "/users/stats").ok().text(), "{\"total_users_count\":2}\n");
    let filtered = "/users/stats/filtered";
    fake.get(&user.token, filtered).forbidden();
    for (query, count) in
        [("", 2), ("?include_deleted=true", 3), ("?include_bots=1", 3), ("?roles=system_admin", 1)]
    {
        let stats = fake.get(&admin.token, &format!("{filtered}{query}")).ok().json();
        assert_eq!(stats["total_users_count"], count, "{query}");
    }
}

#[test]
fn audits_and_teams_are_ones_own() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    fake.get(&user.token, "/users/short/audits").bad_path("user_id");
    fake.get(&user.token, &format!("/users/{}/audits", admin.id)).forbidden();
    assert_eq!(fake.get(&user.token, "/users/me/audits").ok().text(), "[]");
    fake.get(&user.token, "/users/short/teams").bad_path("user_id");
    fake.get(&user.token, &format!("/users/{}/teams", admin.id)).forbidden();
    fake.get(&admin.token, &format!("/users/{}/teams", user.id)).ok();
    assert_eq!(fake.get(&user.token, "/users/me/teams").ok().text(), "[]");
}

#[test]
fn a_name_is_completed_but_no_address() {
    // api4/user_test.go TestAutocompleteUsers.
    let (fake, _) = Fake::started();
    let user = fake.person("plain");
    fake.person("planet");
    fake.put(&user.token, "/users/me/patch", &json!({"first_name": "Zoe"})).ok();
    let ask = |query: &str| {
        let answer = fake.get(&user.token, &format!("/users/autocomplete?{query}")).ok();
        assert_eq!(answer.keys(), ["users"]);
        let users = answer.json()["users"].as_array().unwrap().clone();
        users.iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ask("name=pla"), ["plain", "planet"]);
    assert_eq!((ask("name=pla&limit=1"), ask("name=zo")), (vec!["plain".into()], vec!["plain".to_owned()]));
    assert_eq!(ask("").len(), 3);
    assert_eq!(ask("name=plain@").len(), 0);
    fake.settings(json!({"PrivacySettings": {"ShowFullName": false}}));
    assert_eq!(ask("name=zo").len(), 0);
}
