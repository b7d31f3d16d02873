use std::path::Path;
use std::time::{Duration, Instant};

use mmcred::{Connection, Credential, DEFAULT_DEADLINE, Result, Tls, Verified, block_on};
use serde_json::{Value, json};

use crate::Behaviour;
use crate::context::{Context, allow_http, code};

pub const ALL: [(u32, Behaviour); 19] = [
    (201, accepted),
    (202, bot),
    (203, |context| code(verify(context, "url", "unknown_token"))),
    (204, |context| code(verify(context, "url", "revoked_token"))),
    (205, |context| code(verify(context, "url", "disabled_token"))),
    (206, |context| code(verify(context, "url", "token_id"))),
    (207, |context| code(verify(context, "url_html", "token"))),
    (208, |context| code(verify(context, "url_500", "token"))),
    (209, |context| code(verify(context, "url_cut", "token"))),
    (210, |context| code(verify(context, "url_flap", "token"))),
    (211, |context| code(verify(context, "url_redirect", "token"))),
    (212, |context| code(verify(context, "url_closed", "token"))),
    (213, rate_limited),
    (214, deadline),
    (215, |context| code(ask(context, "http://no-such-host.invalid", allow_http()))),
    (216, |context| code(verify(context, "url_tls", "token"))),
    (217, with_ca_file),
    (218, any_certificate),
    (219, https_on_plain_port),
];

fn verify(context: &Context, url: &str, token: &str) -> Result<Verified> {
    block_on(context.credential(url, token).verify(DEFAULT_DEADLINE))
}

fn ask(context: &Context, url: &str, connection: Connection) -> Result<Verified> {
    let credential = Credential::with_connection(url, context.token("token"), connection)?;
    block_on(credential.verify(DEFAULT_DEADLINE))
}

fn accepted(context: &Context) -> Value {
    let verified = verify(context, "url", "token").unwrap();
    json!({ "username": verified.username, "is_bot": verified.is_bot, "roles": verified.roles })
}

fn bot(context: &Context) -> Value {
    json!(verify(context, "url", "bot_token").unwrap().is_bot)
}

fn rate_limited(context: &Context) -> Value {
    let error = verify(context, "url_429", "token").unwrap_err();
    let kind = error.kind();
    let retry = if kind.may_retry() { "later" } else { "never" };
    let seconds = error.retry_after().map(|wait| wait.as_secs());
    json!([kind.name(), kind.number(), retry, seconds, !error.hint().is_empty()])
}

fn deadline(context: &Context) -> Value {
    let started = Instant::now();
    let outcome = block_on(context.credential("url_slow", "token").verify(Duration::from_millis(300)));
    json!([code(outcome), started.elapsed() < Duration::from_secs(3)])
}

fn with_ca_file(context: &Context) -> Value {
    let tls = Tls::from_settings(Some(Path::new(context.get("ca_file"))), false).unwrap();
    let connection = Connection { tls, ..Connection::default() };
    json!(ask(context, context.get("url_tls"), connection).unwrap().username)
}

fn any_certificate(context: &Context) -> Value {
    let connection = Connection { tls: Tls::AllowUnauthorizedCerts, ..Connection::default() };
    json!(ask(context, context.get("url_tls"), connection).unwrap().username)
}

fn https_on_plain_port(context: &Context) -> Value {
    let url = context.get("url").replacen("http:", "https:", 1);
    code(ask(context, &url, Connection::default()))
}
