//! Whether someone said some words.

use super::KnowledgeBase;
use super::beside::Beside;
use super::command::{AskedSpeaker, EntityQuery, ReadOptions, ResolveReason, VerifyQuote};
use super::error::Error;
use super::quotations::{off_the_workers, unreadable};
use super::resolve;
use crate::domain::id::{ArticleId, EntityId, RecordName};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::statement::{Rank, StatementStatus};
use crate::quotations::align::Alignment;
use crate::quotations::body::stand_in;
use crate::quotations::words::{self, Word};
use crate::quotations::{Asked, Found, Quotation, QuotationsReader, SpeakerFit};
use crate::store::{LoadBody, Reader, State};

/// Less alike than this is not held against someone who is said to have said it.
const CERTAINLY_THE_SAME: f64 = 0.8;
/// How many entities a name may mean.
const MOST_MEANT: usize = 20;
/// A candidate that fits a name less is not meant.
const LEAST_SCORE: f64 = 0.35;

/// What can be said of a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The speaker said these words, as quoted.
    Exact,
    /// The speaker said nearly these words, or is reported to have said them.
    Near,
    /// Someone else did.
    Misattributed,
    /// They stand in an article, and nobody is known to have said them.
    Unattributed,
    /// They are not known.
    NotFound,
}

/// Words that were found.
#[derive(Clone, Debug, PartialEq)]
pub struct QuoteMatch {
    /// The statement, with what is shown beside it; `None`: they stand in the
    /// article's body only.
    pub statement: Option<(Stored, Beside)>,
    /// The article.
    pub article: Stored,
    /// How the words lie against it.
    pub alignment: Alignment,
    /// Whether they stand in quotation marks.
    pub quoted: bool,
    /// Whether the speaker is the one asked about.
    pub fit: SpeakerFit,
}

/// A verdict with its evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// The verdict.
    pub verdict: Verdict,
    /// The evidence, the best first.
    pub matches: Vec<QuoteMatch>,
    /// The quotation of the first match.
    pub quotation: Option<Quotation>,
    /// The revision that the answer stands for.
    pub revision: Revision,
}

impl KnowledgeBase {
    /// Tells whether someone said some words.
    pub async fn verify_quote(&self, query: &VerifyQuote) -> Result<Verified, Error> {
        let quotations = self.quotations(&query.read).await?;
        let revision = quotations.revision();
        let reader = self.reader(&ReadOptions::newest()).await?;
        let asked = asked(reader.as_ref(), &query.speaker).await?;
        let words = query.words.clone();
        let (found, quotations) = off_the_workers(move || {
            let found = quotations.find(&words, &asked).map_err(|error| unreadable(&error))?;
            Ok((found, quotations))
        })
        .await?;
        let (mut matches, kept) = said(reader.as_ref(), found, query.limit).await?;
        self.fill_beside(&mut matches, reader.revision()).await?;
        if let Some(verdict) = judge(&kept) {
            let quotation = kept.into_iter().next();
            let quotation = off_the_workers(move || match quotation {
                Some(found) => {
                    quotations.quotation_with(&found).map_err(|error| unreadable(&error))
                }
                None => Ok(None),
            });
            return Ok(Verified { verdict, matches, quotation: quotation.await?, revision });
        }
        let matches = in_bodies(reader.as_ref(), quotations, query).await?;
        let verdict = if matches.is_empty() { Verdict::NotFound } else { Verdict::Unattributed };
        Ok(Verified { verdict, matches, quotation: None, revision })
    }
}

impl KnowledgeBase {
    async fn fill_beside(
        &self,
        matches: &mut [QuoteMatch],
        revision: Revision,
    ) -> Result<(), Error> {
        let statements: Vec<&Stored> =
            matches.iter().filter_map(|it| Some(&it.statement.as_ref()?.0)).collect();
        let shown = self.beside(&statements, revision).await?;
        let statements = matches.iter_mut().filter_map(|it| it.statement.as_mut());
        for ((_, beside), shown) in statements.zip(shown) {
            *beside = shown;
        }
        Ok(())
    }
}

/// Who is meant by the speaker of a question.
async fn asked(reader: &dyn Reader, speaker: &AskedSpeaker) -> Result<Asked, Error> {
    let text = match speaker {
        AskedSpeaker::Anyone => return Ok(Asked::default()),
        AskedSpeaker::Entity(entity) => {
            return match reader.state(&entity.clone().into(), LoadBody::No).await? {
                State::Never => Err(unknown(entity)),
                _ => Ok(Asked { entities: vec![entity.clone()], name: String::new() }),
            };
        }
        AskedSpeaker::Named(text) => text.clone(),
    };
    let query = EntityQuery { text: text.clone(), ..EntityQuery::default() };
    let resolution = resolve::resolve(reader, &query, MOST_MEANT).await?;
    if let Some(linked) = resolution.linked {
        return Ok(Asked { entities: vec![linked], name: text });
    }
    // Nobody is said to have been misquoted because a name is short or shared.
    let meant = resolution.candidates.into_iter().filter(|candidate| {
        let guessed = candidate.reasons.contains(&ResolveReason::EditDistance);
        candidate.score >= LEAST_SCORE && !guessed
    });
    let entities = meant.map(|candidate| candidate.entity.id);
    Ok(Asked { entities: entities.collect(), name: text })
}

