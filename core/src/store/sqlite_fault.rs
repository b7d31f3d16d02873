use std::path::Path;

use rusqlite::ffi::ErrorCode;

use crate::ErrorKind;
use crate::error::Error;
use crate::shown::Shown;

/// What an error of SQLite means for a vault. Its text never holds bound values.
pub(super) fn translate(path: &Path, source: rusqlite::Error) -> Error {
    let shown = Shown(path);
    let (kind, message) = match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (ErrorKind::Busy, format!("Another process is using the vault {shown}."))
        }
        Some(ErrorCode::ReadOnly) => (ErrorKind::ReadOnly, format!("The vault {shown} can not be written.")),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            (ErrorKind::VaultDamaged, format!("The vault {shown} is damaged."))
        }
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::OutOfMemory
            | ErrorCode::PermissionDenied
            | ErrorCode::NoLargeFileSupport
            | ErrorCode::FileLockingProtocolFailed,
        ) => (ErrorKind::StorageFailed, format!("The vault {shown} can not be read or written: {source}.")),
        // A missing table, a value of another type: the file is a database, but not as we write it.
        _ => (ErrorKind::VaultDamaged, format!("The vault {shown} does not have the tables of a vault.")),
    };
    Error::new(kind, message).with_source(source)
}
