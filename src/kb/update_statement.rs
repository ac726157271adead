//! Changing a statement, by field mask (AIP-134).

use std::collections::HashSet;

use async_trait::async_trait;

use super::KnowledgeBase;
use super::anchor::{self, Anchor};
use super::carry;
use super::command::{
    CreateStatement, IngestOutcome, StatementDraft, StatementField as Field, UpdateStatement,
    WriteContext, Written,
};
use super::create::{check_places, plan_statement, written};
use super::entities::Directory;
use super::error::{Error, Violation};
use super::ingest::stamp;
use super::plan::Plan;
use super::update::{check_etag, missing};
use super::write::Command;
use crate::domain::article::Article;
use crate::domain::id::{RecordName, StatementName};
use crate::domain::origin::Origin;
use crate::domain::record::{Committed, Record, Stored};
use crate::domain::statement::{Rank, Speaker, Statement, StatementStatus};
use crate::store::{LoadBody, Mutation, Precondition, Reader, State};

impl KnowledgeBase {
    /// Changes a statement.
    pub async fn update_statement(&self, command: UpdateStatement) -> Result<Written, Error> {
        self.write(&command).await.and_then(written)
    }
}

#[async_trait]
impl Command for UpdateStatement {
    fn method(&self) -> &'static str {
        "UpdateStatement"
    }

    fn context(&self) -> &WriteContext {
        &self.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        plan(reader, self).await
    }
}

/// A statement that must stand, with the etag where one is given.
pub(super) async fn stored_statement(
    reader: &dyn Reader,
    name: &StatementName,
    etag: Option<&String>,
) -> Result<(Statement, Committed), Error> {
    let name = RecordName::Statement(name.clone());
    match reader.state(&name, LoadBody::No).await? {
        State::Live(Stored { value: Record::Statement(statement), committed, .. }) => {
            check_etag(&name, etag, &committed)?;
            Ok((*statement, committed))
        }
        gone => {
            missing(&name, &gone, false, etag)?;
            Err(Error::NotFound { name, deleted: None })
        }
    }
}

async fn plan(reader: &dyn Reader, command: &UpdateStatement) -> Result<Plan, Error> {
    let etag = command.etag.as_ref();
    let (before, committed) = match stored_statement(reader, &command.name, etag).await {
        Err(Error::NotFound { .. }) if command.allow_missing && etag.is_none() => {
            return create(reader, command).await;
        }
        found => found?,
    };
    let mut update = Update {
        reader,
        command,
        plan: Plan::new(command.name.clone().into()),
        violations: Vec::new(),
        after: before.clone(),
        before,
    };
    for field in &command.fields {
        set_field(&mut update.after, *field, &command.values);
    }
    update.anchor_and_link().await?;
    update.keep_origins_of_links();
    update.check().await?;
    if update.after == update.before {
        return Ok(update.plan);
    }
    let Update { mut plan, mut after, .. } = update;
    after.origin = stamp(&after.origin, &command.context);
    after.edited = true;
    plan.outcome = IngestOutcome::Revised;
    plan.require(Precondition::AtRevision(plan.subject.clone(), committed.revision));
    plan.mutate(Mutation::Put(plan.subject.clone(), Record::Statement(Box::new(after))));
    Ok(plan)
}

/// Creates the statement that is not there; the mask makes no difference then.
async fn create(reader: &dyn Reader, command: &UpdateStatement) -> Result<Plan, Error> {
    let mut violations = Vec::new();
    check_whole(&command.values, &mut violations);
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let StatementName { article, statement } = command.name.clone();
    let draft = StatementDraft { id: Some(statement), statement: command.values.clone() };
    plan_statement(reader, &CreateStatement { context: command.context.clone(), article, draft })
        .await
}

struct Update<'a> {
    reader: &'a dyn Reader,
    command: &'a UpdateStatement,
    plan: Plan,
    violations: Vec<Violation>,
    before: Statement,
    after: Statement,
}

