//! Lists in an order that no index has: all that passes is gathered and sorted, up
//! to a bound.

use super::error::Error;
use super::list::bad_token;
use super::sweep::Sweep;
use crate::domain::id::RecordName;
use crate::domain::record::{Record, Stored};
use crate::query::order::{Order, SortKey};
use crate::store::{self, Cursor, Item, Page, Reader, Scan};

/// The most records that are sorted.
const SORT_MATCHES: usize = 10_000;
/// The most records that are looked at for them.
const SORT_SCAN: usize = 100_000;
/// How many records are read at a time.
const CHUNK: usize = 32;

/// Why there is no page.
pub(super) enum Unsorted {
    /// More pass than are sorted, or would have to be looked at; as it is told.
    TooMany(Error),
    Failed(Error),
}

impl From<Error> for Unsorted {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A page of what a scan leads to, in an order of its own. Its cursors count the
/// records gone by.
pub(super) async fn page(
    reader: &dyn Reader,
    scan: &Scan,
    order: &Order,
) -> Result<Page, Unsorted> {
    let names = sorted(reader, scan, order).await?;
    let start = scan.after.as_ref().map_or(Ok(0), position)?;
    let mut page = Page::default();
    let mut bytes = 0;
    let wanted = names.get(start..).unwrap_or_default();
    for chunk in wanted.get(..scan.limit.min(wanted.len())).unwrap_or_default().chunks(CHUNK) {
        if bytes >= scan.max_bytes {
            break;
        }
        for state in reader.states(chunk, scan.body).await.map_err(Error::from)? {
            let cursor = cursor(start + page.items.len() + 1);
            if let Some(record) = state.live() {
                bytes += text_bytes(&record);
                page.items.push(Item { record, cursor });
            }
        }
    }
    let end = start + page.items.len();
    page.next = (end < names.len()).then(|| cursor(end));
    Ok(page)
}

/// The names of all that passes, in order.
async fn sorted(
    reader: &dyn Reader,
    scan: &Scan,
    order: &Order,
) -> Result<Vec<RecordName>, Unsorted> {
    let mut sweep = Sweep::of(reader, scan.clone(), SORT_SCAN);
    let mut keys: Vec<SortKey> = Vec::new();
    while let Some(records) = sweep.next().await? {
        keys.extend(records.iter().map(|record| order.key(record)));
        if keys.len() > SORT_MATCHES {
            return Err(too_many(&format!("more than {SORT_MATCHES} match")));
        }
    }
    if !sweep.is_whole() {
        return Err(too_many(&format!("more than {SORT_SCAN} would have to be looked at")));
    }
    keys.sort_by(|one, other| order.compare(one, other));
    Ok(keys.into_iter().map(SortKey::into_name).collect())
}

fn too_many(why: &str) -> Unsorted {
    let description = format!(
        "no index has this order, and {why}: narrow the filter, or order articles by \
         `published_at` or `name`, entities by `name`, statements by `uttered_at`, any by `create_time`, or statements by \
         `reference_time` or `reference_time.end` with `reference_time:*` in the filter"
    );
    Unsorted::TooMany(Error::invalid("order_by", "TOO_MANY_TO_SORT", description))
}

/// What of a record makes an answer large.
fn text_bytes(record: &Stored) -> usize {
    match &record.value {
        Record::Article(article) => article.body.text.as_ref().map_or(0, |text| text.len()),
        Record::Statement(_) | Record::Entity(_) => 0,
    }
}

fn cursor(position: usize) -> Cursor {
    Cursor((position as u64).to_be_bytes().to_vec())
}

fn position(cursor: &Cursor) -> Result<usize, Error> {
    let bytes = cursor.0.as_slice().try_into().map(u64::from_be_bytes);
    let position = bytes.ok().and_then(|position| usize::try_from(position).ok());
    position.ok_or_else(|| bad_token(store::Error::BadCursor))
}
