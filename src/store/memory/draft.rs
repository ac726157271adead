//! What a batch would make of the store, judged before anything is stored.

use super::history::History;
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::record::{Record, Times};
use crate::store::catalogue::{self, IndexEntry};
use crate::store::{Conflict, Erasure, Error, Mutation, Precondition, WriteBatch};

/// The history as it stands, and over it what a batch puts and deletes.
pub(super) struct Draft<'a> {
    history: &'a History,
    /// In the order in which the batch came to them.
    records: Vec<Drafted>,
}

/// What becomes of a record.
pub(super) struct Drafted {
    pub(super) name: RecordName,
    /// `None` is deleted.
    pub(super) record: Option<Record>,
    /// The times of one that is restored.
    pub(super) times: Option<Times>,
    /// Why all that it ever was goes, where it does.
    pub(super) erasure: Option<Erasure>,
}

impl<'a> Draft<'a> {
    /// Judges what the batch requires, then goes through its mutations.
    pub(super) fn of(history: &'a History, batch: &WriteBatch) -> Result<Self, Error> {
        for precondition in &batch.require {
            judge(history, precondition).map_err(Error::Conflict)?;
        }
        let mut draft = Self { history, records: Vec::new() };
        for mutation in &batch.mutations {
            draft.mutate(mutation)?;
        }
        Ok(draft)
    }

    /// What becomes of the records that change; where there was none, none is
    /// deleted.
    pub(super) fn into_records(mut self) -> Vec<Drafted> {
        let history = self.history;
        self.records.retain(|drafted| match (&drafted.record, &drafted.erasure) {
            (_, Some(_)) => !history.is_erased(&drafted.name),
            (Some(_), None) => true,
            (None, None) => history.live(&drafted.name).is_some(),
        });
        self.records
    }

    fn mutate(&mut self, mutation: &Mutation) -> Result<(), Error> {
        match mutation {
            Mutation::Put(name, record) => self.put(name, record, None),
            Mutation::Restore(name, record, times) => self.put(name, record, Some(*times)),
            Mutation::Delete(name) => {
                self.set(name.clone(), None, None);
                Ok(())
            }
            Mutation::Erase(name, erasure) => {
                self.erase(name, erasure);
                Ok(())
            }
            Mutation::Ensure(id, entity) => {
                let name = RecordName::Entity(id.clone());
                self.is_usable(&name).map_err(Error::Conflict)?;
                self.ensure(name, entity);
                Ok(())
            }
        }
    }

    fn put(
        &mut self,
        name: &RecordName,
        record: &Record,
        times: Option<Times>,
    ) -> Result<(), Error> {
        self.is_usable(name).map_err(Error::Conflict)?;
        let record = match (name, record) {
            (RecordName::Article(id), Record::Article(article)) => {
                self.address_is_free(id, article).map_err(Error::Conflict)?;
                let article = self.with_text(name, article).map_err(Error::Conflict)?;
                Record::Article(Box::new(article))
            }
            (RecordName::Statement(_), Record::Statement(_))
            | (RecordName::Entity(_), Record::Entity(_)) => record.clone(),
            _ => return Err(Error::Internal(format!("{name} names a record of another kind"))),
        };
        self.set(name.clone(), Some(record), times);
        Ok(())
    }

    /// Erases a record, an article with its statements.
    fn erase(&mut self, name: &RecordName, erasure: &Erasure) {
        let statements = self.history.pasts().map(|(name, _)| name).filter(|other| {
            matches!((name, other), (RecordName::Article(article), RecordName::Statement(it))
                if it.article == *article)
        });
        for name in std::iter::once(name).chain(statements) {
            let erasure = Some(erasure.clone());
            self.records.push(Drafted { name: name.clone(), record: None, times: None, erasure });
        }
    }

    fn is_usable(&self, name: &RecordName) -> Result<(), Conflict> {
        if self.history.is_erased(name) { Err(Conflict::Erased(name.clone())) } else { Ok(()) }
    }

    fn ensure(&mut self, name: RecordName, listed: &Entity) {
        let Some(Record::Entity(entity)) = self.live(&name) else {
            self.set(name, Some(Record::Entity(Box::new(listed.clone()))), None);
            return;
        };
        let mut united = entity.clone();
        if united.unite(listed) {
            self.set(name, Some(Record::Entity(united)), None);
        }
    }

