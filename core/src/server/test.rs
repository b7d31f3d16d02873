use std::time::Duration;

use serde::Serialize;

use crate::Credential;
use crate::server::Verified;

/// The answer to a credential test in the shape that n8n wants: `{"status": "OK" | "Error", "message": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TestResult {
    /// `OK` or `Error`.
    pub status: &'static str,
    /// One line for the person who pressed the button.
    pub message: String,
}

impl Credential {
    /// Tests the credential as n8n does, and is right where n8n's own test is not: a page with status 200 is no
    /// success, a redirect elsewhere never gets the token, a user who may not list others still has a good token,
    /// and a refusal says what to do. Asks `users/me`, as [`verify`](Self::verify) does.
    ///
    /// Whatever the server says is a result, never an error.
    ///
    /// ```
    /// use mmcred::{DEFAULT_DEADLINE, block_on};
    /// # let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    /// # let url = format!("http://{nobody}");
    /// # let token = mmcred::AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3")?;
    /// # let credential = mmcred::Credential::new(&url, token)?;
    /// let result = block_on(credential.test(DEFAULT_DEADLINE));
    /// assert_eq!(result.status, "Error");
    /// # Ok::<(), mmcred::Error>(())
    /// ```
    pub async fn test(&self, deadline: Duration) -> TestResult {
        match self.verify(deadline).await {
            Ok(verified) => TestResult { status: "OK", message: success(&verified) },
            Err(error) => TestResult { status: "Error", message: format!("{error} {}", error.hint()) },
        }
    }
}

fn success(Verified { username, is_bot, server_version, .. }: &Verified) -> String {
    let bot = if *is_bot { ", a bot" } else { "" };
    let version =
        server_version.as_ref().map_or_else(String::new, |version| format!(" (Mattermost {version})"));
    format!("Connection successful! Logged in as {username}{bot}{version}.")
}
