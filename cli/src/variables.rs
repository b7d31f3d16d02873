use std::ffi::OsString;

use mmcred::Credential;

pub const HELP: &str = "\
Presets for --as, by the names that tools read:
  mattermost    MATTERMOST_URL, MATTERMOST_TOKEN
  bot           MATTERMOST_URL, MATTERMOST_BOT_TOKEN
  access-token  MATTERMOST_URL, MATTERMOST_ACCESS_TOKEN
  mm            MM_URL, MM_TOKEN
  mcp           MM_SERVER_URL, MM_ACCESS_TOKEN (Mattermost's own MCP server)
  mcp-env       MCP_MATTERMOST_URL, MCP_MATTERMOST_TOKEN
  pluginctl     MM_SERVICESETTINGS_SITEURL, MM_ADMIN_TOKEN
  mmpy-bot      MATTERMOST_URL, MATTERMOST_PORT, MATTERMOST_API_PATH, BOT_TOKEN
  hubot         MATTERMOST_HOST, MATTERMOST_HTTP_PORT, MATTERMOST_USE_TLS, MATTERMOST_ACCESS_TOKEN

The command replaces mmcred: signals and the exit code are its own. It sees the token in its environment, and so
does whatever it starts.";

/// What a variable is given.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Url,
    Token,
    /// Scheme and host, without port and subpath.
    UrlWithoutPort,
    Host,
    Port,
    ApiPath,
    UsesTls,
}

/// The environment variables that a command reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Variables(Vec<(String, Part)>);

/// A preset's name, or the names of the two variables.
pub fn parse(text: &str) -> Result<Variables, String> {
    use Part::{ApiPath, Host, Port, Token, Url, UrlWithoutPort, UsesTls};
    let named: &[(&str, Part)] = match text {
        "mattermost" => &[("MATTERMOST_URL", Url), ("MATTERMOST_TOKEN", Token)],
        "bot" => &[("MATTERMOST_URL", Url), ("MATTERMOST_BOT_TOKEN", Token)],
        "access-token" => &[("MATTERMOST_URL", Url), ("MATTERMOST_ACCESS_TOKEN", Token)],
        "mm" => &[("MM_URL", Url), ("MM_TOKEN", Token)],
        "mcp" => &[("MM_SERVER_URL", Url), ("MM_ACCESS_TOKEN", Token)],
        "mcp-env" => &[("MCP_MATTERMOST_URL", Url), ("MCP_MATTERMOST_TOKEN", Token)],
        "pluginctl" => &[("MM_SERVICESETTINGS_SITEURL", Url), ("MM_ADMIN_TOKEN", Token)],
        "mmpy-bot" => &[
            ("MATTERMOST_URL", UrlWithoutPort),
            ("MATTERMOST_PORT", Port),
            ("MATTERMOST_API_PATH", ApiPath),
            ("BOT_TOKEN", Token),
        ],
        "hubot" => &[
            ("MATTERMOST_HOST", Host),
            ("MATTERMOST_HTTP_PORT", Port),
            ("MATTERMOST_USE_TLS", UsesTls),
            ("MATTERMOST_ACCESS_TOKEN", Token),
        ],
        other => return pair(other),
    };
    Ok(Variables(named.iter().map(|(name, part)| ((*name).to_owned(), *part)).collect()))
}

fn pair(text: &str) -> Result<Variables, String> {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match text.split_once(',') {
        Some((url, token)) if is_name(url) && is_name(token) && url != token => {
            Ok(Variables(vec![(url.to_owned(), Part::Url), (token.to_owned(), Part::Token)]))
        }
        _ => Err("neither a preset nor URL_VARIABLE,TOKEN_VARIABLE; see mmcred run --help".to_owned()),
    }
}

impl Variables {
    /// Each variable's name and value for that credential.
    pub fn of(&self, credential: &Credential) -> Vec<(OsString, OsString)> {
        self.0.iter().map(|(name, part)| (name.into(), value(*part, credential).into())).collect()
    }
}

fn value(part: Part, credential: &Credential) -> String {
    let server = credential.server();
    match part {
        Part::Url => server.as_str().to_owned(),
        // EXPOSE: the command is to find it in its environment.
        Part::Token => credential.token().expose(str::to_owned),
        Part::UrlWithoutPort => format!("{}://{}", server.scheme(), server.host()),
        Part::Host => server.host().to_owned(),
        Part::Port => server.port().to_string(),
        Part::ApiPath => format!("{}/api/v4", server.path()),
        Part::UsesTls => server.is_https().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use mmcred::AccessToken;

    use super::*;

    fn of(text: &str, url: &str) -> Vec<String> {
        let credential = Credential::new(url, AccessToken::parse("tok").unwrap()).unwrap();
        let variables = parse(text).unwrap().of(&credential);
        variables.into_iter().map(|(name, value)| format!("{}={}", name.display(), value.display())).collect()
    }

    #[test]
    fn presets_give_what_their_tools_read() {
        let url = "https://chat.example.com:8443/sub";
        assert_eq!(
            of("mattermost", url),
            [format!("MATTERMOST_URL={url}"), "MATTERMOST_TOKEN=tok".to_owned()]
        );
        assert_eq!(
            of("mmpy-bot", url),
            [
                "MATTERMOST_URL=https://chat.example.com",
                "MATTERMOST_PORT=8443",
                "MATTERMOST_API_PATH=/sub/api/v4",
                "BOT_TOKEN=tok"
            ]
        );
        assert_eq!(
            of("hubot", "http://[::1]")[..3],
            ["MATTERMOST_HOST=[::1]", "MATTERMOST_HTTP_PORT=80", "MATTERMOST_USE_TLS=false"]
        );
        assert_eq!(of("A_URL,_TOKEN", url), [format!("A_URL={url}"), "_TOKEN=tok".to_owned()]);
    }

    #[test]
    fn what_is_no_pair_of_names_is_refused() {
        for text in ["", ",", "A", "A,", ",B", "A,A", "A=1,B", "A,B,C", "1A,B", "Ä,B"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
