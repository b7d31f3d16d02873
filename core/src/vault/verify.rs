use std::time::Duration;

use super::open::Vault;
use crate::error::Result;
use crate::server::Verified;

impl Vault {
    /// Asks the server whether the entry of that name works, within `deadline` for everything.
    ///
    /// The vault is read before the first await. That takes microseconds, or as long as another thread of this process
    /// takes to write.
    ///
    /// # Errors
    /// As [`get`](Self::get) and [`Credential::verify`](crate::Credential::verify).
    pub async fn verify(&self, name: &str, deadline: Duration) -> Result<Verified> {
        let credential = self.get(name)?.into_credential();
        credential.verify(deadline).await
    }
}
