//! The OAuth 2.0 provider, as far as `is_oauth` sessions need it (facts 6.5).

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use crate::body::{First, Kind, first_value};
use crate::call::{Call, parse_form};
use crate::clock::{Millis, SECOND};
use crate::errors::Fail;
use crate::ids::is_valid_id;
use crate::oauth_apps::App;
use crate::reply::{Answer, Reply};
use crate::session::Session;
use crate::state::State;

/// A code that nobody has exchanged lives ten minutes.
const CODE_LIFE: Millis = 600 * SECOND;

struct Code {
    code: String,
    app: String,
    user_id: String,
    redirect_uri: String,
    expires_at: Millis,
}

struct Access {
    app: String,
    user_id: String,
    token: String,
    refresh: String,
}

/// Apps, who allowed them what, unused codes and live access tokens.
#[derive(Default)]
pub struct Provider {
    /// Registered apps.
    pub apps: Vec<App>,
    /// User and app of each consent.
    pub allowed: BTreeSet<(String, String)>,
    codes: Vec<Code>,
    accesses: Vec<Access>,
}

impl Provider {
    /// A logout ends one.
    pub fn forget_token(&mut self, token: &str) {
        self.accesses.retain(|access| access.token != token);
    }

    /// Deactivating a user ends all of his.
    pub fn forget_user(&mut self, user_id: &str) {
        self.codes.retain(|code| code.user_id != user_id);
        self.accesses.retain(|access| access.user_id != user_id);
    }

    /// The system-wide revocation ends all (facts 2.6).
    pub fn forget_tokens(&mut self) {
        self.accesses.clear();
    }
}

/// `POST /oauth/apps/register`: open to anybody, and off by default; its refusals have a shape of their own.
pub fn register_client(_state: &mut State, call: &Call) -> Answer {
    let (error, why) = match first_value(&call.body, call.body_limit) {
        First::Value(Value::Object(_) | Value::Null) => {
            ("unsupported_operation", "Dynamic client registration is disabled")
        }
        _ => ("invalid_client_metadata", "Invalid JSON in request body"),
    };
    Ok(Reply::line(400, &json!({ "error": error, "error_description": why })))
}

/// `POST /oauth/authorize`, outside `/api/v4`: a session that is not OAuth itself. A code goes to the app's server, a
/// token to its page.
pub fn authorize(state: &mut State, call: &Call) -> Answer {
    let names = ["response_type", "client_id", "redirect_uri", "scope", "state"];
    let fields = call.decode_object("authorize_request", &names.map(|name| (name, Kind::Text)))?;
    let (client, redirect) = (fields.text("client_id"), fields.text("redirect_uri"));
    for (what, wrong) in [
        ("client_id", !is_valid_id(&client)),
        ("response_type", fields.text("response_type").is_empty()),
        ("redirect_uri", redirect.len() > 256 || !redirect.starts_with("http")),
        ("state", fields.text("state").len() > 1_024),
        ("scope", fields.text("scope").len() > 128),
    ] {
        if wrong {
            return Err(Fail::new(400, format!("model.authorize.is_valid.{what}.app_error")));
        }
    }
    if call.session.is_oauth {
        return Err(Fail::permission(&call.session.user_id, "edit_other_users"));
    }
    let app = state.oauth_app(&client)?.clone();
    if !app.callback_urls.contains(&redirect) {
        return Err(Fail::new(400, "api.oauth.allow_oauth.redirect_callback.app_error"));
    }
    let (user_id, echo) = (call.session.user_id.clone(), escape(&fields.text("state")));
    let answer = match fields.text("response_type").as_str() {
        "code" => {
            let (code, joint) = (state.ids.next(), if redirect.contains('?') { '&' } else { '?' });
            let answer = format!("{redirect}{joint}code={code}&state={echo}");
            let expires_at = call.now.saturating_add(CODE_LIFE);
            let app = client.clone();
            state.oauth.codes.push(Code {
                code,
                app,
                user_id: user_id.clone(),
                redirect_uri: redirect,
                expires_at,
            });
            answer
        }
        "token" => {
            let session = state.new_oauth_session(&app, &user_id, call.now)?;
            let access = Access {
                app: client.clone(),
                user_id: user_id.clone(),
                token: session.token.clone(),
                refresh: String::new(),
            };
            state.oauth.accesses.push(access);
            let (token, seconds) = (session.token, (session.expires_at - call.now) / SECOND);
            let scope = Some(fields.text("scope")).filter(|scope| !scope.is_empty());
            let scope = escape(scope.as_deref().unwrap_or("user"));
            let answer = format!("access_token={token}&expires_in={seconds}&scope={scope}&state={echo}");
            format!("{redirect}#{answer}&token_type=bearer")
        }
        _ => {
            let state = fields.text("state");
            let answer = format!("{redirect}?error=unsupported_response_type&state={state}");
            return Ok(Reply::json(200, &json!({ "redirect": answer })));
        }
    };
    state.oauth.allowed.insert((user_id, client));
    Ok(Reply::json(200, &json!({ "redirect": answer })))
}

