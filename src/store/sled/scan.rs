//! Pages along the access paths.

use std::ops::Bound;

use sled::{Db, IVec};

use super::keys::{self, Iid, Place, REVISION_BYTES};
use super::merged::{Entry, Merged, Part};
use super::places::{about, name_of, place};
use super::reader::{self, version_at};
use super::record::envelope::damaged;
use super::record::version::Version;
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::store::{Cursor, Direction, Error, Item, LoadBody, Page, Path, Scan, Window};

/// A page with no more items than this, and nothing to filter, is read on the
/// async worker: handing it over would cost as much.
const LITTLE: usize = 64;

/// Whether a page is quickly read.
pub(super) fn is_little(scan: &Scan) -> bool {
    scan.limit <= LITTLE && scan.filter.is_none() && scan.body == LoadBody::No
}

/// What the entries along a path are.
enum Walk {
    /// Index entries, with what stands between a prefix and the place. One place may
    /// stand below several prefixes.
    Index { middle: usize, tag: Option<u8> },
    /// Names that lead to internal ids.
    Names { tag: u8 },
    /// Versions themselves, the newest of each record first.
    Versions,
}

/// A path as the tree has it: prefixes, mostly one, and what stands below.
struct Trail {
    prefixes: Vec<Vec<u8>>,
    walk: Walk,
}

/// An entry that was looked at.
struct Step {
    entry: Entry,
    /// Whether it led to a record, if only to a deleted one.
    met: bool,
}

/// The version of a record that a walk came to.
struct Found {
    key: IVec,
    version: Version,
}

impl Trail {
    /// `None` where nothing can be on the path.
    fn of(db: &Db, path: &Path) -> Result<Option<Self>, Error> {
        let index = |prefixes: Vec<Vec<u8>>, tag: Option<u8>| {
            let middle = prefixes.first().map_or(0, |prefix| keys::middle_bytes(prefix));
            Self { prefixes, walk: Walk::Index { middle, tag } }
        };
        let by_creation = |tag| index(vec![keys::creations(tag)], Some(tag));
        let one = |prefix: Vec<u8>, walk: Walk| Self { prefixes: vec![prefix], walk };
        Ok(Some(match path {
            Path::Articles => index(vec![keys::articles()], Some(keys::ARTICLE)),
            Path::ArticlesByPublisher(publishers) => {
                let prefixes = publishers.iter().map(|key| keys::publisher(key)).collect();
                index(prefixes, Some(keys::ARTICLE))
            }
            Path::StatementsBySpeaker(speakers) => {
                index(speakers.iter().map(keys::speaker).collect(), Some(keys::STATEMENT))
            }
            Path::StatementsByMention(entities) => {
                index(entities.iter().map(keys::mention).collect(), Some(keys::STATEMENT))
            }
            Path::StatementsByTime => index(vec![keys::utterances()], Some(keys::STATEMENT)),
            Path::StatementsByReference => index(vec![keys::references()], Some(keys::STATEMENT)),
            Path::StatementsByDue => index(vec![keys::due()], Some(keys::STATEMENT)),
            Path::EntitiesByNameKey(key) => index(vec![keys::name_key(key)], Some(keys::ENTITY)),
            Path::EntitiesByExternalId(id) => {
                index(vec![keys::external_id(&id.authority, &id.id)], Some(keys::ENTITY))
            }
            Path::Referrers(target) => index(vec![keys::referrers(target)], None),
            Path::ArticlesByCreation => by_creation(keys::ARTICLE),
            Path::StatementsByCreation => by_creation(keys::STATEMENT),
            Path::EntitiesByCreation => by_creation(keys::ENTITY),
            Path::ArticlesByName => one(vec![keys::ARTICLE_ID], Walk::Names { tag: keys::ARTICLE }),
            Path::Entities => one(vec![keys::ENTITY_ID], Walk::Names { tag: keys::ENTITY }),
            Path::Statements => one(vec![keys::STATEMENT], Walk::Versions),
            Path::StatementsOf(article) => {
                let article = place(db, &article.clone().into())?;
                let Some(iid) = article.and_then(|place| place.iid()) else { return Ok(None) };
                let prefix = [&[keys::STATEMENT], iid.as_bytes()].concat();
                one(prefix, Walk::Versions)
            }
        }))
    }

    /// The entries of a scan that are left after its cursor.
    fn entries(&self, db: &Db, scan: &Scan) -> Result<Merged, Error> {
        let mut part = self.window(scan.window);
        if let Some(Cursor(key)) = &scan.after {
            let rest = key.strip_prefix(self.start().as_slice()).ok_or(Error::BadCursor)?;
            if !rest.is_empty() {
                let reached = Some(Bound::Excluded(rest.to_vec()));
                match scan.direction {
                    Direction::Along => part.first = reached,
                    Direction::Against => part.last = reached,
                }
            }
        }
        Merged::of(db, &self.prefixes, &part, scan.direction)
    }

