//! Articles: their fingerprints, and which of them are near each other.

use std::collections::HashMap;

use super::Writer;
use crate::domain::article::Article;
use crate::domain::id::ArticleId;
use crate::quotations::facts::{ArticleFacts, StatementFacts, decode, encode};
use crate::quotations::fingerprint::BodyPrint;
use crate::quotations::keys::{self, ArticleKey};
use crate::quotations::similarity;
use crate::quotations::table::{Snapshot, TableError};

/// A sample that more articles have leads nowhere: it is a phrase, not a copy.
const MOST_HOLDERS: usize = 64;
/// The most articles that one is compared with, those that share most samples.
const MOST_COMPARED: usize = 64;
/// How many samples two bodies must share to be compared. A quote counts as two.
const FEWEST_SHARED: usize = 2;
/// The most statements of an article.
const MOST_STATEMENTS: usize = crate::domain::limits::STATEMENTS_PER_ARTICLE * 4;

impl Writer {
    /// Takes in an article as it is now.
    pub(super) fn article(&mut self, id: &ArticleId, article: &Article) -> Result<(), TableError> {
        let key = keys::article_key(id);
        let known = facts(&self.table, &key)?;
        let facts = ArticleFacts::of(id, article);
        if known.as_ref() == Some(&facts) {
            return Ok(());
        }
        self.table.put(keys::article(&key), encode(&facts)?);
        let is_new = known.is_none();
        let same_body = known.is_some_and(|known| known.body_hash == facts.body_hash);
        if !same_body {
            if !is_new {
                self.take_back_print(&key)?;
            }
            if let Some(text) = &article.body.text {
                self.print(&key, BodyPrint::of(text))?;
            }
        }
        self.touch_quotations(&key, !same_body)
    }

    /// Takes back all that an article meant.
    pub(super) fn no_article(&mut self, id: &ArticleId) -> Result<(), TableError> {
        let key = keys::article_key(id);
        self.take_back_print(&key)?;
        self.table.remove(keys::article(&key));
        self.touch_quotations(&key, true)
    }

    fn print(&mut self, article: &ArticleKey, print: BodyPrint) -> Result<(), TableError> {
        for run in &print.runs {
            self.runs.put(keys::run(*run, article));
        }
        self.table.put(keys::print(article), encode(&print)?);
        for other in self.candidates(article, &print)? {
            let Some(bytes) = self.table.get(&keys::print(&other))? else { continue };
            if let Some(near) = similarity::bodies(&print, &decode(&bytes)?) {
                let near = encode(&near)?;
                self.table.put(keys::near(article, &other), near.clone());
                self.table.put(keys::near(&other, article), near);
            }
        }
        Ok(())
    }

    /// Puts the article among those that have its samples, and finds those that
    /// share enough of them.
    fn candidates(
        &mut self,
        article: &ArticleKey,
        print: &BodyPrint,
    ) -> Result<Vec<ArticleKey>, TableError> {
        let mut counts: HashMap<ArticleKey, usize> = HashMap::new();
        for sample in &print.samples {
            let key = keys::sample(*sample);
            let mut holders = holders(&self.table, &key)?;
            if holders.len() >= MOST_HOLDERS {
                continue;
            }
            let weight = if print.quotes.binary_search(sample).is_ok() { 2 } else { 1 };
            holders.iter().for_each(|holder| *counts.entry(*holder).or_default() += weight);
            holders.push(*article);
            self.table.put(key, encode(&holders)?);
        }
        counts.remove(article);
        let mut found: Vec<(usize, ArticleKey)> = counts
            .into_iter()
            .filter(|(_, count)| *count >= FEWEST_SHARED)
            .map(|(other, count)| (count, other))
            .collect();
        found.sort_unstable_by(|one, other| other.cmp(one));
        Ok(found.into_iter().take(MOST_COMPARED).map(|(_, other)| other).collect())
    }

    fn take_back_print(&mut self, article: &ArticleKey) -> Result<(), TableError> {
        let Some(bytes) = self.table.get(&keys::print(article))? else { return Ok(()) };
        let print: BodyPrint = decode(&bytes)?;
        for run in &print.runs {
            self.runs.remove(keys::run(*run, article));
        }
        for sample in &print.samples {
            let key = keys::sample(*sample);
            let mut holders = holders(&self.table, &key)?;
            holders.retain(|holder| holder != article);
            if holders.is_empty() {
                self.table.remove(key);
            } else {
                self.table.put(key, encode(&holders)?);
            }
        }
        for (key, _) in self.table.prefix(&keys::nears(article), usize::MAX)? {
            if let Some(other) = keys::last::<8>(&key) {
                self.table.remove(keys::near(&other, article));
            }
            self.table.remove(key);
        }
        self.table.remove(keys::print(article));
        Ok(())
    }

    /// Works the quotations of an article out again, and where its near-duplicates
    /// are others, which words of nobody named are the same as those elsewhere.
    fn touch_quotations(
        &mut self,
        article: &ArticleKey,
        other_nears: bool,
    ) -> Result<(), TableError> {
        for (_, bytes) in self.table.prefix(&keys::statements(article), MOST_STATEMENTS)? {
            let facts: StatementFacts = decode(&bytes)?;
            for group in facts.passages.iter().filter_map(|passage| passage.group) {
                if other_nears {
                    self.link_unknown_again(&group)?;
                }
                self.dirty.insert(group);
            }
        }
        Ok(())
    }
}

/// What is known of an article.
pub(in crate::quotations) fn facts(
    table: &dyn Snapshot,
    article: &ArticleKey,
) -> Result<Option<ArticleFacts>, TableError> {
    table.get(&keys::article(article))?.map(|bytes| decode(&bytes)).transpose()
}

fn holders(table: &dyn Snapshot, key: &[u8]) -> Result<Vec<ArticleKey>, TableError> {
    Ok(table.get(key)?.map(|bytes| decode(&bytes)).transpose()?.unwrap_or_default())
}
