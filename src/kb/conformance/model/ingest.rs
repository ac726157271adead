//! What an ingest makes of a world.

use std::collections::BTreeSet;

use super::entities::Known;
use super::references::detached;
use super::statements::{complete, copy_of};
use super::{Effect, Faults, Refusal, stamp};
use crate::domain::article::{Article, Medium, PubStatus};
use crate::domain::body::BodyExtent;
use crate::domain::id::{ArticleId, EntityId, RecordName, StatementId, StatementName};
use crate::domain::record::Record;
use crate::domain::statement::{Mention, Rank, Statement, StatementStatus};
use crate::kb::anchor::Anchor;
use crate::kb::carry::{self, Carrier};
use crate::kb::command::{CreateEntities, IngestArticle, IngestOutcome};
use crate::kb::matching;
use crate::store::conformance::model::World;
use crate::store::{Mutation, State};

pub(super) fn ingest(world: &World, command: &IngestArticle) -> Result<Effect, Refusal> {
    let id = identify(world, command)?;
    let before = world.article(&id);
    let after = article(world, command, &id, before.as_ref())?;
    let mut faults = Faults::default();
    let mut known = Known::new(world);
    let listed = known.list(command, &mut faults);
    check_article(world, &known, &id, before.as_ref(), &after, &mut faults);
    let mut statements = Statements::of(world, command, &id, before.as_ref(), &after);
    statements.take_sent(&mut known, &mut faults)?;
    check_evidence(world, command, &statements, &mut faults);
    faults.none()?;

    let mut changes = std::mem::take(&mut known.changes);
    changes.extend(statements.changes());
    let same = before.as_ref().is_some_and(|before| after.says_the_same(before));
    if !same {
        changes.push(put(&id.clone().into(), Record::Article(Box::new(after.clone()))));
    }
    let outcome = match before {
        None => IngestOutcome::Created,
        Some(_) if changes.is_empty() => IngestOutcome::Unchanged,
        Some(_) => IngestOutcome::Revised,
    };
    let mut answer: Vec<RecordName> = vec![id.into()];
    answer.extend(statements.sent.iter().map(|(name, _)| name.clone().into()));
    for entity in listed.into_iter().map(RecordName::Entity) {
        if !answer.contains(&entity) {
            answer.push(entity);
        }
    }
    answer.extend(known.made.into_iter().map(RecordName::Entity));
    Ok(Effect { outcome, answer, changes })
}

fn put(name: &RecordName, record: Record) -> Mutation {
    Mutation::Put(name.clone(), record)
}

/// Which article it is: by name, else by address, else by what it says.
fn identify(world: &World, command: &IngestArticle) -> Result<ArticleId, Refusal> {
    let draft = &command.article;
    let holder = draft.article.canonical_url.as_ref().and_then(|url| world.holder(url));
    match (&draft.id, holder) {
        (Some(named), Some(holder)) if *named != holder => Err(Refusal::UrlOfAnother),
        (Some(named), _) => Ok(named.clone()),
        (None, Some(holder)) => Ok(holder),
        (None, None) => {
            let url = draft.article.canonical_url.as_ref();
            let deleted = url.and_then(|url| world.last_holder(url));
            Ok(deleted.unwrap_or_else(|| draft.article.mint_id().expect("an id")))
        }
    }
}

/// The article as it is to stand.
fn article(
    world: &World,
    command: &IngestArticle,
    id: &ArticleId,
    before: Option<&Article>,
) -> Result<Article, Refusal> {
    let draft = &command.article;
    let origin = stamp(&draft.article.origin, &command.context);
    let sent = Article { origin, ..draft.article.clone() };
    let says_nothing = sent.title.is_empty()
        && sent.canonical_url.is_none()
        && sent.body.extent == BodyExtent::None;
    if draft.id.is_none() && says_nothing {
        return Err(Refusal::invalid("REQUIRED"));
    }
    let version = match world.state(&RecordName::Article(id.clone())) {
        State::Deleted(deleted) => deleted.article_version + 1,
        State::Never | State::Live(_) => 1,
    };
    Ok(match before {
        Some(before) => before.revised_by(sent, draft.body_dropped),
        None => Article {
            pub_status: sent.pub_status.or(Some(PubStatus::Usable)),
            medium: sent.medium.or(Some(Medium::Text)),
            version,
            ..sent
        },
    })
}

/// What the article newly names must stand.
fn check_article(
    world: &World,
    known: &Known<'_>,
    id: &ArticleId,
    before: Option<&Article>,
    after: &Article,
    faults: &mut Faults,
) {
    if let Some(publisher) = &after.publisher.entity {
        let named_before = before.is_some_and(|it| it.publisher.entity.as_ref() == Some(publisher));
        faults.unless(named_before || known.knows(publisher), "UNKNOWN_ENTITY");
    }
    if let Some(original) = &after.duplicate_of
        && before.is_none_or(|before| before.duplicate_of.as_ref() != Some(original))
    {
        let stands = original == id || world.article(original).is_some();
        faults.unless(original != id, "SELF");
        faults.unless(stands, "UNKNOWN_RECORD");
    }
}

