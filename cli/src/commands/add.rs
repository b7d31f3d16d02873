use std::io::Write;

use mmcred::{Credential, ErrorKind, Facts, Kind, Vault, Verified, block_on};

use super::{connection, open, options};
use crate::args::{Add, Place};
use crate::output::{Failure, Outcome, Output};
use crate::secret_input;

pub fn run(place: &Place, add: &Add, out: &mut Output<impl Write, impl Write>) -> Outcome {
    Vault::check_name(&add.name)?;
    refuse_taken_name(place, add)?;
    let connection = connection(&add.way)?;
    let token = secret_input::read(&add.token, &add.name)?;
    let mut credential = Credential::with_connection(&add.url, token, connection)?;
    if let Some(remark) = credential.fingerprint().remark() {
        out.remark(&format!("Note: the token is {remark}."))?;
    }
    let mut owner = "not verified".to_owned();
    if !add.no_verify {
        let verified =
            block_on(credential.verify(add.deadline.timeout)).map_err(|error| not_stored(add, error))?;
        owner = verified.username.clone();
        credential = credential.with_facts(facts(verified));
    }
    let (vault, made) = open_or_make(place)?;
    vault.put(&add.name, &credential, add.replace)?;
    if made {
        out.remark(&format!("Made a vault in {}.", vault.path().display()))?;
        if let Some(key) = vault.key_file() {
            out.remark(&format!("Its key is the file {}: keep a copy of it elsewhere.", key.display()))?;
        }
    }
    out.line(&format!(
        "Stored {}: {owner} on {} (token {})",
        add.name,
        credential.server(),
        credential.fingerprint()
    ))?;
    vault.close()?;
    Ok(())
}

/// Before a token is asked for and sent anywhere, say that the name is taken.
fn refuse_taken_name(place: &Place, add: &Add) -> Result<(), Failure> {
    if add.replace {
        return Ok(());
    }
    match open(place).and_then(|vault| vault.get(&add.name).map(drop)) {
        Ok(()) => Err(mmcred::Error::new(ErrorKind::EntryExists, format!("{} is stored already.", add.name))
            .with_hint("Choose another name, or add --replace.")
            .into()),
        Err(error) if matches!(error.kind(), ErrorKind::EntryMissing | ErrorKind::VaultMissing) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn open_or_make(place: &Place) -> mmcred::Result<(Vault, bool)> {
    match open(place) {
        Err(error) if error.kind() == ErrorKind::VaultMissing => {
            options(place).create(true).open().map(|vault| (vault, true))
        }
        opened => opened.map(|vault| (vault, false)),
    }
}

fn facts(verified: Verified) -> Facts {
    let mut facts = Facts::default();
    if verified.is_bot {
        facts.kind = Kind::BotToken;
    }
    facts.user_id = Some(verified.user_id);
    facts.username = Some(verified.username);
    facts
}

fn not_stored(add: &Add, error: mmcred::Error) -> Failure {
    let hint = match error.kind().may_retry() {
        true => format!("{} Nothing was stored; --no-verify stores without asking.", error.hint()),
        false => format!("{} Nothing was stored.", error.hint()),
    };
    Failure::Error(Some(add.name.clone()), error.with_hint(hint))
}
