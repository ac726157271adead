//! The statements that an extractor finds in the article's text, beside those that
//! the caller sends.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::statements::{StoredStatement, complete};
use super::{Planner, stamp};
use crate::domain::article::Article;
use crate::domain::entity::{EntityType, Occupancy};
use crate::domain::id::{EntityId, StatementId};
use crate::domain::limits;
use crate::domain::origin::Origin;
use crate::domain::statement::{ArticleCopy, ContentSpan, Mention, Statement, StatementStatus};
use crate::extract::{ReadStatement, Reading, Thing};
use crate::kb::anchor::Anchor;
use crate::kb::command::CreateEntities;
use crate::kb::error::Error;

/// Statements found, those out that stand in the way of others'.
#[derive(Default)]
pub(super) struct Found {
    /// The statements, as completed as those sent.
    pub(super) statements: Vec<Statement>,
    /// The statement that each is part of, by its place among these.
    pub(super) parents: Vec<Option<usize>>,
}

impl Planner<'_> {
    /// Finds the statements of the text. What a caller says about the same words
    /// wins, as does what someone corrected: the found one is left out.
    pub(super) async fn found(
        &mut self,
        article: &Article,
        body: Option<&Arc<str>>,
        anchor: &Anchor<'_>,
        copy: &ArticleCopy,
        sent: &[Statement],
        standing: &[(StatementId, Statement)],
    ) -> Result<Found, Error> {
        let (Some(reader), Some(body)) = (self.text_reader, body) else {
            return Ok(Found::default());
        };
        let reading = reader.read(article, body).await?;
        self.plan.truncated |= reading.truncated;
        let stays = |statement: &&Statement| {
            !self.command.replace_statements
                && statement.status != StatementStatus::Orphaned
                && (statement.edited || statement.origin.extractor != reading.origin.extractor)
        };
        let others = standing.iter().map(|(_, statement)| statement).filter(stays);
        let taken = Taken::of(sent.iter().chain(others));
        let free: Vec<(usize, &ReadStatement)> = reading
            .statements
            .iter()
            .enumerate()
            .filter(|(_, read)| !taken.touches(&read.statement.content))
            .collect();
        let place: HashMap<usize, usize> =
            free.iter().enumerate().map(|(at, (number, _))| (*number, at)).collect();
        let entities = self.entities_of(&reading, &free).await?;
        let entity = |thing: Option<usize>| thing.and_then(|it| entities.get(&it).cloned());
        let mut found = Found::default();
        for (_, read) in free {
            let mut statement = read.statement.clone();
            complete(
                &mut statement,
                "extraction",
                anchor,
                copy,
                &self.command.context,
                &mut self.violations,
            );
            if let Some(speaker) = &mut statement.speaker {
                speaker.entity = entity(read.speaker);
                if let Some(mention) = &mut speaker.mention {
                    mention.entity.clone_from(&speaker.entity);
                }
            }
            for (mention, thing) in statement.addressees.iter_mut().zip(&read.addressees) {
                mention.entity = entity(*thing);
            }
            for (mention, thing) in statement.mentions.iter_mut().zip(&read.mentions) {
                mention.entity = entity(*thing);
            }
            found.parents.push(read.parent.and_then(|parent| place.get(&parent).copied()));
            found.statements.push(statement);
        }
        Ok(found)
    }

    /// The entities that the named things are, beyond doubt or newly made.
    async fn entities_of(
        &mut self,
        reading: &Reading,
        statements: &[(usize, &ReadStatement)],
    ) -> Result<HashMap<usize, EntityId>, Error> {
        let create = (self.command.create_entities == CreateEntities::Mentioned)
            .then(|| Origin { rule: "named-in-text".to_owned(), ..reading.origin.clone() })
            .map(|origin| stamp(&origin, &self.command.context));
        let named = statements.iter().flat_map(|(_, read)| {
            let others = read.mentions.iter().copied().chain(read.addressees.iter().copied());
            std::iter::once(read.speaker).chain(others).flatten()
        });
        let mut used: BTreeSet<usize> = named.collect();
        let thing = |at: &usize| reading.things.get(*at);
        if create.is_some() {
            let posts = used.iter().filter_map(thing).flat_map(|thing| &thing.posts);
            let bodies: Vec<usize> = posts.filter_map(|post| post.organization).collect();
            used.extend(bodies);
        }
        // People last: they hold posts in what comes before them.
        let is_person = |at: &usize| thing(at).and_then(|it| it.kind) == Some(EntityType::Person);
        let (people, others): (Vec<usize>, Vec<usize>) = used.into_iter().partition(is_person);
        let mut entities = HashMap::new();
        for at in others.into_iter().chain(people) {
            let Some(thing) = thing(&at) else { continue };
            let occupancies = occupancies(thing, &entities);
            let found =
                self.directory.thing(thing, occupancies, create.as_ref(), &mut self.plan).await?;
            entities.extend(found.map(|id| (at, id)));
        }
        Ok(entities)
    }
}

