//! An ordered table of bytes, in which quotations are kept: small, so that any
//! engine can be put beneath. What is kept can be thrown away and built again.

mod memory;
mod overlay;

pub use self::memory::MemoryTable;
pub(super) use self::overlay::Overlay;

/// Why a table does not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// What is kept makes no sense: it must be built again.
    #[error("the quotations that were kept are damaged: {0}")]
    Damaged(String),
    /// The engine failed.
    #[error("quotations cannot be kept: {0}")]
    Failed(String),
}

/// A key, and what stands under it.
pub type Entry = (Vec<u8>, Vec<u8>);
/// A key, and what is to stand under it; `None` removes it.
pub type Write = (Vec<u8>, Option<Vec<u8>>);

/// One state of a table, which later writes do not change.
pub trait Snapshot: Send + Sync {
    /// What stands under a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, TableError>;

    /// The first entries from `from` on and before `end`, in the order of keys, at
    /// most `limit`.
    fn range(&self, from: &[u8], end: &[u8], limit: usize) -> Result<Vec<Entry>, TableError>;

    /// The first entries whose keys begin so, at most `limit`.
    fn prefix(&self, prefix: &[u8], limit: usize) -> Result<Vec<Entry>, TableError> {
        self.range(prefix, &after_prefix(prefix), limit)
    }
}

/// A state that readers see: they may go backwards too.
pub trait Shown: Snapshot {
    /// The last entries from `from` on and before `end`, the last first, at most
    /// `limit`.
    fn range_back(&self, from: &[u8], end: &[u8], limit: usize) -> Result<Vec<Entry>, TableError>;
}

/// A table on disk or in memory. While one is built anew, readers see the one
/// before.
pub trait Table: Send + Sync + 'static {
    /// The newest state, for readers.
    fn snapshot(&self) -> Result<Box<dyn Shown>, TableError>;

    /// The newest state of what is written: another one than readers see between
    /// [`Self::begin_anew`] and [`Self::show`].
    fn written(&self) -> Result<Box<dyn Snapshot>, TableError>;

    /// Writes all of these, or none. A crash may undo the last of several writes,
    /// never one before it alone.
    fn write(&self, writes: Vec<Write>) -> Result<(), TableError>;

    /// From now on an empty table is written, beside the one that is shown.
    fn begin_anew(&self) -> Result<(), TableError>;

    /// Shows what is written; what was shown before goes.
    fn show(&self) -> Result<(), TableError>;

    /// Gives up a table that was begun and not shown: the shown one is written again.
    fn give_up(&self) -> Result<(), TableError>;

    /// Makes durable what was written, and lets go of it.
    fn close(&self) -> Result<(), TableError>;
}

/// The first key after all that begin so. No prefix of ours is all ones.
pub(super) fn after_prefix(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            break;
        }
    }
    end
}
