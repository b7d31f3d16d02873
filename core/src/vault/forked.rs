use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::session::Session;
use crate::per_process::PerProcess;

/// A vault's connection and keys in one process; none before its first use there and after it is closed.
pub(super) type Cell = Arc<Mutex<Option<Session>>>;

/// Every cell of this process, so that a forked child can find those of its parent.
static CELLS: PerProcess<Mutex<Vec<Weak<Mutex<Option<Session>>>>>> = PerProcess::new();

/// A panic elsewhere leaves no half-done session: a transaction that is not committed is rolled back.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A new empty cell; to be made before this process opens a database.
///
/// A child that opens the file a second time would share SQLite's notes of what its parent had locked, without
/// having the locks: `fork` does not hand them on. Others would then believe that nobody is reading and take the log
/// away under it. So the child first closes what it inherited, which only drops its own copies. What a thread of the
/// parent was just using can not be closed and is left.
pub(super) fn new_cell() -> Cell {
    let cells = CELLS.get_or_init(|| {
        CELLS.inherited().for_each(close_inherited);
        Mutex::default()
    });
    let cell = Cell::default();
    let mut cells = lock(cells);
    cells.retain(|cell| cell.strong_count() > 0);
    cells.push(Arc::downgrade(&cell));
    cell
}

fn close_inherited(cells: &Mutex<Vec<Weak<Mutex<Option<Session>>>>>) {
    let Ok(cells) = cells.try_lock() else { return };
    for cell in cells.iter().filter_map(Weak::upgrade) {
        if let Ok(mut session) = cell.try_lock() {
            session.take();
        }
    }
}
