use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};

use super::evidence::{AdminAnswers, Answer, Evidence, Way, object};
use crate::error::{Error, Result};
use crate::server::failure::certificate;
use crate::server::judge::judge;
use crate::server::reply::is_id;
use crate::server::transport::Transport;
use crate::time::now;
use crate::{Credential, ErrorKind, proxy_for};

impl Evidence {
    /// Asks the server, within one deadline for everything. What it is too late for is left out.
    pub(super) async fn gather(
        credential: &Credential,
        admin: Option<&Credential>,
        deadline: Duration,
    ) -> Self {
        let until = Instant::now() + deadline;
        let way = Arc::new(Mutex::new(Way::default()));
        let me = tokio::select! {
            me = get(credential, "users/me", until) => me,
            () = go_ahead(credential, Arc::clone(&way)) => unreachable!("it waits for ever"),
        };
        let certificate = me.as_ref().err().map(certificate).unwrap_or_default();
        let mut evidence = Self { certificate, ..Self::new(credential, now(), me) };
        evidence.way = *way.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(evidence.failure(), None | Some(ErrorKind::TokenRejected)) {
            let (again, config, sessions) = tokio::join!(
                get(credential, "users/me", until),
                get(credential, "config/client?format=old", until),
                get(credential, "users/me/sessions", until),
            );
            evidence.again = Some(again.and_then(|reply| judge(&evidence.server, &reply)));
            evidence.config = Some(config);
            evidence.sessions = Some(sessions);
        }
        if let Some(admin) = admin.filter(|_| evidence.is_rejected()) {
            evidence.admin = Some(ask_admin(credential, admin, until).await);
        }
        evidence
    }
}

async fn ask_admin(credential: &Credential, admin: &Credential, until: Instant) -> AdminAnswers {
    if admin.server() != credential.server() {
        let why = format!("It is for {}, not for {}.", admin.server(), credential.server());
        return AdminAnswers { unusable: Some(why), ..AdminAnswers::default() };
    }
    let (token_id, user_id) = (&credential.facts().token_id, &credential.facts().user_id);
    let ask = async |path: Option<String>| match path {
        Some(path) => Some(get(admin, &path, until).await),
        None => None,
    };
    let user = |id: &String| format!("users/{id}");
    let of_user =
        |what| user_id.as_ref().filter(|_| token_id.is_none()).map(|id| format!("users/{id}/{what}"));
    let (config, token, owner, search, tokens, sessions) = tokio::join!(
        get(admin, "config/client?format=old", until),
        ask(token_id.as_ref().map(|id| format!("users/tokens/{id}"))),
        ask(user_id.as_ref().map(user)),
        search(credential, admin, until),
        ask(of_user("tokens?per_page=200")),
        ask(of_user("sessions")),
    );
    let mut answers =
        AdminAnswers { unusable: None, config: Some(config), token, owner, search, tokens, sessions };
    if answers.owner.is_none() {
        answers.owner = ask(owner_of(&answers.token).as_ref().map(user)).await;
    }
    answers
}

/// Whether the text is an id that the server knows. It goes into a body, never into a URL.
async fn search(credential: &Credential, admin: &Credential, until: Instant) -> Option<Answer> {
    // EXPOSE: the server that refused it as a token is asked whether it is an id.
    let term = credential.token().expose(|text| is_id(text).then(|| json!({ "term": text })))?;
    if credential.facts().token_id.is_some() || credential.facts().user_id.is_some() {
        return None;
    }
    let asked = async { transport(admin).await?.post_api(admin, "users/tokens/search", &term).await };
    Some(within(admin, until, asked).await)
}

fn owner_of(token: &Option<Answer>) -> Option<String> {
    let token = object(token.as_ref()?.as_ref().ok()?)?;
    token.get("user_id")?.as_str().filter(|id| is_id(id)).map(str::to_owned)
}

async fn get(credential: &Credential, path: &str, until: Instant) -> Answer {
    within(credential, until, async { transport(credential).await?.get_api(credential, path).await }).await
}

/// Each question has a fresh connection.
async fn transport(credential: &Credential) -> Result<Transport> {
    Transport::new(credential.server(), credential.connection()).await
}

async fn within(credential: &Credential, until: Instant, asked: impl Future<Output = Answer>) -> Answer {
    timeout_at(until, asked).await.unwrap_or_else(|_| {
        let message = format!("{} gave no complete answer in time.", credential.server());
        Err(Error::new(ErrorKind::TimedOut, message))
    })
}

/// Goes the way on its own and notes how far it came, so that a deadline can say what it was spent on.
async fn go_ahead(credential: &Credential, way: Arc<Mutex<Way>>) {
    let server = credential.server();
    let note = |change: fn(&mut Way)| change(&mut way.lock().unwrap_or_else(PoisonError::into_inner));
    // Through a proxy the way is the proxy's.
    if matches!(proxy_for(server, &credential.connection().proxy), Ok(None)) {
        let host = server.host().trim_matches(['[', ']']);
        if let Ok(addresses) = lookup_host((host, server.port())).await {
            note(|way| way.resolved = true);
            if TcpStream::connect(&addresses.collect::<Vec<_>>()[..]).await.is_ok() {
                note(|way| way.connected = true);
            }
        }
    }
    std::future::pending().await
}
