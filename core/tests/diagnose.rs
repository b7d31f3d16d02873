//! Diagnoses of real sockets and handshakes; those of a Mattermost are among the behaviours.

mod servers;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mmcred::{Diagnosis, Tls};
use rcgen::{CertificateParams, DnType};
use servers::{Authority, USER, credential, http, keep, serve, serve_bytes};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Barrier;

const PATIENCE: Duration = Duration::from_secs(5);

async fn diagnose(url: &str, tls: Tls) -> Diagnosis {
    credential(url, tls).diagnose(None, None, PATIENCE).await
}

/// The first finding and what it was seen by.
async fn first(url: String, tls: Tls) -> (&'static str, String) {
    let diagnosis = diagnose(&url, tls).await;
    let finding = &diagnosis.findings[0];
    (finding.kind.name(), finding.evidence.join(" "))
}

#[tokio::test]
async fn certificates_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let trusted = authority.file(folder.path());
    let named = |params: &mut CertificateParams| {
        params.distinguished_name.push(DnType::CommonName, "a server of a test");
    };
    let url = |server: SocketAddr| format!("https://{server}");

    let good = url(authority.serve("127.0.0.1", named).await);
    assert_eq!(first(good.clone(), Tls::SystemRoots).await.0, "tls_private_authority");
    let itself = url(authority
        .serve("127.0.0.1", |params| {
            params.distinguished_name.push(DnType::CommonName, "authority of a test");
        })
        .await);
    assert_eq!(first(itself, Tls::SystemRoots).await.0, "tls_self_signed");

    let (kind, seen) = first(url(authority.serve("*.example.com", named).await), trusted.clone()).await;
    assert_eq!(kind, "tls_wrong_name");
    assert!(seen.contains("127.0.0.1") && seen.contains("*.example.com"), "{seen}");
    let old =
        authority.serve("127.0.0.1", |params| params.not_after = rcgen::date_time_ymd(2001, 1, 1)).await;
    let (kind, seen) = first(url(old), trusted.clone()).await;
    assert_eq!(kind, "tls_expired");
    assert!(seen.contains("2001-01-01"), "{seen}");
    let future =
        authority.serve("127.0.0.1", |params| params.not_before = rcgen::date_time_ymd(4000, 1, 1)).await;
    let (kind, seen) = first(url(future), trusted.clone()).await;
    assert_eq!(kind, "tls_not_yet_valid");
    assert!(seen.contains("4000-01-01"), "{seen}");

    let plain = serve_bytes("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await;
    assert_eq!(first(url(plain), trusted.clone()).await.0, "http_on_https_port");
    let secure = authority.serve("127.0.0.1", named).await;
    let diagnosis = diagnose(&format!("http://{secure}"), trusted.clone()).await;
    assert_eq!(diagnosis.findings[0].kind.name(), "https_on_http_port");
    let call = format!("mmcred add NAME --url https://{secure} --replace");
    assert_eq!(diagnosis.findings[0].call.as_deref(), Some(call.as_str()));

    let unchecked = diagnose(&good, Tls::AllowUnauthorizedCerts).await;
    assert_eq!(unchecked.findings[0].kind.name(), "certificates_not_checked");
    assert_eq!(unchecked.works, Some(true));
    let ca_gone = Tls::from_settings(Some(&folder.path().join("gone.pem")), false).unwrap();
    let (kind, seen) = first(good, ca_gone).await;
    assert_eq!(kind, "settings_unusable");
    assert!(seen.contains("gone.pem"), "{seen}");
}

#[tokio::test]
async fn a_dead_way_is_explained() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(first(format!("http://{nobody}"), Tls::SystemRoots).await.0, "connection_refused");
    assert_eq!(first("http://no-such-host.invalid".into(), Tls::SystemRoots).await.0, "host_not_found");
    let closing = keep(|_| String::new()).await;
    assert_eq!(first(closing.url(), Tls::SystemRoots).await.0, "answer_broken");
}

