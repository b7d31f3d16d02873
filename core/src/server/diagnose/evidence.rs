use serde_json::{Map, Value};

use super::super::judge::judge;
use super::super::reply::Reply;
use crate::error::{Error, Result};
use crate::server::Verified;
use crate::{AccessToken, Credential, ErrorKind, Facts, Kind, ServerUrl, Tls};

/// Everything a diagnosis decides by: what the credential says, and what was answered. Steps read it and ask nothing.
pub(super) struct Evidence {
    pub(super) server: ServerUrl,
    pub(super) token: AccessToken,
    pub(super) known: Facts,
    pub(super) any_certificate: bool,
    /// Unix milliseconds by this machine's clock, when the first answer came.
    pub(super) now: i64,
    /// How far a bare connection came.
    pub(super) way: Way,
    pub(super) certificate: Certificate,
    /// The first answer to `users/me`, if there was one, and what it or the failure says.
    pub(super) me: Option<Reply>,
    pub(super) verdict: Result<Verified>,
    /// The second opinion, on a fresh connection.
    pub(super) again: Option<Result<Verified>>,
    pub(super) config: Option<Answer>,
    pub(super) sessions: Option<Answer>,
    pub(super) admin: Option<AdminAnswers>,
}

pub(super) type Answer = Result<Reply>;

/// What a bare connection to the server came to; unknown where it was not tried or did not end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Way {
    pub(super) resolved: bool,
    pub(super) connected: bool,
}

/// What the refused certificate said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Certificate {
    pub(crate) self_signed: bool,
    /// The names it is for, where the name was wrong.
    pub(crate) names: Vec<String>,
    /// In Unix milliseconds: when it ended or will begin, where that was wrong.
    pub(crate) bound: Option<i64>,
}

/// What an administrator's credential was answered; a question that was not asked is none.
#[derive(Default)]
pub(super) struct AdminAnswers {
    /// Why it was not asked at all.
    pub(super) unusable: Option<String>,
    pub(super) config: Option<Answer>,
    /// The token, by its id.
    pub(super) token: Option<Answer>,
    pub(super) owner: Option<Answer>,
    /// A search for the text, as if it were an id; where the owner is not known.
    pub(super) search: Option<Answer>,
    /// The owner's tokens and sessions, where the token's id is not known.
    pub(super) tokens: Option<Answer>,
    pub(super) sessions: Option<Answer>,
}

impl Evidence {
    pub(super) fn new(credential: &Credential, now: i64, me: Answer) -> Self {
        let server = credential.server().clone();
        let (me, verdict) = match me {
            Ok(reply) => {
                let verdict = judge(&server, &reply);
                (Some(reply), verdict)
            }
            Err(error) => (None, Err(error)),
        };
        Self {
            server,
            token: credential.token().clone(),
            known: credential.facts().clone(),
            any_certificate: credential.connection().tls == Tls::AllowUnauthorizedCerts,
            now,
            way: Way::default(),
            certificate: Certificate::default(),
            me,
            verdict,
            again: None,
            config: None,
            sessions: None,
            admin: None,
        }
    }

    /// How the first question failed.
    pub(super) fn failure(&self) -> Option<ErrorKind> {
        self.verdict.as_ref().err().map(Error::kind)
    }

    /// Whether every opinion on the token was a refusal.
    pub(super) fn is_rejected(&self) -> bool {
        self.failure() == Some(ErrorKind::TokenRejected) && !self.disagrees()
    }

    /// Whether the token was refused by one answer and accepted by another.
    pub(super) fn disagrees(&self) -> bool {
        let opinion = |verdict: &Result<Verified>| match verdict {
            Ok(_) => Some(true),
            Err(error) => (error.kind() == ErrorKind::TokenRejected).then_some(false),
        };
        let sessions = self.sessions.as_ref().and_then(|answer| match answer.as_ref().ok()?.status {
            200 => Some(true),
            401 => Some(false),
            _ => None,
        });
        // The whole configuration goes only to a token that is known (facts 2.5).
        let config = (self.setting("EnableUserAccessTokens").as_deref() == Some("true")).then_some(true);
        let opinions = [opinion(&self.verdict), self.again.as_ref().and_then(opinion), sessions, config];
        opinions.contains(&Some(true)) && opinions.contains(&Some(false))
    }

    /// The owner, if the token was accepted.
    pub(super) fn owner(&self) -> Option<&Verified> {
        self.verdict.as_ref().ok()
    }

    /// A value of the client configuration that the credential's own token got. All values are text (facts 6.1).
    pub(super) fn setting(&self, name: &str) -> Option<String> {
        setting(self.config.as_ref(), name)
    }

    /// The session that the token made, if it can be told: nothing marks it (facts 2.5).
    pub(super) fn own_session(&self) -> Option<Session> {
        let sessions = self.own_sessions()?;
        let by_id = |id: &String| sessions.iter().find(|session| session.token_id.as_ref() == Some(id));
        let known = self.known.token_id.as_ref().and_then(by_id);
        let of_tokens: Vec<&Session> = sessions.iter().filter(|s| s.token_id.is_some()).collect();
        let is_token = matches!(self.known.kind, Kind::PersonalAccessToken | Kind::BotToken)
            || self.owner().is_some_and(|owner| owner.is_bot);
        match (known, &sessions[..], &of_tokens[..]) {
            (Some(session), ..) | (None, [session], _) => Some(session.clone()),
            (None, _, [session]) if is_token => Some((*session).clone()),
            _ => None,
        }
    }

    /// The owner's sessions, one of which the token made.
    pub(super) fn own_sessions(&self) -> Option<Vec<Session>> {
        let reply = self.sessions.as_ref()?.as_ref().ok().filter(|reply| reply.status == 200)?;
        Some(reply.json()?.as_array()?.iter().map(Session::new).collect())
    }
}

/// An item of `users/me/sessions` (facts 13).
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) id: Option<String>,
    /// The personal access token that made it.
    pub(super) token_id: Option<String>,
    pub(super) is_oauth: bool,
    pub(super) expires_at: i64,
}

impl Session {
    pub(super) fn new(item: &Value) -> Self {
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        Self {
            id: text(&item["id"]),
            token_id: text(&item["props"]["user_access_token_id"]),
            is_oauth: item["is_oauth"] == true,
            expires_at: item["expires_at"].as_i64().unwrap_or(0),
        }
    }
}

pub(super) fn object(reply: &Reply) -> Option<Map<String, Value>> {
    match reply.json()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

pub(super) fn setting(config: Option<&Answer>, name: &str) -> Option<String> {
    let reply = config?.as_ref().ok().filter(|reply| reply.status == 200)?;
    Some(object(reply)?.get(name)?.as_str()?.to_owned())
}