    /// What of the path lies in a window.
    fn window(&self, window: Window) -> Part {
        if !self.prefixes.first().is_some_and(|prefix| keys::is_timed(prefix)) {
            return Part::default();
        }
        let [first, last] = keys::window(window);
        Part {
            first: first.map(|time| Bound::Included(time.to_vec())),
            last: last.map(|time| Bound::Excluded(time.to_vec())),
        }
    }

    /// The cursor before all entries. What follows it in a cursor holds for each of
    /// the prefixes.
    fn start(&self) -> Vec<u8> {
        self.prefixes.first().cloned().unwrap_or_default()
    }

    /// The record that an entry leads to under a revision, if it does to one that
    /// is live there.
    fn follow(
        &self,
        db: &Db,
        revision: Revision,
        entry: &Entry,
        direction: Direction,
    ) -> Result<Option<Found>, Error> {
        let Entry { key, value, .. } = entry;
        let place = match &self.walk {
            // The oldest is met first.
            Walk::Versions if direction == Direction::Against => {
                Place::of_version(key).ok_or_else(|| damaged(key, "it is cut short"))?
            }
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
                Self::place(entry, *middle, *tag).ok_or_else(|| damaged(key, "it leads nowhere"))?
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
    fn place(entry: &Entry, middle: usize, tag: Option<u8>) -> Option<Place> {
        let kind = || entry.rest().first().copied().and_then(keys::tag_of_kind_order);
        keys::index_place(&entry.key, entry.prefix + middle, tag.or_else(kind)?)
    }

    /// Where a scan goes on after an entry: where it led to a record, beyond all of
    /// the entries that this has in the place.
    fn cursor(&self, step: &Step, direction: Direction) -> Cursor {
        let beyond = match direction {
            Direction::Along => [0xff; REVISION_BYTES],
            Direction::Against => [0; REVISION_BYTES],
        };
        let rest = match self.walk {
            Walk::Index { .. } | Walk::Versions if step.met => {
                [without_revision(step.entry.rest()), &beyond].concat()
            }
            Walk::Index { .. } | Walk::Versions | Walk::Names { .. } => step.entry.rest().to_vec(),
        };
        Cursor([self.start(), rest].concat())
    }

    /// Whether an entry leads to the record that was met last: as an older version,
    /// or below another prefix.
    fn is_met(&self, entry: &Entry, last: Option<&Step>) -> bool {
        let place = without_revision(entry.rest());
        !matches!(self.walk, Walk::Names { .. })
            && last.is_some_and(|last| last.met && place == without_revision(last.entry.rest()))
    }

    /// Whether no cursor can tell an entry from the last one: it stands in the same
    /// place below another prefix.
    fn is_beside(entry: &Entry, last: Option<&Step>) -> bool {
        last.is_some_and(|last| !last.met && last.entry.rest() == entry.rest())
    }
}

fn without_revision(rest: &[u8]) -> &[u8] {
    rest.len().checked_sub(REVISION_BYTES).and_then(|end| rest.get(..end)).unwrap_or(rest)
}

/// A page of the records along a path at a revision.
pub(super) fn page(db: &Db, revision: Revision, scan: &Scan) -> Result<Page, Error> {
    let Some(trail) = Trail::of(db, &scan.path)? else { return Ok(Page::default()) };
    let mut entries = trail.entries(db, scan)?;
    let mut page = Page::default();
    let mut budget = Budget::of(scan);
    let mut last: Option<Step> = None;
    let goes_on = |last: Option<Step>| match last {
        Some(step) => trail.cursor(&step, scan.direction),
        None => scan.after.clone().unwrap_or_else(|| Cursor(trail.start())),
    };
    while let Some(entry) = entries.next()? {
        // What ended or was deleted costs as much to look at as what holds.
        if budget.looks == 0 && !Trail::is_beside(&entry, last.as_ref()) {
            page.next = Some(goes_on(last));
            break;
        }
        budget.looks = budget.looks.saturating_sub(1);
        if trail.is_met(&entry, last.as_ref()) {
            continue;
        }
        let found = trail.follow(db, revision, &entry, scan.direction)?;
        let step = Step { entry, met: found.is_some() };
        if let Some(found) = found.filter(|found| !found.version.deleted) {
            if budget.is_full() {
                page.next = Some(goes_on(last));
                break;
            }
            let admitted = admit(db, &found, scan);
            if let Some(record) = admitted.map_err(|error| naming(db, &found.key, error))? {
                budget.charge(&found.version, &record);
                page.items.push(Item { record, cursor: trail.cursor(&step, scan.direction) });
            }
        }
        last = Some(step);
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
    /// How many entries may still be looked at.
    looks: usize,
}

impl Budget {
    fn of(scan: &Scan) -> Self {
        let (bytes, looks) = (scan.max_bytes.max(1), scan.max_scanned.max(1));
        Self { items: scan.limit, bytes, looks }
    }

    fn is_full(&self) -> bool {
        self.items == 0 || self.bytes == 0
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
