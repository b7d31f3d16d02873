//! What no vault of this kind can be quicker than: SQLite and AES-256-GCM alone, nothing of mmcred.
//! `bench-floor JOB FOLDER ENTRIES LABEL SECRET`, the last two being the sizes of mmcred's two envelopes.
//!
//! Each floor has a theory: what it must cost, of parts measured alone. A floor that takes more than
//! 1.3 × its theory is itself careless, and `run.py` calls it invalid.
//!
//! | floor | does | theory |
//! |---|---|---|
//! | `read` | point read by a 32-byte key, AES-GCM open of the secret | `read-sql` (the statement alone, through SQLite's C functions) + `read-open` (the cipher alone) |
//! | `put` | one row of both envelopes replaced, one AES-GCM seal of their sizes, `synchronous = FULL` | `put-disk`: a page and its frame header written into a file that has its size, `fdatasync` |
//! | `list` | a scan of all labels, AES-GCM open of each | `list-sql` + `list-open` |
//! | `open` | open the database, key the cipher, read and open one secret | none: it is the sum of what SQLite does |

use std::env;
use std::ffi::c_int;
use std::fs::{File, OpenOptions};
use std::hint::black_box;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::ptr;
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use mmcred_bench::{name, pick, serve, serve_turns};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ffi};

/// An envelope's nonce and tag, what it is bound to, and more than its plaintext needs.
const NONCE: usize = 12;
const TAG: usize = 16;
const BOUND: [u8; 62] = [7; 62];
const ROOM: usize = 4096;

const SCHEMA: &str = "
PRAGMA journal_mode = WAL;
CREATE TABLE entries (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, label BLOB NOT NULL, secret BLOB NOT NULL) STRICT;
";
const SELECT: &str = "SELECT version, secret FROM entries WHERE key = ?1";
const UPDATE: &str = "UPDATE entries SET version = ?2, label = ?3, secret = ?4 WHERE key = ?1";
const SCAN: &str = "SELECT id, key, version, label FROM entries ORDER BY id";

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let [job, folder, numbers @ ..] = args.as_slice() else { panic!("bench-floor JOB FOLDER NUMBERS") };
    let numbers: Vec<usize> = numbers.iter().map(|n| n.parse().expect("a number")).collect();
    let [entries, label, secret] = numbers[..] else { panic!("ENTRIES LABEL SECRET") };
    let floor = Floor { file: Path::new(folder).join("floor.db"), entries: entries as u64, label, secret };
    match job.as_str() {
        "fill" => floor.fill(),
        "read" => floor.read(),
        "read-sql" => floor.read_sql(),
        "read-open" => floor.read_open(),
        "put" => floor.put(),
        "put-disk" => floor.put_disk(),
        "list" => floor.list(),
        "list-sql" => floor.list_sql(),
        "list-open" => floor.list_open(),
        "open" => floor.open(),
        other => panic!("no job {other}"),
    }
}

struct Floor {
    file: PathBuf,
    entries: u64,
    label: usize,
    secret: usize,
}

impl Floor {
    fn fill(&self) {
        std::fs::create_dir_all(self.file.parent().expect("it lies in a folder")).expect("a folder");
        let mut db = Connection::open(&self.file).expect("a new file");
        db.execute_batch(SCHEMA).expect("the schema is right");
        let cipher = cipher(&[1; 32]);
        let tx = db.transaction().expect("a transaction");
        for index in 0..self.entries {
            let row = (
                key(index),
                index as i64,
                seal(&cipher, index, self.label),
                seal(&cipher, index, self.secret),
            );
            tx.execute("INSERT INTO entries (key, version, label, secret) VALUES (?1, ?2, ?3, ?4)", row)
                .expect("the key is new");
        }
        tx.commit().expect("the disk takes it");
    }

    fn read(&self) {
        let (db, keys, cipher) = (self.connect(), self.keys(), cipher(&[1; 32]));
        let mut statement = db.prepare(SELECT).expect("the statement is right");
        let mut room = [0; ROOM];
        serve_turns(|turn| {
            let key = &keys[pick(turn, self.entries)];
            let opened = statement.query_row([key], |row| {
                black_box(row.get::<_, i64>(0)?);
                Ok(open(&cipher, row.get_ref(1)?.as_blob()?, &mut room))
            });
            assert!(opened.expect("the row is there"));
        });
    }

