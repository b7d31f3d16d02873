//! Bots (facts 5).

use crate::account_rules::valid_username;
use crate::body::{Fields, Kind};
use crate::call::Call;
use crate::clock::Millis;
use crate::errors::Fail;
use crate::reply::{Answer, Reply};
use crate::shapes::{BotShape, Eyes, UserShape};
use crate::state::State;
use crate::users::{User, default_notify_props, default_timezone};

/// A row of the bots table; name and roles live on the account of the same id.
#[derive(Clone, Debug, Default)]
pub struct Bot {
    /// The account's id.
    pub user_id: String,
    /// Free text, shown as the first name.
    pub display_name: String,
    /// At most 1024 characters.
    pub description: String,
    /// A user's id, or a plugin's.
    pub owner_id: String,
    /// When it was made.
    pub create_at: Millis,
    /// When it was changed.
    pub update_at: Millis,
    /// 0 = enabled.
    pub delete_at: Millis,
    /// Made by the server itself.
    pub system_owned: bool,
}

const SCHEMA: &[(&str, Kind)] = &[
    ("user_id", Kind::Text),
    ("username", Kind::Text),
    ("display_name", Kind::Text),
    ("description", Kind::Text),
    ("owner_id", Kind::Text),
    ("last_icon_update", Kind::Int),
    ("create_at", Kind::Int),
    ("update_at", Kind::Int),
    ("delete_at", Kind::Int),
];

fn check_texts(username: &str, description: &str) -> Result<(), Fail> {
    if !valid_username(username) {
        return Err(Fail::new(400, "model.bot.is_valid.username.app_error"));
    }
    if description.chars().count() > 1_024 {
        return Err(Fail::new(400, "model.bot.is_valid.description.app_error"));
    }
    Ok(())
}

impl State {
    fn answer_bot(&self, status: u16, id: &str) -> Answer {
        let bot = self.bots.get(id).ok_or_else(Fail::no_bot)?;
        Ok(Reply::line(status, &BotShape::read(bot, self)))
    }

    fn check_display_name(&self, name: &str) -> Result<(), Fail> {
        // It becomes the account's first name (executed.json `bot_limits`).
        if name.chars().count() > 64 {
            Err(Fail::new(400, "model.user.is_valid.first_name.app_error"))
        } else {
            Ok(())
        }
    }
}

/// `POST /bots`; the order of refusals is facts 5.
pub fn create(state: &mut State, call: &Call) -> Answer {
    let fields = call.decode_object("bot", SCHEMA)?;
    state.require(&call.session, "create_bot")?;
    if state.bots.contains_key(&call.session.user_id) {
        return Err(Fail::permission(&call.session.user_id, "create_bot")); // bots never create bots
    }
    if !state.service("EnableBotAccountCreation") {
        return Err(Fail::new(403, "api.bot.create_disabled"));
    }
    let (username, description) = (fields.text("username"), fields.text("description"));
    check_texts(&username, &description)?;
    let display_name = fields.text("display_name");
    state.check_display_name(&display_name)?;
    let user = User {
        email: format!("{username}@localhost"),
        username,
        first_name: display_name.clone(),
        roles: "system_user".to_owned(),
        create_at: call.now,
        update_at: call.now,
        last_password_update: call.now,
        locale: "en".to_owned(),
        timezone: default_timezone(),
        notify_props: default_notify_props(),
        ..User::default()
    };
    if state.users.values().any(|other| other.username == user.username) {
        return Err(Fail::new(400, "app.user.save.username_exists.app_error"));
    }
    let id = state.ids.next();
    let owner_id = call.session.user_id.clone();
    let (create_at, update_at) = (call.now, call.now);
    let bot = Bot {
        user_id: id.clone(),
        display_name,
        description,
        owner_id,
        create_at,
        update_at,
        ..Bot::default()
    };
    state.users.insert(id.clone(), User { id: id.clone(), ..user });
    state.bots.insert(id.clone(), bot);
    state.answer_bot(201, &id)
}