#[tokio::test]
async fn one_deadline_holds_for_silence_for_drips_and_for_a_server_that_stops_answering() {
    let silent = serve(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    })
    .await;
    let asked = Arc::new(AtomicUsize::new(0));
    let stops = serve(move |mut stream| {
        let turn = asked.fetch_add(1, Ordering::SeqCst);
        async move {
            let read = stream.read(&mut [0; 4096]).await.unwrap_or(0);
            // The bare connection asks nothing.
            if read > 0 && turn < 2 {
                let _ = stream.write_all(http("200 OK", USER).as_bytes()).await;
            } else {
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
        }
    })
    .await;
    for (url, expected, works) in [
        (format!("http://{silent}"), vec!["no_answer_in_time"], None),
        (format!("https://{silent}"), vec!["no_answer_in_time"], None),
        (format!("http://{stops}"), vec!["may_not_make_tokens"], Some(true)),
    ] {
        let started = Instant::now();
        let diagnosis =
            credential(&url, Tls::SystemRoots).diagnose(None, None, Duration::from_millis(400)).await;
        assert!(started.elapsed() < Duration::from_secs(4), "{url}");
        let found: Vec<_> = diagnosis.findings.iter().map(|finding| finding.kind.name()).collect();
        assert_eq!((found, diagnosis.works), (expected, works), "{url}");
    }
}

/// Serves by path and notes which paths were asked for.
async fn noting(answer: fn(&str) -> String) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let paths = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&paths);
    let server = serve(move |mut stream| {
        let seen = Arc::clone(&seen);
        async move {
            let mut request = vec![0; 4096];
            let read = stream.read(&mut request).await.unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let Some(path) = request.split(' ').nth(1) else { return };
            seen.lock().unwrap().push(path.to_owned());
            let _ = stream.write_all(answer(path).as_bytes()).await;
        }
    })
    .await;
    (server, paths)
}

const REFUSAL: &str =
    r#"{"id":"api.context.session_expired.app_error","message":"","detailed_error":"","status_code":401}"#;

#[tokio::test]
async fn a_good_token_costs_four_requests_and_a_refused_one_eight() {
    let own = [
        "/api/v4/config/client?format=old",
        "/api/v4/users/me",
        "/api/v4/users/me",
        "/api/v4/users/me/sessions",
    ];
    let sorted = |paths: &Mutex<Vec<String>>| {
        let mut paths = paths.lock().unwrap().clone();
        paths.sort();
        paths
    };
    let (server, paths) = noting(|_| http("200 OK", USER)).await;
    let url = format!("http://{server}");
    let admin = credential(&url, Tls::SystemRoots);
    credential(&url, Tls::SystemRoots).diagnose(None, Some(&admin), PATIENCE).await;
    assert_eq!(sorted(&paths), own);

    let (server, paths) = noting(|_| http("401 Unauthorized", REFUSAL)).await;
    let url = format!("http://{server}");
    let mut facts = mmcred::Facts::default();
    facts.user_id = Some("wx4dia1tmfgm8kzd95s1cs38na".into());
    let refused = credential(&url, Tls::SystemRoots).with_facts(facts);
    let admin = credential(&url, Tls::SystemRoots);
    let diagnosis = refused.diagnose(None, Some(&admin), PATIENCE).await;
    let mut expected = own.to_vec();
    expected.extend([
        "/api/v4/config/client?format=old",
        "/api/v4/users/wx4dia1tmfgm8kzd95s1cs38na",
        "/api/v4/users/wx4dia1tmfgm8kzd95s1cs38na/sessions",
        "/api/v4/users/wx4dia1tmfgm8kzd95s1cs38na/tokens?per_page=200",
    ]);
    expected.sort_unstable();
    assert_eq!(sorted(&paths), expected);
    assert_eq!(diagnosis.works, Some(false));
}

