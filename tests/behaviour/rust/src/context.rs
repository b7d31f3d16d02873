use std::collections::HashMap;
use std::path::PathBuf;
use std::{env, fs};

use data_encoding::HEXLOWER;
use mmcred::{AccessToken, Connection, Credential, Result, Vault, VaultOptions};
use serde_json::{Value, json};

/// What the run was given.
pub struct Context(HashMap<String, String>);

impl Context {
    pub fn from_environment() -> Self {
        let path = env::var("MMCRED_BEHAVIOUR").expect("run.py names the context");
        let text = fs::read_to_string(path).expect("the context is a file");
        Self(
            text.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect(),
        )
    }

    pub fn get(&self, key: &str) -> &str {
        &self.0[key]
    }

    pub fn find(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// A new vault for the behaviour of that number.
    pub fn vault(&self, number: u32) -> Vault {
        self.place(number).create(true).open().expect("the work folder is empty")
    }

    pub fn place(&self, number: u32) -> VaultOptions {
        let work = PathBuf::from(self.get("work"));
        VaultOptions::new().path(work.join(number.to_string())).key_file(work.join(format!("{number}.key")))
    }

    /// The vault that was prepared under that key.
    pub fn prepared(&self, key: &str) -> VaultOptions {
        VaultOptions::new().path(self.get(key)).key_file(self.get("vault_key"))
    }

    pub fn credential(&self, url: &str, token: &str) -> Credential {
        Credential::new(self.get(url), self.token(token)).expect("the context's URLs are good")
    }

    pub fn token(&self, key: &str) -> AccessToken {
        AccessToken::parse(self.get(key)).expect("the context's tokens are good")
    }

    /// The lines of a file of hexadecimal columns.
    pub fn lines(&self, key: &str) -> Vec<Vec<String>> {
        let text = fs::read_to_string(self.get(key)).expect("the context's files are there");
        let column = |hex: &str| String::from_utf8(HEXLOWER.decode(hex.as_bytes()).unwrap()).unwrap();
        text.lines().map(|line| line.split('\t').map(column).collect()).collect()
    }
}

pub fn allow_http() -> Connection {
    Connection { allow_http: true, ..Connection::default() }
}

/// The failure's code, or `ok`.
pub fn code<T>(outcome: Result<T>) -> Value {
    json!(outcome.map_or_else(|error| error.kind().name(), |_| "ok"))
}

/// What was asked for, or `!` and the failure's code.
pub fn text_or_code(outcome: Result<String>) -> Value {
    json!(outcome.unwrap_or_else(|error| format!("!{}", error.kind().name())))
}
