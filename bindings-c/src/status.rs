// Generated from tests/vectors/errors.json by tools/ledger.py; change those, not this.
#![allow(non_camel_case_types)]

use std::ffi::CStr;

/// What a function of this library returns: MMCRED_OK or the number of an error. A number's meaning never changes;
/// a newer library may return numbers that this header does not know.
pub type mmcred_status = u32;

/// The call did what it says.
pub const MMCRED_OK: mmcred_status = 0;
/// An argument has the wrong type, is missing or is out of range.
pub const MMCRED_INVALID_ARGUMENT: mmcred_status = 100;
/// The text given as access token can not be one: empty, over 255 bytes, a URL, or with blanks, control or non-ASCII characters inside.
pub const MMCRED_INVALID_TOKEN: mmcred_status = 101;
/// The text given as server URL names no server.
pub const MMCRED_INVALID_SERVER_URL: mmcred_status = 102;
/// An incoming-webhook URL was given where a server URL or a token is wanted.
pub const MMCRED_WEBHOOK_URL: mmcred_status = 103;
/// http:// to another machine would send the token in clear.
pub const MMCRED_INSECURE_URL: mmcred_status = 104;
/// The CA file is missing, unreadable or holds no certificate.
pub const MMCRED_INVALID_TLS_SETTINGS: mmcred_status = 105;
/// The proxy setting is not a usable http:// or https:// URL.
pub const MMCRED_INVALID_PROXY: mmcred_status = 106;
/// An entry's name is empty, over 128 bytes, starts with '-' or holds control characters.
pub const MMCRED_INVALID_NAME: mmcred_status = 107;
/// The server refused the token twice, the second time on a fresh connection.
pub const MMCRED_TOKEN_REJECTED: mmcred_status = 200;
/// The server refused the token once and accepted it once: its nodes disagree.
pub const MMCRED_REPLICAS_DISAGREE: mmcred_status = 201;
/// The server says that a valid token came in the URL's query: something on the way moves it there.
pub const MMCRED_TOKEN_IN_QUERY: mmcred_status = 202;
/// The server wants the token's owner to set up multi-factor authentication first.
pub const MMCRED_MFA_REQUIRED: mmcred_status = 203;
/// The server knows the token but does not permit the call.
pub const MMCRED_PERMISSION_DENIED: mmcred_status = 204;
/// The answer did not come from a Mattermost server.
pub const MMCRED_NOT_MATTERMOST: mmcred_status = 210;
/// A Mattermost server answered, but its API is not below this URL.
pub const MMCRED_WRONG_BASE_URL: mmcred_status = 211;
/// The server sent the request elsewhere; the token was not sent along.
pub const MMCRED_REDIRECTED: mmcred_status = 212;
/// Something in front of the server answered in its place: a login page, single sign-on, firewall or captive portal.
pub const MMCRED_INTERCEPTED: mmcred_status = 213;
/// The server or a proxy limits requests; this says nothing about the token.
pub const MMCRED_RATE_LIMITED: mmcred_status = 220;
/// The Mattermost server failed (5xx); this says nothing about the token.
pub const MMCRED_SERVER_ERROR: mmcred_status = 221;
/// A proxy answered that it can not reach the Mattermost server; this says nothing about the token.
pub const MMCRED_UPSTREAM_DOWN: mmcred_status = 222;
/// The answer fits nothing a Mattermost server sends here.
pub const MMCRED_UNEXPECTED_REPLY: mmcred_status = 229;
/// The host name could not be resolved.
pub const MMCRED_DNS_FAILED: mmcred_status = 300;
/// Nothing listens at that host and port.
pub const MMCRED_CONNECTION_REFUSED: mmcred_status = 301;
/// The connection could not be made or broke before an answer came.
pub const MMCRED_CONNECTION_FAILED: mmcred_status = 302;
/// No complete answer came within the deadline.
pub const MMCRED_TIMED_OUT: mmcred_status = 303;
/// The answer broke off before it was complete.
pub const MMCRED_REPLY_CUT: mmcred_status = 304;
/// The answer is larger than 1 MiB, which no answer to this call is.
pub const MMCRED_REPLY_TOO_LARGE: mmcred_status = 305;
/// The server's certificate is signed by an authority this machine does not trust.
pub const MMCRED_TLS_UNKNOWN_AUTHORITY: mmcred_status = 310;
/// The server's certificate is for another host name.
pub const MMCRED_TLS_HOSTNAME_MISMATCH: mmcred_status = 311;
/// The server's certificate has expired.
pub const MMCRED_TLS_EXPIRED: mmcred_status = 312;
/// The server's certificate is not valid yet.
pub const MMCRED_TLS_NOT_YET_VALID: mmcred_status = 313;
/// The TLS handshake failed.
pub const MMCRED_TLS_FAILED: mmcred_status = 314;
/// https was spoken to a plain-http port, or http to an https port.
pub const MMCRED_WRONG_SCHEME: mmcred_status = 315;
/// There is no vault at that place.
pub const MMCRED_VAULT_MISSING: mmcred_status = 400;
/// The key does not open this vault.
pub const MMCRED_WRONG_KEY: mmcred_status = 401;
/// The vault's key file is not there.
pub const MMCRED_KEY_FILE_MISSING: mmcred_status = 402;
/// The key file is not one of mmcred's, is damaged, or can be read by others.
pub const MMCRED_KEY_FILE_INVALID: mmcred_status = 403;
/// The vault's file is damaged.
pub const MMCRED_VAULT_DAMAGED: mmcred_status = 404;
/// One entry's seal does not open; the others are not affected.
pub const MMCRED_ENTRY_DAMAGED: mmcred_status = 405;
/// The vault was written by a newer version of mmcred.
pub const MMCRED_VAULT_NEWER: mmcred_status = 406;
/// The vault's file is older than what this process has already seen.
pub const MMCRED_VAULT_ROLLED_BACK: mmcred_status = 407;
/// Another process held the vault's write lock beyond the deadline.
pub const MMCRED_BUSY: mmcred_status = 408;
/// The vault lies on a file system or in a folder that can not be written.
pub const MMCRED_READ_ONLY: mmcred_status = 409;
/// Reading or writing the vault's files failed.
pub const MMCRED_STORAGE_FAILED: mmcred_status = 410;
/// The vault or hand was closed.
pub const MMCRED_CLOSED: mmcred_status = 411;
/// The vault holds no entry of that name.
pub const MMCRED_ENTRY_MISSING: mmcred_status = 420;
/// The vault already holds an entry of that name.
pub const MMCRED_ENTRY_EXISTS: mmcred_status = 421;
/// The URL leaves the credential's server or base path; nothing was sent.
pub const MMCRED_WRONG_ORIGIN: mmcred_status = 500;
/// An optional package that this call needs is not installed.
pub const MMCRED_MISSING_EXTRA: mmcred_status = 501;
/// A bug in mmcred; the call was given up.
pub const MMCRED_INTERNAL: mmcred_status = 900;
/// The caller cancelled the call.
pub const MMCRED_CANCELLED: mmcred_status = 901;
/// The caller's buffer is too small (C only).
pub const MMCRED_BUFFER_TOO_SMALL: mmcred_status = 902;

