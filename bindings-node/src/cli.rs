use std::ffi::OsString;

use napi_derive::napi;

use crate::door::{self, Outcome};

/// The command line, in this process. Returns the exit code.
#[napi]
pub fn cli(argv: Vec<String>) -> Outcome<u32> {
    door::enter(|| Ok(mmcred_cli::run(argv.into_iter().map(OsString::from)).into()))
}

/// The version this was built from, compared with the package's.
#[napi]
pub fn version() -> Outcome<&'static str> {
    door::enter(|| Ok(env!("CARGO_PKG_VERSION")))
}
