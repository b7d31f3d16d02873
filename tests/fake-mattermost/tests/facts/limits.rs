//! Facts 7: rate limits, sizes, compression.

use serde_json::json;

use crate::fake::{Fake, PASSWORD};

const ON: [&str; 2] = ["--set", "RateLimitSettings.Enable=true"];

fn limited(burst: u32, more: &[&str]) -> Fake {
    let burst = format!("RateLimitSettings.MaxBurst={burst}");
    let arguments = [&ON[..], &["--set", &burst], more].concat();
    let fake = Fake::with("11.10", &arguments, &[]);
    fake.freeze();
    fake
}

fn headers(answer: &crate::http::Answer) -> [Option<&str>; 4] {
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"]
        .map(|name| answer.header(name))
}

#[test]
fn off_by_default_and_read_at_the_start() {
    let (fake, _) = Fake::started();
    assert_eq!(headers(&fake.get("", "/system/ping")), [None; 4]);
    fake.settings(json!({"RateLimitSettings": {"Enable": true}}));
    assert_eq!(headers(&fake.get("", "/system/ping")), [None; 4]);
    fake.control("POST", "/restart", &json!({}));
    let first = fake.get("", "/system/ping");
    assert_eq!(headers(&first), [Some("101"), Some("100"), Some("1"), None]);
}

