//! Refusals: the AppError, its constructors, and the English sentences (facts 2.3, 12, 13).

use std::borrow::Cow;

use serde::Serialize;

/// A refusal on its way out. `detail` reaches the client in developer mode only (facts 2.2).
#[derive(Clone, Debug)]
pub struct Fail {
    /// The error id, the only thing a client may match on.
    pub id: Cow<'static, str>,
    /// The HTTP status, repeated in the body.
    pub status: u16,
    /// The inner reason.
    pub detail: String,
    /// Values for the placeholders of the message.
    pub params: Vec<(&'static str, String)>,
    /// Whether the clearing cookie goes with it (facts 2.5).
    pub clears_cookie: bool,
}

/// The wire form, in wire order (executed.json `app_error`).
#[derive(Serialize)]
pub struct AppError<'a> {
    /// The error id.
    pub id: &'a str,
    /// The translated sentence.
    pub message: String,
    /// Blank unless in developer mode.
    pub detailed_error: &'a str,
    /// Omitted by the catch-all 404.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub request_id: &'a str,
    /// The HTTP status again.
    pub status_code: u16,
}

impl Fail {
    /// A refusal with an id and a status.
    pub fn new(status: u16, id: impl Into<Cow<'static, str>>) -> Self {
        Self { id: id.into(), status, detail: String::new(), params: Vec::new(), clears_cookie: false }
    }

    /// Adds the inner reason.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Adds a value for the message.
    pub fn param(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.params.push((name, value.into()));
        self
    }

    /// The ordinary 401, whatever the reason was (facts 2.2).
    pub fn session_expired(detail: impl Into<String>) -> Self {
        Self::new(401, "api.context.session_expired.app_error").detail(detail)
    }

    /// 400 naming a part of the body.
    pub fn body_param(name: &str) -> Self {
        Self::new(400, "api.context.invalid_body_param.app_error").param("Name", name)
    }

    /// 400 naming a part of the address.
    pub fn url_param(name: &str) -> Self {
        Self::new(400, "api.context.invalid_url_param.app_error").param("Name", name)
    }

    /// 413 for a body over the limit (facts 7).
    pub fn too_large() -> Self {
        Self::new(413, "api.context.request_body_too_large.app_error")
    }

    /// 403 for a missing permission; its name is hidden outside developer mode (facts 3).
    pub fn permission(user_id: &str, permission: &str) -> Self {
        Self::new(403, "api.context.permissions.app_error")
            .detail(format!("userId={user_id}, permission={permission}"))
    }

    /// 404 for a user nobody has.
    pub fn no_user() -> Self {
        Self::new(404, "app.user.missing_account.const")
    }

    /// 404 for a bot nobody has, or may see (executed.json `bot_not_found`).
    pub fn no_bot() -> Self {
        Self::new(404, "store.sql_bot.get.missing.app_error")
    }

    /// 404 for a token id nobody has.
    pub fn no_token() -> Self {
        Self::new(404, "app.user_access_token.get_by_user.app_error")
    }

    /// The 500 whose message holds the raw token (facts 2.4).
    pub fn invalid_token(token: &str) -> Self {
        Self::new(500, "api.context.invalid_token.error").param("Token", token).param("Error", "<no value>")
    }

    /// The sentence in the client's language.
    pub fn message(&self, language: Language) -> String {
        let mut text = sentence(&self.id, language).map_or_else(|| self.id.to_string(), str::to_owned);
        for (name, value) in &self.params {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }
}

/// The languages in which the fake has its own sentence for the 401 (recording 401-translated-by-accept-language).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// The server's default.
    English,
    /// `es`
    Spanish,
    /// `ja`
    Japanese,
    /// `pt-BR`
    Brazilian,
    /// `fr`, and `fr-CA` beside it
    French,
}

impl Language {
    /// Reads the first known tag; `pt` and unknown tags give the default.
    pub fn of(accept_language: &str) -> Self {
        let first = accept_language.split([',', ';']).next().unwrap_or_default().trim();
        match first {
            "pt-BR" => Self::Brazilian,
            _ => match first.split('-').next().unwrap_or_default() {
                "es" => Self::Spanish,
                "ja" => Self::Japanese,
                "fr" => Self::French,
                _ => Self::English,
            },
        }
    }
}

fn sentence(id: &str, language: Language) -> Option<&'static str> {
    let expired = "api.context.session_expired.app_error";
    match language {
        Language::Spanish if id == expired => {
            Some("Sesión inválida o expirada, por favor inicia sesión de nuevo.")
        }
        Language::Japanese if id == expired => {
            Some("セッションが不正か期限切れです。もう一度ログインしてください。")
        }
        Language::Brazilian if id == expired => {
            Some("Sessão inválida ou expirada, por favor faça login novamente.")
        }
        Language::French if id == expired => Some("Session invalide ou expirée, veuillez vous reconnecter."),
        _ => ENGLISH.iter().find(|(known, _)| *known == id).map(|(_, text)| *text),
    }
}

