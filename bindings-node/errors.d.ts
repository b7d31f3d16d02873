// Generated from tests/vectors/errors.json by tools/ledger.py; change those, not this.

/** The ledger's name of an error, the same in every language. */
export type ErrorCode =
  | 'invalid_argument'
  | 'invalid_token'
  | 'invalid_server_url'
  | 'webhook_url'
  | 'insecure_url'
  | 'invalid_tls_settings'
  | 'invalid_proxy'
  | 'invalid_name'
  | 'token_rejected'
  | 'replicas_disagree'
  | 'token_in_query'
  | 'mfa_required'
  | 'permission_denied'
  | 'not_mattermost'
  | 'wrong_base_url'
  | 'redirected'
  | 'intercepted'
  | 'rate_limited'
  | 'server_error'
  | 'upstream_down'
  | 'unexpected_reply'
  | 'dns_failed'
  | 'connection_refused'
  | 'connection_failed'
  | 'timed_out'
  | 'reply_cut'
  | 'reply_too_large'
  | 'tls_unknown_authority'
  | 'tls_hostname_mismatch'
  | 'tls_expired'
  | 'tls_not_yet_valid'
  | 'tls_failed'
  | 'wrong_scheme'
  | 'vault_missing'
  | 'wrong_key'
  | 'key_file_missing'
  | 'key_file_invalid'
  | 'vault_damaged'
  | 'entry_damaged'
  | 'vault_newer'
  | 'vault_rolled_back'
  | 'busy'
  | 'read_only'
  | 'storage_failed'
  | 'closed'
  | 'entry_missing'
  | 'entry_exists'
  | 'wrong_origin'
  | 'missing_extra'
  | 'internal'
  | 'cancelled'
  | 'buffer_too_small'

/**
 * The family of all errors of mmcred. `message` says what happened and ends with the hint.
 *
 * @example
 * try {
 *   await vault.verify('prod')
 * } catch (error) {
 *   if (error instanceof MmcredError && error.retry === 'later') await sleep((error.retryAfter ?? 60) * 1000)
 *   else throw error
 * }
 */