    fn read_sql(&self) {
        let (db, keys) = (self.connect(), self.keys());
        let mut statement = Raw::prepare(&db, SELECT);
        serve_turns(|turn| assert!(statement.point(&keys[pick(turn, self.entries)]) == self.secret));
    }

    fn read_open(&self) {
        opens(&seal(&cipher(&[1; 32]), 0, self.secret), 1);
    }

    fn put(&self) {
        let (db, keys, cipher) = (self.connect(), self.keys(), cipher(&[1; 32]));
        let mut statement = db.prepare(UPDATE).expect("the statement is right");
        serve_turns(|turn| {
            let sealed = seal(&cipher, turn, self.label + self.secret);
            let (label, secret) = sealed.split_at(self.label);
            let key = &keys[pick(turn, self.entries)];
            let changed = statement.execute((key, turn as i64, label, secret)).expect("the disk takes it");
            assert_eq!(changed, 1);
        });
    }

    /// As many pages as a log grows to before it is folded into the database, written over and over.
    fn put_disk(&self) {
        const PAGES: u64 = 1000;
        const FRAME: usize = 24 + 4096;
        let path = self.file.with_extension("theory");
        let file = OpenOptions::new().create(true).truncate(true).write(true).open(path).expect("a new file");
        file.write_all_at(&vec![0; FRAME * PAGES as usize], 0).expect("the disk takes it");
        file.sync_all().expect("the disk takes it");
        let mut frame = [0; FRAME];
        serve_turns(|turn| {
            frame[turn as usize % FRAME] ^= 1;
            let at = turn % PAGES * FRAME as u64;
            file.write_all_at(&frame, at).and_then(|()| file.sync_data()).expect("the disk takes it");
        });
    }

    fn list(&self) {
        let (db, cipher) = (self.connect(), cipher(&[1; 32]));
        let mut statement = db.prepare(SCAN).expect("the statement is right");
        let mut room = [0; ROOM];
        serve_turns(|_| {
            let mut rows = statement.query([]).expect("a scan");
            let mut found = 0;
            while let Some(row) = rows.next().expect("a row") {
                black_box((
                    row.get::<_, i64>(0).is_ok(),
                    row.get_ref(1).is_ok(),
                    row.get::<_, i64>(2).is_ok(),
                ));
                let label = row.get_ref(3).and_then(|value| Ok(value.as_blob()?)).expect("a label");
                assert!(open(&cipher, label, &mut room));
                found += 1;
            }
            assert_eq!(found, self.entries);
        });
    }

    fn list_sql(&self) {
        let db = self.connect();
        let mut statement = Raw::prepare(&db, SCAN);
        serve_turns(|_| assert_eq!(statement.scan(), self.entries));
    }

    fn list_open(&self) {
        opens(&seal(&cipher(&[1; 32]), 0, self.label), self.entries);
    }

    fn open(&self) {
        let key_file = self.file.with_extension("key");
        std::fs::write(&key_file, [1; 32]).expect("a new file");
        let key = key(0);
        serve(|turns| {
            let turn = |_| {
                let start = Instant::now();
                let mut bytes = [0; 32];
                File::open(&key_file).and_then(|mut file| file.read_exact(&mut bytes)).expect("32 bytes");
                let (db, cipher) = (self.connect(), cipher(&bytes));
                let mut room = [0; ROOM];
                let opened = db
                    .query_row(SELECT, [key], |row| Ok(open(&cipher, row.get_ref(1)?.as_blob()?, &mut room)));
                assert!(opened.expect("the row is there"));
                start.elapsed()
            };
            (0..turns).map(turn).sum::<Duration>()
        });
    }

    fn connect(&self) -> Connection {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&self.file, flags).expect("run.py made it");
        // As a vault does: who closes last would take the log away, and who opens next would make it anew.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).expect("a setting");
        db.execute_batch("PRAGMA synchronous = FULL").expect("a pragma");
        db
    }

    fn keys(&self) -> Vec<[u8; 32]> {
        (0..self.entries).map(key).collect()
    }
}

