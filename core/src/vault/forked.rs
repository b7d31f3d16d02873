use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, Weak};

use super::session::Session;
use crate::fork_gate;
use crate::per_process::PerProcess;

/// Every cell of this process, so that a forked child can find those of its parent.
static CELLS: PerProcess<Mutex<Vec<Weak<Cell>>>> = PerProcess::new();

/// A panic elsewhere leaves nothing half done: a transaction that is not committed is rolled back.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A vault's session in one process; none before its first use there and after it is closed.
pub(super) struct Cell {
    session: Mutex<Option<Session>>,
    gate: &'static RwLock<()>,
}

/// A cell being used. The session is given back first, then the pass.
pub(super) struct Entered<'a> {
    pub(super) session: MutexGuard<'a, Option<Session>>,
    _pass: RwLockReadGuard<'a, ()>,
}

impl Cell {
    /// A new empty cell; to be made before this process opens a database.
    ///
    /// A child that opens the file a second time would share SQLite's notes of what its parent had locked, without
    /// having the locks: `fork` does not hand them on. Others would then believe that nobody is reading, and take the
    /// log away under it. So the child first closes what it inherited, which only drops its own copies. What a thread
    /// of the parent was just using can not be closed and is left.
    pub(super) fn new() -> Arc<Self> {
        let cells = CELLS.get_or_init(|| {
            CELLS.inherited().for_each(close_inherited);
            Mutex::default()
        });
        let cell = Arc::new(Self { session: Mutex::new(None), gate: fork_gate::gate() });
        let mut cells = lock(cells);
        cells.retain(|cell| cell.strong_count() > 0);
        cells.push(Arc::downgrade(&cell));
        cell
    }

    pub(super) fn enter(&self) -> Entered<'_> {
        let pass = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        Entered { session: lock(&self.session), _pass: pass }
    }

    /// The same for who must not wait for a fork.
    pub(super) fn try_enter(&self) -> Option<Entered<'_>> {
        let pass = self.gate.try_read().ok()?;
        Some(Entered { session: lock(&self.session), _pass: pass })
    }
}

fn close_inherited(cells: &Mutex<Vec<Weak<Cell>>>) {
    let Ok(cells) = cells.try_lock() else { return };
    for cell in cells.iter().filter_map(Weak::upgrade) {
        if let Ok(mut session) = cell.session.try_lock() {
            session.take();
        }
    }
}
