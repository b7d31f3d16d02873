# Generated from tests/vectors/errors.json by tools/ledger.py; change those, not this.
# ruff: noqa: E501
from __future__ import annotations

from typing import Literal, Optional

__all__ = [
    "MmcredError",
    "InvalidArgument",
    "InvalidToken",
    "InvalidServerUrl",
    "WebhookUrl",
    "InsecureUrl",
    "InvalidTlsSettings",
    "InvalidProxy",
    "InvalidName",
    "TokenRejected",
    "ReplicasDisagree",
    "TokenInQuery",
    "MfaRequired",
    "PermissionDenied",
    "NotMattermost",
    "WrongBaseUrl",
    "Redirected",
    "Intercepted",
    "RateLimited",
    "ServerError",
    "UpstreamDown",
    "UnexpectedReply",
    "DnsFailed",
    "ConnectionRefused",
    "ConnectionFailed",
    "TimedOut",
    "ReplyCut",
    "ReplyTooLarge",
    "TlsUnknownAuthority",
    "TlsHostnameMismatch",
    "TlsExpired",
    "TlsNotYetValid",
    "TlsFailed",
    "WrongScheme",
    "VaultMissing",
    "WrongKey",
    "KeyFileMissing",
    "KeyFileInvalid",
    "VaultDamaged",
    "EntryDamaged",
    "VaultNewer",
    "VaultRolledBack",
    "Busy",
    "ReadOnly",
    "StorageFailed",
    "Closed",
    "EntryMissing",
    "EntryExists",
    "WrongOrigin",
    "MissingExtra",
    "Internal",
    "Cancelled",
    "BufferTooSmall",
    "BY_CODE",
]


class MmcredError(Exception):
    """The family of all errors of mmcred: what happened, and in `hint` what to do about it."""

    #: The ledger's name of the error, the same in every language.
    code: str = "unknown"
    #: The ledger's number, the same in every language.
    number: int = 0
    #: "later" when the same call may succeed later, else "never".
    retry: Literal["never", "later"] = "never"
    #: The next step for whoever reads the message.
    hint: str = ""
    #: Seconds to wait before the next try, where the server named them.
    retry_after: Optional[float] = None
    #: The request id a Mattermost administrator finds in the server's log.
    request_id: Optional[str] = None


class InvalidArgument(MmcredError):
    """An argument has the wrong type, is missing or is out of range."""

    code = "invalid_argument"
    number = 100
    retry = "never"


class InvalidToken(MmcredError):
    """The text given as access token can not be one: empty, over 255 bytes, a URL, or with blanks, control or non-ASCII characters inside."""

    code = "invalid_token"
    number = 101
    retry = "never"


class InvalidServerUrl(MmcredError):
    """The text given as server URL names no server."""

    code = "invalid_server_url"
    number = 102
    retry = "never"


class WebhookUrl(MmcredError):
    """An incoming-webhook URL was given where a server URL or a token is wanted."""

    code = "webhook_url"
    number = 103
    retry = "never"


class InsecureUrl(MmcredError):
    """http:// to another machine would send the token in clear."""

    code = "insecure_url"
    number = 104
    retry = "never"


class InvalidTlsSettings(MmcredError):
    """The CA file is missing, unreadable or holds no certificate."""

    code = "invalid_tls_settings"
    number = 105
    retry = "never"


class InvalidProxy(MmcredError):
    """The proxy setting is not a usable http:// or https:// URL."""

    code = "invalid_proxy"
    number = 106
    retry = "never"


class InvalidName(MmcredError):
    """An entry's name is empty, over 128 bytes, starts with '-' or holds control characters."""

    code = "invalid_name"
    number = 107
    retry = "never"


class TokenRejected(MmcredError):
    """The server refused the token twice, the second time on a fresh connection."""

    code = "token_rejected"
    number = 200
    retry = "never"


class ReplicasDisagree(MmcredError):
    """The server refused the token once and accepted it once: its nodes disagree."""

    code = "replicas_disagree"
    number = 201
    retry = "later"


class TokenInQuery(MmcredError):
    """The server says that a valid token came in the URL's query: something on the way moves it there."""

    code = "token_in_query"
    number = 202
    retry = "never"


class MfaRequired(MmcredError):
    """The server wants the token's owner to set up multi-factor authentication first."""

    code = "mfa_required"
    number = 203
    retry = "never"


class PermissionDenied(MmcredError):
    """The server knows the token but does not permit the call."""

    code = "permission_denied"
    number = 204
    retry = "never"


class NotMattermost(MmcredError):
    """The answer did not come from a Mattermost server."""

    code = "not_mattermost"
    number = 210
    retry = "never"


class WrongBaseUrl(MmcredError):
    """A Mattermost server answered, but its API is not below this URL."""

    code = "wrong_base_url"
    number = 211
    retry = "never"


class Redirected(MmcredError):
    """The server sent the request elsewhere; the token was not sent along."""

    code = "redirected"
    number = 212
    retry = "never"


class Intercepted(MmcredError):
    """Something in front of the server answered in its place: a login page, single sign-on, firewall or captive portal."""

    code = "intercepted"
    number = 213
    retry = "never"


class RateLimited(MmcredError):
    """The server or a proxy limits requests; this says nothing about the token."""

    code = "rate_limited"
    number = 220
    retry = "later"


