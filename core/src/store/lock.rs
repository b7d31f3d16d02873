use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::ErrorKind;
use crate::error::{Error, Result};
use crate::shown::Shown;

/// The right to write to a store: an exclusive `flock` on the vault's directory.
///
/// On the directory, since two copies of SQLite in one process lose each other's locks on the database file.
/// Opened anew for each write: locks of two opened files exclude each other even within one process.
pub(crate) struct WriteLock {
    directory: Option<File>,
}

impl WriteLock {
    /// Waits for the lock, at most `wait`.
    pub(crate) fn acquire(directory: &Path, wait: Duration) -> Result<Self> {
        let failed = |source: io::Error| {
            let missing = source.kind() == io::ErrorKind::NotFound;
            Error::new(
                if missing { ErrorKind::VaultMissing } else { ErrorKind::StorageFailed },
                format!("The vault's folder {} can not be locked: {source}.", Shown(directory)),
            )
            .with_source(source)
        };
        let start = Instant::now();
        let file = File::open(directory).map_err(failed)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { directory: Some(file) }),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) if start.elapsed() >= wait => {
                    return Err(Error::new(
                        ErrorKind::Busy,
                        format!("Another writer held the vault {} for {wait:?} or more.", Shown(directory)),
                    ));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(pause(start.elapsed())),
            }
        }
    }

    /// For a store that no other process can reach.
    #[cfg(test)]
    pub(crate) fn not_needed() -> Self {
        Self { directory: None }
    }
}

/// About as long as a durable write takes; growing only for those who wait behind something slow.
fn pause(waited: Duration) -> Duration {
    (waited / 20).clamp(Duration::from_micros(100), Duration::from_millis(2))
}

impl Drop for WriteLock {
    /// Unlocks by name: closing is not enough when a child forked meanwhile holds the same opened file.
    fn drop(&mut self) {
        if let Some(directory) = &self.directory {
            let _ = directory.unlock();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_lock_excludes_another_until_it_goes() {
        let folder = tempfile::tempdir().unwrap();
        let held = WriteLock::acquire(folder.path(), Duration::ZERO).unwrap();
        let wait = Duration::from_millis(30);
        let start = Instant::now();
        let error = WriteLock::acquire(folder.path(), wait).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(start.elapsed() >= wait);
        drop(held);
        WriteLock::acquire(folder.path(), Duration::ZERO).unwrap();
    }

    /// A forked child has the same opened file; here a clone of it stands for the child's.
    #[test]
    fn a_second_holder_of_the_opened_file_does_not_keep_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let held = WriteLock::acquire(folder.path(), Duration::ZERO).unwrap();
        let _inherited = held.directory.as_ref().unwrap().try_clone().unwrap();
        drop(held);
        WriteLock::acquire(folder.path(), Duration::ZERO).unwrap();
    }
}
