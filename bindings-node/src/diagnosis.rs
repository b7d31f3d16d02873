use mmcred::DIAGNOSE_DEADLINE;
use napi::Env;
use napi_derive::napi;

use crate::arguments::{self, Number, Text};
use crate::credential::{Cancel, Credential, cancelled, unless};
use crate::door::{self, Promised};
use crate::json;
use crate::vault::Vault;

#[napi]
impl Credential {
    #[napi]
    pub fn diagnose<'env>(
        &self,
        env: &'env Env,
        admin: Option<&Credential>,
        timeout: Number<'_>,
        cancel: Option<&Cancel>,
    ) -> Promised<'env, String> {
        door::promise_of(env, || {
            let (timeout, cancelled) =
                (arguments::timeout_or(timeout, DIAGNOSE_DEADLINE)?, cancelled(cancel));
            let (credential, admin) = (self.share(), admin.map(Self::share));
            let asked = async move { Ok(credential.diagnose(None, admin.as_deref(), timeout).await) };
            Ok(async move { json::camel(&unless(cancelled, asked).await?) })
        })
    }

    #[napi]
    pub fn test<'env>(
        &self,
        env: &'env Env,
        timeout: Number<'_>,
        cancel: Option<&Cancel>,
    ) -> Promised<'env, String> {
        door::promise_of(env, || {
            let (timeout, cancelled) = (arguments::timeout(timeout)?, cancelled(cancel));
            let credential = self.share();
            let asked = async move { Ok(credential.test(timeout).await) };
            Ok(async move { json::camel(&unless(cancelled, asked).await?) })
        })
    }
}

#[napi]
impl Vault {
    #[napi]
    pub fn diagnose<'env>(
        &self,
        env: &'env Env,
        name: Text<'_>,
        admin: Text<'_>,
        timeout: Number<'_>,
        cancel: Option<&Cancel>,
    ) -> Promised<'env, String> {
        door::promise_of(env, || {
            let (vault, name) = (self.share(), arguments::text(name, "name")?);
            let admin = arguments::optional_text(admin, "admin")?;
            let (timeout, cancelled) =
                (arguments::timeout_or(timeout, DIAGNOSE_DEADLINE)?, cancelled(cancel));
            Ok(async move {
                json::camel(&unless(cancelled, vault.diagnose(&name, admin.as_deref(), timeout)).await?)
            })
        })
    }
}
