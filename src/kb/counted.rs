//! Which statements count where a question is put to many of them: those that
//! stand, are not deprecated, and are of articles that may be used.

use std::collections::{HashMap, HashSet};

use super::error::Error;
use crate::domain::article::PubStatus;
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::record::{Record, Stored};
use crate::domain::statement::{Rank, StatementStatus};
use crate::store::{LoadBody, Reader};

/// Tells which statements count, and remembers of which articles they do.
#[derive(Default)]
pub(super) struct Counted {
    all: bool,
    usable: HashMap<ArticleId, bool>,
}

impl Counted {
    /// With `all`, every statement counts.
    pub(super) fn new(all: bool) -> Self {
        Self { all, usable: HashMap::new() }
    }

    /// Leaves only the statements that count.
    pub(super) async fn keep(
        &mut self,
        reader: &dyn Reader,
        statements: &mut Vec<Stored>,
    ) -> Result<(), Error> {
        if self.all {
            return Ok(());
        }
        statements.retain(|stored| match &stored.value {
            Record::Statement(statement) => {
                statement.status == StatementStatus::Active && statement.rank != Rank::Deprecated
            }
            Record::Article(_) | Record::Entity(_) => false,
        });
        self.learn(reader, statements).await?;
        statements.retain(|stored| article(stored).is_some_and(|article| self.is_usable(article)));
        Ok(())
    }

    /// Looks up the articles that are not known yet.
    async fn learn(&mut self, reader: &dyn Reader, statements: &[Stored]) -> Result<(), Error> {
        let articles: HashSet<&ArticleId> = statements.iter().filter_map(article).collect();
        let unknown = articles.into_iter().filter(|article| !self.usable.contains_key(*article));
        let unknown: Vec<RecordName> = unknown.cloned().map(RecordName::Article).collect();
        let states = reader.states(&unknown, LoadBody::No).await?;
        for (name, state) in unknown.into_iter().zip(states) {
            let usable = state.live().is_some_and(|stored| is_usable(&stored.value));
            if let RecordName::Article(article) = name {
                self.usable.insert(article, usable);
            }
        }
        Ok(())
    }

    fn is_usable(&self, article: &ArticleId) -> bool {
        self.usable.get(article).copied().unwrap_or_default()
    }
}

fn is_usable(record: &Record) -> bool {
    match record {
        Record::Article(article) => article.pub_status.unwrap_or_default() == PubStatus::Usable,
        Record::Statement(_) | Record::Entity(_) => false,
    }
}

/// The article that a statement stands in.
fn article(stored: &Stored) -> Option<&ArticleId> {
    match &stored.name {
        RecordName::Statement(name) => Some(&name.article),
        RecordName::Article(_) | RecordName::Entity(_) => None,
    }
}
