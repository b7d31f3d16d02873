//! The contender in Rust: `bench-rust JOB VAULT KEY_FILE ENTRIES`.
#![forbid(unsafe_code)]

use std::env;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mmcred::{AccessToken, Credential, Hand, Vault, VaultOptions};
use mmcred_bench::{name, pick, serve, serve_turns};

const TARGET: &str = "users/me";
const URL: &str = "https://chat.example.com/api/v4/users/me";

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let [job, folder, key_file, entries] = args.as_slice() else {
        panic!("bench-rust JOB VAULT KEY_FILE ENTRIES");
    };
    let entries = entries.parse().expect("ENTRIES is a number");
    let options = VaultOptions::new().path(folder).key_file(key_file);
    match job.as_str() {
        "fill" => fill(options, entries),
        "get" => get(&open(options), entries),
        "prepare" => prepare(&Arc::new(open(options)), entries),
        "authorization" => authorization(&open(options), entries),
        "put" => put(&open(options), entries),
        "list" => list(&open(options), entries),
        "open" => open_and_read(&options),
        other => panic!("no job {other}"),
    }
}

fn open(options: VaultOptions) -> Vault {
    options.open().expect("run.py made the vault")
}

/// A token of the usual shape, another one for each number.
fn credential(number: u64) -> Credential {
    let token = AccessToken::parse(&format!("ybndrfg8ejkmcpqx{number:010}")).expect("26 letters and digits");
    Credential::new("https://chat.example.com", token).expect("the URL is one")
}

fn names(entries: u64) -> Vec<String> {
    (0..entries).map(name).collect()
}

fn fill(options: VaultOptions, entries: u64) {
    let vault = open(options.create(true));
    for index in 0..entries {
        vault.put(&name(index), &credential(index), false).expect("the name is free");
    }
    vault.close().expect("nobody else is using it");
}

/// From a name to the whole credential, and from there to its header.
fn get(vault: &Vault, entries: u64) {
    let names = names(entries);
    serve_turns(|turn| {
        let stored = vault.get(&names[pick(turn, entries)]).expect("the entry is there");
        black_box(stored.credential().authorization());
    });
}

/// What each request of a hand costs: its URL checked, its header read from the vault.
fn prepare(vault: &Arc<Vault>, entries: u64) {
    let hand = |name: &String| Hand::new(Arc::clone(vault), name).expect("the entry is there");
    let hands: Vec<Hand> = names(entries).iter().map(hand).collect();
    serve_turns(|turn| {
        black_box(hands[pick(turn, entries)].prepare(TARGET).expect("the target is the server's own"));
    });
}

/// The same without a hand that is kept.
fn authorization(vault: &Vault, entries: u64) {
    let names = names(entries);
    serve_turns(|turn| {
        let name = &names[pick(turn, entries)];
        black_box(vault.authorization(name, URL).expect("the URL is the server's own"));
    });
}

/// Another token each time: equal bytes would not be written at all.
fn put(vault: &Vault, entries: u64) {
    let names = names(entries);
    serve_turns(|turn| {
        vault.put(&names[pick(turn, entries)], &credential(turn), true).expect("the disk takes it");
    });
}

fn list(vault: &Vault, entries: u64) {
    serve_turns(|_| {
        let listing = vault.list().expect("the vault is whole");
        assert!(listing.intact && listing.entries.len() as u64 == entries);
    });
}

/// Closing is not counted: nobody waits for it.
fn open_and_read(options: &VaultOptions) {
    let name = name(0);
    serve(|turns| {
        let turn = |_| {
            let start = Instant::now();
            let vault = open(options.clone());
            black_box(vault.get(&name).expect("the entry is there").credential().authorization());
            start.elapsed()
        };
        (0..turns).map(turn).sum::<Duration>()
    });
}
