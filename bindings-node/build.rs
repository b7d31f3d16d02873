//! Lets the library leave Node's own symbols to the process that loads it, and takes aws-lc's destructors out of it, as in
//! the other doors: docs/decisions/0014.

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/no_destructors.ld");

fn main() {
    napi_build::setup();
    println!("cargo::rerun-if-changed={SCRIPT}");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-T,{SCRIPT}");
    }
}
