use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::broken_pipe;
use crate::credential::mmcred_credential;
use crate::door::{enter, given, optional_text, put, text, timeout};
use crate::error::mmcred_error;
use crate::status::mmcred_status;
use crate::text::mmcred_text;
use crate::vault::mmcred_vault;

/// How many seconds a diagnosis should be given, unless there is a reason for another deadline.
pub const MMCRED_DIAGNOSE_TIMEOUT: f64 = 15.0;

/// Finds out why a credential does not work, or what will soon go wrong. Waits for the network, `timeout_seconds` at
/// most in all; changes nothing on the server. Gives a JSON object of
///     server, the base URL that was asked;
///     works, a boolean; null where a network, a limit or a failing server kept it from being told;
///     verified, what the server said of the owner: an object with user_id, username, roles (a list), is_bot,
///     server_version (null where it sent none); null where the token was not accepted;
///     steps, the way that was gone: a list of objects with name, mark ("passed", "warned", "undecided", "failed" or
///     "skipped") and says (a few words, maybe none);
///     findings, the worst first: a list of objects with code and number (the same in every language), severity
///     ("note", "warning", "undecided" or "error"), certainty ("exact" or "likely"), evidence (a list of sentences),
///     cause, fix (what the user can do), admin_fix (what an administrator can do, or null), call (a command, or null).
///
/// In: admin, a system administrator's credential for the same server, which tells a refused token's exact cause, or
///     NULL; timeout_seconds, a positive number of seconds, MMCRED_DIAGNOSE_TIMEOUT where there is no reason for another.
/// Out: out_json, yours; give it back with mmcred_text_free.
/// Errors: MMCRED_INVALID_ARGUMENT. What a server or a network does is a finding.
///
///     mmcred_text *report = NULL;
///     if (mmcred_credential_diagnose(credential, NULL, MMCRED_DIAGNOSE_TIMEOUT, &report, &error) == MMCRED_OK)
///       puts(mmcred_text_chars(report));
///     mmcred_text_free(report);
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_diagnose(
    credential: Option<&mmcred_credential>,
    admin: Option<&mmcred_credential>,
    timeout_seconds: f64,
    out_json: Option<&mut MaybeUninit<Box<mmcred_text>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_json, "out_json")?;
        let credential = &given(credential, "credential")?.credential;
        let (admin, deadline) = (admin.map(|admin| &admin.credential), timeout(timeout_seconds)?);
        let diagnosis = broken_pipe::wait(async { Ok(credential.diagnose(None, admin, deadline).await) })?;
        put(Some(out), mmcred_text::json(&diagnosis)?);
        Ok(())
    })
}

/// Tests a credential for somebody who pressed a button, in the shape of n8n's own test: a JSON object of status ("OK" or
/// "Error") and message, one line to show. Waits for the network, `timeout_seconds` at most in all.
///
/// In: timeout_seconds, a positive number of seconds, for example MMCRED_DEFAULT_TIMEOUT.
/// Out: out_json, yours; give it back with mmcred_text_free.
/// Errors: MMCRED_INVALID_ARGUMENT. What a server or a network does is a result.
///
///     status = mmcred_credential_test(credential, MMCRED_DEFAULT_TIMEOUT, &result, &error);
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_test(
    credential: Option<&mmcred_credential>,
    timeout_seconds: f64,
    out_json: Option<&mut MaybeUninit<Box<mmcred_text>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_json, "out_json")?;
        let credential = &given(credential, "credential")?.credential;
        let deadline = timeout(timeout_seconds)?;
        let result = broken_pipe::wait(async { Ok(credential.test(deadline).await) })?;
        put(Some(out), mmcred_text::json(&result)?);
        Ok(())
    })
}

/// Finds out why the entry of that name does not work. As mmcred_credential_diagnose, with the errors of
/// mmcred_vault_get besides, for both names.
///
/// In: admin_name, the name of the entry of a system administrator of the same server, or NULL.
///
///     status = mmcred_vault_diagnose(vault, "prod", "admin", MMCRED_DIAGNOSE_TIMEOUT, &report, &error);
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_vault_diagnose(
    vault: Option<&mmcred_vault>,
    name: *const c_char,
    admin_name: *const c_char,
    timeout_seconds: f64,
    out_json: Option<&mut MaybeUninit<Box<mmcred_text>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_json, "out_json")?;
        let vault = &given(vault, "vault")?.vault;
        let (name, admin) = (text(name, "name")?, optional_text(admin_name, "admin_name")?);
        let diagnosis = broken_pipe::wait(vault.diagnose(name, admin, timeout(timeout_seconds)?))?;
        put(Some(out), mmcred_text::json(&diagnosis)?);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_timeout_is_the_cores() {
        assert_eq!(super::MMCRED_DIAGNOSE_TIMEOUT, mmcred::DIAGNOSE_DEADLINE.as_secs_f64());
    }
}
