//! What somebody can do who may change the file but has no key, and what accidents do.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use common::{Place, TOKEN, bot, credential, kind, plain};
use mmcred::{Vault, VaultOptions};

/// A vault with `a`, `b` and `c` in rows 1 to 3.
fn three() -> (Place, Vault) {
    let place = Place::new();
    let vault = place.create();
    for name in ["a", "b", "c"] {
        vault.put(name, &credential(&format!("{name}-token")), false).unwrap();
    }
    (place, vault)
}

fn names(vault: &Vault) -> Vec<String> {
    vault.list().unwrap().entries.into_iter().map(|entry| entry.name).collect()
}

fn damaged(vault: &Vault) -> Vec<i64> {
    vault.list().unwrap().damaged.into_iter().map(|row| row.row).collect()
}

/// Row `id`'s secret does not open, and nothing else is touched.
fn assert_only_secret_damaged(vault: &Vault, names_damaged: &[&str]) {
    for name in ["a", "b", "c"] {
        let got = vault.get(name);
        if names_damaged.contains(&name) {
            let error = got.unwrap_err();
            assert_eq!(error.kind().name(), "entry_damaged");
            assert!(error.message().contains(name), "{error}");
        } else {
            assert_eq!(plain(got.unwrap().credential()), format!("{name}-token"));
        }
    }
    assert_eq!(names(vault), ["a", "b", "c"]);
}

#[test]
fn swapped_secrets_are_refused() {
    let (place, vault) = three();
    place.sql(
        "CREATE TEMP TABLE t AS SELECT id, secret FROM entries;
        UPDATE entries SET secret = (SELECT secret FROM t WHERE t.id = 3 - entries.id) WHERE id IN (1, 2);",
    );
    assert_only_secret_damaged(&vault, &["a", "b"]);
}

#[test]
fn label_and_secret_swapped_are_refused() {
    let (place, vault) = three();
    place.sql("UPDATE entries SET label = secret, secret = label WHERE id = 2");
    assert_eq!(kind(vault.get("b")), "entry_damaged");
    assert_eq!(names(&vault), ["a", "c"]);
    assert_eq!(damaged(&vault), [2]);
}

#[test]
fn whole_rows_swapped_are_refused() {
    let (place, vault) = three();
    place.sql(
        "CREATE TEMP TABLE t AS SELECT id, key FROM entries;
        UPDATE entries SET key = randomblob(32) WHERE id IN (1, 2);
        UPDATE entries SET key = (SELECT key FROM t WHERE t.id = 3 - entries.id) WHERE id IN (1, 2);",
    );
    assert_eq!(kind(vault.get("a")), "entry_damaged");
    assert_eq!(names(&vault), ["c"]);
    assert_eq!(damaged(&vault), [1, 2]);
    assert!(!vault.list().unwrap().intact);
}

#[test]
fn a_row_under_another_name_is_refused() {
    let (place, vault) = three();
    place.sql("CREATE TEMP TABLE t AS SELECT key FROM entries WHERE id = 1; DELETE FROM entries WHERE id = 1; UPDATE entries SET key = (SELECT key FROM t) WHERE id = 2");
    assert_eq!(kind(vault.get("a")), "entry_damaged");
    assert_eq!(kind(vault.get("b")), "entry_missing");
}

#[test]
fn an_older_secret_in_a_newer_row_is_refused() {
    let (place, vault) = three();
    place.sql("CREATE TABLE old AS SELECT * FROM entries");
    vault.put("a", &credential("new-token"), true).unwrap();
    place.sql("UPDATE entries SET secret = (SELECT secret FROM old WHERE id = 1) WHERE id = 1");
    assert_eq!(kind(vault.get("a")), "entry_damaged");
    assert!(vault.list().unwrap().intact, "a list opens no secret");
}

#[test]
fn a_whole_older_row_put_back_shows_in_the_list() {
    let (place, vault) = three();
    place.sql("CREATE TABLE old AS SELECT * FROM entries");
    vault.put("a", &credential("new-token"), true).unwrap();
    assert!(vault.list().unwrap().intact);
    place.sql("DELETE FROM entries WHERE id = 1; INSERT INTO entries SELECT * FROM old WHERE id = 1");
    assert!(!vault.list().unwrap().intact);
}

#[test]
fn a_row_taken_away_or_doubled_shows_in_the_list() {
    let (place, vault) = three();
    place.sql("CREATE TABLE old AS SELECT * FROM entries; DELETE FROM entries WHERE id = 2");
    assert!(!vault.list().unwrap().intact);
    place.sql("INSERT INTO entries SELECT * FROM old WHERE id = 2");
    assert!(vault.list().unwrap().intact);
    place.sql("INSERT INTO entries (key, version, label, secret) SELECT randomblob(32), version, label, secret FROM old WHERE id = 2");
    assert!(!vault.list().unwrap().intact);
}

