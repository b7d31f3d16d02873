use std::sync::Arc;

use super::open::Vault;
use crate::error::{Error, Result};
use crate::server::{Plan, VerifyAll, VerifyAllOptions};
use crate::{Connection, Credential, ErrorKind, ServerUrl};

/// A name, and the version that its row had.
type Listed = (String, u64);

impl Vault {
    /// Asks the servers whether the entries work, all of them or those of the given names. See
    /// [`verify_all`](crate::verify_all()) for how. A secret is opened when its turn comes.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let (path, key) = (folder.path().join("vault"), folder.path().join("key"));
    /// # let vault = mmcred::VaultOptions::new().path(path).key_file(key).create(true).open()?;
    /// use mmcred::{ErrorKind, VerifyAllOptions, block_on};
    /// let vault = std::sync::Arc::new(vault);
    /// let run = vault.verify_all(Some(vec!["prod".into()]), &VerifyAllOptions::new())?;
    /// let checked = block_on(run.next())?.expect("one result for each name");
    /// assert_eq!(checked.outcome.unwrap_err().kind(), ErrorKind::EntryMissing);
    /// assert!(block_on(run.next())?.is_none());
    /// # Ok::<(), mmcred::Error>(())
    /// ```
    ///
    /// An entry that is missing or damaged is a result like any other. Before it returns it lists the vault, which
    /// takes 3 µs for each entry.
    ///
    /// # Errors
    /// As [`list`](Self::list), for all entries; `closed`.
    pub fn verify_all(
        self: &Arc<Self>,
        names: Option<Vec<String>>,
        options: &VerifyAllOptions,
    ) -> Result<VerifyAll> {
        let plan = match names {
            Some(names) => self.plan_named(names),
            None => self.plan_all(),
        }?;
        let vault = Arc::clone(self);
        Ok(plan.start(options, move |(name, version), connection| {
            let credential = vault.read_as(&name, version, connection);
            (name, credential)
        }))
    }

    /// The entry's secret; the rest, too, if it is not the one any more that was planned with.
    fn read_as(&self, name: &str, version: u64, connection: &Connection) -> Result<Credential> {
        match self.read(name)? {
            reading if reading.version == version => {
                Credential::for_server(reading.server, reading.token, connection.clone())
            }
            _ => Ok(self.get(name)?.into_credential()),
        }
    }

    fn plan_all(&self) -> Result<Plan<Listed>> {
        let (mut plan, listing) = (Plan::default(), self.list()?);
        for entry in listing.entries {
            let no_url = || Error::new(ErrorKind::EntryDamaged, "The entry's server is no URL.");
            let server = ServerUrl::from_canonical(entry.server.clone()).ok_or_else(no_url);
            match server.and_then(|server| Ok((server, entry.connection()?))) {
                Ok(place) => plan.add(place, (entry.name, entry.version)),
                Err(error) => plan.add_unread(Some(entry.name), error),
            }
        }
        for damaged in listing.damaged {
            let message = format!("The entry in row {} is damaged, its name too.", damaged.row);
            plan.add_unread(None, Error::new(ErrorKind::EntryDamaged, message));
        }
        Ok(plan)
    }

    fn plan_named(&self, names: Vec<String>) -> Result<Plan<Listed>> {
        let mut plan = Plan::default();
        for name in names {
            match self.get(&name) {
                Ok(stored) => {
                    let (version, credential) = (stored.version(), stored.into_credential());
                    plan.add((credential.server().clone(), credential.connection().clone()), (name, version));
                }
                Err(error) if error.kind() == ErrorKind::Closed => return Err(error),
                Err(error) => plan.add_unread(Some(name), error),
            }
        }
        Ok(plan)
    }
}