/// What listed entities are evidenced by must stand, or be sent along.
fn check_evidence(
    world: &World,
    command: &IngestArticle,
    statements: &Statements<'_>,
    faults: &mut Faults,
) {
    let occupancies = command.entities.iter().flat_map(|draft| &draft.entity.occupancies);
    for evidence in occupancies.filter_map(|held| held.evidence.as_ref()) {
        let here = statements.stays(evidence);
        let elsewhere = evidence.article != statements.article
            && world.stands(&RecordName::Statement(evidence.clone()));
        faults.unless(here || elsewhere, "UNKNOWN_RECORD");
    }
}

/// The statements of the article: stored, and sent.
struct Statements<'a> {
    world: &'a World,
    command: &'a IngestArticle,
    article: ArticleId,
    after: &'a Article,
    text: Option<String>,
    /// As they were.
    before: Vec<(StatementName, Statement)>,
    /// As they stand in the article as it is to be, were none sent.
    standing: Vec<(StatementId, Statement)>,
    /// As they are sent, completed.
    sent: Vec<(StatementName, Statement)>,
}

impl<'a> Statements<'a> {
    fn of(
        world: &'a World,
        command: &'a IngestArticle,
        article: &ArticleId,
        before: Option<&Article>,
        after: &'a Article,
    ) -> Self {
        let stored = before.map_or_else(Vec::new, |_| world.statements_of(article));
        let text = text_of(after);
        let copy = copy_of(after);
        let old_text = before.and_then(text_of);
        let mut carrier = before
            .filter(|before| before.version != after.version)
            .map(|_| Carrier::new(old_text.as_deref(), text.as_deref()));
        let stands = |(name, it): &(StatementName, Statement)| {
            let mut it = it.clone();
            it.article = crate::domain::statement::ArticleCopy {
                version: it.article.version,
                ..copy.clone()
            };
            if let Some(carrier) = &mut carrier {
                carrier.carry(&mut it, after.version);
            }
            (name.statement.clone(), it)
        };
        let standing = stored.iter().map(stands).collect();
        let (article, before, sent) = (article.clone(), stored, Vec::new());
        Self { world, command, article, after, text, before, standing, sent }
    }

    fn name(&self, id: &StatementId) -> StatementName {
        StatementName { article: self.article.clone(), statement: id.clone() }
    }

    /// Whether a statement of the article will stand after the ingest.
    fn stays(&self, name: &StatementName) -> bool {
        let listed = self.sent.iter().any(|(sent, _)| sent == name);
        let kept = !self.command.replace_statements
            && self.before.iter().any(|(stored, _)| stored == name);
        listed || kept
    }

    /// Completes what is sent, and settles which stored statement each is.
    fn take_sent(&mut self, known: &mut Known<'_>, faults: &mut Faults) -> Result<(), Refusal> {
        let command = self.command;
        let origin = stamp(&command.article.article.origin, &command.context);
        let create = (command.create_entities == CreateEntities::Mentioned).then_some(&origin);
        let anchor = Anchor::new(self.text.as_deref());
        let mut sent = Vec::new();
        for draft in &command.statements {
            let mut statement = draft.statement.clone();
            complete(&mut statement, &anchor, &copy_of(self.after), &command.context, faults);
            known.link(&mut statement, create, faults);
            sent.push(statement);
        }
        let chosen: Vec<_> = command.statements.iter().map(|draft| draft.id.clone()).collect();
        let ids = matching::ids(&self.article, &chosen, &sent, &self.standing);
        let ids = ids.map_err(|_| Refusal::invalid("BAD_ID"))?;
        self.sent = ids.iter().map(|id| self.name(id)).zip(sent).collect();
        for at in 0..self.sent.len() {
            self.check_places(at, faults);
        }
        let drafts = command.statements.iter().map(|draft| &draft.statement);
        for ((name, statement), draft) in self.sent.iter_mut().zip(drafts) {
            let standing = self.standing.iter().find(|(id, _)| *id == name.statement);
            let before = self.before.iter().find(|(stored, _)| stored == name);
            if let Some(((_, standing), (_, before))) = standing.zip(before) {
                keep_recorded(self.world, statement, draft, before);
                statement.anchoring = carry::anchoring(before, statement);
                keep_what_is_not_sent(statement, standing);
            }
        }
        Ok(())
    }

