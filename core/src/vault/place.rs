use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};

use crate::ErrorKind;
use crate::error::{Error, Result};

/// The file within a vault's folder.
const FILE: &str = "vault.db";

/// Where a vault and its key lie. Absolute, so that a later change of folder changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) key_file: PathBuf,
}

impl Place {
    /// What is given, else what the environment says, else the user's own folders.
    ///
    /// The key file never follows the vault's path: vault and key must not lie in one folder, and one key
    /// file may serve many vaults, since each wraps its own root key with its own salt.
    pub(super) fn resolve(folder: Option<PathBuf>, key_file: Option<PathBuf>) -> Result<Self> {
        let folder = match folder.or_else(|| variable("MMCRED_VAULT").map(PathBuf::from)) {
            Some(folder) => folder,
            None => own_folders()?.data_dir().join("mmcred"),
        };
        let key_file = match key_file.or_else(|| variable("MMCRED_KEY_FILE").map(PathBuf::from)) {
            Some(key_file) => key_file,
            None => own_folders()?.config_dir().join("mmcred").join("key"),
        };
        Ok(Self { folder: absolute(&folder)?, key_file: absolute(&key_file)? })
    }

    pub(super) fn file(&self) -> PathBuf {
        self.folder.join(FILE)
    }
}

/// All that [`Place::resolve`] looks at when nothing is given.
pub(super) fn environment() -> [Option<OsString>; 5] {
    let [vault, key_file] = ["MMCRED_VAULT", "MMCRED_KEY_FILE"].map(variable);
    let named = vault.is_some() && key_file.is_some();
    let [data, config, home] =
        ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "HOME"].map(|own| if named { None } else { variable(own) });
    [vault, key_file, data, config, home]
}

/// An empty variable counts as none, as the XDG specification has it.
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn own_folders() -> Result<impl BaseStrategy> {
    choose_base_strategy().map_err(|source| {
        Error::new(ErrorKind::VaultMissing, "This user has no home folder to keep a vault in.")
            .with_source(source)
            .with_hint("Set MMCRED_VAULT and MMCRED_KEY_FILE.")
    })
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path)
        .map_err(|source| Error::new(ErrorKind::InvalidArgument, "A path is empty.").with_source(source))
}