/// Keys as scattered as those of a vault.
fn key(index: u64) -> [u8; 32] {
    digest(&SHA256, name(index).as_bytes()).as_ref().try_into().expect("SHA-256 gives 32 bytes")
}

fn cipher(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("32 bytes are a key"))
}

/// An envelope of `size` bytes, another one each time.
fn seal(cipher: &LessSafeKey, number: u64, size: usize) -> Vec<u8> {
    let mut nonce = [0; NONCE];
    aws_lc_rs::rand::fill(&mut nonce).expect("the system has randomness");
    let mut envelope = vec![0; size - TAG];
    envelope[..NONCE].copy_from_slice(&nonce);
    envelope[NONCE..NONCE + 8].copy_from_slice(&number.to_le_bytes());
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = cipher.seal_in_place_separate_tag(nonce, Aad::from(BOUND), &mut envelope[NONCE..]);
    envelope.extend_from_slice(tag.expect("AES-GCM seals it").as_ref());
    envelope
}

/// Whether the envelope opens; its plaintext is left in `room`.
fn open(cipher: &LessSafeKey, envelope: &[u8], room: &mut [u8; ROOM]) -> bool {
    let (nonce, sealed) = envelope.split_at(NONCE);
    let (ciphertext, tag) = sealed.split_at(sealed.len() - TAG);
    let nonce = Nonce::try_assume_unique_for_key(nonce).expect("12 bytes");
    let plain = &mut room[..ciphertext.len()];
    let opened = cipher.open_separate_gather(nonce, Aad::from(BOUND), ciphertext, tag, plain);
    black_box(plain);
    opened.is_ok()
}

fn opens(envelope: &[u8], times: u64) {
    let (cipher, mut room) = (cipher(&[1; 32]), [0; ROOM]);
    serve_turns(|_| (0..times).for_each(|_| assert!(open(&cipher, black_box(envelope), &mut room))));
}

/// A statement without anything between it and SQLite.
struct Raw(*mut ffi::sqlite3_stmt);

impl Raw {
    fn prepare(db: &Connection, sql: &str) -> Self {
        let mut statement = ptr::null_mut();
        let (text, length) = (sql.as_ptr().cast(), sql.len() as c_int);
        // SAFETY: the connection is open, and the text is as long as it says.
        let code =
            unsafe { ffi::sqlite3_prepare_v2(db.handle(), text, length, &mut statement, ptr::null_mut()) };
        assert_eq!(code, ffi::SQLITE_OK);
        Self(statement)
    }

    /// The size of the secret under that key.
    fn point(&mut self, key: &[u8; 32]) -> usize {
        // SAFETY: the statement was prepared, and the key outlives the step.
        unsafe {
            ffi::sqlite3_bind_blob(self.0, 1, key.as_ptr().cast(), 32, ffi::SQLITE_STATIC());
            let code = ffi::sqlite3_step(self.0);
            assert_eq!(code, ffi::SQLITE_ROW);
            black_box(ffi::sqlite3_column_int64(self.0, 0));
            black_box(ffi::sqlite3_column_blob(self.0, 1));
            let size = ffi::sqlite3_column_bytes(self.0, 1);
            ffi::sqlite3_reset(self.0);
            size as usize
        }
    }

    /// How many rows there are, each of them looked at.
    fn scan(&mut self) -> u64 {
        let mut found = 0;
        // SAFETY: the statement was prepared.
        unsafe {
            while ffi::sqlite3_step(self.0) == ffi::SQLITE_ROW {
                black_box(ffi::sqlite3_column_int64(self.0, 0));
                black_box(ffi::sqlite3_column_blob(self.0, 1));
                black_box(ffi::sqlite3_column_int64(self.0, 2));
                black_box(ffi::sqlite3_column_blob(self.0, 3));
                found += 1;
            }
            ffi::sqlite3_reset(self.0);
        }
        found
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // SAFETY: it was prepared, and is not used afterwards. SQLite's answer repeats the last step's.
        unsafe { ffi::sqlite3_finalize(self.0) };
    }
}
