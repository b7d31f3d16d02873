use std::time::Duration;

use super::open::Vault;
use crate::error::Result;
use crate::server::Diagnosis;

impl Vault {
    /// Finds out why the entry of that name does not work, or what will soon go wrong, within `deadline`.
    ///
    /// `admin` names the entry of a system administrator of the same server, who knows a refused token's exact cause.
    ///
    /// # Errors
    /// As [`get`](Self::get), for both names. What a server says is in the [`Diagnosis`].
    pub async fn diagnose(&self, name: &str, admin: Option<&str>, deadline: Duration) -> Result<Diagnosis> {
        let credential = self.get(name)?.into_credential();
        let admin = admin.map(|admin| self.get(admin)).transpose()?;
        let admin = admin.as_ref().map(|stored| stored.credential());
        Ok(credential.diagnose(Some(name), admin, deadline).await)
    }
}