#[test]
fn a_row_of_another_vault_is_refused() {
    let (place, vault) = three();
    let other = VaultOptions::new().path(place.folder.path().join("other")).key_file(place.key());
    let other = other.create(true).open().unwrap();
    other.put("a", &credential("foreign-token"), false).unwrap();
    other.close().unwrap();
    let path = place.folder.path().join("other/vault.db");
    place.sql(&format!(
        "ATTACH '{}' AS other;
        UPDATE entries SET (version, label, secret) = (SELECT version, label, secret FROM other.entries) WHERE id = 1;",
        path.display()
    ));
    assert_eq!(kind(vault.get("a")), "entry_damaged");
    assert_eq!(damaged(&vault), [1]);
}

#[test]
fn damaged_rows_hide_no_others_and_are_mended_by_a_put() {
    let (place, vault) = three();
    place.sql("UPDATE entries SET secret = zeroblob(length(secret)) WHERE id = 1");
    assert_only_secret_damaged(&vault, &["a"]);
    assert_eq!(kind(vault.rename("a", "new")), "entry_damaged");
    place.sql("UPDATE entries SET label = x'00' WHERE id = 3; UPDATE entries SET version = -1 WHERE id = 2");
    assert_eq!(names(&vault), ["a"]);
    assert_eq!(damaged(&vault), [2, 3]);
    place.sql("UPDATE entries SET version = 2 WHERE id = 2");
    vault.put("a", &bot(), true).unwrap();
    vault.put("c", &bot(), true).unwrap();
    assert_eq!(plain(vault.get("a").unwrap().credential()), TOKEN);
    let listing = vault.list().unwrap();
    assert!(listing.intact && listing.damaged.is_empty() && listing.entries.len() == 3);
}

#[test]
fn a_damaged_head_stops_writing_but_not_reading() {
    for damage in [
        "UPDATE head SET seal = zeroblob(length(seal))",
        "UPDATE head SET sequence = sequence + 1",
        "UPDATE head SET seal = CAST(x'0100000002' || substr(seal, 6) AS BLOB)",
    ] {
        let (place, vault) = three();
        place.sql(damage);
        assert_eq!(kind(vault.put("d", &bot(), false)), "vault_damaged", "{damage}");
        assert_eq!(kind(vault.remove("a")), "vault_damaged");
        assert_eq!(plain(vault.get("a").unwrap().credential()), "a-token");
        assert_eq!(names(&vault), ["a", "b", "c"]);
        assert!(!vault.list().unwrap().intact);
        assert_eq!(plain(place.open().get("b").unwrap().credential()), "b-token");
    }
}

#[test]
fn another_key_is_the_wrong_one() {
    let (place, vault) = three();
    drop(vault);
    let other = Place::new();
    drop(other.create());
    let opened = place.options().key_file(other.key()).open();
    assert_eq!(kind(opened), "wrong_key");
    fs::remove_file(place.key()).unwrap();
    assert_eq!(kind(place.options().open()), "key_file_missing");
    assert_eq!(kind(place.options().create(true).open()), "key_file_missing");
    assert!(!place.key().exists(), "the key of a vault that is there is never made");
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let (place, vault) = three();
    drop(vault);
    fs::set_permissions(place.key(), fs::Permissions::from_mode(0o644)).unwrap();
    let error = place.options().open().unwrap_err();
    assert_eq!(error.kind().name(), "key_file_invalid");
    assert!(error.hint().contains(&format!("chmod 600 {}", place.key().display())));
}

#[test]
fn a_damaged_slot_is_told_from_a_wrong_key() {
    let (place, vault) = three();
    drop(vault);
    place.sql("UPDATE slots SET body = CAST(substr(body, 1, 121) || x'0011223344556677' AS BLOB)");
    assert_eq!(kind(place.options().open()), "vault_damaged");
    place.sql("DELETE FROM slots");
    assert_eq!(kind(place.options().open()), "vault_damaged");
}

#[test]
fn a_slot_of_an_unknown_kind_is_passed_over() {
    let (place, vault) = three();
    drop(vault);
    place.sql(
        "UPDATE slots SET id = 9; INSERT INTO slots (id, kind, parameters, body) VALUES (1, 77, x'', x'00')",
    );
    assert_eq!(plain(place.open().get("a").unwrap().credential()), "a-token");
}

