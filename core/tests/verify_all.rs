//! Many tokens against real sockets: none misjudged, no limit broken, no connection wasted.

mod common;
mod servers;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mmcred::{
    AccessToken, Checked, Connection, Credential, ErrorKind, Proxy, Tls, VerifyAll, VerifyAllOptions,
};
use servers::{USER, credential, http_with, keep, nobody};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

const REFUSAL: &str =
    r#"{"id":"api.context.session_expired.app_error","message":"","detailed_error":"","status_code":401}"#;

/// What the server does with a request: status, headers, body.
type Reply = (&'static str, String, &'static str);

fn reply(status: &'static str, body: &'static str) -> Reply {
    (status, String::new(), body)
}

/// A server that keeps connections, and what it has seen.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    /// By token: the connection of each question.
    asked: Mutex<HashMap<String, Vec<usize>>>,
}

impl Seen {
    fn questions(&self) -> usize {
        self.asked.lock().unwrap().values().map(Vec::len).sum()
    }
}

struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
}

impl Server {
    /// `answer` is told the token and how often it was asked about before.
    async fn start(delay: u64, answer: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, answer) = (Arc::new(Seen::default()), Arc::new(answer));
        let shared = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = shared.connections.fetch_add(1, SeqCst);
                shared.open.fetch_add(1, SeqCst);
                let (shared, answer) = (shared.clone(), answer.clone());
                tokio::spawn(async move {
                    serve(stream, number, delay, shared.clone(), answer).await;
                    shared.open.fetch_sub(1, SeqCst);
                });
            }
        });
        Self { address, seen }
    }

    fn credential(&self, token: &str) -> Credential {
        let connection = Connection { proxy: Proxy::Direct, ..Connection::default() };
        let token = AccessToken::parse(token).unwrap();
        Credential::with_connection(&format!("http://{}", self.address), token, connection).unwrap()
    }

    fn credentials(&self, tokens: &[String]) -> Vec<(String, Credential)> {
        tokens.iter().map(|token| (token.clone(), self.credential(token))).collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    number: usize,
    delay: u64,
    seen: Arc<Seen>,
    answer: Arc<impl Fn(&str, usize) -> Reply>,
) {
    let (mut buffer, mut filled) = ([0; 4096], 0);
    loop {
        match stream.read(&mut buffer[filled..]).await {
            Ok(0) | Err(_) => return,
            Ok(more) => filled += more,
        }
        if !buffer[..filled].ends_with(b"\r\n\r\n") {
            continue;
        }
        let head = String::from_utf8_lossy(&buffer[..filled]).into_owned();
        filled = 0;
        let bearer = head.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap();
        let times = {
            let mut asked = seen.asked.lock().unwrap();
            let asked = asked.entry(bearer.to_owned()).or_default();
            asked.push(number);
            asked.len() - 1
        };
        seen.most_in_flight.fetch_max(seen.in_flight.fetch_add(1, SeqCst) + 1, SeqCst);
        let (status, headers, body) = answer(bearer, times);
        sleep(Duration::from_millis(delay)).await;
        // By now most ends of those that made room for this one have arrived.
        seen.most_open.fetch_max(seen.open.load(SeqCst), SeqCst);
        seen.in_flight.fetch_sub(1, SeqCst);
        let length = body.len();
        let text = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn tokens(kind: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{kind}{number:05}")).collect()
}

fn options(in_flight: usize) -> VerifyAllOptions {
    VerifyAllOptions::new().in_flight(in_flight).unwrap()
}

async fn all(run: VerifyAll) -> HashMap<String, &'static str> {
    let mut kinds = HashMap::new();
    while let Some(Checked { name, outcome, .. }) = run.next().await.unwrap() {
        let kind = outcome.map_or_else(|error| error.kind().name(), |_| "ok");
        assert!(kinds.insert(name.unwrap(), kind).is_none(), "a result came twice");
    }
    assert_eq!(kinds.len(), run.total());
    kinds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_asked_over_kept_connections_and_never_by_more_than_wanted() {
    let server = Server::start(5, |_, _| reply("200 OK", USER)).await;
    let tokens = tokens("good", 2000);
    let kinds = all(mmcred::verify_all(server.credentials(&tokens), &options(64))).await;
    assert!(kinds.values().all(|kind| *kind == "ok"));
    assert_eq!(server.seen.questions(), 2000);
    assert_eq!(server.seen.most_in_flight.load(SeqCst), 64);
    assert_eq!(server.seen.connections.load(SeqCst), 64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_token_gets_its_own_verdict_whatever_happens_to_the_others() {
    let server = Server::start(1, |token, times| match &token[..4] {
        "good" => reply("200 OK", USER),
        "dead" => reply("401 Unauthorized", REFUSAL),
        "flap" if times == 0 => reply("401 Unauthorized", REFUSAL),
        "flap" => reply("200 OK", USER),
        // Trouble first, and then the truth.
        "busy" if times == 0 => ("429 Too Many Requests", "Retry-After: 1\r\n".into(), "limit exceeded\n"),
        "down" if times == 0 => reply("502 Bad Gateway", "<html>"),
        "late" if times == 1 => reply("503 Service Unavailable", "<html>"),
        "late" => reply("401 Unauthorized", REFUSAL),
        "fail" => reply("500 Internal Server Error", "<html>"),
        _ => reply("200 OK", USER),
    })
    .await;
    let expected = [
        ("good", "ok"),
        ("dead", "token_rejected"),
        ("flap", "replicas_disagree"),
        ("busy", "ok"),
        ("down", "ok"),
        ("late", "token_rejected"),
        ("fail", "upstream_down"),
    ];
    let mut named: Vec<String> = expected.iter().flat_map(|(kind, _)| tokens(kind, 5)).collect();
    named.extend(tokens("good", 100).split_off(5));
    let kinds = all(mmcred::verify_all(server.credentials(&named), &options(16))).await;
    for (name, kind) in kinds {
        let (_, wanted) = expected.iter().find(|(prefix, _)| name.starts_with(prefix)).unwrap();
        assert_eq!(kind, *wanted, "{name}");
    }
    let asked = server.seen.asked.lock().unwrap();
    assert_eq!(asked["good00001"].len(), 1);
    assert_eq!(asked["fail00001"].len(), 3);
    // The second refusal came over a connection that nobody used before or after.
    let used = |connection: usize| asked.values().flatten().filter(|used| **used == connection).count();
    for (token, connections) in asked.iter().filter(|(token, _)| token.starts_with("dead")) {
        assert_eq!(connections.len(), 2, "{token}");
        assert_eq!(used(connections[1]), 1, "{token}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_pass_by_itself_is_asked_once() {
    let not_permitted =
        r#"{"id":"api.context.permissions.app_error","message":"","detailed_error":"","status_code":403}"#;
    for (status, headers, body, expected) in [
        ("200 OK", "Content-Type: text/html\r\n", "<html>", "not_mattermost"),
        ("302 Found", "Location: https://chat.example.com/api/v4/users/me\r\n", "", "redirected"),
        ("401 Unauthorized", "WWW-Authenticate: Basic\r\n", "", "intercepted"),
        ("403 Forbidden", "", not_permitted, "permission_denied"),
        ("511 Network Authentication Required", "", "<html>", "intercepted"),
    ] {
        let server = Server::start(1, move |_, _| (status, headers.into(), body)).await;
        let kinds = all(mmcred::verify_all(server.credentials(&tokens("good", 20)), &options(4))).await;
        assert!(kinds.values().all(|kind| *kind == expected), "{status}: {kinds:?}");
        assert_eq!(server.seen.questions(), 20, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_is_kept_and_no_token_misjudged() {
    const PER_SECOND: f64 = 20.0;
    const BURST: f64 = 20.0;
    const TOKENS: usize = 60;
    let (begin, used) = (Instant::now(), Mutex::new((0.0, 0_usize)));
    let refused = Arc::new(AtomicUsize::new(0));
    let counted = refused.clone();
    let server = Server::start(5, move |token, _| {
        let (full_at, _) = &mut *used.lock().unwrap();
        let now = begin.elapsed().as_secs_f64();
        let next = f64::max(*full_at, now) + 1.0 / PER_SECOND;
        let over = next - now - (BURST + 1.0) / PER_SECOND;
        if over <= 0.0 {
            *full_at = next;
        }
        let remaining = (BURST + 1.0 - (*full_at - now) * PER_SECOND).max(0.0) as u64;
        let reset = (*full_at - now).ceil();
        let told = format!(
            "X-RateLimit-Limit: {}\r\nX-RateLimit-Remaining: {remaining}\r\nX-RateLimit-Reset: {reset}\r\n",
            BURST + 1.0
        );
        if over > 0.0 {
            counted.fetch_add(1, SeqCst);
            return (
                "429 Too Many Requests",
                format!("{told}Retry-After: {}\r\n", over.ceil()),
                "limit exceeded\n",
            );
        }
        let (status, body) =
            if token < "good00050" { ("200 OK", USER) } else { ("401 Unauthorized", REFUSAL) };
        (status, told, body)
    })
    .await;
    let tokens = tokens("good", TOKENS);
    let started = Instant::now();
    let kinds = all(mmcred::verify_all(server.credentials(&tokens), &options(16))).await;
    for (name, kind) in kinds {
        assert_eq!(kind, if *name < *"good00050" { "ok" } else { "token_rejected" }, "{name}");
    }
    // Each bad token is asked about twice.
    let floor = ((50 + 2 * 10) as f64 - BURST - 1.0) / PER_SECOND;
    assert!(started.elapsed().as_secs_f64() < 2.0 * floor, "{:?}, floor {floor} s", started.elapsed());
    assert!(refused.load(SeqCst) <= 5, "{} refusals", refused.load(SeqCst));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_server_is_given_up_and_holds_no_other_up() {
    let (_held, dead) = nobody();
    let dead = Server { address: dead, seen: Arc::default() };
    let alive = Server::start(1, |_, _| reply("200 OK", USER)).await;
    let (gone, good) = (tokens("gone", 2000), tokens("good", 100));
    let mut credentials = dead.credentials(&gone);
    credentials.extend(alive.credentials(&good));
    let started = Instant::now();
    let kinds = all(mmcred::verify_all(credentials, &options(64))).await;
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert!(good.iter().all(|name| kinds[name] == "ok"));
    assert!(gone.iter().all(|name| kinds[name] == "connection_refused"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limiter_that_asks_for_an_hour_is_believed() {
    let told = "Retry-After: 3600\r\nX-RateLimit-Limit: 101\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 3600\r\n";
    let server =
        Server::start(1, move |_, _| ("429 Too Many Requests", told.into(), "limit exceeded\n")).await;
    let run = mmcred::verify_all(server.credentials(&tokens("good", 500)), &options(8));
    let mut results = 0;
    while let Some(Checked { outcome, .. }) = run.next().await.unwrap() {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
        results += 1;
    }
    assert_eq!(results, 500);
    assert!(server.seen.questions() <= 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_costs_no_token_its_answer() {
    let server = Server::start(1, |_, _| reply("200 OK", USER)).await;
    let options = options(64).deadline(Duration::from_millis(300));
    let run = mmcred::verify_all(server.credentials(&tokens("good", 3000)), &options);
    sleep(Duration::from_millis(1500)).await;
    // As many as there is room for; then it waits for its reader.
    assert!(server.seen.questions() <= 1100, "{}", server.seen.questions());
    assert!(all(run).await.values().all(|kind| *kind == "ok"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_dropped_or_closed_asks_no_more() {
    for drop_it in [true, false] {
        let server = Server::start(20, |_, _| reply("200 OK", USER)).await;
        let run = mmcred::verify_all(server.credentials(&tokens("good", 2000)), &options(8));
        assert!(run.next().await.unwrap().is_some());
        if drop_it {
            drop(run);
        } else {
            run.close();
            assert!(run.next().await.unwrap().is_none());
        }
        sleep(Duration::from_millis(100)).await;
        let asked = server.seen.questions();
        sleep(Duration::from_millis(200)).await;
        assert_eq!(server.seen.questions(), asked);
        assert!(asked < 100);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fresh_connections_take_the_place_of_idle_ones() {
    let server = Server::start(50, |_, _| reply("401 Unauthorized", REFUSAL)).await;
    let kinds = all(mmcred::verify_all(server.credentials(&tokens("dead", 200)), &options(50))).await;
    assert!(kinds.values().all(|kind| *kind == "token_rejected"));
    let most = server.seen.most_open.load(SeqCst);
    assert!(most <= 85, "{most} connections at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_runs_at_once_get_their_own_results() {
    let server = Server::start(5, |token, _| match &token[..4] {
        "good" => reply("200 OK", USER),
        _ => reply("401 Unauthorized", REFUSAL),
    })
    .await;
    let run = |number: usize| {
        let (kind, expected) =
            if number.is_multiple_of(2) { ("good", "ok") } else { ("dead", "token_rejected") };
        let credentials = server.credentials(&tokens(kind, number));
        async move {
            let kinds = all(mmcred::verify_all(credentials, &options(4))).await;
            assert!(kinds.len() == number && kinds.values().all(|kind| *kind == expected), "{kinds:?}");
        }
    };
    futures_util::future::join_all((0..40).map(run)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_takers_share_the_results_and_both_see_the_end() {
    let server = Server::start(1, |_, _| reply("200 OK", USER)).await;
    let run = mmcred::verify_all(server.credentials(&tokens("good", 500)), &options(8));
    let take = async |most: usize| {
        let mut names = Vec::new();
        loop {
            let batch = run.batch(most).await.unwrap();
            if batch.is_empty() {
                return names;
            }
            names.extend(batch.into_iter().map(|checked| checked.name.unwrap()));
        }
    };
    let (one, two) = tokio::join!(take(1), take(3));
    let mut names = [one, two].concat();
    names.sort();
    assert_eq!(names, tokens("good", 500));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_can_not_be_kept_is_not_used_again() {
    let with = |headers: &str| http_with("200 OK", headers, USER);
    for (first, deadline) in [
        // Nobody asked for what follows.
        (with("") + &with(""), 5000),
        (with("") + "x", 5000),
        ("HTTP/1.1 204 No Content\r\n\r\n".to_owned() + USER, 5000),
        (with("Connection: close\r\n"), 5000),
        (with("").replace("1.1", "1.0"), 5000),
        // The rest comes too late, or not at all.
        (with("").replace(USER, ""), 200),
        (String::new(), 5000),
    ] {
        let (told, again) = (first.clone(), http_with("401 Unauthorized", "", REFUSAL));
        let server = keep(move |turn| if turn == 0 { first.clone() } else { again.clone() }).await;
        let options = options(1).deadline(Duration::from_millis(deadline));
        let named = |name: &str| (name.to_owned(), credential(&server.url(), Tls::SystemRoots));
        let kinds = all(mmcred::verify_all([named("a"), named("b")], &options)).await;
        assert_eq!(kinds["b"], "token_rejected", "{told}");
        let connections: Vec<usize> = server.asked().into_iter().map(|(connection, _)| connection).collect();
        assert_eq!(connections[..2], [0, 1], "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_server_that_is_silent_uses_up_its_own_time_only() {
    let silent = Server::start(60_000, |_, _| reply("200 OK", USER)).await;
    let good = Server::start(1, |_, _| reply("200 OK", USER)).await;
    let mut credentials = silent.credentials(&tokens("late", 3));
    credentials.extend(good.credentials(&tokens("good", 300)));
    let run = mmcred::verify_all(credentials, &options(4).deadline(Duration::from_millis(500)));
    for place in 0..303 {
        let Checked { outcome, .. } = run.next().await.unwrap().unwrap();
        let kind = outcome.map_or_else(|error| error.kind(), |_| ErrorKind::Internal);
        // Each of the three is asked three times, and comes last.
        assert_eq!(kind == ErrorKind::TimedOut, place >= 300, "{place}: {kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ca_file_that_is_missing_is_every_tokens_error() {
    let tls = mmcred::Tls::from_settings(Some("no-such-file.pem".as_ref()), false).unwrap();
    let connection = Connection { tls, proxy: Proxy::Direct, allow_http: false };
    let one = |name: &str| {
        let token = AccessToken::parse("secret").unwrap();
        (
            name.to_owned(),
            Credential::with_connection("https://127.0.0.1:1", token, connection.clone()).unwrap(),
        )
    };
    let kinds = all(mmcred::verify_all([one("a"), one("b")], &VerifyAllOptions::new())).await;
    assert!(kinds.values().all(|kind| *kind == "invalid_tls_settings") && kinds.len() == 2);
}

#[test]
fn in_flight_has_bounds() {
    for wrong in [0, 513, usize::MAX] {
        let error = VerifyAllOptions::new().in_flight(wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
    assert!(VerifyAllOptions::new().in_flight(512).is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vault_is_checked_whole_or_by_names() {
    let server = Server::start(1, |token, _| match token {
        "bad" => reply("401 Unauthorized", REFUSAL),
        _ => reply("200 OK", USER),
    })
    .await;
    let place = common::Place::new();
    let vault = Arc::new(place.create());
    let options = options(4);
    assert!(all(vault.verify_all(None, &options).unwrap()).await.is_empty());
    for name in ["a", "b", "bad", "broken"] {
        vault.put(name, &server.credential(name), false).unwrap();
    }
    place
        .sql("UPDATE entries SET secret = zeroblob(length(secret)) WHERE id = (SELECT max(id) FROM entries)");
    let expected = [("a", "ok"), ("b", "ok"), ("bad", "token_rejected"), ("broken", "entry_damaged")];
    let expected = |names: &[&str]| -> HashMap<_, _> {
        let wanted = expected.iter().filter(|(name, _)| names.contains(name));
        wanted.map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
    };
    let kinds = all(vault.verify_all(None, &options).unwrap()).await;
    assert_eq!(kinds, expected(&["a", "b", "bad", "broken"]));

    let names = ["b", "broken", "nope"].map(str::to_owned).to_vec();
    let mut kinds = all(vault.verify_all(Some(names), &options).unwrap()).await;
    assert_eq!(kinds.remove("nope"), Some("entry_missing"));
    assert_eq!(kinds, expected(&["b", "broken"]));

    // A label that does not open hides its name, but not that there is an entry.
    place.sql("UPDATE entries SET label = zeroblob(length(label)) WHERE id = (SELECT max(id) FROM entries)");
    let run = vault.verify_all(None, &options).unwrap();
    assert_eq!(run.total(), 4);
    let first = run.next().await.unwrap().unwrap();
    assert_eq!((first.name, first.outcome.unwrap_err().kind()), (None, ErrorKind::EntryDamaged));

    vault.close().unwrap();
    assert_eq!(vault.verify_all(None, &options).unwrap_err().kind(), ErrorKind::Closed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_moves_meanwhile_is_asked_at_its_new_server_only() {
    let old = Server::start(50, |_, _| reply("200 OK", USER)).await;
    let new = Server::start(1, |_, _| reply("401 Unauthorized", REFUSAL)).await;
    let place = common::Place::new();
    let vault = Arc::new(place.create());
    for name in ["a", "b", "c"] {
        vault.put(name, &old.credential(name), false).unwrap();
    }
    let run = vault.verify_all(None, &options(1)).unwrap();
    vault.put("c", &new.credential("moved"), true).unwrap();
    let kinds = all(run).await;
    assert_eq!((kinds["a"], kinds["b"], kinds["c"]), ("ok", "ok", "token_rejected"));
    assert!(!old.seen.asked.lock().unwrap().contains_key("moved"));
    assert_eq!(new.seen.asked.lock().unwrap()["moved"].len(), 2);
}

/// How many MiB this process has in memory.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() >> 10
}

#[test]
fn a_hundred_thousand_tokens_fit_into_a_hundred_megabytes() {
    let done = common::part("many_tokens_in_a_process_of_their_own", "".as_ref(), "").output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a part of another test"]
async fn many_tokens_in_a_process_of_their_own() {
    if common::given().is_none() {
        return;
    }
    let server = Server::start(0, |_, _| reply("200 OK", USER)).await;
    let (before, mut most, mut results) = (resident(), 0, 0);
    let credentials = (0..100_000).map(|number| (number.to_string(), server.credential(&number.to_string())));
    let run = mmcred::verify_all(credentials, &options(64));
    for place in 0.. {
        let batch = run.batch(100).await.unwrap();
        results += batch.len();
        if batch.is_empty() {
            break;
        }
        if place % 20 == 0 {
            most = resident().max(most);
        }
    }
    assert_eq!(results, 100_000);
    assert!(most - before <= 100, "{} MiB", most - before);
}
