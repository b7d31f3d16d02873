//! What the vault's tests share.
#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mmcred::{AccessToken, Credential, Facts, Kind, Result, Vault, VaultOptions};

/// Planted as a token: it must be found nowhere else.
pub const TOKEN: &str = "wx4dia1tmfgm8kzd95s1cs38na";

/// A folder with a vault and, apart from it, its key.
pub struct Place {
    pub folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn vault(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    pub fn file(&self) -> PathBuf {
        self.vault().join("vault.db")
    }

    pub fn key(&self) -> PathBuf {
        self.folder.path().join("config").join("key")
    }

    pub fn options(&self) -> VaultOptions {
        options(self.folder.path())
    }

    pub fn create(&self) -> Vault {
        self.options().create(true).open().unwrap()
    }

    pub fn open(&self) -> Vault {
        self.options().open().unwrap()
    }

    /// The database, changed as somebody with the file but not the key would.
    pub fn sql(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.file()).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    pub fn number(&self, sql: &str) -> i64 {
        let connection = rusqlite::Connection::open(self.file()).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The names of what lies in the vault's folder.
    pub fn files(&self) -> Vec<String> {
        let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<_> = fs::read_dir(self.vault()).unwrap().map(name).collect();
        names.sort();
        names
    }
}

pub fn options(folder: &Path) -> VaultOptions {
    VaultOptions::new().path(folder.join("vault")).key_file(folder.join("config").join("key"))
}

pub fn credential(token: &str) -> Credential {
    Credential::new("https://chat.example.com", AccessToken::parse(token).unwrap()).unwrap()
}

pub fn bot() -> Credential {
    let mut facts = Facts::default();
    facts.kind = Kind::BotToken;
    facts.username = Some("deploy-bot".into());
    credential(TOKEN).with_facts(facts)
}

/// EXPOSE: tests compare it.
pub fn plain(credential: &Credential) -> String {
    credential.token().expose(str::to_owned)
}

/// The kind of failure, or `ok`.
pub fn kind<T>(result: Result<T>) -> &'static str {
    result.err().map_or("ok", |error| error.kind().name())
}

/// This test binary again, as another process that runs the one test `part` over `folder`.
///
/// Such a test is `#[ignore]`d and does nothing without `MMCRED_TEST_FOLDER`.
pub fn part(part: &str, folder: &Path, argument: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", part, "--ignored", "--nocapture", "--test-threads=1"]);
    command.env("MMCRED_TEST_FOLDER", folder).env("MMCRED_TEST_ARGUMENT", argument);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

/// Folder and argument of a part, in the process that is to do it.
pub fn given() -> Option<(PathBuf, String)> {
    Some((std::env::var_os("MMCRED_TEST_FOLDER")?.into(), std::env::var("MMCRED_TEST_ARGUMENT").ok()?))
}
