//! Session rows and the cache over them (facts 1.3, 2.6).

use std::collections::{BTreeMap, HashMap};

use crate::clock::{DAY, HOUR, Millis, SECOND};
use crate::errors::Fail;
use crate::state::State;

/// More sessions than this push out the least recently used (facts 7).
const SESSIONS_PER_USER: usize = 500;
/// How many are pushed out at a time.
const EVICTED_AT_ONCE: usize = 100;
/// `last_activity_at` is written at most that often (facts 2.5).
const ACTIVITY_EVERY: Millis = 300 * SECOND;
/// A lifetime is not extended more often than that, however short it is (app/session.go).
const EXTENDED_EVERY: Millis = 300 * SECOND;

/// A row of the sessions table. Without a user id it stands for "nobody".
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The row's id; accepted nowhere as a token.
    pub id: String,
    /// The secret; an access token's session holds the access token itself.
    pub token: String,
    /// When it was made.
    pub create_at: Millis,
    /// 0 = never.
    pub expires_at: Millis,
    /// Written at most every five minutes.
    pub last_activity_at: Millis,
    /// The owner.
    pub user_id: String,
    /// A phone's id; makes the session mobile.
    pub device_id: String,
    /// A phone's second id (11.11).
    pub voip_device_id: String,
    /// The owner's roles, kept equal to the owner's.
    pub roles: String,
    /// Minted for an OAuth app.
    pub is_oauth: bool,
    /// Marks of its kind.
    pub props: BTreeMap<String, String>,
}

impl Session {
    /// A property, "" if absent.
    pub fn prop(&self, name: &str) -> &str {
        self.props.get(name).map_or("", String::as_str)
    }

    /// Minted from an access token.
    pub fn is_pat(&self) -> bool {
        self.prop("type") == "UserAccessToken"
    }

    /// Alive up to and including its last millisecond (facts 1.4).
    pub fn is_expired(&self, now: Millis) -> bool {
        self.expires_at > 0 && now > self.expires_at
    }

    /// From a phone.
    pub fn is_mobile(&self) -> bool {
        !self.device_id.is_empty() || self.prop("isMobile") == "true"
    }
}

/// The table and the cache. The cache key is the token.
#[derive(Default)]
pub struct Sessions {
    /// Rows by id. Tests of the cache change them behind the server's back, through the control address.
    pub rows: BTreeMap<String, Session>,
    cache: HashMap<String, (Session, Millis)>,
}

impl Sessions {
    /// From the cache, whose time to live starts again with every hit.
    fn cached(&mut self, token: &str, now: Millis, live_for: Millis) -> Option<Session> {
        let (session, until) = self.cache.get_mut(token)?;
        if now >= *until {
            self.cache.remove(token);
            return None;
        }
        *until = now.saturating_add(live_for);
        Some(session.clone())
    }

    fn remember(&mut self, session: &Session, until: Millis) {
        self.cache.insert(session.token.clone(), (session.clone(), until));
    }

    /// The table is asked by token or by id (facts 1.3).
    pub fn find(&self, token_or_id: &str) -> Option<Session> {
        let by_token = self.rows.values().find(|row| row.token == token_or_id);
        by_token.or_else(|| self.rows.get(token_or_id)).cloned()
    }

    /// A user's rows, the latest activity first.
    pub fn of_user(&self, user_id: &str) -> Vec<&Session> {
        let mut found: Vec<_> = self.rows.values().filter(|row| row.user_id == user_id).collect();
        found.sort_by_key(|row| std::cmp::Reverse(row.last_activity_at));
        found
    }

    /// Empties the cache for one user, as on all nodes.
    pub fn forget_user(&mut self, user_id: &str) {
        self.cache.retain(|_, (session, _)| session.user_id != user_id);
    }

    /// Empties the cache.
    pub fn forget_cache(&mut self) {
        self.cache.clear();
    }

    /// Deletes one row.
    pub fn revoke(&mut self, id: &str) {
        if let Some(row) = self.rows.remove(id) {
            self.forget_user(&row.user_id);
        }
    }

    /// Deletes a user's rows.
    pub fn revoke_user(&mut self, user_id: &str) {
        self.rows.retain(|_, row| row.user_id != user_id);
        self.forget_user(user_id);
    }

    /// Deletes a user's other rows of the same phone.
    pub fn revoke_same_device(&mut self, session: &Session) {
        let same = |mine: &str, other: &str| !mine.is_empty() && mine == other;
        self.rows.retain(|_, row| {
            let phone = same(&session.device_id, &row.device_id)
                || same(&session.voip_device_id, &row.voip_device_id);
            row.user_id != session.user_id || row.id == session.id || !phone
        });
        self.forget_user(&session.user_id);
    }

    /// Deletes the rows minted from one secret and clears their owner's cache; where there is no row, the cache is
    /// not cleared either (facts 2.6).
    pub fn revoke_token(&mut self, token: &str, user_id: &str) {
        let before = self.rows.len();
        self.rows.retain(|_, row| row.token != token);
        if self.rows.len() < before {
            self.forget_user(user_id);
        }
    }

    /// Deletes everybody's.
    pub fn revoke_all(&mut self) {
        self.rows.clear();
        self.cache.clear();
    }

