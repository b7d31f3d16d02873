//! What each verb of a vault does, and what it says when it can not.

mod common;

use std::sync::Arc;

use common::{Place, TOKEN, bot, credential, kind, plain};
use mmcred::{AccessToken, Connection, Credential, Facts, Kind, Proxy, Tls, Vault, VaultOptions};

#[test]
fn what_was_put_is_found_with_all_its_parts() {
    let place = Place::new();
    let vault = place.create();
    let connection = Connection {
        tls: Tls::CaFile("/etc/ca.pem".into()),
        proxy: Proxy::from_setting(Some("http://proxy:3128")).unwrap(),
        allow_http: true,
    };
    let mut facts = Facts::default();
    facts.kind = Kind::BotToken;
    facts.user_id = Some("user".into());
    facts.username = Some("Zoë".into());
    facts.token_id = Some("token id".into());
    facts.expires_at = Some(-5);
    let token = AccessToken::parse(TOKEN).unwrap();
    let put = Credential::with_connection("http://mattermost:8065/chat", token, connection.clone())
        .unwrap()
        .with_facts(facts.clone());
    let version = vault.put("prod", &put, false).unwrap();

    let stored = vault.get("prod").unwrap();
    assert_eq!(stored.version(), version);
    assert_eq!(stored.credential().server(), put.server());
    assert_eq!(stored.credential().connection(), &connection);
    assert_eq!(stored.credential().facts(), &facts);
    assert_eq!(plain(stored.credential()), TOKEN);
    assert!(!format!("{stored:?} {vault:?}").contains(TOKEN));

    let listing = vault.list().unwrap();
    assert!(listing.intact && listing.damaged.is_empty());
    assert_eq!(listing.entries, [stored.entry().clone()]);
    let json = serde_json::to_value(&listing.entries[0]).unwrap();
    assert_eq!(json["name"], "prod");
    assert_eq!(json["server"], "http://mattermost:8065/chat");
    assert_eq!(json["kind"], "bot_token");
    assert_eq!(json["fingerprint"], put.fingerprint().as_str());
    assert_eq!(json["version"], version);
    assert_eq!(json["allow_http"], true);
    assert_eq!(json["allow_unauthorized_certs"], false);
    assert_eq!(json["ca_file"], "/etc/ca.pem");
    assert_eq!(json["proxy"], "http://proxy:3128");
    assert_eq!(json["expires_at"], -5);
}

#[test]
fn replacing_must_be_said_and_keeps_the_time_of_making() {
    let place = Place::new();
    let vault = place.create();
    let first = vault.put("prod", &credential(TOKEN), false).unwrap();
    let made = vault.get("prod").unwrap();
    assert_eq!(kind(vault.put("prod", &credential("other"), false)), "entry_exists");
    assert_eq!(plain(vault.get("prod").unwrap().credential()), TOKEN);

    std::thread::sleep(std::time::Duration::from_millis(5));
    let second = vault.put("prod", &credential("other"), true).unwrap();
    let stored = vault.get("prod").unwrap();
    assert!(second > first);
    assert_eq!(plain(stored.credential()), "other");
    assert_eq!(stored.created_at(), made.created_at());
    assert!(stored.updated_at() > made.updated_at());
}

#[test]
fn a_version_is_never_used_again() {
    let place = Place::new();
    let vault = place.create();
    let mut last = 0;
    for _ in 0..3 {
        for name in ["a", "b"] {
            let version = vault.put(name, &credential(TOKEN), false).unwrap();
            assert!(version > last);
            last = version;
        }
        vault.remove("a").unwrap();
        vault.remove("b").unwrap();
    }
    assert!(vault.put("a", &credential(TOKEN), false).unwrap() > last);
}

#[test]
fn removing_takes_one_entry_away() {
    let place = Place::new();
    let vault = place.create();
    vault.put("a", &credential(TOKEN), false).unwrap();
    vault.put("b", &credential("b-token"), false).unwrap();
    vault.remove("a").unwrap();
    assert_eq!(kind(vault.get("a")), "entry_missing");
    assert_eq!(kind(vault.remove("a")), "entry_missing");
    assert_eq!(plain(vault.get("b").unwrap().credential()), "b-token");
    assert!(vault.list().unwrap().intact);
}