impl Update<'_> {
    fn changes(&self, field: Field) -> bool {
        self.command.fields.contains(&field)
    }

    /// Fills in the new selectors, against the article as it stands, and links the
    /// new mentions; takes a retraction back.
    async fn anchor_and_link(&mut self) -> Result<(), Error> {
        let content = self.changes(Field::Content);
        let speaker =
            [Field::Speaker, Field::SpeakerEntity, Field::SpeakerMention, Field::SpeakerAnonymous];
        let speaker = speaker.into_iter().any(|field| self.changes(field));
        let beside = [Field::Cue, Field::Addressees, Field::Mentions];
        let beside = beside.into_iter().any(|field| self.changes(field));
        let triple = self.changes(Field::Triple);
        let revived = self.changes(Field::Retraction) && self.before.retraction.is_some();
        if !(content || speaker || beside || triple || revived) {
            return Ok(());
        }
        let article = self.article().await?;
        // Where only what stands beside the words changes, it is held against the
        // version that the words stand in.
        let held = content || self.before.article.version == article.version;
        let body = article.body.text.as_deref().filter(|_| article.body.verifies() && held);
        let near = self.after.content.first().and_then(|span| anchor::place(&span.selector));
        let mut part = self.changed_part(speaker);
        let kept = self.keep_mention_place(&mut part);
        let anchor = Anchor::new(body);
        anchor.fill(&mut part, "statement", near, &mut self.violations);
        if let Some(mention) = part.speaker.as_mut().and_then(|it| it.mention.as_mut())
            && let Some(kept) = kept
        {
            mention.selector = Some(kept);
        }
        let mut directory = Directory::new(self.reader);
        let (plan, violations) = (&mut self.plan, &mut self.violations);
        directory.link(&mut part, "statement", None, plan, violations).await?;
        self.take(part, speaker);
        if content {
            self.after.article.version = article.version;
            self.after.anchoring = carry::anchoring(&self.before, &self.after);
            if self.after.status == StatementStatus::Orphaned {
                self.after.status = StatementStatus::Active;
            }
        }
        if revived {
            let stands = self.after.article.version == article.version || !article.body.verifies();
            self.after.retraction = None;
            self.after.status =
                if stands { StatementStatus::Active } else { StatementStatus::Orphaned };
        }
        Ok(())
    }

    /// The article, which must stay as it is until the change is made.
    async fn article(&mut self) -> Result<Article, Error> {
        let name = RecordName::Article(self.command.name.article.clone());
        match self.reader.state(&name, LoadBody::Yes).await? {
            State::Live(Stored { value: Record::Article(article), committed, .. }) => {
                self.plan.require(Precondition::AtRevision(name, committed.revision));
                Ok(*article)
            }
            _ => Err(Error::NotFound { name, deleted: None }),
        }
    }

    /// A statement with nothing in it but what changes and has places or entities.
    fn changed_part(&self, speaker: bool) -> Statement {
        let after = &self.after;
        let mut part = Statement::default();
        if self.changes(Field::Content) {
            part.content.clone_from(&after.content);
        }
        if self.changes(Field::Cue) {
            part.cue.clone_from(&after.cue);
        }
        if speaker {
            part.speaker.clone_from(&after.speaker);
        }
        if self.changes(Field::Addressees) {
            part.addressees.clone_from(&after.addressees);
        }
        if self.changes(Field::Mentions) {
            part.mentions.clone_from(&after.mentions);
        }
        if self.changes(Field::Triple) {
            part.triple.clone_from(&after.triple);
        }
        part
    }

    /// Takes the place of a speaker's mention that does not change out of the part,
    /// and gives the mention the entity that the speaker gets.
    fn keep_mention_place(
        &self,
        part: &mut Statement,
    ) -> Option<crate::domain::selector::Selector> {
        if self.changes(Field::Speaker) || self.changes(Field::SpeakerMention) {
            return None;
        }
        let speaker = part.speaker.as_mut()?;
        let mention = speaker.mention.as_mut()?;
        if self.changes(Field::SpeakerEntity) || speaker.anonymous {
            mention.entity.clone_from(&speaker.entity);
        }
        mention.selector.take()
    }

    fn take(&mut self, part: Statement, speaker: bool) {
        if self.changes(Field::Content) {
            self.after.content = part.content;
        }
        if self.changes(Field::Cue) {
            self.after.cue = part.cue;
        }
        if speaker {
            self.after.speaker = part.speaker.filter(|speaker| *speaker != Speaker::default());
        }
        if self.changes(Field::Addressees) {
            self.after.addressees = part.addressees;
        }
        if self.changes(Field::Mentions) {
            self.after.mentions = part.mentions;
        }
    }

    /// A link that stays says who made it first.
    fn keep_origins_of_links(&mut self) {
        for link in &mut self.after.links {
            let same = self.before.links.iter().find(|known| {
                let told = (&known.target, known.kind, &known.reason, known.confidence);
                told == (&link.target, link.kind, &link.reason, link.confidence)
                    && known.origin.says_the_same(&link.origin)
            });
            if let Some(known) = same {
                link.origin.clone_from(&known.origin);
            }
        }
    }

    /// Checks what the whole statement must hold to after the change.
    async fn check(&mut self) -> Result<(), Error> {
        if self.after.kind.is_none() {
            self.after.kind = Some(self.after.kind_of_spans());
        }
        check_whole(&self.after, &mut self.violations);
        let own = &self.command.name;
        let mut places = Statement::default();
        if self.changes(Field::Parent) {
            places.parent.clone_from(&self.after.parent);
        }
        if self.changes(Field::Links) {
            places.links.clone_from(&self.after.links);
        }
        let (plan, violations) = (&mut self.plan, &mut self.violations);
        check_places(self.reader, own, &places, plan, violations).await?;
        if places.parent.is_some() && self.violations.is_empty() {
            self.check_ancestors().await?;
        }
        if self.violations.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(std::mem::take(&mut self.violations)))
        }
    }

    /// Checks that the chain of parents does not lead back.
    async fn check_ancestors(&mut self) -> Result<(), Error> {
        let own = &self.command.name;
        let mut seen = HashSet::from([own.statement.clone()]);
        let mut next = self.after.parent.clone();
        while let Some(current) = next {
            if !seen.insert(current.clone()) {
                let text = "leads back to the statement itself";
                self.violations.push(Violation::new("statement.parent", "CIRCLE", text));
                return Ok(());
            }
            let name = StatementName { article: own.article.clone(), statement: current };
            next = match self.reader.state(&name.into(), LoadBody::No).await? {
                State::Live(Stored { value: Record::Statement(statement), .. }) => {
                    statement.parent.clone()
                }
                _ => None,
            };
        }
        // Another's parent may change meanwhile.
        let since = self.reader.revision();
        self.plan.require(Precondition::StatementsUnmoved(own.article.clone(), since));
        Ok(())
    }
}

