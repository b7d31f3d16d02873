use std::ffi::{CString, c_char};
use std::ptr;

use mmcred::Verified;

use crate::door::{c_string, free, look};

/// What a server said of a credential that works: whom the token belongs to.
///
/// The texts it lends live as long as it does.
///
/// Threads: may be read by several at the same time.
pub struct mmcred_verified {
    user_id: CString,
    username: CString,
    roles: Vec<CString>,
    is_bot: bool,
    server_version: Option<CString>,
}

impl mmcred_verified {
    pub(crate) fn new(verified: &Verified) -> Box<Self> {
        Box::new(Self {
            user_id: c_string(&verified.user_id),
            username: c_string(&verified.username),
            roles: verified.roles.iter().map(|role| c_string(role)).collect(),
            is_bot: verified.is_bot,
            server_version: verified.server_version.as_deref().map(c_string),
        })
    }
}

/// The owner's id. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_verified_user_id(verified: Option<&mmcred_verified>) -> *const c_char {
    look(verified, ptr::null(), |verified| verified.user_id.as_ptr())
}

/// The owner's name. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_verified_username(verified: Option<&mmcred_verified>) -> *const c_char {
    look(verified, ptr::null(), |verified| verified.username.as_ptr())
}

/// How many system roles the owner has. 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_verified_role_count(verified: Option<&mmcred_verified>) -> usize {
    look(verified, 0, |verified| verified.roles.len())
}

/// One of the owner's system roles, for example "system_user"; NULL from mmcred_verified_role_count on, and for NULL.
///
///     for (size_t i = 0; i < mmcred_verified_role_count(verified); i++) puts(mmcred_verified_role(verified, i));
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_verified_role(verified: Option<&mmcred_verified>, index: usize) -> *const c_char {
    look(verified, ptr::null(), |verified| {
        verified.roles.get(index).map_or(ptr::null(), |role| role.as_ptr())
    })
}

/// Whether the owner is a bot. false for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_verified_is_bot(verified: Option<&mmcred_verified>) -> bool {
    look(verified, false, |verified| verified.is_bot)
}

/// The server's version, for example "11.10.0"; NULL where it sent none (proxies drop the header), and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_verified_server_version(verified: Option<&mmcred_verified>) -> *const c_char {
    look(verified, ptr::null(), |verified| {
        verified.server_version.as_ref().map_or(ptr::null(), |version| version.as_ptr())
    })
}

/// Gives it back. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_verified_free(verified: Option<Box<mmcred_verified>>) {
    free(verified);
}
