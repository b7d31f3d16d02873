//! Results on their way from the thread of a run to whoever takes them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

use super::verify_all::Checked;

/// How long a result may wait for others. To wake a reader costs as much as a tenth of a request.
const LINGER: Duration = Duration::from_millis(5);

#[derive(Debug)]
pub(super) struct Outbox {
    room: Arc<Semaphore>,
    state: Mutex<State>,
    /// Rung by the run's thread, for itself.
    first: Notify,
    /// Rung for a taker. Who finds that there is more for others, rings it again.
    bell: Notify,
    /// Rung for the run's thread.
    close: Notify,
}

#[derive(Debug, Default)]
struct State {
    arrived: VecDeque<(Checked, OwnedSemaphorePermit)>,
    end: Option<End>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Complete,
    Closed,
    /// Its thread panicked, or there was none to be had.
    Broken,
}

/// A place among the results: what is put there never waits.
pub(super) struct Place {
    outbox: Arc<Outbox>,
    permit: OwnedSemaphorePermit,
}

impl Outbox {
    /// Holds so many results for whoever is slow to take them.
    pub(super) fn new(room: usize) -> Self {
        Self {
            room: Arc::new(Semaphore::new(room)),
            state: Mutex::default(),
            first: Notify::new(),
            bell: Notify::new(),
            close: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn place(self: &Arc<Self>) -> Place {
        let permit = Arc::clone(&self.room).acquire_owned().await;
        Place { outbox: Arc::clone(self), permit: permit.expect("nobody closes the semaphore") }
    }

    /// At least one result, at most so many; how the run ended, after all of them. Cancel safe.
    pub(super) async fn take(&self, most: usize) -> Result<Vec<Checked>, End> {
        loop {
            if let Some(taken) = self.arrived(most) {
                return taken;
            }
            self.bell.notified().await;
        }
    }

    fn arrived(&self, most: usize) -> Option<Result<Vec<Checked>, End>> {
        let mut state = self.lock();
        if state.end == Some(End::Closed) {
            state.arrived.clear();
        }
        let some = state.arrived.len().min(most);
        let taken: Vec<Checked> = state.arrived.drain(..some).map(|(checked, _permit)| checked).collect();
        if state.end.is_some() || !state.arrived.is_empty() {
            self.bell.notify_one();
        }
        if taken.is_empty() { state.end.map(Err) } else { Some(Ok(taken)) }
    }

    /// The first end counts, except that who closes the run wants no more of it.
    pub(super) fn end(&self, end: End) {
        let mut state = self.lock();
        if state.end.is_none() || end == End::Closed {
            state.end = Some(end);
        }
        drop(state);
        self.bell.notify_one();
        self.close.notify_one();
    }

    /// Returns once a taker has ended the run; tells takers meanwhile of what arrived.
    pub(super) async fn attend(&self) {
        let tell = async {
            loop {
                self.first.notified().await;
                sleep(LINGER).await;
                self.bell.notify_one();
            }
        };
        tokio::select! {
            biased;
            () = self.close.notified() => {}
            () = tell => {}
        }
    }
}

impl Place {
    pub(super) fn put(self, checked: Checked) {
        let mut state = self.outbox.lock();
        state.arrived.push_back((checked, self.permit));
        if state.arrived.len() == 1 {
            self.outbox.first.notify_one();
        }
    }
}
