// Generated from tests/vectors/errors.json by tools/ledger.py; change those, not this.

/// What kind of failure an [`Error`](crate::Error) is. The numbers are the same in every language and never reused.
///
/// ```
/// use mmcred::{AccessToken, ErrorKind};
/// let kind = AccessToken::parse("").unwrap_err().kind();
/// assert_eq!((kind, kind.name(), kind.may_retry()), (ErrorKind::InvalidToken, "invalid_token", false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument has the wrong type, is missing or is out of range.
    InvalidArgument = 100,
    /// The text given as access token can not be one: empty, over 255 bytes, a URL, or with blanks, control or non-ASCII characters inside.
    InvalidToken = 101,
    /// The text given as server URL names no server.
    InvalidServerUrl = 102,
    /// An incoming-webhook URL was given where a server URL or a token is wanted.
    WebhookUrl = 103,
    /// http:// to another machine would send the token in clear.
    InsecureUrl = 104,
    /// The CA file is missing, unreadable or holds no certificate.
    InvalidTlsSettings = 105,
    /// The proxy setting is not a usable http:// or https:// URL.
    InvalidProxy = 106,
    /// An entry's name is empty, over 128 bytes, starts with '-' or holds control characters.
    InvalidName = 107,
    /// The server refused the token twice, the second time on a fresh connection.
    TokenRejected = 200,
    /// The server refused the token once and accepted it once: its nodes disagree.
    ReplicasDisagree = 201,
    /// The server says that a valid token came in the URL's query: something on the way moves it there.
    TokenInQuery = 202,
    /// The server wants the token's owner to set up multi-factor authentication first.
    MfaRequired = 203,
    /// The server knows the token but does not permit the call.
    PermissionDenied = 204,
    /// The answer did not come from a Mattermost server.
    NotMattermost = 210,
    /// A Mattermost server answered, but its API is not below this URL.
    WrongBaseUrl = 211,
    /// The server sent the request elsewhere; the token was not sent along.
    Redirected = 212,
    /// Something in front of the server answered in its place: a login page, single sign-on, firewall or captive portal.
    Intercepted = 213,
    /// The server or a proxy limits requests; this says nothing about the token.
    RateLimited = 220,
    /// The Mattermost server failed (5xx); this says nothing about the token.
    ServerError = 221,
    /// A proxy answered that it can not reach the Mattermost server; this says nothing about the token.
    UpstreamDown = 222,
    /// The answer fits nothing a Mattermost server sends here.
    UnexpectedReply = 229,
    /// The host name could not be resolved.
    DnsFailed = 300,
    /// Nothing listens at that host and port.
    ConnectionRefused = 301,
    /// The connection could not be made or broke before an answer came.
    ConnectionFailed = 302,
    /// No complete answer came within the deadline.
    TimedOut = 303,
    /// The answer broke off before it was complete.
    ReplyCut = 304,
    /// The answer is larger than 1 MiB, which no answer to this call is.
    ReplyTooLarge = 305,
    /// The server's certificate is signed by an authority this machine does not trust.
    TlsUnknownAuthority = 310,
    /// The server's certificate is for another host name.
    TlsHostnameMismatch = 311,
    /// The server's certificate has expired.
    TlsExpired = 312,
    /// The server's certificate is not valid yet.
    TlsNotYetValid = 313,
    /// The TLS handshake failed.
    TlsFailed = 314,
    /// https was spoken to a plain-http port, or http to an https port.
    WrongScheme = 315,
    /// There is no vault at that place.
    VaultMissing = 400,
    /// The key does not open this vault.
    WrongKey = 401,
    /// The vault's key file is not there.
    KeyFileMissing = 402,
    /// The key file is not one of mmcred's, is damaged, or can be read by others.
    KeyFileInvalid = 403,
    /// The vault's file is damaged.
    VaultDamaged = 404,
    /// One entry's seal does not open; the others are not affected.
    EntryDamaged = 405,
    /// The vault was written by a newer version of mmcred.
    VaultNewer = 406,
    /// The vault's file is older than what this process has already seen.
    VaultRolledBack = 407,
    /// Another process held the vault's write lock beyond the deadline.
    Busy = 408,
    /// The vault lies on a file system or in a folder that can not be written.
    ReadOnly = 409,
    /// Reading or writing the vault's files failed.
    StorageFailed = 410,
    /// The vault or hand was closed.
    Closed = 411,
    /// The vault holds no entry of that name.
    EntryMissing = 420,
    /// The vault already holds an entry of that name.
    EntryExists = 421,
    /// The URL leaves the credential's server or base path; nothing was sent.
    WrongOrigin = 500,
    /// An optional package that this call needs is not installed.
    MissingExtra = 501,
    /// A bug in mmcred; the call was given up.
    Internal = 900,
    /// The caller cancelled the call.
    Cancelled = 901,
    /// The caller's buffer is too small (C only).
    BufferTooSmall = 902,
}

