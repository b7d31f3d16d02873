//! Format 1 is final: the vault in `tests/vectors/vault-1`, made by version 0.1.0, opens for ever.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use common::{Place, bot, kind, plain};
use mmcred::Kind;

fn fixture() -> Place {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/vault-1");
    let place = Place::new();
    fs::create_dir(place.vault()).unwrap();
    fs::create_dir(place.key().parent().unwrap()).unwrap();
    fs::copy(from.join("vault.db"), place.file()).unwrap();
    fs::copy(from.join("key"), place.key()).unwrap();
    // A checked-out file has whatever mode the umask gave it.
    fs::set_permissions(place.key(), fs::Permissions::from_mode(0o600)).unwrap();
    place
}

#[test]
fn the_vault_of_version_1_opens() {
    let place = fixture();
    let vault = place.open();
    let listing = vault.list().unwrap();
    assert!(listing.intact && listing.damaged.is_empty());
    let names: Vec<_> = listing.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["bär", "prod"]);

    let bear = vault.get("bär").unwrap();
    let entry = bear.entry();
    assert_eq!(plain(bear.credential()), "ybndrfg8ejkmcpqxot1uwisza3");
    assert_eq!((entry.server.as_str(), entry.allow_http), ("http://mattermost:8065/chat", true));
    assert_eq!((entry.fingerprint.as_str(), entry.version), ("dd0d38f6", 7));
    assert_eq!((entry.created_at, entry.updated_at), (1_795_582_176_522, 1_795_582_176_522));
    assert_eq!(entry.ca_file.as_deref(), Some("/etc/mattermost/ca.pem"));
    assert_eq!(entry.proxy.as_deref(), Some("http://proxy:3128"));
    assert_eq!((entry.kind, entry.expires_at), (Kind::BotToken, Some(1_800_000_000_000)));
    assert_eq!(entry.user_id.as_deref(), Some("fb6wd6ok9jf9uxkr1nmjmqg6zc"));
    assert_eq!(entry.username.as_deref(), Some("deploy-bot"));
    assert_eq!(entry.token_id.as_deref(), Some("8tqxiz6zwjyjmdcf9rjz3bq1oa"));

    let prod = vault.get("prod").unwrap();
    assert_eq!(plain(prod.credential()), "wx4dia1tmfgm8kzd95s1cs38na");
    assert_eq!(prod.version(), 4);
    assert_eq!((prod.created_at(), prod.updated_at()), (1_795_582_176_520, 1_795_582_176_522));
    assert_eq!(kind(vault.get("gone")), "entry_missing");
}

#[test]
fn the_vault_of_version_1_is_written_on() {
    let place = fixture();
    let vault = place.open();
    assert_eq!(vault.put("prod", &bot(), true).unwrap(), 8);
    vault.remove("bär").unwrap();
    assert!(vault.list().unwrap().intact);
}

/// A reader of the documented format finds the same tables in a vault of today.
#[test]
fn a_new_vault_has_the_tables_of_version_1() {
    let tables = |place: &Place| -> Vec<String> {
        let connection = rusqlite::Connection::open(place.file()).unwrap();
        let mut statement = connection.prepare("SELECT sql FROM sqlite_schema ORDER BY name").unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
        rows.filter_map(Result::unwrap).collect()
    };
    let new = Place::new();
    new.create().put("a", &bot(), false).unwrap();
    assert_eq!(tables(&new), tables(&fixture()));
    assert_eq!(new.number("PRAGMA application_id"), 0x6d6d_6372);
    assert_eq!(new.number("PRAGMA user_version"), 1);
    assert_eq!(new.number("SELECT length(label) + length(secret) FROM entries"), 2 * (17 + 256 + 16));
    assert_eq!(new.number("SELECT length(body) FROM slots"), 129);
    assert_eq!(new.number("SELECT sequence * 1000 + length(seal) FROM head"), 1289);
    assert_eq!(new.number("SELECT sequence * 1000 + length(seal) FROM events"), 1289);
    let (documented, tables) = (include_str!("../../docs/format.md"), tables(&new));
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(tables.iter().all(|sql| squeeze(documented).contains(&squeeze(sql))), "{tables:?}");
}
