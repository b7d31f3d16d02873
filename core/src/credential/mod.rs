//! What a credential is: parsed offline, complete or refused. Imports nothing but the error.

mod access_token;
mod connection;
#[expect(clippy::module_inception, reason = "one noun a file")]
mod credential;
mod fields;
mod fingerprint;
mod kind;
mod server_url;

pub use access_token::AccessToken;
pub use connection::{Connection, Proxy, Tls};
pub(crate) use credential::is_id;
pub use credential::{Credential, Facts};
pub use fields::Fields;
pub use fingerprint::Fingerprint;
pub use kind::Kind;
pub use server_url::ServerUrl;
