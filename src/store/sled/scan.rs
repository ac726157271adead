//! Pages along the access paths.

use std::ops::Bound;

use sled::{Db, IVec};

use super::keys::{self, Iid, Place, REVISION_BYTES};
use super::places::{about, name_of, place};
use super::reader::version_at;
use super::record::envelope::damaged;
use super::record::version::Version;
use super::{error, reader};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::store::{Cursor, Error, Item, LoadBody, Page, Path, Scan};

/// A page with no more items than this, and nothing to filter, is read on the
/// async worker: handing it over would cost as much.
const LITTLE: usize = 64;

/// Whether a page is quickly read.
pub(super) fn is_little(scan: &Scan) -> bool {
    scan.limit <= LITTLE && scan.filter.is_none() && scan.body == LoadBody::No
}

/// What the entries along a path are.
enum Walk {
    /// Index entries, with what stands between the prefix and the place.
    Index { middle: usize, tag: Option<u8> },
    /// Names that lead to internal ids.
    Names { tag: u8 },
    /// Versions themselves, the newest of each record first.
    Versions,
}

/// A path as the tree has it: a prefix, and what stands below.
struct Trail {
    prefix: Vec<u8>,
    walk: Walk,
}

/// Keys to scan.
type Bounds = (Bound<Vec<u8>>, Bound<Vec<u8>>);

/// The versions of one record that a walk came to.
struct Found {
    key: IVec,
    version: Version,
}

impl Trail {
    /// `None` where nothing can be on the path.
    fn of(db: &Db, path: &Path) -> Result<Option<Self>, Error> {
        let index = |prefix: Vec<u8>, tag: Option<u8>| {
            let walk = Walk::Index { middle: keys::middle_bytes(&prefix), tag };
            Self { prefix, walk }
        };
        Ok(Some(match path {
            Path::Articles => index(keys::articles(), Some(keys::ARTICLE)),
            Path::ArticlesByPublisher(key) => index(keys::publisher(key), Some(keys::ARTICLE)),
            Path::StatementsBySpeaker(id) => index(keys::speaker(id), Some(keys::STATEMENT)),
            Path::StatementsByMention(id) => index(keys::mention(id), Some(keys::STATEMENT)),
            Path::EntitiesByNameKey(key) => index(keys::name_key(key), Some(keys::ENTITY)),
            Path::EntitiesByExternalId(id) => {
                index(keys::external_id(&id.authority, &id.id), Some(keys::ENTITY))
            }
            Path::Referrers(target) => index(keys::referrers(target), None),
            Path::ArticlesByName => {
                Self { prefix: vec![keys::ARTICLE_ID], walk: Walk::Names { tag: keys::ARTICLE } }
            }
            Path::Entities => {
                Self { prefix: vec![keys::ENTITY_ID], walk: Walk::Names { tag: keys::ENTITY } }
            }
            Path::Statements => Self { prefix: vec![keys::STATEMENT], walk: Walk::Versions },
            Path::StatementsOf(article) => {
                let article = place(db, &article.clone().into())?;
                let Some(iid) = article.and_then(|place| place.iid()) else { return Ok(None) };
                let prefix = [&[keys::STATEMENT], iid.as_bytes()].concat();
                Self { prefix, walk: Walk::Versions }
            }
        }))
    }

    /// The keys that are left after a cursor.
    fn bounds(&self, after: Option<&Cursor>) -> Result<Bounds, Error> {
        let start = match after {
            None => Bound::Included(self.prefix.clone()),
            Some(Cursor(key)) if key.starts_with(&self.prefix) => Bound::Excluded(key.clone()),
            Some(_) => return Err(Error::BadCursor),
        };
        Ok((start, Bound::Excluded(keys::behind(&self.prefix))))
    }

    /// The record that an entry leads to under a revision, if it does to one that
    /// is live there.
    fn follow(
        &self,
        db: &Db,
        revision: Revision,
        key: &IVec,
        value: &IVec,
    ) -> Result<Option<Found>, Error> {
        let place = match &self.walk {
            Walk::Versions => {
                let here = keys::version_revision(key).is_some_and(|at| at <= revision);
                let version = here.then(|| Version::open(db, key, value)).transpose();
                let version = version.map_err(|error| naming(db, key, error))?;
                return Ok(version.map(|version| Found { key: key.clone(), version }));
            }
            Walk::Names { tag } => {
                let iid = Iid::from_bytes(value).ok_or_else(|| damaged(key, "it is cut short"))?;
                Place::from_parts(*tag, iid.as_bytes())
            }
            Walk::Index { middle, tag } => {
                if !keys::holds(key, value, revision) {
                    return Ok(None);
                }
                self.place(key, *middle, *tag).ok_or_else(|| damaged(key, "it leads nowhere"))?
            }
        };
        let found = version_at(db, revision, &place);
        let found = found.map_err(|error| about(|| name_of(db, &place), error))?;
        if found.is_none() && matches!(self.walk, Walk::Index { .. }) {
            return Err(about(|| name_of(db, &place), damaged(key, "its record is missing")));
        }
        Ok(found.map(|(key, version)| Found { key, version }))
    }

