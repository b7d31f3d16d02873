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
        let (end, more) = (state.end, !state.arrived.is_empty());
        drop(state);
        if end.is_some() || more {
            self.bell.notify_one();
        }
        if taken.is_empty() { end.map(Err) } else { Some(Ok(taken)) }
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

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::future::{FutureExt, join_all};
    use tokio::time::timeout;

    use super::*;
    use crate::ErrorKind;
    use crate::error::Error;

    const PATIENCE: Duration = Duration::from_secs(5);

    async fn put(outbox: &Arc<Outbox>, names: &str) {
        for name in names.chars() {
            let place = timeout(PATIENCE, outbox.place()).await.expect("there is room");
            place.put(Checked::unread(Some(name.to_string()), Error::new(ErrorKind::EntryMissing, "")));
        }
    }

    fn names(taken: Result<Vec<Checked>, End>) -> Result<String, End> {
        Ok(taken?.into_iter().map(|checked| checked.name.unwrap()).collect())
    }

    async fn take(outbox: &Outbox, most: usize) -> Result<String, End> {
        names(timeout(PATIENCE, outbox.take(most)).await.expect("somebody rings"))
    }

    #[tokio::test]
    async fn every_taker_that_waits_is_told_of_the_end() {
        for end in [End::Complete, End::Closed, End::Broken] {
            let outbox = Outbox::new(1);
            let ended = async {
                tokio::task::yield_now().await;
                outbox.end(end);
            };
            let (told, ()) = tokio::join!(join_all([(); 3].map(|()| take(&outbox, 1))), ended);
            assert_eq!(told, [Err(end), Err(end), Err(end)]);
            assert_eq!(take(&outbox, 1).await, Err(end));
        }
    }

    #[tokio::test]
    async fn results_come_before_the_end_unless_it_is_closed() {
        for (end, left) in [(End::Complete, Ok("c".to_owned())), (End::Closed, Err(End::Closed))] {
            let outbox = Arc::new(Outbox::new(3));
            put(&outbox, "abc").await;
            assert_eq!(take(&outbox, 2).await, Ok("ab".to_owned()));
            outbox.end(end);
            assert_eq!(take(&outbox, 2).await, left);
            assert_eq!(take(&outbox, 2).await, Err(end));
            // Who closes a run that is complete wants no more of it either.
            put(&outbox, "d").await;
            outbox.end(End::Closed);
            outbox.end(End::Broken);
            assert_eq!(take(&outbox, 2).await, Err(End::Closed));
        }
    }

    #[tokio::test]
    async fn a_taker_that_leaves_some_tells_the_next_one() {
        let outbox = Arc::new(Outbox::new(9));
        let arrive = async {
            tokio::task::yield_now().await;
            put(&outbox, "abc").await;
            let _ = timeout(LINGER * 4, outbox.attend()).await;
        };
        let (mut taken, ()) = tokio::join!(join_all([(); 3].map(|()| take(&outbox, 1))), arrive);
        taken.sort_by_key(|name| name.clone().ok());
        assert_eq!(taken, ["a", "b", "c"].map(|name| Ok(name.to_owned())));
    }

    #[tokio::test]
    async fn a_taker_that_is_dropped_when_it_was_rung_for_takes_nothing_along() {
        let outbox = Arc::new(Outbox::new(9));
        let mut first = Box::pin(outbox.take(1));
        let mut second = pin!(take(&outbox, 1));
        assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
        put(&outbox, "a").await;
        outbox.bell.notify_one();
        drop(first);
        assert_eq!(second.await, Ok("a".to_owned()));
    }

    #[tokio::test]
    async fn there_is_room_again_once_results_are_taken() {
        let outbox = Arc::new(Outbox::new(2));
        put(&outbox, "ab").await;
        let mut third = pin!(outbox.place());
        assert!((&mut third).now_or_never().is_none());
        assert_eq!(take(&outbox, 1).await, Ok("a".to_owned()));
        assert!(timeout(PATIENCE, third).await.is_ok());
    }

    #[tokio::test]
    async fn whoever_attends_tells_of_each_arrival_and_returns_when_closed() {
        let outbox = Arc::new(Outbox::new(9));
        let takes = async {
            for name in ["a", "b", "c"] {
                let (taken, ()) = tokio::join!(take(&outbox, 9), async {
                    tokio::task::yield_now().await;
                    put(&outbox, name).await;
                });
                assert_eq!(taken, Ok(name.to_owned()));
            }
            outbox.end(End::Closed);
        };
        let (attended, ()) = tokio::join!(timeout(PATIENCE * 4, outbox.attend()), takes);
        assert!(attended.is_ok());
    }
}
