//! The control address: JSON in, JSON out. `README.md` has an example for each endpoint.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::clock::Millis;
use crate::faults::Fault;
use crate::pats::Pat;
use crate::reply::Reply;
use crate::session::Session;
use crate::state::State;
use crate::totp;
use crate::users::User;
use crate::world::World;

type Done = Result<Value, String>;

/// Answers one control request.
pub fn answer(world: &World, call: &Call) -> Reply {
    let done = match (call.method.as_str(), call.path.as_str()) {
        ("POST", "/reset") => {
            world.reset();
            Ok(json!({}))
        }
        ("GET", "/log") => Ok(json!(world.log.entries(call.query("values") == "true"))),
        ("DELETE", "/log") => {
            world.log.clear();
            Ok(json!({}))
        }
        ("GET", "/faults") => Ok(json!(world.faults.list())),
        ("POST", "/faults") => body::<Fault>(call).map(|fault| {
            world.faults.plant(fault);
            json!({})
        }),
        ("DELETE", "/faults") => {
            world.faults.clear();
            Ok(json!({}))
        }
        _ => change(&mut world.state(), call),
    };
    let reply = match done {
        Ok(value) => Reply::line(200, &value),
        Err(why) => Reply::line(400, &json!({ "error": why })),
    };
    reply.with("Content-Type", "application/json")
}

fn change(state: &mut State, call: &Call) -> Done {
    match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/clock") => Ok(json!({ "now": state.clock.now() })),
        ("POST", "/clock") => clock(state, body(call)?),
        ("POST", "/environment") => environment(state, body(call)?),
        ("POST", "/settings") => settings(state, &body(call)?),
        ("POST", "/restart") => {
            state.restart();
            Ok(json!({}))
        }
        ("POST", "/reap") => {
            state.reaped_at = 0;
            state.reap(state.clock.now());
            Ok(json!({ "tokens": state.tokens.len() }))
        }
        ("POST", "/licence") => licence(state, &body(call)?),
        ("POST", "/database") => database(state, &body(call)?),
        ("POST", "/rows") => rows(state, &body(call)?),
        ("POST", "/plant") => plant(state, body(call)?),
        ("POST", "/users") => user(state, body(call)?),
        ("GET", "/mfa") => mfa_code(state, call.query("user_id")),
        (method, path) => Err(format!("no such control request: {method} {path}")),
    }
}

