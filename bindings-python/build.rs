//! Takes aws-lc's destructors out of the extension, as in the other doors: docs/decisions/0014.

use std::path::PathBuf;
use std::{env, fs};

const NO_DESTRUCTORS: &str =
    "SECTIONS { /DISCARD/ : { *aws_lc_sys*:(.fini_array*) } } INSERT AFTER .init_array;";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        let script = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("no_destructors.ld");
        fs::write(&script, NO_DESTRUCTORS).expect("the folder is cargo's own");
        println!("cargo::rustc-cdylib-link-arg=-Wl,-T,{}", script.display());
    }
}
