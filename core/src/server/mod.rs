//! What a server says about a credential: a request out, a reply back, a verdict. Knows no vault.

mod failure;
mod judge;
mod reply;
mod transport;
mod trust;
mod verify;

pub use reply::Reply;
pub use trust::{ProxyFor, proxy_for, trusted_roots};
pub use verify::{DEFAULT_DEADLINE, Verified};

#[doc(hidden)]
pub use judge::judge;