class ServerError(MmcredError):
    """The Mattermost server failed (5xx); this says nothing about the token."""

    code = "server_error"
    number = 221
    retry = "later"


class UpstreamDown(MmcredError):
    """A proxy answered that it can not reach the Mattermost server; this says nothing about the token."""

    code = "upstream_down"
    number = 222
    retry = "later"


class UnexpectedReply(MmcredError):
    """The answer fits nothing a Mattermost server sends here."""

    code = "unexpected_reply"
    number = 229
    retry = "never"


class DnsFailed(MmcredError):
    """The host name could not be resolved."""

    code = "dns_failed"
    number = 300
    retry = "later"


class ConnectionRefused(MmcredError):
    """Nothing listens at that host and port."""

    code = "connection_refused"
    number = 301
    retry = "later"


class ConnectionFailed(MmcredError):
    """The connection could not be made or broke before an answer came."""

    code = "connection_failed"
    number = 302
    retry = "later"


class TimedOut(MmcredError):
    """No complete answer came within the deadline."""

    code = "timed_out"
    number = 303
    retry = "later"


class ReplyCut(MmcredError):
    """The answer broke off before it was complete."""

    code = "reply_cut"
    number = 304
    retry = "later"


class ReplyTooLarge(MmcredError):
    """The answer is larger than 1 MiB, which no answer to this call is."""

    code = "reply_too_large"
    number = 305
    retry = "never"


class TlsUnknownAuthority(MmcredError):
    """The server's certificate is signed by an authority this machine does not trust."""

    code = "tls_unknown_authority"
    number = 310
    retry = "never"


class TlsHostnameMismatch(MmcredError):
    """The server's certificate is for another host name."""

    code = "tls_hostname_mismatch"
    number = 311
    retry = "never"


class TlsExpired(MmcredError):
    """The server's certificate has expired."""

    code = "tls_expired"
    number = 312
    retry = "never"


class TlsNotYetValid(MmcredError):
    """The server's certificate is not valid yet."""

    code = "tls_not_yet_valid"
    number = 313
    retry = "never"


class TlsFailed(MmcredError):
    """The TLS handshake failed."""

    code = "tls_failed"
    number = 314
    retry = "never"


class WrongScheme(MmcredError):
    """https was spoken to a plain-http port, or http to an https port."""

    code = "wrong_scheme"
    number = 315
    retry = "never"


class VaultMissing(MmcredError):
    """There is no vault at that place."""

    code = "vault_missing"
    number = 400
    retry = "never"


class WrongKey(MmcredError):
    """The key does not open this vault."""

    code = "wrong_key"
    number = 401
    retry = "never"


class KeyFileMissing(MmcredError):
    """The vault's key file is not there."""

    code = "key_file_missing"
    number = 402
    retry = "never"


class KeyFileInvalid(MmcredError):
    """The key file is not one of mmcred's, is damaged, or can be read by others."""

    code = "key_file_invalid"
    number = 403
    retry = "never"


class VaultDamaged(MmcredError):
    """The vault's file is damaged."""

    code = "vault_damaged"
    number = 404
    retry = "never"


class EntryDamaged(MmcredError):
    """One entry's seal does not open; the others are not affected."""

    code = "entry_damaged"
    number = 405
    retry = "never"


class VaultNewer(MmcredError):
    """The vault was written by a newer version of mmcred."""

    code = "vault_newer"
    number = 406
    retry = "never"


class VaultRolledBack(MmcredError):
    """The vault's file is older than what this process has already seen."""

    code = "vault_rolled_back"
    number = 407
    retry = "never"


class Busy(MmcredError):
    """Another process held the vault's write lock beyond the deadline."""

    code = "busy"
    number = 408
    retry = "later"


class ReadOnly(MmcredError):
    """The vault lies on a file system or in a folder that can not be written."""

    code = "read_only"
    number = 409
    retry = "never"


class StorageFailed(MmcredError):
    """Reading or writing the vault's files failed."""

    code = "storage_failed"
    number = 410
    retry = "later"


class Closed(MmcredError):
    """The vault or hand was closed."""

    code = "closed"
    number = 411
    retry = "never"


class EntryMissing(MmcredError):
    """The vault holds no entry of that name."""

    code = "entry_missing"
    number = 420
    retry = "never"


class EntryExists(MmcredError):
    """The vault already holds an entry of that name."""

    code = "entry_exists"
    number = 421
    retry = "never"


class WrongOrigin(MmcredError):
    """The URL leaves the credential's server or base path; nothing was sent."""

    code = "wrong_origin"
    number = 500
    retry = "never"


class MissingExtra(MmcredError):
    """An optional package that this call needs is not installed."""

    code = "missing_extra"
    number = 501
    retry = "never"


class Internal(MmcredError):
    """A bug in mmcred; the call was given up."""

    code = "internal"
    number = 900
    retry = "never"


class Cancelled(MmcredError):
    """The caller cancelled the call."""

    code = "cancelled"
    number = 901
    retry = "later"


class BufferTooSmall(MmcredError):
    """The caller's buffer is too small (C only)."""

    code = "buffer_too_small"
    number = 902
    retry = "never"


#: The class for each code.
BY_CODE: dict[str, type[MmcredError]] = {cls.code: cls for cls in MmcredError.__subclasses__()}
