//! Reads by name from the wire.

use std::collections::HashSet;
use std::str::FromStr;

use crate::domain::id::{ArticleId, EntityId, IdError, RecordName, StatementName};
use crate::domain::limits;
use crate::domain::revision::Revision;
use crate::kb::command::{GetRecords, ReadOptions};
use crate::kb::error::Error;
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::time::timestamp;
use crate::rpc::pb;
use crate::store::{At, LoadBody};

/// Asks for one article.
pub fn get_article(pb: pb::GetArticleRequest) -> Result<GetRecords, Error> {
    check(|at| {
        let body = load_body(&at.at("view"), pb.view, LoadBody::Yes);
        one::<ArticleId>(at, &pb.name, body, pb.read)
    })
}

/// Asks for one statement.
pub fn get_statement(pb: pb::GetStatementRequest) -> Result<GetRecords, Error> {
    check(|at| one::<StatementName>(at, &pb.name, LoadBody::No, pb.read))
}

/// Asks for one entity, and says whether for the very record of that name.
pub fn get_entity(pb: pb::GetEntityRequest) -> Result<(GetRecords, bool), Error> {
    let query = check(|at| one::<EntityId>(at, &pb.name, LoadBody::No, pb.read))?;
    Ok((query, pb.own_record))
}

/// Asks for several articles.
pub fn batch_get_articles(pb: pb::BatchGetArticlesRequest) -> Result<GetRecords, Error> {
    check(|at| {
        let body = load_body(&at.at("view"), pb.view, LoadBody::No);
        several::<ArticleId>(at, &pb.names, body, pb.read)
    })
}

/// Asks for several statements.
pub fn batch_get_statements(pb: pb::BatchGetStatementsRequest) -> Result<GetRecords, Error> {
    check(|at| several::<StatementName>(at, &pb.names, LoadBody::No, pb.read))
}

/// Asks for several entities.
pub fn batch_get_entities(pb: pb::BatchGetEntitiesRequest) -> Result<GetRecords, Error> {
    check(|at| several::<EntityId>(at, &pb.names, LoadBody::No, pb.read))
}

/// Which state to answer from. That a read be fully consistent asks nothing
/// more: the newest durable state is what every read of records sees.
pub(super) fn read_options(at: &Field<'_>, pb: Option<pb::ReadOptions>) -> Option<ReadOptions> {
    let pb = pb.unwrap_or_default();
    let at_state = match pb.as_of {
        None => Some(At::Head),
        Some(pb::read_options::AsOf::Time(time)) => timestamp(&at.at("time"), time).map(At::Time),
        Some(pb::read_options::AsOf::Revision(revision)) => {
            let counted = u64::try_from(revision).ok();
            if counted.is_none() {
                let description = format!("{revision} is no revision: they count from 0");
                at.at("revision").refuse(reason::BAD_NUMBER, description);
            }
            counted.map(|revision| At::Revision(Revision(revision)))
        }
    };
    Some(ReadOptions { at: at_state?, consistency_token: pb.consistency_token })
}

/// Whether a view has the text; `unspecified` where none is given.
pub(super) fn load_body(at: &Field<'_>, view: i32, unspecified: LoadBody) -> LoadBody {
    match at.choice(view, pb::ArticleView::as_str_name) {
        Some(pb::ArticleView::Basic) => LoadBody::No,
        Some(pb::ArticleView::Full) => LoadBody::Yes,
        Some(pb::ArticleView::Unspecified) | None => unspecified,
    }
}

fn one<N>(
    at: &Field<'_>,
    name: &str,
    body: LoadBody,
    read: Option<pb::ReadOptions>,
) -> Option<GetRecords>
where
    N: FromStr<Err = IdError> + Into<RecordName>,
{
    let name: Option<N> = at.at("name").name(name);
    let read = read_options(&at.at("read"), read);
    Some(GetRecords { names: vec![name?.into()], body, read: read? })
}

fn several<N>(
    at: &Field<'_>,
    names: &[String],
    body: LoadBody,
    read: Option<pb::ReadOptions>,
) -> Option<GetRecords>
where
    N: FromStr<Err = IdError> + Into<RecordName>,
{
    let read = read_options(&at.at("read"), read);
    let names_at = at.at("names");
    match names.len() {
        0 => names_at.needed("at least one name is needed"),
        count if count > limits::BATCH_GET_NAMES => {
            names_at.too_many(count, limits::BATCH_GET_NAMES)
        }
        _ => {}
    }
    let mut seen = HashSet::new();
    let distinct = names.iter().take(limits::BATCH_GET_NAMES).enumerate();
    let distinct = distinct.filter(|(_, name)| seen.insert(name.as_str()));
    let names = distinct
        .filter_map(|(index, name)| names_at.item(index).name::<N>(name))
        .map(Into::into)
        .collect();
    Some(GetRecords { names, body, read: read? })
}
