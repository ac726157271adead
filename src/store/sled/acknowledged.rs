//! The newest revision that was acknowledged, in a small file beside the database.
//!
//! The database cuts the end of its log off where that is damaged, as if it had
//! never been written. This file tells a torn end, which nobody was told of, from
//! commits that are gone. It is written after the sync and not synced itself: after
//! a loss of power it may be behind, which is no harm, and never ahead.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use uuid::Uuid;

use crate::domain::revision::Revision;

/// The name of the file.
pub(super) const FILE: &str = "acknowledged";
/// The store's id, the revision, and a checksum of both.
const BYTES: usize = 16 + 8 + 4;

/// The file, open.
pub(super) struct Acknowledged {
    file: File,
    store_id: Uuid,
}

impl Acknowledged {
    /// Opens the file, and makes it where there is none.
    pub(super) fn open(directory: &Path, store_id: Uuid) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        Ok(Self { file: options.open(directory.join(FILE))?, store_id })
    }

    /// What it holds; `None` where that is nothing, of another store, or damaged.
    pub(super) fn read(&self) -> io::Result<Option<Revision>> {
        let mut bytes = [0; BYTES];
        match self.file.read_exact_at(&mut bytes, 0) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let [.., a, b, c, d, e, f, g, h, _, _, _, _] = bytes;
        let revision = Revision(u64::from_be_bytes([a, b, c, d, e, f, g, h]));
        Ok((bytes == self.written(revision)).then_some(revision))
    }

    /// Writes down that a revision is durable.
    pub(super) fn note(&self, revision: Revision) -> io::Result<()> {
        self.file.write_all_at(&self.written(revision), 0)
    }

    /// Makes it durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    fn written(&self, revision: Revision) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let (content, sum) = bytes.split_at_mut(BYTES - 4);
        let (id, number) = content.split_at_mut(16);
        id.copy_from_slice(self.store_id.as_bytes());
        number.copy_from_slice(&revision.0.to_be_bytes());
        sum.copy_from_slice(&crc32fast::hash(content).to_be_bytes());
        bytes
    }
}
