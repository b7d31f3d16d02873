//! Validates, stores, hands out and renews Mattermost token credentials.
//!
//! The modules stand in the order in which a token passes through: what a person pasted becomes a
//! [`Credential`], is verified against its server, sealed and stored in a [`Vault`], and handed out by name.
#![forbid(unsafe_code)]

mod credential;
mod server;
mod seal;
mod unlock;
mod store;
mod vault;
mod hand;
mod shown;
mod error;
mod error_kind;
mod fork_gate;
mod per_process;
mod time;
mod runtime;

pub use credential::{
    AccessToken, Connection, Credential, Facts, Fields, Fingerprint, Kind, Proxy, ServerUrl, Tls,
};
pub use error::{Error, Result};
pub use error_kind::ErrorKind;
pub use fork_gate::{after_fork, before_fork};
pub use hand::{Hand, Prepared};
pub use runtime::block_on;
pub use server::{Checked, VerifyAll, VerifyAllOptions, verify_all};
pub use server::{
    DEFAULT_DEADLINE, DIAGNOSE_DEADLINE, Diagnosis, Finding, FindingKind, Mark, ProxyFor, Reply, Severity,
    Step, TestResult, Verified, judge, proxy_for, trusted_roots,
};
pub use time::day_and_minute;
pub use vault::{Damaged, Entry, Listing, Stored, Vault, VaultOptions};
