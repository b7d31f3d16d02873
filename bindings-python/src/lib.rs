//! The Python door of mmcred: the extension module `mmcred._native`. All rules are the core's; what Python adds is
//! in `python/mmcred`.
#![forbid(unsafe_code)]

mod door;
mod argument;
mod credential;
mod vault;
mod entry;
mod diagnosis;
mod verify_all;
mod hand;
mod port;

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command line `argv` (the first item is the program's name) and returns its exit code.
#[pyfunction]
fn cli(py: Python<'_>, argv: Vec<OsString>) -> PyResult<u8> {
    door::enter(py, format_args!("cli"), || Ok(mmcred_cli::run(argv)))
}

/// For `os.register_at_fork`: a child is forked while no thread is using a vault, or making what is made once.
#[pyfunction]
fn before_fork(py: Python<'_>) {
    py.detach(mmcred::before_fork);
}

/// For `os.register_at_fork`, in the parent and in the child.
#[pyfunction]
fn after_fork() {
    mmcred::after_fork();
}

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::{after_fork, before_fork, cli};
    #[pymodule_export]
    use crate::credential::Credential;
    #[pymodule_export]
    use crate::diagnosis::{Diagnosis, Finding, Step};
    #[pymodule_export]
    use crate::entry::{Entry, Listing, Verified};
    #[pymodule_export]
    use crate::hand::{Hand, Prepared, authorization};
    #[pymodule_export]
    use crate::port::{Port, Running};
    #[pymodule_export]
    use crate::vault::Vault;
    #[pymodule_export]
    use crate::verify_all::{Checked, VerifyAll};

    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
