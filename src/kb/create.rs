//! Creating one statement or one entity.

use std::collections::HashSet;

use async_trait::async_trait;

use super::KnowledgeBase;
use super::anchor::Anchor;
use super::command::{CreateEntity, CreateStatement, IngestOutcome, WriteContext, Written};
use super::entities::Directory;
use super::error::{Error, Violation};
use super::ingest::{complete, copy_of, stamp};
use super::plan::{Plan, Touched, unknown_entity};
use super::resolve;
use super::write::{Command, Outcome};
use crate::domain::entity::{Entity, EntityType};
use crate::domain::id::{EntityId, RecordName, StatementId, StatementName};
use crate::domain::limits;
use crate::domain::record::{Record, Stored};
use crate::domain::statement::Statement;
use crate::store::{self, LoadBody, Mutation, Path, Precondition, Reader, Scan, State};

impl KnowledgeBase {
    /// Adds one statement to a stored article.
    pub async fn create_statement(&self, command: CreateStatement) -> Result<Written, Error> {
        self.write(&command).await.and_then(written)
    }

    /// Creates one entity.
    pub async fn create_entity(&self, command: CreateEntity) -> Result<Written, Error> {
        self.write(&command).await.and_then(written)
    }
}

#[async_trait]
impl Command for CreateStatement {
    fn method(&self) -> &'static str {
        "CreateStatement"
    }

    fn context(&self) -> &WriteContext {
        &self.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        plan_statement(reader, self).await
    }
}

#[async_trait]
impl Command for CreateEntity {
    fn method(&self) -> &'static str {
        "CreateEntity"
    }

    fn context(&self) -> &WriteContext {
        &self.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        plan_entity(reader, self).await
    }
}

/// The answer to a write of one record.
pub(super) fn written(outcome: Outcome) -> Result<Written, Error> {
    let record = outcome.records.into_iter().next().ok_or_else(|| {
        Error::Store(store::Error::Internal("a written record cannot be read back".into()))
    })?;
    Ok(Written { record, receipt: outcome.receipt })
}

/// Works out what adding a statement would do.
pub(super) async fn plan_statement(
    reader: &dyn Reader,
    command: &CreateStatement,
) -> Result<Plan, Error> {
    let name = RecordName::Article(command.article.clone());
    let (article, revision) = match reader.state(&name, LoadBody::Yes).await? {
        State::Live(Stored { value: Record::Article(article), committed, .. }) => {
            (article, committed.revision)
        }
        State::Deleted(deleted) => return Err(Error::gone(name, deleted)),
        _ => return Err(Error::NotFound { name, deleted: None }),
    };
    let body = article.body.text.as_deref().filter(|_| article.body.verifies());
    let copy = copy_of(&article);
    let mut statement = command.draft.statement.clone();
    let mut violations = Vec::new();
    let anchor = Anchor::new(body);
    complete(&mut statement, "statement", &anchor, &copy, &command.context, &mut violations);
    let id = statement_id(reader, command, &statement).await?;
    let own = StatementName { article: command.article.clone(), statement: id };
    let mut plan = Plan::new(RecordName::Statement(own.clone()));
    let mut directory = Directory::new(reader);
    directory.link(&mut statement, "statement", None, &mut plan, &mut violations).await?;
    check_places(reader, &own, &statement, &mut plan, &mut violations).await?;
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    plan.require(Precondition::AtRevision(name, revision));
    plan.require(Precondition::Absent(plan.subject.clone()));
    plan.mutate(Mutation::Put(plan.subject.clone(), Record::Statement(Box::new(statement))));
    plan.outcome = IngestOutcome::Created;
    Ok(plan)
}

/// The id of the new statement: the chosen one, which must be free, or the first
/// minted one that is.
async fn statement_id(
    reader: &dyn Reader,
    command: &CreateStatement,
    statement: &Statement,
) -> Result<StatementId, Error> {
    let article = &command.article;
    let name = |statement: &StatementId| {
        RecordName::Statement(StatementName {
            article: article.clone(),
            statement: statement.clone(),
        })
    };
    let path = Path::StatementsOf(article.clone());
    let page = reader.list(&Scan::all(path, limits::STATEMENTS_PER_ARTICLE)).await?;
    if page.items.len() >= limits::STATEMENTS_PER_ARTICLE {
        let text = format!("{article} has {} statements, the most it may", page.items.len());
        return Err(Error::invalid("parent", "OVER_LIMIT", text));
    }
    let taken: HashSet<&RecordName> = page.items.iter().map(|item| &item.record.name).collect();
    let taken = |id: &StatementId| taken.contains(&name(id));
    if let Some(id) = &command.draft.id {
        return if taken(id) { Err(Error::AlreadyExists(name(id))) } else { Ok(id.clone()) };
    }
    for ordinal in 0.. {
        let id = statement
            .mint_id(article, ordinal)
            .map_err(|error| Error::invalid("statement", "BAD_ID", error.to_string()))?;
        if !taken(&id) {
            return Ok(id);
        }
    }
    Err(Error::Contended)
}

