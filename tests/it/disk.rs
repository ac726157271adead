//! A data directory on a disk that is told how to fail.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/shim/faults.c");
/// The shim's `struct before`.
const BEFORE_BYTES: usize = 24;

/// What is set for a server process.
pub(crate) type Variables = Vec<(&'static str, String)>;

/// A data directory, and what the shim keeps beside it.
pub(crate) struct Disk {
    directory: TempDir,
}

impl Disk {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("journal")).unwrap();
        Self { directory }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    pub(crate) fn beside(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }

    /// A disk on which calls are counted.
    pub(crate) fn counting(&self) -> Variables {
        vec![
            ("LD_PRELOAD", shim().to_str().unwrap().to_owned()),
            ("SHIM_DIRECTORY", self.beside("data")),
            ("SHIM_STATE", self.beside("state")),
        ]
    }

    /// A disk on which one call fails.
    pub(crate) fn failing(&self, fault: &str) -> Variables {
        [self.counting(), vec![("SHIM_FAULT", fault.to_owned())]].concat()
    }

    /// A disk that can lose what was not synced.
    pub(crate) fn forgetful(&self) -> Variables {
        [self.counting(), vec![("SHIM_JOURNAL", self.beside("journal"))]].concat()
    }

    /// One whose syncs do nothing, besides.
    pub(crate) fn lying(&self) -> Variables {
        [self.forgetful(), vec![("SHIM_LIES", "1".to_owned())]].concat()
    }

    /// The shim's `struct state`.
    fn state(&self) -> [u64; 6] {
        let bytes = fs::read(self.beside("state")).unwrap();
        let (numbers, _) = bytes.as_chunks::<8>();
        [0, 1, 2, 3, 4, 5].map(|at| u64::from_ne_bytes(numbers[at]))
    }

    /// How often files were written, synced and opened.
    pub(crate) fn calls(&self) -> [u64; 3] {
        let [writes, syncs, opens, ..] = self.state();
        [writes, syncs, opens]
    }

    /// How many calls were made to fail.
    pub(crate) fn faults(&self) -> u64 {
        self.state()[4]
    }

    /// A disk with a point at which a process dies, once the fuse is set.
    pub(crate) fn deadly(&self, point: &str) -> Variables {
        [self.counting(), vec![("SHIM_POINT", point.to_owned())]].concat()
    }

    /// Sets at which call from now on a process dies at its point; 0: at none.
    pub(crate) fn set_fuse(&self, number: u64) {
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).open(self.beside("state"));
        file.unwrap().write_all_at(&number.to_ne_bytes(), 5 * 8).unwrap();
    }

    /// Runs `dicta` to its end, or to where it dies: at this call, from 1, at a point,
    /// which tells of files below the whole directory.
    pub(crate) fn run(&self, point: &str, call: u64, arguments: &[&str]) -> Output {
        self.set_fuse(call);
        let mut command = Command::new(env!("CARGO_BIN_EXE_dicta"));
        command.envs(self.deadly(point)).env("SHIM_DIRECTORY", self.beside("")).args(arguments);
        command.output().unwrap()
    }

    /// How many more calls a process outlives at its point; 0 where it died at one.
    pub(crate) fn fuse(&self) -> u64 {
        self.state()[5]
    }

    /// Takes back every write to the database that no sync made durable, the last
    /// first; tells how many those were.
    pub(crate) fn lose_unsynced(&self) -> usize {
        let journal = Path::new(&self.beside("journal")).join("db");
        let bytes = fs::read(&journal).unwrap();
        let number = |at: usize| u64::from_ne_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
        let mut writes = Vec::new();
        let mut at = number(0);
        while at < bytes.len() {
            let (offset, kept, length) = (number(at), number(at + 8), number(at + 16));
            let content = &bytes[at + BEFORE_BYTES..at + BEFORE_BYTES + kept];
            writes.push((offset as u64, content, length as u64));
            at += BEFORE_BYTES + kept;
        }
        let file = OpenOptions::new().write(true).open(self.data().join("db")).unwrap();
        for (offset, content, length) in writes.iter().rev() {
            file.write_all_at(content, *offset).unwrap();
            file.set_len(*length).unwrap();
        }
        let count = writes.len();
        drop(writes);
        File::create(journal).unwrap();
        count
    }
}

impl Drop for Disk {
    /// Of a test that fails the data tells why.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.directory.disable_cleanup(true);
            eprintln!("what was kept is in {}", self.directory.path().display());
        }
    }
}

/// The shim, built once.
fn shim() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let name = format!("faults-{}.so", std::process::id());
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-shared", "-fPIC", "-Wall", "-Werror", SOURCE, "-o"]);
        let built = compiler.arg(&library).args(["-ldl", "-lpthread"]).status().unwrap();
        assert!(built.success(), "cc builds {SOURCE}");
        library
    })
}
