//! Runs the shared list of behaviours through the Rust crate (protocol: `tests/behaviour/README.md`).
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "the results go to standard output")]

mod context;
mod credential;
mod diagnose;
mod hand;
mod vault;
mod verify;

use mmcred::ErrorKind;
use serde_json::{Value, json};

use context::Context;

type Behaviour = fn(&Context) -> Value;

fn main() {
    // reqwest wants a default for the client that carries the hand; the library sets none.
    rustls::crypto::aws_lc_rs::default_provider().install_default().expect("nobody else sets one");
    let context = Context::from_environment();
    let ledger: [(u32, Behaviour); 1] = [(501, every_error)];
    let groups: [&[(u32, Behaviour)]; 6] =
        [&credential::ALL, &verify::ALL, &vault::ALL, &hand::ALL, &diagnose::ALL, &ledger];
    for (number, behaviour) in groups.concat() {
        println!("{}", json!({ "number": number, "result": behaviour(&context) }));
    }
}

fn every_error(_: &Context) -> Value {
    let one = |kind: &ErrorKind| {
        json!([kind.number(), kind.name(), if kind.may_retry() { "later" } else { "never" }])
    };
    ErrorKind::ALL.iter().map(one).collect()
}
