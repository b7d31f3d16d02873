use std::io::Write;

use super::open;
use crate::args::{Place, Token};
use crate::output::{Outcome, Output};

pub fn run(place: &Place, args: &Token, out: &mut Output<impl Write, impl Write>) -> Outcome {
    let vault = open(place)?;
    let stored = vault.get(&args.named.name)?;
    vault.close()?;
    // EXPOSE: printing the token is what was asked for.
    if args.header {
        let header =
            zeroize::Zeroizing::new(format!("Authorization: {}", *stored.credential().authorization()));
        return out.line(&header);
    }
    stored.credential().token().expose(|token| out.line(token))
}