/// `GET /bots`: all with `read_others_bots`, one's own with `read_bots`.
pub fn list(state: &mut State, call: &Call) -> Answer {
    let all = state.may(&call.session, "read_others_bots");
    if !all {
        state.require(&call.session, "read_bots")?;
    }
    let (deleted, orphaned) = (call.query_flag("include_deleted"), call.query_flag("only_orphaned"));
    let gone = |owner: &str| state.users.get(owner).is_some_and(|owner| owner.delete_at != 0);
    let mut found: Vec<_> = state
        .bots
        .values()
        .filter(|bot| all || bot.owner_id == call.session.user_id)
        .filter(|bot| (deleted || bot.delete_at == 0) && (!orphaned || gone(&bot.owner_id)))
        .collect();
    let name = |bot: &Bot| state.users.get(&bot.user_id).map(|user| user.username.as_str());
    found.sort_by_key(|bot| (bot.create_at, name(bot)));
    let page = call.cut(found);
    // As with one bot, the tag is sent with a 304 only.
    let latest = page.iter().rev().max_by_key(|bot| bot.update_at);
    let (id, time) = latest.map_or(("0", 0), |bot| (bot.user_id.as_str(), bot.update_at));
    let tag = format!("{}.{id}.{time}.0.{}", state.profile.version, page.len());
    if call.header("if-none-match") == tag {
        return Ok(Reply::bytes(304, "").with("ETag", tag));
    }
    Ok(Reply::line(200, &page.into_iter().map(|bot| BotShape::read(bot, state)).collect::<Vec<_>>()))
}

/// `GET /bots/{bot_user_id}`: a disabled one only with `include_deleted=true`.
pub fn get(state: &mut State, call: &Call) -> Answer {
    let id = call.id("bot_user_id")?;
    let bot = state.bots.get(&id).ok_or_else(Fail::no_bot)?;
    if bot.delete_at != 0 && !call.query_flag("include_deleted") {
        return Err(Fail::no_bot());
    }
    state.require_bot_read(&call.session, &id)?;
    // The tag is sent with a 304 only.
    let tag = format!("{}.{id}.{}", state.profile.version, bot.update_at);
    if call.header("if-none-match") == tag {
        return Ok(Reply::bytes(304, "").with("ETag", tag));
    }
    state.answer_bot(200, &id)
}

fn patched(fields: &Fields, name: &str, old: &str) -> String {
    fields.opt_text(name).unwrap_or_else(|| old.to_owned())
}

/// `PUT /bots/{bot_user_id}`: a patch, `null` leaves alone; the body comes before the rights.
pub fn patch(state: &mut State, call: &Call) -> Answer {
    let id = call.id("bot_user_id")?;
    let fields = call.decode_object("bot", SCHEMA)?;
    state.require_bot_change(&call.session, &id)?;
    let (bot, user) = (state.bots.get(&id).ok_or_else(Fail::no_bot)?, state.user(&id)?);
    let username = patched(&fields, "username", &user.username);
    let display_name = patched(&fields, "display_name", &bot.display_name);
    let description = patched(&fields, "description", &bot.description);
    if (&username, &display_name, &description) == (&user.username, &bot.display_name, &bot.description) {
        return state.answer_bot(200, &id); // without effect nothing is written
    }
    check_texts(&username, &description)?;
    state.check_display_name(&display_name)?;
    if state.users.values().any(|other| other.id != id && other.username == username) {
        return Err(Fail::new(400, "app.user.save.username_exists.app_error"));
    }
    let user = state.user_mut(&id)?;
    user.email = format!("{username}@localhost");
    (user.username, user.update_at) = (username, call.now);
    user.first_name.clone_from(&display_name);
    let bot = state.bots.get_mut(&id).ok_or_else(Fail::no_bot)?;
    (bot.display_name, bot.description, bot.update_at) = (display_name, description, call.now);
    state.answer_bot(200, &id)
}

