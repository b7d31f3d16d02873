use std::sync::Arc;

use napi::Env;
use napi_derive::napi;

use crate::arguments::{self, Number, Texts};
use crate::credential::{Cancel, cancelled, unless};
use crate::door::{self, Outcome, Promised};
use crate::json;
use crate::vault::Vault;

/// How many results cross at a time.
const BATCH: usize = 256;

/// A run's handle.
#[napi]
pub struct VerifyAll(Arc<mmcred::VerifyAll>);

#[napi]
impl Vault {
    #[napi]
    pub fn verify_all<'env>(
        &self,
        env: &'env Env,
        names: Texts<'_>,
        in_flight: Number<'_>,
        timeout: Number<'_>,
    ) -> Promised<'env, VerifyAll> {
        door::promise_later(env, || {
            let (names, options) = (arguments::names(names)?, arguments::verify_all(in_flight, timeout)?);
            let vault = self.share();
            Ok(move || vault.verify_all(names, &options).map(|run| VerifyAll(Arc::new(run))))
        })
    }
}

#[napi]
impl VerifyAll {
    /// A list of what has arrived; empty at the end.
    #[napi]
    pub fn batch<'env>(&self, env: &'env Env, cancel: Option<&Cancel>) -> Promised<'env, String> {
        door::promise_of(env, || {
            let (run, cancelled) = (Arc::clone(&self.0), cancelled(cancel));
            Ok(async move { json::camel(&unless(cancelled, run.batch(BATCH)).await?) })
        })
    }

    #[napi]
    pub fn close(&self) -> Outcome<()> {
        door::enter(|| {
            self.0.close();
            Ok(())
        })
    }
}
