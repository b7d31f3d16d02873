//! Failures on the way, each made by a real socket or handshake: no verdict here comes from an error's words.

mod servers;

use std::sync::Arc;
use std::time::{Duration, Instant};

use mmcred::{ErrorKind, Result, Tls, Verified};
use rcgen::{CertificateParams, IsCa};
use servers::{Authority, USER, credential, http, serve, serve_bytes};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const PATIENCE: Duration = Duration::from_secs(5);

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
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(kind(&format!("http://{address}")).await, "connection_refused");
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
    let refusal = r#"{"id":"api.context.session_expired.app_error","message":"","detailed_error":"","status_code":401}"#;
    let refused = serve_bytes(http("401 Unauthorized", refusal)).await;
    assert_eq!(kind(&format!("http://{refused}")).await, "token_rejected");

    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let flapping = serve(move |mut stream| {
        let turn = asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        async move {
            let _ = stream.read(&mut [0; 4096]).await;
            let answer = if turn == 0 { http("401 Unauthorized", refusal) } else { http("200 OK", USER) };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await;
    assert_eq!(kind(&format!("http://{flapping}")).await, "replicas_disagree");
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
}
