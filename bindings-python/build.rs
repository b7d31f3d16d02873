//! Takes aws-lc's destructors out of the extension, as in the other doors: docs/decisions/0014.

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/no_destructors.ld");

fn main() {
    println!("cargo::rerun-if-changed={SCRIPT}");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-T,{SCRIPT}");
    }
}
