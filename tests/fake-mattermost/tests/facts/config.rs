//! Facts 6.1: the configuration.

use serde_json::{Value, json};

use crate::fake::{Fake, PROFILES};

fn patch(fake: &Fake, token: &str, body: Value) -> crate::http::Answer {
    fake.put(token, "/config/patch", &body)
}

#[test]
fn a_patch_merges_and_answers_the_configuration() {
    let (fake, admin) = Fake::started();
    let before = fake.get(&admin.token, "/config").ok();
    assert!(before.text().ends_with("}\n"));
    assert_eq!(before.json()["ServiceSettings"]["EnableUserAccessTokens"], false);
    let answer =
        patch(&fake, &admin.token, json!({"ServiceSettings": {"EnableUserAccessTokens": true}})).ok();
    assert!(answer.text().ends_with("}\n"));
    for reply in [&before, &answer] {
        assert_eq!(reply.header("cache-control"), Some("no-cache, no-store, must-revalidate"));
    }
    let mut expected = before.json();
    expected["ServiceSettings"]["EnableUserAccessTokens"] = json!(true);
    assert_eq!(answer.json(), expected);
    assert_eq!(fake.get(&admin.token, "/config").json(), expected);
    fake.pat(&admin, "me");
}

#[test]
fn secrets_are_asterisks_and_survive_being_sent_back() {
    let (fake, admin) = Fake::started();
    let config = fake.get(&admin.token, "/config").ok().json();
    for (section, key) in [
        ("SqlSettings", "DataSource"),
        ("SqlSettings", "AtRestEncryptKey"),
        ("FileSettings", "PublicLinkSalt"),
    ] {
        assert_eq!(config[section][key], "*".repeat(32), "{key}");
    }
    assert_eq!(config["EmailSettings"]["SMTPPassword"], "", "nothing to hide");
    fake.put(&admin.token, "/config", &config).ok();
    assert_eq!(fake.get(&admin.token, "/config").json(), config);
}

#[test]
fn the_body_comes_before_the_rights() {
    let (fake, admin) = Fake::started();
    let user = fake.person("plain");
    for path in ["/config/patch", "/config"] {
        for body in ["", "null", "[]", "{", r#"{"ServiceSettings":{"EnableUserAccessTokens":"true"}}"#] {
            fake.call("PUT", &user.token, path, body).bad_body("config");
        }
        fake.call("PUT", &user.token, path, "{}").forbidden();
    }
    fake.get(&user.token, "/config").forbidden();
    fake.put(&admin.token, "/config", &json!({})).is(400, "api.config.update_config.clear_siteurl.app_error");
    patch(&fake, &admin.token, json!({"ServiceSettings": {"SiteURL": ""}}))
        .is(400, "api.config.update_config.clear_siteurl.app_error");
    patch(&fake, &admin.token, json!({})).ok();
}

#[test]
fn a_patch_refuses_security_fields_and_a_replacement_keeps_them() {
    let (fake, admin) = Fake::started();
    for body in [
        json!({"PluginSettings": {"EnableUploads": true}}),
        json!({"PluginSettings": {"EnableUploads": false, "MarketplaceURL": "https://other.example"}}),
        json!({"ImportSettings": {"Directory": "/tmp"}}),
    ] {
        patch(&fake, &admin.token, body).is(403, "api.config.update_config.not_allowed_security.app_error");
    }
    let mut whole = fake.get(&admin.token, "/config").json();
    let before = whole.clone();
    whole["PluginSettings"]["EnableUploads"] = json!(true);
    whole["PluginSettings"]["MarketplaceURL"] = json!("https://other.example");
    whole["ImportSettings"]["Directory"] = json!("/tmp");
    assert_eq!(fake.put(&admin.token, "/config", &whole).ok().json(), before);
    // The marketplace is locked only with uploads off, and in a patch only if that says so (api4/config.go).
    let url = |body: &Value| body["PluginSettings"]["MarketplaceURL"].as_str().unwrap().to_owned();
    let other = json!({"PluginSettings": {"MarketplaceURL": "https://third.example"}});
    assert_eq!(url(&patch(&fake, &admin.token, other).ok().json()), "https://third.example");
    fake.settings(json!({"PluginSettings": {"EnableUploads": true}}));
    assert_eq!(url(&fake.put(&admin.token, "/config", &whole).ok().json()), "https://other.example");
}