#[test]
fn renaming_keeps_everything_but_the_name() {
    let place = Place::new();
    let vault = place.create();
    let version = vault.put("old", &bot(), false).unwrap();
    let before = vault.get("old").unwrap();
    vault.put("taken", &credential("other"), false).unwrap();

    assert_eq!(kind(vault.rename("old", "taken")), "entry_exists");
    assert_eq!(kind(vault.rename("old", "old")), "entry_exists");
    assert_eq!(kind(vault.rename("nobody", "new")), "entry_missing");
    vault.rename("old", "new").unwrap();

    assert_eq!(kind(vault.get("old")), "entry_missing");
    let after = vault.get("new").unwrap();
    assert!(after.version() > version);
    assert_eq!(after.created_at(), before.created_at());
    assert_eq!(after.credential().facts(), before.credential().facts());
    assert_eq!(plain(after.credential()), plain(before.credential()));
    let names: Vec<_> = vault.list().unwrap().entries.into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["new", "taken"]);
    assert!(vault.list().unwrap().intact);
}

#[test]
fn names_are_one_line_and_no_option() {
    let place = Place::new();
    let vault = place.create();
    let long = "é".repeat(64);
    // Byte by byte: a composed and a decomposed letter, a small and a capital one, are different names.
    let goods = ["a", "a-", "a b", "A", "é", "e\u{301}", "\u{202e}x", &long];
    for good in goods {
        vault.put(good, &credential(TOKEN), false).unwrap();
    }
    assert_eq!(vault.list().unwrap().entries.len(), goods.len());
    let too_long = format!("{long}a");
    for bad in ["", "-", "-a", "a\n", "\0", "a\u{7f}", "a\u{85}b", &too_long] {
        assert_eq!(kind(vault.put(bad, &credential(TOKEN), true)), "invalid_name", "{bad:?}");
        assert_eq!(kind(vault.get(bad)), "invalid_name", "{bad:?}");
        assert_eq!(kind(vault.remove(bad)), "invalid_name", "{bad:?}");
        assert_eq!(kind(vault.rename("a", bad)), "invalid_name", "{bad:?}");
        let message = vault.get(bad).unwrap_err().to_string();
        assert!(!message.chars().any(char::is_control), "{message:?}");
    }
}

#[test]
fn a_list_is_sorted_byte_by_byte() {
    let place = Place::new();
    let vault = place.create();
    for name in ["b", "a", "B", "é", "a b", "ab"] {
        vault.put(name, &credential(TOKEN), false).unwrap();
    }
    let names: Vec<_> = vault.list().unwrap().entries.into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["B", "a", "a b", "ab", "b", "é"]);
}

#[test]
fn a_fact_without_measure_is_refused() {
    let place = Place::new();
    let vault = place.create();
    let mut facts = Facts::default();
    facts.username = Some("x".repeat(60 << 10));
    vault.put("large", &credential(TOKEN).with_facts(facts.clone()), false).unwrap();
    assert_eq!(vault.get("large").unwrap().credential().facts(), &facts);
    facts.username = Some("x".repeat(65 << 10));
    assert_eq!(kind(vault.put("larger", &credential(TOKEN).with_facts(facts), false)), "invalid_argument");
}

#[test]
fn a_closed_vault_says_so() {
    let place = Place::new();
    let vault = place.create();
    vault.put("a", &credential(TOKEN), false).unwrap();
    vault.close().unwrap();
    vault.close().unwrap();
    assert_eq!(kind(vault.put("b", &credential(TOKEN), false)), "closed");
    assert_eq!(kind(vault.get("a")), "closed");
    assert_eq!(kind(vault.list()), "closed");
    assert_eq!(kind(vault.remove("a")), "closed");
    assert_eq!(kind(vault.rename("a", "b")), "closed");
    assert_eq!(plain(place.open().get("a").unwrap().credential()), TOKEN);
}

#[test]
fn a_vault_is_shared_by_threads() {
    let place = Place::new();
    let vault = Arc::new(place.create());
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let vault = &vault;
            scope.spawn(move || {
                for i in 0..20 {
                    let name = format!("{thread}-{i}");
                    vault.put(&name, &credential(&name), false).unwrap();
                    assert_eq!(plain(vault.get(&name).unwrap().credential()), name);
                }
            });
        }
    });
    let listing = vault.list().unwrap();
    assert_eq!(listing.entries.len(), 80);
    assert!(listing.intact);
}

#[test]
fn two_vaults_may_share_a_key_file() {
    let place = Place::new();
    let one = place.create();
    let other = VaultOptions::new().path(place.folder.path().join("other")).key_file(place.key());
    let other = other.create(true).open().unwrap();
    one.put("a", &credential(TOKEN), false).unwrap();
    assert_eq!(kind(other.get("a")), "entry_missing");
    assert_eq!(other.key_file(), one.key_file());
}

#[test]
fn vault_goes_between_threads() {
    fn assert_send_sync<T: Send + Sync + 'static>() {}
    assert_send_sync::<Vault>();
}
