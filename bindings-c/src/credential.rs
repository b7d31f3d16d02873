use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::ptr;

use mmcred::{AccessToken, Connection, Credential, Error, ErrorKind};

use crate::broken_pipe;
use crate::credential_options::mmcred_credential_options;
use crate::door::{Buffer, bytes, c_string, enter, flags, free, given, look, put, text, timeout};
use crate::error::mmcred_error;
use crate::status::mmcred_status;
use crate::text::mmcred_text;
use crate::verified::mmcred_verified;

/// For mmcred_credential_from_n8n_fields: plain http:// to another machine is wanted.
pub const MMCRED_ALLOW_HTTP: u32 = 4;

/// Room for every token this library accepts, and its NUL.
pub const MMCRED_TOKEN_SIZE: usize = 256;

/// Room for every header this library writes, "Authorization: Bearer " and the token, and its NUL.
pub const MMCRED_AUTHORIZATION_SIZE: usize = 288;

/// How many seconds a verify should be given, unless there is a reason for another deadline.
pub const MMCRED_DEFAULT_TIMEOUT: f64 = 10.0;

/// Where and how to authenticate: a server's URL, an access token, TLS and proxy settings. Never changes once made.
///
/// Threads: may be used by several at the same time.
pub struct mmcred_credential {
    pub(crate) credential: Credential,
    server_url: CString,
    fingerprint: CString,
}

impl mmcred_credential {
    pub(crate) fn new(credential: Credential) -> Box<Self> {
        Box::new(Self {
            server_url: c_string(credential.server().as_str()),
            fingerprint: c_string(credential.fingerprint().as_str()),
            credential,
        })
    }
}

/// Makes a credential. Asks no server and touches no disk.
///
/// In: url, what people paste: a host, the address in the browser's bar, a link into a channel;
///     token, token_length, what people paste: blanks, quotes and a "Bearer " around it come off;
///     options, or NULL for the defaults.
/// Out: out_credential, yours; give it back with mmcred_credential_free.
/// Errors: MMCRED_INVALID_TOKEN, MMCRED_INVALID_SERVER_URL, MMCRED_WEBHOOK_URL, MMCRED_INSECURE_URL,
///     MMCRED_INVALID_TLS_SETTINGS, MMCRED_INVALID_PROXY, MMCRED_INVALID_ARGUMENT. No message repeats the token.
///
///     mmcred_credential *credential = NULL;
///     if (mmcred_credential_new("chat.example.com", token, strlen(token), NULL, &credential, &error) != MMCRED_OK)
///       …
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_new(
    url: *const c_char,
    token: *const c_char,
    token_length: usize,
    options: Option<&mmcred_credential_options>,
    out_credential: Option<&mut MaybeUninit<Box<mmcred_credential>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_credential, "out_credential")?;
        let url = text(url, "url")?;
        let token = AccessToken::parse_bytes(bytes(token, token_length, "token")?)?;
        let connection = options.map_or_else(|| Ok(Connection::default()), |options| options.connection())?;
        let mut credential = Credential::with_connection(url, token, connection)?;
        if let Some(options) = options {
            credential = options.with_ids(credential)?;
        }
        put(Some(out), mmcred_credential::new(credential));
        Ok(())
    })
}

/// Makes a credential of what n8n's Mattermost node keeps: a JSON object with accessToken, baseUrl and, if wanted,
/// allowUnauthorizedCerts.
///
/// In: json, json_length, the object; flags, 0 or MMCRED_ALLOW_HTTP.
/// Out: out_credential, yours; give it back with mmcred_credential_free.
/// Errors: MMCRED_INVALID_ARGUMENT naming the field, and those of mmcred_credential_new.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_from_n8n_fields(
    json: *const c_char,
    json_length: usize,
    flags: u32,
    out_credential: Option<&mut MaybeUninit<Box<mmcred_credential>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_credential, "out_credential")?;
        let json = std::str::from_utf8(bytes(json, json_length, "json")?)
            .map_err(|_| Error::new(ErrorKind::InvalidArgument, "The argument json is not UTF-8."))?;
        let allow_http = self::flags(flags, MMCRED_ALLOW_HTTP)? != 0;
        let credential = Credential::from_n8n_fields(json, allow_http)?;
        put(Some(out), mmcred_credential::new(credential));
        Ok(())
    })
}

