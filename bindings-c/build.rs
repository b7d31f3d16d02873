//! Gives the shared library its soname, and keeps it loaded once it is: its threads run in it. Writes nothing.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let (major, minor) = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
    // Below 1.0 a minor version may change the interface.
    let interface = if major == "0" { format!("0.{minor}") } else { major.to_owned() };
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libmmcred.so.{interface}");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
}
