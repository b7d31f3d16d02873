//! What a server says about a credential: a request out, a reply back, a verdict. Knows no vault.

mod diagnose;
mod failure;
mod judge;
mod reply;
mod test;
mod transport;
mod trust;
mod verify;

pub use diagnose::{DIAGNOSE_DEADLINE, Diagnosis, Finding, FindingKind, Mark, Severity, Step};
pub use reply::Reply;
pub use test::TestResult;
pub use trust::{ProxyFor, proxy_for, trusted_roots};
pub use verify::{DEFAULT_DEADLINE, Verified};

pub use judge::judge;
