# Generated from tests/vectors/errors.json by tools/ledger.py; change those, not this.
# ruff: noqa: E501
"""The family of errors. Each text says what happened and what to do about it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing would take longer than all the rest
    from typing import ClassVar, Literal, Optional

__all__ = [
    "BY_CODE",
    "BufferTooSmall",
    "Busy",
    "Cancelled",
    "Closed",
    "ConnectionFailed",
    "ConnectionRefused",
    "DnsFailed",
    "EntryDamaged",
    "EntryExists",
    "EntryMissing",
    "InsecureUrl",
    "Intercepted",
    "Internal",
    "InvalidArgument",
    "InvalidName",
    "InvalidProxy",
    "InvalidServerUrl",
    "InvalidTlsSettings",
    "InvalidToken",
    "KeyFileInvalid",
    "KeyFileMissing",
    "MfaRequired",
    "MissingExtra",
    "MmcredError",
    "NotMattermost",
    "PermissionDenied",
    "RateLimited",
    "ReadOnly",
    "Redirected",
    "ReplicasDisagree",
    "ReplyCut",
    "ReplyTooLarge",
    "ServerError",
    "StorageFailed",
    "TimedOut",
    "TlsExpired",
    "TlsFailed",
    "TlsHostnameMismatch",
    "TlsNotYetValid",
    "TlsUnknownAuthority",
    "TokenInQuery",
    "TokenRejected",
    "UnexpectedReply",
    "UpstreamDown",
    "VaultDamaged",
    "VaultMissing",
    "VaultNewer",
    "VaultRolledBack",
    "WebhookUrl",
    "WrongBaseUrl",
    "WrongKey",
    "WrongOrigin",
    "WrongScheme",
]


class MmcredError(Exception):
    """The family of all errors of mmcred: what happened, and in `hint` what to do about it.

    ```python
    try:
        vault.verify("prod")
    except mmcred.MmcredError as error:
        print(error.code, error.hint, error.retry)
    ```
    """

    #: The ledger's name of the error, the same in every language.
    code: ClassVar[str] = "unknown"
    #: The ledger's number of the error, the same in every language.
    number: ClassVar[int] = 0
    #: "later" when the same call may succeed later without anybody changing anything, else "never".
    retry: ClassVar[Literal["never", "later"]] = "never"
    #: The next step for whoever reads the message.
    hint: str = ""
    #: Seconds to wait before the next try, where the server named them.
    retry_after: Optional[float] = None
    #: The id under which a Mattermost administrator finds the request in the server's log.
    request_id: Optional[str] = None

    def __init__(
        self,
        message: str = "",
        *,
        hint: Optional[str] = None,
        retry_after: Optional[float] = None,
        request_id: Optional[str] = None,
    ) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint
        if retry_after is not None:
            self.retry_after = retry_after
        if request_id is not None:
            self.request_id = request_id

    @property
    def message(self) -> str:
        """What happened, in one sentence."""
        return str(self.args[0]) if self.args else ""

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InvalidArgument(MmcredError, TypeError, ValueError):
    """An argument has the wrong type, is missing or is out of range."""

    code = "invalid_argument"
    number = 100
    retry = "never"
    hint = "Correct the argument that the message names."


class InvalidToken(MmcredError, ValueError):
    """The text given as access token can not be one: empty, over 255 bytes, a URL, or with blanks, control or non-ASCII characters inside."""

    code = "invalid_token"
    number = 101
    retry = "never"
    hint = "Paste the access token itself: 26 characters, shown once when it is created."


class InvalidServerUrl(MmcredError, ValueError):
    """The text given as server URL names no server."""

    code = "invalid_server_url"
    number = 102
    retry = "never"
    hint = "Give the address in the browser's bar while Mattermost is open, for example https://chat.example.com."


class WebhookUrl(MmcredError, ValueError):
    """An incoming-webhook URL was given where a server URL or a token is wanted."""

    code = "webhook_url"
    number = 103
    retry = "never"
    hint = "Give the server's address and a personal access token or bot token; a webhook URL is neither."


class InsecureUrl(MmcredError, ValueError):
    """http:// to another machine would send the token in clear."""

    code = "insecure_url"
    number = 104
    retry = "never"
    hint = "Use https://, or allow plain http for this credential on purpose (allow_http)."


class InvalidTlsSettings(MmcredError, ValueError):
    """The CA file is missing, unreadable or holds no certificate."""

    code = "invalid_tls_settings"
    number = 105
    retry = "never"
    hint = "Name a PEM file that holds the CA certificate."


class InvalidProxy(MmcredError, ValueError):
    """The proxy setting is not a usable http:// or https:// URL."""

    code = "invalid_proxy"
    number = 106
    retry = "never"
    hint = "Give http://host:port without user and password, or set HTTPS_PROXY."


