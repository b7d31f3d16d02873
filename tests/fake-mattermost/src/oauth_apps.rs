//! The apps of the OAuth 2.0 provider: one's own, or with `manage_system_wide_oauth` everybody's (api4/oauth.go).

use serde::Serialize;

use crate::body::{Fields, Kind};
use crate::call::Call;
use crate::clock::Millis;
use crate::errors::Fail;
use crate::reply::{Answer, Reply};
use crate::state::State;

/// An app; the order of the fields is the order on the wire.
#[derive(Clone, Debug, Default, Serialize)]
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

const SCHEMA: &[(&str, Kind)] = &[
    ("id", Kind::Text),
    ("name", Kind::Text),
    ("description", Kind::Text),
    ("homepage", Kind::Text),
    ("icon_url", Kind::Text),
    ("callback_urls", Kind::Texts),
    ("is_trusted", Kind::Bool),
];

impl App {
    /// With what the body says, or the 400.
    fn filled(self, fields: &Fields) -> Result<Self, Fail> {
        let app = Self {
            name: fields.text("name"),
            description: fields.text("description"),
            icon_url: fields.text("icon_url"),
            callback_urls: fields.texts("callback_urls").unwrap_or_default(),
            homepage: fields.text("homepage"),
            ..self
        };
        for (what, wrong) in [
            ("name", app.name.is_empty()),
            ("callback", app.callback_urls.is_empty()),
            ("homepage", !app.homepage.starts_with("http")),
        ] {
            if wrong {
                return Err(Fail::new(400, format!("model.oauth.is_valid.{what}.app_error")));
            }
        }
        Ok(app)
    }

    /// As everybody may see it.
    fn public(&self) -> Self {
        Self { client_secret: String::new(), ..self.clone() }
    }
}

impl State {
    /// The provider, or a 501.
    pub fn require_provider(&self, id: &'static str) -> Result<(), Fail> {
        if self.service("EnableOAuthServiceProvider") { Ok(()) } else { Err(Fail::new(501, id)) }
    }

    /// An app, or the 404.
    pub fn oauth_app(&self, id: &str) -> Result<&App, Fail> {
        self.require_provider("api.oauth.allow_oauth.turn_off.app_error")?;
        let app = self.oauth.apps.iter().find(|app| app.id == id);
        app.ok_or_else(|| Fail::new(404, "app.oauth.get_app.find.app_error"))
    }

    /// The app of the path, if the caller may change it.
    fn managed_app(&self, call: &Call, id: &str) -> Result<App, Fail> {
        let app = self.oauth_app(id)?.clone();
        if app.creator_id != call.session.user_id {
            self.require(&call.session, "manage_system_wide_oauth")?;
        }
        Ok(app)
    }

    fn store_app(&mut self, app: App) -> Answer {
        let reply = Reply::line(200, &app);
        self.oauth.apps.iter_mut().filter(|old| old.id == app.id).for_each(|old| old.clone_from(&app));
        Ok(reply)
    }
}

/// An app's id, asked before the right to manage any.
fn app_id(state: &State, call: &Call) -> Result<String, Fail> {
    let id = call.id("app_id")?;
    state.require(&call.session, "manage_oauth")?;
    Ok(id)
}

/// `POST /oauth/apps`
pub fn create(state: &mut State, call: &Call) -> Answer {
    let fields = call.decode("oauth_app", SCHEMA)?;
    state.require(&call.session, "manage_oauth")?;
    state.require_provider("api.oauth.register_oauth_app.turn_off.app_error")?;
    let app = App {
        id: state.ids.next(),
        creator_id: call.session.user_id.clone(),
        create_at: call.now,
        update_at: call.now,
        client_secret: state.ids.next(),
        is_trusted: fields.flag("is_trusted") && state.may(&call.session, "manage_system"),
        ..App::default()
    };
    let app = app.filled(&fields)?;
    state.oauth.apps.push(app.clone());
    Ok(Reply::line(201, &app))
}

/// `GET /oauth/apps`
pub fn list(state: &mut State, call: &Call) -> Answer {
    if !state.may(&call.session, "manage_oauth") {
        return Err(Fail::new(403, "api.command.admin_only.app_error"));
    }
    let all = state.may(&call.session, "manage_system_wide_oauth");
    let apps = state.oauth.apps.iter().filter(|app| all || app.creator_id == call.session.user_id);
    Ok(Reply::json(200, &call.cut(apps.collect())))
}

/// `GET /oauth/apps/{app_id}`
pub fn get(state: &mut State, call: &Call) -> Answer {
    let id = app_id(state, call)?;
    Ok(Reply::line(200, &state.managed_app(call, &id)?))
}

/// `GET /oauth/apps/{app_id}/info`: for the consent page, so for everybody.
pub fn info(state: &mut State, call: &Call) -> Answer {
    Ok(Reply::line(200, &state.oauth_app(&call.id("app_id")?)?.public()))
}

/// `PUT /oauth/apps/{app_id}`: the body names the app again.
pub fn update(state: &mut State, call: &Call) -> Answer {
    let id = app_id(state, call)?;
    let fields = call.decode("oauth_app", SCHEMA)?;
    if fields.text("id") != id {
        return Err(Fail::body_param("app_id"));
    }
    let mut app = state.managed_app(call, &id)?.filled(&fields)?;
    if state.may(&call.session, "manage_system_wide_oauth") {
        app.is_trusted = fields.flag("is_trusted");
    }
    app.update_at = call.now;
    state.store_app(app)
}

/// `POST /oauth/apps/{app_id}/regen_secret`
pub fn regenerate_secret(state: &mut State, call: &Call) -> Answer {
    let id = app_id(state, call)?;
    let mut app = state.managed_app(call, &id)?;
    (app.client_secret, app.update_at) = (state.ids.next(), call.now);
    state.store_app(app)
}

/// `DELETE /oauth/apps/{app_id}`: its sessions end with it.
pub fn delete(state: &mut State, call: &Call) -> Answer {
    let id = app_id(state, call)?;
    state.managed_app(call, &id)?;
    state.oauth.apps.retain(|app| app.id != id);
    state.end_app(&id, None);
    Ok(Reply::ok())
}

/// `GET /users/{user_id}/oauth/apps/authorized`
pub fn list_authorized(state: &mut State, call: &Call) -> Answer {
    let user_id = call.id("user_id")?;
    state.require_user(&call.session, &user_id)?;
    state.require_provider("api.oauth.allow_oauth.turn_off.app_error")?;
    let allowed = |app: &&App| state.oauth.allowed.contains(&(user_id.clone(), app.id.clone()));
    let apps = state.oauth.apps.iter().filter(allowed).map(App::public);
    Ok(Reply::json(200, &call.cut(apps.collect())))
}
