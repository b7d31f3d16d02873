use std::cell::RefCell;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::per_process::PerProcess;

/// Held shared by whoever does what a forked child must not inherit half done: using a database, or making what is made
/// once in a process. Held alone by a thread that is about to fork. One a process: a thread that is not in the child can
/// not have left the child's own locked.
static GATE: PerProcess<RwLock<()>> = PerProcess::new();

thread_local! {
    static FORKING: RefCell<Option<RwLockWriteGuard<'static, ()>>> = const { RefCell::new(None) };
}

/// Waits until no thread is using a vault, or making what is made once in a process, and keeps all from it until this
/// thread calls [`after_fork`].
///
/// For doors that are told of a fork beforehand (`os.register_at_fork`, `pthread_atfork`). Without it a child is safe as
/// long as no other thread of the parent was within this crate at the very moment of the fork; with it, also while others are.
///
/// Must not be called from within another function of this crate.
///
/// ```
/// mmcred::before_fork();
/// // fork() here; then in the parent and in the child:
/// mmcred::after_fork();
/// ```
pub fn before_fork() {
    FORKING.with_borrow_mut(|forking| {
        if forking.is_none() {
            *forking = Some(gate().write().unwrap_or_else(PoisonError::into_inner));
        }
    });
}

/// Lets the others go on; to be called in the parent and in the child, also if [`before_fork`] was not.
pub fn after_fork() {
    FORKING.with_borrow_mut(Option::take);
}

pub(crate) fn gate() -> &'static RwLock<()> {
    GATE.get_or_init(RwLock::default)
}

/// Keeps forks away as long as it is held. A thread takes it once at most: a second time, with a fork waiting in between,
/// it would wait for itself.
pub(crate) fn pass() -> RwLockReadGuard<'static, ()> {
    gate().read().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_about_to_fork_waits_for_the_others() {
        let passed = pass();
        let forking = std::thread::spawn(|| {
            before_fork();
            before_fork();
            after_fork();
        });
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!forking.is_finished());
        drop(passed);
        forking.join().unwrap();
        drop(pass());
    }
}