fn unknown(entity: &EntityId) -> Error {
    let text = format!("{entity} does not exist: give a name, or leave it out");
    Error::invalid("speaker", "UNKNOWN_ENTITY", text)
}

/// The statements found, as far as they still stand, and the passages of which one
/// at least does.
async fn said(
    reader: &dyn Reader,
    found: Vec<Found>,
    limit: usize,
) -> Result<(Vec<QuoteMatch>, Vec<Found>), Error> {
    let (mut matches, mut kept) = (Vec::new(), Vec::new());
    for found in found {
        if matches.len() >= limit {
            break;
        }
        let names: Vec<RecordName> = found.statements.iter().cloned().map(Into::into).collect();
        let articles: Vec<RecordName> =
            found.statements.iter().map(|name| name.article.clone().into()).collect();
        let statements = reader.states(&names, LoadBody::No).await?;
        let articles = reader.states(&articles, LoadBody::No).await?;
        let before = matches.len();
        for (statement, article) in statements.into_iter().zip(articles) {
            let (Some(statement), Some(article)) = (statement.live(), article.live()) else {
                continue;
            };
            if stands(&statement) && matches.len() < limit {
                matches.push(QuoteMatch {
                    statement: Some((statement, Beside::default())),
                    article,
                    alignment: found.alignment.clone(),
                    quoted: found.quoted,
                    fit: found.fit,
                });
            }
        }
        if matches.len() > before {
            kept.push(found);
        }
    }
    Ok((matches, kept))
}

fn stands(stored: &Stored) -> bool {
    match &stored.value {
        Record::Statement(statement) => {
            statement.status == StatementStatus::Active && statement.rank != Rank::Deprecated
        }
        Record::Article(_) | Record::Entity(_) => false,
    }
}

/// What the passages found say, the best first; `None`: nothing.
fn judge(found: &[Found]) -> Option<Verdict> {
    let similarity = |found: &&Found| found.alignment.similarity;
    let same = found.iter().filter(|found| found.fit == SpeakerFit::Same);
    let nearest = same.clone().map(|found| similarity(&found)).max_by(f64::total_cmp);
    let others = found.iter().filter(|found| found.fit == SpeakerFit::Other);
    let others = others.map(|found| similarity(&found)).max_by(f64::total_cmp);
    let others = others.filter(|similarity| *similarity >= CERTAINLY_THE_SAME);
    if same.clone().any(Found::is_exact) {
        return Some(Verdict::Exact);
    }
    match (nearest, others) {
        // What the speaker said is only somewhat like it; someone else said it.
        (Some(nearest), Some(others)) if nearest < CERTAINLY_THE_SAME && others > nearest => {
            Some(Verdict::Misattributed)
        }
        (Some(_), _) => Some(Verdict::Near),
        (None, Some(_)) => Some(Verdict::Misattributed),
        (None, None) => {
            let unknown = |found: &Found| {
                found.fit == SpeakerFit::Unknown && found.alignment.similarity >= CERTAINLY_THE_SAME
            };
            found.iter().any(unknown).then_some(Verdict::Unattributed)
        }
    }
}

/// The articles whose bodies have the very words.
async fn in_bodies(
    reader: &dyn Reader,
    quotations: QuotationsReader,
    query: &VerifyQuote,
) -> Result<Vec<QuoteMatch>, Error> {
    let words = query.words.clone();
    let articles =
        off_the_workers(move || quotations.bodies_with(&words).map_err(|error| unreadable(&error)));
    let mut matches = Vec::new();
    for article in articles.await? {
        if matches.len() >= query.limit {
            break;
        }
        matches.extend(in_body(reader, article, &query.words).await?);
    }
    Ok(matches)
}

async fn in_body(
    reader: &dyn Reader,
    article: ArticleId,
    given: &[Word],
) -> Result<Option<QuoteMatch>, Error> {
    let state = reader.state(&article.into(), LoadBody::Yes).await?;
    let Some(stored) = state.live() else { return Ok(None) };
    let Record::Article(article) = &stored.value else { return Ok(None) };
    let Some(text) = article.body.text.clone() else { return Ok(None) };
    if article.pub_status.unwrap_or_default() != crate::domain::article::PubStatus::Usable {
        return Ok(None);
    }
    let given = given.to_vec();
    let alignment = off_the_workers(move || Ok(stand_in(&given, &words::read(&text))));
    let found = alignment.await?.filter(Alignment::is_exact);
    Ok(found.map(|alignment| QuoteMatch {
        statement: None,
        article: stored,
        alignment,
        quoted: false,
        fit: SpeakerFit::Unknown,
    }))
}