impl ErrorKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::InvalidArgument,
        Self::InvalidToken,
        Self::InvalidServerUrl,
        Self::WebhookUrl,
        Self::InsecureUrl,
        Self::InvalidTlsSettings,
        Self::InvalidProxy,
        Self::InvalidName,
        Self::TokenRejected,
        Self::ReplicasDisagree,
        Self::TokenInQuery,
        Self::MfaRequired,
        Self::PermissionDenied,
        Self::NotMattermost,
        Self::WrongBaseUrl,
        Self::Redirected,
        Self::Intercepted,
        Self::RateLimited,
        Self::ServerError,
        Self::UpstreamDown,
        Self::UnexpectedReply,
        Self::DnsFailed,
        Self::ConnectionRefused,
        Self::ConnectionFailed,
        Self::TimedOut,
        Self::ReplyCut,
        Self::ReplyTooLarge,
        Self::TlsUnknownAuthority,
        Self::TlsHostnameMismatch,
        Self::TlsExpired,
        Self::TlsNotYetValid,
        Self::TlsFailed,
        Self::WrongScheme,
        Self::VaultMissing,
        Self::WrongKey,
        Self::KeyFileMissing,
        Self::KeyFileInvalid,
        Self::VaultDamaged,
        Self::EntryDamaged,
        Self::VaultNewer,
        Self::VaultRolledBack,
        Self::Busy,
        Self::ReadOnly,
        Self::StorageFailed,
        Self::Closed,
        Self::EntryMissing,
        Self::EntryExists,
        Self::WrongOrigin,
        Self::MissingExtra,
        Self::Internal,
        Self::Cancelled,
        Self::BufferTooSmall,
    ];

    /// The number: `MMCRED_…` in C, the same everywhere.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// The name in snake_case: `code` in Python and Node.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::InvalidToken => "invalid_token",
            Self::InvalidServerUrl => "invalid_server_url",
            Self::WebhookUrl => "webhook_url",
            Self::InsecureUrl => "insecure_url",
            Self::InvalidTlsSettings => "invalid_tls_settings",
            Self::InvalidProxy => "invalid_proxy",
            Self::InvalidName => "invalid_name",
            Self::TokenRejected => "token_rejected",
            Self::ReplicasDisagree => "replicas_disagree",
            Self::TokenInQuery => "token_in_query",
            Self::MfaRequired => "mfa_required",
            Self::PermissionDenied => "permission_denied",
            Self::NotMattermost => "not_mattermost",
            Self::WrongBaseUrl => "wrong_base_url",
            Self::Redirected => "redirected",
            Self::Intercepted => "intercepted",
            Self::RateLimited => "rate_limited",
            Self::ServerError => "server_error",
            Self::UpstreamDown => "upstream_down",
            Self::UnexpectedReply => "unexpected_reply",
            Self::DnsFailed => "dns_failed",
            Self::ConnectionRefused => "connection_refused",
            Self::ConnectionFailed => "connection_failed",
            Self::TimedOut => "timed_out",
            Self::ReplyCut => "reply_cut",
            Self::ReplyTooLarge => "reply_too_large",
            Self::TlsUnknownAuthority => "tls_unknown_authority",
            Self::TlsHostnameMismatch => "tls_hostname_mismatch",
            Self::TlsExpired => "tls_expired",
            Self::TlsNotYetValid => "tls_not_yet_valid",
            Self::TlsFailed => "tls_failed",
            Self::WrongScheme => "wrong_scheme",
            Self::VaultMissing => "vault_missing",
            Self::WrongKey => "wrong_key",
            Self::KeyFileMissing => "key_file_missing",
            Self::KeyFileInvalid => "key_file_invalid",
            Self::VaultDamaged => "vault_damaged",
            Self::EntryDamaged => "entry_damaged",
            Self::VaultNewer => "vault_newer",
            Self::VaultRolledBack => "vault_rolled_back",
            Self::Busy => "busy",
            Self::ReadOnly => "read_only",
            Self::StorageFailed => "storage_failed",
            Self::Closed => "closed",
            Self::EntryMissing => "entry_missing",
            Self::EntryExists => "entry_exists",
            Self::WrongOrigin => "wrong_origin",
            Self::MissingExtra => "missing_extra",
            Self::Internal => "internal",
            Self::Cancelled => "cancelled",
            Self::BufferTooSmall => "buffer_too_small",
        }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub const fn may_retry(self) -> bool {
        matches!(
            self,
            Self::ReplicasDisagree
                | Self::RateLimited
                | Self::ServerError
                | Self::UpstreamDown
                | Self::DnsFailed
                | Self::ConnectionRefused
                | Self::ConnectionFailed
                | Self::TimedOut
                | Self::ReplyCut
                | Self::Busy
                | Self::StorageFailed
                | Self::Cancelled
        )
    }

    /// Whether the kind is certain, or the likely reading of an answer that has several causes.
    pub const fn is_certain(self) -> bool {
        !matches!(
            self,
            Self::TokenRejected
                | Self::ReplicasDisagree
                | Self::NotMattermost
                | Self::WrongBaseUrl
                | Self::Intercepted
                | Self::UpstreamDown
                | Self::UnexpectedReply
                | Self::WrongScheme
        )
    }

    /// What to do about it, where the error itself has nothing better to say.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::InvalidArgument => "Correct the argument that the message names.",
            Self::InvalidToken => {
                "Paste the access token itself: 26 characters, shown once when it is created."
            }
            Self::InvalidServerUrl => {
                "Give the address in the browser's bar while Mattermost is open, for example https://chat.example.com."
            }
            Self::WebhookUrl => {
                "Give the server's address and a personal access token or bot token; a webhook URL is neither."
            }
            Self::InsecureUrl => {
                "Use https://, or allow plain http for this credential on purpose (allow_http)."
            }
            Self::InvalidTlsSettings => "Name a PEM file that holds the CA certificate.",
            Self::InvalidProxy => "Give http://host:port without user and password, or set HTTPS_PROXY.",
            Self::InvalidName => "Choose a short plain name such as prod.",
            Self::TokenRejected => {
                "Check that the token belongs to this server and is not revoked, disabled or expired; create a new one under Profile > Security > Personal Access Tokens."
            }
            Self::ReplicasDisagree => {
                "Try again in a minute; an administrator should check the cluster's caches and database replication."
            }
            Self::TokenInQuery => {
                "Look for a proxy or tool that turns the Authorization header into access_token=, and treat the token as exposed in logs."
            }
            Self::MfaRequired => "Let the owner set up MFA under Profile > Security, or use a bot token.",
            Self::PermissionDenied => "Ask an administrator for the missing permission.",
            Self::NotMattermost => "Check the server URL; open it in a browser and see what answers.",
            Self::WrongBaseUrl => {
                "Use the server's base URL, with its subpath if it has one, and without anything behind it."
            }
            Self::Redirected => "Store the credential with the URL that the message names, if you trust it.",
            Self::Intercepted => {
                "Let the gateway pass /api/v4 without its own login, or use an address behind it."
            }
            Self::RateLimited => "Wait the named seconds and try again.",
            Self::ServerError => "Try again later; quote the request id to an administrator.",
            Self::UpstreamDown => "Try again later; check that Mattermost runs behind the proxy.",
            Self::UnexpectedReply => {
                "Check the server URL and what stands between; please report the answer's status and shape."
            }
            Self::DnsFailed => "Check the host's spelling and this machine's DNS.",
            Self::ConnectionRefused => "Check the port, and that the server runs.",
            Self::ConnectionFailed => "Check the network between this machine and the server.",
            Self::TimedOut => "Try again, or allow more time.",
            Self::ReplyCut => "Try again; check the proxies between.",
            Self::ReplyTooLarge => "Check the server URL.",
            Self::TlsUnknownAuthority => "Give the authority's certificate as the credential's CA file.",
            Self::TlsHostnameMismatch => {
                "Use the name the certificate is for, or have it issued for this one; a wildcard does not cover the bare domain."
            }
            Self::TlsExpired => "Renew the certificate on the server; check this machine's clock.",
            Self::TlsNotYetValid => "Check this machine's clock.",
            Self::TlsFailed => "Check the server's TLS versions and certificate chain.",
            Self::WrongScheme => "Change the URL's scheme or port.",
            Self::VaultMissing => "If there is one elsewhere, MMCRED_VAULT names its folder.",
            Self::WrongKey => "Give the key file that was made with the vault.",
            Self::KeyFileMissing => "Restore the key file, or name it with MMCRED_KEY_FILE.",
            Self::KeyFileInvalid => "Restore it from a backup, or take others' access away with chmod 600.",
            Self::VaultDamaged => "Restore it from a backup; entries that still open are listed.",
            Self::EntryDamaged => "Put that entry again with a new token.",
            Self::VaultNewer => "Update mmcred; nothing was changed.",
            Self::VaultRolledBack => "Find out who put an old copy back; open the vault again to accept it.",
            Self::Busy => "Try again; look for a process that hangs.",
            Self::ReadOnly => "Make the folder writable, or write from a machine that may.",
            Self::StorageFailed => "Free space or repair the disk; nothing was half written.",
            Self::Closed => "Open it again.",
            Self::EntryMissing => "See the names with: mmcred list.",
            Self::EntryExists => "Choose another name, or say replace.",
            Self::WrongOrigin => {
                "Use a path such as users/me, or an absolute URL below the credential's own base."
            }
            Self::MissingExtra => "Install the package that the message names.",
            Self::Internal => "Please report it with the message.",
            Self::Cancelled => "Call again when wanted.",
            Self::BufferTooSmall => "Call again with the size that was returned.",
        }
    }
}