/// What holds of every statement, whatever of it is sent.
fn check_whole(statement: &Statement, violations: &mut Vec<Violation>) {
    if statement.content.is_empty() {
        let text = "at least one span is needed";
        violations.push(Violation::new("statement.content", "REQUIRED", text));
    }
    if statement.rank == Rank::Deprecated && statement.rank_reason.trim().is_empty() {
        let text = "the rank DEPRECATED needs a reason";
        violations.push(Violation::new("statement.rank_reason", "REQUIRED", text));
    }
    if let Some(speaker) = &statement.speaker
        && speaker.anonymous
        && speaker.entity.is_some()
    {
        let text = "an anonymous speaker has no entity: leave out one of them";
        violations.push(Violation::new("statement.speaker.entity", "CONTRADICTION", text));
    }
}

fn set_field(statement: &mut Statement, field: Field, values: &Statement) {
    match field {
        Field::Kind => statement.kind = values.kind,
        Field::Content => statement.content.clone_from(&values.content),
        Field::Cue => statement.cue.clone_from(&values.cue),
        Field::Speaker => statement.speaker.clone_from(&values.speaker),
        Field::SpeakerEntity
        | Field::SpeakerMention
        | Field::SpeakerAnonymous
        | Field::SpeakerDescription => {
            let speaker = statement.speaker.get_or_insert_default();
            set_speaker_field(speaker, field, values.speaker.clone().unwrap_or_default());
            if *speaker == Speaker::default() {
                statement.speaker = None;
            }
        }
        Field::Addressees => statement.addressees.clone_from(&values.addressees),
        Field::Mentions => statement.mentions.clone_from(&values.mentions),
        Field::Triple => statement.triple.clone_from(&values.triple),
        Field::UtteredAt => statement.uttered_at.clone_from(&values.uttered_at),
        Field::ReferenceTime => statement.reference_time.clone_from(&values.reference_time),
        Field::Language => statement.language.clone_from(&values.language),
        Field::Translation => statement.translation.clone_from(&values.translation),
        Field::Confidence => statement.confidence = values.confidence,
        Field::Rank => statement.rank = values.rank,
        Field::RankReason => statement.rank_reason.clone_from(&values.rank_reason),
        Field::Parent => statement.parent.clone_from(&values.parent),
        Field::Topics => statement.topics.clone_from(&values.topics),
        Field::Links => statement.links.clone_from(&values.links),
        Field::Origin => {
            let Origin { principal, batch, .. } = std::mem::take(&mut statement.origin);
            statement.origin = Origin { principal, batch, ..values.origin.clone() };
        }
        // Needs the article to tell which status the statement goes back to.
        Field::Retraction => {}
    }
}

fn set_speaker_field(speaker: &mut Speaker, field: Field, values: Speaker) {
    match field {
        Field::SpeakerEntity => speaker.entity = values.entity,
        Field::SpeakerMention => speaker.mention = values.mention,
        Field::SpeakerAnonymous => speaker.anonymous = values.anonymous,
        Field::SpeakerDescription => speaker.description = values.description,
        _ => {}
    }
}
