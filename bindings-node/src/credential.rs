use std::sync::Arc;

use mmcred::{Connection, Error, ErrorKind, Proxy, Tls};
use napi::{Env, tokio};
use napi_derive::napi;
use tokio::sync::Notify;

use crate::arguments::{self, Flag, Number, Secret, Text};
use crate::door::{self, Outcome, Promised};
use crate::json;

/// A credential's handle.
#[napi]
pub struct Credential(Arc<mmcred::Credential>);

impl Credential {
    pub fn new(credential: mmcred::Credential) -> Self {
        Self(Arc::new(credential))
    }

    pub fn share(&self) -> Arc<mmcred::Credential> {
        Arc::clone(&self.0)
    }
}

#[napi]
#[allow(clippy::too_many_arguments, reason = "they are the options that JavaScript names")]
pub fn credential(
    url: Text<'_>,
    token: Secret<'_>,
    ca_file: Text<'_>,
    proxy: Text<'_>,
    allow_http: Flag<'_>,
    allow_unauthorized_certs: Flag<'_>,
    token_id: Text<'_>,
    user_id: Text<'_>,
) -> Outcome<Credential> {
    door::enter(|| {
        let (url, token) = (arguments::text(url, "url")?, arguments::token(token)?);
        let ca_file = arguments::path(ca_file, "caFile")?;
        let any = arguments::flag(allow_unauthorized_certs, "allowUnauthorizedCerts")?;
        let connection = Connection {
            tls: Tls::from_settings(ca_file.as_deref(), any)?,
            proxy: Proxy::from_setting(arguments::optional_text(proxy, "proxy")?.as_deref())?,
            allow_http: arguments::flag(allow_http, "allowHttp")?,
        };
        let token_id = arguments::optional_text(token_id, "tokenId")?;
        let user_id = arguments::optional_text(user_id, "userId")?;
        mmcred::Credential::with_connection(&url, token, connection)?
            .with_ids(token_id.as_deref(), user_id.as_deref())
            .map(Credential::new)
    })
}

#[napi(js_name = "credentialFromN8nFields")]
pub fn credential_from_n8n_fields(json: Text<'_>, allow_http: Flag<'_>) -> Outcome<Credential> {
    door::enter(|| {
        let json = arguments::secret_text(json, "fields")?;
        let allow_http = arguments::flag(allow_http, "allowHttp")?;
        mmcred::Credential::from_n8n_fields(&json, allow_http).map(Credential::new)
    })
}

#[napi]
impl Credential {
    #[napi]
    pub fn verify<'env>(
        &self,
        env: &'env Env,
        timeout: Number<'_>,
        cancel: Option<&Cancel>,
    ) -> Promised<'env, String> {
        door::promise_of(env, || {
            let (timeout, cancelled) = (arguments::timeout(timeout)?, cancelled(cancel));
            let credential = self.share();
            Ok(async move { json::camel(&unless(cancelled, credential.verify(timeout)).await?) })
        })
    }

    #[napi]
    pub fn authorization(&self) -> Outcome<String> {
        // EXPOSE: the caller asked for the header.
        door::enter(|| Ok(self.0.authorization().to_string()))
    }

    #[napi]
    pub fn expose_token(&self) -> Outcome<String> {
        // EXPOSE: the caller asked for the token by this name.
        door::enter(|| Ok(self.0.token().expose(str::to_owned)))
    }

    #[napi]
    pub fn fingerprint(&self) -> Outcome<String> {
        door::enter(|| Ok(self.0.fingerprint().to_string()))
    }

    #[napi]
    pub fn fields(&self) -> Outcome<String> {
        door::enter(|| json::camel(&self.0.fields()))
    }
}

/// What an `AbortSignal` pulls to stop a call.
#[napi]
pub struct Cancel(Arc<Notify>);

#[napi]
pub fn new_cancel() -> Outcome<Cancel> {
    door::enter(|| Ok(Cancel(Arc::default())))
}

#[napi]
impl Cancel {
    #[napi]
    pub fn pull(&self) -> Outcome<()> {
        door::enter(|| {
            self.0.notify_one();
            Ok(())
        })
    }
}

pub fn cancelled(cancel: Option<&Cancel>) -> Option<Arc<Notify>> {
    cancel.map(|cancel| Arc::clone(&cancel.0))
}

/// `work`, dropped in its middle when the signal comes.
pub async fn unless<T>(
    cancelled: Option<Arc<Notify>>,
    work: impl Future<Output = mmcred::Result<T>>,
) -> mmcred::Result<T> {
    let Some(cancelled) = cancelled else { return work.await };
    tokio::select! {
        biased;
        () = cancelled.notified() => Err(Error::new(ErrorKind::Cancelled, "The call was cancelled.")),
        done = work => done,
    }
}
