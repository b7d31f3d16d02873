use std::sync::Arc;

use mmcred::{Credential, Hand, Result, Vault, VaultOptions, block_on};
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::Behaviour;
use crate::context::{Context, allow_http, code, text_or_code};

pub const ALL: [(u32, Behaviour); 9] = [
    (401, urls_as_the_vectors_say),
    (402, request),
    (403, after_401),
    (404, survives_a_new_token),
    (405, foreign_redirect),
    (406, foreign_url),
    (407, default_vault_authorization),
    (408, moved_entry),
    (409, missing_entry),
];

/// A hand on a new vault's entry for the server under `url` with the token under `token`.
fn hand(context: &Context, number: u32, url: &str, token: &str) -> (Arc<Vault>, Hand) {
    let vault = Arc::new(context.vault(number));
    vault.put("prod", &context.credential(url, token), false).unwrap();
    let hand = Hand::new(Arc::clone(&vault), "prod").unwrap();
    (vault, hand)
}

/// What a tool does with a hand: the rules are the hand's, the client only carries them.
async fn get(hand: &Hand, target: &str) -> Result<Value> {
    let client = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
    let mut target = target.to_owned();
    let mut again = true;
    loop {
        let ready = hand.prepare(&target)?;
        let request = client.get(&ready.url).header("authorization", ready.authorization.as_str());
        let response = request.send().await.expect("the servers of the context answer");
        if let Some(location) = response.headers().get("location") {
            target = hand.follow(&ready.url, location.to_str().unwrap())?;
            continue;
        }
        if response.status() == 401 && again && hand.after_401(ready.version)? {
            again = false;
            continue;
        }
        return Ok(serde_json::from_slice(&response.bytes().await.unwrap()).unwrap());
    }
}

fn urls_as_the_vectors_say(context: &Context) -> Value {
    let vault = Arc::new(context.vault(401));
    let go = |columns: &[String]| {
        let credential = Credential::with_connection(&columns[0], context.token("token"), allow_http())?;
        vault.put("prod", &credential, true)?;
        let hand = Hand::new(Arc::clone(&vault), "prod")?;
        match columns.get(2) {
            Some(from) => hand.follow(from, &columns[1]),
            None => hand.prepare(&columns[1]).map(|ready| ready.url),
        }
    };
    context.lines("hand_urls").iter().map(|columns| text_or_code(go(columns))).collect()
}

fn request(context: &Context) -> Value {
    let (_vault, hand) = hand(context, 402, "url", "token");
    block_on(get(&hand, "users/me")).unwrap()["username"].clone()
}

fn after_401(context: &Context) -> Value {
    let (vault, hand) = hand(context, 403, "url", "token");
    let version = hand.prepare("users/me").unwrap().version;
    let unchanged = hand.after_401(version).unwrap();
    vault.put("prod", &context.credential("url", "other_token"), true).unwrap();
    let changed = hand.after_401(version).unwrap();
    let ready = hand.prepare("users/me").unwrap();
    let renewed = ready.authorization.ends_with(context.get("other_token"));
    vault.remove("prod").unwrap();
    json!([unchanged, changed, hand.after_401(ready.version).unwrap(), renewed])
}

fn survives_a_new_token(context: &Context) -> Value {
    let place = VaultOptions::new().path(context.get("swap_vault")).key_file(context.get("swap_key"));
    let hand = Hand::new(Arc::new(place.open().unwrap()), "prod").unwrap();
    block_on(get(&hand, "users/me")).unwrap()["username"].clone()
}

fn foreign_redirect(context: &Context) -> Value {
    let (_vault, hand) = hand(context, 405, "url_redirect", "token");
    code(block_on(get(&hand, "users/me")))
}

fn foreign_url(context: &Context) -> Value {
    let (_vault, hand) = hand(context, 406, "url", "token");
    let absolute = format!("{}/api/v4/users/me", context.get("url_foreign"));
    let relative = absolute.trim_start_matches("http:");
    json!([code(block_on(get(&hand, &absolute))), code(block_on(get(&hand, relative)))])
}

fn default_vault_authorization(context: &Context) -> Value {
    let vault = Vault::default_vault().unwrap();
    let own = vault.authorization("prod", &format!("{}/api/v4/users/me", context.get("url"))).unwrap();
    let foreign = vault.authorization("prod", &format!("{}/", context.get("url_foreign")));
    let relative = vault.authorization("prod", "users/me");
    json!([own.ends_with(context.get("token")), code(foreign), code(relative)])
}

fn moved_entry(context: &Context) -> Value {
    let (vault, hand) = hand(context, 408, "url", "token");
    vault.put("prod", &context.credential("url_foreign", "token"), true).unwrap();
    code(hand.prepare("users/me"))
}

fn missing_entry(context: &Context) -> Value {
    code(Hand::new(Arc::new(context.vault(409)), "nope"))
}
