//! What a server says about a credential: a request out, a reply back, a verdict. Knows no vault.

mod failure;
mod judge;
mod lane;
mod pace;
mod reply;
mod transport;
mod trust;
mod verify;
mod verify_all;

pub use reply::Reply;
pub use trust::{ProxyFor, proxy_for, trusted_roots};
pub use verify::{DEFAULT_DEADLINE, Verified};
pub(crate) use verify_all::Plan;
pub use verify_all::{Checked, VerifyAll, VerifyAllOptions, verify_all};

#[doc(hidden)]
pub use judge::judge;
