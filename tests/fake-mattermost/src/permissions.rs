//! Who may do what: roles grant permissions, and bots have a rule of their own (facts 3, 4, 5).

use crate::errors::Fail;
use crate::session::Session;
use crate::state::State;
use crate::users::User;

impl State {
    /// Whether one of the session's roles grants the permission.
    pub fn may(&self, session: &Session, permission: &str) -> bool {
        self.roles_grant(&session.roles, permission)
    }

    /// Whether a space-separated list of roles grants the permission.
    pub fn roles_grant(&self, roles: &str, permission: &str) -> bool {
        roles.split_whitespace().any(|name| {
            let role = self.roles.iter().find(|role| role.name == name && role.delete_at == 0);
            role.is_some_and(|role| role.permissions.iter().any(|granted| granted == permission))
        })
    }

    /// The permission, or a 403.
    pub fn require(&self, session: &Session, permission: &str) -> Result<(), Fail> {
        if self.may(session, permission) {
            Ok(())
        } else {
            Err(Fail::permission(&session.user_id, permission))
        }
    }

    /// Oneself, or with `edit_other_users` anybody.
    pub fn may_user(&self, session: &Session, user_id: &str) -> bool {
        !user_id.is_empty() && (session.user_id == user_id || self.may(session, "edit_other_users"))
    }

    /// [`State::may_user`], or a 403.
    pub fn require_user(&self, session: &Session, user_id: &str) -> Result<(), Fail> {
        if self.may_user(session, user_id) {
            return Ok(());
        }
        Err(Fail::permission(&session.user_id, "edit_other_users"))
    }

    /// Changing a bot: refused as 404, but as 403 to whoever may read it (facts 5).
    pub fn require_bot_change(&self, session: &Session, bot_id: &str) -> Result<(), Fail> {
        let bot = self.bots.get(bot_id).ok_or_else(Fail::no_bot)?;
        let owner = bot.owner_id == session.user_id;
        let (change, read) =
            if owner { ("manage_bots", "read_bots") } else { ("manage_others_bots", "read_others_bots") };
        if self.may(session, change) {
            return Ok(());
        }
        if self.may(session, read) {
            Err(Fail::permission(&session.user_id, change))
        } else {
            Err(Fail::no_bot())
        }
    }

    /// Reading a bot: refused as if it were absent (facts 5).
    pub fn require_bot_read(&self, session: &Session, bot_id: &str) -> Result<(), Fail> {
        let bot = self.bots.get(bot_id).ok_or_else(Fail::no_bot)?;
        let own = bot.owner_id == session.user_id && self.may(session, "read_bots");
        if own || self.may(session, "read_others_bots") { Ok(()) } else { Err(Fail::no_bot()) }
    }

    /// The rule of the token endpoints: it asks "is it a bot" before "is it me" (facts 3).
    pub fn require_user_or_bot(&self, session: &Session, user_id: &str) -> Result<(), Fail> {
        if self.bots.contains_key(user_id) {
            let refused = || Fail::permission(&session.user_id, "edit_other_users");
            return self.require_bot_change(session, user_id).map_err(|_| refused());
        }
        self.require_user(session, user_id)
    }

    /// Only a system administrator may touch a system administrator.
    pub fn require_over(&self, session: &Session, target: &User) -> Result<(), Fail> {
        if target.is_system_admin() { self.require(session, "manage_system") } else { Ok(()) }
    }
}
