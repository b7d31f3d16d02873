use std::ffi::{CString, c_char};
use std::ptr;

use mmcred::{Error, ErrorKind};

use crate::door::{c_string, free, look};
use crate::status::{MMCRED_OK, NAMES, mmcred_status};

/// What went wrong: the last parameter of every function that can fail gives one out. Holds no token.
///
/// Pass NULL where the status is enough. Otherwise `*out_error` is always written: NULL when the call succeeds, an
/// error that is yours when it fails.
///
/// Threads: may be read by several at the same time.
pub struct mmcred_error {
    kind: ErrorKind,
    message: CString,
    hint: CString,
    retry_after: Option<f64>,
    request_id: Option<CString>,
}

impl mmcred_error {
    pub(crate) fn new(error: &Error) -> Self {
        Self {
            kind: error.kind(),
            message: c_string(error.message()),
            hint: c_string(error.hint()),
            retry_after: error.retry_after().map(|wait| wait.as_secs_f64()),
            request_id: error.request_id().map(c_string),
        }
    }
}

/// The name of a status, for example "token_rejected" for MMCRED_TOKEN_REJECTED: the same word in every language of
/// mmcred. "ok" for MMCRED_OK; NULL for a number that this library does not know.
///
/// The text is the library's; do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_status_name(status: mmcred_status) -> *const c_char {
    if status == MMCRED_OK {
        return c"ok".as_ptr();
    }
    NAMES.iter().find(|(number, _)| *number == status).map_or(ptr::null(), |(_, name)| name.as_ptr())
}

/// Whether the same call may succeed later without anybody changing anything: "later" or "never". NULL for a number
/// that is no error of this library.
///
/// The text is the library's; do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_status_retry(status: mmcred_status) -> *const c_char {
    let kind = ErrorKind::ALL.iter().find(|kind| kind.number() == status);
    kind.map_or(ptr::null(), |kind| if kind.may_retry() { c"later".as_ptr() } else { c"never".as_ptr() })
}

/// The error's number, the same as the status that came with it. MMCRED_OK for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_error_number(error: Option<&mmcred_error>) -> mmcred_status {
    look(error, MMCRED_OK, |error| error.kind.number())
}

/// The error's name: mmcred_status_name of its number. "ok" for NULL. The library's; do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_error_name(error: Option<&mmcred_error>) -> *const c_char {
    mmcred_status_name(mmcred_error_number(error))
}

/// What happened and to what, in one sentence. Lives as long as the error. "" for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_error_message(error: Option<&mmcred_error>) -> *const c_char {
    look(error, c"".as_ptr(), |error| error.message.as_ptr())
}

/// What to do about it, for whoever reads the message. Lives as long as the error. "" for NULL.
///
///     fprintf(stderr, "%s %s\n", mmcred_error_message(error), mmcred_error_hint(error));
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_error_hint(error: Option<&mmcred_error>) -> *const c_char {
    look(error, c"".as_ptr(), |error| error.hint.as_ptr())
}

/// mmcred_status_retry of its number. "never" for NULL. The library's; do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_error_retry(error: Option<&mmcred_error>) -> *const c_char {
    look(error, c"never".as_ptr(), |error| mmcred_status_retry(error.kind.number()))
}

/// How many seconds the server asked to wait before the next try; -1 where it named none, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_error_retry_after_seconds(error: Option<&mmcred_error>) -> f64 {
    look(error, -1.0, |error| error.retry_after.unwrap_or(-1.0))
}

/// The id under which a Mattermost administrator finds the request in the server's log; NULL where there is none.
/// Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_error_request_id(error: Option<&mmcred_error>) -> *const c_char {
    look(error, ptr::null(), |error| error.request_id.as_ref().map_or(ptr::null(), |id| id.as_ptr()))
}

/// Gives an error back. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_error_free(error: Option<Box<mmcred_error>>) {
    free(error);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_the_core_has_its_name_here() {
        assert_eq!(NAMES.len(), ErrorKind::ALL.len());
        for (kind, (number, name)) in ErrorKind::ALL.iter().zip(NAMES) {
            assert_eq!((kind.number(), kind.name()), (number, name.to_str().unwrap()));
        }
    }
}
