//! Statements: their passages become members of wordings.

use super::Writer;
use super::speakers::survivor;
use crate::domain::id::StatementName;
use crate::domain::statement::Statement;
use crate::quotations::facts::{
    GroupFacts, IdFacts, PassageFacts, SpeakerFacts, StatementFacts, decode, encode, id_of,
};
use crate::quotations::keys::{self, ArticleKey, GroupKey};
use crate::quotations::table::{Snapshot, TableError};
use crate::quotations::words;

/// Shorter passages are found by nothing.
const FEWEST_WORDS: usize = 3;

impl Writer {
    /// Takes in a statement as it is now, of an article that may be used or not.
    pub(super) fn statement(
        &mut self,
        name: &StatementName,
        statement: &Statement,
        usable: bool,
    ) -> Result<(), TableError> {
        let article = keys::article_key(&name.article);
        let id = name.statement.as_str();
        let mut facts = StatementFacts::of(statement);
        facts.stands &= usable;
        if let Some(known) = statement_facts(&self.table, &article, id)? {
            if says_the_same(&known, &facts) {
                return Ok(());
            }
            self.take_back_statement(&article, id, &known)?;
        }
        self.place(&article, id, facts)
    }

    /// Takes back all that a statement meant.
    pub(super) fn no_statement(&mut self, name: &StatementName) -> Result<(), TableError> {
        let article = keys::article_key(&name.article);
        let id = name.statement.as_str();
        let Some(known) = statement_facts(&self.table, &article, id)? else { return Ok(()) };
        self.take_back_statement(&article, id, &known)?;
        self.table.remove(keys::statement(&article, id));
        Ok(())
    }

    /// Puts a statement under whom its speaker is now.
    pub(super) fn place_statement_again(
        &mut self,
        article: &ArticleKey,
        id: &str,
    ) -> Result<(), TableError> {
        let Some(known) = statement_facts(&self.table, article, id)? else { return Ok(()) };
        self.take_back_statement(article, id, &known)?;
        self.place(article, id, known)
    }

    fn place(
        &mut self,
        article: &ArticleKey,
        id: &str,
        mut facts: StatementFacts,
    ) -> Result<(), TableError> {
        let speaker = survivor(&self.table, &facts.speaker)?;
        let stands = facts.stands;
        for (ordinal, passage) in (0..).zip(&mut facts.passages) {
            passage.group = None;
            if stands {
                passage.group = self.place_passage(&speaker, article, id, ordinal, passage)?;
            }
        }
        if let SpeakerFacts::Entity(entity) = &facts.speaker {
            self.table.put(keys::recorded(entity, article, id), Vec::new());
        }
        self.table.put(keys::statement(article, id), encode(&facts)?);
        Ok(())
    }

    fn place_passage(
        &mut self,
        speaker: &SpeakerFacts,
        article: &ArticleKey,
        id: &str,
        ordinal: u32,
        passage: &PassageFacts,
    ) -> Result<Option<GroupKey>, TableError> {
        let words = words::read(&passage.text);
        if words.len() < FEWEST_WORDS {
            return Ok(None);
        }
        let facts = GroupFacts {
            speaker: speaker.clone(),
            article: speaker.key().is_none().then_some(*article),
            text: passage.text.clone(),
            quoted: passage.quoted,
        };
        let group = self.group(&facts, &words)?;
        self.table.put(keys::member(&group, article, id), encode(&ordinal)?);
        if facts.is_quotation(&words) {
            let fact = IdFacts::Passage(*article, id.to_owned(), ordinal);
            self.table.put(keys::id(id_of(article, id, ordinal)), encode(&fact)?);
            self.dirty.insert(group);
        }
        Ok(Some(group))
    }

    fn take_back_statement(
        &mut self,
        article: &ArticleKey,
        statement: &str,
        facts: &StatementFacts,
    ) -> Result<(), TableError> {
        if let SpeakerFacts::Entity(entity) = &facts.speaker {
            self.table.remove(keys::recorded(entity, article, statement));
        }
        for (ordinal, passage) in (0..).zip(&facts.passages) {
            let Some(group) = passage.group else { continue };
            let id = id_of(article, statement, ordinal);
            // Whoever holds the id of the quotation still finds what is left of it.
            match self.summary_of(&group)? {
                Some(summary) if summary.id == id => {
                    self.table.put(keys::id(id), encode(&IdFacts::Gone(group))?);
                }
                _ => self.table.remove(keys::id(id)),
            }
            self.table.remove(keys::member(&group, article, statement));
            self.dirty.insert(group);
            self.drop_group_without_members(&group)?;
        }
        Ok(())
    }
}

/// Whether two states of a statement mean the same, wherever they were put.
fn says_the_same(known: &StatementFacts, facts: &StatementFacts) -> bool {
    let mut known = known.clone();
    known.passages.iter_mut().for_each(|passage| passage.group = None);
    known == *facts
}

/// What is known of a statement.
pub(in crate::quotations) fn statement_facts(
    table: &dyn Snapshot,
    article: &ArticleKey,
    id: &str,
) -> Result<Option<StatementFacts>, TableError> {
    table.get(&keys::statement(article, id))?.map(|bytes| decode(&bytes)).transpose()
}
