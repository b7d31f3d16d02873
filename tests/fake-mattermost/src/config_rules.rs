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

/// Settings the API never changes, "for security": a patch that would is refused, a replacement keeps them (facts 6.1).
pub const LOCKED: [(&str, &str); 2] = [("PluginSettings", "EnableUploads"), ("ImportSettings", "Directory")];

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

/// A section, keys in it (none: all that no earlier line has), and the parts of the System Console they stand in.
type Part = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Settings that stand in one part of the System Console and are restrictable together.
const DEVELOPER: &[&str] = &["EnableDeveloper", "EnableTesting", "EnableClientPerformanceDebugging"];
const SIZES: &[&str] = &["MaximumURLLength", "MaximumPayloadSizeBytes"];
const SESSIONS: &[&str] = &[
    "SessionLengthWebInHours",
    "SessionLengthMobileInHours",
    "SessionLengthSSOInHours",
    "SessionCacheInMinutes",
    "SessionIdleTimeoutInMinutes",
    "ExtendSessionLengthWithActivity",
    "TerminateSessionsOnPasswordChange",
];
const SMTP: &[&str] = &["SMTPUsername", "SMTPPassword", "SMTPServer", "SMTPPort"];

/// Who may see and change a setting besides `manage_system`; the first line that fits counts (model/config.go, the
/// `access` tags). `*` is whoever may see any part; nobody changes by it.
const PARTS: &[Part] = &[
    ("ServiceSettings", &["SiteURL"], &["environment_web_server", "authentication_saml"]),
    (
        "ServiceSettings",
        &[
            "ListenAddress",
            "WebserverMode",
            "EnableInsecureOutgoingConnections",
            "TLSStrictTransport",
            "TLSStrictTransportMaxAge",
            "WebsocketURL",
        ],
        &["environment_web_server"],
    ),
    (
        "ServiceSettings",
        &[
            "EnableUserAccessTokens",
            "MaximumPersonalAccessTokenLifetimeDays",
            "EnableOAuthServiceProvider",
            "EnableIncomingWebhooks",
            "EnableOutgoingWebhooks",
            "EnableCommands",
            "EnablePostUsernameOverride",
            "EnablePostIconOverride",
        ],
        &["integrations_integration_management"],
    ),
    (
        "ServiceSettings",
        &["EnableBotAccountCreation", "DisableBotsWhenOwnerIsDeactivated"],
        &["integrations_bot_accounts"],
    ),
    ("ServiceSettings", DEVELOPER, &["environment_developer"]),
    (
        "ServiceSettings",
        &["EnableMultifactorAuthentication", "EnforceMultifactorAuthentication"],
        &["authentication_mfa"],
    ),
    ("ServiceSettings", &["MaximumLoginAttempts"], &["authentication_password"]),
    ("ServiceSettings", SIZES, &["environment_file_storage"]),
    ("ServiceSettings", SESSIONS, &["environment_session_lengths"]),
    (
        "ServiceSettings",
        &["ExperimentalStrictCSRFEnforcement", "ExperimentalEnableHardenedMode", "CollapsedThreads"],
        &["experimental_features"],
    ),
    ("ServiceSettings", &["AllowCorsFrom"], &["integrations_cors"]),
    ("ServiceSettings", &["GoogleDeveloperKey", "EnableLinkPreviews"], &["site_posts"]),
    ("ServiceSettings", &["EnableCustomEmoji", "EnableEmojiPicker"], &["site_emoji"]),
    ("ServiceSettings", &["PostEditTimeLimit"], &["user_management_permissions"]),
    ("ServiceSettings", &["EnableEmailInvitations"], &["authentication_signup"]),
    (
        "TeamSettings",
        &["SiteName", "EnableCustomBrand", "CustomBrandText", "CustomDescriptionText"],
        &["site_customization"],
    ),
    (
        "TeamSettings",
        &["EnableUserCreation", "EnableOpenServer", "RestrictCreationToDomains"],
        &["authentication_signup"],
    ),
    ("TeamSettings", &["EnableUserDeactivation", "ExperimentalDefaultChannels"], &["experimental_features"]),
    ("TeamSettings", &[], &["site_users_and_teams"]),
    (
        "EmailSettings",
        &["SendPushNotifications", "PushNotificationServer"],
        &["environment_push_notification_server"],
    ),
    ("EmailSettings", &["SendEmailNotifications", "FeedbackName", "FeedbackEmail"], &["site_notifications"]),
    ("EmailSettings", SMTP, &["environment_smtp"]),
    ("EmailSettings", &[], &["authentication_email"]),
    ("PasswordSettings", &[], &["authentication_password"]),
    ("RateLimitSettings", &[], &["environment_rate_limiting"]),
    ("PrivacySettings", &[], &["site_users_and_teams"]),
    ("SupportSettings", &["SupportEmail"], &["site_notifications"]),
    (
        "SupportSettings",
        &["CustomTermsOfServiceEnabled", "CustomTermsOfServiceReAcceptancePeriod"],
        &["compliance_custom_terms_of_service"],
    ),
    ("SupportSettings", &[], &["site_customization"]),
    ("GuestAccountsSettings", &[], &["authentication_guest_access"]),
    ("LocalizationSettings", &[], &["site_localization"]),
    ("LogSettings", &[], &["environment_logging"]),
    ("FileSettings", &["EnableFileAttachments"], &["site_file_sharing_and_downloads"]),
    ("FileSettings", &["PublicLinkSalt"], &["site_public_links"]),
    ("FileSettings", &[], &["environment_file_storage"]),
    ("SqlSettings", &[], &["environment_database"]),
    ("GitLabSettings", &[], &["authentication_openid"]),
    ("GoogleSettings", &[], &["authentication_openid"]),
    ("Office365Settings", &[], &["authentication_openid"]),
    ("OpenIdSettings", &[], &["authentication_openid"]),
    ("SamlSettings", &[], &["authentication_saml"]),
    ("LdapSettings", &[], &["authentication_ldap"]),
    ("ClusterSettings", &[], &["environment_high_availability"]),
    ("PluginSettings", &[], &["plugins"]),
    ("ExperimentalSettings", &["RestrictSystemAdmin"], &["*"]),
    ("ExperimentalSettings", &[], &["experimental_features"]),
    ("FeatureFlags", &[], &["*"]),
];

