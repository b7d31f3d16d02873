//! The configuration for clients: limited for everybody, full for who is authenticated (facts 6.1).

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::call::Call;
use crate::errors::Fail;
use crate::reply::{Answer, Reply, go_json};
use crate::state::State;

/// Settings shown to everybody under their own name.
const LIMITED: [(&str, &[&str]); 4] = [
    (
        "ServiceSettings",
        &["SiteURL", "EnableBotAccountCreation", "EnableMultifactorAuthentication", "WebsocketURL"],
    ),
    (
        "TeamSettings",
        &[
            "SiteName",
            "EnableUserCreation",
            "EnableOpenServer",
            "EnableCustomBrand",
            "CustomBrandText",
            "CustomDescriptionText",
        ],
    ),
    ("EmailSettings", &["EnableSignInWithEmail", "EnableSignInWithUsername", "EnableSignUpWithEmail"]),
    ("LocalizationSettings", &["DefaultClientLocale", "AvailableLocales"]),
];

/// Settings shown only when authenticated.
const FULL: [(&str, &[&str]); 3] = [
    (
        "ServiceSettings",
        &[
            "EnableUserAccessTokens",
            "EnableOAuthServiceProvider",
            "ExtendSessionLengthWithActivity",
            "EnableTesting",
            "EnableDeveloper",
            "EnableIncomingWebhooks",
            "EnableOutgoingWebhooks",
            "EnableCommands",
            "EnablePostUsernameOverride",
            "EnablePostIconOverride",
            "CollapsedThreads",
            "GoogleDeveloperKey",
            "EnableCustomEmoji",
            "EnableEmojiPicker",
            "EnableLinkPreviews",
            "PostEditTimeLimit",
        ],
    ),
    ("TeamSettings", &["MaxChannelsPerTeam", "TeammateNameDisplay", "EnableUserDeactivation"]),
    ("EmailSettings", &["RequireEmailVerification", "SendEmailNotifications", "SendPushNotifications"]),
];

type Strings = BTreeMap<String, String>;

impl State {
    fn copy(&self, names: &[(&str, &[&str])], into: &mut Strings) {
        for (section, keys) in names {
            for key in *keys {
                into.insert((*key).to_owned(), self.config.as_text(section, key));
            }
        }
    }

    fn limited(&self) -> Strings {
        let mut out = Strings::new();
        self.copy(&LIMITED, &mut out);
        let yes_no = |flag: bool| flag.to_string();
        let mut put = |key: &str, value: String| out.insert(key.to_owned(), value);
        put("Version", self.profile.version.to_owned());
        put("BuildNumber", self.profile.build.to_owned());
        put("BuildDate", "Thu Aug 13 12:00:00 UTC 2026".to_owned());
        put("BuildHash", "0f4f2d3a5b6c7d8e9fa0b1c2d3e4f5061728394a".to_owned());
        put("BuildHashEnterprise", "none".to_owned());
        put("BuildEnterpriseReady", "false".to_owned());
        let diagnostic = "fakeserverdiagnosticid0001".to_owned();
        put("DiagnosticId", diagnostic.clone());
        put("TelemetryId", diagnostic);
        put("DiagnosticsEnabled", "false".to_owned());
        // "false" without an MFA licence, whatever the setting says (facts 6.1).
        let enforced = self.licence.mfa && self.service("EnforceMultifactorAuthentication");
        put("EnforceMultifactorAuthentication", yes_no(enforced));
        put("EnableGuestAccounts", yes_no(self.on("GuestAccountsSettings", "Enable")));
        put("EnableLdap", yes_no(self.licence.present && self.on("LdapSettings", "Enable")));
        put("EnableSaml", yes_no(self.licence.present && self.on("SamlSettings", "Enable")));
        put("EnableSignUpWithGitLab", yes_no(self.on("GitLabSettings", "Enable")));
        put("EnableSignUpWithGoogle", yes_no(self.on("GoogleSettings", "Enable")));
        put("EnableSignUpWithOffice365", yes_no(self.on("Office365Settings", "Enable")));
        put("EnableSignUpWithOpenId", yes_no(self.on("OpenIdSettings", "Enable")));
        put("PasswordMinimumLength", self.config.int("PasswordSettings", "MinimumLength").to_string());
        for key in ["Lowercase", "Number", "Symbol", "Uppercase"] {
            put(&format!("PasswordRequire{key}"), yes_no(self.on("PasswordSettings", key)));
        }
        put("FeatureFlagTestFeature", self.config.text("FeatureFlags", "TestFeature"));
        put("FeatureFlagTestBoolFeature", yes_no(self.on("FeatureFlags", "TestBoolFeature")));
        for key in ["AndroidLatestVersion", "AndroidMinVersion", "IosLatestVersion", "IosMinVersion"] {
            put(key, String::new());
        }
        out
    }

    fn full(&self) -> Strings {
        let mut out = self.limited();
        self.copy(&FULL, &mut out);
        if self.profile.token_expiry {
            let key = "MaximumPersonalAccessTokenLifetimeDays";
            out.insert(key.to_owned(), self.config.int("ServiceSettings", key).to_string());
        }
        for (key, value) in
            [("SchemaVersion", "150"), ("InstallationDate", "1790000000000"), ("SQLDriverName", "postgres")]
        {
            out.insert(key.to_owned(), value.to_owned());
        }
        out
    }

    fn no_accounts(&self) -> bool {
        self.users.keys().all(|id| self.bots.contains_key(id))
    }
}

/// The hash in `X-Version-Id`: it changes when the client configuration does.
pub fn hash(state: &State) -> String {
    Sha256::digest(go_json(&state.full())).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `format=old` where it is asked for; without one, the refusal that is given (facts 6.1).
pub fn require_format(state: &State, call: &Call, missing: Fail) -> Result<(), Fail> {
    match call.query("format") {
        _ if !state.profile.client_format => Ok(()),
        "old" => Ok(()),
        "" => Err(missing),
        _ => Err(Fail::body_param("format")),
    }
}

/// `GET /config/client`: never a 401.
pub fn get(state: &mut State, call: &Call) -> Answer {
    require_format(state, call, Fail::new(501, "api.config.client.old_format.app_error"))?;
    let mut shown = if call.session.user_id.is_empty() { state.limited() } else { state.full() };
    shown.insert("NoAccounts".to_owned(), state.no_accounts().to_string());
    // What came with the format had no newline.
    Ok(if state.profile.client_format { Reply::json(200, &shown) } else { Reply::line(200, &shown) })
}
