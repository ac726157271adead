//! Records along a path, batch by batch, up to a bound on what is looked at.

use super::error::Error;
use crate::domain::record::Stored;
use crate::query::filter::Filter;
use crate::store::{LoadBody, Path, Reader, Scan};

/// How many records are looked at before the work may be broken off.
const BATCH: usize = 1_000;

/// Goes along a path.
pub(super) struct Sweep<'a> {
    reader: &'a dyn Reader,
    scan: Scan,
    /// How many records may still be looked at.
    left: usize,
    ended: bool,
}

impl<'a> Sweep<'a> {
    /// A sweep that looks at no more than `most` records, and gives those that pass.
    pub(super) fn new(
        reader: &'a dyn Reader,
        path: Path,
        filter: Option<Filter>,
        most: usize,
    ) -> Self {
        Self::of(reader, Scan { filter, ..Scan::all(path, BATCH) }, most)
    }

    /// A sweep along the path of a scan, likewise, without texts.
    pub(super) fn of(reader: &'a dyn Reader, scan: Scan, most: usize) -> Self {
        let scan = Scan { after: None, max_bytes: usize::MAX, body: LoadBody::No, ..scan };
        Self { reader, scan, left: most, ended: false }
    }

    /// The next records; perhaps none of a batch pass. `None`: the path has ended,
    /// or no more may be looked at.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Stored>>, Error> {
        if self.ended || self.left == 0 {
            return Ok(None);
        }
        let batch = self.left.min(BATCH);
        (self.scan.limit, self.scan.max_scanned) = (batch, batch);
        let page = self.reader.list(&self.scan).await?;
        self.left -= batch;
        self.ended = page.next.is_none();
        self.scan.after = page.next;
        Ok(Some(page.items.into_iter().map(|item| item.record).collect()))
    }

    /// Whether the path has ended: nothing was left out.
    pub(super) fn is_whole(&self) -> bool {
        self.ended
    }
}
