use std::ffi::c_char;
use std::mem::MaybeUninit;

use mmcred::Vault;

use crate::door::{Buffer, enter, text};
use crate::error::mmcred_error;
use crate::hand::header_line;
use crate::status::mmcred_status;

/// Copies the header line "Authorization: Bearer …" for a request to `url`, from the entry `name` of the process's
/// default vault: only if `url` is on that entry's server and below its base path. The short way; a hand also knows
/// redirects, a new token, certificates and proxy.
///
/// In: url, absolute, as it will be requested; capacity, how many bytes `buffer` holds; MMCRED_AUTHORIZATION_SIZE is
///     always enough.
/// Out: buffer, the line and a NUL; out_needed, how many bytes that takes, also when they were too many. May be NULL.
/// Errors: MMCRED_WRONG_ORIGIN for any other URL, MMCRED_BUFFER_TOO_SMALL: the buffer is as it was, send nothing. Those
///     of mmcred_vault_open and mmcred_vault_get.
/// Threads: any.
///
///     char header[MMCRED_AUTHORIZATION_SIZE];
///     if (mmcred_authorization("prod", url, header, sizeof header, NULL, NULL) == MMCRED_OK)
///       headers = curl_slist_append(headers, header);
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_authorization(
    name: *const c_char,
    url: *const c_char,
    buffer: *mut c_char,
    capacity: usize,
    out_needed: Option<&mut MaybeUninit<usize>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let buffer = Buffer::new(buffer, capacity, out_needed)?;
        let (name, url) = (text(name, "name")?, text(url, "url")?);
        // EXPOSE: the caller sends it and wipes the buffer.
        buffer.put(&header_line(&Vault::default_vault()?.authorization(name, url)?))
    })
}

/// Overwrites memory that held a secret, in a way that the compiler does not leave out. NULL or 0 does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_buffer_wipe(buffer: *mut c_char, capacity: usize) {
    enter(None, || Buffer::new(buffer, capacity, None).map(Buffer::wipe));
}
