use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::Arc;

use mmcred::{Vault, VaultOptions};

use crate::broken_pipe;
use crate::credential::mmcred_credential;
use crate::door::{enter, flags, free, given, look, optional_text, put, text, timeout};
use crate::error::mmcred_error;
use crate::status::mmcred_status;
use crate::text::mmcred_text;
use crate::verified::mmcred_verified;

/// For mmcred_vault_open: make what is missing, the folder (mode 0700), the key file (mode 0600) and the vault.
pub const MMCRED_CREATE: u32 = 1;

/// For mmcred_vault_put: take the place of an entry of that name.
pub const MMCRED_REPLACE: u32 = 2;

/// Named credentials in one encrypted place. No secret is kept in memory: each read opens it anew.
///
/// Where a function takes NULL for a vault it means the process's default one: the vault that mmcred_vault_open opens
/// without a path, opened at its first use, never made, and kept until the process ends.
///
/// Threads: may be used by several at the same time, and by many processes at once. It can be used on after fork().
pub struct mmcred_vault {
    pub(crate) vault: Arc<Vault>,
    path: CString,
    key_file: Option<CString>,
}

impl mmcred_vault {
    fn new(vault: Vault) -> Box<Self> {
        let c_path = |path: &Path| CString::new(path.as_os_str().as_bytes()).unwrap_or_default();
        Box::new(Self {
            path: c_path(vault.path()),
            key_file: vault.key_file().map(c_path),
            vault: Arc::new(vault),
        })
    }
}

/// Opens a vault, which is a folder.
///
/// In: path, NULL for $MMCRED_VAULT, else $XDG_DATA_HOME/mmcred, else ~/.local/share/mmcred;
///     key_file, NULL for $MMCRED_KEY_FILE, else $XDG_CONFIG_HOME/mmcred/key, else ~/.config/mmcred/key;
///     flags, 0 or MMCRED_CREATE.
/// Out: out_vault, yours; give it back with mmcred_vault_free.
/// Errors: MMCRED_VAULT_MISSING unless MMCRED_CREATE; MMCRED_KEY_FILE_MISSING, MMCRED_KEY_FILE_INVALID,
///     MMCRED_WRONG_KEY; MMCRED_VAULT_NEWER, MMCRED_VAULT_DAMAGED; MMCRED_READ_ONLY, MMCRED_STORAGE_FAILED,
///     MMCRED_BUSY; MMCRED_INVALID_ARGUMENT.
///
///     mmcred_vault *vault = NULL;
///     if (mmcred_vault_open(NULL, NULL, 0, &vault, &error) != MMCRED_OK)
///       …
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_vault_open(
    path: *const c_char,
    key_file: *const c_char,
    flags: u32,
    out_vault: Option<&mut MaybeUninit<Box<mmcred_vault>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_vault, "out_vault")?;
        let mut options = VaultOptions::new().create(self::flags(flags, MMCRED_CREATE)? != 0);
        if let Some(path) = optional_text(path, "path")? {
            options = options.path(path);
        }
        if let Some(key_file) = optional_text(key_file, "key_file")? {
            options = options.key_file(key_file);
        }
        put(Some(out), mmcred_vault::new(options.open()?));
        Ok(())
    })
}

/// Stores a credential under a name. When it returns, the entry lasts.
///
/// In: name, 1 to 128 bytes without control characters and without a leading '-'; flags, 0 or MMCRED_REPLACE.
/// Out: out_version, the entry's version, which rises with each change. May be NULL.
/// Errors: MMCRED_INVALID_NAME; MMCRED_ENTRY_EXISTS unless MMCRED_REPLACE; MMCRED_BUSY when others wrote for five
///     seconds; MMCRED_READ_ONLY, MMCRED_STORAGE_FAILED, MMCRED_VAULT_DAMAGED, MMCRED_VAULT_ROLLED_BACK;
///     MMCRED_CLOSED; MMCRED_INVALID_ARGUMENT.
///
///     status = mmcred_vault_put(vault, "prod", credential, 0, NULL, &error);
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_vault_put(
    vault: Option<&mmcred_vault>,
    name: *const c_char,
    credential: Option<&mmcred_credential>,
    flags: u32,
    out_version: Option<&mut MaybeUninit<u64>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let vault = &given(vault, "vault")?.vault;
        let credential = &given(credential, "credential")?.credential;
        let replace = self::flags(flags, MMCRED_REPLACE)? != 0;
        put(out_version, vault.put(text(name, "name")?, credential, replace)?);
        Ok(())
    })
}

