//! Facts 6.2: recognising a server, its version, and a subpath.

use serde_json::json;

use crate::fake::{Fake, PROFILES};

#[test]
fn ping_needs_nobody_and_is_sorted() {
    for profile in PROFILES {
        let (fake, _) = Fake::of(profile);
        let ping = fake.get("", "/system/ping");
        assert_eq!(ping.status, 200);
        let keys = ["ActiveSearchBackend", "AndroidLatestVersion", "AndroidMinVersion", "IosLatestVersion"];
        assert_eq!(ping.keys(), [&keys[..], &["IosMinVersion", "status"]].concat(), "{profile}");
        assert_eq!(
            (ping.field("ActiveSearchBackend"), ping.field("status")),
            ("database".into(), "OK".into())
        );
        assert_eq!(fake.get("nosuchtoken", "/system/ping").text(), ping.text());
    }
}

#[test]
fn ping_tells_the_servers_state_on_request() {
    let (fake, admin) = Fake::started();
    let full = fake.get("", "/system/ping?get_server_status=true").ok();
    for key in ["status", "database_status", "filestore_status"] {
        assert_eq!((full.field(key).as_str(), full.header(key)), ("OK", Some("OK")), "{key}");
    }
    assert!(full.json().get("root_status").is_none());
    let seen = fake.get(&admin.token, "/system/ping?get_server_status=true").ok();
    assert!(seen.json().get("root_status").is_some());
    fake.control("POST", "/database", &json!({"session_save": true}));
    assert_eq!(fake.get("", "/system/ping?get_server_status=true").status, 500);
    let rest = fake.get("", "/system/ping?get_server_status=true&use_rest_semantics=true");
    assert_eq!(rest.status, 200);
    assert!(fake.get("", "/system/ping?device_id=x").json().get("CanReceiveNotifications").is_some());
    fake.settings(json!({"FeatureFlags": {"TestFeature": "on"}}));
    assert_eq!(fake.get("", "/system/ping").field("TestFeatureFlag"), "on");
}

#[test]
fn a_crowded_server_is_ill() {
    // api4/system_test.go TestGetPing.
    let (fake, _) = Fake::started();
    fake.set(json!({"GoroutineHealthThreshold": 10}));
    let ping = fake.get("", "/system/ping");
    assert_eq!((ping.status, ping.field("status").as_str()), (500, "UNHEALTHY"));
    assert_eq!(fake.get("", "/system/ping?use_rest_semantics=true").ok().field("status"), "UNHEALTHY");
    fake.set(json!({"GoroutineHealthThreshold": -1}));
    assert_eq!(fake.get("", "/system/ping").ok().field("status"), "OK");
}

#[test]
fn the_version_header_has_its_parts() {
    for (profile, version, digits) in [
        ("10.11", "10.11.0", 32),
        ("11.8", "11.8.0", 64),
        ("11.9", "11.9.0", 64),
        ("11.10", "11.10.0", 64),
        ("next", "11.11.0", 64),
    ] {
        let (fake, admin) = Fake::of(profile);
        let id = || fake.get("", "/system/ping").header("x-version-id").unwrap().to_owned();
        let first = id();
        let rest = first.strip_prefix(&format!("{version}.")).unwrap_or_else(|| panic!("{first}"));
        let parts: Vec<_> = rest.split('.').collect();
        assert_eq!((parts.len(), parts[1].len(), parts[2]), (3, digits, "false"), "{first}");
        assert!(parts[1].bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
        assert_eq!(fake.get("", "/config/client?format=old").field("BuildNumber"), parts[0]);
        assert_eq!(fake.get("", "/config/client?format=old").field("Version"), version);
        fake.put(
            &admin.token,
            "/config/patch",
            &json!({"ServiceSettings": {"EnableUserAccessTokens": true}}),
        )
        .ok();
        assert_ne!(id(), first, "it follows the client configuration");
        fake.control("POST", "/licence", &json!({"present": true}));
        assert!(id().ends_with(".true"));
    }
}

#[test]
fn every_answer_of_a_handler_carries_the_version() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    for (status, answer) in [
        (401, fake.me("")),
        (403, fake.get(&user.token, "/roles")),
        (404, fake.get(&admin.token, "/users/zzzzzzzzzzzzzzzzzzzzzzzzzz")),
        (400, fake.get(&admin.token, "/users/short")),
        (200, fake.me(&admin.token)),
    ] {
        assert_eq!(answer.status, status);
        assert!(answer.header("x-version-id").unwrap().starts_with("11.10.0."));
        assert_eq!(answer.header("x-request-id").unwrap().len(), 26);
    }
}

