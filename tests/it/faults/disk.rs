//! A data directory on a disk that is told how to fail.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/shim/faults.c");
/// The shim's `struct before`.
const BEFORE_BYTES: usize = 24;

/// What is set for a server process.
pub(super) type Variables = Vec<(&'static str, String)>;

/// A data directory, and what the shim keeps beside it.
pub(super) struct Disk {
    directory: TempDir,
}

impl Disk {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("journal")).unwrap();
        Self { directory }
    }

    pub(super) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn beside(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }

    /// A disk on which calls are counted.
    pub(super) fn counting(&self) -> Variables {
        vec![
            ("LD_PRELOAD", shim().to_str().unwrap().to_owned()),
            ("SHIM_DIRECTORY", self.beside("data")),
            ("SHIM_STATE", self.beside("state")),
        ]
    }

    /// A disk on which one call fails.
    pub(super) fn failing(&self, fault: &str) -> Variables {
        [self.counting(), vec![("SHIM_FAULT", fault.to_owned())]].concat()
    }

    /// A disk that can lose what was not synced.
    pub(super) fn forgetful(&self) -> Variables {
        [self.counting(), vec![("SHIM_JOURNAL", self.beside("journal"))]].concat()
    }

    /// One whose syncs do nothing, besides.
    pub(super) fn lying(&self) -> Variables {
        [self.forgetful(), vec![("SHIM_LIES", "1".to_owned())]].concat()
    }

    fn state(&self) -> [u64; 4] {
        let bytes = fs::read(self.beside("state")).unwrap();
        let (numbers, _) = bytes.as_chunks::<8>();
        [0, 1, 2, 3].map(|at| u64::from_ne_bytes(numbers[at]))
    }

    /// How often files were written, synced and opened.
    pub(super) fn calls(&self) -> [u64; 3] {
        let [writes, syncs, opens, _] = self.state();
        [writes, syncs, opens]
    }

    /// How many calls were made to fail.
    pub(super) fn faults(&self) -> u64 {
        self.state()[3]
    }

    /// Takes back every write to the database that no sync made durable, the last
    /// first; tells how many those were.
    pub(super) fn lose_unsynced(&self) -> usize {
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
