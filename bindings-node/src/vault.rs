use std::sync::Arc;

use mmcred::{Result, VaultOptions};
use napi::Env;
use napi_derive::napi;

use crate::arguments::{self, Flag, Number, Text};
use crate::credential::{Cancel, Credential, cancelled, unless};
use crate::door::{self, Outcome, Promised};
use crate::hand::Hand;
use crate::json;

/// A vault's handle.
#[napi]
pub struct Vault(Arc<mmcred::Vault>);

/// A credential from a vault.
#[napi(object, object_from_js = false)]
pub struct Stored {
    pub credential: Credential,
    pub version: i64,
}

fn opening(
    path: Text<'_>,
    create: Flag<'_>,
    key_file: Text<'_>,
) -> Result<impl FnOnce() -> Result<Vault> + use<>> {
    let path = arguments::path(path, "path")?;
    let key_file = arguments::path(key_file, "keyFile")?;
    let mut options = VaultOptions::new().create(arguments::flag(create, "create")?);
    if let Some(path) = path {
        options = options.path(path);
    }
    if let Some(key_file) = key_file {
        options = options.key_file(key_file);
    }
    Ok(|| Ok(Vault(Arc::new(options.open()?))))
}

fn default_vault() -> Result<Vault> {
    mmcred::Vault::default_vault().map(Vault)
}

#[napi]
pub fn open_vault<'env>(
    env: &'env Env,
    path: Text<'_>,
    create: Flag<'_>,
    key_file: Text<'_>,
) -> Promised<'env, Vault> {
    door::promise_later(env, || opening(path, create, key_file))
}

#[napi]
pub fn open_vault_sync(path: Text<'_>, create: Flag<'_>, key_file: Text<'_>) -> Outcome<Vault> {
    door::enter(|| opening(path, create, key_file)?())
}

#[napi]
pub fn open_default_vault(env: &Env) -> Promised<'_, Vault> {
    door::promise(env, || Ok(default_vault))
}

#[napi]
pub fn open_default_vault_sync() -> Outcome<Vault> {
    door::enter(default_vault)
}

#[napi]
impl Vault {
    #[napi]
    pub fn put<'env>(
        &self,
        env: &'env Env,
        name: Text<'_>,
        credential: Option<&Credential>,
        replace: Flag<'_>,
    ) -> Promised<'env, i64> {
        door::promise_later(env, || self.putting(name, credential, replace))
    }

    #[napi]
    pub fn put_sync(
        &self,
        name: Text<'_>,
        credential: Option<&Credential>,
        replace: Flag<'_>,
    ) -> Outcome<i64> {
        door::enter(|| self.putting(name, credential, replace)?())
    }

    #[napi]
    pub fn get<'env>(&self, env: &'env Env, name: Text<'_>) -> Promised<'env, Stored> {
        door::promise(env, || self.named(name, stored))
    }

    #[napi]
    pub fn get_sync(&self, name: Text<'_>) -> Outcome<Stored> {
        door::enter(|| self.named(name, stored)?())
    }

    #[napi]
    pub fn list<'env>(&self, env: &'env Env) -> Promised<'env, String> {
        door::promise_later(env, || Ok(self.listing()))
    }

    #[napi]
    pub fn list_sync(&self) -> Outcome<String> {
        door::enter(|| self.listing()())
    }

    #[napi]
    pub fn remove<'env>(&self, env: &'env Env, name: Text<'_>) -> Promised<'env, ()> {
        door::promise_later(env, || self.named(name, removed))
    }

    #[napi]
    pub fn remove_sync(&self, name: Text<'_>) -> Outcome<()> {
        door::enter(|| self.named(name, removed)?())
    }

    #[napi]
    pub fn rename<'env>(&self, env: &'env Env, from: Text<'_>, to: Text<'_>) -> Promised<'env, ()> {
        door::promise_later(env, || self.renaming(from, to))
    }

    #[napi]
    pub fn rename_sync(&self, from: Text<'_>, to: Text<'_>) -> Outcome<()> {
        door::enter(|| self.renaming(from, to)?())
    }

    #[napi]
    pub fn verify<'env>(
        &self,
        env: &'env Env,
        name: Text<'_>,
        timeout: Number<'_>,
        cancel: Option<&Cancel>,
    ) -> Promised<'env, String> {
        door::promise_of(env, || {
            let (vault, name) = (Arc::clone(&self.0), arguments::text(name, "name")?);
            let (timeout, cancelled) = (arguments::timeout(timeout)?, cancelled(cancel));
            Ok(async move { json::camel(&unless(cancelled, vault.verify(&name, timeout)).await?) })
        })
    }

    #[napi]
    pub fn hand<'env>(&self, env: &'env Env, name: Text<'_>) -> Promised<'env, Hand> {
        door::promise(env, || self.named(name, hand))
    }

    #[napi]
    pub fn hand_sync(&self, name: Text<'_>) -> Outcome<Hand> {
        door::enter(|| self.named(name, hand)?())
    }

    #[napi]
    pub fn close<'env>(&self, env: &'env Env) -> Promised<'env, ()> {
        door::promise_later(env, || Ok(self.closing()))
    }

    #[napi]
    pub fn close_sync(&self) -> Outcome<()> {
        door::enter(|| self.closing()())
    }

    #[napi]
    pub fn path(&self) -> Outcome<String> {
        door::enter(|| Ok(self.0.path().to_string_lossy().into_owned()))
    }

    #[napi]
    pub fn key_file(&self) -> Outcome<Option<String>> {
        door::enter(|| Ok(self.0.key_file().map(|path| path.to_string_lossy().into_owned())))
    }
}

