//! What an account's name, address and password may be, and who may make one (facts 6.4).

use crate::errors::Fail;
use crate::state::State;
use crate::users::User;

/// Names nobody may take (executed.json `username_valid`).
const RESERVED: [&str; 4] = ["all", "channel", "matterbot", "system"];

/// The rule of account and bot names, as executed.
pub fn valid_username(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(allowed) && !RESERVED.contains(&name)
}

/// Good enough for a mail box.
pub fn valid_email(email: &str) -> bool {
    let parts = email.split_once('@');
    let plain = |part: &str| !part.is_empty() && !part.contains([' ', '@', '<', '>', ',', '"']);
    email.len() <= 128 && parts.is_some_and(|(local, domain)| plain(local) && plain(domain))
}

/// A name without characters that change how text is shown and show nothing themselves (model/utils.go).
pub fn printable(name: &str) -> String {
    let odd = |c: char| {
        matches!(c, '\u{340}' | '\u{341}' | '\u{17a3}' | '\u{17d3}' | '\u{2028}'..='\u{202e}'
            | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}')
    };
    name.chars().filter(|c| !odd(*c)).collect()
}

/// A new account has a password or a service, never both (model/user.go).
pub fn check_sign_in(user: &User) -> Result<(), Fail> {
    let data = user.auth_data.as_deref().unwrap_or_default();
    for (what, wrong) in [
        ("auth_data", data.len() > 128),
        ("auth_data_type", user.is_sso() && user.auth_service.is_empty()),
        ("auth_data_pwd", user.is_sso() && !user.password.is_empty()),
    ] {
        if wrong {
            return Err(Fail::new(400, format!("model.user.is_valid.{what}.app_error")));
        }
    }
    Ok(())
}

impl State {
    /// The password rules; the id tells which failed.
    pub fn check_password(&self, password: &str) -> Result<(), Fail> {
        let section = "PasswordSettings";
        let least = usize::try_from(self.config.int(section, "MinimumLength")).unwrap_or_default();
        let mut id = "model.user.is_valid.pwd".to_owned();
        let bare = id.len();
        if password.len() < least {
            id.push_str("_min_length");
        } else if password.len() > 72 {
            id.push_str("_max_length");
        }
        let symbols = " !\"\\#$%&'()*+,-./:;<=>?@[]^_`|~";
        for (setting, part, held) in [
            ("Lowercase", "_lowercase", password.contains(|c: char| c.is_ascii_lowercase())),
            ("Uppercase", "_uppercase", password.contains(|c: char| c.is_ascii_uppercase())),
            ("Number", "_number", password.contains(|c: char| c.is_ascii_digit())),
            ("Symbol", "_symbol", password.contains(|c| symbols.contains(c))),
        ] {
            if self.on(section, setting) && !held {
                id.push_str(part);
            }
        }
        if id.len() == bare { Ok(()) } else { Err(Fail::new(400, format!("{id}.app_error"))) }
    }

    /// The checks of saving an account: names and addresses are unique, deactivated accounts included.
    pub fn check_account(&self, user: &User) -> Result<(), Fail> {
        if !valid_username(&user.username) {
            return Err(Fail::new(400, "model.user.is_valid.username.app_error"));
        }
        if !valid_email(&user.email) {
            return Err(Fail::new(400, "model.user.is_valid.email.app_error"));
        }
        for (what, text, most) in [
            ("nickname", &user.nickname, 64),
            ("position", &user.position, 128),
            ("first_name", &user.first_name, 64),
            ("last_name", &user.last_name, 64),
        ] {
            if text.chars().count() > most {
                return Err(Fail::new(400, format!("model.user.is_valid.{what}.app_error")));
            }
        }
        if user.locale.len() > 5 {
            return Err(Fail::new(400, "model.user.is_valid.locale.app_error"));
        }
        if user.timezone.to_string().chars().count() > 256 {
            return Err(Fail::new(400, "model.user.is_valid.timezone_limit.app_error"));
        }
        let mut others = self.users.values().filter(|other| other.id != user.id);
        if others.clone().any(|other| other.email == user.email) {
            return Err(Fail::new(400, "app.user.save.email_exists.app_error"));
        }
        if others.any(|other| other.username == user.username) {
            return Err(Fail::new(400, "app.user.save.username_exists.app_error"));
        }
        Ok(())
    }

    /// Domains accounts may be confined to; the refusal names what was asked, `create` or `update`.
    pub fn check_domain(&self, email: &str, asked: &str) -> Result<(), Fail> {
        let allowed = self.config.text("TeamSettings", "RestrictCreationToDomains").to_lowercase();
        let mut domains = allowed.split([',', ' ', '@']).filter(|domain| !domain.is_empty()).peekable();
        let inside = |domain: &str| email.strip_suffix(domain).is_some_and(|rest| rest.ends_with('@'));
        if domains.peek().is_none() || domains.any(inside) {
            return Ok(());
        }
        Err(Fail::new(400, format!("api.user.{asked}_user.accepted_domain.app_error")))
    }

    /// Whether accounts may be made by who has none, at all.
    pub fn sign_up_on(&self) -> Result<(), Fail> {
        if self.on("TeamSettings", "EnableUserCreation") && self.on("EmailSettings", "EnableSignUpWithEmail")
        {
            return Ok(());
        }
        Err(Fail::new(501, "api.user.create_user.signup_email_disabled.app_error"))
    }

    /// Whether strangers may make accounts.
    pub fn sign_up_allowed(&self, first: bool) -> Result<(), Fail> {
        self.sign_up_on()?;
        if !first && !self.on("TeamSettings", "EnableOpenServer") {
            return Err(Fail::new(403, "api.user.create_user.no_open_server"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_as_executed() {
        let long = "a".repeat(64);
        for name in ["--", "-ada", "..", "1", "__", "a", "ada.lovelace", "channels", &long] {
            assert!(valid_username(name), "{name}");
        }
        for name in
            ["", "ADA", "All", &format!("{long}a"), "ada lovelace", "ada:remote", "adaé", "all", "system"]
        {
            assert!(!valid_username(name), "{name}");
        }
    }
}
