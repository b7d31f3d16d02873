use std::future::Future;

use tokio::runtime::{Builder, Runtime};

use crate::fork_gate;
use crate::per_process::PerProcess;

/// Runs a future to its end on this process's shared runtime: two worker threads, started at the first call
/// and made anew in a forked child. For callers without a runtime of their own (Python, C, the command line).
///
/// ```
/// assert_eq!(mmcred::block_on(async { 1 + 1 }), 2);
/// ```
///
/// # Panics
/// When called from within an async task, which it would block.
pub fn block_on<F: Future>(work: F) -> F::Output {
    static RUNTIME: PerProcess<Runtime> = PerProcess::new();
    let runtime = RUNTIME.get_or_init(|| {
        // tokio makes things once in a process. A child that inherited one half made would wait for it for ever.
        let _pass = fork_gate::pass();
        Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("mmcred")
            .enable_all()
            .build()
            .expect("the system can start two threads")
    });
    runtime.block_on(work)
}
