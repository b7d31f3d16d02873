//! The C face of mmcred. What its functions promise stands in their comments, which become `include/mmcred.h`,
//! and in `docs/c-abi.md`; the modules stand in the header's order.
#![allow(
    non_camel_case_types,
    clippy::missing_safety_doc,
    reason = "the names and the safety contract are C's: docs/c-abi.md"
)]

mod status;
mod version;
mod error;
mod text;
mod credential_options;
mod credential;
mod verified;
mod vault;
mod diagnosis;
mod verify_all;
mod hand;
mod authorization;
#[cfg(feature = "deliberate-bug")]
mod bug;
mod broken_pipe;
mod fork;
mod door;

pub use credential::{
    MMCRED_ALLOW_HTTP, MMCRED_AUTHORIZATION_SIZE, MMCRED_DEFAULT_TIMEOUT, MMCRED_TOKEN_SIZE,
};
pub use diagnosis::MMCRED_DIAGNOSE_TIMEOUT;
pub use status::*;
pub use vault::{MMCRED_CREATE, MMCRED_REPLACE};
