use std::sync::Arc;

use mmcred::Result;
use napi::Env;
use napi::bindgen_prelude::Either;
use napi_derive::napi;

use crate::arguments::{self, Number, Text};
use crate::door::{self, Outcome, Promised};

/// A hand's handle.
#[napi]
pub struct Hand(Arc<mmcred::Hand>);

#[napi(object, object_from_js = false)]
pub struct Prepared {
    pub url: String,
    pub authorization: String,
    pub version: i64,
}

/// A proxy, with the user and password that the environment gives it.
#[napi(object, object_from_js = false)]
pub struct Proxy {
    pub url: String,
    pub user: Option<String>,
    pub password: Option<String>,
}

impl Hand {
    pub fn new(hand: mmcred::Hand) -> Self {
        Self(Arc::new(hand))
    }

    fn preparing(&self, target: Text<'_>) -> Result<impl FnOnce() -> Result<Prepared> + use<>> {
        let (hand, target) = (Arc::clone(&self.0), arguments::text(target, "target")?);
        Ok(move || {
            let mut ready = hand.prepare(&target)?;
            // EXPOSE: the header goes into JavaScript, where nothing can be wiped.
            let authorization = std::mem::take(&mut *ready.authorization);
            Ok(Prepared { url: ready.url, authorization, version: ready.version.cast_signed() })
        })
    }

    fn deciding(&self, version: Number<'_>) -> Result<impl FnOnce() -> Result<bool> + use<>> {
        let hand = Arc::clone(&self.0);
        let version = match version {
            Some(Either::A(version)) if version >= 0.0 && version.fract() == 0.0 => version as u64,
            _ => return Err(arguments::wrong("version", "must be the version that prepare gave")),
        };
        Ok(move || hand.after_401(version))
    }
}

fn authorizing(name: Text<'_>, url: Text<'_>) -> Result<impl FnOnce() -> Result<String> + use<>> {
    let (name, url) = (arguments::text(name, "name")?, arguments::text(url, "url")?);
    Ok(move || {
        let header = mmcred::Vault::default_vault()?.authorization(&name, &url)?;
        // EXPOSE: the caller asked for the header.
        Ok(header.to_string())
    })
}

#[napi]
pub fn authorization<'env>(env: &'env Env, name: Text<'_>, url: Text<'_>) -> Promised<'env, String> {
    door::promise(env, || authorizing(name, url))
}

#[napi]
pub fn authorization_sync(name: Text<'_>, url: Text<'_>) -> Outcome<String> {
    door::enter(|| authorizing(name, url)?())
}

#[napi]
impl Hand {
    #[napi]
    pub fn prepare<'env>(&self, env: &'env Env, target: Text<'_>) -> Promised<'env, Prepared> {
        door::promise(env, || self.preparing(target))
    }

    #[napi]
    pub fn prepare_sync(&self, target: Text<'_>) -> Outcome<Prepared> {
        door::enter(|| self.preparing(target)?())
    }

    #[napi]
    pub fn follow(&self, from: Text<'_>, location: Text<'_>) -> Outcome<String> {
        door::enter(|| {
            self.0.follow(&arguments::text(from, "from")?, &arguments::text(location, "location")?)
        })
    }

    #[napi]
    pub fn after_401<'env>(&self, env: &'env Env, version: Number<'_>) -> Promised<'env, bool> {
        door::promise(env, || self.deciding(version))
    }

    #[napi]
    pub fn after_401_sync(&self, version: Number<'_>) -> Outcome<bool> {
        door::enter(|| self.deciding(version)?())
    }

    #[napi]
    pub fn name(&self) -> Outcome<String> {
        door::enter(|| Ok(self.0.name().to_owned()))
    }

    #[napi]
    pub fn server_url(&self) -> Outcome<String> {
        door::enter(|| Ok(self.0.server().as_str().to_owned()))
    }

    #[napi]
    pub fn trusted_roots(&self) -> Outcome<Option<String>> {
        door::enter(|| self.0.trusted_roots())
    }

    #[napi]
    pub fn proxy(&self) -> Outcome<Option<Proxy>> {
        door::enter(|| {
            Ok(self.0.proxy()?.map(|proxy| {
                let (user, password) = proxy.credentials().unzip();
                Proxy { url: proxy.url(), user, password }
            }))
        })
    }
}
