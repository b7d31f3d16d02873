use std::path::Path;

use mmcred::{AccessToken, Credential, Proxy, Result, Tls};
use serde_json::{Value, json};

use crate::Behaviour;
use crate::context::{Context, allow_http, code, text_or_code};

pub const ALL: [(u32, Behaviour); 11] = [
    (101, from_pasted_text),
    (102, token_text_refused),
    (103, server_url_refused),
    (104, server_urls_as_the_vectors_say),
    (105, n8n_fields),
    (106, n8n_fields_refused),
    (107, authorization_and_expose),
    (108, settings_refused),
    (109, http_on_purpose),
    (110, nothing_printed_holds_the_token),
    (111, ids),
];

const CHAT: &str = "https://chat.example.com";

fn new(url: &str, token: &str) -> Result<Credential> {
    Credential::new(url, AccessToken::parse(token)?)
}

fn from_pasted_text(context: &Context) -> Value {
    let token = format!(" Bearer {}\n", context.get("token"));
    let credential = new("Chat.example.com/core/channels/town-square", &token).unwrap();
    json!({
        "server_url": credential.server().as_str(),
        "kind": credential.facts().kind.name(),
        "allow_http": credential.connection().allow_http,
    })
}

fn token_text_refused(_: &Context) -> Value {
    let (long, huge) = ("s".repeat(256), "s".repeat(1 << 20));
    let texts = [
        "",
        "   ",
        "secret secret",
        "secret\nsecret",
        &long,
        &huge,
        "https://chat.example.com/x",
        "https://chat.example.com/hooks/x",
    ];
    texts.iter().map(|text| code(new(CHAT, text))).collect()
}

fn server_url_refused(context: &Context) -> Value {
    let huge = "a".repeat(1 << 20);
    let urls = [
        "",
        "ftp://chat.example.com",
        "https://alice:pw@chat.example.com",
        "https://chat.example.com/hooks/x",
        &huge,
        "http://mattermost:8065",
    ];
    urls.iter().map(|url| code(new(url, context.get("token")))).collect()
}

fn server_urls_as_the_vectors_say(context: &Context) -> Value {
    let read = |url: &str| {
        let credential = Credential::with_connection(url, context.token("token"), allow_http())?;
        Ok(credential.server().to_string())
    };
    context.lines("server_urls").iter().map(|line| text_or_code(read(&line[0]))).collect()
}

fn n8n_fields(context: &Context) -> Value {
    let fields = json!({
        "accessToken": context.get("token"), "baseUrl": "https://chat.example.com/", "allowUnauthorizedCerts": true,
    });
    let credential = Credential::from_n8n_fields(&fields.to_string(), false).unwrap();
    json!({
        "server_url": credential.server().as_str(),
        "allow_unauthorized_certs": credential.connection().tls == Tls::AllowUnauthorizedCerts,
    })
}

fn n8n_fields_refused(context: &Context) -> Value {
    let good =
        json!({ "accessToken": context.get("token"), "baseUrl": CHAT, "allowUnauthorizedCerts": false });
    let changes = [
        ("baseUrl", None),
        ("accessToken", Some(json!(1))),
        ("baseUrl", Some(json!(["a"]))),
        ("allowUnauthorizedCerts", Some(json!("true"))),
    ];
    let refusal = |(name, value): &(&str, Option<Value>)| {
        let mut fields = good.clone();
        let object = fields.as_object_mut().unwrap();
        object.remove(*name);
        if let Some(value) = value {
            object.insert((*name).to_owned(), value.clone());
        }
        let error = Credential::from_n8n_fields(&fields.to_string(), false).unwrap_err();
        json!([error.kind().name(), error.message().contains(name)])
    };
    changes.iter().map(refusal).collect()
}

fn authorization_and_expose(context: &Context) -> Value {
    let token = context.get("token");
    let credential = new(CHAT, token).unwrap();
    let exposed = credential.token().expose(|plain| plain == token); // EXPOSE: the behaviour compares it
    let authorized = *credential.authorization() == format!("Bearer {token}");
    json!([authorized, exposed, credential.fingerprint().as_str().len() == 8])
}

fn settings_refused(_: &Context) -> Value {
    json!([
        code(Tls::from_settings(Some(Path::new("x.pem")), true)),
        code(Proxy::from_setting(Some("http://alice:pw@proxy:3128"))),
    ])
}

fn http_on_purpose(context: &Context) -> Value {
    let credential =
        Credential::with_connection("http://mattermost:8065", context.token("token"), allow_http()).unwrap();
    json!({ "server_url": credential.server().as_str(), "allow_http": credential.connection().allow_http })
}

fn nothing_printed_holds_the_token(context: &Context) -> Value {
    let credential = new(CHAT, context.get("token")).unwrap();
    let printed =
        format!("{credential:?} {credential:#?} {} {:?}", credential.fingerprint(), credential.token());
    json!(printed.contains(context.get("token")))
}

fn ids(context: &Context) -> Value {
    let made = || context.credential("url", "token");
    let (id, owner) = (context.get("token_id"), context.get("token_owner"));
    let fields = made().with_ids(Some(id), Some(owner)).unwrap().fields();
    let refused = ["x", context.get("token")].map(|wrong| code(made().with_ids(Some(wrong), None)));
    json!([fields.token_id, fields.user_id, refused, code(made().with_ids(None, Some("alice")))])
}