/// Asks the server whether the credential works. Waits for the network, `timeout_seconds` at most in all; nothing else
/// ends the wait.
///
/// In: timeout_seconds, a positive number of seconds; MMCRED_DEFAULT_TIMEOUT where there is no reason for another.
/// Out: out_verified, whom the token belongs to; yours, give it back with mmcred_verified_free. NULL if the status
///     is enough.
/// Errors: MMCRED_TOKEN_REJECTED only after two refusals; the other numbers from 200 to 399 name what the server or
///     the network did and say nothing about the token, unless they speak of it.
///
///     status = mmcred_credential_verify(credential, MMCRED_DEFAULT_TIMEOUT, NULL, &error);
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_verify(
    credential: Option<&mmcred_credential>,
    timeout_seconds: f64,
    out_verified: Option<&mut MaybeUninit<Box<mmcred_verified>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let credential = &given(credential, "credential")?.credential;
        let verified = broken_pipe::wait(credential.verify(timeout(timeout_seconds)?))?;
        put(out_verified, mmcred_verified::new(&verified));
        Ok(())
    })
}

/// Copies the value of an Authorization header, "Bearer " and the token: for this credential's server, for no other.
///
/// In: capacity, how many bytes `buffer` holds; MMCRED_AUTHORIZATION_SIZE is always enough.
/// Out: buffer, the value and a NUL; out_needed, how many bytes that takes, also when they were too many; may be NULL.
/// Errors: MMCRED_BUFFER_TOO_SMALL, and then the buffer is as it was.
///
/// The copy is the caller's: mmcred_buffer_wipe it when the request is sent.
///
///     char value[MMCRED_AUTHORIZATION_SIZE];
///     status = mmcred_credential_authorization(credential, value, sizeof value, NULL, &error);
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_authorization(
    credential: Option<&mmcred_credential>,
    buffer: *mut c_char,
    capacity: usize,
    out_needed: Option<&mut MaybeUninit<usize>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let buffer = Buffer::new(buffer, capacity, out_needed)?;
        let credential = given(credential, "credential")?;
        // EXPOSE: the caller asked for it and wipes the buffer.
        buffer.put(&credential.credential.authorization())
    })
}

/// Copies the token itself. As mmcred_credential_authorization; MMCRED_TOKEN_SIZE is always enough.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_expose_token(
    credential: Option<&mmcred_credential>,
    buffer: *mut c_char,
    capacity: usize,
    out_needed: Option<&mut MaybeUninit<usize>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let buffer = Buffer::new(buffer, capacity, out_needed)?;
        let credential = given(credential, "credential")?;
        // EXPOSE: the caller asked for it and wipes the buffer.
        credential.credential.token().expose(|token| buffer.put(token))
    })
}

/// The server's base URL in its one canonical form. Lives as long as the credential. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_server_url(credential: Option<&mmcred_credential>) -> *const c_char {
    look(credential, ptr::null(), |credential| credential.server_url.as_ptr())
}

/// Eight hexadecimal digits that tell one token from another and may be printed. Lives as long as the credential.
/// NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_fingerprint(credential: Option<&mmcred_credential>) -> *const c_char {
    look(credential, ptr::null(), |credential| credential.fingerprint.as_ptr())
}

/// All that may be printed of a credential, as a JSON object: server_url, fingerprint, remark, kind, user_id,
/// username, token_id, expires_at (Unix milliseconds), ca_file, proxy, allow_http, allow_unauthorized_certs. What is
/// not known is null.
///
/// Out: out_json, yours; give it back with mmcred_text_free.
/// Errors: MMCRED_INVALID_ARGUMENT for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_fields(
    credential: Option<&mmcred_credential>,
    out_json: Option<&mut MaybeUninit<Box<mmcred_text>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_json, "out_json")?;
        let fields = given(credential, "credential")?.credential.fields();
        put(Some(out), mmcred_text::json(&fields)?);
        Ok(())
    })
}

/// Gives a credential back and wipes its token. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_free(credential: Option<Box<mmcred_credential>>) {
    free(credential);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_hold_the_longest_token() {
        assert_eq!(MMCRED_TOKEN_SIZE, AccessToken::MAX_BYTES + 1);
        let longest = AccessToken::parse(&"s".repeat(AccessToken::MAX_BYTES)).unwrap();
        let header = "Authorization: ".len() + longest.authorization().len() + 1;
        assert!(header <= MMCRED_AUTHORIZATION_SIZE);
    }

    #[test]
    fn the_default_timeout_is_the_cores() {
        assert_eq!(MMCRED_DEFAULT_TIMEOUT, mmcred::DEFAULT_DEADLINE.as_secs_f64());
    }
}
