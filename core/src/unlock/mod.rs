//! The ways to open a vault. Each comes up with the bytes that a slot is opened with.

mod key_file;

pub(crate) use key_file::{make, read};
