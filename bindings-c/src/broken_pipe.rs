//! SIGPIPE. A Rust, Python or Node.js program ignores it, a C program dies of it, and HTTP libraries write to sockets that
//! the server may have closed. This library changes no handler of its host, so the signal is blocked where it may arise.

use std::mem::MaybeUninit;
use std::ptr;

use mmcred::Result;

/// Waits for `work` on the runtime, with SIGPIPE blocked on this thread. This library's own threads start within such a call
/// and inherit the block.
pub(crate) fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let _blocked = Blocked::new();
    mmcred::block_on(work)
}

/// SIGPIPE blocked on this thread, until dropped.
struct Blocked {
    before: libc::sigset_t,
    /// One that was pending is the host's, and stays.
    was_pending: bool,
}

impl Blocked {
    fn new() -> Self {
        let (mut pending, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        let pipe = only_pipe();
        // SAFETY: each call is given valid pointers, and fills the set that it is to fill: none of them can fail here.
        unsafe {
            libc::sigpending(pending.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_BLOCK, &pipe, before.as_mut_ptr());
            Self {
                before: before.assume_init(),
                was_pending: libc::sigismember(pending.as_ptr(), libc::SIGPIPE) == 1,
            }
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        let (pipe, now) = (only_pipe(), libc::timespec { tv_sec: 0, tv_nsec: 0 });
        // SAFETY: as above; the null pointers say that nothing is asked back.
        unsafe {
            // Takes what this thread caused, so that it is not delivered when the block ends.
            if !self.was_pending {
                libc::sigtimedwait(&pipe, ptr::null_mut(), &now);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, ptr::null_mut());
        }
    }
}

fn only_pipe() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigemptyset makes a whole set, to which SIGPIPE is added.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), libc::SIGPIPE);
        set.assume_init()
    }
}
