//! The floor of every command: a Rust process that does nothing.
fn main() {}