/// Each verb once, as a job for whichever thread does it.
impl Vault {
    pub fn share(&self) -> Arc<mmcred::Vault> {
        Arc::clone(&self.0)
    }

    fn putting(
        &self,
        name: Text<'_>,
        credential: Option<&Credential>,
        replace: Flag<'_>,
    ) -> Result<impl FnOnce() -> Result<i64> + use<>> {
        let (vault, name) = (Arc::clone(&self.0), arguments::text(name, "name")?);
        let credential = credential.ok_or_else(|| arguments::wrong("credential", "must be a Credential"))?;
        let (credential, replace) = (credential.share(), arguments::flag(replace, "replace")?);
        Ok(move || vault.put(&name, &credential, replace).map(u64::cast_signed))
    }

    /// A verb that takes a name and nothing else.
    fn named<T, Verb: FnOnce(Arc<mmcred::Vault>, &str) -> Result<T>>(
        &self,
        name: Text<'_>,
        verb: Verb,
    ) -> Result<impl FnOnce() -> Result<T> + use<T, Verb>> {
        let (vault, name) = (Arc::clone(&self.0), arguments::text(name, "name")?);
        Ok(move || verb(vault, &name))
    }

    fn listing(&self) -> impl FnOnce() -> Result<String> + use<> {
        let vault = Arc::clone(&self.0);
        move || json::camel(&vault.list()?)
    }

    fn renaming(&self, from: Text<'_>, to: Text<'_>) -> Result<impl FnOnce() -> Result<()> + use<>> {
        let vault = Arc::clone(&self.0);
        let (from, to) = (arguments::text(from, "from")?, arguments::text(to, "to")?);
        Ok(move || vault.rename(&from, &to))
    }

    fn closing(&self) -> impl FnOnce() -> Result<()> + use<> {
        let vault = Arc::clone(&self.0);
        move || vault.close()
    }
}

fn stored(vault: Arc<mmcred::Vault>, name: &str) -> Result<Stored> {
    let stored = vault.get(name)?;
    let version = stored.version().cast_signed();
    Ok(Stored { credential: Credential::new(stored.into_credential()), version })
}

fn removed(vault: Arc<mmcred::Vault>, name: &str) -> Result<()> {
    vault.remove(name)
}

fn hand(vault: Arc<mmcred::Vault>, name: &str) -> Result<Hand> {
    mmcred::Hand::new(vault, name).map(Hand::new)
}