    /// Parents and link targets must stand after the ingest, and be others.
    fn check_places(&self, at: usize, faults: &mut Faults) {
        let (own, statement) = &self.sent[at];
        if let Some(parent) = &statement.parent {
            let parent = self.name(parent);
            if !self.stays(&parent) {
                faults.add("UNKNOWN_RECORD");
            } else {
                faults.unless(!self.leads_back(own, &parent), "CIRCLE");
            }
        }
        for target in statement.links.iter().map(|link| &link.target) {
            let here = target.article == self.article;
            let stands =
                if here { self.stays(target) } else { self.world.statement(target).is_some() };
            faults.unless(target != own, "SELF");
            faults.unless(stands || target == own, "UNKNOWN_RECORD");
        }
    }

    fn leads_back(&self, own: &StatementName, parent: &StatementName) -> bool {
        let mut seen = BTreeSet::from([own.clone()]);
        let mut next = Some(parent.clone());
        while let Some(name) = next {
            if !seen.insert(name.clone()) {
                return true;
            }
            let sent = self.sent.iter().find(|(sent, _)| *sent == name).map(|(_, it)| it);
            let stored = self.before.iter().find(|(stored, _)| *stored == name).map(|(_, it)| it);
            let parent = sent.or(stored).and_then(|it| it.parent.clone());
            next = parent.map(|parent| self.name(&parent));
        }
        false
    }

    /// What is written and deleted.
    fn changes(&self) -> Vec<Mutation> {
        let gone = self.before.iter().map(|(name, _)| name).filter(|name| !self.stays(name));
        let gone: BTreeSet<RecordName> = gone.cloned().map(RecordName::Statement).collect();
        let own = |name: &RecordName| matches!(name, RecordName::Statement(name) if name.article == self.article);
        // Those of other articles; the article's own are settled here.
        let mut changes = detached(self.world, &gone);
        changes.retain(|change| !own(&change.name()));
        for (name, statement) in &self.sent {
            let mut statement = statement.clone();
            statement.links.retain(|link| !gone.contains(&link.target.clone().into()));
            let before = self.before.iter().find(|(stored, _)| stored == name);
            if before.is_none_or(|(_, before)| *before != statement) {
                changes.push(put(&name.clone().into(), Record::Statement(Box::new(statement))));
            }
        }
        for ((name, before), (_, standing)) in self.before.iter().zip(&self.standing) {
            let sent = self.sent.iter().any(|(sent, _)| sent == name);
            if !sent && !gone.contains(&name.clone().into()) && before != standing {
                let standing = Box::new(standing.clone());
                changes.push(put(&name.clone().into(), Record::Statement(standing)));
            }
        }
        changes.extend(gone.into_iter().map(Mutation::Delete));
        changes
    }
}

/// The text that selectors are held against.
pub(super) fn text_of(article: &Article) -> Option<String> {
    article.body.text.as_deref().filter(|_| article.body.verifies()).map(str::to_owned)
}

/// A name that alone led to an entity keeps the id that was recorded, where what the
/// name means now stands for it.
fn keep_recorded(world: &World, sent: &mut Statement, draft: &Statement, stored: &Statement) {
    let keep = |link: &mut Option<EntityId>, recorded: &Option<EntityId>| {
        if let (Some(now), Some(before)) = (link.as_ref(), recorded)
            && *now == world.survivor(before)
        {
            link.clone_from(recorded);
        }
    };
    let keep_mention = |sent: &mut Mention, draft: &Mention, stored: &Mention| {
        if draft.entity.is_none() && sent.text == stored.text {
            keep(&mut sent.entity, &stored.entity);
        }
    };
    if let (Some(sent), Some(draft), Some(stored)) =
        (&mut sent.speaker, &draft.speaker, &stored.speaker)
        && draft.entity.is_none()
    {
        keep(&mut sent.entity, &stored.entity);
        if let (Some(sent), Some(draft), Some(stored)) =
            (&mut sent.mention, &draft.mention, &stored.mention)
        {
            keep_mention(sent, draft, stored);
        }
    }
    let addressees = sent.addressees.iter_mut().zip(&draft.addressees).zip(&stored.addressees);
    let mentions = sent.mentions.iter_mut().zip(&draft.mentions).zip(&stored.mentions);
    for ((sent, draft), stored) in addressees.chain(mentions) {
        keep_mention(sent, draft, stored);
    }
}

/// A statement that is sent again keeps its retraction, its rank and links where
/// none are sent, and who sent it first where it says nothing new.
fn keep_what_is_not_sent(sent: &mut Statement, stored: &Statement) {
    if stored.status == StatementStatus::Retracted {
        sent.status = stored.status;
        sent.retraction.clone_from(&stored.retraction);
    }
    if sent.rank == Rank::Normal && sent.rank_reason.is_empty() {
        sent.rank = stored.rank;
        sent.rank_reason.clone_from(&stored.rank_reason);
    }
    if sent.links.is_empty() {
        sent.links.clone_from(&stored.links);
    }
    if sent.says_the_same(stored) {
        sent.clone_from(stored);
    }
}