/// Checks that a statement's parent and link targets stand and are others.
pub(super) async fn check_places(
    reader: &dyn Reader,
    own: &StatementName,
    statement: &Statement,
    plan: &mut Plan,
    violations: &mut Vec<Violation>,
) -> Result<(), Error> {
    let parent = statement.parent.iter().map(|parent| {
        let name = StatementName { article: own.article.clone(), statement: parent.clone() };
        ("statement.parent".to_owned(), name)
    });
    let links = statement.links.iter().enumerate();
    let targets =
        links.map(|(at, link)| (format!("statement.links[{at}].target"), link.target.clone()));
    for (field, target) in parent.chain(targets) {
        if target == *own {
            let text = "a statement does not refer to itself";
            violations.push(Violation::new(field, "SELF", text));
            continue;
        }
        require_record(reader, target.into(), field, plan, violations).await?;
    }
    Ok(())
}

/// Requires that a record that is named stands.
pub(super) async fn require_record(
    reader: &dyn Reader,
    name: RecordName,
    field: String,
    plan: &mut Plan,
    violations: &mut Vec<Violation>,
) -> Result<(), Error> {
    plan.reads.insert(Touched::Name(name.clone()));
    match reader.state(&name, LoadBody::No).await? {
        State::Live(_) => plan.require(Precondition::Present(name)),
        State::Never | State::Deleted(_) => {
            violations.push(match &name {
                RecordName::Entity(id) => unknown_entity(field, id),
                _ => Violation::new(field, "UNKNOWN_RECORD", format!("{name} does not exist")),
            });
        }
    }
    Ok(())
}

async fn plan_entity(reader: &dyn Reader, command: &CreateEntity) -> Result<Plan, Error> {
    let draft = &command.draft;
    if draft.entity.display_name.is_empty() {
        let text = "a new entity needs a display name";
        return Err(Error::invalid("entity.display_name", "REQUIRED", text));
    }
    let id = entity_id(reader, command).await?;
    let mut plan = Plan::new(RecordName::Entity(id));
    let entity = Entity {
        kind: Some(draft.entity.kind.unwrap_or(EntityType::Other)),
        origin: stamp(&draft.entity.origin, &command.context),
        ..draft.entity.clone()
    };
    require_references(reader, None, &entity, &mut plan).await?;
    plan.require(Precondition::Absent(plan.subject.clone()));
    plan.mutate(Mutation::Put(plan.subject.clone(), Record::Entity(Box::new(entity))));
    plan.outcome = IngestOutcome::Created;
    Ok(plan)
}

/// Requires that what an entity names stands. What it named before may have been
/// deleted by force since.
pub(super) async fn require_references(
    reader: &dyn Reader,
    before: Option<&Entity>,
    entity: &Entity,
    plan: &mut Plan,
) -> Result<(), Error> {
    let mut violations = Vec::new();
    let subject = plan.subject.clone();
    let known: HashSet<&EntityId> =
        before.into_iter().flat_map(|before| before.entities_named()).collect();
    for id in entity.entities_named() {
        let name = RecordName::Entity(id.clone());
        if name != subject && !known.contains(id) {
            let field = format!("entity.{}", entity.field_naming(id));
            require_record(reader, name, field, plan, &mut violations).await?;
        }
    }
    for (at, occupancy) in entity.occupancies.iter().enumerate() {
        if let Some(evidence) = &occupancy.evidence {
            let field = format!("entity.occupancies[{at}].evidence");
            let name = evidence.clone().into();
            require_record(reader, name, field, plan, &mut violations).await?;
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}

async fn entity_id(reader: &dyn Reader, command: &CreateEntity) -> Result<EntityId, Error> {
    if let Some(id) = &command.draft.id {
        let name = RecordName::Entity(id.clone());
        return match reader.state(&name, LoadBody::No).await? {
            State::Live(_) => Err(Error::AlreadyExists(name)),
            State::Never | State::Deleted(_) => Ok(id.clone()),
        };
    }
    for id in resolve::entity_id_candidates(&command.draft.entity) {
        let name = RecordName::Entity(id.clone());
        if reader.state(&name, LoadBody::No).await? == State::Never {
            return Ok(id);
        }
    }
    let text = "no free id could be made from the display name: choose one";
    Err(Error::invalid("entity_id", "NO_FREE_ID", text))
}
