use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::ErrorKind;
use crate::error::{Error, Result};
use crate::seal::{UnlockKey, fill, random};
use crate::shown::Shown;

const PREFIX: &str = "mmcred-key-1:";
const CHECK: usize = 4;
const ENCODED: usize = (32 + CHECK) / 3 * 4;
/// A line and some room for editors' additions; never a large file given by mistake.
const MOST: usize = 256;

/// Makes a key file of one line, readable by its owner only. Never replaces one.
///
/// It appears complete or not at all: written under another name, synced, then linked to its own.
pub(crate) fn make(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |source: io::Error| cannot_write(path, source);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let mut key = UnlockKey::default();
    fill(&mut key[..]);
    let draft = folder.join(format!(".mmcred-key-{}", data_encoding::HEXLOWER.encode(&random::<8>())));
    let made = write(&draft, &encode(&key)).and_then(|()| match fs::hard_link(&draft, path) {
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = fs::remove_file(&draft);
    made.and(removed).and_then(|()| File::open(folder)?.sync_all()).map_err(failed)
}

fn write(draft: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

/// The key of a key file that only its owner can read.
pub(crate) fn read(path: &Path) -> Result<UnlockKey> {
    let about = fs::metadata(path).map_err(|source| cannot_read(path, source))?;
    // Looked at before it is opened: opening a pipe would wait for its writer.
    if !about.is_file() {
        return Err(invalid(path, "is not a file"));
    }
    if about.permissions().mode() & 0o077 != 0 {
        return Err(invalid(path, "can be read or written by other users")
            .with_hint(format!("Take others' access away: chmod 600 {}", Shown(path))));
    }
    let mut content = Zeroizing::new([0; MOST]);
    let mut length = 0;
    let mut file = File::open(path).map_err(|source| cannot_read(path, source))?;
    loop {
        match file.read(&mut content[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(source) if source.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(cannot_read(path, source)),
        }
    }
    decode(&content[..length]).ok_or_else(|| invalid(path, "is not a key file of mmcred, or is damaged"))
}

fn encode(key: &UnlockKey) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; 32 + CHECK]);
    bytes[..32].copy_from_slice(&key[..]);
    bytes[32..].copy_from_slice(&check(key));
    let mut line = Zeroizing::new(String::with_capacity(PREFIX.len() + ENCODED + 1));
    line.push_str(PREFIX);
    BASE64URL_NOPAD.encode_append(&bytes[..], &mut line);
    line.push('\n');
    line
}

fn decode(content: &[u8]) -> Option<UnlockKey> {
    let encoded = content.trim_ascii().strip_prefix(PREFIX.as_bytes())?;
    let mut bytes = Zeroizing::new([0; 32 + CHECK]);
    if encoded.len() != ENCODED {
        return None;
    }
    BASE64URL_NOPAD.decode_mut(encoded, &mut bytes[..]).ok()?;
    let mut key = UnlockKey::default();
    key.copy_from_slice(&bytes[..32]);
    (bytes[32..] == check(&key)).then_some(key)
}

/// Tells a mistyped or cut key file from one of another vault.
fn check(key: &UnlockKey) -> [u8; CHECK] {
    let hash = digest(&SHA256, &key[..]);
    hash.as_ref()[..CHECK].try_into().expect("SHA-256 gives more than four bytes")
}

fn invalid(path: &Path, what: &str) -> Error {
    Error::new(ErrorKind::KeyFileInvalid, format!("The key file {} {what}.", Shown(path)))
}

fn cannot_read(path: &Path, source: io::Error) -> Error {
    let shown = Shown(path);
    match source.kind() {
        io::ErrorKind::NotFound => {
            Error::new(ErrorKind::KeyFileMissing, format!("There is no key file {shown}."))
        }
        _ => {
            Error::new(ErrorKind::KeyFileInvalid, format!("The key file {shown} can not be read: {source}."))
                .with_source(source)
        }
    }
}

fn cannot_write(path: &Path, source: io::Error) -> Error {
    let kind = match source.kind() {
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => ErrorKind::ReadOnly,
        _ => ErrorKind::StorageFailed,
    };
    Error::new(kind, format!("The key file {} can not be made: {source}.", Shown(path))).with_source(source)
}
