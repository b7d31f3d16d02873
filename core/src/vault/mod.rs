//! Named credentials, sealed at rest. The upper floor: it joins seal, unlock and store.

mod create;
mod default;
mod diagnose;
mod entries;
mod entry;
mod event;
mod forked;
mod head;
mod label;
mod listing;
mod name;
mod open;
mod place;
mod secret;
mod session;
mod verify;
mod verify_all;
mod stored;
mod write;

pub use entry::Entry;
pub use listing::{Damaged, Listing};
pub use open::{Vault, VaultOptions};
#[cfg(test)]
use stored::Reading;
pub use stored::Stored;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccessToken, Credential, ErrorKind};

    fn credential(url: &str, token: &str) -> Credential {
        Credential::new(url, AccessToken::parse(token).unwrap()).unwrap()
    }

    /// What a hand lives on: base, token and version from one seal, without the label.
    #[test]
    fn a_reading_is_what_was_put_last() {
        let folder = tempfile::tempdir().unwrap();
        let options =
            VaultOptions::new().path(folder.path().join("vault")).key_file(folder.path().join("key"));
        let vault = options.create(true).open().unwrap();
        let long = format!("https://chat.example.com/{}", "x".repeat(1900));
        for (url, token) in [("https://chat.example.com/sub", "one"), (&long, "two")] {
            let version = vault.put("prod", &credential(url, token), true).unwrap();
            let reading: Reading = vault.read("prod").unwrap();
            assert_eq!((reading.server.as_str(), reading.version), (url, version));
            reading.token.expose(|plain| assert_eq!(plain, token)); // EXPOSE: the test compares it
        }
        assert_eq!(vault.read("other").err().unwrap().kind(), ErrorKind::EntryMissing);
        assert_eq!(vault.read("-").err().unwrap().kind(), ErrorKind::InvalidName);
    }
}
