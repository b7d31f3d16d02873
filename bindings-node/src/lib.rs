//! The Node.js door of mmcred. `index.js` gives these functions their classes, defaults and promises; nobody
//! else loads them.
// Not `forbid`: what the macro of napi writes allows itself some.
#![deny(unsafe_code)]
#![allow(missing_docs, reason = "the documentation is in index.d.ts")]

mod door;
mod arguments;
mod json;
mod credential;
mod diagnosis;
mod vault;
mod verify_all;
mod hand;
mod cli;