fn body<T: DeserializeOwned>(call: &Call) -> Result<T, String> {
    serde_json::from_slice(&call.body).map_err(|error| error.to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    set: Option<Millis>,
    advance: Option<Millis>,
    #[serde(default)]
    freeze: bool,
    #[serde(default)]
    run: bool,
}

fn clock(state: &mut State, change: ClockChange) -> Done {
    let clock = &mut state.clock;
    if let Some(now) = change.set {
        clock.set(now);
    }
    if let Some(by) = change.advance {
        clock.advance(by);
    }
    if change.freeze {
        clock.freeze();
    }
    if change.run {
        clock.run();
    }
    Ok(json!({ "now": clock.now() }))
}

fn environment(state: &mut State, variables: Map<String, Value>) -> Done {
    for (name, value) in variables {
        let value = match value {
            Value::Null => None,
            Value::String(text) => Some(text),
            other => Some(other.to_string()),
        };
        state.config.override_with(&name, value);
    }
    Ok(state.config.environment(&|_| true))
}

fn settings(state: &mut State, sections: &Map<String, Value>) -> Done {
    for (section, keys) in sections {
        for (key, value) in keys.as_object().ok_or("a section is an object")? {
            if !state.config.store(section, key, value.clone()) {
                return Err(format!("no such setting: {section}.{key}"));
            }
        }
    }
    Ok(json!({}))
}

fn flags(change: &Map<String, Value>, known: &mut [(&str, &mut bool)]) -> Done {
    for (key, value) in change {
        let (_, slot) =
            known.iter_mut().find(|(name, _)| name == key).ok_or_else(|| format!("unknown: {key}"))?;
        **slot = value.as_bool().ok_or_else(|| format!("{key} is true or false"))?;
    }
    Ok(known.iter().map(|(name, slot)| ((*name).to_owned(), json!(**slot))).collect::<Map<_, _>>().into())
}

fn licence(state: &mut State, change: &Map<String, Value>) -> Done {
    let licence = &mut state.licence;
    flags(
        change,
        &mut [("present", &mut licence.present), ("mfa", &mut licence.mfa), ("guests", &mut licence.guests)],
    )
}

fn database(state: &mut State, change: &Map<String, Value>) -> Done {
    let trouble = &mut state.trouble;
    flags(
        change,
        &mut [
            ("session_read", &mut trouble.session_read),
            ("token_read", &mut trouble.token_read),
            ("user_read", &mut trouble.user_read),
            ("session_save", &mut trouble.session_save),
            ("token_delete", &mut trouble.token_delete),
        ],
    )
}

/// What somebody with SQL does: the server's cache does not hear of it (facts 2.6).
fn rows(state: &mut State, change: &Map<String, Value>) -> Done {
    for (key, value) in change {
        let text = value.as_str().ok_or_else(|| format!("{key} is a string"))?;
        match key.as_str() {
            "delete_sessions_of_token" => state.sessions.rows.retain(|_, row| row.token != text),
            "delete_sessions_of_user" => state.sessions.rows.retain(|_, row| row.user_id != text),
            "delete_token" => state.tokens.retain(|pat| pat.id != text),
            "delete_user" => {
                state.users.remove(text);
            }
            "disable_token" => {
                state.tokens.iter_mut().filter(|pat| pat.id == text).for_each(|pat| pat.is_active = false);
            }
            _ => return Err(format!("unknown: {key}")),
        }
    }
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Planted {
    user_id: String,
    #[serde(default)]
    kind: PlantedKind,
    token: Option<String>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    expires_at: Millis,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum PlantedKind {
    #[default]
    AccessToken,
    Session,
    Oauth,
}

/// A token or a session with a secret of the test's choice.
fn plant(state: &mut State, planted: Planted) -> Done {
    let token = planted.token.unwrap_or_else(|| state.ids.next());
    let user = state.users.get(&planted.user_id).ok_or("no such user")?.clone();
    if matches!(planted.kind, PlantedKind::AccessToken) {
        let pat = Pat {
            id: state.ids.next(),
            token: token.clone(),
            user_id: user.id,
            description: planted.description,
            is_active: true,
            expires_at: planted.expires_at,
        };
        let id = pat.id.clone();
        state.tokens.push(pat);
        return Ok(json!({ "id": id, "token": token }));
    }
    let is_oauth = matches!(planted.kind, PlantedKind::Oauth);
    let mut session = Session { token, user_id: user.id, roles: user.roles, is_oauth, ..Session::default() };
    if !is_oauth {
        session.props.insert("csrf".to_owned(), state.ids.next());
    }
    let now = state.clock.now();
    session.expires_at = if planted.expires_at > 0 {
        planted.expires_at
    } else {
        now.saturating_add(if is_oauth {
            state.hours("SessionLengthSSOInHours")
        } else {
            state.session_length(&session)
        })
    };
    let session = state.save_session(session, now);
    Ok(json!({ "id": session.id, "token": session.token, "csrf": session.prop("csrf") }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserChange {
    user_id: String,
    mfa_secret: Option<String>,
    mfa_active: Option<bool>,
    auth_service: Option<String>,
    auth_data: Option<String>,
    remote_id: Option<String>,
    email_verified: Option<bool>,
    failed_attempts: Option<i64>,
}

fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

/// Sets what else takes a login provider, a letter or a phone.
fn user(state: &mut State, change: UserChange) -> Done {
    let user: &mut User = state.users.get_mut(&change.user_id).ok_or("no such user")?;
    set(&mut user.mfa_secret, change.mfa_secret);
    set(&mut user.mfa_active, change.mfa_active);
    set(&mut user.auth_service, change.auth_service);
    set(&mut user.email_verified, change.email_verified);
    set(&mut user.failed_attempts, change.failed_attempts);
    user.auth_data = change.auth_data.or(user.auth_data.take());
    user.remote_id = change.remote_id.or(user.remote_id.take());
    Ok(json!({}))
}

fn mfa_code(state: &State, user_id: &str) -> Done {
    let user = state.users.get(user_id).ok_or("no such user")?;
    Ok(json!({ "code": totp::code_now(&user.mfa_secret, state.clock.now()) }))
}
