use std::time::{Duration, Instant};

use mmcred::{Connection, Credential, DEFAULT_DEADLINE, DIAGNOSE_DEADLINE, Diagnosis, Finding, block_on};
use serde_json::{Value, json};

use crate::Behaviour;
use crate::context::{Context, code};

pub const ALL: [(u32, Behaviour); 31] = [
    (511, |c| found(c, "url", "token", None)),
    (512, the_way),
    (513, |c| found(c, "url", "revoked_token", Some("admin_token"))),
    (514, |c| found(c, "url", "disabled_token", Some("admin_token"))),
    (515, |c| found(c, "url", "expired_token", Some("admin_token"))),
    (516, |c| found(c, "url", "left_token", Some("admin_token"))),
    (517, |c| found(c, "url_off", "off_token", Some("off_admin_token"))),
    (518, |c| found(c, "url_off", "off_used_token", None)),
    (519, |c| found(c, "url", "revoked_token", None)),
    (520, |c| found(c, "url", "token_id", Some("admin_token"))),
    (521, |c| found(c, "url_flap", "token", None)),
    (522, |c| found(c, "url_self_signed", "token", None)),
    (523, |c| found(c, "url_tls", "token", None)),
    (524, https_on_plain_port),
    (525, |c| found(c, "url_mfa", "mfa_token", None)),
    (526, |c| found(c, "url", "bot_token", None)),
    (527, |c| found(c, "url_off", "off_bot_token", None)),
    (528, |c| found(c, "url", "guest_token", None)),
    (529, |c| found(c, "url", "ending_token", None)),
    (530, |c| found(c, "url_closed", "token", None)),
    (531, deadline),
    (532, by_name),
    (533, names_missing),
    (534, nothing_printed_holds_the_token),
    (541, test_accepted),
    (542, test_pasted_base_url),
    (543, |c| tested(c, "url", "guest_token")),
    (544, |c| tested(c, "url", "revoked_token")),
    (545, |c| tested(c, "url_html", "token")),
    (546, |c| tested(c, "url_redirect", "token")),
    (547, test_out_of_order),
];

/// With the ids that the context has for the token.
fn credential(context: &Context, url: &str, token: &str) -> Credential {
    let (id, owner) = (context.find(&format!("{token}_id")), context.find(&format!("{token}_owner")));
    context.credential(url, token).with_ids(id, owner).unwrap()
}

fn diagnose(context: &Context, url: &str, token: &str, admin: Option<&str>) -> Diagnosis {
    let admin = admin.map(|admin| context.credential(url, admin));
    block_on(credential(context, url, token).diagnose(None, admin.as_ref(), DIAGNOSE_DEADLINE))
}

fn found(context: &Context, url: &str, token: &str, admin: Option<&str>) -> Value {
    summary(&diagnose(context, url, token, admin))
}

fn summary(diagnosis: &Diagnosis) -> Value {
    let codes: Vec<_> = diagnosis.findings.iter().map(|finding| finding.kind.name()).collect();
    json!([diagnosis.works, codes])
}

fn the_way(context: &Context) -> Value {
    let Diagnosis { server, verified, steps, .. } = diagnose(context, "url", "token", None);
    let steps: Vec<_> = steps.iter().map(|step| [step.name, step.mark.name()]).collect();
    json!([server, verified.unwrap().username, steps])
}

fn https_on_plain_port(context: &Context) -> Value {
    let url = context.get("url").replacen("http:", "https:", 1);
    let credential =
        Credential::with_connection(&url, context.token("token"), Connection::default()).unwrap();
    summary(&block_on(credential.diagnose(None, None, DIAGNOSE_DEADLINE)))
}

fn deadline(context: &Context) -> Value {
    let started = Instant::now();
    let short = Duration::from_millis(300);
    let diagnosis = block_on(context.credential("url_slow", "token").diagnose(None, None, short));
    json!([summary(&diagnosis), started.elapsed() < Duration::from_secs(3)])
}

fn by_name(context: &Context) -> Value {
    let vault = context.vault(532);
    vault.put("prod", &credential(context, "url", "revoked_token"), false).unwrap();
    vault.put("admin", &context.credential("url", "admin_token"), false).unwrap();
    let diagnosis = block_on(vault.diagnose("prod", Some("admin"), DIAGNOSE_DEADLINE)).unwrap();
    let finding: &Finding = &diagnosis.findings[0];
    let kind = finding.kind;
    let certainty = if kind.is_certain() { "exact" } else { "likely" };
    let (severity, call) = (kind.severity().name(), finding.call.as_deref());
    let about = json!([
        kind.name(),
        kind.number(),
        severity,
        certainty,
        finding.cause(),
        finding.fix(),
        finding.admin_fix(),
        call
    ]);
    json!([about, finding.evidence.len()])
}

fn names_missing(context: &Context) -> Value {
    let vault = context.vault(533);
    vault.put("prod", &context.credential("url", "token"), false).unwrap();
    let ask = |name, admin| code(block_on(vault.diagnose(name, admin, DIAGNOSE_DEADLINE)));
    json!([ask("nope", None), ask("prod", Some("nope"))])
}

fn nothing_printed_holds_the_token(context: &Context) -> Value {
    let diagnosis = diagnose(context, "url_echo", "token", None);
    let printed = format!("{diagnosis:?} {}", json!(diagnosis));
    json!([summary(&diagnosis), printed.contains(context.get("token"))])
}

fn test_accepted(context: &Context) -> Value {
    let result = block_on(credential(context, "url", "token").test(DEFAULT_DEADLINE));
    json!([result.status, result.message.contains(context.get("username"))])
}

fn test_pasted_base_url(context: &Context) -> Value {
    let of = |ending: &str| {
        let base_url = format!("{}{ending}", context.get("url"));
        let fields = json!({ "accessToken": context.get("token"), "baseUrl": base_url });
        let credential = Credential::from_n8n_fields(&fields.to_string(), false).unwrap();
        block_on(credential.test(DEFAULT_DEADLINE)).status
    };
    json!(["", "/", "//", "/api/v4"].map(of))
}

fn tested(context: &Context, url: &str, token: &str) -> Value {
    outcome(&context.credential(url, token))
}

/// The status, and whether the message ends with what verify's error advises.
fn outcome(credential: &Credential) -> Value {
    let result = block_on(credential.test(DEFAULT_DEADLINE));
    let error = block_on(credential.verify(DEFAULT_DEADLINE)).err();
    json!([result.status, error.is_none_or(|error| result.message.ends_with(error.hint()))])
}

fn test_out_of_order(context: &Context) -> Value {
    let https = context.get("url").replacen("http:", "https:", 1);
    let at_plain_port = Credential::new(&https, context.token("token")).unwrap();
    json!([
        tested(context, "url_closed", "token"),
        outcome(&at_plain_port),
        tested(context, "url_500", "token"),
    ])
}
