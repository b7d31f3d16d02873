//! The OAuth 2.0 provider, as far as `is_oauth` sessions need it (facts 6.5).

use serde::Serialize;
use serde_json::{Value, json};

use crate::body::{First, Kind, first_value};
use crate::call::{Call, parse_form};
use crate::clock::Millis;
use crate::errors::Fail;
use crate::ids::is_valid_id;
use crate::reply::{Answer, Reply};
use crate::session::Session;
use crate::state::State;

/// An app; the order of the fields is the order on the wire.
#[derive(Clone, Debug, Serialize)]
pub struct App {
    /// The client id.
    pub id: String,
    /// Who registered it.
    pub creator_id: String,
    /// When it was made.
    pub create_at: Millis,
    /// When it was changed.
    pub update_at: Millis,
    /// The client's secret.
    pub client_secret: String,
    /// Its name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// A picture.
    pub icon_url: String,
    /// Where codes may be sent.
    pub callback_urls: Vec<String>,
    /// Its page.
    pub homepage: String,
    /// Skips the consent page.
    pub is_trusted: bool,
}

struct Code {
    code: String,
    app: String,
    user_id: String,
    redirect_uri: String,
}

struct Access {
    app: String,
    user_id: String,
    token: String,
    refresh: String,
}

/// Apps, unused codes and live access tokens.
#[derive(Default)]
pub struct Provider {
    apps: Vec<App>,
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

fn require_provider(state: &State, id: &'static str) -> Result<(), Fail> {
    if state.service("EnableOAuthServiceProvider") { Ok(()) } else { Err(Fail::new(501, id)) }
}

/// `POST /oauth/apps`
pub fn create_app(state: &mut State, call: &Call) -> Answer {
    let fields = call.decode(
        "oauth_app",
        &[
            ("name", Kind::Text),
            ("description", Kind::Text),
            ("homepage", Kind::Text),
            ("icon_url", Kind::Text),
            ("callback_urls", Kind::Texts),
            ("is_trusted", Kind::Bool),
        ],
    )?;
    state.require(&call.session, "manage_oauth")?;
    require_provider(state, "api.oauth.register_oauth_app.turn_off.app_error")?;
    let callback_urls = fields.texts("callback_urls").unwrap_or_default();
    for (what, missing) in [
        ("name", fields.text("name").is_empty()),
        ("callback", callback_urls.is_empty()),
        ("homepage", !fields.text("homepage").starts_with("http")),
    ] {
        if missing {
            return Err(Fail::new(400, format!("model.oauth.is_valid.{what}.app_error")));
        }
    }
    let app = App {
        id: state.ids.next(),
        creator_id: call.session.user_id.clone(),
        create_at: call.now,
        update_at: call.now,
        client_secret: state.ids.next(),
        name: fields.text("name"),
        description: fields.text("description"),
        icon_url: fields.text("icon_url"),
        callback_urls,
        homepage: fields.text("homepage"),
        is_trusted: fields.flag("is_trusted") && state.may(&call.session, "manage_system"),
    };
    state.oauth.apps.push(app.clone());
    Ok(Reply::line(201, &app))
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

/// `GET /oauth/apps`: one's own, or with the right for it everybody's.
pub fn list_apps(state: &mut State, call: &Call) -> Answer {
    if !state.may(&call.session, "manage_oauth") {
        return Err(Fail::new(403, "api.command.admin_only.app_error"));
    }
    let all = state.may(&call.session, "manage_system_wide_oauth");
    let apps = state.oauth.apps.iter().filter(|app| all || app.creator_id == call.session.user_id);
    Ok(Reply::json(200, &call.cut(apps.collect())))
}

/// `POST /oauth/authorize`, outside `/api/v4`: a session that is not OAuth itself.
pub fn authorize(state: &mut State, call: &Call) -> Answer {
    let names = ["response_type", "client_id", "redirect_uri", "scope", "state"];
    let fields = call.decode("authorize_request", &names.map(|name| (name, Kind::Text)))?;
    let (client, redirect) = (fields.text("client_id"), fields.text("redirect_uri"));
    for (what, wrong) in [
        ("client_id", !is_valid_id(&client)),
        ("response_type", fields.text("response_type") != "code"),
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
    require_provider(state, "api.oauth.allow_oauth.turn_off.app_error")?;
    let app = state.oauth.apps.iter().find(|app| app.id == client);
    let app = app.ok_or_else(|| Fail::new(404, "app.oauth.get_app.find.app_error"))?;
    if !app.callback_urls.contains(&redirect) {
        return Err(Fail::new(400, "api.oauth.allow_oauth.redirect_callback.app_error"));
    }
    let code = state.ids.next();
    let joint = if redirect.contains('?') { '&' } else { '?' };
    let answer = format!("{redirect}{joint}code={code}&state={}", fields.text("state"));
    let user_id = call.session.user_id.clone();
    state.oauth.codes.push(Code { code, app: client, user_id, redirect_uri: redirect });
    Ok(Reply::json(200, &json!({ "redirect": answer })))
}

#[derive(Serialize)]
struct TokenShape<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: i64,
    scope: &'static str,
    refresh_token: &'a str,
    id_token: &'static str,
}

/// `POST /oauth/access_token`, outside `/api/v4`: a form; a code works once, a live token is handed out again.
pub fn access_token(state: &mut State, call: &Call) -> Answer {
    let form = parse_form(&String::from_utf8_lossy(&call.body));
    let field =
        |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value).to_owned();
    for (what, wrong) in [
        ("bad_grant", field("grant_type") != "authorization_code"),
        ("missing_code", field("code").is_empty()),
        ("bad_client_id", field("client_id").len() != 26),
        ("bad_client_secret", field("client_secret").is_empty()),
    ] {
        if wrong {
            return Err(Fail::new(400, format!("api.oauth.get_access_token.{what}.app_error")));
        }
    }
    require_provider(state, "api.oauth.get_access_token.disabled.app_error")?;
    let app = state.oauth.apps.iter().find(|app| app.id == field("client_id")).cloned();
    let app = app.ok_or_else(|| Fail::new(404, "api.oauth.get_access_token.credentials.app_error"))?;
    if app.client_secret != field("client_secret") {
        return Err(Fail::new(403, "api.oauth.get_access_token.credentials.app_error"));
    }
    let expired = || Fail::new(400, "api.oauth.get_access_token.expired_code.app_error");
    let index = state.oauth.codes.iter().position(|code| code.code == field("code") && code.app == app.id);
    let code = state.oauth.codes.remove(index.ok_or_else(expired)?);
    if code.redirect_uri != field("redirect_uri") {
        return Err(Fail::new(400, "api.oauth.get_access_token.redirect_uri.app_error"));
    }
    let session = state.oauth_session(&app, &code.user_id, call.now)?;
    let refresh = state.oauth.accesses.iter().find(|access| access.token == session.token);
    let refresh_token = refresh.map_or("", |access| access.refresh.as_str());
    let shape = TokenShape {
        access_token: &session.token,
        token_type: "bearer",
        expires_in: (session.expires_at - call.now) / 1_000,
        scope: "user",
        refresh_token,
        id_token: "",
    };
    Ok(Reply::json(200, &shape).with("Cache-Control", "no-store").with("Pragma", "no-cache"))
}

impl State {
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
        let user = self.user(user_id)?;
        let mut session = Session {
            token: String::new(),
            user_id: user_id.to_owned(),
            roles: user.roles.clone(),
            is_oauth: true,
            ..Session::default()
        };
        session.props = [
            ("oauth_app_id", app.id.as_str()),
            ("mattermost_app_id", ""),
            ("platform", &app.name),
            ("os", "OAuth2"),
            ("browser", "OAuth2"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        session.token = self.ids.next();
        session.expires_at = now.saturating_add(self.hours("SessionLengthSSOInHours"));
        let access = Access {
            app: app.id.clone(),
            user_id: user_id.to_owned(),
            token: session.token.clone(),
            refresh: self.ids.next(),
        };
        self.oauth.accesses.push(access);
        Ok(self.save_session(session, now))
    }
}
