//! Follows the records: what changed is taken in record by record, and what lists
//! tell of the quotations that it touched is worked out once a commit.
//!
//! Whatever order records come in, the same is kept in the end. Each step first
//! takes back what the record meant before, so that a record may come again.

pub(super) mod articles;
pub(super) mod groups;
pub(super) mod speakers;
pub(super) mod statements;
mod summary;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use super::facts::{LAYOUT, Meta, decode, encode};
use super::keys::{self, GroupKey};
use super::packed::Packed;
use super::table::{Overlay, Snapshot as _, Table, TableError};
use crate::derive::{Changed, Derived, Error};
use crate::domain::id::RecordName;
use crate::domain::record::Record;
use crate::domain::revision::Revision;

/// More writes than this are handed on before the commit: they would take too much
/// memory. Until the commit the log is followed from where it was.
const MOST_WAITING: usize = 400_000;

/// Keeps quotations up to date.
pub struct Writer {
    table: Overlay,
    /// Which bodies have which runs of words.
    runs: Packed<13>,
    /// Which wordings have which grams.
    grams: Packed<22>,
    store_id: Uuid,
    /// Wordings whose quotations are to be worked out again.
    dirty: BTreeSet<GroupKey>,
}

impl Writer {
    /// Keeps what follows from the records of a store in a table.
    pub fn new(table: Arc<dyn Table>, store_id: Uuid) -> Result<Self, TableError> {
        Ok(Self {
            table: Overlay::new(table)?,
            runs: Packed::new(keys::RUNS),
            grams: Packed::new(keys::GRAMS),
            store_id,
            dirty: BTreeSet::new(),
        })
    }

    fn meta(&self) -> Result<Option<Meta>, TableError> {
        self.table.get(keys::META)?.map(|bytes| decode(&bytes)).transpose()
    }

    fn take_in(&mut self, changed: &[Changed]) -> Result<(), TableError> {
        // The last state of each record is all that matters; entities tell who
        // speaks, and articles come before what is said in them.
        let mut last: BTreeMap<(u8, &RecordName), &Changed> = BTreeMap::new();
        for change in changed {
            let kind = match &change.name {
                RecordName::Entity(_) => 0,
                RecordName::Article(_) => 1,
                RecordName::Statement(_) => 2,
            };
            last.insert((kind, &change.name), change);
        }
        for change in last.into_values() {
            self.take_in_one(change)?;
            if self.much_waits() {
                self.settle()?;
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Whether what waits takes too much memory.
    fn much_waits(&self) -> bool {
        self.table.waiting() + self.runs.waiting() + self.grams.waiting() > MOST_WAITING
    }

    fn flush(&mut self) -> Result<(), TableError> {
        self.runs.flush(&mut self.table)?;
        self.grams.flush(&mut self.table)?;
        self.table.flush()
    }

    fn forget(&mut self) {
        self.dirty.clear();
        self.runs.forget();
        self.grams.forget();
    }

    fn take_in_one(&mut self, change: &Changed) -> Result<(), TableError> {
        let after = change.after.as_ref().map(|stored| &stored.value);
        match (&change.name, after) {
            (RecordName::Entity(id), Some(Record::Entity(entity))) => {
                self.entity(id, entity.merged_into.as_ref())
            }
            (RecordName::Entity(id), _) => self.entity(id, None),
            (RecordName::Article(id), Some(Record::Article(article))) => self.article(id, article),
            (RecordName::Article(id), _) => self.no_article(id),
            (RecordName::Statement(name), Some(Record::Statement(statement))) => {
                self.statement(name, statement, change.usable)
            }
            (RecordName::Statement(name), _) => self.no_statement(name),
        }
    }

    fn commit_at(&mut self, revision: Revision) -> Result<(), TableError> {
        self.settle()?;
        let meta =
            Meta { layout: LAYOUT, store_id: *self.store_id.as_bytes(), revision: revision.0 };
        self.table.put(keys::META.to_vec(), encode(&meta)?);
        self.flush()?;
        self.table.show()
    }
}

impl Derived for Writer {
    fn name(&self) -> &'static str {
        "quotations"
    }

    fn resume(&mut self) -> Result<Option<Revision>, Error> {
        self.forget();
        self.table.forget().map_err(kept)?;
        // What cannot be read is built again, as is another layout.
        let unfinished = self.table.get(keys::UNFINISHED).map_err(kept)?.is_some();
        let meta = self.meta().unwrap_or_default().filter(|_| !unfinished);
        let meta = meta.filter(|meta| meta.is_of(self.store_id));
        Ok(meta.map(|meta| Revision(meta.revision)))
    }

    fn reset(&mut self) -> Result<(), Error> {
        self.forget();
        self.table.begin_anew().map_err(kept)
    }

    fn apply(&mut self, changed: &[Changed]) -> Result<(), Error> {
        self.take_in(changed).map_err(kept)
    }

    fn commit(&mut self, revision: Revision) -> Result<(), Error> {
        self.commit_at(revision).map_err(kept)
    }
}

fn kept(error: TableError) -> Error {
    Error::Kept(error.to_string())
}
