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
    let mut content = Zeroizing::new(Vec::with_capacity(MOST + 1));
    let file = File::open(path).map_err(|source| cannot_read(path, source))?;
    file.take(MOST as u64 + 1).read_to_end(&mut content).map_err(|source| cannot_read(path, source))?;
    let key = if content.len() > MOST { None } else { decode(&content) };
    key.ok_or_else(|| invalid(path, "is not a key file of mmcred, or is damaged"))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &Path) -> Error {
        read(path).unwrap_err()
    }

    fn write_mode(path: &Path, content: &str, mode: u32) {
        fs::write(path, content).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_made_key_file_is_private_and_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mmcred").join("key");
        make(&path).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(PREFIX) && text.ends_with('\n') && text.lines().count() == 1);
        assert_eq!(encode(&read(&path).unwrap()).as_str(), text);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_key_file_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        make(&path).unwrap();
        let before = fs::read(&path).unwrap();
        make(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn what_others_can_read_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        make(&path).unwrap();
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = refused(&path);
            assert_eq!(error.kind(), ErrorKind::KeyFileInvalid);
            assert!(error.hint().contains(&format!("chmod 600 {}", path.display())), "{}", error.hint());
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        read(&path).unwrap();
    }

    #[test]
    fn a_missing_key_file_is_not_an_invalid_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(refused(&folder.path().join("key")).kind(), ErrorKind::KeyFileMissing);
        assert_eq!(refused(folder.path()).kind(), ErrorKind::KeyFileInvalid);
    }

    #[test]
    fn damaged_text_is_refused_and_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let mut key = UnlockKey::default();
        fill(&mut key[..]);
        let line = encode(&key);
        let body = line.trim_end().strip_prefix(PREFIX).unwrap();
        let mut mistyped = body.to_owned().into_bytes();
        mistyped[3] = if mistyped[3] == b'A' { b'B' } else { b'A' };
        let mistyped = String::from_utf8(mistyped).unwrap();
        for content in [
            String::new(),
            body.to_owned(),
            format!("{PREFIX}{}", &body[1..]),
            format!("{PREFIX}{mistyped}"),
            format!("{PREFIX}{body}x"),
            format!("{}{}", &*line, &*line),
            format!("{}{}", &*line, "\n".repeat(MOST)),
            "x".repeat(1 << 20),
        ] {
            write_mode(&path, &content, 0o600);
            let error = refused(&path);
            assert_eq!(error.kind(), ErrorKind::KeyFileInvalid, "{content:.80}");
            assert!(!format!("{error:?}").contains(&body[8..20]));
        }
        write_mode(&path, &format!("\n  {}\r\n\n", &*line), 0o600);
        assert_eq!(read(&path).unwrap()[..], key[..]);
    }
}