    /// Sets a property of all of a user's sessions.
    pub fn set_prop(&mut self, user_id: &str, name: &str, value: &str) {
        for row in self.rows.values_mut().filter(|row| row.user_id == user_id) {
            row.props.insert(name.to_owned(), value.to_owned());
        }
        self.forget_user(user_id);
    }

    /// Gives all of a user's sessions these roles (facts 2.6).
    pub fn set_roles(&mut self, user_id: &str, roles: &str) {
        for row in self.rows.values_mut().filter(|row| row.user_id == user_id) {
            roles.clone_into(&mut row.roles);
        }
        self.forget_user(user_id);
    }
}

impl State {
    /// Makes room, writes the row and caches it.
    pub fn save_session(&mut self, mut session: Session, now: Millis) -> Session {
        let crowded = self.sessions.of_user(&session.user_id);
        if crowded.len() >= SESSIONS_PER_USER {
            let evicted: Vec<_> = crowded
                .iter()
                .skip(SESSIONS_PER_USER - 1)
                .take(EVICTED_AT_ONCE)
                .map(|row| row.id.clone())
                .collect();
            evicted.iter().for_each(|id| self.sessions.revoke(id));
        }
        session.id = self.ids.next();
        (session.create_at, session.last_activity_at) = (now, now);
        self.sessions.rows.insert(session.id.clone(), session.clone());
        self.sessions.remember(&session, now.saturating_add(self.cache_time()));
        session
    }

    fn cache_time(&self) -> Millis {
        self.config.int("ServiceSettings", "SessionCacheInMinutes").saturating_mul(60 * SECOND)
    }

    /// Cache, then the table by token or id, then the access tokens (facts 1.3). The refusal's detail is the inner
    /// reason, which no client sees.
    pub fn resolve(&mut self, token: &str, now: Millis) -> Result<Session, Fail> {
        let live_for = self.cache_time();
        let mut found = self.sessions.cached(token, now, live_for);
        if found.is_none() && !self.trouble.session_read {
            found = self.sessions.find(token);
            if let Some(row) = &found {
                if row.token != token {
                    return Err(invalid(token, "session token is different from the one in DB"));
                }
                if !row.is_expired(now) {
                    self.sessions.remember(row, now.saturating_add(live_for));
                }
            }
        }
        let session = match found {
            Some(session) => session,
            None => self.mint_from_token(token, now)?,
        };
        if session.is_expired(now) {
            return Err(invalid(token, "session is either nil or expired"));
        }
        self.check_idle(&session, now)?;
        Ok(session)
    }

    /// Never for access tokens, OAuth or phones, and only if activity does not extend (facts 2.4).
    fn check_idle(&mut self, session: &Session, now: Millis) -> Result<(), Fail> {
        let minutes = self.config.int("ServiceSettings", "SessionIdleTimeoutInMinutes");
        let exempt = session.is_oauth || session.is_mobile() || session.is_pat();
        if minutes <= 0 || exempt || self.service("ExtendSessionLengthWithActivity") {
            return Ok(());
        }
        if now - session.last_activity_at > minutes.saturating_mul(60 * SECOND) {
            self.sessions.revoke(&session.id);
            return Err(invalid(&session.token, "idle timeout"));
        }
        Ok(())
    }

    /// How long a session of this kind lasts: a phone is a phone whatever it signed in with, and an OAuth app's session
    /// is extended as a browser's (facts 1.3; app/session_test.go `TestApp_GetSessionLengthInMillis`).
    pub fn session_length(&self, session: &Session) -> Millis {
        self.hours(if session.is_mobile() {
            "SessionLengthMobileInHours"
        } else if session.prop("isOAuthUser") == "true" || session.prop("isSaml") == "true" {
            "SessionLengthSSOInHours"
        } else {
            "SessionLengthWebInHours"
        })
    }

    /// A length of `ServiceSettings` that is given in hours.
    pub fn hours(&self, key: &str) -> Millis {
        self.config.int("ServiceSettings", key).saturating_mul(HOUR)
    }

    /// What an accepted request does to its session: activity, and the sliding lifetime of logins.
    pub fn touch(&mut self, session: &mut Session, now: Millis) {
        let before = (session.last_activity_at, session.expires_at);
        if now - session.last_activity_at > ACTIVITY_EVERY {
            session.last_activity_at = now;
        }
        if self.service("ExtendSessionLengthWithActivity") && !session.is_pat() {
            let length = self.session_length(session);
            let elapsed = now - (session.expires_at - length);
            // Only when one per cent of the length, or a day, has passed.
            if elapsed >= (length / 100).clamp(EXTENDED_EVERY, DAY) {
                session.expires_at = now.saturating_add(length);
            }
        }
        if (session.last_activity_at, session.expires_at) == before {
            return;
        }
        if let Some(row) = self.sessions.rows.get_mut(&session.id) {
            (row.last_activity_at, row.expires_at) = (session.last_activity_at, session.expires_at);
        }
        let until = now.saturating_add(self.cache_time());
        self.sessions.remember(session, until);
    }
}

/// The inner refusal of a token: 401, the reason in the detail.
pub fn invalid(token: &str, reason: &str) -> Fail {
    Fail { status: 401, ..Fail::invalid_token(token) }.detail(reason)
}
