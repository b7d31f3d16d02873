use std::sync::Arc;

use super::open::Vault;
use crate::error::{Error, Result};
use crate::server::{Plan, VerifyAll, VerifyAllOptions};
use crate::{ErrorKind, ServerUrl};

impl Vault {
    /// Asks the servers whether the entries work, all of them or those of the given names. See
    /// [`verify_all`](crate::verify_all) for how. A secret is opened when its turn comes.
    ///
    /// An entry that is missing or damaged is a result like any other. To be awaited on a tokio runtime, which then
    /// does the asking; [`block_on`](crate::block_on) lends one.
    ///
    /// # Errors
    /// As [`list`](Self::list), for all entries; `closed`.
    pub async fn verify_all(
        self: &Arc<Self>,
        names: Option<Vec<String>>,
        options: &VerifyAllOptions,
    ) -> Result<VerifyAll> {
        let vault = Arc::clone(self);
        let planned = tokio::task::spawn_blocking(move || match names {
            Some(names) => vault.plan_named(names),
            None => vault.plan_all(),
        });
        let plan =
            planned.await.map_err(|_| Error::new(ErrorKind::Internal, "The vault could not be read."))??;
        let vault = Arc::clone(self);
        Ok(plan.start(options, move |name| {
            let credential = vault.get(&name).map(|stored| stored.into_credential());
            (name, credential)
        }))
    }

    fn plan_all(&self) -> Result<Plan<String>> {
        let (mut plan, listing) = (Plan::default(), self.list()?);
        for entry in listing.entries {
            match ServerUrl::parse(&entry.server).and_then(|server| Ok((server, entry.connection()?))) {
                Ok(place) => plan.add(place, entry.name),
                Err(error) => plan.add_unread(Some(entry.name), error),
            }
        }
        for damaged in listing.damaged {
            let message = format!("The entry in row {} is damaged, its name too.", damaged.row);
            plan.add_unread(None, Error::new(ErrorKind::EntryDamaged, message));
        }
        Ok(plan)
    }

    fn plan_named(&self, names: Vec<String>) -> Result<Plan<String>> {
        let mut plan = Plan::default();
        for name in names {
            match self.get(&name) {
                Ok(stored) => {
                    let credential = stored.credential();
                    plan.add((credential.server().clone(), credential.connection().clone()), name);
                }
                Err(error) if error.kind() == ErrorKind::Closed => return Err(error),
                Err(error) => plan.add_unread(Some(name), error),
            }
        }
        Ok(plan)
    }
}
