//! All records at one revision, a page at a time: what something derived is built
//! from where the log does not reach back far enough.

use super::{Changed, may_be_used, reached};
use crate::domain::revision::Revision;
use crate::store::{At, Cursor, Direction, Error, LoadBody, Path, Reader, Scan, Store, Window};

/// How many records are read at a time.
const PAGE: usize = 256;
/// About how many bytes of records are read at a time.
const PAGE_BYTES: usize = 2 << 20;

/// All records at one revision.
pub(super) struct Snapshot {
    reader: Box<dyn Reader>,
    /// The paths that are left, the next last.
    paths: Vec<Path>,
    after: Option<Cursor>,
}

impl Snapshot {
    /// Those of the newest revision.
    pub(super) async fn of_head(store: &dyn Store) -> Result<Self, Error> {
        let reader = store.reader(At::Head).await?;
        let paths = vec![Path::Statements, Path::Articles, Path::Entities];
        Ok(Self { reader, paths, after: None })
    }

    /// The revision.
    pub(super) fn revision(&self) -> Revision {
        self.reader.revision()
    }

    /// The next records, perhaps none; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Changed>>, Error> {
        let Some(path) = self.paths.last().cloned() else { return Ok(None) };
        let scan = Scan {
            path,
            direction: Direction::Along,
            window: Window::default(),
            filter: None,
            after: self.after.take(),
            limit: PAGE,
            max_bytes: PAGE_BYTES,
            max_scanned: PAGE,
            body: LoadBody::Yes,
        };
        let page = self.reader.list(&scan).await?;
        self.after = page.next;
        if self.after.is_none() {
            self.paths.pop();
        }
        let mut records: Vec<Changed> = page
            .items
            .into_iter()
            .map(|item| Changed {
                name: item.record.name.clone(),
                before: None,
                usable: may_be_used(&item.record.value),
                erased: false,
                after: Some(item.record),
            })
            .collect();
        reached::mark_with(self.reader.as_ref(), &mut records).await?;
        Ok(Some(records))
    }
}
