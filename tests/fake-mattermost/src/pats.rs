//! Access tokens as rows: what a session is minted from, the lifetime policy and the hourly job (facts 1).

use crate::clock::{DAY, HOUR, Millis};
use crate::errors::Fail;
use crate::session::{Session, invalid};
use crate::state::State;
use crate::users::User;

/// The lifetime policy, in days; 0 = none.
pub const POLICY: &str = "MaximumPersonalAccessTokenLifetimeDays";
/// A session from a token that never expires ends in a hundred years (facts 1.3).
const CENTURY: Millis = 100 * 365 * DAY;
const REAPER_EVERY: Millis = HOUR;

/// A row of the access token table: the secret in plain text, no time of creation.
#[derive(Clone, Debug)]
pub struct Pat {
    /// Not secret, looks like the secret.
    pub id: String,
    /// The secret.
    pub token: String,
    /// The owner.
    pub user_id: String,
    /// At most 255 bytes.
    pub description: String,
    /// False after a disable.
    pub is_active: bool,
    /// 0 = never.
    pub expires_at: Millis,
}

impl Pat {
    /// Dead from this millisecond on; its session lives one longer (facts 1.4).
    fn is_expired(&self, now: Millis) -> bool {
        self.expires_at > 0 && now >= self.expires_at
    }
}

impl State {
    /// The third place a token is looked for (facts 1.3); every refusal but the 500s ends as the ordinary 401.
    pub fn mint_from_token(&mut self, token: &str, now: Millis) -> Result<Session, Fail> {
        let refused = |why: &str| Fail::new(401, "app.user_access_token.invalid_or_missing").detail(why);
        let pat = self.tokens.iter().find(|pat| pat.token == token && !self.trouble.token_read).cloned();
        let pat = pat.ok_or_else(|| refused("not found"))?;
        if !pat.is_active {
            return Err(refused("inactive_token"));
        }
        if self.trouble.user_read {
            return Err(Fail::invalid_token(token));
        }
        let user = self.users.get(&pat.user_id).ok_or_else(Fail::no_user)?;
        if !self.service("EnableUserAccessTokens") && !self.bots.contains_key(&user.id) {
            return Err(refused("EnableUserAccessTokens=false"));
        }
        if user.delete_at != 0 {
            return Err(refused(&format!("inactive_user_id={}", user.id)));
        }
        if pat.is_expired(now) {
            return Err(Fail::new(401, "app.user_access_token.expired").detail("expired_token"));
        }
        if self.trouble.session_save {
            return Err(Fail::invalid_token(token));
        }
        let session = self.session_of_token(&pat, user, now);
        Ok(self.save_session(session, now))
    }

    fn session_of_token(&self, pat: &Pat, user: &User, now: Millis) -> Session {
        let forever = now.saturating_add(CENTURY);
        let mut session = Session {
            token: pat.token.clone(),
            user_id: user.id.clone(),
            roles: user.roles.clone(),
            expires_at: if pat.expires_at > 0 { pat.expires_at.min(forever) } else { forever },
            ..Session::default()
        };
        let mut prop = |name: &str, value: &str| session.props.insert(name.to_owned(), value.to_owned());
        prop("type", "UserAccessToken");
        prop("user_access_token_id", &pat.id);
        prop("is_guest", if user.is_guest() { "true" } else { "false" });
        if self.bots.contains_key(&user.id) {
            prop("is_bot", "true");
        }
        session
    }

    /// A row, or the 404.
    pub fn pat(&self, id: &str) -> Result<Pat, Fail> {
        self.tokens.iter().find(|pat| pat.id == id).cloned().ok_or_else(Fail::no_token)
    }

    /// A row to change, or the 404.
    pub fn pat_mut(&mut self, id: &str) -> Result<&mut Pat, Fail> {
        self.tokens.iter_mut().find(|pat| pat.id == id).ok_or_else(Fail::no_token)
    }

    /// In 11.9 and 11.10 bots skip every expiry check; later only bots owned by nobody do (facts 1.4).
    fn policy_exempts(&self, user_id: &str) -> bool {
        let bot = self.bots.get(user_id);
        bot.is_some_and(|bot| !self.profile.policy_for_bots || !self.users.contains_key(&bot.owner_id))
    }

    /// The lifetime policy, asked at create and rotate only (facts 1.4).
    pub fn check_expiry(&self, user_id: &str, expires_at: Millis, now: Millis) -> Result<(), Fail> {
        if !self.profile.token_expiry {
            return Ok(());
        }
        if self.policy_exempts(user_id) {
            return Ok(());
        }
        let days = self.config.int("ServiceSettings", POLICY);
        if expires_at == 0 {
            let required = Fail::new(400, "app.user_access_token.expires_at_required.app_error");
            return if days > 0 { Err(required) } else { Ok(()) };
        }
        if expires_at <= now {
            return Err(Fail::new(400, "app.user_access_token.expires_at_in_past.app_error"));
        }
        if days > 0 && expires_at > now.saturating_add(days * DAY) {
            let far = Fail::new(400, "app.user_access_token.expires_at_too_far.app_error");
            return Err(far.param("Days", days.to_string()));
        }
        Ok(())
    }

    /// The switch, from which bots are exempt (facts 3).
    pub fn require_tokens_on(&self, user_id: &str) -> Result<(), Fail> {
        if self.service("EnableUserAccessTokens") || self.bots.contains_key(user_id) {
            return Ok(());
        }
        Err(Fail::new(501, "app.user_access_token.disabled"))
    }

    /// Active, without expiry or beyond the policy (facts 3).
    pub fn non_compliant(&self, now: Millis) -> Vec<String> {
        let days = self.config.int("ServiceSettings", POLICY);
        if days <= 0 {
            return Vec::new();
        }
        let latest = now.saturating_add(days * DAY);
        let found = self.tokens.iter().filter(|pat| {
            let exempt = self.policy_exempts(&pat.user_id);
            pat.is_active && !exempt && (pat.expires_at == 0 || pat.expires_at > latest)
        });
        found.map(|pat| pat.id.clone()).collect()
    }

    /// Deletes a row with its sessions; in database trouble nothing, silently (facts 2.6).
    pub fn drop_token(&mut self, pat: &Pat) {
        if !self.trouble.token_delete {
            self.tokens.retain(|row| row.id != pat.id);
            self.sessions.revoke_token(&pat.token, &pat.user_id);
        }
    }

    /// The hourly job that deletes expired active tokens with their sessions (facts 1.4).
    pub fn reap(&mut self, now: Millis) {
        if now - self.reaped_at < REAPER_EVERY || !self.profile.token_expiry {
            return;
        }
        self.reaped_at = now;
        let newest = self.profile.policy_for_bots;
        // Before the change the job stops while tokens are off, and never looks at bots.
        if !newest && !self.service("EnableUserAccessTokens") {
            return;
        }
        let dead: Vec<_> =
            self.tokens.iter().filter(|pat| pat.is_active && pat.is_expired(now)).cloned().collect();
        for pat in dead
            .iter()
            .filter(|pat| newest || !self.bots.contains_key(&pat.user_id))
            .cloned()
            .collect::<Vec<_>>()
        {
            self.drop_token(&pat);
        }
    }
}

/// The inner reason when a planted replica has not heard of the token yet.
pub fn unknown_on_replica(token: &str) -> Fail {
    invalid(token, "replica lag")
}