#[test]
fn refusals_come_before_the_filter_of_what_one_may_write() {
    let (fake, admin) = Fake::started();
    let user = fake.person("console");
    fake.grant(&admin, "system_post_all", &["sysconsole_write_site_posts"]);
    fake.set_roles(&admin, &user.id, "system_user system_post_all");
    patch(&fake, &user.token, json!({"ServiceSettings": {"SiteURL": ""}}))
        .is(400, "api.config.update_config.clear_siteurl.app_error");
    patch(&fake, &user.token, json!({"PluginSettings": {"EnableUploads": true}}))
        .is(403, "api.config.update_config.not_allowed_security.app_error");
    fake.put(&user.token, "/config", &json!({})).is(400, "api.config.update_config.clear_siteurl.app_error");
}

#[test]
fn each_setting_is_read_by_its_part_of_the_console() {
    // server/public/model/config.go, the access tags.
    let (fake, admin) = Fake::started();
    let user = fake.person("console");
    fake.set_roles(&admin, &user.id, "system_user system_post_all");
    for (part, section, key) in [
        ("authentication_saml", "ServiceSettings", "SiteURL"),
        ("environment_web_server", "ServiceSettings", "SiteURL"),
        ("environment_session_lengths", "ServiceSettings", "SessionCacheInMinutes"),
        ("environment_developer", "ServiceSettings", "EnableTesting"),
        ("site_users_and_teams", "TeamSettings", "MaxUsersPerTeam"),
        ("authentication_signup", "TeamSettings", "EnableOpenServer"),
        ("authentication_email", "EmailSettings", "EnableSignInWithEmail"),
        ("environment_smtp", "EmailSettings", "SMTPServer"),
        ("authentication_guest_access", "GuestAccountsSettings", "Enable"),
        ("authentication_openid", "GitLabSettings", "Enable"),
        ("plugins", "PluginSettings", "EnableUploads"),
    ] {
        fake.grant(&admin, "system_post_all", &[format!("sysconsole_read_{part}").as_str()]);
        let shown = fake.get(&user.token, "/config").ok().json();
        assert!(!shown[section][key].is_null(), "{part} {key}");
        assert!(shown["PasswordSettings"]["MinimumLength"].is_null(), "{part}");
        assert!(!shown["FeatureFlags"]["TestFeature"].is_null(), "{part}");
        assert_eq!(shown["ExperimentalSettings"]["RestrictSystemAdmin"], false, "{part}");
    }
}

#[test]
fn restricted_administrators_leave_the_servers_own_settings_alone() {
    // api4/config_test.go TestUpdateConfigRestrictSystemAdmin, TestReloadConfig.
    let (fake, admin) = Fake::started();
    fake.settings(json!({"ExperimentalSettings": {"RestrictSystemAdmin": true}}));
    let change = json!({
        "ServiceSettings": {"SiteURL": "http://foo.com", "EnableUserAccessTokens": true},
        "TeamSettings": {"SiteName": "Mine"},
        "ExperimentalSettings": {"RestrictSystemAdmin": false},
    });
    let before = fake.get(&admin.token, "/config").ok().json();
    let after = patch(&fake, &admin.token, change).ok().json();
    assert_eq!(after["ServiceSettings"]["SiteURL"], before["ServiceSettings"]["SiteURL"]);
    assert_eq!(after["ExperimentalSettings"]["RestrictSystemAdmin"], true);
    assert_eq!(
        (&after["TeamSettings"]["SiteName"], &after["ServiceSettings"]["EnableUserAccessTokens"]),
        (&json!("Mine"), &json!(true))
    );
    fake.call("POST", &admin.token, "/config/reload", "").is(400, "api.restricted_system_admin");
    fake.call("POST", &admin.token, "/caches/invalidate", "").is(403, "api.restricted_system_admin");
    fake.settings(json!({"ExperimentalSettings": {"RestrictSystemAdmin": false}}));
    for path in ["/config/reload", "/caches/invalidate"] {
        let answer = fake.call("POST", &admin.token, path, "");
        answer.status_ok();
        assert_eq!(answer.header("cache-control"), Some("no-cache, no-store, must-revalidate"), "{path}");
    }
}

