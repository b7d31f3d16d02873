//! Gives the shared library its soname, keeps it loaded once it is, since its threads run in it, and takes aws-lc's
//! destructors out of it, as in the other doors: docs/decisions/0014.

use std::path::PathBuf;
use std::{env, fs};

const NO_DESTRUCTORS: &str =
    "SECTIONS { /DISCARD/ : { *aws_lc_sys*:(.fini_array*) } } INSERT AFTER .init_array;";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let (major, minor) = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
    // Below 1.0 a minor version may change the interface.
    let interface = if major == "0" { format!("0.{minor}") } else { major.to_owned() };
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libmmcred.so.{interface}");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        let script = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("no_destructors.ld");
        fs::write(&script, NO_DESTRUCTORS).expect("the folder is cargo's own");
        println!("cargo::rustc-cdylib-link-arg=-Wl,-T,{}", script.display());
    }
}
