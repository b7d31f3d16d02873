//! The rules of a hand, once for every language: where a token may go, and when a request is tried again.

mod join;
