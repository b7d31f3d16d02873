// Generated from tests/vectors/errors.json by tools/ledger.py; change those, not this.
'use strict'

/** The family of all errors of mmcred. */
class MmcredError extends Error {}
MmcredError.prototype.name = 'MmcredError'
exports.MmcredError = MmcredError

const byCode = new Map()

function define(name, code, number, retry) {
  const cls = {
    [name]: class extends MmcredError {
      constructor(message, { hint = '', retryAfter, requestId } = {}) {
        super(message)
        Object.assign(this, { code, number, retry, hint })
        if (retryAfter !== undefined) this.retryAfter = retryAfter
        if (requestId !== undefined) this.requestId = requestId
      }
    },
  }[name]
  cls.prototype.name = name
  byCode.set(code, cls)
  return cls
}

exports.InvalidArgument = define('InvalidArgument', 'invalid_argument', 100, 'never')
exports.InvalidToken = define('InvalidToken', 'invalid_token', 101, 'never')
exports.InvalidServerUrl = define('InvalidServerUrl', 'invalid_server_url', 102, 'never')
exports.WebhookUrl = define('WebhookUrl', 'webhook_url', 103, 'never')
exports.InsecureUrl = define('InsecureUrl', 'insecure_url', 104, 'never')
exports.InvalidTlsSettings = define('InvalidTlsSettings', 'invalid_tls_settings', 105, 'never')
exports.InvalidProxy = define('InvalidProxy', 'invalid_proxy', 106, 'never')
exports.InvalidName = define('InvalidName', 'invalid_name', 107, 'never')
exports.TokenRejected = define('TokenRejected', 'token_rejected', 200, 'never')
exports.ReplicasDisagree = define('ReplicasDisagree', 'replicas_disagree', 201, 'later')
exports.TokenInQuery = define('TokenInQuery', 'token_in_query', 202, 'never')
exports.MfaRequired = define('MfaRequired', 'mfa_required', 203, 'never')
exports.PermissionDenied = define('PermissionDenied', 'permission_denied', 204, 'never')
exports.NotMattermost = define('NotMattermost', 'not_mattermost', 210, 'never')
exports.WrongBaseUrl = define('WrongBaseUrl', 'wrong_base_url', 211, 'never')
exports.Redirected = define('Redirected', 'redirected', 212, 'never')
exports.Intercepted = define('Intercepted', 'intercepted', 213, 'never')
exports.RateLimited = define('RateLimited', 'rate_limited', 220, 'later')
exports.ServerError = define('ServerError', 'server_error', 221, 'later')
exports.UpstreamDown = define('UpstreamDown', 'upstream_down', 222, 'later')
exports.UnexpectedReply = define('UnexpectedReply', 'unexpected_reply', 229, 'never')
exports.DnsFailed = define('DnsFailed', 'dns_failed', 300, 'later')
exports.ConnectionRefused = define('ConnectionRefused', 'connection_refused', 301, 'later')
exports.ConnectionFailed = define('ConnectionFailed', 'connection_failed', 302, 'later')
exports.TimedOut = define('TimedOut', 'timed_out', 303, 'later')
exports.ReplyCut = define('ReplyCut', 'reply_cut', 304, 'later')
exports.ReplyTooLarge = define('ReplyTooLarge', 'reply_too_large', 305, 'never')
exports.TlsUnknownAuthority = define('TlsUnknownAuthority', 'tls_unknown_authority', 310, 'never')
exports.TlsHostnameMismatch = define('TlsHostnameMismatch', 'tls_hostname_mismatch', 311, 'never')
exports.TlsExpired = define('TlsExpired', 'tls_expired', 312, 'never')
exports.TlsNotYetValid = define('TlsNotYetValid', 'tls_not_yet_valid', 313, 'never')
exports.TlsFailed = define('TlsFailed', 'tls_failed', 314, 'never')
exports.WrongScheme = define('WrongScheme', 'wrong_scheme', 315, 'never')
exports.VaultMissing = define('VaultMissing', 'vault_missing', 400, 'never')
exports.WrongKey = define('WrongKey', 'wrong_key', 401, 'never')
exports.KeyFileMissing = define('KeyFileMissing', 'key_file_missing', 402, 'never')
exports.KeyFileInvalid = define('KeyFileInvalid', 'key_file_invalid', 403, 'never')
exports.VaultDamaged = define('VaultDamaged', 'vault_damaged', 404, 'never')
exports.EntryDamaged = define('EntryDamaged', 'entry_damaged', 405, 'never')
exports.VaultNewer = define('VaultNewer', 'vault_newer', 406, 'never')
exports.VaultRolledBack = define('VaultRolledBack', 'vault_rolled_back', 407, 'never')
exports.Busy = define('Busy', 'busy', 408, 'later')
exports.ReadOnly = define('ReadOnly', 'read_only', 409, 'never')
exports.StorageFailed = define('StorageFailed', 'storage_failed', 410, 'later')
exports.Closed = define('Closed', 'closed', 411, 'never')
exports.EntryMissing = define('EntryMissing', 'entry_missing', 420, 'never')
exports.EntryExists = define('EntryExists', 'entry_exists', 421, 'never')
exports.WrongOrigin = define('WrongOrigin', 'wrong_origin', 500, 'never')
exports.MissingExtra = define('MissingExtra', 'missing_extra', 501, 'never')
exports.Internal = define('Internal', 'internal', 900, 'never')
exports.Cancelled = define('Cancelled', 'cancelled', 901, 'later')
exports.BufferTooSmall = define('BufferTooSmall', 'buffer_too_small', 902, 'never')

/** The error object for what the native part reported. */
exports.errorFrom = ({ code, message, ...rest }) => {
  const cls = byCode.get(code)
  return cls ? new cls(message, rest) : new exports.Internal(message, rest)
}
