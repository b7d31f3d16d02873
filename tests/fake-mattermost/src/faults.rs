//! Faults a test plants between the client and the server: what proxies, networks and other products do.

use std::sync::Mutex;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::reply::Reply;

/// What goes wrong.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// Waits before answering.
    Slow {
        /// Milliseconds.
        ms: u64,
    },
    /// Announces the whole body, sends half of it and closes.
    Cut {},
    /// Closes without an answer; the request is not processed.
    Close {},
    /// Sends the body one byte at a time.
    Drip {
        /// Milliseconds between two bytes.
        #[serde(default = "one_second")]
        ms: u64,
    },
    /// A page instead of the API.
    Html {
        /// Its status.
        #[serde(default = "ok")]
        status: u16,
    },
    /// A redirect, such as a login page's.
    Redirect {
        /// 301, 302, 307 or 308.
        status: u16,
        /// Where to.
        location: String,
    },
    /// The proxy's own bare page.
    Proxy {
        /// 502, 503, 504.
        status: u16,
    },
    /// An AppError with any id.
    AppError {
        /// Its status.
        status: u16,
        /// Its id.
        id: String,
    },
    /// The 500 whose message holds the token that was sent.
    InvalidToken {},
    /// A 429 storm.
    TooMany {
        /// Seconds in `Retry-After`.
        #[serde(default = "one")]
        retry_after: u64,
    },
    /// The answer of a sister product: the version header has four fields and no `.true`/`.false`.
    Lookalike {},
    /// Every second request meets a replica that does not know the token.
    ReplicaSplit {
        /// Whether its 401 carries the clearing cookie.
        #[serde(default)]
        clear_cookie: bool,
        /// Whether the first request is one of the good ones.
        #[serde(default)]
        first_good: bool,
    },
}

fn one_second() -> u64 {
    1_000
}

fn one() -> u64 {
    1
}

fn ok() -> u16 {
    200
}

/// A fault, how often it strikes and where.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Fault {
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: Kind,
    /// Only that many requests; absent: all.
    #[serde(default)]
    pub times: Option<u64>,
    /// Only paths beginning so.
    #[serde(default)]
    pub path: String,
    /// Only this method.
    #[serde(default)]
    pub method: String,
    /// How many requests it has met.
    #[serde(default)]
    pub met: u64,
}

/// What the shell does with one request.
#[derive(Default)]
pub struct Plan {
    /// Waits first.
    pub wait: Duration,
    /// Answers this instead of asking the server.
    pub instead: Option<Kind>,
    /// The replica fault, as in `Call::stale_replica`.
    pub stale: Option<bool>,
    /// How the body is sent.
    pub sending: Sending,
}

/// How a body is sent.
#[derive(Clone, Copy, Default)]
pub enum Sending {
    /// At once.
    #[default]
    Whole,
    /// Half, then the connection closes.
    Cut,
    /// One byte after another.
    Drip(Duration),
    /// Nothing at all is sent.
    Close,
}

/// The planted faults.
#[derive(Default)]
pub struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    /// Plants one more.
    pub fn plant(&self, fault: Fault) {
        self.lock().push(fault);
    }

    /// Removes all.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Those still planted.
    pub fn list(&self) -> Vec<Fault> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// All faults that meet this request, counted down.
    pub fn plan(&self, method: &str, path: &str) -> Plan {
        let mut plan = Plan::default();
        let mut faults = self.lock();
        for fault in faults.iter_mut() {
            let here = path.starts_with(&fault.path) && (fault.method.is_empty() || fault.method == method);
            if !here || fault.times == Some(0) {
                continue;
            }
            fault.met += 1;
            fault.times = fault.times.map(|times| times - 1);
            match &fault.kind {
                Kind::Slow { ms } => plan.wait += Duration::from_millis(*ms),
                Kind::Cut {} => plan.sending = Sending::Cut,
                Kind::Close {} => plan.sending = Sending::Close,
                Kind::Drip { ms } => plan.sending = Sending::Drip(Duration::from_millis(*ms)),
                Kind::ReplicaSplit { clear_cookie, first_good } => {
                    let bad = (fault.met % 2 == 1) != *first_good;
                    plan.stale = bad.then_some(*clear_cookie).or(plan.stale);
                }
                kind => plan.instead = plan.instead.or_else(|| Some(kind.clone())),
            }
        }
        faults.retain(|fault| fault.times != Some(0));
        plan
    }
}

/// The answer of a fault that replaces the server.
pub fn replacement(kind: &Kind, token: &str, request_id: &str) -> Reply {
    let html = |status, page: String| Reply::bytes(status, page).with("Content-Type", "text/html");
    let json =
        |status, body: &serde_json::Value| Reply::json(status, body).with("Content-Type", "application/json");
    match kind {
        Kind::Html { status } => html(*status, LANDING.to_owned()),
        Kind::Redirect { status, location } => Reply::bytes(*status, "").with("Location", location),
        Kind::Proxy { status } => {
            let title = match status {
                502 => "502 Bad Gateway",
                503 => "503 Service Temporarily Unavailable",
                504 => "504 Gateway Time-out",
                _ => "500 Internal Server Error",
            };
            html(*status, NGINX.replace("{title}", title)).with("Server", "nginx/1.18.0 (Ubuntu)")
        }
        Kind::AppError { status, id } => json(*status, &app_error(id, id, request_id, *status)),
        Kind::InvalidToken {} => {
            let message = format!("Invalid session token={token}, err=<no value>");
            json(500, &app_error("api.context.invalid_token.error", &message, request_id, 500))
        }
        Kind::TooMany { retry_after } => Reply::bytes(429, crate::limiter::BODY)
            .with("Content-Type", crate::limiter::CONTENT_TYPE)
            .with("X-Content-Type-Options", "nosniff")
            .with("X-RateLimit-Limit", "101")
            .with("X-RateLimit-Remaining", "0")
            .with("X-RateLimit-Reset", retry_after.to_string())
            .with("Retry-After", retry_after.to_string()),
        Kind::Lookalike {} => json(200, &serde_json::from_str(LOOKALIKE).expect("the constant is JSON"))
            .with("X-Request-Id", request_id)
            .with("X-Version-Id", "4.0.0.dev.2395bbf63d3c278c810fabea8699681e"),
        Kind::Slow { .. } | Kind::Cut {} | Kind::Close {} | Kind::Drip { .. } | Kind::ReplicaSplit { .. } => {
            Reply::bytes(500, "")
        }
    }
}

fn app_error(id: &str, message: &str, request_id: &str, status: u16) -> serde_json::Value {
    serde_json::json!({ "id": id, "message": message, "detailed_error": "", "request_id": request_id, "status_code": status })
}

const LANDING: &str =
    "<!doctype html><html><head><title>Sign in</title></head><body>Sign in to go on</body></html>\n";
const NGINX: &str = "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
     <hr><center>nginx/1.18.0 (Ubuntu)</center>\r\n</body>\r\n</html>\r\n";
/// Recording 200-lookalike-fork-login.
const LOOKALIKE: &str = r#"{"id":"mff9j4m7u7n7uq1h8fn5iy9hph","create_at":1513171527086,"delete_at":0,"username":"bob","gender":"","auth_service":"","email":"bob@example.org","email_verified":true,"nickname":"","first_name":"","last_name":"","position":"","roles":"normal_user","locale":"zh-CN"}"#;
