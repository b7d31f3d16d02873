//! Which settings are secret, locked or bounded, and who else may see and change them (facts 6.1).

/// What stands in place of a secret.
pub const HIDDEN: &str = "********************************";

/// Secrets, which no answer shows.
pub const SECRETS: [(&str, &str); 10] = [
    ("SqlSettings", "DataSource"),
    ("SqlSettings", "AtRestEncryptKey"),
    ("EmailSettings", "SMTPPassword"),
    ("FileSettings", "PublicLinkSalt"),
    ("FileSettings", "AmazonS3SecretAccessKey"),
    ("GitLabSettings", "Secret"),
    ("GoogleSettings", "Secret"),
    ("Office365Settings", "Secret"),
    ("OpenIdSettings", "Secret"),
    ("LdapSettings", "BindPassword"),
];

/// Settings no patch may change, "for security" (facts 6.1).
pub const LOCKED: [(&str, &str); 3] = [
    ("PluginSettings", "EnableUploads"),
    ("PluginSettings", "MarketplaceURL"),
    ("ImportSettings", "Directory"),
];

/// Least and greatest value, and the name in `model.config.is_valid.<name>.app_error`.
pub const BOUNDS: [(&str, &str, i64, i64, &str); 9] = [
    ("ServiceSettings", "MaximumLoginAttempts", 1, i64::MAX, "login_attempts"),
    ("LdapSettings", "MaximumLoginAttempts", 1, i64::MAX, "ldap_max_login_attempts"),
    ("PasswordSettings", "MinimumLength", 5, 72, "password_length"),
    ("RateLimitSettings", "PerSec", 1, i64::MAX, "rate_sec"),
    ("RateLimitSettings", "MaxBurst", 1, i64::MAX, "max_burst"),
    ("RateLimitSettings", "MemoryStoreSize", 1, i64::MAX, "rate_mem"),
    ("TeamSettings", "MaxUsersPerTeam", 1, i64::MAX, "max_users"),
    ("ServiceSettings", "MaximumPayloadSizeBytes", 1, i64::MAX, "max_payload_size"),
    // Valid 0..36500 (facts 1.4).
    ("ServiceSettings", "MaximumPersonalAccessTokenLifetimeDays", 0, 36_500, "max_pat_lifetime_days"),
];

/// Who may see and change a setting besides `manage_system`: the part of the System Console it stands in.
pub fn console_part(section: &str, key: &str) -> Option<&'static str> {
    Some(match (section, key) {
        ("ServiceSettings", "EnableUserAccessTokens" | "MaximumPersonalAccessTokenLifetimeDays")
        | (
            "ServiceSettings",
            "EnableOAuthServiceProvider" | "EnableIncomingWebhooks" | "EnableOutgoingWebhooks",
        )
        | ("ServiceSettings", "EnableCommands" | "EnablePostUsernameOverride" | "EnablePostIconOverride") => {
            "integrations_integration_management"
        }
        ("ServiceSettings", "EnableBotAccountCreation" | "DisableBotsWhenOwnerIsDeactivated") => {
            "integrations_bot_accounts"
        }
        ("ServiceSettings", "EnableMultifactorAuthentication" | "EnforceMultifactorAuthentication") => {
            "authentication_mfa"
        }
        ("ServiceSettings", "SiteURL" | "ListenAddress" | "WebserverMode") => "environment_web_server",
        ("ServiceSettings", key) if key.starts_with("SessionLength") || key.starts_with("SessionIdle") => {
            "environment_session_lengths"
        }
        ("ServiceSettings", "MaximumLoginAttempts") | ("PasswordSettings", _) => "authentication_password",
        ("TeamSettings", "SiteName" | "CustomBrandText" | "CustomDescriptionText") => "site_customization",
        ("RateLimitSettings", _) => "environment_rate_limiting",
        _ => return None,
    })
}
