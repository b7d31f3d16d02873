use std::ffi::OsString;
use std::sync::{Arc, Mutex};

use super::forked;
use super::open::Vault;
use super::place;
use crate::error::Result;
use crate::per_process::PerProcess;

type Kept = Vec<([Option<OsString>; 5], Arc<Vault>)>;

static VAULTS: PerProcess<Mutex<Kept>> = PerProcess::new();

impl Vault {
    /// The default vault of this process, opened at the first call and kept. Makes nothing and asks nobody.
    ///
    /// A failure is not kept: the next call tries again. If the environment names another place meanwhile, that
    /// vault is opened; and one that somebody closed is opened anew.
    ///
    /// ```
    /// // With MMCRED_VAULT unset, the vault is in the user's data folder.
    /// match mmcred::Vault::default_vault() {
    ///     Ok(vault) => println!("{} credentials", vault.list()?.entries.len()),
    ///     Err(error) => println!("{error} {}", error.hint()),
    /// }
    /// # Ok::<(), mmcred::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn default_vault() -> Result<Arc<Self>> {
        let environment = place::environment();
        let mut vaults = forked::lock(VAULTS.get_or_init(inherit));
        vaults.retain(|(_, vault)| !vault.is_closed());
        if let Some((_, vault)) = vaults.iter().find(|(at, _)| *at == environment) {
            return Ok(Arc::clone(vault));
        }
        let vault = Arc::new(Self::open()?);
        vaults.push((environment, Arc::clone(&vault)));
        Ok(vault)
    }
}

/// A forked child goes on with its parent's vaults, which know by themselves that they are in another process.
fn inherit() -> Mutex<Kept> {
    let kept = VAULTS.inherited().last().and_then(|vaults| Some(vaults.try_lock().ok()?.clone()));
    Mutex::new(kept.unwrap_or_default())
}
