//! Settings: the stored ones, overrides from the environment, merging, checking and hiding (facts 6.1).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::call::parse_bool;
use crate::config_rules::{BOUNDS, HIDDEN, LOCKED, SECRETS, console_parts, restrictable};
use crate::errors::Fail;
use crate::state::State;

/// The stored settings and the ones in force.
pub struct Config {
    stored: Value,
    overrides: BTreeMap<String, String>,
    current: Value,
    booted_subpath: String,
    knows_policy: bool,
}

fn defaults(own_url: &str, knows_policy: bool) -> Value {
    let mut value: Value =
        serde_json::from_str(include_str!("config_defaults.json")).expect("the file is JSON");
    // A server that has been set up knows its own address; only so can it be "emptied" (facts 6.1).
    value["ServiceSettings"]["SiteURL"] = json!(own_url);
    if !knows_policy && let Some(service) = value["ServiceSettings"].as_object_mut() {
        service.remove("MaximumPersonalAccessTokenLifetimeDays");
    }
    value
}

impl Config {
    /// Default settings under `own_url`, with `MM_...` overrides; the lifetime policy only where it exists.
    pub fn new(own_url: &str, overrides: BTreeMap<String, String>, knows_policy: bool) -> Self {
        let stored = defaults(own_url, knows_policy);
        let (current, booted_subpath) = (stored.clone(), String::new());
        let mut config = Self { current, stored, overrides, booted_subpath, knows_policy };
        config.apply();
        config.booted_subpath = config.subpath_of_site_url();
        config
    }

    fn apply(&mut self) {
        self.current = self.stored.clone();
        let sections = self.current.as_object_mut().into_iter().flatten();
        for (section, settings) in sections {
            for (key, slot) in settings.as_object_mut().into_iter().flatten() {
                let name = format!("MM_{}_{}", section.to_uppercase(), key.to_uppercase());
                if let Some(text) = self.overrides.get(&name) {
                    *slot = read_override(slot, text);
                }
            }
        }
    }

    /// Sets or removes one override, as a restart with another environment would.
    pub fn override_with(&mut self, name: &str, value: Option<String>) {
        match value {
            Some(value) => self.overrides.insert(name.to_uppercase(), value),
            None => self.overrides.remove(&name.to_uppercase()),
        };
        self.apply();
    }

    /// Stores one setting behind the server's back (command line and control address).
    pub fn store(&mut self, section: &str, key: &str, value: Value) -> bool {
        let Some(slot) = self.stored.get_mut(section).and_then(|settings| settings.get_mut(key)) else {
            return false;
        };
        *slot = value;
        self.apply();
        true
    }

    fn get(&self, section: &str, key: &str) -> &Value {
        &self.current[section][key]
    }

    /// A boolean in force.
    pub fn flag(&self, section: &str, key: &str) -> bool {
        self.get(section, key).as_bool().unwrap_or_default()
    }

    /// A number in force.
    pub fn int(&self, section: &str, key: &str) -> i64 {
        self.get(section, key).as_i64().unwrap_or_default()
    }

    /// A text in force.
    pub fn text(&self, section: &str, key: &str) -> String {
        self.get(section, key).as_str().unwrap_or_default().to_owned()
    }

