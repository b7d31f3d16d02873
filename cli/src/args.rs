use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand};

/// Keeps Mattermost tokens encrypted in one place, checks them, and hands them out.
#[derive(Debug, Parser)]
#[command(name = "mmcred", version, max_term_width = 100, arg_required_else_help = true, after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub place: Place,
}

const AFTER_HELP: &str = "\
Exit codes: 0 ok, 1 credential refused, 2 usage, 3 undecided (network, 429, 5xx), 4 vault or unlock, 5 name missing or exists.
A token is never taken from the command line: it would be seen in the list of processes.";

/// Where the vault and its key are.
#[derive(Debug, ClapArgs)]
pub struct Place {
    /// The vault's folder [default: $MMCRED_VAULT, else mmcred in the user's data folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub vault: Option<PathBuf>,
    /// The vault's key file [default: $MMCRED_KEY_FILE, else mmcred/key in the user's configuration folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

const VERIFY_HELP: &str = "\
With --all the exit code is the worst one: 4 if an entry is damaged, else 2 if one has settings that can not be used, else
1 if a token is refused, else 3 if one is undecided, else 0.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a token against its server and store it encrypted
    Add(Add),
    /// List the stored credentials; opens no secret
    List(Json),
    /// Show what is known of a stored credential, its token aside
    Show(Show),
    /// Ask the server whether a stored credential works
    Verify(Verify),
    /// Find out why a credential does not work, or what will soon go wrong
    Diagnose(Diagnose),
    /// Print a stored token
    Token(Token),
    /// Run a command that finds the credential in its environment
    Run(Run),
    /// Give a stored credential another name
    Rename(Rename),
    /// Remove a credential from the vault
    Remove(Named),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Man(Man),
}

#[derive(Debug, ClapArgs)]
pub struct Add {
    /// The name to store it under, for example prod
    pub name: String,
    /// The server: what stands in the browser's address bar while Mattermost is open
    #[arg(long)]
    pub url: String,
    #[command(flatten)]
    pub token: TokenSource,
    #[command(flatten)]
    pub way: Way,
    /// Store it without asking the server
    #[arg(long)]
    pub no_verify: bool,
    /// Replace the credential of that name
    #[arg(long)]
    pub replace: bool,
    #[command(flatten)]
    pub deadline: Deadline,
}

/// How the server is reached.
#[derive(Debug, ClapArgs)]
pub struct Way {
    /// Trust the authorities of this PEM file instead of the system's
    #[arg(long, value_name = "FILE", conflicts_with = "allow_unauthorized_certs")]
    pub ca_file: Option<PathBuf>,
    /// Reach the server through this proxy, or "direct" for none [default: HTTPS_PROXY and NO_PROXY]
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// Allow http:// to another machine: the token crosses the network in clear
    #[arg(long)]
    pub allow_http: bool,
    /// Accept any certificate: whoever stands between reads the token
    #[arg(long)]
    pub allow_unauthorized_certs: bool,
}

/// Where the token is read from. Without any of these it is asked for, hidden, on the terminal.
#[derive(Debug, ClapArgs)]
#[group(multiple = false)]
pub struct TokenSource {
    /// Read the token from standard input
    #[arg(long)]
    pub token_stdin: bool,
    /// Read the token from a file
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Read the token from an environment variable
    #[arg(long, value_name = "VAR")]
    pub token_env: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct Json {
    /// Print JSON for programs
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Named {
    /// The credential's name
    pub name: String,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = VERIFY_HELP)]
pub struct Verify {
    /// The credential's name
    #[arg(required_unless_present = "all")]
    pub name: Option<String>,
    /// Check every stored credential, many at the same time
    #[arg(long, conflicts_with_all = ["name", "nagios"])]
    pub all: bool,
    /// With --all: how many requests may be under way at one server
    #[arg(long, value_name = "N", default_value_t = 64, conflicts_with = "name")]
    pub in_flight: usize,
    /// Print JSON for programs; with --all an object a line
    #[arg(long)]
    pub json: bool,
    /// Answer as a monitoring plugin: one line, and 0 ok, 1 warning, 2 critical, 3 unknown
    #[arg(long, conflicts_with = "json")]
    pub nagios: bool,
    #[command(flatten)]
    pub deadline: Deadline,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = DIAGNOSE_HELP)]
pub struct Diagnose {
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub token: TokenSource,
    #[command(flatten)]
    pub way: Way,
    /// The stored credential of a system administrator of the same server, who knows a refused token's exact cause
    #[arg(long, value_name = "NAME")]
    pub admin: Option<String>,
    #[command(flatten)]
    pub json: Json,
    /// How many seconds it may take in all
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = seconds)]
    pub timeout: Duration,
}

#[derive(Debug, ClapArgs)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// The credential's name
    #[arg(conflicts_with_all = ["Way", "TokenSource"])]
    pub name: Option<String>,
    /// Diagnose a token that is not stored, at this server
    #[arg(long)]
    pub url: Option<String>,
}

const DIAGNOSE_HELP: &str = "\
Exit codes: 0 it works, 1 it does not until somebody changes something, 3 it can not be told now.
Nothing is changed on the server.";

#[derive(Debug, ClapArgs)]
pub struct Show {
    #[command(flatten)]
    pub named: Named,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, ClapArgs)]
pub struct Rename {
    /// The credential's name
    pub from: String,
    /// Its new name
    pub to: String,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = crate::variables::HELP)]
pub struct Run {
    #[command(flatten)]
    pub named: Named,
    /// The variables to set: a preset, or URL_VARIABLE,TOKEN_VARIABLE
    #[arg(long = "as", value_name = "WHAT", default_value = "mattermost", value_parser = crate::variables::parse)]
    pub variables: crate::variables::Variables,
    /// The command and its arguments, after --
    #[arg(last = true, required = true)]
    pub command: Vec<std::ffi::OsString>,
}

#[derive(Debug, ClapArgs)]
pub struct Completions {
    /// For which shell
    pub shell: clap_complete::Shell,
}

#[derive(Debug, ClapArgs)]
pub struct Man {
    /// The folder
    pub folder: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct Deadline {
    /// How many seconds the server may take in all
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub timeout: Duration,
}

#[derive(Debug, ClapArgs)]
pub struct Token {
    #[command(flatten)]
    pub named: Named,
    /// Print it as a header line, for: mmcred token NAME --header | curl -H @- URL
    #[arg(long)]
    pub header: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    if !(0.001..=3600.0).contains(&seconds) {
        return Err("not between 0.001 and 3600 seconds".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_options_fit_together() {
        super::Args::command().debug_assert();
    }
}