class InvalidName(MmcredError, ValueError):
    """An entry's name is empty, over 128 bytes, starts with '-' or holds control characters."""

    code = "invalid_name"
    number = 107
    retry = "never"
    hint = "Choose a short plain name such as prod."


class TokenRejected(MmcredError):
    """The server refused the token twice, the second time on a fresh connection."""

    code = "token_rejected"
    number = 200
    retry = "never"
    hint = "Check that the token belongs to this server and is not revoked, disabled or expired; create a new one under Profile > Security > Personal Access Tokens."


class ReplicasDisagree(MmcredError):
    """The server refused the token once and accepted it once: its nodes disagree."""

    code = "replicas_disagree"
    number = 201
    retry = "later"
    hint = "Try again in a minute; an administrator should check the cluster's caches and database replication."


class TokenInQuery(MmcredError):
    """The server says that a valid token came in the URL's query: something on the way moves it there."""

    code = "token_in_query"
    number = 202
    retry = "never"
    hint = "Look for a proxy or tool that turns the Authorization header into access_token=, and treat the token as exposed in logs."


class MfaRequired(MmcredError):
    """The server wants the token's owner to set up multi-factor authentication first."""

    code = "mfa_required"
    number = 203
    retry = "never"
    hint = "Let the owner set up MFA under Profile > Security, or use a bot token."


class PermissionDenied(MmcredError):
    """The server knows the token but does not permit the call."""

    code = "permission_denied"
    number = 204
    retry = "never"
    hint = "Ask an administrator for the missing permission."


class NotMattermost(MmcredError):
    """The answer did not come from a Mattermost server."""

    code = "not_mattermost"
    number = 210
    retry = "never"
    hint = "Check the server URL; open it in a browser and see what answers."


class WrongBaseUrl(MmcredError):
    """A Mattermost server answered, but its API is not below this URL."""

    code = "wrong_base_url"
    number = 211
    retry = "never"
    hint = "Use the server's base URL, with its subpath if it has one, and without anything behind it."


class Redirected(MmcredError):
    """The server sent the request elsewhere; the token was not sent along."""

    code = "redirected"
    number = 212
    retry = "never"
    hint = "Store the credential with the URL that the message names, if you trust it."


class Intercepted(MmcredError):
    """Something in front of the server answered in its place: a login page, single sign-on, firewall or captive portal."""

    code = "intercepted"
    number = 213
    retry = "never"
    hint = "Let the gateway pass /api/v4 without its own login, or use an address behind it."


class RateLimited(MmcredError):
    """The server or a proxy limits requests; this says nothing about the token."""

    code = "rate_limited"
    number = 220
    retry = "later"
    hint = "Wait the named seconds and try again."


class ServerError(MmcredError):
    """The Mattermost server failed (5xx); this says nothing about the token."""

    code = "server_error"
    number = 221
    retry = "later"
    hint = "Try again later; quote the request id to an administrator."


class UpstreamDown(MmcredError):
    """A proxy answered that it can not reach the Mattermost server; this says nothing about the token."""

    code = "upstream_down"
    number = 222
    retry = "later"
    hint = "Try again later; check that Mattermost runs behind the proxy."


class UnexpectedReply(MmcredError):
    """The answer fits nothing a Mattermost server sends here."""

    code = "unexpected_reply"
    number = 229
    retry = "never"
    hint = "Check the server URL and what stands between; please report the answer's status and shape."


class DnsFailed(MmcredError):
    """The host name could not be resolved."""

    code = "dns_failed"
    number = 300
    retry = "later"
    hint = "Check the host's spelling and this machine's DNS."


class ConnectionRefused(MmcredError):
    """Nothing listens at that host and port."""

    code = "connection_refused"
    number = 301
    retry = "later"
    hint = "Check the port, and that the server runs."


class ConnectionFailed(MmcredError):
    """The connection could not be made or broke before an answer came."""

    code = "connection_failed"
    number = 302
    retry = "later"
    hint = "Check the network between this machine and the server."


class TimedOut(MmcredError):
    """No complete answer came within the deadline."""

    code = "timed_out"
    number = 303
    retry = "later"
    hint = "Try again, or allow more time."


class ReplyCut(MmcredError):
    """The answer broke off before it was complete."""

    code = "reply_cut"
    number = 304
    retry = "later"
    hint = "Try again; check the proxies between."


class ReplyTooLarge(MmcredError):
    """The answer is larger than 1 MiB, which no answer to this call is."""

    code = "reply_too_large"
    number = 305
    retry = "never"
    hint = "Check the server URL."


class TlsUnknownAuthority(MmcredError):
    """The server's certificate is signed by an authority this machine does not trust."""

    code = "tls_unknown_authority"
    number = 310
    retry = "never"
    hint = "Give the authority's certificate as the credential's CA file."


class TlsHostnameMismatch(MmcredError):
    """The server's certificate is for another host name."""

    code = "tls_hostname_mismatch"
    number = 311
    retry = "never"
    hint = "Use the name the certificate is for, or have it issued for this one; a wildcard does not cover the bare domain."


