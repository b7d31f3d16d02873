//! Runs the shared list of behaviours through the Rust crate.
fn main() {}