/// What not even an administrator changes while `ExperimentalSettings.RestrictSystemAdmin` is on (the same tags,
/// `write_restrictable`).
const RESTRICTED: [(&str, &[&str]); 15] = [
    (
        "ServiceSettings",
        &[
            "SiteURL",
            "ListenAddress",
            "WebserverMode",
            "EnableInsecureOutgoingConnections",
            "TLSStrictTransport",
            "TLSStrictTransportMaxAge",
            "WebsocketURL",
            "TrustedProxyIPHeader",
            "MaximumLoginAttempts",
            "GoroutineHealthThreshold",
            "ExperimentalStrictCSRFEnforcement",
            "AllowCorsFrom",
            "GoogleDeveloperKey",
        ],
    ),
    ("ServiceSettings", DEVELOPER),
    ("ServiceSettings", SIZES),
    ("ServiceSettings", SESSIONS),
    ("EmailSettings", SMTP),
    ("SupportSettings", &["TermsOfServiceLink", "PrivacyPolicyLink", "HelpLink"]),
    ("FileSettings", &["DriverName", "Directory", "AmazonS3SecretAccessKey"]),
    ("PluginSettings", &["Enable", "EnableUploads", "EnableMarketplace", "MarketplaceURL"]),
    ("ExperimentalSettings", &["RestrictSystemAdmin"]),
    ("RateLimitSettings", &[]),
    ("LogSettings", &[]),
    ("SqlSettings", &[]),
    ("ClusterSettings", &[]),
    ("ImportSettings", &[]),
    ("ExportSettings", &[]),
];

fn fits(keys: &[&str], key: &str) -> bool {
    keys.is_empty() || keys.contains(&key)
}

/// The parts of the System Console a setting stands in.
pub fn console_parts(section: &str, key: &str) -> &'static [&'static str] {
    let found = PARTS.iter().find(|(name, keys, _)| *name == section && fits(keys, key));
    found.map_or(&[], |(_, _, parts)| parts)
}

/// Whether `RestrictSystemAdmin` keeps a setting as it is.
pub fn restrictable(section: &str, key: &str) -> bool {
    RESTRICTED.iter().any(|(name, keys)| *name == section && fits(keys, key))
}
