//! The objects on the wire; the order of the fields is the order of the keys (facts 13, executed.json `wire_keys`).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::bots::Bot;
use crate::clock::Millis;
use crate::pats::Pat;
use crate::profile::Profile;
use crate::session::Session;
use crate::state::State;
use crate::users::User;

fn zero(number: &i64) -> bool {
    *number == 0
}

fn no(flag: &bool) -> bool {
    !flag
}

/// A personal access token; `token` only at create and rotate, `expires_at` only from 11.9.
#[derive(Serialize)]
pub struct PatShape<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    token: &'a str,
    user_id: &'a str,
    description: &'a str,
    is_active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Millis>,
}

impl<'a> PatShape<'a> {
    /// As every read shows it: without the secret.
    pub fn read(pat: &'a Pat, profile: &Profile) -> Self {
        Self { token: "", ..Self::with_secret(pat, profile) }
    }

    /// As create and rotate show it.
    pub fn with_secret(pat: &'a Pat, profile: &Profile) -> Self {
        Self {
            id: &pat.id,
            token: &pat.token,
            user_id: &pat.user_id,
            description: &pat.description,
            is_active: pat.is_active,
            expires_at: profile.token_expiry.then_some(pat.expires_at),
        }
    }
}

/// An item of a sessions list: thirteen keys, always all, the token blanked.
#[derive(Serialize)]
pub struct SessionShape<'a> {
    id: &'a str,
    token: &'a str,
    create_at: Millis,
    expires_at: Millis,
    last_activity_at: Millis,
    user_id: &'a str,
    device_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    voip_device_id: Option<&'a str>,
    roles: &'a str,
    is_oauth: bool,
    expired_notify: bool,
    props: &'a BTreeMap<String, String>,
    team_members: [u8; 0],
    local: bool,
}

impl<'a> SessionShape<'a> {
    /// As the sessions list shows it.
    pub fn read(session: &'a Session, profile: &Profile) -> Self {
        Self {
            id: &session.id,
            token: "",
            create_at: session.create_at,
            expires_at: session.expires_at,
            last_activity_at: session.last_activity_at,
            user_id: &session.user_id,
            device_id: &session.device_id,
            voip_device_id: profile.voip_device_id.then_some(&session.voip_device_id),
            roles: &session.roles,
            is_oauth: session.is_oauth,
            expired_notify: false,
            props: &session.props,
            team_members: [],
            local: false,
        }
    }
}

/// A bot; three keys are omitted when empty (facts 5).
#[derive(Serialize)]
pub struct BotShape<'a> {
    user_id: &'a str,
    username: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    display_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    owner_id: &'a str,
    #[serde(skip_serializing_if = "zero")]
    last_icon_update: Millis,
    create_at: Millis,
    update_at: Millis,
    delete_at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_owned: Option<bool>,
}

impl<'a> BotShape<'a> {
    /// The bot with the name its account has.
    pub fn read(bot: &'a Bot, state: &'a State) -> Self {
        let username = state.users.get(&bot.user_id).map_or("", |user| user.username.as_str());
        Self {
            user_id: &bot.user_id,
            username,
            display_name: &bot.display_name,
            description: &bot.description,
            owner_id: &bot.owner_id,
            last_icon_update: 0,
            create_at: bot.create_at,
            update_at: bot.update_at,
            delete_at: bot.delete_at,
            system_owned: state.profile.system_owned.then_some(bot.system_owned),
        }
    }
}

/// Whose eyes a user is shown to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Eyes {
    /// The user's own.
    Near,
    /// An administrator's.
    Admin,
    /// Somebody else's.
    Far {
        /// `PrivacySettings.ShowFullName`
        names: bool,
        /// `PrivacySettings.ShowEmailAddress`
        email: bool,
    },
}

/// A user. Password, MFA secret and last login are never written.
#[derive(Serialize)]
pub struct UserShape<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "zero")]
    create_at: Millis,
    #[serde(skip_serializing_if = "zero")]
    update_at: Millis,
    delete_at: Millis,
    username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_data: Option<&'a str>,
    auth_service: &'a str,
    email: &'a str,
    #[serde(skip_serializing_if = "no")]
    email_verified: bool,
    nickname: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    position: &'a str,
    roles: &'a str,
    #[serde(skip_serializing_if = "no")]
    allow_marketing: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    props: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    notify_props: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "zero")]
    last_password_update: Millis,
    #[serde(skip_serializing_if = "zero")]
    failed_attempts: i64,
    locale: &'a str,
    timezone: &'a Value,
    #[serde(skip_serializing_if = "no")]
    mfa_active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote_id: Option<&'a str>,
    #[serde(skip_serializing_if = "no")]
    is_bot: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    bot_description: &'a str,
    disable_welcome_email: bool,
}

impl<'a> UserShape<'a> {
    /// The user as those eyes may see it (facts 13).
    pub fn seen(user: &'a User, eyes: Eyes, state: &'a State) -> Self {
        let mut shape = Self::near(user, state);
        if eyes != Eyes::Near {
            // Not even for administrators: what is no part of a profile (recording 200-users-list-pat-2025).
            shape.email_verified = false;
            shape.allow_marketing = false;
            shape.last_password_update = 0;
        }
        if let Eyes::Far { names, email } = eyes {
            (shape.auth_data, shape.auth_service) = (Some(""), "");
            shape.notify_props = BTreeMap::new();
            shape.failed_attempts = 0;
            if !email {
                shape.email = "";
            }
            if !names {
                (shape.first_name, shape.last_name) = ("", "");
            }
        }
        shape
    }

    fn near(user: &'a User, state: &'a State) -> Self {
        let bot = state.bots.get(&user.id);
        let stored = user.auth_data.as_deref();
        Self {
            id: &user.id,
            create_at: user.create_at,
            update_at: user.update_at,
            delete_at: user.delete_at,
            username: &user.username,
            auth_data: if state.profile.auth_data_for_self {
                Some(stored.unwrap_or_default())
            } else {
                stored
            },
            auth_service: &user.auth_service,
            email: &user.email,
            email_verified: user.email_verified,
            nickname: &user.nickname,
            first_name: &user.first_name,
            last_name: &user.last_name,
            position: &user.position,
            roles: &user.roles,
            allow_marketing: user.allow_marketing,
            props: user.props.clone(),
            notify_props: user.notify_props.clone(),
            last_password_update: user.last_password_update,
            failed_attempts: user.failed_attempts,
            locale: &user.locale,
            timezone: &user.timezone,
            mfa_active: user.mfa_active,
            remote_id: match &user.remote_id {
                Some(remote) => Some(remote),
                None => (state.profile.remote_id_for_people && bot.is_none()).then_some(""),
            },
            is_bot: bot.is_some(),
            bot_description: bot.map_or("", |bot| bot.description.as_str()),
            disable_welcome_email: user.disable_welcome_email,
        }
    }
}
