//! Everything the server remembers, in one place.

use std::collections::BTreeMap;

use crate::bots::Bot;
use crate::clock::{Clock, Millis};
use crate::config::Config;
use crate::ids::Ids;
use crate::limiter::Limiters;
use crate::oauth::Provider;
use crate::pats::Pat;
use crate::profile::Profile;
use crate::roles::{self, Role};
use crate::session::Sessions;
use crate::users::User;

/// The licence, as far as the rules ask for it.
#[derive(Clone, Copy, Default)]
pub struct Licence {
    /// A licence is loaded: the last part of `X-Version-Id`.
    pub present: bool,
    /// It covers MFA enforcement.
    pub mfa: bool,
    /// It covers guest accounts.
    pub guests: bool,
}

/// Parts of the database that fail (facts 2.2, "Database trouble").
#[derive(Clone, Copy, Default)]
pub struct Trouble {
    /// Reading sessions: swallowed, the token table is tried next.
    pub session_read: bool,
    /// Reading access tokens: a 401.
    pub token_read: bool,
    /// Reading users while minting a session: the 500 with the token.
    pub user_read: bool,
    /// Counting or saving sessions: the 500 with the token.
    pub session_save: bool,
    /// Deleting a token: the answer is OK and nothing is deleted (facts 2.6).
    pub token_delete: bool,
}

/// The state machine's state.
pub struct State {
    /// Which release this is.
    pub profile: Profile,
    /// The only time there is.
    pub clock: Clock,
    /// The id generator.
    pub ids: Ids,
    /// Stored settings, overrides and what was read at the start.
    pub config: Config,
    /// The licence.
    pub licence: Licence,
    /// Accounts, bots' ones included, by id.
    pub users: BTreeMap<String, User>,
    /// Bots, by the id of their account.
    pub bots: BTreeMap<String, Bot>,
    /// Access tokens, oldest first.
    pub tokens: Vec<Pat>,
    /// Session rows and the cache over them.
    pub sessions: Sessions,
    /// Roles by name.
    pub roles: Vec<Role>,
    /// OAuth 2.0 provider: apps, codes and access tokens.
    pub oauth: Provider,
    /// Rate limiters.
    pub limits: Limiters,
    /// Planted database failures.
    pub trouble: Trouble,
    /// Non-critical services are off until then (facts 2.4, server busy).
    pub busy_until: Millis,
    /// When the reaper last ran.
    pub reaped_at: Millis,
}

impl State {
    /// A fresh server without users.
    pub fn new(profile: Profile, config: Config) -> Self {
        let (clock, mut ids) = (Clock::default(), Ids::from_os());
        let now = clock.now();
        Self {
            roles: roles::built_in(&mut ids, now),
            limits: Limiters::read(&config, &profile),
            profile,
            clock,
            ids,
            config,
            licence: Licence::default(),
            users: BTreeMap::new(),
            bots: BTreeMap::new(),
            tokens: Vec::new(),
            sessions: Sessions::default(),
            oauth: Provider::default(),
            trouble: Trouble::default(),
            busy_until: 0,
            reaped_at: now,
        }
    }

    /// What a restart does: memory is lost, and settings read at the start are read again (facts 7).
    pub fn restart(&mut self) {
        self.sessions.forget_cache();
        self.limits = Limiters::read(&self.config, &self.profile);
        self.busy_until = 0;
    }

    /// A setting that is true or false.
    pub fn on(&self, section: &str, key: &str) -> bool {
        self.config.flag(section, key)
    }

    /// A setting of `ServiceSettings` that is true or false.
    pub fn service(&self, key: &str) -> bool {
        self.on("ServiceSettings", key)
    }
}
