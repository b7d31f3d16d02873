//! Where a vault lies, what is in its folder, and folders that can not be written.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use common::{Place, TOKEN, bot, credential, given, kind, options, part, plain};
use mmcred::{Vault, VaultOptions};

fn mode(path: impl AsRef<std::path::Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn nothing_there_is_vault_missing_and_stays_so() {
    let place = Place::new();
    let error = place.options().open().unwrap_err();
    assert_eq!(error.kind().name(), "vault_missing");
    assert!(error.message().contains("mmcred add"), "{error}");
    assert!(!place.vault().exists() && !place.key().exists());
    fs::create_dir(place.vault()).unwrap();
    assert_eq!(kind(place.options().open()), "vault_missing");
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn a_new_vault_is_private() {
    let place = Place::new();
    let vault = place.create();
    vault.put("a", &bot(), false).unwrap();
    assert_eq!(place.files(), ["vault.db", "vault.db-shm", "vault.db-wal"]);
    for file in place.files() {
        assert_eq!(mode(place.vault().join(&file)), 0o600, "{file}");
    }
    assert_eq!((mode(place.vault()), mode(place.key())), (0o700, 0o600));
}

#[test]
fn creating_twice_keeps_what_is_there() {
    let place = Place::new();
    place.create().put("a", &bot(), false).unwrap();
    let key = fs::read(place.key()).unwrap();
    assert_eq!(plain(place.create().get("a").unwrap().credential()), TOKEN);
    assert_eq!(fs::read(place.key()).unwrap(), key);
}

#[test]
fn an_interrupted_creation_is_finished_by_the_next() {
    // After the key file, after the empty file, after SQLite's first page.
    for step in 1..=3 {
        let place = Place::new();
        drop(place.create());
        fs::remove_dir_all(place.vault()).unwrap();
        if step >= 2 {
            fs::create_dir(place.vault()).unwrap();
            fs::write(place.file(), "").unwrap();
        }
        if step >= 3 {
            place.sql("PRAGMA journal_mode = WAL");
            assert_eq!(fs::metadata(place.file()).unwrap().len(), 4096);
        }
        assert_eq!(kind(place.options().open()), "vault_missing", "step {step}");
        place.create().put("a", &bot(), false).unwrap();
        assert_eq!(plain(place.open().get("a").unwrap().credential()), TOKEN);
    }
}

#[test]
fn a_key_is_not_made_inside_the_vault() {
    let place = Place::new();
    let inside = place.options().key_file(place.vault().join("key")).create(true).open();
    assert_eq!(kind(inside), "invalid_argument");
    assert!(!place.vault().exists());
}

#[test]
fn a_closed_vault_is_whole_in_its_one_file() {
    let place = Place::new();
    for by_drop in [false, true] {
        let vault = place.create();
        vault.put("a", &bot(), true).unwrap();
        assert!(fs::metadata(place.vault().join("vault.db-wal")).unwrap().len() > 0);
        if !by_drop {
            vault.close().unwrap();
        }
        drop(vault);
        assert_eq!(fs::metadata(place.vault().join("vault.db-wal")).unwrap().len(), 0);
        let copy = Place::new();
        fs::create_dir(copy.vault()).unwrap();
        fs::copy(place.file(), copy.file()).unwrap();
        let copied = copy.options().key_file(place.key()).open().unwrap();
        assert_eq!(plain(copied.get("a").unwrap().credential()), TOKEN);
    }
}

#[test]
fn an_older_file_put_in_place_is_seen_by_who_saw_the_newer() {
    for overwritten in [false, true] {
        let place = Place::new();
        let vault = place.create();
        vault.put("a", &credential("old"), false).unwrap();
        vault.close().unwrap();
        let old = fs::read(place.file()).unwrap();
        let vault = place.open();
        vault.put("a", &credential("new"), true).unwrap();
        place.open().close().unwrap();
        let other = place.folder.path().join("copy");
        fs::write(&other, &old).unwrap();
        if overwritten {
            fs::write(place.file(), &old).unwrap();
        } else {
            fs::rename(&other, place.file()).unwrap();
        }
        assert_eq!(kind(vault.list()), "vault_rolled_back");
        assert_eq!(kind(vault.put("b", &bot(), false)), "vault_rolled_back");
        assert_eq!(plain(place.open().get("a").unwrap().credential()), "old", "opening it again accepts it");
    }
}

#[test]
fn a_newer_file_put_in_place_is_gone_on_with() {
    let place = Place::new();
    let vault = place.create();
    vault.put("a", &credential("old"), false).unwrap();
    vault.close().unwrap();
    let copy = place.folder.path().join("copy");
    fs::copy(place.file(), &copy).unwrap();
    let vault = place.open();
    assert_eq!(plain(vault.get("a").unwrap().credential()), "old");
    fs::rename(copy, place.file()).unwrap();
    vault.put("a", &credential("new"), true).unwrap();
    assert_eq!(
        plain(place.open().get("a").unwrap().credential()),
        "new",
        "nothing is written to a file that is gone"
    );
}

#[test]
fn who_holds_the_lock_too_long_is_busy() {
    let place = Place::new();
    drop(place.create());
    let vault = place.options().wait(Duration::from_millis(50)).open().unwrap();
    let held = fs::File::open(place.vault()).unwrap();
    held.lock().unwrap();
    let error = vault.put("a", &bot(), false).unwrap_err();
    assert_eq!(error.kind().name(), "busy");
    assert_eq!(kind(vault.get("a")), "entry_missing", "readers wait for nobody");
    held.unlock().unwrap();
    vault.put("a", &bot(), false).unwrap();
}

#[test]
fn the_environment_names_the_places() {
    let place = Place::new();
    let run = |vault: Option<&str>| {
        let mut command = part("part_environment", place.folder.path(), "");
        for name in ["MMCRED_VAULT", "MMCRED_KEY_FILE", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
            command.env_remove(name);
        }
        command.env("HOME", place.folder.path()).current_dir(place.folder.path());
        if let Some(vault) = vault {
            command.env("MMCRED_VAULT", vault).env("MMCRED_KEY_FILE", "keys/one");
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    };
    run(None);
    assert!(place.folder.path().join(".local/share/mmcred/vault.db").exists());
    assert!(place.folder.path().join(".config/mmcred/key").exists());
    run(Some("relative"));
    assert!(place.folder.path().join("relative/vault.db").exists());
    assert!(place.folder.path().join("keys/one").exists());
}

#[test]
#[ignore = "a part of another test"]
fn part_environment() {
    let Some((folder, _)) = given() else { return };
    assert_eq!(kind(Vault::open()), "vault_missing");
    assert_eq!(kind(Vault::default_vault()), "vault_missing");
    let made = VaultOptions::new().create(true).open().unwrap();
    assert!(made.path().is_absolute() && made.path().starts_with(&folder));
    let one = Vault::default_vault().unwrap();
    let same = Vault::default_vault().unwrap();
    assert!(std::ptr::eq(&*one, &*same));
    one.put("a", &bot(), false).unwrap();
    one.close().unwrap();
    let anew = Vault::default_vault().unwrap();
    assert_eq!(plain(anew.get("a").unwrap().credential()), TOKEN);
}

/// Mounts need rights of their own: a user namespace gives them, where the system allows one.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn in_own_mounts(script: &str, name: &str, folder: &std::path::Path) {
    let probe = Command::new("unshare").args(["-rm", "true"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: unshare -rm is not to be had here");
        return;
    }
    let inner = part(name, folder, "");
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-ec", &format!("{script}\nexec \"$@\""), "sh"]);
    command.arg(inner.get_program()).args(inner.get_args());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("F", folder);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

const READ_ONLY: &str = "mount --bind \"$F/vault\" \"$F/vault\"; mount -o remount,bind,ro \"$F/vault\"";

#[test]
fn a_read_only_folder_is_read_and_not_written() {
    let place = Place::new();
    place.create().put("a", &bot(), false).unwrap();
    for log in [true, false] {
        if !log {
            fs::remove_file(place.vault().join("vault.db-wal")).unwrap();
            fs::remove_file(place.vault().join("vault.db-shm")).unwrap();
        }
        in_own_mounts(READ_ONLY, "part_read_only", place.folder.path());
    }
}

#[test]
#[ignore = "a part of another test"]
fn part_read_only() {
    let Some((folder, _)) = given() else { return };
    for create in [false, true] {
        let vault = options(&folder).create(create).open().unwrap();
        assert_eq!(plain(vault.get("a").unwrap().credential()), TOKEN);
        assert!(vault.list().unwrap().intact);
        assert_eq!(kind(vault.put("b", &bot(), false)), "read_only");
        assert_eq!(kind(vault.remove("a")), "read_only");
        vault.close().unwrap();
    }
    let new = options(&folder).path(folder.join("vault/new")).create(true).open();
    assert_eq!(kind(new), "read_only");
}

#[test]
fn a_log_in_a_read_only_folder_is_not_passed_over() {
    let place = Place::new();
    let vault = place.create();
    vault.put("a", &bot(), false).unwrap();
    let copy = Place::new();
    fs::create_dir(copy.vault()).unwrap();
    fs::create_dir(copy.key().parent().unwrap()).unwrap();
    fs::copy(place.key(), copy.key()).unwrap();
    for file in ["vault.db", "vault.db-wal"] {
        fs::copy(place.vault().join(file), copy.vault().join(file)).unwrap();
    }
    in_own_mounts(READ_ONLY, "part_log_in_read_only", copy.folder.path());
}

#[test]
#[ignore = "a part of another test"]
fn part_log_in_read_only() {
    let Some((folder, _)) = given() else { return };
    // Either it is read with the log, or not at all.
    match options(&folder).open().and_then(|vault| vault.get("a")) {
        Ok(stored) => assert_eq!(plain(stored.credential()), TOKEN),
        Err(error) => assert_eq!(error.kind().name(), "read_only", "{error}"),
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let place = Place::new();
    fs::create_dir(place.vault()).unwrap();
    in_own_mounts("mount -t tmpfs -o size=200k none \"$F/vault\"", "part_full_disk", place.folder.path());
}

#[test]
#[ignore = "a part of another test"]
fn part_full_disk() {
    let Some((folder, _)) = given() else { return };
    let vault = options(&folder).create(true).open().unwrap();
    let mut put = 0;
    let error = loop {
        match vault.put(&format!("name-{put}"), &bot(), false) {
            Ok(_) => put += 1,
            Err(error) => break error,
        }
        assert!(put < 10_000, "the disk is not that large");
    };
    assert_eq!(error.kind().name(), "storage_failed", "{error}");
    assert!(put > 3);
    let listing = vault.list().unwrap();
    assert_eq!((listing.entries.len(), listing.intact), (put, true));
    assert_eq!(plain(options(&folder).open().unwrap().get("name-0").unwrap().credential()), TOKEN);
}
