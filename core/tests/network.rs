//! Failures on the way, each made by a real socket or handshake: no verdict here comes from an error's words.

mod common;
mod servers;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mmcred::{AccessToken, Connection, Credential, ErrorKind, Proxy, Result, Tls, Verified};
use rcgen::{CertificateParams, IsCa};
use servers::{
    Authority, USER, credential, http, http_with, keep, nobody, serve, serve_bytes, serve_self_signed,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

const PATIENCE: Duration = Duration::from_secs(5);
const REFUSAL: &str =
    r#"{"id":"api.context.session_expired.app_error","message":"","detailed_error":"","status_code":401}"#;

async fn verify(url: &str) -> Result<Verified> {
    credential(url, Tls::SystemRoots).verify(PATIENCE).await
}

async fn kind(url: &str) -> &'static str {
    verify(url).await.unwrap_err().kind().name()
}

#[tokio::test]
async fn a_user_is_accepted() {
    let server = serve_bytes(http("200 OK", USER)).await;
    let url = format!("http://{server}");
    assert_eq!(verify(&url).await.unwrap().username, "alice");
    let tested = credential(&url, Tls::SystemRoots).test(PATIENCE).await;
    assert_eq!(
        (tested.status, tested.message.as_str()),
        ("OK", "Connection successful! Logged in as alice.")
    );
}

#[tokio::test]
async fn nobody_listens() {
    let (_held, address) = nobody();
    let url = format!("http://{address}");
    assert_eq!(kind(&url).await, "connection_refused");
    let tested = credential(&url, Tls::SystemRoots).test(PATIENCE).await;
    let what_to_do = ErrorKind::ConnectionRefused.hint();
    assert_eq!(
        (tested.status, tested.message),
        ("Error", format!("Nothing listens at http://{address}. {what_to_do}"))
    );
}

#[tokio::test]
async fn the_name_does_not_exist() {
    assert_eq!(kind("http://no-such-host.invalid:8065").await, "dns_failed");
}

#[tokio::test]
async fn the_server_closes_at_once() {
    let server = serve(|stream| async { drop(stream) }).await;
    let kind = kind(&format!("http://{server}")).await;
    assert!(["connection_failed", "reply_cut"].contains(&kind), "{kind}");
}

#[tokio::test]
async fn the_server_takes_the_request_and_hangs_up() {
    assert_eq!(kind(&keep(|_| String::new()).await.url()).await, "reply_cut");
}

#[tokio::test]
async fn the_body_breaks_off() {
    let whole = http("200 OK", USER);
    let server = serve_bytes(&whole.as_bytes()[..whole.len() - 10]).await;
    assert_eq!(kind(&format!("http://{server}")).await, "reply_cut");
}

#[tokio::test]
async fn the_body_never_ends() {
    let server = serve(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n").await;
        while stream.write_all(&[b'0'; 65536]).await.is_ok() {}
    })
    .await;
    assert_eq!(kind(&format!("http://{server}")).await, "reply_too_large");
}

