use std::ffi::{CStr, c_char};

/// A version as a number: 1002003 for 1.2.3.
const fn number(major: &str, minor: &str, patch: &str) -> u32 {
    const fn parse(text: &str) -> u32 {
        match u32::from_str_radix(text, 10) {
            Ok(number) => number,
            Err(_) => panic!("cargo gives numbers"),
        }
    }
    parse(major) * 1_000_000 + parse(minor) * 1_000 + parse(patch)
}

const NUMBER: u32 =
    number(env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH"));

const TEXT: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(text) => text,
    Err(_) => panic!("cargo gives text without NUL"),
};

/// The version of the library that runs, as MMCRED_VERSION_NUMBER gives that of the header: 1002003 for 1.2.3.
///
///     if (mmcred_version_number() < MMCRED_VERSION_NUMBER) puts("libmmcred is older than this program");
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_version_number() -> u32 {
    NUMBER
}

/// The same as text, for example "1.2.3". The library's; do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_version_text() -> *const c_char {
    TEXT.as_ptr()
}
