//! What a server says about a credential: a request out, a reply back, a verdict. Knows no vault.

mod connect;
mod diagnose;
mod failure;
mod judge;
mod lane;
mod link;
mod outbox;
mod pace;
mod reply;
mod test;
mod transport;
mod trust;
mod user;
mod verify;
mod verify_all;

pub use diagnose::{DIAGNOSE_DEADLINE, Diagnosis, Finding, FindingKind, Mark, Severity, Step};
pub use reply::Reply;
pub use test::TestResult;
pub use trust::{ProxyFor, proxy_for, trusted_roots};
pub use verify::{DEFAULT_DEADLINE, Verified};
pub(crate) use verify_all::Plan;
pub use verify_all::{Checked, VerifyAll, VerifyAllOptions, verify_all};

pub use judge::judge;