class TlsExpired(MmcredError):
    """The server's certificate has expired."""

    code = "tls_expired"
    number = 312
    retry = "never"
    hint = "Renew the certificate on the server; check this machine's clock."


class TlsNotYetValid(MmcredError):
    """The server's certificate is not valid yet."""

    code = "tls_not_yet_valid"
    number = 313
    retry = "never"
    hint = "Check this machine's clock."


class TlsFailed(MmcredError):
    """The TLS handshake failed."""

    code = "tls_failed"
    number = 314
    retry = "never"
    hint = "Check the server's TLS versions and certificate chain."


class WrongScheme(MmcredError):
    """https was spoken to a plain-http port, or http to an https port."""

    code = "wrong_scheme"
    number = 315
    retry = "never"
    hint = "Change the URL's scheme or port."


class VaultMissing(MmcredError):
    """There is no vault at that place."""

    code = "vault_missing"
    number = 400
    retry = "never"
    hint = "If there is one elsewhere, MMCRED_VAULT names its folder."


class WrongKey(MmcredError):
    """The key does not open this vault."""

    code = "wrong_key"
    number = 401
    retry = "never"
    hint = "Give the key file that was made with the vault."


class KeyFileMissing(MmcredError):
    """The vault's key file is not there."""

    code = "key_file_missing"
    number = 402
    retry = "never"
    hint = "Restore the key file, or name it with MMCRED_KEY_FILE."


class KeyFileInvalid(MmcredError):
    """The key file is not one of mmcred's, is damaged, or can be read by others."""

    code = "key_file_invalid"
    number = 403
    retry = "never"
    hint = "Restore it from a backup, or take others' access away with chmod 600."


class VaultDamaged(MmcredError):
    """The vault's file is damaged."""

    code = "vault_damaged"
    number = 404
    retry = "never"
    hint = "Restore it from a backup; entries that still open are listed."


class EntryDamaged(MmcredError):
    """One entry's seal does not open; the others are not affected."""

    code = "entry_damaged"
    number = 405
    retry = "never"
    hint = "Put that entry again with a new token."


class VaultNewer(MmcredError):
    """The vault was written by a newer version of mmcred."""

    code = "vault_newer"
    number = 406
    retry = "never"
    hint = "Update mmcred; nothing was changed."


class VaultRolledBack(MmcredError):
    """The vault's file is older than what this process has already seen."""

    code = "vault_rolled_back"
    number = 407
    retry = "never"
    hint = "Find out who put an old copy back; open the vault again to accept it."


class Busy(MmcredError):
    """Another process held the vault's write lock beyond the deadline."""

    code = "busy"
    number = 408
    retry = "later"
    hint = "Try again; look for a process that hangs."


class ReadOnly(MmcredError):
    """The vault lies on a file system or in a folder that can not be written."""

    code = "read_only"
    number = 409
    retry = "never"
    hint = "Make the folder writable, or write from a machine that may."


class StorageFailed(MmcredError):
    """Reading or writing the vault's files failed."""

    code = "storage_failed"
    number = 410
    retry = "later"
    hint = "Free space or repair the disk; nothing was half written."


class Closed(MmcredError):
    """The vault or hand was closed."""

    code = "closed"
    number = 411
    retry = "never"
    hint = "Open it again."


class EntryMissing(MmcredError, LookupError):
    """The vault holds no entry of that name."""

    code = "entry_missing"
    number = 420
    retry = "never"
    hint = "See the names with: mmcred list."


class EntryExists(MmcredError):
    """The vault already holds an entry of that name."""

    code = "entry_exists"
    number = 421
    retry = "never"
    hint = "Choose another name, or say replace."


class WrongOrigin(MmcredError, ValueError):
    """The URL leaves the credential's server or base path; nothing was sent."""

    code = "wrong_origin"
    number = 500
    retry = "never"
    hint = "Use a path such as users/me, or an absolute URL below the credential's own base."


class MissingExtra(MmcredError, ImportError):
    """An optional package that this call needs is not installed."""

    code = "missing_extra"
    number = 501
    retry = "never"
    hint = "Install the package that the message names."


class Internal(MmcredError):
    """A bug in mmcred; the call was given up."""

    code = "internal"
    number = 900
    retry = "never"
    hint = "Please report it with the message."


class Cancelled(MmcredError):
    """The caller cancelled the call."""

    code = "cancelled"
    number = 901
    retry = "later"
    hint = "Call again when wanted."


class BufferTooSmall(MmcredError):
    """The caller's buffer is too small (C only)."""

    code = "buffer_too_small"
    number = 902
    retry = "never"
    hint = "Call again with the size that was returned."


#: The class for each code.
BY_CODE: dict[str, type[MmcredError]] = {cls.code: cls for cls in MmcredError.__subclasses__()}