#[tokio::test]
async fn the_questions_after_the_first_do_not_wait_for_each_other() {
    let (asked, together) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(3)));
    let server = serve(move |mut stream| {
        let (asked, together) = (Arc::clone(&asked), Arc::clone(&together));
        async move {
            // The bare connection asks nothing.
            if stream.read(&mut [0; 4096]).await.unwrap_or(0) == 0 {
                return;
            }
            if asked.fetch_add(1, Ordering::SeqCst) > 0 {
                together.wait().await;
            }
            let _ = stream.write_all(http("401 Unauthorized", REFUSAL).as_bytes()).await;
        }
    })
    .await;
    let refused = credential(&format!("http://{server}"), Tls::SystemRoots);
    let diagnosis = refused.diagnose(None, None, 4 * PATIENCE).await;
    let acceptance = diagnosis.steps.iter().find(|step| step.name == "acceptance").unwrap();
    assert!(acceptance.says.contains("twice"), "{}", acceptance.says);
}

#[tokio::test]
async fn commands_call_the_credential_by_the_name_that_is_given() {
    let (server, _) = noting(|_| http("401 Unauthorized", REFUSAL)).await;
    let refused = credential(&format!("http://{server}"), Tls::SystemRoots);
    let diagnosis = refused.diagnose(Some("my bot"), None, PATIENCE).await;
    let call = format!("mmcred add 'my bot' --url http://{server} --replace");
    assert_eq!(diagnosis.findings[0].call.as_deref(), Some(call.as_str()));
}

#[tokio::test]
async fn an_administrator_of_another_server_is_not_asked() {
    let (server, _) = noting(|_| http("401 Unauthorized", REFUSAL)).await;
    let (other, asked) = noting(|_| http("200 OK", USER)).await;
    let refused = credential(&format!("http://{server}"), Tls::SystemRoots);
    let admin = credential(&format!("http://{other}"), Tls::SystemRoots);
    let diagnosis = refused.diagnose(None, Some(&admin), PATIENCE).await;
    assert_eq!(diagnosis.findings[1].kind.name(), "administrator_cannot_tell");
    assert!(asked.lock().unwrap().is_empty());
}

fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let with = |headers: &str, body: &[u8]| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{headers}Connection: close\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    };
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    vec![
        ("nested 10,000 deep", with("", deep.as_bytes())),
        ("invalid UTF-8", with("", b"{\"id\":\"\xff\xfe\"}")),
        ("wrong types", with("", br#"{"id":26,"username":["alice"],"roles":{}}"#)),
        ("a key twice, the last one wrong", with("", br#"{"id":"wx4dia1tmfgm8kzd95s1cs38na","id":1,"username":"alice","roles":"system_user"}"#)),
        ("gzip that was not asked for", with("Content-Encoding: gzip\r\n", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3])),
        ("content length too long", with("Content-Length: 1000\r\n", USER.as_bytes())),
        ("content length that is none", with("Content-Length: many\r\n", USER.as_bytes())),
        ("two content lengths", with("Content-Length: 2\r\nContent-Length: 85\r\n", USER.as_bytes())),
        ("a header of 1 MB", with(&format!("X-Large: {}\r\n", "x".repeat(1 << 20)), USER.as_bytes())),
        ("HTTP/0.9", USER.as_bytes().to_vec()),
        ("a status of four digits", b"HTTP/1.1 2000 OK\r\n\r\n".to_vec()),
        ("a redirect to itself", b"HTTP/1.1 302 Found\r\nLocation: /api/v4/users/me\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()),
        ("a redirect to nothing", b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()),
    ]
}

#[tokio::test]
async fn a_hostile_answer_is_an_error_and_a_finding() {
    for (what, answer) in hostile() {
        let url = format!("http://{}", serve_bytes(answer).await);
        let verified = credential(&url, Tls::SystemRoots).verify(PATIENCE).await;
        let diagnosis = diagnose(&url, Tls::SystemRoots).await;
        let error = verified.err().unwrap_or_else(|| panic!("{what}: accepted"));
        assert_ne!(error.kind().name(), "timed_out", "{what}");
        assert_ne!(error.kind().name(), "internal", "{what}");
        assert_ne!(diagnosis.works, Some(true), "{what}");
        assert!(!diagnosis.findings.is_empty(), "{what}: {error}");
    }
}