#[test]
fn secrets_and_defaults_can_be_left_out() {
    let (fake, admin) = Fake::started();
    let ask = |query: &str| fake.get(&admin.token, &format!("/config?{query}")).ok().json();
    assert_eq!(ask("remove_masked=false"), ask(""));
    let thin = ask("remove_masked=true");
    assert!(
        thin["SqlSettings"].get("DataSource").is_none() && thin["SqlSettings"].get("DriverName").is_some()
    );
    fake.set(json!({"EnableDeveloper": true}));
    let changed = ask("remove_defaults=1");
    assert_eq!(changed["ServiceSettings"]["EnableDeveloper"], true);
    assert!(
        changed["ServiceSettings"].get("EnableTesting").is_none() && changed.get("TeamSettings").is_none()
    );
}

#[test]
fn invalid_values_save_nothing() {
    let (fake, admin) = Fake::started();
    for (body, what) in [
        (
            json!({"ServiceSettings": {"MaximumLoginAttempts": 0, "EnableUserAccessTokens": true}}),
            "login_attempts",
        ),
        (
            json!({"PasswordSettings": {"MinimumLength": 4}, "TeamSettings": {"SiteName": "x"}}),
            "password_length",
        ),
    ] {
        patch(&fake, &admin.token, body).is(400, &format!("model.config.is_valid.{what}.app_error"));
    }
    for days in [-1, 36_501] {
        let body = json!({"ServiceSettings": {"MaximumPersonalAccessTokenLifetimeDays": days}});
        assert_eq!(patch(&fake, &admin.token, body).status, 400);
    }
    let config = fake.get(&admin.token, "/config").json();
    assert_eq!(config["ServiceSettings"]["EnableUserAccessTokens"], false);
    assert_eq!(config["TeamSettings"]["SiteName"], "Mattermost");
}

#[test]
fn fields_one_may_not_write_are_silently_left_alone() {
    let (fake, admin) = Fake::started();
    let user = fake.person("console");
    let permissions = [
        "sysconsole_read_integrations_integration_management",
        "sysconsole_write_integrations_integration_management",
    ];
    fake.grant(&admin, "system_post_all", &permissions);
    fake.set_roles(&admin, &user.id, "system_user system_post_all");
    let body = json!({"ServiceSettings": {"EnableUserAccessTokens": true, "EnableBotAccountCreation": true}});
    let shown = patch(&fake, &user.token, body).ok().json();
    assert_eq!(shown["ServiceSettings"]["EnableUserAccessTokens"], true);
    assert_eq!(shown["ServiceSettings"]["EnableBotAccountCreation"], Value::Null, "may not be read either");
    let all = fake.get(&admin.token, "/config").json();
    assert_eq!(all["ServiceSettings"]["EnableUserAccessTokens"], true);
    assert_eq!(all["ServiceSettings"]["EnableBotAccountCreation"], false);
    assert_eq!(fake.get(&user.token, "/config").status, 200);
}

#[test]
fn a_cluster_with_a_read_only_configuration_refuses() {
    let (fake, admin) = Fake::started();
    fake.settings(json!({"ClusterSettings": {"Enable": true, "ReadOnlyConfig": true}}));
    patch(&fake, &admin.token, json!({})).is(403, "ent.cluster.save_config.error");
}

#[test]
fn an_environment_override_wins_over_a_patch() {
    let name = "MM_SERVICESETTINGS_ENABLEUSERACCESSTOKENS";
    let fake = Fake::with("11.10", &[], &[(name, "false")]);
    let admin = fake.person("root");
    let body = json!({"ServiceSettings": {"EnableUserAccessTokens": true}});
    let answer = patch(&fake, &admin.token, body).ok();
    assert_eq!(answer.json()["ServiceSettings"]["EnableUserAccessTokens"], false);
    fake.post(&admin.token, "/users/me/tokens", &json!({"description": "d"}))
        .is(501, "app.user_access_token.disabled");
    let shown = fake.get(&admin.token, "/config/environment").ok().json();
    assert_eq!(shown, json!({"ServiceSettings": {"EnableUserAccessTokens": true}}));
    // Open to everybody, and empty to who may read nothing.
    assert_eq!(fake.get(&fake.person("plain").token, "/config/environment").ok().text(), "{}");
    for (text, on) in [("1", true), ("F", false), ("TRUE", true), ("yes", false)] {
        fake.control("POST", "/environment", &json!({ name: text }));
        let config = fake.get(&admin.token, "/config/client").json();
        assert_eq!(
            config["EnableUserAccessTokens"],
            on.to_string(),
            "{text}; what is no boolean overrides nothing"
        );
        patch(&fake, &admin.token, json!({"ServiceSettings": {"EnableUserAccessTokens": false}})).ok();
    }
    fake.control("POST", "/environment", &json!({ name: "true" }));
    fake.pat(&admin, "me");
    fake.control("POST", "/environment", &json!({ name: null }));
    assert_eq!(fake.get(&admin.token, "/config/environment").json(), json!({}));
}