/// Sentences a fake may send and nothing may match (facts 13); other ids are their own message, as on the real
/// server when a translation is missing (executed.json `app_error_json`).
const ENGLISH: &[(&str, &str)] = &[
    ("api.context.session_expired.app_error", "Invalid or expired session, please login again."),
    (
        "api.context.token_provided.app_error",
        "Session is not OAuth but token was provided in the query string.",
    ),
    ("api.context.permissions.app_error", "You do not have the appropriate permissions."),
    ("api.context.mfa_required.app_error", "Multi-factor authentication is required on this server."),
    ("api.context.invalid_body_param.app_error", "Invalid or missing {Name} in request body."),
    ("api.context.invalid_url_param.app_error", "Invalid or missing {Name} parameter in request URL."),
    ("api.context.404.app_error", "Sorry, we could not find the page."),
    ("api.context.invalid_token.error", "Invalid session token={Token}, err={Error}"),
    ("api.context.request_body_too_large.app_error", "The request body is too large."),
    (
        "api.context.server_busy.app_error",
        "Server is busy, non-critical services are temporarily unavailable.",
    ),
    ("basic_security_check.url.too_long_error", "URL is too long"),
    ("app.user.missing_account.const", "Unable to find the user."),
    ("app.user_access_token.get_by_user.app_error", "Unable to get the personal access tokens by user."),
    (
        "app.user_access_token.disabled",
        "Personal access tokens are disabled on this server. Please contact your system administrator for details.",
    ),
    (
        "app.user_access_token.expires_at_required.app_error",
        "An expires_at is required by the server's policy.",
    ),
    ("app.user_access_token.expires_at_in_past.app_error", "The provided expires_at is in the past."),
    (
        "app.user_access_token.expires_at_too_far.app_error",
        "The provided expires_at exceeds the configured maximum personal access token lifetime ({Days} days).",
    ),
    (
        "app.user_access_token.revoke_non_compliant.no_policy.app_error",
        "No maximum personal access token lifetime is configured.",
    ),
    (
        "api.user.rotate_user_access_token.disabled_token.app_error",
        "A disabled personal access token cannot be rotated. Enable it first.",
    ),
    (
        "model.user_access_token.is_valid.description.app_error",
        "Invalid description, must be 255 or less characters.",
    ),
    ("model.user_access_token.is_valid.expires_at.app_error", "Invalid expires_at, must not be negative."),
    ("store.sql_bot.get.missing.app_error", "Bot does not exist."),
    ("api.bot.create_disabled", "Bot creation has been disabled."),
    ("api.user.login.blank_pwd.app_error", "Password field must not be blank"),
    ("api.user.login.bot_login_forbidden.app_error", "Bot login is forbidden."),
    (
        "api.user.login.inactive.app_error",
        "Login failed because your account has been deactivated. Please contact an administrator.",
    ),
    ("api.user.login.not_verified.app_error", "Login failed because email address has not been verified."),
    ("api.user.login.invalid_credentials_email_username", "Enter a valid email or username and/or password."),
    ("api.user.login.invalid_credentials_username", "Enter a valid username and/or password."),
    ("api.user.login.invalid_credentials_email", "Enter a valid email and/or password."),
    (
        "api.user.login.invalid_credentials_sso",
        "Enter a valid email or username and/or password, or sign in using another method.",
    ),
    ("mfa.validate_token.authenticate.app_error", "Invalid MFA token."),
    ("api.user.check_user_mfa.bad_code.app_error", "Invalid MFA token."),
    (
        "api.user.check_user_login_attempts.too_many.app_error",
        "Your account is locked because of too many failed password attempts. Please reset your password.",
    ),
    (
        "api.oauth.get_access_token.expired_code.app_error",
        "invalid_grant: Invalid or expired authorization code.",
    ),
    ("app.user.save.email_exists.app_error", "An account with that email already exists."),
    ("app.user.save.username_exists.app_error", "An account with that username already exists."),
    ("app.user.save.existing.app_error", "Must call update for existing user."),
    ("app.role.get_by_name.app_error", "Unable to get role."),
    ("app.role.get.app_error", "Unable to get role."),
    (
        "api.user.update_active.not_enable.app_error",
        "You cannot deactivate yourself because this feature is not enabled. Please contact your System Administrator.",
    ),
    ("api.user.update_active.permissions.app_error", "You do not have the appropriate permissions."),
    (
        "api.config.update_config.not_allowed_security.app_error",
        "Changing {Name} is not allowed due to security reasons.",
    ),
    ("api.config.update_config.clear_siteurl.app_error", "Site URL cannot be cleared."),
    ("api.license_error", "api endpoint requires a license"),
    ("api.scheduled_posts.license_error", "Scheduled posts feature requires a license"),
    ("api.web_socket.connect.upgrade.app_error", "Failed to upgrade websocket connection."),
    (
        "api.post.delete_post.not_enabled.app_error",
        "Cannot delete post, ServiceSettings.EnableAPIPostDeletion is not enabled.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_as_recorded_five_differ_and_two_fall_back() {
        let fail = Fail::session_expired("");
        let said = |tag| fail.message(Language::of(tag));
        let five: std::collections::BTreeSet<_> = ["en", "es", "ja", "pt-BR", "fr-CA"].map(said).into();
        assert_eq!(five.len(), 5);
        assert_eq!(said("pt"), said("en"));
        assert_eq!(said("xx-YY"), said("en"));
    }
}
