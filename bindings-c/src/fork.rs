//! Forks. A child that was forked while another thread was inside a vault could not use that vault, and one that was forked
//! during a first call would wait for its end for ever, so a fork waits for both.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, Ordering};

/// Has the system tell of forks from the first call on. Not a `Once`: a child could inherit one that never ends.
pub(crate) fn watch() {
    static WATCHED: AtomicBool = AtomicBool::new(false);
    if WATCHED.load(Ordering::Acquire) {
        return;
    }
    // SAFETY: the functions unwind into nobody, and the system forgets them when the library is unloaded.
    // If it has no memory for them, a fork is as safe as without.
    unsafe { libc::pthread_atfork(Some(before), Some(after), Some(after)) };
    // Only now, or another thread would believe itself watched. That two may register does no harm.
    WATCHED.store(true, Ordering::Release);
}

extern "C" fn before() {
    let _ = catch_unwind(mmcred::before_fork);
}

extern "C" fn after() {
    let _ = catch_unwind(mmcred::after_fork);
}
