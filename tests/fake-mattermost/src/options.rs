//! The command line.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::profile::Profile;

/// What `--help` says.
pub const HELP: &str = "\
fake-mattermost: a stateful stand-in for a Mattermost server, for tests. Loopback only.

usage: fake-mattermost [options]

  --profile NAME         which release to be: 10.11, 11.8, 11.9, 11.10 (default), next
  --port N               the server's port; 0 (default) takes a free one
  --control-port N       the control address's port; 0 (default) takes a free one
  --subpath /PATH        serve below a path, as with a SiteURL that has one
  --set SECTION.KEY=JSON a stored setting, e.g. --set RateLimitSettings.Enable=true (repeatable)
  --stay                 do not end when standard input closes
  --help                 this text

Environment variables MM_<SECTION>_<KEY> override settings, as on the real server.

Prints one JSON line {\"url\":...,\"control\":...} and ends when standard input closes, or on SIGTERM or SIGINT.
A fresh server has no users: the first one created by POST /api/v4/users becomes system administrator.
The control address is described in tests/fake-mattermost/README.md.
";

/// The options, read.
pub struct Options {
    /// Which release.
    pub profile: Profile,
    /// The server's port.
    pub port: u16,
    /// The control address's port.
    pub control_port: u16,
    /// "" at the root, else `/path`.
    pub subpath: String,
    /// Settings to store.
    pub settings: Vec<(String, String, Value)>,
    /// Live on after standard input has closed.
    pub stay: bool,
}

/// What the command line asks for.
pub enum Asked {
    /// To serve.
    Serve(Box<Options>),
    /// To explain.
    Help,
}

/// Reads the arguments after the program's name.
pub fn read(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let profile = Profile::named("11.10").expect("the default profile exists");
    let mut options = Options {
        profile,
        port: 0,
        control_port: 0,
        subpath: String::new(),
        settings: Vec::new(),
        stay: false,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(Asked::Help),
            "--stay" => options.stay = true,
            "--profile" => {
                let name = value()?;
                let unknown = || format!("no profile {name}; there are {}", Profile::names());
                options.profile = Profile::named(&name).ok_or_else(unknown)?;
            }
            "--port" => options.port = port(&value()?)?,
            "--control-port" => options.control_port = port(&value()?)?,
            "--subpath" => {
                options.subpath = format!("/{}", value()?.trim_matches('/')).trim_end_matches('/').to_owned()
            }
            "--set" => options.settings.push(setting(&value()?)?),
            _ => return Err(format!("unknown option {argument}; see --help")),
        }
    }
    Ok(Asked::Serve(Box::new(options)))
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("{text} is not a port"))
}

fn setting(text: &str) -> Result<(String, String, Value), String> {
    let parts = text.split_once('=').and_then(|(name, value)| Some((name.split_once('.')?, value)));
    let ((section, key), value) = parts.ok_or_else(|| format!("{text} is not SECTION.KEY=JSON"))?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok((section.to_owned(), key.to_owned(), value))
}

/// The `MM_...` variables of the process.
pub fn overrides() -> BTreeMap<String, String> {
    let texts = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    texts
        .filter(|(name, _)| name.starts_with("MM_"))
        .map(|(name, value)| (name.to_uppercase(), value))
        .collect()
}
