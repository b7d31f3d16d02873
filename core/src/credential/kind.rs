/// What kind of token a credential holds, as far as it is known.
///
/// ```
/// assert_eq!(mmcred::Kind::BotToken.name(), "bot_token");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Nobody has said, and the server was not asked or does not tell.
    #[default]
    Unknown,
    /// A personal access token of a human account. Can be renewed.
    PersonalAccessToken,
    /// A personal access token whose owner is a bot. Can be renewed by the bot's owner or an administrator.
    BotToken,
    /// A login session. Ends by itself.
    Session,
    /// An OAuth 2.0 access token of Mattermost as provider.
    OAuth,
}

impl Kind {
    const NAMES: [(Self, &'static str); 5] = [
        (Self::Unknown, "unknown"),
        (Self::PersonalAccessToken, "personal_access_token"),
        (Self::BotToken, "bot_token"),
        (Self::Session, "session"),
        (Self::OAuth, "oauth"),
    ];

    /// The name in every language and in the vault.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("unknown", |(_, name)| name)
    }

    /// The kind of that name; a name of a newer version reads as [`Kind::Unknown`].
    pub fn from_name(name: &str) -> Self {
        Self::NAMES.iter().find(|(_, known)| *known == name).map_or(Self::Unknown, |(kind, _)| *kind)
    }
}