#[test]
fn a_subpath_moves_everything() {
    let fake = Fake::with("11.10", &["--subpath", "/chat"], &[]);
    assert_eq!(fake.subpath, "/chat");
    let admin = fake.person("root");
    assert_eq!(fake.me(&admin.token).status, 200);
    let refused = fake.me("nosuchtoken");
    assert_eq!(refused.header("set-cookie"), Some("MMAUTHTOKEN=; Path=/chat; Max-Age=0; HttpOnly"));
    for (method, target) in [("GET", "/api/v4/users/me?x=1"), ("POST", "/api/v4/users/login?x=1")] {
        let answer = fake.send(method, target, &[], "");
        let moved = format!("/chat{target}");
        assert_eq!((answer.status, answer.header("location")), (302, Some(moved.as_str())));
    }
    fake.get(&admin.token, "/nosuch").no_such_route();
    assert!(fake.get("", "/nosuch").field("detailed_error").contains("url='/chat/api/v4/nosuch'"));
}

#[test]
fn cookies_follow_the_address_as_it_is_configured_now_and_routes_as_it_was_at_the_start() {
    let (fake, admin) = Fake::started();
    fake.set(serde_json::json!({"SiteURL": "http://localhost:8065/subpath/"}));
    assert_eq!(fake.me(&admin.token).status, 200);
    let cookie = fake.me("nosuchtoken").header("set-cookie").map(str::to_owned);
    assert_eq!(cookie.as_deref(), Some("MMAUTHTOKEN=; Path=/subpath; Max-Age=0; HttpOnly"));
}

#[test]
fn an_unknown_subpath_is_the_json_404_naming_the_whole_path() {
    let (fake, _) = Fake::started();
    let answer = fake.send("GET", "/mattermost/api/v4/users/me", &[], "");
    answer.no_such_route();
    assert!(answer.field("detailed_error").contains("url='/mattermost/api/v4/users/me'"));
    assert_eq!(answer.body.len(), 237 + "/mattermost/api/v4/users/me".len());
    fake.send("GET", "/api/v3/x", &[], "").is(404, "api.context.404.app_error");
}

#[test]
fn pages_outside_the_api() {
    let (fake, _) = Fake::started();
    for path in ["/", "/non-existent-page"] {
        let page = fake.send("GET", path, &[], "");
        assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
        assert!(page.header("x-version-id").is_some() && page.header("x-request-id").is_some());
    }
    let head = fake.send("HEAD", "/non-existent-page", &[], "");
    assert_eq!((head.status, head.header("x-version-id"), head.body.len()), (404, None, 0));
    let options = fake.send("OPTIONS", "/", &[], "");
    assert_eq!((options.status, options.header("x-version-id"), options.body.len()), (405, None, 0));
}

#[test]
fn a_tls_hello_is_answered_with_gos_400() {
    use std::io::{Read, Write};
    let fake = Fake::fresh();
    let mut stream = std::net::TcpStream::connect(fake.address()).unwrap();
    stream.write_all(&[0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3]).unwrap();
    let mut said = String::new();
    // The rest of the hello is never read, so the connection may end with a reset after the answer.
    let _ = stream.read_to_string(&mut said);
    assert!(said.starts_with("HTTP/1.1 400 Bad Request\r\n") && said.ends_with("400 Bad Request"), "{said}");
}