/// Each error's number and name.
pub(crate) static NAMES: [(mmcred_status, &CStr); 52] = [
    (100, c"invalid_argument"),
    (101, c"invalid_token"),
    (102, c"invalid_server_url"),
    (103, c"webhook_url"),
    (104, c"insecure_url"),
    (105, c"invalid_tls_settings"),
    (106, c"invalid_proxy"),
    (107, c"invalid_name"),
    (200, c"token_rejected"),
    (201, c"replicas_disagree"),
    (202, c"token_in_query"),
    (203, c"mfa_required"),
    (204, c"permission_denied"),
    (210, c"not_mattermost"),
    (211, c"wrong_base_url"),
    (212, c"redirected"),
    (213, c"intercepted"),
    (220, c"rate_limited"),
    (221, c"server_error"),
    (222, c"upstream_down"),
    (229, c"unexpected_reply"),
    (300, c"dns_failed"),
    (301, c"connection_refused"),
    (302, c"connection_failed"),
    (303, c"timed_out"),
    (304, c"reply_cut"),
    (305, c"reply_too_large"),
    (310, c"tls_unknown_authority"),
    (311, c"tls_hostname_mismatch"),
    (312, c"tls_expired"),
    (313, c"tls_not_yet_valid"),
    (314, c"tls_failed"),
    (315, c"wrong_scheme"),
    (400, c"vault_missing"),
    (401, c"wrong_key"),
    (402, c"key_file_missing"),
    (403, c"key_file_invalid"),
    (404, c"vault_damaged"),
    (405, c"entry_damaged"),
    (406, c"vault_newer"),
    (407, c"vault_rolled_back"),
    (408, c"busy"),
    (409, c"read_only"),
    (410, c"storage_failed"),
    (411, c"closed"),
    (420, c"entry_missing"),
    (421, c"entry_exists"),
    (500, c"wrong_origin"),
    (501, c"missing_extra"),
    (900, c"internal"),
    (901, c"cancelled"),
    (902, c"buffer_too_small"),
];