    /// A list of texts in force.
    pub fn texts(&self, section: &str, key: &str) -> Vec<String> {
        let items = self.get(section, key).as_array().into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Any setting as the client configuration shows it: all values are strings.
    pub fn as_text(&self, section: &str, key: &str) -> String {
        match self.get(section, key) {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// The path of SiteURL as it was at the start, which the router goes by; `/` at the root (facts 6.2).
    pub fn subpath(&self) -> &str {
        &self.booted_subpath
    }

    /// The path of SiteURL as it is now: cookies and the MFA exemption go by it (facts 6.2).
    pub fn subpath_of_site_url(&self) -> String {
        let url = self.text("ServiceSettings", "SiteURL");
        let path =
            url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
        format!("/{}", path.trim_matches('/'))
    }

    /// The settings a session with these permissions may read, secrets hidden.
    pub fn shown(&self, may: &dyn Fn(&str) -> bool) -> Value {
        let mut shown = self.current.clone();
        for (section, settings) in shown.as_object_mut().into_iter().flatten() {
            let Some(settings) = settings.as_object_mut() else {
                continue;
            };
            for (_, slot) in settings.iter_mut().filter(|(key, _)| !may_touch(section, key, "read", may)) {
                *slot = Value::Null; // a nil pointer in Go
            }
            for (_, key) in SECRETS.iter().filter(|(secret, _)| secret == section) {
                if let Some(Value::String(secret)) = settings.get_mut(*key)
                    && !secret.is_empty()
                {
                    HIDDEN.clone_into(secret);
                }
            }
        }
        shown
    }

    /// Without what is hidden, and without what is as it always was (api4/config_test.go `TestGetFilteredConfig`).
    pub fn thinned(&self, shown: Value, no_hidden: bool, no_defaults: bool) -> Value {
        let (mut thin, usual) = (shown, defaults("", self.knows_policy));
        let Some(sections) = thin.as_object_mut() else { return thin };
        for (section, settings) in sections.iter_mut() {
            if let Some(settings) = settings.as_object_mut() {
                settings.retain(|key, value| {
                    let (hidden, default) = (*value == json!(HIDDEN), *value == usual[section][key]);
                    !(no_hidden && hidden || no_defaults && default)
                });
            }
        }
        sections.retain(|_, settings| settings.as_object().is_some_and(|settings| !settings.is_empty()));
        thin
    }

    /// Which settings the environment overrides, as nested `true`s, as far as they may be read (facts 6.1). Feature
    /// flags come from the environment anyway.
    pub fn environment(&self, may: &dyn Fn(&str) -> bool) -> Value {
        let mut found = Map::new();
        let sections = self.current.as_object().into_iter().flatten();
        for (section, settings) in sections.filter(|(section, _)| *section != "FeatureFlags") {
            for key in settings.as_object().into_iter().flatten().map(|(key, _)| key) {
                let name = format!("MM_{}_{}", section.to_uppercase(), key.to_uppercase());
                if self.overrides.contains_key(&name) && may_touch(section, key, "read", may) {
                    found.entry(section.clone()).or_insert_with(|| json!({}))[key] = json!(true);
                }
            }
        }
        Value::Object(found)
    }

    /// Whether every known key has the type it should have.
    pub fn check_types(&self, sent: &Value) -> Result<(), Fail> {
        merge(&mut self.stored.clone(), sent).ok_or_else(|| Fail::body_param("config"))
    }

    /// Patch or replace; the order of refusals is facts 6.1.
    pub fn update(&mut self, sent: &Value, replace: bool, may: &dyn Fn(&str) -> bool) -> Result<(), Fail> {
        let mut next = if replace { defaults("", self.knows_policy) } else { self.stored.clone() };
        merge(&mut next, sent).ok_or_else(|| Fail::body_param("config"))?;
        self.check_locked(&mut next, sent, replace)?;
        self.keep_untouchable(&mut next, may);
        self.keep_restricted(&mut next);
        check(&next)?;
        if self.flag("ClusterSettings", "Enable") && self.flag("ClusterSettings", "ReadOnlyConfig") {
            return Err(Fail::new(403, "ent.cluster.save_config.error"));
        }
        self.stored = next;
        self.apply();
        Ok(())
    }

    /// What is refused whoever asks, even for settings he may not write.
    fn check_locked(&self, next: &mut Value, sent: &Value, replace: bool) -> Result<(), Fail> {
        let url =
            |config: &Value| config["ServiceSettings"]["SiteURL"].as_str().unwrap_or_default().to_owned();
        if url(next).is_empty() && !url(&self.stored).is_empty() {
            return Err(Fail::new(400, "api.config.update_config.clear_siteurl.app_error"));
        }
        let mut locked = LOCKED.to_vec();
        // While uploads are off; a patch must say so itself to be refused.
        let uploads = self.stored["PluginSettings"]["EnableUploads"] == json!(true);
        if !uploads && (replace || says(sent, "PluginSettings", "EnableUploads")) {
            locked.push(("PluginSettings", "MarketplaceURL"));
        }
        for (section, key) in locked {
            let (new, old) = (&mut next[section][key], &self.stored[section][key]);
            if new == old {
                continue;
            }
            if !replace {
                let locked = Fail::new(403, "api.config.update_config.not_allowed_security.app_error");
                return Err(locked.param("Name", format!("{section}.{key}")));
            }
            new.clone_from(old); // a replacement silently keeps them
        }
        Ok(())
    }

    /// Settings the caller may not write are silently left alone, and so are secrets sent back as asterisks.
    fn keep_untouchable(&self, next: &mut Value, may: &dyn Fn(&str) -> bool) {
        for (section, settings) in next.as_object_mut().into_iter().flatten() {
            for (key, slot) in settings.as_object_mut().into_iter().flatten() {
                let secret = SECRETS.contains(&(section.as_str(), key.as_str())) && *slot == json!(HIDDEN);
                if secret || !may_touch(section, key, "write", may) {
                    *slot = self.stored[section][key.as_str()].clone();
                }
            }
        }
    }

    /// The server's own settings, while administrators are kept from them.
    fn keep_restricted(&self, next: &mut Value) {
        if !self.flag("ExperimentalSettings", "RestrictSystemAdmin") {
            return;
        }
        for (section, settings) in next.as_object_mut().into_iter().flatten() {
            let own =
                settings.as_object_mut().into_iter().flatten().filter(|(key, _)| restrictable(section, key));
            own.for_each(|(key, slot)| slot.clone_from(&self.stored[section.as_str()][key.as_str()]));
        }
    }

    /// `<version>.<BuildNumber>.<client-config-hash>.<licensed>` (facts 6.2).
    pub fn version_id(&self, state: &State) -> String {
        let profile = &state.profile;
        let hash = crate::client_config::hash(state);
        let digits = &hash[..profile.hash_digits];
        format!("{}.{}.{digits}.{}", profile.version, profile.build, state.licence.present)
    }
}

fn may_touch(section: &str, key: &str, verb: &str, may: &dyn Fn(&str) -> bool) -> bool {
    let mut parts = console_parts(section, key).iter();
    may("manage_system") || parts.any(|part| may(&format!("sysconsole_{verb}_{part}")))
}

/// Whether a body has a key at all.
fn says(sent: &Value, section: &str, key: &str) -> bool {
    let within = |value: &Value, name: &str| {
        let found = value.as_object()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).filter(|value| !value.is_null())
    };
    within(sent, section).and_then(|settings| within(&settings, key)).is_some()
}

fn read_override(default: &Value, text: &str) -> Value {
    match default {
        Value::Bool(old) => json!(parse_bool(text).unwrap_or(*old)),
        Value::Number(old) => text.parse::<i64>().map_or_else(|_| json!(old), |number| json!(number)),
        Value::Array(_) => json!(text.split_whitespace().collect::<Vec<_>>()),
        _ => json!(text),
    }
}

/// Writes what was sent over what there is: keys without regard to case, unknown ones dropped, `null` leaves alone,
/// one wrong type refuses everything.
fn merge(target: &mut Value, sent: &Value) -> Option<()> {
    match (target, sent) {
        (_, Value::Null) => Some(()),
        (Value::Object(target), Value::Object(sent)) if !target.is_empty() => {
            for (key, value) in sent {
                let known = target.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key));
                if let Some((_, slot)) = known {
                    merge(slot, value)?;
                }
            }
            Some(())
        }
        (target, sent) => {
            let same = match (&*target, sent) {
                (Value::Number(_), Value::Number(number)) => number.as_i64().is_some(),
                (old, new) => std::mem::discriminant(old) == std::mem::discriminant(new),
            };
            *target = same.then(|| sent.clone())?;
            Some(())
        }
    }
}

