//! Why a credential does not work, or what will soon go wrong: a walk of small pure steps over recorded evidence.

mod answer;
mod ask;
mod evidence;
mod finding;
mod finding_kind;
mod in_between;
mod owner;
#[cfg(test)]
mod tests;
mod token;
mod walk;
mod way;

use std::time::Duration;

use serde::Serialize;

pub(super) use evidence::Certificate;
use evidence::Evidence;
pub use finding::{Finding, FindingKind, Severity};
pub use walk::{Mark, Step};

use super::Verified;
use crate::Credential;

/// How long a diagnosis may take in all, unless said otherwise.
pub const DIAGNOSE_DEADLINE: Duration = Duration::from_secs(15);

/// What came of asking why.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The server that was asked.
    pub server: String,
    /// Whether the credential works: unknown where a network, a limit or a failing server kept it from being told.
    pub works: Option<bool>,
    /// What the server said of the owner, where it accepted the token.
    pub verified: Option<Verified>,
    /// The way that was gone, in order.
    pub steps: Vec<Step>,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// How bad the worst finding is.
    pub fn severity(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.kind.severity()).max()
    }
}

impl Credential {
    /// Finds out why the credential does not work, or what will soon go wrong, within `deadline` for everything.
    ///
    /// `admin` is a system administrator's credential for the same server: with it, a refused token's exact cause is
    /// named. `name` is what the credential is called where the reader keeps it, for the commands in the findings.
    ///
    /// A good token costs at most four requests, two of them one after another; any token at most eight. Nothing
    /// is changed on the server. What a server says is never an error.
    ///
    /// ```
    /// use mmcred::{DIAGNOSE_DEADLINE, Mark, Severity, block_on};
    /// # let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    /// # let url = format!("http://{nobody}");
    /// # let token = mmcred::AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
    /// # let credential = mmcred::Credential::new(&url, token)?;
    /// let diagnosis = block_on(credential.diagnose(None, None, DIAGNOSE_DEADLINE));
    /// assert_eq!(diagnosis.works, None);
    /// assert_eq!(diagnosis.severity(), Some(Severity::Undecided));
    /// assert_eq!(diagnosis.findings[0].kind.name(), "connection_refused");
    /// assert!(diagnosis.steps.iter().any(|step| step.name == "connection" && step.mark == Mark::Undecided));
    /// # Ok::<(), mmcred::Error>(())
    /// ```
    pub async fn diagnose(
        &self,
        name: Option<&str>,
        admin: Option<&Credential>,
        deadline: Duration,
    ) -> Diagnosis {
        walk::walk(&Evidence::gather(self, admin, deadline).await, name)
    }
}