#[test]
fn the_client_configuration_is_limited_without_a_session_and_full_with_one() {
    for profile in PROFILES {
        let (fake, admin) = Fake::of(profile);
        let ask = |token: &str| fake.get(token, "/config/client?format=old").ok();
        let (limited, full) = (ask(""), ask(&admin.token));
        assert_eq!(ask("nosuchtoken").text(), limited.text());
        for answer in [&limited, &full] {
            let keys = answer.keys();
            let mut sorted = keys.clone();
            sorted.sort_unstable();
            assert_eq!(keys, sorted, "{profile}");
            assert!(answer.json().as_object().unwrap().values().all(Value::is_string));
        }
        let (limited, full) = (limited.json(), full.json());
        let (limited, full) = (limited.as_object().unwrap(), full.as_object().unwrap());
        assert!(limited.iter().all(|(key, value)| full.get(key) == Some(value)), "a superset");
        for key in [
            "Version",
            "BuildNumber",
            "BuildDate",
            "BuildHash",
            "BuildHashEnterprise",
            "BuildEnterpriseReady",
            "SiteURL",
            "SiteName",
            "DiagnosticId",
            "TelemetryId",
            "NoAccounts",
            "EnableBotAccountCreation",
            "EnableMultifactorAuthentication",
            "EnforceMultifactorAuthentication",
            "EnableGuestAccounts",
            "EnableSignInWithEmail",
            "EnableSignInWithUsername",
            "EnableLdap",
            "EnableSaml",
            "PasswordMinimumLength",
        ] {
            assert!(limited.contains_key(key), "{profile} {key}");
        }
        for key in [
            "EnableUserAccessTokens",
            "EnableOAuthServiceProvider",
            "ExtendSessionLengthWithActivity",
            "EnableTesting",
            "EnableDeveloper",
            "SchemaVersion",
            "InstallationDate",
        ] {
            assert!(full.contains_key(key) && !limited.contains_key(key), "{profile} {key}");
        }
        let policy = full.contains_key("MaximumPersonalAccessTokenLifetimeDays");
        assert_eq!(policy, !matches!(profile, "10.11" | "11.8"), "{profile}");
        assert!(!limited.contains_key("MaximumPersonalAccessTokenLifetimeDays"));
    }
}

#[test]
fn the_format_is_ignored_but_on_old_servers() {
    for profile in PROFILES {
        let (fake, _) = Fake::of(profile);
        for (path, missing, id) in [
            ("/config/client", 501, "api.config.client.old_format.app_error"),
            ("/license/client", 400, "api.license.client.old_format.app_error"),
        ] {
            let ask = |query: &str| fake.get("", &format!("{path}{query}"));
            ask("?format=old").ok();
            if profile == "10.11" {
                ask("").is(missing, id);
                ask("?format=junk").bad_body("format");
            } else {
                ask("").ok();
                ask("?format=junk").ok();
            }
        }
        let config = fake.get("", "/config/client?format=old").text();
        assert_eq!(config.ends_with("}\n"), profile != "10.11", "{profile}");
    }
}

#[test]
fn no_accounts_is_true_until_the_first_and_mfa_needs_its_licence() {
    let fake = Fake::fresh();
    let value = |key: &str| fake.get("", "/config/client").ok().field(key);
    assert_eq!(value("NoAccounts"), "true");
    fake.person("root");
    assert_eq!(value("NoAccounts"), "false");
    fake.set(json!({"EnforceMultifactorAuthentication": true}));
    assert_eq!(value("EnforceMultifactorAuthentication"), "false");
    fake.control("POST", "/licence", &json!({"present": true, "mfa": true}));
    assert_eq!(value("EnforceMultifactorAuthentication"), "true");
}