    fn set(&mut self, name: RecordName, record: Option<Record>, times: Option<Times>) {
        let drafted = Drafted { name, record, times, erasure: None };
        match self.records.iter_mut().find(|known| known.name == drafted.name) {
            Some(known) => *known = drafted,
            None => self.records.push(drafted),
        }
    }

    fn live(&self, name: &RecordName) -> Option<&Record> {
        match self.records.iter().find(|drafted| drafted.name == *name) {
            Some(drafted) => drafted.record.as_ref(),
            None => self.history.live(name).map(|(_, record)| record),
        }
    }

    fn address_is_free(&self, id: &ArticleId, article: &Article) -> Result<(), Conflict> {
        let Some(url) = &article.canonical_url else { return Ok(()) };
        let stored = self.history.pasts().map(|(name, _)| name);
        for name in stored.chain(self.records.iter().map(|drafted| &drafted.name)) {
            let (RecordName::Article(other), Some(Record::Article(held))) = (name, self.live(name))
            else {
                continue;
            };
            if other != id && held.canonical_url.as_ref() == Some(url) {
                return Err(Conflict::UrlTaken { url: url.clone(), article: other.clone() });
            }
        }
        Ok(())
    }

    /// The article with the stored text, where its own is not loaded.
    fn with_text(&self, name: &RecordName, article: &Article) -> Result<Article, Conflict> {
        let mut article = article.clone();
        if article.body.hash.is_none() || article.body.text.is_some() {
            return Ok(article);
        }
        let Some((version, Record::Article(stored))) = self.history.live(name) else {
            return Err(Conflict::Missing(name.clone()));
        };
        if stored.body.hash != article.body.hash {
            let found = version.committed.revision;
            return Err(Conflict::Changed { name: name.clone(), found });
        }
        article.body.text.clone_from(&stored.body.text);
        Ok(article)
    }
}

fn judge(history: &History, precondition: &Precondition) -> Result<(), Conflict> {
    match precondition {
        Precondition::Absent(name) => match history.live(name) {
            Some(_) => Err(Conflict::Exists(name.clone())),
            None => Ok(()),
        },
        Precondition::Present(name) => match history.live(name) {
            Some(_) => Ok(()),
            None => Err(Conflict::Missing(name.clone())),
        },
        Precondition::AtRevision(name, revision) => match history.live(name) {
            Some((version, _)) if version.committed.revision == *revision => Ok(()),
            Some((version, _)) => {
                Err(Conflict::Changed { name: name.clone(), found: version.committed.revision })
            }
            None => Err(Conflict::Missing(name.clone())),
        },
        Precondition::Unreferenced(name) => {
            let referred = history.pasts().any(|(other, _)| {
                history.live(other).is_some_and(|(_, record)| refers(other, record, name))
            });
            if referred { Err(Conflict::Referenced(name.clone())) } else { Ok(()) }
        }
        Precondition::StatementsUnmoved(article, since) => {
            let moved = history.pasts().any(|(name, past)| {
                matches!(name, RecordName::Statement(it) if it.article == *article)
                    && past.newest().is_some_and(|newest| newest.committed.revision > *since)
            });
            if moved { Err(Conflict::StatementsMoved(article.clone())) } else { Ok(()) }
        }
    }
}

/// Whether the record has any index entry that `name` stands in.
fn refers(record_name: &RecordName, record: &Record, name: &RecordName) -> bool {
    let is_it = |entity| matches!(name, RecordName::Entity(id) if id == entity);
    catalogue::entries(record_name, record).iter().any(|entry| match entry {
        IndexEntry::Reference(target) => target == name,
        IndexEntry::StatementSpeaker(entity, _) | IndexEntry::StatementMention(entity, _) => {
            is_it(entity)
        }
        IndexEntry::ArticlePublisher(key, _) => {
            matches!(name, RecordName::Entity(id) if id.to_string() == *key)
        }
        IndexEntry::ArticleTime(_)
        | IndexEntry::EntityNameKey(_)
        | IndexEntry::EntityExternalId(_) => false,
    })
}