/// A value in a query, as Go writes it.
fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| match byte {
            b' ' => "+".to_owned(),
            byte if plain(byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// `POST /oauth/deauthorize`, outside `/api/v4`: one's sessions of the app end, and unused codes.
pub fn deauthorize(state: &mut State, call: &Call) -> Answer {
    let client = call.map_value("client_id");
    if !is_valid_id(&client) {
        return Err(Fail::body_param("client_id"));
    }
    state.require_provider("api.oauth.allow_oauth.turn_off.app_error")?;
    state.end_app(&client, Some(&call.session.user_id));
    Ok(Reply::ok())
}

#[derive(Serialize)]
struct TokenShape {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    scope: &'static str,
    refresh_token: String,
    id_token: &'static str,
}

/// `POST /oauth/access_token`, outside `/api/v4`: a form; a code works once, a live token is handed out again, and a
/// refresh token brings new ones of both.
pub fn access_token(state: &mut State, call: &Call) -> Answer {
    let form = parse_form(&String::from_utf8_lossy(&call.body));
    let field =
        |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value).to_owned();
    let again = field("grant_type") == "refresh_token";
    for (what, wrong) in [
        ("bad_grant", !again && field("grant_type") != "authorization_code"),
        ("missing_code", !again && field("code").is_empty()),
        ("missing_refresh_token", again && field("refresh_token").is_empty()),
        ("bad_client_id", !is_valid_id(&field("client_id"))),
        ("bad_client_secret", field("client_secret").is_empty()),
    ] {
        if wrong {
            return Err(Fail::new(400, format!("api.oauth.get_access_token.{what}.app_error")));
        }
    }
    state.require_provider("api.oauth.get_access_token.disabled.app_error")?;
    let app = state.oauth.apps.iter().find(|app| app.id == field("client_id")).cloned();
    let app = app.ok_or_else(|| Fail::new(404, "api.oauth.get_access_token.credentials.app_error"))?;
    if app.client_secret != field("client_secret") {
        return Err(Fail::new(403, "api.oauth.get_access_token.credentials.app_error"));
    }
    let session = if again {
        state.refresh_access(&app, &field("refresh_token"), call.now)?
    } else {
        let user_id = state.take_code(&app, &field("code"), &field("redirect_uri"), call.now)?;
        state.oauth_session(&app, &user_id, call.now)?
    };
    let access = state.oauth.accesses.iter().find(|access| access.token == session.token);
    let shape = TokenShape {
        refresh_token: access.map_or_else(String::new, |access| access.refresh.clone()),
        access_token: session.token,
        token_type: "bearer",
        expires_in: (session.expires_at - call.now) / SECOND,
        scope: "",
        id_token: "",
    };
    Ok(Reply::line(200, &shape).with("Cache-Control", "no-store").with("Pragma", "no-cache"))
}

impl State {
    /// Whose code it is. It is spent only when nothing else is wrong with the request (app/oauth.go).
    fn take_code(&mut self, app: &App, code: &str, redirect: &str, now: Millis) -> Result<String, Fail> {
        let expired = |status| Fail::new(status, "api.oauth.get_access_token.expired_code.app_error");
        let found = self.oauth.codes.iter().position(|known| known.code == code && known.app == app.id);
        let index = found.ok_or_else(|| expired(400))?;
        if now > self.oauth.codes[index].expires_at {
            self.oauth.codes.remove(index);
            return Err(expired(403));
        }
        if self.oauth.codes[index].redirect_uri != redirect {
            return Err(Fail::new(400, "api.oauth.get_access_token.redirect_uri.app_error"));
        }
        let user = self.users.get(&self.oauth.codes[index].user_id).ok_or_else(no_user)?;
        if user.delete_at != 0 {
            return Err(expired(403));
        }
        Ok(self.oauth.codes.remove(index).user_id)
    }

    fn oauth_session(&mut self, app: &App, user_id: &str, now: Millis) -> Result<Session, Fail> {
        let live =
            self.oauth.accesses.iter().find(|access| access.app == app.id && access.user_id == user_id);
        if let Some(row) =
            live.and_then(|access| self.sessions.rows.values().find(|row| row.token == access.token))
            && !row.is_expired(now)
        {
            return Ok(row.clone());
        }
        self.oauth.accesses.retain(|access| access.app != app.id || access.user_id != user_id);
        let session = self.new_oauth_session(app, user_id, now)?;
        let access = Access {
            app: app.id.clone(),
            user_id: user_id.to_owned(),
            token: session.token.clone(),
            refresh: self.ids.next(),
        };
        self.oauth.accesses.push(access);
        Ok(session)
    }

    /// The old session's row goes; the cache does not hear of it (app/oauth.go newSessionUpdateToken).
    fn refresh_access(&mut self, app: &App, refresh: &str, now: Millis) -> Result<Session, Fail> {
        let unknown = || Fail::new(404, "api.oauth.get_access_token.refresh_token.app_error");
        let found = self.oauth.accesses.iter().position(|access| access.refresh == refresh);
        let index = found.ok_or_else(unknown)?;
        let user_id = self.oauth.accesses[index].user_id.clone();
        let session = self.new_oauth_session(app, &user_id, now)?;
        let old = std::mem::replace(&mut self.oauth.accesses[index].token, session.token.clone());
        self.oauth.accesses[index].refresh = self.ids.next();
        self.sessions.rows.retain(|_, row| row.token != old);
        Ok(session)
    }

    fn new_oauth_session(&mut self, app: &App, user_id: &str, now: Millis) -> Result<Session, Fail> {
        let user = self.users.get(user_id).ok_or_else(no_user)?;
        let mut session = Session {
            user_id: user_id.to_owned(),
            roles: user.roles.clone(),
            is_oauth: true,
            expires_at: now.saturating_add(self.hours("SessionLengthSSOInHours")),
            ..Session::default()
        };
        session.token = self.ids.next();
        session.props = [
            ("csrf", self.ids.next().as_str()),
            ("oauth_app_id", app.id.as_str()),
            ("mattermost_app_id", ""),
            ("platform", &app.name),
            ("os", "OAuth2"),
            ("browser", "OAuth2"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        Ok(self.save_session(session, now))
    }

    /// Ends an app's sessions, codes and consents: one user's, or everybody's.
    pub fn end_app(&mut self, app: &str, user_id: Option<&str>) {
        let ends = |its_app: &str, its_user: &str| its_app == app && user_id.is_none_or(|id| id == its_user);
        let (ended, kept): (Vec<_>, Vec<_>) =
            self.oauth.accesses.drain(..).partition(|access| ends(&access.app, &access.user_id));
        self.oauth.accesses = kept;
        self.oauth.codes.retain(|code| !ends(&code.app, &code.user_id));
        self.oauth.allowed.retain(|(user, app)| !ends(app, user));
        for access in ended {
            self.sessions.revoke_token(&access.token, &access.user_id);
        }
    }
}

fn no_user() -> Fail {
    Fail::new(404, "api.oauth.get_access_token.internal_user.app_error")
}
