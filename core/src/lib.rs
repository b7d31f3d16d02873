//! Validates, stores, hands out and renews Mattermost token credentials.
//!
//! The modules stand in the order in which a token passes through: what a person pasted becomes a
//! [`Credential`] and is verified against its server.
#![forbid(unsafe_code)]

mod credential;
mod error;
mod error_kind;
mod per_process;

pub use credential::{AccessToken, Connection, Credential, Facts, Fingerprint, Kind, Proxy, ServerUrl, Tls};
pub use error::{Error, Result};
pub use error_kind::ErrorKind;
