//! Reading records by name, at one revision.

use super::KnowledgeBase;
use super::command::{EntityResolution, GetRecords, ReadOptions, ResolveEntities};
use super::error::Error;
use super::resolve;
use super::token::{self, TokenKind};
use crate::domain::id::RecordName;
use crate::domain::record::Stored;
use crate::domain::revision::Revision;
use crate::store::{self, At, Deleted, Reader, State};

/// Records that were asked for by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    /// Those found, in the order asked for.
    pub found: Vec<Stored>,
    /// The names that are not there, with what became of those that a record had.
    pub missing: Vec<(RecordName, Option<Deleted>)>,
    /// The names that were not looked at, since the answer was full.
    pub deferred: Vec<RecordName>,
    /// The revision that the answer stands for.
    pub revision: Revision,
}

/// How many records are read at a time before the answer's size is looked at.
const CHUNK: usize = 32;

impl KnowledgeBase {
    /// A reader for a read's options: it waits until the store has reached the
    /// write that must be seen.
    pub(super) async fn reader(&self, read: &ReadOptions) -> Result<Box<dyn Reader>, Error> {
        if !read.consistency_token.is_empty() {
            let identity = self.store.identity();
            let (revision, _) =
                token::open(identity, TokenKind::Consistency, &read.consistency_token)?;
            self.wait_for(revision).await?;
        }
        Ok(self.store.reader(read.at).await?)
    }

    /// Waits until a revision is durable.
    pub(super) async fn wait_for(&self, revision: Revision) -> Result<(), Error> {
        let mut heads = self.store.watch_head();
        let reached = heads.wait_for(|head| head.revision >= revision).await;
        let closed = || store::Error::Unavailable("the store is closing".into());
        reached.map(drop).map_err(|_| Error::Store(closed()))
    }

    /// Reads one record.
    pub async fn get(
        &self,
        name: RecordName,
        query: &GetRecords,
    ) -> Result<(Stored, Revision), Error> {
        let reader = self.reader(&query.read).await?;
        match reader.state(&name, query.body).await? {
            State::Live(stored) => Ok((stored, reader.revision())),
            State::Never => Err(Error::NotFound { name, deleted: None }),
            State::Deleted(deleted) => Err(Error::gone(name, deleted)),
        }
    }

    /// Reads several records, until `full` says that no more of them fit; it is
    /// asked with each record found.
    pub async fn batch_get(
        &self,
        query: &GetRecords,
        mut full: impl FnMut(&Stored) -> bool,
    ) -> Result<Records, Error> {
        let reader = self.reader(&query.read).await?;
        let mut records = Records { revision: reader.revision(), ..Records::default() };
        let mut no_more = false;
        for names in query.names.chunks(CHUNK) {
            if no_more {
                records.deferred.extend_from_slice(names);
                continue;
            }
            let states = reader.states(names, query.body).await?;
            for (name, state) in names.iter().zip(states) {
                match state {
                    State::Never => records.missing.push((name.clone(), None)),
                    State::Deleted(deleted) => {
                        records.missing.push((name.clone(), Some(deleted)));
                    }
                    State::Live(stored) => {
                        no_more = no_more || full(&stored);
                        if no_more {
                            records.deferred.push(name.clone());
                        } else {
                            records.found.push(stored);
                        }
                    }
                }
            }
        }
        Ok(records)
    }

    /// Tells what names may mean.
    pub async fn resolve_entities(
        &self,
        query: &ResolveEntities,
    ) -> Result<(Vec<EntityResolution>, Revision), Error> {
        let reader = self.reader(&query.read).await?;
        let mut results = Vec::with_capacity(query.queries.len());
        for name in &query.queries {
            results.push(resolve::resolve(reader.as_ref(), name, query.limit).await?);
        }
        Ok((results, reader.revision()))
    }
}

/// The read options of a later page: the first page's revision.
pub(super) fn at_revision(revision: Revision) -> ReadOptions {
    ReadOptions { at: At::Revision(revision), consistency_token: String::new() }
}
