use std::time::Duration;

use super::judge::judge;
use super::link::Link;
use super::pace::Limits;
use super::transport::Transport;
use crate::error::{Error, Result};
use crate::{Credential, ErrorKind};

/// How long one verify may take in all, unless said otherwise.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(10);

/// What a server said of a credential that works.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Verified {
    /// The owner's id.
    pub user_id: String,
    /// The owner's name.
    pub username: String,
    /// The owner's system roles.
    pub roles: Vec<String>,
    /// Whether the owner is a bot.
    pub is_bot: bool,
    /// The server's version, where it sent one: proxies drop the header.
    pub server_version: Option<String>,
}

impl Credential {
    /// Asks the server whether the credential works: `GET users/me`, within `deadline` for everything.
    ///
    /// One 401 is not a verdict, because nodes of a cluster disagree for seconds (recordings, observation 2):
    /// a second one is asked for on a fresh connection. No redirect is followed, no cookie kept.
    ///
    /// ```
    /// use mmcred::{DEFAULT_DEADLINE, block_on};
    /// # let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    /// # let url = format!("http://{nobody}");
    /// # let token = mmcred::AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
    /// # let credential = mmcred::Credential::new(&url, token)?;
    /// match block_on(credential.verify(DEFAULT_DEADLINE)) {
    ///     Ok(verified) => println!("{} with {:?}", verified.username, verified.roles),
    ///     Err(error) if error.kind().may_retry() => println!("Try again: {error}"),
    ///     Err(error) => println!("{error} {}", error.hint()),
    /// }
    /// # Ok::<(), mmcred::Error>(())
    /// ```
    ///
    /// # Errors
    /// `token_rejected` after two refusals, `replicas_disagree` after mixed answers, and every other kind of
    /// the ledger's blocks 200 and 300. Only kinds that speak of the token say anything about it: a 429, a
    /// 5xx or a network failure is never read as a bad token.
    pub async fn verify(&self, deadline: Duration) -> Result<Verified> {
        let asked = tokio::time::timeout(deadline, self.ask_twice()).await;
        asked.unwrap_or_else(|_| Err(self.timed_out(deadline)))
    }

    async fn ask_twice(&self) -> Result<Verified> {
        let transport = Transport::new(self.server(), self.connection()).await?;
        match self.ask(&transport, &mut None).await.0 {
            Err(refused) if refused.kind() == ErrorKind::TokenRejected => {
                self.second_opinion(self.ask(&transport, &mut None).await.0)
            }
            verdict => verdict,
        }
    }

    /// One question, over `link` or a fresh connection, and what its answer says of the server's limits.
    pub(super) async fn ask(
        &self,
        transport: &Transport,
        link: &mut Option<Link>,
    ) -> (Result<Verified>, Limits) {
        match transport.get_api_over(link, self, "users/me").await {
            Ok(reply) => {
                let verdict = judge(self.server(), &reply).map_err(|error| error.without(self.token()));
                (verdict, Limits::of(&reply))
            }
            Err(error) => (Err(error), Limits::default()),
        }
    }

    /// What to make of the answer on a fresh connection after a first refusal.
    pub(super) fn second_opinion(&self, again: Result<Verified>) -> Result<Verified> {
        again.and_then(|_| {
            let message = format!("{} refused the token and then accepted it.", self.server());
            Err(Error::new(ErrorKind::ReplicasDisagree, message))
        })
    }

    pub(super) fn timed_out(&self, deadline: Duration) -> Error {
        let message = format!("{} gave no complete answer within {deadline:?}.", self.server());
        Error::new(ErrorKind::TimedOut, message)
    }
}
