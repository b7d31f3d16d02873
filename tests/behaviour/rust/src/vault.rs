use std::sync::Arc;
use std::time::{Duration, Instant};

use mmcred::{Checked, DEFAULT_DEADLINE, Stored, Vault, VerifyAllOptions, block_on};
use serde_json::{Value, json};

use crate::Behaviour;
use crate::context::{Context, code};

pub const ALL: [(u32, Behaviour); 22] = [
    (301, |context| code(context.place(301).open())),
    (302, put_get),
    (303, put_existing),
    (304, replace),
    (305, list),
    (306, remove),
    (307, rename),
    (308, wrong_key),
    (309, bad_names),
    (310, verify),
    (311, closed),
    (312, |context| code(context.prepared("garbage_vault").open())),
    (313, |context| code(context.prepared("newer_vault").open())),
    (314, damaged_entry),
    (315, busy),
    (316, two_handles),
    (317, verify_all),
    (318, |context| checked(context.vault(318), None)),
    (319, |context| checked(context.prepared("damaged_vault").open().unwrap(), None)),
    (320, verify_all_by_names),
    (321, verify_all_cancelled),
    (322, verify_all_rate_limited),
];

fn holds(stored: &Stored, token: &str) -> bool {
    stored.credential().token().expose(|plain| plain == token) // EXPOSE: the behaviour compares it
}

fn put_get(context: &Context) -> Value {
    let vault = context.vault(302);
    let version = vault.put("prod", &context.credential("url", "token"), false).unwrap();
    let stored = vault.get("prod").unwrap();
    json!([version, stored.credential().server().as_str(), holds(&stored, context.get("token"))])
}

fn put_existing(context: &Context) -> Value {
    let vault = context.vault(303);
    let credential = context.credential("url", "token");
    vault.put("prod", &credential, false).unwrap();
    code(vault.put("prod", &credential, false))
}

fn replace(context: &Context) -> Value {
    let vault = context.vault(304);
    let first = vault.put("prod", &context.credential("url", "token"), false).unwrap();
    let second = vault.put("prod", &context.credential("url", "other_token"), true).unwrap();
    json!([second > first, holds(&vault.get("prod").unwrap(), context.get("other_token"))])
}

fn list(context: &Context) -> Value {
    let vault = context.vault(305);
    for name in ["b", "a", "ä", "A"] {
        vault.put(name, &context.credential("url", "token"), false).unwrap();
    }
    let listing = vault.list().unwrap();
    let names: Vec<&str> = listing.entries.iter().map(|entry| entry.name.as_str()).collect();
    json!([names, format!("{listing:?}").contains(context.get("token"))])
}

fn remove(context: &Context) -> Value {
    let vault = context.vault(306);
    vault.put("prod", &context.credential("url", "token"), false).unwrap();
    vault.remove("prod").unwrap();
    json!([code(vault.get("prod")), code(vault.remove("prod"))])
}

fn rename(context: &Context) -> Value {
    let vault = context.vault(307);
    for name in ["a", "b"] {
        vault.put(name, &context.credential("url", "token"), false).unwrap();
    }
    json!([
        code(vault.rename("a", "c")),
        code(vault.rename("c", "b")),
        code(vault.rename("x", "y")),
        code(vault.get("c")),
    ])
}

fn wrong_key(context: &Context) -> Value {
    context.vault(308).close().unwrap();
    code(context.place(308).key_file(context.get("wrong_key")).open())
}

fn bad_names(context: &Context) -> Value {
    let vault = context.vault(309);
    let credential = context.credential("url", "token");
    let names = ["", "-x", "a\nb", &"n".repeat(129)].map(str::to_owned);
    names.iter().map(|name| code(vault.put(name, &credential, false))).collect()
}

fn verify(context: &Context) -> Value {
    let vault = context.vault(310);
    vault.put("prod", &context.credential("url", "token"), false).unwrap();
    let ask = |name| block_on(vault.verify(name, DEFAULT_DEADLINE));
    json!([ask("prod").unwrap().username, code(ask("nope"))])
}

fn closed(context: &Context) -> Value {
    let vault = context.vault(311);
    vault.put("prod", &context.credential("url", "token"), false).unwrap();
    vault.close().unwrap();
    json!([code(vault.close()), code(vault.get("prod"))])
}

fn damaged_entry(context: &Context) -> Value {
    let vault = context.prepared("damaged_vault").open().unwrap();
    json!([code(vault.get("bad")), code(vault.get("good"))])
}

fn busy(context: &Context) -> Value {
    let vault = context.prepared("busy_vault").open().unwrap();
    code(vault.put("x", &context.credential("url", "token"), false))
}

fn two_handles(context: &Context) -> Value {
    let writer = context.vault(316);
    let reader = context.place(316).open().unwrap();
    writer.put("prod", &context.credential("url", "token"), false).unwrap();
    json!(holds(&reader.get("prod").unwrap(), context.get("token")))
}

fn checked(vault: Vault, names: Option<Vec<String>>) -> Value {
    let mut results = serde_json::Map::new();
    block_on(async {
        let run = Arc::new(vault).verify_all(names, &VerifyAllOptions::new()).unwrap();
        while let Some(Checked { name, outcome, .. }) = run.next().await.unwrap() {
            let said =
                outcome.map_or_else(|error| error.kind().name().to_owned(), |verified| verified.username);
            results.insert(name.unwrap(), said.into());
        }
    });
    results.into()
}

fn verify_all(context: &Context) -> Value {
    let vault = context.vault(317);
    for (name, url, token) in
        [("good", "url", "token"), ("gone", "url", "unknown_token"), ("away", "url_closed", "token")]
    {
        vault.put(name, &context.credential(url, token), false).unwrap();
    }
    checked(vault, None)
}

fn verify_all_by_names(context: &Context) -> Value {
    let vault = context.vault(320);
    for name in ["good", "other"] {
        vault.put(name, &context.credential("url", "token"), false).unwrap();
    }
    checked(vault, Some(vec!["good".to_owned(), "nope".to_owned()]))
}

fn verify_all_cancelled(context: &Context) -> Value {
    let started = Instant::now();
    let vault = Arc::new(context.vault(321));
    for (name, url) in [("first", "url"), ("slow", "url_slow")] {
        vault.put(name, &context.credential(url, "token"), false).unwrap();
    }
    let first = block_on(async {
        let run = vault.verify_all(None, &VerifyAllOptions::new()).unwrap();
        let first = run.next().await.unwrap().unwrap().name;
        run.close();
        assert!(run.next().await.unwrap().is_none());
        first
    });
    json!([first, started.elapsed() < Duration::from_secs(3)])
}

fn verify_all_rate_limited(context: &Context) -> Value {
    let vault = context.vault(322);
    for number in 0..12 {
        vault.put(&format!("n{number}"), &context.credential("url_limited", "token"), false).unwrap();
    }
    let results = checked(vault, None);
    let accepted = |said: &&Value| said.as_str() == Some(context.get("username"));
    json!(results.as_object().unwrap().values().filter(accepted).count())
}
