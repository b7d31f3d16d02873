use std::collections::VecDeque;
use std::ffi::c_char;
use std::mem::MaybeUninit;

use mmcred::{Checked, VerifyAll, VerifyAllOptions};

use crate::broken_pipe;
use crate::door::{enter, free, given, put, texts, timeout};
use crate::error::mmcred_error;
use crate::status::mmcred_status;
use crate::text::mmcred_text;
use crate::vault::mmcred_vault;

/// How many results are taken from the core at a time.
const BATCH: usize = 256;

/// A check of many entries that is under way. It goes on between two calls, and waits where nobody takes its results.
///
/// Threads: one at a time.
pub struct mmcred_verify_all {
    run: VerifyAll,
    ready: VecDeque<Checked>,
}

/// Begins to ask the servers whether the entries of a vault work, many at the same time, by the rules of
/// mmcred_vault_verify. What a server's limiter says is obeyed; a 429, a 5xx or a network failure is asked again a few
/// times, and never is a verdict on a token.
///
/// In: names, the entries, or NULL for all; name_count, how many;
///     in_flight, how many requests may be under way at one server, 1 to 512; 0 for the usual 64;
///     timeout_seconds, for each request; MMCRED_DEFAULT_TIMEOUT where there is no reason for another.
/// Out: out_run, yours; give it back with mmcred_verify_all_free. The vault may be freed while it goes on.
/// Errors: those of mmcred_vault_list; MMCRED_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_verify_all_new(
    vault: Option<&mmcred_vault>,
    names: *const *const c_char,
    name_count: usize,
    in_flight: u32,
    timeout_seconds: f64,
    out_run: Option<&mut MaybeUninit<Box<mmcred_verify_all>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let (out, vault) = (given(out_run, "out_run")?, &given(vault, "vault")?.vault);
        let mut options = VerifyAllOptions::new().deadline(timeout(timeout_seconds)?);
        if in_flight != 0 {
            options = options.in_flight(in_flight as usize)?;
        }
        let names = texts(names, name_count, "names")?;
        // Within `wait`, so that the run's thread inherits the block of SIGPIPE.
        let run = broken_pipe::wait(async { vault.verify_all(names, &options) })?;
        put(Some(out), Box::new(mmcred_verify_all { run, ready: VecDeque::new() }));
        Ok(())
    })
}

/// Waits for the next result: a JSON object of
///     name, null for a row that is too damaged to tell it; server, null for an entry that can not be read; ok;
///     where ok is true: user_id, username, roles, is_bot, server_version;
///     where it is false: error, an object of code, number, message, hint, retry, retry_after, request_id.
///
/// Out: out_json, yours; give it back with mmcred_text_free. NULL when there are no more results.
/// Errors: MMCRED_CLOSED in a process that was forked since; MMCRED_INVALID_ARGUMENT.
///
///     while (mmcred_verify_all_next(run, &json, &error) == MMCRED_OK && json != NULL)
///       …
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_verify_all_next(
    run: Option<&mut mmcred_verify_all>,
    out_json: Option<&mut MaybeUninit<Option<Box<mmcred_text>>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let (out, run) = (given(out_json, "out_json")?, given(run, "run")?);
        if run.ready.is_empty() {
            run.ready = broken_pipe::wait(run.run.batch(BATCH))?.into();
        }
        put(Some(out), run.ready.pop_front().map(|checked| mmcred_text::json(&checked)).transpose()?);
        Ok(())
    })
}

/// Ends a run, also in its middle: its requests are dropped. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_verify_all_free(run: Option<Box<mmcred_verify_all>>) {
    free(run);
}