/// What the same extractor found in the same text before stands as it is now, with
/// what someone corrected since. Only links that were missing are added.
pub(super) fn keep_edits<'a>(
    found: impl Iterator<Item = (&'a StatementId, &'a mut Statement)>,
    stored: &[StoredStatement],
    standing: &[(StatementId, Statement)],
) {
    let known: HashMap<&StatementId, (&Statement, &Statement)> = stored
        .iter()
        .zip(standing)
        .map(|((id, _, before), (_, standing))| (id, (before, standing)))
        .collect();
    for (id, statement) in found {
        if let Some((before, standing)) = known.get(id) {
            keep_edits_of(statement, before, standing);
        }
    }
}

fn keep_edits_of(found: &mut Statement, before: &Statement, standing: &Statement) {
    if standing.edited && standing.status != StatementStatus::Orphaned {
        found.clone_from(standing);
        return;
    }
    let read_from = |copy: &ArticleCopy| (copy.version, copy.language.clone(), copy.published_at);
    if read_from(&before.article) != read_from(&standing.article)
        || !before.origin.says_the_same(&found.origin)
    {
        return;
    }
    let mut kept = standing.clone();
    if let (Some(kept), Some(found)) = (&mut kept.speaker, &found.speaker)
        && let (Some(mention), Some(named)) = (&mut kept.mention, &found.mention)
        && kept.entity.is_none()
        && mention.text == named.text
    {
        kept.entity.clone_from(&found.entity);
        mention.entity.clone_from(&found.entity);
    }
    add_links(&mut kept.addressees, &found.addressees);
    add_links(&mut kept.mentions, &found.mentions);
    *found = kept;
}

/// A found statement as it was before its names were linked.
pub(super) fn unlinked(statement: &Statement) -> Statement {
    let mut statement = statement.clone();
    if let Some(speaker) = &mut statement.speaker {
        speaker.entity = None;
        if let Some(mention) = &mut speaker.mention {
            mention.entity = None;
        }
    }
    for mention in statement.addressees.iter_mut().chain(&mut statement.mentions) {
        mention.entity = None;
    }
    statement
}

fn add_links(kept: &mut [Mention], found: &[Mention]) {
    for mention in kept.iter_mut().filter(|mention| mention.entity.is_none()) {
        let same = found.iter().find(|found| found.text == mention.text);
        mention.entity = same.and_then(|found| found.entity.clone());
    }
}

/// The posts of a thing, as an entity has them.
fn occupancies(thing: &Thing, entities: &HashMap<usize, EntityId>) -> Vec<Occupancy> {
    let posts = thing.posts.iter().take(limits::OCCUPANCIES);
    let occupancy = |post: &crate::extract::Post| Occupancy {
        title: post.title.clone(),
        organization: post.organization.and_then(|at| entities.get(&at).cloned()),
        ..Occupancy::default()
    };
    posts.map(occupancy).collect()
}

/// The words that others' statements are about, as spans in order.
struct Taken(Vec<(u32, u32)>);

impl Taken {
    fn of<'a>(statements: impl Iterator<Item = &'a Statement>) -> Self {
        let mut spans: Vec<(u32, u32)> = statements.flat_map(|it| spans(&it.content)).collect();
        spans.sort_unstable();
        let mut united: Vec<(u32, u32)> = Vec::with_capacity(spans.len());
        for (start, end) in spans {
            match united.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => united.push((start, end)),
            }
        }
        Self(united)
    }

    fn touches(&self, content: &[ContentSpan]) -> bool {
        spans(content).any(|(start, end)| {
            let at = self.0.partition_point(|taken| taken.1 <= start);
            self.0.get(at).is_some_and(|taken| taken.0 < end)
        })
    }
}

fn spans(content: &[ContentSpan]) -> impl Iterator<Item = (u32, u32)> {
    content.iter().filter_map(|span| Some((span.selector.start?, span.selector.end?)))
}
