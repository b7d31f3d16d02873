//! The one door. Every exported function passes through it, and only it knows panics, null pointers, foreign
//! text and buffers. All dereferencing of a caller's pointer that the compiler can not check is in here.

use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;
use std::time::Duration;

use mmcred::{Error, ErrorKind, Result};
use zeroize::Zeroize;

use crate::error::mmcred_error;
use crate::fork;
use crate::status::{MMCRED_OK, mmcred_status};

/// Where a result goes: a pointer to memory that need not hold anything yet, or null.
pub(crate) type Out<'a, T> = Option<&'a mut MaybeUninit<T>>;

/// Runs a call. Its failure, or a bug in it, becomes a status and an error object.
pub(crate) fn enter(
    out_error: Out<'_, Option<Box<mmcred_error>>>,
    call: impl FnOnce() -> Result<()>,
) -> mmcred_status {
    fork::watch();
    let outcome = catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(bug()));
    let status = outcome.as_ref().map_or_else(|error| error.kind().number(), |()| MMCRED_OK);
    if let Some(out) = out_error {
        out.write(outcome.err().map(|error| Box::new(mmcred_error::new(&error))));
    }
    status
}

/// Asks a handle for something that can not fail; a null handle gives `otherwise`.
pub(crate) fn look<'a, T, R>(handle: Option<&'a T>, otherwise: R, ask: impl FnOnce(&'a T) -> R) -> R {
    let Some(handle) = handle else { return otherwise };
    catch_unwind(AssertUnwindSafe(|| ask(handle))).unwrap_or(otherwise)
}

/// Gives a handle back. Null is none.
pub(crate) fn free<T>(handle: Option<Box<T>>) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(handle)));
}

/// The handle, which must be there.
pub(crate) fn given<T>(handle: Option<T>, argument: &str) -> Result<T> {
    handle.ok_or_else(|| refused(argument, "is NULL"))
}

/// The text behind a pointer.
pub(crate) fn text<'a>(text: *const c_char, argument: &str) -> Result<&'a str> {
    given(optional_text(text, argument)?, argument)
}

/// The text behind a pointer, or nothing for null.
pub(crate) fn optional_text<'a>(text: *const c_char, argument: &str) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: the header demands a NUL-terminated text that stays as it is during the call.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map(Some).map_err(|_| refused(argument, "is not UTF-8"))
}

/// The texts behind a pointer to so many; nothing for null.
pub(crate) fn texts(
    texts: *const *const c_char,
    count: usize,
    argument: &str,
) -> Result<Option<Vec<String>>> {
    if texts.is_null() {
        return if count == 0 { Ok(None) } else { Err(refused(argument, "is NULL")) };
    }
    if count > isize::MAX as usize / size_of::<*const c_char>() {
        return Err(refused(argument, "is longer than memory"));
    }
    // SAFETY: the header demands `count` readable pointers that stay as they are during the call.
    let texts = unsafe { slice::from_raw_parts(texts, count) };
    texts.iter().map(|one| text(*one, argument).map(str::to_owned)).collect::<Result<_>>().map(Some)
}

/// The bytes behind a pointer. Null with length 0 is an empty slice.
pub(crate) fn bytes<'a>(bytes: *const c_char, length: usize, argument: &str) -> Result<&'a [u8]> {
    if length == 0 {
        return Ok(&[]);
    }
    if bytes.is_null() {
        return Err(refused(argument, "is NULL"));
    }
    if length > isize::MAX as usize {
        return Err(refused(argument, "is longer than memory"));
    }
    // SAFETY: the header demands `length` readable bytes that stay as they are during the call.
    Ok(unsafe { slice::from_raw_parts(bytes.cast(), length) })
}

/// The caller's memory for a secret.
pub(crate) struct Buffer<'a> {
    memory: &'a mut [MaybeUninit<u8>],
    needed: Out<'a, usize>,
}

impl<'a> Buffer<'a> {
    pub(crate) fn new(memory: *mut c_char, capacity: usize, needed: Out<'a, usize>) -> Result<Self> {
        if capacity == 0 {
            return Ok(Self { memory: &mut [], needed });
        }
        if memory.is_null() {
            return Err(refused("buffer", "is NULL, but its capacity is not 0"));
        }
        if capacity > isize::MAX as usize {
            return Err(refused("capacity", "is more than memory"));
        }
        // SAFETY: the header demands `capacity` writable bytes that nobody else uses during the call.
        Ok(Self { memory: unsafe { slice::from_raw_parts_mut(memory.cast(), capacity) }, needed })
    }

    /// Copies the text and a NUL, or says how much room they need.
    pub(crate) fn put(self, text: &str) -> Result<()> {
        let needed = text.len() + 1;
        put(self.needed, needed);
        let Some(room) = self.memory.get_mut(..needed) else {
            let message = format!("The buffer holds {} bytes of {needed}.", self.memory.len());
            return Err(Error::new(ErrorKind::BufferTooSmall, message));
        };
        for (place, byte) in room.iter_mut().zip(text.bytes().chain([0])) {
            place.write(byte);
        }
        Ok(())
    }
}

impl Buffer<'_> {
    pub(crate) fn wipe(self) {
        self.memory.zeroize();
    }
}

/// Hands a result out, if it is wanted.
pub(crate) fn put<T>(out: Out<'_, T>, result: T) {
    if let Some(out) = out {
        out.write(result);
    }
}

/// The bits of `flags`, none of them unknown.
pub(crate) fn flags(flags: u32, known: u32) -> Result<u32> {
    match flags & !known {
        0 => Ok(flags),
        unknown => Err(refused("flags", &format!("has the unknown bits {unknown:#x}"))),
    }
}

/// A deadline of so many seconds.
pub(crate) fn timeout(seconds: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|timeout| !timeout.is_zero())
        .ok_or_else(|| refused("timeout_seconds", "is not a positive number of seconds"))
}

/// Text of ours for C, which ends at the first NUL.
pub(crate) fn c_string(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

fn refused(argument: &str, what: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("The argument {argument} {what}."))
}

fn bug() -> Error {
    Error::new(ErrorKind::Internal, "A bug in mmcred ended the call; standard error may tell where.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_internal() {
        let mut error = MaybeUninit::uninit();
        let status = enter(Some(&mut error), || panic!("on purpose"));
        assert_eq!(status, ErrorKind::Internal.number());
        assert_eq!(look(Some(&1), 7, |_| panic!("on purpose")), 7);
    }

    #[test]
    fn a_buffer_is_filled_whole_or_not_at_all() {
        let mut memory = [b'x'; 4];
        for (capacity, wanted) in [(3, b"xxxx"), (4, b"abc\0")] {
            let mut needed = MaybeUninit::new(0);
            let buffer = Buffer::new(memory.as_mut_ptr().cast(), capacity, Some(&mut needed)).unwrap();
            assert_eq!(buffer.put("abc").is_ok(), capacity == 4);
            assert_eq!(&memory, wanted);
        }
    }

    #[test]
    fn a_timeout_is_positive_and_finite() {
        for bad in [0.0, -1.0, 1e-12, f64::NAN, f64::INFINITY, 1e300] {
            assert!(timeout(bad).is_err(), "{bad}");
        }
        assert_eq!(timeout(0.5).unwrap(), Duration::from_millis(500));
    }
}