export abstract class MmcredError extends Error {
  constructor(message: string, details?: { hint?: string; retryAfter?: number; requestId?: string; cause?: unknown })
  /** The ledger's name of the error. */
  readonly code: ErrorCode
  /** The ledger's number of the error. */
  readonly number: number
  /** 'later' when the same call may succeed later. */
  readonly retry: 'never' | 'later'
  /** The next step for whoever reads the message. */
  readonly hint: string
  /** Seconds to wait before the next try, where the server named them. */
  readonly retryAfter?: number
  /** The request id a Mattermost administrator finds in the server's log. */
  readonly requestId?: string
}
/** An argument has the wrong type, is missing or is out of range. */
export class InvalidArgument extends MmcredError {
  readonly code: 'invalid_argument'
  readonly number: 100
  readonly retry: 'never'
}
/** The text given as access token can not be one: empty, over 255 bytes, a URL, or with blanks, control or non-ASCII characters inside. */
export class InvalidToken extends MmcredError {
  readonly code: 'invalid_token'
  readonly number: 101
  readonly retry: 'never'
}
/** The text given as server URL names no server. */
export class InvalidServerUrl extends MmcredError {
  readonly code: 'invalid_server_url'
  readonly number: 102
  readonly retry: 'never'
}
/** An incoming-webhook URL was given where a server URL or a token is wanted. */
export class WebhookUrl extends MmcredError {
  readonly code: 'webhook_url'
  readonly number: 103
  readonly retry: 'never'
}
/** http:// to another machine would send the token in clear. */
export class InsecureUrl extends MmcredError {
  readonly code: 'insecure_url'
  readonly number: 104
  readonly retry: 'never'
}
/** The CA file is missing, unreadable or holds no certificate. */
export class InvalidTlsSettings extends MmcredError {
  readonly code: 'invalid_tls_settings'
  readonly number: 105
  readonly retry: 'never'
}
/** The proxy setting is not a usable http:// or https:// URL. */
export class InvalidProxy extends MmcredError {
  readonly code: 'invalid_proxy'
  readonly number: 106
  readonly retry: 'never'
}
/** An entry's name is empty, over 128 bytes, starts with '-' or holds control characters. */
export class InvalidName extends MmcredError {
  readonly code: 'invalid_name'
  readonly number: 107
  readonly retry: 'never'
}
/** The server refused the token twice, the second time on a fresh connection. */
export class TokenRejected extends MmcredError {
  readonly code: 'token_rejected'
  readonly number: 200
  readonly retry: 'never'
}
/** The server refused the token once and accepted it once: its nodes disagree. */
export class ReplicasDisagree extends MmcredError {
  readonly code: 'replicas_disagree'
  readonly number: 201
  readonly retry: 'later'
}
/** The server says that a valid token came in the URL's query: something on the way moves it there. */
export class TokenInQuery extends MmcredError {
  readonly code: 'token_in_query'
  readonly number: 202
  readonly retry: 'never'
}
/** The server wants the token's owner to set up multi-factor authentication first. */
export class MfaRequired extends MmcredError {
  readonly code: 'mfa_required'
  readonly number: 203
  readonly retry: 'never'
}
/** The server knows the token but does not permit the call. */
export class PermissionDenied extends MmcredError {
  readonly code: 'permission_denied'
  readonly number: 204
  readonly retry: 'never'
}
/** The answer did not come from a Mattermost server. */
export class NotMattermost extends MmcredError {
  readonly code: 'not_mattermost'
  readonly number: 210
  readonly retry: 'never'
}
/** A Mattermost server answered, but its API is not below this URL. */
export class WrongBaseUrl extends MmcredError {
  readonly code: 'wrong_base_url'
  readonly number: 211
  readonly retry: 'never'
}
/** The server sent the request elsewhere; the token was not sent along. */
export class Redirected extends MmcredError {
  readonly code: 'redirected'
  readonly number: 212
  readonly retry: 'never'
}
/** Something in front of the server answered in its place: a login page, single sign-on, firewall or captive portal. */
export class Intercepted extends MmcredError {
  readonly code: 'intercepted'
  readonly number: 213
  readonly retry: 'never'
}
/** The server or a proxy limits requests; this says nothing about the token. */
export class RateLimited extends MmcredError {
  readonly code: 'rate_limited'
  readonly number: 220
  readonly retry: 'later'
}
/** The Mattermost server failed (5xx); this says nothing about the token. */
export class ServerError extends MmcredError {
  readonly code: 'server_error'
  readonly number: 221
  readonly retry: 'later'
}
/** A proxy answered that it can not reach the Mattermost server; this says nothing about the token. */
export class UpstreamDown extends MmcredError {
  readonly code: 'upstream_down'
  readonly number: 222
  readonly retry: 'later'
}
/** The answer fits nothing a Mattermost server sends here. */
export class UnexpectedReply extends MmcredError {
  readonly code: 'unexpected_reply'
  readonly number: 229
  readonly retry: 'never'
}
/** The host name could not be resolved. */
export class DnsFailed extends MmcredError {
  readonly code: 'dns_failed'
  readonly number: 300
  readonly retry: 'later'
}
/** Nothing listens at that host and port. */
export class ConnectionRefused extends MmcredError {
  readonly code: 'connection_refused'
  readonly number: 301
  readonly retry: 'later'
}
/** The connection could not be made or broke before an answer came. */
export class ConnectionFailed extends MmcredError {
  readonly code: 'connection_failed'
  readonly number: 302
  readonly retry: 'later'
}
/** No complete answer came within the deadline. */
export class TimedOut extends MmcredError {
  readonly code: 'timed_out'
  readonly number: 303
  readonly retry: 'later'
}
/** The answer broke off before it was complete. */
export class ReplyCut extends MmcredError {
  readonly code: 'reply_cut'
  readonly number: 304
  readonly retry: 'later'
}
/** The answer is larger than 1 MiB, which no answer to this call is. */
export class ReplyTooLarge extends MmcredError {
  readonly code: 'reply_too_large'
  readonly number: 305
  readonly retry: 'never'
}
/** The server's certificate is signed by an authority this machine does not trust. */
export class TlsUnknownAuthority extends MmcredError {
  readonly code: 'tls_unknown_authority'
  readonly number: 310
  readonly retry: 'never'
}
/** The server's certificate is for another host name. */
export class TlsHostnameMismatch extends MmcredError {
  readonly code: 'tls_hostname_mismatch'
  readonly number: 311
  readonly retry: 'never'
}
/** The server's certificate has expired. */
export class TlsExpired extends MmcredError {
  readonly code: 'tls_expired'
  readonly number: 312
  readonly retry: 'never'
}
/** The server's certificate is not valid yet. */
export class TlsNotYetValid extends MmcredError {
  readonly code: 'tls_not_yet_valid'
  readonly number: 313
  readonly retry: 'never'
}
/** The TLS handshake failed. */
export class TlsFailed extends MmcredError {
  readonly code: 'tls_failed'
  readonly number: 314
  readonly retry: 'never'
}
/** https was spoken to a plain-http port, or http to an https port. */
export class WrongScheme extends MmcredError {
  readonly code: 'wrong_scheme'
  readonly number: 315
  readonly retry: 'never'
}
/** There is no vault at that place. */
export class VaultMissing extends MmcredError {
  readonly code: 'vault_missing'
  readonly number: 400
  readonly retry: 'never'
}
/** The key does not open this vault. */
export class WrongKey extends MmcredError {
  readonly code: 'wrong_key'
  readonly number: 401
  readonly retry: 'never'
}
/** The vault's key file is not there. */
export class KeyFileMissing extends MmcredError {
  readonly code: 'key_file_missing'
  readonly number: 402
  readonly retry: 'never'
}
/** The key file is not one of mmcred's, is damaged, or can be read by others. */
export class KeyFileInvalid extends MmcredError {
  readonly code: 'key_file_invalid'
  readonly number: 403
  readonly retry: 'never'
}
/** The vault's file is damaged. */
export class VaultDamaged extends MmcredError {
  readonly code: 'vault_damaged'
  readonly number: 404
  readonly retry: 'never'
}
/** One entry's seal does not open; the others are not affected. */
export class EntryDamaged extends MmcredError {
  readonly code: 'entry_damaged'
  readonly number: 405
  readonly retry: 'never'
}
/** The vault was written by a newer version of mmcred. */
export class VaultNewer extends MmcredError {
  readonly code: 'vault_newer'
  readonly number: 406
  readonly retry: 'never'
}
/** The vault's file is older than what this process has already seen. */
export class VaultRolledBack extends MmcredError {
  readonly code: 'vault_rolled_back'
  readonly number: 407
  readonly retry: 'never'
}
/** Another process held the vault's write lock beyond the deadline. */
export class Busy extends MmcredError {
  readonly code: 'busy'
  readonly number: 408
  readonly retry: 'later'
}
/** The vault lies on a file system or in a folder that can not be written. */
export class ReadOnly extends MmcredError {
  readonly code: 'read_only'
  readonly number: 409
  readonly retry: 'never'
}
/** Reading or writing the vault's files failed. */
export class StorageFailed extends MmcredError {
  readonly code: 'storage_failed'
  readonly number: 410
  readonly retry: 'later'
}
/** The vault or hand was closed. */
export class Closed extends MmcredError {
  readonly code: 'closed'
  readonly number: 411
  readonly retry: 'never'
}
/** The vault holds no entry of that name. */
export class EntryMissing extends MmcredError {
  readonly code: 'entry_missing'
  readonly number: 420
  readonly retry: 'never'
}
/** The vault already holds an entry of that name. */
export class EntryExists extends MmcredError {
  readonly code: 'entry_exists'
  readonly number: 421
  readonly retry: 'never'
}
/** The URL leaves the credential's server or base path; nothing was sent. */
export class WrongOrigin extends MmcredError {
  readonly code: 'wrong_origin'
  readonly number: 500
  readonly retry: 'never'
}
/** An optional package that this call needs is not installed. */
export class MissingExtra extends MmcredError {
  readonly code: 'missing_extra'
  readonly number: 501
  readonly retry: 'never'
}
/** A bug in mmcred; the call was given up. */
export class Internal extends MmcredError {
  readonly code: 'internal'
  readonly number: 900
  readonly retry: 'never'
}
/** The caller cancelled the call. */
export class Cancelled extends MmcredError {
  readonly code: 'cancelled'
  readonly number: 901
  readonly retry: 'later'
}
/** The caller's buffer is too small (C only). */
export class BufferTooSmall extends MmcredError {
  readonly code: 'buffer_too_small'
  readonly number: 902
  readonly retry: 'never'
}