/// Reads the credential of that name.
///
/// Out: out_credential, yours; give it back with mmcred_credential_free. out_version, the entry's version; may be NULL.
/// Errors: MMCRED_ENTRY_MISSING, MMCRED_ENTRY_DAMAGED; MMCRED_INVALID_NAME; MMCRED_STORAGE_FAILED,
///     MMCRED_VAULT_DAMAGED; MMCRED_CLOSED; MMCRED_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_vault_get(
    vault: Option<&mmcred_vault>,
    name: *const c_char,
    out_credential: Option<&mut MaybeUninit<Box<mmcred_credential>>>,
    out_version: Option<&mut MaybeUninit<u64>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_credential, "out_credential")?;
        let stored = given(vault, "vault")?.vault.get(text(name, "name")?)?;
        put(out_version, stored.version());
        put(Some(out), mmcred_credential::new(stored.into_credential()));
        Ok(())
    })
}

/// Lists all entries, sorted by name, without opening a secret: a JSON object of
///     entries, a list of objects with name, server, fingerprint, version, created_at, updated_at, allow_http,
///     allow_unauthorized_certs, ca_file, proxy, kind, user_id, username, token_id, expires_at (times in Unix
///     milliseconds, null for what is not known);
///     damaged, a list of objects with row, one for each row that can not be named;
///     intact, whether the rows found are the very ones that the vault's own sealed count and set name.
///
/// Out: out_json, yours; give it back with mmcred_text_free.
/// Errors: MMCRED_VAULT_ROLLED_BACK, MMCRED_VAULT_DAMAGED, MMCRED_STORAGE_FAILED, MMCRED_CLOSED,
///     MMCRED_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_vault_list(
    vault: Option<&mmcred_vault>,
    out_json: Option<&mut MaybeUninit<Box<mmcred_text>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_json, "out_json")?;
        let listing = given(vault, "vault")?.vault.list()?;
        put(Some(out), mmcred_text::json(&listing)?);
        Ok(())
    })
}

/// Takes the entry of that name away.
///
/// Errors: MMCRED_ENTRY_MISSING, and those of mmcred_vault_put.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_vault_remove(
    vault: Option<&mmcred_vault>,
    name: *const c_char,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || given(vault, "vault")?.vault.remove(text(name, "name")?))
}

/// Gives an entry another name. Nothing else of it changes but its version.
///
/// Errors: MMCRED_ENTRY_MISSING for `from`, MMCRED_ENTRY_EXISTS for `to`, MMCRED_ENTRY_DAMAGED, and those of
///     mmcred_vault_put.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_vault_rename(
    vault: Option<&mmcred_vault>,
    from: *const c_char,
    to: *const c_char,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || given(vault, "vault")?.vault.rename(text(from, "from")?, text(to, "to")?))
}

/// Asks its server whether the entry of that name works. As mmcred_credential_verify, with the errors of
/// mmcred_vault_get besides.
///
///     if (mmcred_vault_verify(vault, "prod", MMCRED_DEFAULT_TIMEOUT, NULL, &error) == MMCRED_TOKEN_REJECTED)
///       …
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_vault_verify(
    vault: Option<&mmcred_vault>,
    name: *const c_char,
    timeout_seconds: f64,
    out_verified: Option<&mut MaybeUninit<Box<mmcred_verified>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let vault = &given(vault, "vault")?.vault;
        let verified = broken_pipe::wait(vault.verify(text(name, "name")?, timeout(timeout_seconds)?))?;
        put(out_verified, mmcred_verified::new(&verified));
        Ok(())
    })
}

/// The vault's folder. Lives as long as the handle. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_vault_path(vault: Option<&mmcred_vault>) -> *const c_char {
    look(vault, ptr::null(), |vault| vault.path.as_ptr())
}

/// The file whose key opens the vault; NULL if none does. Lives as long as the handle. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_vault_key_file(vault: Option<&mmcred_vault>) -> *const c_char {
    look(vault, ptr::null(), |vault| vault.key_file.as_ref().map_or(ptr::null(), |path| path.as_ptr()))
}

/// Leaves the vault's file complete in itself and lets go of it. Afterwards every verb on it, through its hands too,
/// fails with MMCRED_CLOSED. Closing again does nothing. The handle still has to be freed.
///
/// Errors: MMCRED_STORAGE_FAILED or MMCRED_BUSY if the file could not be completed; it is closed nevertheless and
///     nothing is lost.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_vault_close(
    vault: Option<&mmcred_vault>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || given(vault, "vault")?.vault.close())
}

/// Gives a vault back. NULL does nothing. Its hands go on, and it is closed when the last of them is freed too.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_vault_free(vault: Option<Box<mmcred_vault>>) {
    free(vault);
}