#[test]
fn the_outer_429_is_plain_text_without_request_id_and_version() {
    let fake = limited(2, &[]);
    for left in ["2", "1", "0"] {
        let answer = fake.get("", "/system/ping");
        assert_eq!((answer.status, headers(&answer)), (200, [Some("3"), Some(left), Some("1"), None]));
    }
    let refused = fake.get("", "/system/ping");
    assert_eq!((refused.status, refused.text().as_str()), (429, "limit exceeded\n"));
    assert_eq!(headers(&refused), [Some("3"), Some("0"), Some("1"), Some("1")]);
    assert_eq!(refused.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(refused.header("x-content-type-options"), Some("nosniff"));
    for absent in ["x-request-id", "x-version-id", "set-cookie", "expires", "permissions-policy"] {
        assert_eq!(refused.header(absent), None, "{absent}");
    }
    // Everything shares the address's key: pages and the catch-all too.
    assert_eq!(fake.get("", "/nosuch").status, 429);
    fake.advance(100);
    assert_eq!(fake.get("", "/system/ping").status, 200);
    assert_eq!(fake.get("", "/system/ping").status, 429);
}

#[test]
fn waiting_is_told_in_whole_seconds() {
    let fake = limited(30, &["--set", "RateLimitSettings.PerSec=1"]);
    for _ in 0..31 {
        assert_eq!(fake.get("", "/system/ping").status, 200);
    }
    let refused = fake.get("", "/system/ping");
    assert_eq!((refused.header("x-ratelimit-reset"), refused.header("retry-after")), (Some("31"), Some("1")));
}

#[test]
fn by_user_the_presented_token_is_the_first_key_and_bad_ones_share_the_second() {
    let more =
        ["--set", "RateLimitSettings.VaryByUser=true", "--set", "RateLimitSettings.VaryByRemoteAddr=false"];
    let fake = limited(5, &more);
    // All unresolved tokens share the key "": different ones use each other up, with a request id.
    for number in 0..6 {
        let answer = fake.get(&format!("unknown{number}"), "/system/ping");
        assert_eq!(answer.status, 200, "{number}");
        assert_eq!(answer.all("x-ratelimit-limit").len(), 2, "added, not set");
    }
    let inner = fake.get("another", "/system/ping");
    assert_eq!((inner.status, inner.text().as_str()), (429, "limit exceeded\n"));
    assert!(inner.header("x-request-id").is_some() && inner.header("x-version-id").is_some());
    assert_eq!(inner.header("content-type"), Some("text/plain; charset=utf-8"));
}

#[test]
fn login_has_a_limiter_of_its_own_only_if_the_global_one_is_on() {
    let fake = limited(1_000, &[]);
    fake.person("root");
    fake.advance(60_000);
    for _ in 0..11 {
        let answer = fake.log_in("root", PASSWORD);
        assert_eq!((answer.status, answer.all("x-ratelimit-limit")), (200, vec!["1001", "11"]));
    }
    let refused = fake.log_in("root", PASSWORD);
    assert_eq!((refused.status, refused.text().as_str()), (429, "limit exceeded\n"));
    assert_eq!(fake.get("", "/system/ping").status, 200);
    let (calm, _) = Fake::started();
    for _ in 0..30 {
        assert_eq!(calm.log_in("root", PASSWORD).status, 200);
    }
}

#[test]
fn a_large_body_is_a_413_for_structs_and_empty_for_maps() {
    let (fake, admin) = Fake::open();
    let limit = 300_000 + 512;
    let body = |length: usize| {
        let frame = r#"{"description":""}"#;
        format!(r#"{{"description":"{}"}}"#, "x".repeat(length - frame.len()))
    };
    let create = |length: usize| fake.call("POST", &admin.token, "/users/me/tokens", &body(length));
    create(limit).is(400, "model.user_access_token.is_valid.description.app_error");
    create(limit + 1).is(413, "api.context.request_body_too_large.app_error");
    let (id, _) = fake.pat(&admin, &admin.id);
    let map = format!(r#"{{"token_id":"{id}","x":"{}"}}"#, "x".repeat(limit));
    fake.call("POST", &admin.token, "/users/tokens/revoke", &map)
        .is(404, "app.user_access_token.get_by_user.app_error");
    fake.call("PUT", &admin.token, "/config/patch", &body(limit + 1))
        .is(413, "api.context.request_body_too_large.app_error");
}

#[test]
fn answers_from_1024_bytes_on_are_compressed_for_who_takes_it() {
    let (fake, admin) = Fake::started();
    let bearer = format!("Bearer {}", admin.token);
    let ask = |path: &str, coding: &str| {
        let headers = [("Authorization", bearer.as_str()), ("Accept-Encoding", coding)];
        fake.send("GET", &format!("/api/v4{path}"), &headers, "")
    };
    for coding in ["gzip", "deflate, gzip", "gzip, deflate, br, zstd"] {
        let config = ask("/config/client", coding);
        assert!(config.header("content-encoding").is_some(), "{coding}");
        assert_eq!(config.header("vary"), Some("Accept-Encoding"));
    }
    assert_eq!(&ask("/config/client", "gzip").body[..3], [0x1f, 0x8b, 8]);
    for coding in ["zstd", "gzip, deflate, br, zstd"] {
        let config = ask("/config/client", coding);
        assert_eq!(config.header("content-encoding"), Some("zstd"), "{coding}");
        assert_eq!(&config.body[..4], [0x28, 0xb5, 0x2f, 0xfd]);
    }
    assert_eq!(ask("/config/client", "gzip, zstd;q=0").header("content-encoding"), Some("gzip"));
    for coding in ["gzip;q=0", "zstd; q=0", "identity", "br"] {
        let config = ask("/config/client", coding);
        assert_eq!(config.header("content-encoding"), None, "{coding}");
        assert_eq!(config.header("vary"), Some("Accept-Encoding"), "{coding}");
    }
    assert_eq!(ask("/system/ping", "gzip").header("content-encoding"), None);
    fake.settings(json!({"ServiceSettings": {"WebserverMode": "uncompressed"}}));
    assert_eq!(ask("/config/client", "gzip").header("content-encoding"), None);
}

#[test]
fn a_refused_token_counts_too_and_its_429_keeps_the_clearing_cookie() {
    // The limiter stands between the look-up and the refusal (facts 2.2, 7).
    let fake = limited(2, &["--set", "RateLimitSettings.VaryByUser=true"]);
    for number in 0..3 {
        fake.me(&format!("unknown{number}")).rejected();
    }
    let limited = fake.me("another");
    assert_eq!((limited.status, limited.text().as_str()), (429, "limit exceeded\n"));
    assert!(limited.header("set-cookie").is_some() && limited.header("x-request-id").is_some());
}

#[test]
fn a_trusted_proxys_header_names_the_address_but_not_to_logins_own_limiter() {
    let trust = r#"ServiceSettings.TrustedProxyIPHeader=["X-Forwarded-For"]"#;
    let fake = limited(1, &["--set", trust]);
    let from =
        |address: &str| fake.send("GET", "/api/v4/system/ping", &[("X-Forwarded-For", address)], "").status;
    assert_eq!([from("192.0.2.1"), from("192.0.2.1, 10.0.0.1"), from("192.0.2.1")], [200, 200, 429]);
    assert_eq!([from("192.0.2.2"), from("no address"), from("127.0.0.1"), from("")], [200, 200, 200, 429]);
    let statuses = |path: &str| {
        let ask = |number: u8| {
            let address = format!("192.0.2.{number}");
            fake.send("POST", path, &[("X-Forwarded-For", &address)], "").status
        };
        (100..112).map(ask).collect::<Vec<_>>()
    };
    let (desktop, registration) = ("/api/v4/users/login/desktop_token", "/api/v4/oauth/apps/register");
    assert_eq!(statuses(desktop)[..3], [401, 401, 429]);
    fake.advance(60_000);
    assert_eq!(statuses(registration)[..3], [400, 400, 429]);
    fake.advance(60_000);
    assert_eq!(statuses("/api/v4/users/login")[10..], [400, 429]);
}

#[test]
fn login_had_no_limiter_of_its_own_before_11_5() {
    // Facts 0: from 11.5 on, and in dot releases back to 11.2.
    for (profile, limits) in [("10.11", vec!["101"]), ("11.8", vec!["101", "11"])] {
        let fake = Fake::with(profile, &ON, &[]);
        assert_eq!(fake.log_in("nobody", "x").all("x-ratelimit-limit"), limits, "{profile}");
    }
}

#[test]
fn any_rate_is_a_rate() {
    let fake = limited(0, &["--set", "RateLimitSettings.PerSec=50000000"]);
    assert_eq!([1, 2].map(|_| fake.get("", "/system/ping").status), [200, 429]);
    fake.advance(1);
    assert_eq!(fake.get("", "/system/ping").status, 200);
}