#[tokio::test]
async fn an_answer_is_read_however_its_end_is_told() {
    let chunks = |last: &str| {
        let (one, two) = USER.split_at(9);
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x};a=b\r\n{one}\r\n{:x}\r\n{two}\r\n{last}",
            one.len(),
            two.len()
        )
    };
    let hints = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
    let length = USER.len();
    for (answer, expected) in [
        (chunks("0\r\n\r\n"), "accepted"),
        (chunks("0\r\nX-Trailer: 1\r\n\r\n"), "accepted"),
        // What follows belongs to nobody.
        (chunks("0\r\n\r\n") + "HTTP/1.1 401 Unauthorized\r\n\r\n", "accepted"),
        (chunks(""), "reply_cut"),
        (chunks("nonsense\r\n"), "reply_cut"),
        (chunks("ffffffffffffffff\r\n"), "reply_cut"),
        (format!("HTTP/1.1 200 OK\r\n\r\n{USER}"), "accepted"),
        (format!("HTTP/1.0 200 OK\r\nContent-Length: {length}\r\n\r\n{USER}"), "accepted"),
        (format!("{hints}{}", http("200 OK", USER)), "accepted"),
        (hints.to_owned(), "reply_cut"),
        (format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{USER}", length - 1), "not_mattermost"),
        (format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{USER}", u64::MAX - 9), "reply_cut"),
        (http("204 No Content", USER), "unexpected_reply"),
        (http("304 Not Modified", USER), "unexpected_reply"),
        (
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n".to_owned(),
            "not_mattermost",
        ),
        (http_with("200 OK", &"X-Flood: 1\r\n".repeat(5000), USER), "unexpected_reply"),
        (http_with("200 OK", &format!("X-Flood: {}\r\n", "1".repeat(2 << 20)), USER), "unexpected_reply"),
        (http_with("200 OK", "Content-Length: 3\r\n", USER), "wrong_scheme"),
        ("HTTP/1.1 200 OK\r\nContent-Le".to_owned(), "reply_cut"),
        ("HTTP/1.1 200 OK\r\nno header\r\n\r\n".to_owned(), "wrong_scheme"),
    ] {
        let server = serve_bytes(answer.as_str()).await;
        let kind = kind_with(format!("http://{server}"), Tls::SystemRoots).await;
        let shown: String = answer.chars().take(200).collect();
        assert_eq!(kind, expected, "{shown:?}");
    }
}

#[tokio::test]
async fn a_body_of_one_mebibyte_is_judged_and_one_byte_more_is_too_large() {
    let padded = |length: usize| USER.to_owned() + &" ".repeat(length - USER.len());
    let server = serve_bytes(http("200 OK", &padded(1 << 20))).await;
    assert_eq!(verify(&format!("http://{server}")).await.unwrap().username, "alice");
    let server = serve_bytes(http("200 OK", &padded((1 << 20) + 1))).await;
    assert_eq!(kind(&format!("http://{server}")).await, "reply_too_large");
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let target = keep(|_| http("200 OK", USER)).await;
    let elsewhere = format!("Location: {}/api/v4/users/me\r\n", target.url());
    for location in [elsewhere, "Location: /chat/api/v4/users/me\r\n".to_owned()] {
        let server = keep(move |turn| match turn {
            0 => http_with("302 Found", &location, ""),
            _ => http("200 OK", USER),
        })
        .await;
        assert_eq!(kind(&server.url()).await, "redirected");
        assert_eq!(server.asked().len(), 1);
    }
    assert_eq!(target.asked(), []);
}

#[tokio::test]
async fn no_result_repeats_a_token_that_the_server_echoes() {
    // The short one is a password that somebody took for a token.
    for token in ["ybndrfg8ejkmcpqxot1uwisza3", "hunter2hunter2"] {
        let id = format!("X-Request-Id: {token}\r\n");
        let error = |id: &str| {
            format!(r#"{{"id":"{id}","message":"{token}","request_id":"{token}","status_code":403}}"#)
        };
        let body = error(&format!("api.{token}.app_error"));
        let mut echoes = vec![
            http_with("302 Found", &format!("Location: https://x.example/{token}/api/v4/users/me\r\n"), ""),
            http_with("302 Found", &format!("Location: https://{token}.example/login\r\n{id}"), ""),
            http_with("401 Unauthorized", &id, REFUSAL),
            http_with("403 Forbidden", "", &body),
            http_with("500 Internal Server Error", "", &body),
        ];
        if token.len() == 26 {
            let user = USER.replace("alice", token);
            assert!(user.contains(token));
            echoes.push(http_with("200 OK", "X-Version-Id: 11.10.0\r\n", &user));
            let escaped = format!("\\u{:04x}{}", token.as_bytes()[0], &token[1..]);
            echoes.push(http_with("200 OK", "X-Version-Id: 11.10.0\r\n", &USER.replace("alice", &escaped)));
            let encoded = format!("%{:02x}{}", token.as_bytes()[0], &token[1..]);
            echoes.push(http_with(
                "302 Found",
                &format!("Location: https://{encoded}.example/login\r\n"),
                "",
            ));
            // Where a long text is cut for a message, most of the token would be left.
            echoes.push(http_with(
                "403 Forbidden",
                "",
                &error(&format!("api.{}{token}.app_error", "x".repeat(56))),
            ));
        }
        for echo in echoes {
            let server = keep(move |_| echo.clone()).await;
            let credential = Credential::new(&server.url(), AccessToken::parse(token).unwrap()).unwrap();
            let verdict = credential.verify(PATIENCE).await;
            // It did arrive, and comes back in the answer; a part of it is found where its beginning is encoded.
            assert!(server.asked()[0].1.contains(token));
            let tested = credential.test(PATIENCE).await;
            let diagnosed = credential.diagnose(None, None, PATIENCE).await;
            let json =
                serde_json::to_string(&(verdict.as_ref().ok(), verdict.as_ref().err(), &diagnosed)).unwrap();
            let hint = verdict.as_ref().err().map(|error| error.hint().to_owned());
            let text = format!("{verdict:?} {hint:?} {json} {tested:?} {diagnosed:?}");
            assert!(!text.contains(&token[1..13]), "{text}");
        }
    }
}

#[tokio::test]
async fn the_deadline_holds_for_silence_and_for_drips() {
    let silent = serve(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    })
    .await;
    let drip = serve(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await;
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    for server in [silent, drip] {
        let started = Instant::now();
        let credential = credential(&format!("http://{server}"), Tls::SystemRoots);
        let error = credential.verify(Duration::from_millis(300)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn the_answer_is_no_http() {
    let server = serve_bytes("SSH-2.0-OpenSSH_9.2\r\n").await;
    assert_eq!(kind(&format!("http://{server}")).await, "wrong_scheme");
}

#[tokio::test]
async fn two_refusals_are_a_verdict_and_mixed_answers_are_none() {
    let refused = keep(|_| http("401 Unauthorized", REFUSAL)).await;
    assert_eq!(kind(&refused.url()).await, "token_rejected");
    assert_eq!(refused.asked().len(), 2);
    assert_eq!(refused_and_then(http("200 OK", USER)).await, "replicas_disagree");
}

async fn refused_and_then(answer: String) -> &'static str {
    let server = keep(move |turn| match turn {
        0 => http("401 Unauthorized", REFUSAL),
        _ => answer.clone(),
    })
    .await;
    kind(&server.url()).await
}

#[tokio::test]
async fn a_failure_after_a_refusal_is_no_second_refusal() {
    let busy =
        r#"{"id":"api.context.server_busy.app_error","message":"","detailed_error":"","status_code":503}"#;
    let limited = http("429 Too Many Requests", "limit exceeded\n");
    assert_eq!(refused_and_then(limited).await, "rate_limited");
    assert_eq!(refused_and_then(http("502 Bad Gateway", "<html>")).await, "upstream_down");
    assert_eq!(refused_and_then(http("503 Service Unavailable", busy)).await, "server_error");
    assert_eq!(refused_and_then(String::new()).await, "reply_cut");
}

#[tokio::test]
async fn the_second_opinion_comes_over_a_connection_that_nobody_used_before() {
    let server = keep(|_| http_with("401 Unauthorized", "", REFUSAL)).await;
    assert_eq!(kind(&server.url()).await, "token_rejected");
    let connections: Vec<usize> = server.asked().into_iter().map(|(connection, _)| connection).collect();
    assert_eq!(connections, [0, 1]);
}

#[tokio::test]
async fn an_https_server_is_reached_through_the_credentials_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let tls = authority.file(folder.path());
    let server = authority.serve("127.0.0.1", |_| {}).await;
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    let proxy = serve(move |mut stream| {
        let seen = Arc::clone(&seen);
        async move {
            let mut head = vec![0; 4096];
            let read = stream.read(&mut head).await.unwrap_or(0);
            seen.lock().unwrap().push(String::from_utf8_lossy(&head[..read]).into_owned());
            let mut onward = TcpStream::connect(server).await.unwrap();
            let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
            let _ = copy_bidirectional(&mut stream, &mut onward).await;
        }
    })
    .await;
    let connection = Connection { tls, proxy: Proxy::Url(format!("http://{proxy}")), allow_http: false };
    let token = AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3").unwrap();
    let url = format!("https://{server}");
    let credential = Credential::with_connection(&url, token, connection).unwrap();
    assert_eq!(credential.verify(PATIENCE).await.unwrap().username, "alice");
    let heads = heads.lock().unwrap();
    assert_eq!(heads.len(), 1);
    assert!(heads[0].starts_with(&format!("CONNECT {server} HTTP/1.1\r\n")), "{}", heads[0]);
    // The token is for the server behind it.
    assert!(!heads[0].contains("ybndrfg8"));
}

#[tokio::test]
async fn a_request_names_its_server_and_keeps_the_path() {
    let server = keep(|_| http("200 OK", USER)).await;
    verify(&format!("{}/chat", server.url())).await.unwrap();
    let host = server.url().replace("http://", "host: ");
    let head = &server.asked()[0].1;
    assert!(head.starts_with("GET /chat/api/v4/users/me HTTP/1.1\r\n") && head.contains(&host), "{head}");
}

#[tokio::test]
async fn a_server_may_have_an_address_of_version_6() {
    let Ok(listener) = TcpListener::bind("[::1]:0").await else { return };
    let address = listener.local_addr().unwrap();
    let served = async {
        let (mut stream, mut head) = (listener.accept().await.unwrap().0, vec![0; 4096]);
        let read = stream.read(&mut head).await.unwrap();
        stream.write_all(http("200 OK", USER).as_bytes()).await.unwrap();
        String::from_utf8_lossy(&head[..read]).into_owned()
    };
    let url = format!("http://{address}");
    let (verified, head) = tokio::join!(verify(&url), served);
    assert_eq!(verified.unwrap().username, "alice");
    assert!(head.contains(&format!("host: {address}\r\n")), "{head}");
}

const PASSWORD: &str = "p4ssw0rd";

/// What a process says of a server, with `variable` set to a proxy that wants a password.
async fn verify_with(variable: &str, scheme: &str, proxy: impl std::fmt::Display, url: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut part = common::part("verified_in_a_process_of_its_own", folder.path(), url);
    for other in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        part.env_remove(other).env_remove(other.to_uppercase());
    }
    part.env(variable, format!("{scheme}://us%65r:{PASSWORD}@{proxy}"));
    let done = tokio::task::spawn_blocking(move || part.output()).await.unwrap().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    let said = std::fs::read_to_string(folder.path().join("said")).unwrap();
    for secret in [PASSWORD, "dXNlcj", "ybndrfg8"] {
        assert!(!said.contains(secret), "{said}");
    }
    said
}

#[tokio::test]
#[ignore = "a part of another test"]
async fn verified_in_a_process_of_its_own() {
    let Some((folder, url)) = common::given() else { return };
    let token = AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3").unwrap();
    let connection = Connection { allow_http: true, ..Connection::default() };
    let verdict = Credential::with_connection(&url, token, connection).unwrap().verify(PATIENCE).await;
    let said = match verdict {
        Ok(verified) => verified.username,
        Err(error) => format!("{}: {error} {error:?}", error.kind().name()),
    };
    std::fs::write(folder.join("said"), said).unwrap();
}

#[tokio::test]
async fn a_proxy_passes_plain_http_on_and_is_told_its_password() {
    let proxy = keep(|_| http("200 OK", USER)).await;
    let address = proxy.url().replace("http://", "");
    // Only the proxy knows where that is.
    let url = "http://chat.invalid:8065/sub";
    let said = verify_with("HTTP_PROXY", "http", &address, url).await;
    assert_eq!(said, "alice");
    let asked = proxy.asked();
    let lines: Vec<&str> = asked[0].1.lines().collect();
    assert_eq!(lines[0], "GET http://chat.invalid:8065/sub/api/v4/users/me HTTP/1.1");
    assert!(lines.contains(&"host: chat.invalid:8065"), "{lines:?}");
    // user:p4ssw0rd
    assert!(lines.contains(&"proxy-authorization: Basic dXNlcjpwNHNzdzByZA=="), "{lines:?}");
    assert!(lines.contains(&"authorization: Bearer ybndrfg8ejkmcpqxot1uwisza3"), "{lines:?}");
}

#[tokio::test]
async fn a_proxy_that_opens_no_tunnel_gets_its_password_and_no_token() {
    for answer in
        ["HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "HTTP/1.1 502 Bad Gateway\r\n\r\n", ""]
    {
        let proxy = keep(move |_| answer.to_owned()).await;
        let address = proxy.url().replace("http://", "");
        let said = verify_with("https_proxy", "http", &address, "https://chat.invalid").await;
        assert!(said.starts_with("connection_failed: "), "{said}");
        let head = &proxy.asked()[0].1;
        assert!(
            head.starts_with("CONNECT chat.invalid:443 HTTP/1.1\r\nHost: chat.invalid:443\r\n"),
            "{head}"
        );
        assert!(head.contains("\r\nProxy-Authorization: Basic dXNlcjpwNHNzdzByZA==\r\n"), "{head}");
        assert!(!head.contains("ybndrfg8"), "{head}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_down_is_named_and_not_the_server() {
    let (_held, nobody) = nobody();
    for url in ["http://chat.invalid", "https://chat.invalid"] {
        let said = verify_with("ALL_PROXY", "http", nobody, url).await;
        let expected = format!("connection_refused: Nothing listens at the proxy http://{nobody}/. ");
        assert!(said.starts_with(&expected), "{said}");
        let said = verify_with("ALL_PROXY", "http", "proxy.invalid:1", url).await;
        let expected = "dns_failed: The host of the proxy http://proxy.invalid:1/ could";
        assert!(said.starts_with(expected), "{said}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_none_for_http_is_refused() {
    let (_held, nobody) = nobody();
    for url in ["http://chat.invalid", "https://chat.invalid"] {
        let said = verify_with("ALL_PROXY", "socks5", nobody, url).await;
        assert!(said.starts_with("invalid_proxy: "), "{said}");
        for proxy in ["ftp://127.0.0.1:1", "http://", "not a proxy"] {
            let connection =
                Connection { proxy: Proxy::Url(proxy.to_owned()), allow_http: true, ..Connection::default() };
            let token = AccessToken::parse("secret").unwrap();
            let credential = Credential::with_connection(url, token, connection).unwrap();
            assert_eq!(credential.verify(PATIENCE).await.unwrap_err().kind(), ErrorKind::InvalidProxy);
        }
    }
}

#[tokio::test]
async fn a_proxy_may_speak_tls() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let proxy = authority.serve("127.0.0.1", |_| {}).await;
    for (tls, expected) in
        [(authority.file(folder.path()), "accepted"), (Tls::SystemRoots, "tls_unknown_authority")]
    {
        let connection = Connection { tls, proxy: Proxy::Url(format!("https://{proxy}")), allow_http: true };
        let token = AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3").unwrap();
        let credential = Credential::with_connection("http://chat.invalid", token, connection).unwrap();
        let verdict = credential.verify(PATIENCE).await;
        assert_eq!(verdict.map_or_else(|error| error.kind().name(), |_| "accepted"), expected);
    }
}

async fn kind_with(url: String, tls: Tls) -> &'static str {
    match credential(&url, tls).verify(PATIENCE).await {
        Ok(_) => "accepted",
        Err(error) => error.kind().name(),
    }
}

#[tokio::test]
async fn certificates_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let trusted = authority.file(folder.path());
    let year =
        |year| move |params: &mut CertificateParams| params.not_after = rcgen::date_time_ymd(year, 1, 1);

    let good = authority.serve("127.0.0.1", |_| {}).await;
    let url = format!("https://{good}");
    assert_eq!(kind_with(url.clone(), trusted.clone()).await, "accepted");
    assert_eq!(kind_with(url.clone(), Tls::SystemRoots).await, "tls_unknown_authority");
    assert_eq!(kind_with(url.clone(), Tls::AllowUnauthorizedCerts).await, "accepted");
    assert_eq!(kind_with(url, Authority::new().file(folder.path())).await, "tls_unknown_authority");

    authority.file(folder.path());
    let other_name = authority.serve("*.example.com", |_| {}).await;
    assert_eq!(kind_with(format!("https://{other_name}"), trusted.clone()).await, "tls_hostname_mismatch");
    let old = authority.serve("127.0.0.1", year(2001)).await;
    assert_eq!(kind_with(format!("https://{old}"), trusted.clone()).await, "tls_expired");
    let future =
        authority.serve("127.0.0.1", |params| params.not_before = rcgen::date_time_ymd(4000, 1, 1)).await;
    assert_eq!(kind_with(format!("https://{future}"), trusted.clone()).await, "tls_not_yet_valid");

    let plain = serve_bytes("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request").await;
    assert_eq!(kind_with(format!("https://{plain}"), trusted).await, "wrong_scheme");
    let secure = authority.serve("127.0.0.1", |_| {}).await;
    assert_eq!(kind_with(format!("http://{secure}"), Tls::SystemRoots).await, "wrong_scheme");
}

#[tokio::test]
async fn a_certificate_that_signs_itself_is_an_unknown_authority() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let trusted = authority.file(folder.path());
    let server = authority.serve("127.0.0.1", |params| params.is_ca = IsCa::ExplicitNoCa).await;
    assert_eq!(kind_with(format!("https://{server}"), trusted).await, "accepted");
    assert_eq!(kind_with(format!("https://{server}"), Tls::SystemRoots).await, "tls_unknown_authority");
}

#[tokio::test]
async fn a_certificate_that_signs_itself_expires_though_it_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (server, trusted) = serve_self_signed(folder.path(), |_| {}).await;
    assert_eq!(kind_with(format!("https://{server}"), trusted).await, "accepted");
    assert_eq!(kind_with(format!("https://{server}"), Tls::SystemRoots).await, "tls_unknown_authority");
    let (old, trusted) = serve_self_signed(folder.path(), |params| {
        params.not_after = rcgen::date_time_ymd(2001, 1, 1);
    })
    .await;
    assert_eq!(kind_with(format!("https://{old}"), trusted).await, "tls_expired");
}

#[tokio::test]
async fn a_ca_file_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let tls = Tls::from_settings(Some(&path), false).unwrap();
    let missing = credential("https://127.0.0.1:1", tls.clone()).verify(PATIENCE).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::InvalidTlsSettings);
    assert!(missing.message().contains("ca.pem"));
    for garbage in ["", "garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        std::fs::write(&path, garbage).unwrap();
        assert_eq!(kind_with("https://127.0.0.1:1".to_owned(), tls.clone()).await, "invalid_tls_settings");
    }
    let endless = Tls::from_settings(Some(std::path::Path::new("/dev/zero")), false).unwrap();
    assert_eq!(kind_with("https://127.0.0.1:1".to_owned(), endless).await, "invalid_tls_settings");
}