#[test]
fn a_newer_vault_is_refused_and_left_as_it_is() {
    let (place, vault) = three();
    vault.close().unwrap();
    place.sql("PRAGMA user_version = 2; PRAGMA wal_checkpoint(TRUNCATE)");
    let before = fs::read(place.file()).unwrap();
    assert_eq!(kind(place.options().open()), "vault_newer");
    assert_eq!(kind(place.options().create(true).open()), "vault_newer");
    assert_eq!(fs::read(place.file()).unwrap(), before);
}

#[test]
fn what_is_no_vault_is_refused_and_left_as_it_is() {
    let foreign = {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        fs::read(path).unwrap()
    };
    let garbage = [b"hello".to_vec(), vec![b'x'; 8192], vec![0; 8192], foreign];
    for content in garbage {
        let place = Place::new();
        fs::create_dir(place.vault()).unwrap();
        fs::write(place.file(), &content).unwrap();
        assert_eq!(kind(place.options().open()), "vault_damaged", "{:?}", &content[..5]);
        assert_eq!(kind(place.options().create(true).open()), "vault_damaged");
        assert_eq!(fs::read(place.file()).unwrap(), content);
    }
}

#[test]
fn missing_tables_are_damage() {
    for table in ["meta", "slots", "entries", "head", "events"] {
        let (place, vault) = three();
        vault.close().unwrap();
        place.sql(&format!("DROP TABLE {table}"));
        let opened = place.options().open().and_then(|vault| vault.put("d", &bot(), false));
        assert_eq!(kind(opened), "vault_damaged", "{table}");
    }
}

#[test]
fn a_cut_or_overwritten_file_is_damage_or_still_right() {
    let (place, vault) = three();
    vault.close().unwrap();
    let whole = fs::read(place.file()).unwrap();
    for page in 0..whole.len() / 4096 {
        let mut content = whole.clone();
        content[page * 4096..(page + 1) * 4096].fill(0x5a);
        fs::write(place.file(), &content).unwrap();
        assert_damaged_or_right(&place);
        fs::write(place.file(), &whole[..page * 4096 + 100]).unwrap();
        assert_damaged_or_right(&place);
    }
}

fn assert_damaged_or_right(place: &Place) {
    match place.options().open().and_then(|vault| vault.get("a")) {
        Ok(stored) => assert_eq!(plain(stored.credential()), "a-token"),
        Err(error) => assert_eq!(error.kind().name(), "vault_damaged", "{error}"),
    }
}

#[test]
fn a_planted_trigger_does_not_run() {
    let (place, vault) = three();
    vault.close().unwrap();
    place.sql("CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries; END");
    let vault = place.open();
    vault.put("d", &bot(), false).unwrap();
    assert_eq!(names(&vault), ["a", "b", "c", "d"]);
}

/// Nothing of it in any file: plain, hexadecimal, base64, UTF-16.
#[test]
fn neither_token_nor_name_can_be_read_from_the_files() {
    const NAME: &str = "name-that-nobody-else-has";
    let place = Place::new();
    let vault = place.create();
    vault.put(NAME, &bot(), false).unwrap();
    vault.put("other", &credential("planted-on-purpose"), false).unwrap();
    vault.rename("other", "another-name").unwrap();
    vault.remove("another-name").unwrap();
    let planted = [TOKEN, NAME, "chat.example.com", "deploy-bot", "planted-on-purpose", "another-name"];
    for closed in [false, true] {
        if closed {
            vault.close().unwrap();
        }
        for file in place.files() {
            let content = fs::read(place.vault().join(&file)).unwrap();
            assert_eq!(find(&content, &planted), None, "{file}");
        }
    }
    // The search itself finds what it looks for.
    for form in forms(TOKEN) {
        assert_eq!(find(&[b"xx".to_vec(), form, b"yy".to_vec()].concat(), &planted), Some(TOKEN));
    }
}

fn find<'a>(content: &[u8], planted: &[&'a str]) -> Option<&'a str> {
    let holds = |form: &Vec<u8>| content.windows(form.len()).any(|window| window == form);
    planted.iter().copied().find(|text| forms(text).iter().any(holds))
}

fn forms(text: &str) -> Vec<Vec<u8>> {
    use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
    let bytes = text.as_bytes();
    let mut forms = vec![bytes.to_vec(), HEXLOWER.encode(bytes).into(), HEXUPPER.encode(bytes).into()];
    forms.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    for shift in 0..3 {
        // Base64 at each of its three alignments, without the characters that depend on the neighbours.
        let shifted = [&[0; 2][..shift], bytes].concat();
        let whole = |text: String| text.as_bytes()[(shift * 8).div_ceil(6)..shifted.len() * 8 / 6].to_vec();
        forms.push(whole(BASE64_NOPAD.encode(&shifted)));
        forms.push(whole(BASE64URL_NOPAD.encode(&shifted)));
    }
    forms
}
