//! The records along a path, read a page at a time.

use std::collections::VecDeque;

use crate::kb::PAGE_SCAN;
use crate::query::filter::Filter;
use crate::store::{Cursor, Direction, Error, Item, LoadBody, Path, Reader, Scan, Window};

/// How many records are read at a time.
const PAGE_ITEMS: usize = 64;
/// How many bytes of records are read at a time, about.
const PAGE_BYTES: usize = 256 << 10;

/// A list under way.
pub(super) struct Listing {
    /// The scan of the next page; none after the last.
    scan: Option<Scan>,
    items: VecDeque<Item>,
}

impl Listing {
    /// A list that holds nothing.
    pub(super) fn empty() -> Self {
        Self { scan: None, items: VecDeque::new() }
    }

    /// What is left of a path after a cursor, articles without their text.
    pub(super) fn after(path: Path, filter: Option<Filter>, after: Option<Cursor>) -> Self {
        let scan = Scan {
            path,
            direction: Direction::Along,
            window: Window::default(),
            filter,
            after,
            limit: PAGE_ITEMS,
            max_bytes: PAGE_BYTES,
            max_scanned: PAGE_SCAN,
            body: LoadBody::No,
        };
        Self { scan: Some(scan), items: VecDeque::new() }
    }

    /// The next record; none at the end.
    pub(super) async fn next(&mut self, reader: &dyn Reader) -> Result<Option<Item>, Error> {
        while self.items.is_empty()
            && let Some(scan) = &mut self.scan
        {
            let page = reader.list(scan).await?;
            self.items = page.items.into();
            match page.next {
                Some(next) => scan.after = Some(next),
                None => self.scan = None,
            }
        }
        Ok(self.items.pop_front())
    }
}
