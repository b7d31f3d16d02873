use std::fs::File;
use std::io::{self, IsTerminal, Read};

use mmcred::AccessToken;
use zeroize::Zeroizing;

use crate::args::TokenSource;
use crate::output::Failure;

/// More than a token with its wrappings ever has; a wrong file is not read to its end.
const MOST: u64 = 64 * 1024;

/// The token from where the options say, or asked for on the terminal without showing it.
pub fn read(source: &TokenSource, name: &str) -> Result<AccessToken, Failure> {
    let bytes = if source.token_stdin {
        read_some(io::stdin().lock(), "Standard input")?
    } else if let Some(path) = &source.token_file {
        let named = format!("The token file {}", path.display());
        let file =
            File::open(path).map_err(|error| Failure::Usage(format!("{named} can not be read: {error}")))?;
        read_some(file, &named)?
    } else if let Some(variable) = &source.token_env {
        let text = std::env::var(variable).map_err(|_| {
            Failure::Usage(format!("The environment variable {variable} is not set, or is no text."))
        })?;
        Zeroizing::new(text.into_bytes())
    } else {
        ask(name)?
    };
    Ok(AccessToken::parse_bytes(&bytes)?)
}

fn read_some(from: impl Read, named: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // Reserved at once: a growing vector leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST as usize + 1));
    from.take(MOST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::Usage(format!("{named} can not be read: {error}")))?;
    Ok(bytes)
}

fn ask(name: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(
            "No terminal to ask for the token on: give --token-stdin, --token-file FILE or --token-env VAR."
                .to_owned(),
        ));
    }
    let typed = rpassword::prompt_password(format!("Access token for {name} (not shown): "))
        .map_err(|error| Failure::Usage(format!("The token could not be asked for: {error}")))?;
    Ok(Zeroizing::new(typed.into_bytes()))
}
