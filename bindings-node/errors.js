// Generated from tests/vectors/errors.json by tools/ledger.py; change those, not this.
'use strict'

/** The family of all errors of mmcred. */
class MmcredError extends Error {}
Object.defineProperty(MmcredError.prototype, 'name', { value: 'MmcredError' })
exports.MmcredError = MmcredError

function define(name, code, number, retry, advice) {
  const cls = {
    [name]: class extends MmcredError {
      constructor(message, { hint = advice, retryAfter, requestId, cause } = {}) {
        super(`${message} ${hint}`, cause === undefined ? undefined : { cause })
        Object.assign(this, { code, number, retry, hint })
        if (retryAfter !== undefined) this.retryAfter = retryAfter
        if (requestId !== undefined) this.requestId = requestId
      }
    },
  }[name]
  Object.defineProperty(cls.prototype, 'name', { value: name })
  exports[name] = cls
}

define('InvalidArgument', 'invalid_argument', 100, 'never', 'Correct the argument that the message names.')
define('InvalidToken', 'invalid_token', 101, 'never', 'Paste the access token itself: 26 characters, shown once when it is created.')
define('InvalidServerUrl', 'invalid_server_url', 102, 'never', 'Give the address in the browser\'s bar while Mattermost is open, for example https://chat.example.com.')
define('WebhookUrl', 'webhook_url', 103, 'never', 'Give the server\'s address and a personal access token or bot token; a webhook URL is neither.')
define('InsecureUrl', 'insecure_url', 104, 'never', 'Use https://, or allow plain http for this credential on purpose (allow_http).')
define('InvalidTlsSettings', 'invalid_tls_settings', 105, 'never', 'Name a PEM file that holds the CA certificate.')
define('InvalidProxy', 'invalid_proxy', 106, 'never', 'Give http://host:port without user and password, or set HTTPS_PROXY.')
define('InvalidName', 'invalid_name', 107, 'never', 'Choose a short plain name such as prod.')
define('TokenRejected', 'token_rejected', 200, 'never', 'Check that the token belongs to this server and is not revoked, disabled or expired; create a new one under Profile > Security > Personal Access Tokens.')
define('ReplicasDisagree', 'replicas_disagree', 201, 'later', 'Try again in a minute; an administrator should check the cluster\'s caches and database replication.')
define('TokenInQuery', 'token_in_query', 202, 'never', 'Look for a proxy or tool that turns the Authorization header into access_token=, and treat the token as exposed in logs.')
define('MfaRequired', 'mfa_required', 203, 'never', 'Let the owner set up MFA under Profile > Security, or use a bot token.')
define('PermissionDenied', 'permission_denied', 204, 'never', 'Ask an administrator for the missing permission.')
define('NotMattermost', 'not_mattermost', 210, 'never', 'Check the server URL; open it in a browser and see what answers.')
define('WrongBaseUrl', 'wrong_base_url', 211, 'never', 'Use the server\'s base URL, with its subpath if it has one, and without anything behind it.')
define('Redirected', 'redirected', 212, 'never', 'Store the credential with the URL that the message names, if you trust it.')
define('Intercepted', 'intercepted', 213, 'never', 'Let the gateway pass /api/v4 without its own login, or use an address behind it.')
define('RateLimited', 'rate_limited', 220, 'later', 'Wait the named seconds and try again.')
define('ServerError', 'server_error', 221, 'later', 'Try again later; quote the request id to an administrator.')
define('UpstreamDown', 'upstream_down', 222, 'later', 'Try again later; check that Mattermost runs behind the proxy.')
define('UnexpectedReply', 'unexpected_reply', 229, 'never', 'Check the server URL and what stands between; please report the answer\'s status and shape.')
define('DnsFailed', 'dns_failed', 300, 'later', 'Check the host\'s spelling and this machine\'s DNS.')
define('ConnectionRefused', 'connection_refused', 301, 'later', 'Check the port, and that the server runs.')
define('ConnectionFailed', 'connection_failed', 302, 'later', 'Check the network between this machine and the server.')
define('TimedOut', 'timed_out', 303, 'later', 'Try again, or allow more time.')
define('ReplyCut', 'reply_cut', 304, 'later', 'Try again; check the proxies between.')
define('ReplyTooLarge', 'reply_too_large', 305, 'never', 'Check the server URL.')
define('TlsUnknownAuthority', 'tls_unknown_authority', 310, 'never', 'Give the authority\'s certificate as the credential\'s CA file.')
define('TlsHostnameMismatch', 'tls_hostname_mismatch', 311, 'never', 'Use the name the certificate is for, or have it issued for this one; a wildcard does not cover the bare domain.')
define('TlsExpired', 'tls_expired', 312, 'never', 'Renew the certificate on the server; check this machine\'s clock.')
define('TlsNotYetValid', 'tls_not_yet_valid', 313, 'never', 'Check this machine\'s clock.')
define('TlsFailed', 'tls_failed', 314, 'never', 'Check the server\'s TLS versions and certificate chain.')
define('WrongScheme', 'wrong_scheme', 315, 'never', 'Change the URL\'s scheme or port.')
define('VaultMissing', 'vault_missing', 400, 'never', 'If there is one elsewhere, MMCRED_VAULT names its folder.')
define('WrongKey', 'wrong_key', 401, 'never', 'Give the key file that was made with the vault.')
define('KeyFileMissing', 'key_file_missing', 402, 'never', 'Restore the key file, or name it with MMCRED_KEY_FILE.')
define('KeyFileInvalid', 'key_file_invalid', 403, 'never', 'Restore it from a backup, or take others\' access away with chmod 600.')
define('VaultDamaged', 'vault_damaged', 404, 'never', 'Restore it from a backup; entries that still open are listed.')
define('EntryDamaged', 'entry_damaged', 405, 'never', 'Put that entry again with a new token.')
define('VaultNewer', 'vault_newer', 406, 'never', 'Update mmcred; nothing was changed.')
define('VaultRolledBack', 'vault_rolled_back', 407, 'never', 'Find out who put an old copy back; open the vault again to accept it.')
define('Busy', 'busy', 408, 'later', 'Try again; look for a process that hangs.')
define('ReadOnly', 'read_only', 409, 'never', 'Make the folder writable, or write from a machine that may.')
define('StorageFailed', 'storage_failed', 410, 'later', 'Free space or repair the disk; nothing was half written.')
define('Closed', 'closed', 411, 'never', 'Open it again.')
define('EntryMissing', 'entry_missing', 420, 'never', 'See the names with: mmcred list.')
define('EntryExists', 'entry_exists', 421, 'never', 'Choose another name, or say replace.')
define('WrongOrigin', 'wrong_origin', 500, 'never', 'Use a path such as users/me, or an absolute URL below the credential\'s own base.')
define('MissingExtra', 'missing_extra', 501, 'never', 'Install the package that the message names.')
define('Internal', 'internal', 900, 'never', 'Please report it with the message.')
define('Cancelled', 'cancelled', 901, 'later', 'Call again when wanted.')
define('BufferTooSmall', 'buffer_too_small', 902, 'never', 'Call again with the size that was returned.')
