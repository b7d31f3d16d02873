//! Gives the shared library its soname, keeps it loaded once it is, since its threads run in it, and takes aws-lc's
//! destructors out of it, as in the other doors: docs/decisions/0014.

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/no_destructors.ld");

fn main() {
    println!("cargo::rerun-if-changed={SCRIPT}");
    let (major, minor) = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
    // Below 1.0 a minor version may change the interface.
    let interface = if major == "0" { format!("0.{minor}") } else { major.to_owned() };
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libmmcred.so.{interface}");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-T,{SCRIPT}");
    }
}