    /// The place that an index entry leads to.
    fn place(&self, key: &[u8], middle: usize, tag: Option<u8>) -> Option<Place> {
        let head = self.prefix.len() + middle;
        let kind = || key.get(self.prefix.len()).copied().and_then(keys::tag_of_kind_order);
        keys::index_place(key, head, tag.or_else(kind)?)
    }

    /// Where a scan goes on after the record that an entry led to: behind all of
    /// its versions, where the entry is one.
    fn cursor(&self, key: &[u8]) -> Cursor {
        match self.walk {
            Walk::Index { .. } | Walk::Names { .. } => Cursor(key.to_vec()),
            Walk::Versions => {
                let place = Place::of_version(key);
                Cursor(place.map_or_else(|| key.to_vec(), |place| place.end()))
            }
        }
    }

    /// Whether an entry is an older version of the record that was met last.
    fn is_met(&self, key: &[u8], last: &[u8]) -> bool {
        let record = |key: &[u8]| key.len().checked_sub(REVISION_BYTES);
        matches!(self.walk, Walk::Versions)
            && record(key).and_then(|end| key.get(..end))
                == record(last).and_then(|end| last.get(..end))
    }
}

/// A page of the records along a path at a revision.
pub(super) fn page(db: &Db, revision: Revision, scan: &Scan) -> Result<Page, Error> {
    let Some(trail) = Trail::of(db, &scan.path)? else { return Ok(Page::default()) };
    let bounds = trail.bounds(scan.after.as_ref())?;
    let mut page = Page::default();
    let mut budget = Budget::of(scan);
    let mut last = IVec::default();
    let mut reached = scan.after.clone();
    for entry in db.range(bounds) {
        let (key, value) = entry.map_err(error::read)?;
        if trail.is_met(&key, &last) {
            continue;
        }
        let Some(found) = trail.follow(db, revision, &key, &value)? else { continue };
        last = key.clone();
        if found.version.deleted {
            continue;
        }
        if budget.is_spent() {
            page.next = Some(reached.unwrap_or_else(|| Cursor(trail.prefix.clone())));
            break;
        }
        let cursor = trail.cursor(&key);
        reached = Some(cursor.clone());
        budget.records = budget.records.saturating_sub(1);
        let admitted = admit(db, &found, scan);
        if let Some(record) = admitted.map_err(|error| naming(db, &found.key, error))? {
            budget.charge(&found.version, &record);
            page.items.push(Item { record, cursor });
        }
    }
    Ok(page)
}

/// Says whose version is damaged, where one is.
fn naming(db: &Db, key: &[u8], error: Error) -> Error {
    about(|| name_of(db, &Place::of_version(key)?), error)
}

/// The record, if it passes the filter.
fn admit(db: &Db, found: &Found, scan: &Scan) -> Result<Option<Stored>, Error> {
    let Some(filter) = &scan.filter else {
        return reader::stored(db, &found.key, &found.version, scan.body);
    };
    let mut record = found.version.record(&found.key)?;
    if !filter.matches(&record) {
        return Ok(None);
    }
    let there = scan.body == LoadBody::No
        || reader::load_text(db, &found.key, &found.version, &mut record)?;
    Ok(there.then_some(record))
}

/// What a page may still take. The first record always fits.
struct Budget {
    items: usize,
    bytes: usize,
    records: usize,
}

impl Budget {
    fn of(scan: &Scan) -> Self {
        let (bytes, records) = (scan.max_bytes.max(1), scan.max_scanned.max(1));
        Self { items: scan.limit, bytes, records }
    }

    fn is_spent(&self) -> bool {
        self.items == 0 || self.bytes == 0 || self.records == 0
    }

    fn charge(&mut self, version: &Version, record: &Stored) {
        let text = match &record.value {
            Record::Article(article) => article.body.text.as_ref().map_or(0, |text| text.len()),
            Record::Statement(_) | Record::Entity(_) => 0,
        };
        self.items -= 1;
        self.bytes = self.bytes.saturating_sub(version.bytes() + text);
    }
}
