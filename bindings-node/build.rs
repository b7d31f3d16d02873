//! Lets the library leave Node's own symbols to the process that loads it, and takes aws-lc's destructors out of it.

use std::path::PathBuf;
use std::{env, fs};

/// They wipe aws-lc's random generators when the process exits, and a thread that draws its first random number after
/// that aborts: docs/decisions/0014.
const NO_DESTRUCTORS: &str =
    "SECTIONS { /DISCARD/ : { *aws_lc_sys*:(.fini_array*) } } INSERT AFTER .init_array;";

fn main() {
    napi_build::setup();
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        let script = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("no_destructors.ld");
        fs::write(&script, NO_DESTRUCTORS).expect("the folder is cargo's own");
        println!("cargo::rustc-cdylib-link-arg=-Wl,-T,{}", script.display());
    }
}
