//! What the recordings show beside the sections: licence refusals, other products, planted faults, and the program.

use std::io::Read;
use std::net::TcpStream;

use serde_json::json;

use crate::fake::Fake;

#[test]
fn licence_refusals_are_501_or_400_with_ids_of_several_forms() {
    let (fake, admin) = Fake::started();
    let team = "zzzzzzzzzzzzzzzzzzzzzzzzzz";
    for (path, status, id) in [
        ("/groups".to_owned(), 501, "api.license_error"),
        ("/data_retention/policy".to_owned(), 501, "ent.data_retention.generic.license.error"),
        ("/ldap/groups".to_owned(), 501, "api.ldap_groups.license_error"),
        (format!("/posts/scheduled/team/{team}"), 400, "api.scheduled_posts.license_error"),
    ] {
        fake.get(&admin.token, &path).is(status, id);
        fake.get("", &path).unseen();
    }
    assert_eq!(fake.get(&admin.token, "/groups").field("message"), "api endpoint requires a license");
}

#[test]
fn refusals_of_neighbouring_endpoints() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    let id = "zzzzzzzzzzzzzzzzzzzzzzzzzz";
    fake.get(&user.token, "/posts/notanid").bad_path("post_id");
    fake.call("DELETE", &user.token, &format!("/posts/{id}?permanent=true"), "")
        .is(501, "api.post.delete_post.not_enabled.app_error");
    fake.get(&user.token, "/channels").forbidden();
    assert_eq!(fake.get(&admin.token, "/channels").status, 200);
    fake.post(&user.token, "/channels", &json!({"teamid": id})).forbidden();
    let socket = fake.get(&admin.token, "/websocket");
    assert_eq!(socket.status, 400);
    assert_eq!(socket.field("message"), "Failed to upgrade websocket connection.");
}

#[test]
fn administrators_may_empty_the_caches() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    fake.call("POST", &user.token, "/caches/invalidate", "").forbidden();
    fake.control("POST", "/rows", &json!({"delete_sessions_of_user": user.id}));
    assert_eq!(fake.me(&user.token).status, 200);
    fake.call("POST", &admin.token, "/caches/invalidate", "").status_ok();
    fake.me(&user.token).rejected();
}

#[test]
fn lists_of_names_are_strings_and_within_the_limit() {
    let (fake, admin) = Fake::started();
    for (path, name) in [("ids", "user_ids"), ("usernames", "usernames")] {
        let ask = |body: &str| fake.call("POST", &admin.token, &format!("/users/{path}"), body);
        for body in ["[]", "null"] {
            ask(body).bad_body(name);
        }
        for body in ["", "{", "{}", "[1]", "\"x\""] {
            ask(body).is(400, "api.payload.parse.error");
        }
        assert_eq!(ask(r#"["nobody"]"#).ok().text(), "[]");
        ask(&format!("[\"{}\"]", "x".repeat(301_000)))
            .is(413, "api.context.request_body_too_large.app_error");
    }
}

#[test]
fn users_are_found_by_the_usual_ways() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    for path in ["/users/username/root", "/users/email/root@example.org"] {
        assert_eq!(fake.get(&user.token, path).ok().field("id"), admin.id, "{path}");
    }
    fake.get(&user.token, "/users/username/nobody").is(404, "app.user.missing_account.const");
    let list = fake.get(&user.token, "/users").ok().json();
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    let found = fake.post(&user.token, "/users/search", &json!({"term": "ro"})).ok().json();
    assert_eq!(found[0]["id"], admin.id.as_str());
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    fake.post(&user.token, "/users/search", &json!({})).bad_body("term");
}

#[test]
fn planted_faults_strike_where_and_as_often_as_asked() {
    let (fake, admin) = Fake::started();
    let plant = |fault: serde_json::Value| fake.control("POST", "/faults", &fault);
    let me = || fake.me(&admin.token);
    plant(json!({"kind": "html", "path": "/api/v4/users/me", "times": 1}));
    assert_eq!(fake.get("", "/system/ping").status, 200);
    assert_eq!(me().header("content-type"), Some("text/html"));
    assert_eq!(me().ok().field("id"), admin.id);
    plant(
        json!({"kind": "redirect", "status": 302, "location": "http://elsewhere.example/login", "times": 1}),
    );
    let moved = me();
    assert_eq!((moved.status, moved.header("location")), (302, Some("http://elsewhere.example/login")));
    plant(json!({"kind": "proxy", "status": 502, "times": 1}));
    assert!(me().text().contains("502 Bad Gateway"));
    plant(json!({"kind": "invalid_token", "times": 1}));
    assert!(me().field("message").contains(&admin.token));
    plant(json!({"kind": "too_many", "retry_after": 7, "times": 1}));
    let storm = me();
    assert_eq!(
        (storm.status, storm.header("retry-after"), storm.text().as_str()),
        (429, Some("7"), "limit exceeded\n")
    );
    plant(json!({"kind": "app_error", "status": 503, "id": "api.context.server_busy.app_error", "times": 1}));
    me().is(503, "api.context.server_busy.app_error");
    plant(json!({"kind": "lookalike", "times": 1}));
    assert_eq!(me().field("roles"), "normal_user");
    plant(json!({"kind": "cut", "times": 1}));
    let cut = me();
    let announced: usize = cut.header("content-length").unwrap().parse().unwrap();
    assert_eq!(cut.body.len(), announced / 2);
    assert_eq!(me().status, 200);
}

#[test]
fn a_closed_connection_brings_nothing() {
    let (fake, _) = Fake::started();
    fake.control("POST", "/faults", &json!({"kind": "close", "times": 1}));
    let mut stream = TcpStream::connect(fake.address()).unwrap();
    std::io::Write::write_all(&mut stream, b"GET /api/v4/system/ping HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut said = String::new();
    // Ends either cleanly or with a reset; what matters is that nothing came.
    let _ = stream.read_to_string(&mut said);
    assert_eq!(said, "");
}

#[test]
fn the_log_says_what_was_sent_and_hides_it_unless_asked() {
    let (fake, admin) = Fake::started();
    fake.control("DELETE", "/log", &json!({}));
    fake.get(&admin.token, "/users/me?x=1");
    let entry = fake.control("GET", "/log", &json!({}))[0].clone();
    assert_eq!((entry["method"].as_str(), entry["path"].as_str()), (Some("GET"), Some("/api/v4/users/me")));
    assert_eq!((entry["token_from"].as_str(), entry["query"].clone()), (Some("header"), json!(["x"])));
    assert!(!entry.to_string().contains(&admin.token));
    let open = fake.control("GET", "/log?values=true", &json!({})).to_string();
    assert!(open.contains(&admin.token));
}

#[test]
fn closing_standard_input_ends_the_program() {
    let mut fake = Fake::fresh();
    assert!(fake.close().success());
}

#[test]
fn a_reset_brings_back_a_fresh_server() {
    let (fake, admin) = Fake::started();
    fake.control("POST", "/faults", &json!({"kind": "html"}));
    fake.control("POST", "/reset", &json!({}));
    fake.me(&admin.token).rejected();
    assert_eq!(fake.get("", "/config/client").field("NoAccounts"), "true");
    assert_eq!(fake.create("", "other").field("roles"), "system_admin system_user");
}
