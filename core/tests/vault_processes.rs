//! Many processes at one vault, and processes that are killed.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::Duration;

use common::{Place, credential, given, options, part, plain};

/// A token that says whose it is, so that a mixed-up row shows.
fn token(name: &str) -> String {
    format!("token-of-{name}")
}

/// Starts the writer of this file as its own process; it prints the name of each put once it is done.
fn writer(folder: &Path, argument: &str) -> Child {
    part("part_writer", folder, argument).spawn().unwrap()
}

/// `<prefix> <count>`: puts that many entries.
#[test]
#[ignore = "a part of another test"]
fn part_writer() {
    let Some((folder, argument)) = given() else { return };
    let (prefix, count) = argument.split_once(' ').unwrap();
    let vault = options(&folder).create(true).open().unwrap();
    // Tests capture `println`; what was done must be known even of a process that is killed.
    let mut out = std::io::stdout().lock();
    for i in 0..count.parse().unwrap() {
        let name = format!("{prefix}-{i}");
        vault.put(&name, &credential(&token(&name)), false).unwrap();
        writeln!(out, "\nput {name}").unwrap();
    }
}

/// The names a writer says it has put, to be read on until it ends.
fn puts(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    lines.filter_map(|line| line.strip_prefix("put ").map(str::to_owned))
}

fn assert_all_there(place: &Place, names: &[String]) {
    let vault = place.open();
    for name in names {
        assert_eq!(plain(vault.get(name).unwrap().credential()), token(name));
    }
    let listing = vault.list().unwrap();
    assert!(listing.intact && listing.damaged.is_empty());
    assert!(listing.entries.len() >= names.len());
    for entry in listing.entries {
        assert_eq!(plain(vault.get(&entry.name).unwrap().credential()), token(&entry.name));
    }
}

#[test]
fn processes_that_write_at_once_lose_nothing() {
    let place = Place::new();
    // None of them finds a vault: they also race to make it.
    let writers = (0..4).map(|i| writer(place.folder.path(), &format!("w{i} 50"))).collect::<Vec<_>>();
    let mut names = Vec::new();
    for mut writer in writers {
        names.extend(puts(&mut writer));
        assert!(writer.wait().unwrap().success());
    }
    assert_eq!(names.len(), 200);
    assert_all_there(&place, &names);
    assert_eq!(place.open().list().unwrap().entries.len(), 200);
    assert_eq!(place.files(), ["vault.db", "vault.db-shm", "vault.db-wal"]);
}

#[test]
fn a_reader_sees_what_another_process_writes() {
    let place = Place::new();
    let vault = place.create();
    assert!(vault.get("w-0").is_err());
    assert!(writer(place.folder.path(), "w 1").wait_with_output().unwrap().status.success());
    assert_eq!(plain(vault.get("w-0").unwrap().credential()), token("w-0"));
}

#[test]
fn writers_killed_at_any_moment_lose_no_finished_put() {
    let place = Place::new();
    let mut names: Vec<String> = Vec::new();
    let mut killed_in_the_middle = 0;
    for round in 0..32_u64 {
        let mut child = writer(place.folder.path(), &format!("r{round} 100000"));
        let mut puts = puts(&mut child);
        // First at odd moments of starting and making the vault, then at odd moments of writing.
        if round >= 8 {
            names.extend(puts.next());
        }
        thread::sleep(Duration::from_micros(500 + round * round * 7919 % 40_000));
        child.kill().unwrap();
        let before = names.len();
        names.extend(puts);
        child.wait().unwrap();
        killed_in_the_middle += usize::from(names.len() > before);
        if place.file().exists() {
            assert_recovered(&place, &names);
        }
    }
    assert!(killed_in_the_middle >= 20, "{killed_in_the_middle} were killed while writing");
}

fn assert_recovered(place: &Place, names: &[String]) {
    match place.options().open() {
        Ok(vault) => {
            let listing = vault.list().unwrap();
            assert!(listing.intact && listing.damaged.is_empty());
            vault.close().unwrap();
            assert_all_there(place, names);
        }
        Err(error) => {
            assert_eq!((error.kind().name(), names.len()), ("vault_missing", 0), "killed while making it");
            drop(place.create());
        }
    }
    let expected = ["vault.db", "vault.db-shm", "vault.db-wal"];
    assert!(place.files().iter().all(|file| expected.contains(&file.as_str())), "{:?}", place.files());
}
