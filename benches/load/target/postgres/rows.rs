//! Ingest requests as the rows of tables.

use std::collections::HashMap;
use std::time::SystemTime;

use dicta::rpc::pb;

/// The rows of all tables; ids are places.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(super) articles: Vec<pb::Article>,
    pub(super) entities: Vec<pb::Entity>,
    pub(super) statements: Vec<Statement>,
}

/// A statement with its spans and mentions.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) article: i32,
    pub(super) speaker: Option<i32>,
    pub(super) kind: i16,
    pub(super) said_at: Option<SystemTime>,
    pub(super) statement: pb::Statement,
    /// Who is meant by each mention.
    pub(super) mentions: Vec<Option<i32>>,
}

/// What Dicta takes a statement for that does not say.
const DIRECT: i16 = pb::StatementKind::Direct as i16;
const MIXED: i16 = pb::StatementKind::Mixed as i16;
const INDIRECT: i16 = pb::StatementKind::Indirect as i16;

impl Rows {
    /// The rows of requests, made before anything is timed.
    pub(crate) fn of(requests: &[pb::IngestArticleRequest]) -> Self {
        let mut rows = Self::default();
        let mut ids: HashMap<String, i32> = HashMap::new();
        for request in requests {
            for entity in &request.entities {
                let next = id(rows.entities.len());
                if ids.insert(entity.name.clone(), next).is_none() {
                    rows.entities.push(entity.clone());
                }
            }
            let article = id(rows.articles.len());
            let published_at = request.article.as_ref().and_then(|it| time(it.published_at));
            for statement in &request.statements {
                let entity = |name: &String| ids.get(name).copied();
                rows.statements.push(Statement {
                    article,
                    speaker: statement.speaker.as_ref().and_then(|it| entity(&it.entity)),
                    kind: kind(&statement.content),
                    said_at: published_at,
                    mentions: statement.mentions.iter().map(|it| entity(&it.entity)).collect(),
                    statement: statement.clone(),
                });
            }
            rows.articles.extend(request.article.clone());
        }
        rows
    }

    /// How many articles there are.
    pub(crate) fn count(&self) -> usize {
        self.articles.len()
    }
}

fn kind(content: &[pb::ContentSpan]) -> i16 {
    match (content.iter().all(|span| span.quoted), content.iter().any(|span| span.quoted)) {
        (true, _) => DIRECT,
        (false, true) => MIXED,
        (false, false) => INDIRECT,
    }
}

/// The id of what stands at a place.
pub(super) fn id(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(i32::MAX)
}

/// A time as PostgreSQL is given it.
pub(super) fn time(time: Option<prost_types::Timestamp>) -> Option<SystemTime> {
    time.and_then(|time| SystemTime::try_from(time).ok())
}