fn check(config: &Value) -> Result<(), Fail> {
    for (section, key, least, most, what) in BOUNDS {
        let value = config[section][key].as_i64().unwrap_or_default();
        if !(least..=most).contains(&value) {
            return Err(Fail::new(400, format!("model.config.is_valid.{what}.app_error")));
        }
    }
    let url = config["ServiceSettings"]["SiteURL"].as_str().unwrap_or_default();
    if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(Fail::new(400, "model.config.is_valid.site_url.app_error"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config::new("http://x.example/chat/", BTreeMap::new(), true)
    }

    #[test]
    fn one_wrong_type_saves_nothing_and_unknown_keys_are_dropped() {
        let mut config = config();
        let all: &dyn Fn(&str) -> bool = &|_| true;
        let wrong = json!({"ServiceSettings": {"EnableDeveloper": true, "MaximumLoginAttempts": "3"}});
        assert!(config.update(&wrong, false, all).is_err());
        assert!(!config.flag("ServiceSettings", "EnableDeveloper"));
        let sloppy = json!({"servicesettings": {"enabledeveloper": true, "Nonsense": 1}, "Other": []});
        assert!(config.update(&sloppy, false, all).is_ok());
        assert!(config.flag("ServiceSettings", "EnableDeveloper"));
    }

    #[test]
    fn an_override_wins_over_a_patch() {
        let env = [("MM_SERVICESETTINGS_ENABLEUSERACCESSTOKENS".to_owned(), "false".to_owned())];
        let mut config = Config::new("http://x", env.into(), true);
        let patch = json!({"ServiceSettings": {"EnableUserAccessTokens": true}});
        config.update(&patch, false, &|_| true).unwrap();
        assert!(!config.flag("ServiceSettings", "EnableUserAccessTokens"));
        assert_eq!(
            config.environment(&|_| true),
            json!({"ServiceSettings": {"EnableUserAccessTokens": true}})
        );
    }

    #[test]
    fn the_subpath_is_read_at_the_start() {
        assert_eq!(config().subpath(), "/chat");
        assert_eq!(Config::new("http://x.example", BTreeMap::new(), true).subpath(), "/");
    }
}