fn set_enabled(state: &mut State, call: &Call, enabled: bool) -> Answer {
    let id = call.id("bot_user_id")?;
    state.require_bot_change(&call.session, &id)?;
    let was_off = state.bots.get(&id).is_some_and(|bot| bot.delete_at != 0);
    if enabled && state.at_user_limit() {
        return Err(Fail::new(400, "app.user.update_active.user_limit.exceeded"));
    }
    // Repeatable; disabling ends sessions, tokens revive on enable.
    if enabled == was_off {
        state.set_active(&id, enabled, call.now);
    } else if let Some(user) = state.users.get_mut(&id) {
        user.update_at = call.now; // the account is written although the bot is not
    }
    state.answer_bot(200, &id)
}

/// `POST /bots/{bot_user_id}/enable`
pub fn enable(state: &mut State, call: &Call) -> Answer {
    set_enabled(state, call, true)
}

/// `POST /bots/{bot_user_id}/disable`
pub fn disable(state: &mut State, call: &Call) -> Answer {
    set_enabled(state, call, false)
}

/// `POST /bots/{bot_user_id}/assign/{user_id|me}`: an unknown user is taken, a bot refused.
pub fn assign(state: &mut State, call: &Call) -> Answer {
    let owner = call.id("user_id")?;
    let id = call.id("bot_user_id")?;
    state.require_bot_change(&call.session, &id)?;
    if state.bots.contains_key(&owner) {
        return Err(Fail::permission(&call.session.user_id, "assign_bot"));
    }
    let bot = state.bots.get_mut(&id).ok_or_else(Fail::no_bot)?;
    (bot.owner_id, bot.update_at) = (owner, call.now);
    state.answer_bot(200, &id)
}

/// `POST /bots/{bot_user_id}/convert_to_user`: tokens stay, and obey the switch from now on.
pub fn convert_to_user(state: &mut State, call: &Call) -> Answer {
    let id = call.id("bot_user_id")?;
    let active = state.bots.get(&id).is_some_and(|bot| bot.delete_at == 0);
    if !active {
        return Err(Fail::no_bot());
    }
    let names =
        ["username", "email", "password", "nickname", "first_name", "last_name", "position", "locale"];
    let fields = call.decode("userPatch", &names.map(|name| (name, Kind::Text)))?;
    let password = fields.text("password");
    if password.is_empty() {
        return Err(Fail::body_param("userPatch"));
    }
    state.require(&call.session, "manage_system")?;
    state.check_password(&password)?;
    let admin = call.query_flag("set_system_admin");
    let user = state.user_mut(&id)?;
    user.username = patched(&fields, "username", &user.username);
    user.email = patched(&fields, "email", &user.email);
    (user.password, user.update_at, user.last_password_update) = (password, call.now, call.now);
    let roles = if admin { "system_user system_admin".to_owned() } else { user.roles.clone() };
    state.bots.remove(&id);
    state.set_user_roles(&id, &roles, call.now);
    Ok(Reply::line(200, &UserShape::seen(state.user(&id)?, Eyes::Near, state)))
}

/// `POST /users/{user_id}/convert_to_bot`: sessions go, tokens stay; the bot owns itself (facts 2.6, 3).
pub fn convert_from_user(state: &mut State, call: &Call) -> Answer {
    let id = call.id("user_id")?;
    let user = state.user(&id)?;
    state.require(&call.session, "manage_system")?;
    let bot = Bot {
        user_id: id.clone(),
        display_name: format!("{} {}", user.first_name, user.last_name).trim().to_owned(),
        owner_id: id.clone(),
        create_at: call.now,
        update_at: call.now,
        ..Bot::default()
    };
    state.bots.insert(id.clone(), bot);
    state.sessions.revoke_user(&id);
    state.answer_bot(200, &id)
}
