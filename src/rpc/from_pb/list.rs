//! Lists from the wire. Filters, orders and tokens are read where they are
//! carried out.

use crate::domain::id::ArticleId;
use crate::domain::limits;
use crate::kb::command::{Collection, ListArticleVersions, ListRecords};
use crate::kb::error::Error;
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::read::{load_body, read_options};
use crate::rpc::pb;
use crate::store::LoadBody;

/// Asks for a page of articles.
pub fn list_articles(pb: pb::ListArticlesRequest) -> Result<ListRecords, Error> {
    check(|at| {
        let page_size = page_size(&at.at("page_size"), pb.page_size);
        let body = load_body(&at.at("view"), pb.view, LoadBody::No);
        let read = read_options(&at.at("read"), pb.read);
        Some(ListRecords {
            collection: Collection::Articles,
            page_size,
            page_token: pb.page_token,
            filter: pb.filter,
            order_by: pb.order_by,
            body,
            read: read?,
        })
    })
}

/// Asks for a page of statements.
pub fn list_statements(pb: pb::ListStatementsRequest) -> Result<ListRecords, Error> {
    check(|at| {
        let parent = match pb.parent.as_str() {
            "articles/-" => Some(None),
            name => at.at("parent").name::<ArticleId>(name).map(Some),
        };
        let page_size = page_size(&at.at("page_size"), pb.page_size);
        let read = read_options(&at.at("read"), pb.read);
        Some(ListRecords {
            collection: Collection::Statements(parent?),
            page_size,
            page_token: pb.page_token,
            filter: pb.filter,
            order_by: pb.order_by,
            body: LoadBody::No,
            read: read?,
        })
    })
}

/// Asks for a page of entities.
pub fn list_entities(pb: pb::ListEntitiesRequest) -> Result<ListRecords, Error> {
    check(|at| {
        let page_size = page_size(&at.at("page_size"), pb.page_size);
        let read = read_options(&at.at("read"), pb.read);
        Some(ListRecords {
            collection: Collection::Entities,
            page_size,
            page_token: pb.page_token,
            filter: pb.filter,
            order_by: pb.order_by,
            body: LoadBody::No,
            read: read?,
        })
    })
}

/// Asks for a page of an article's states.
pub fn list_article_versions(
    pb: pb::ListArticleVersionsRequest,
) -> Result<ListArticleVersions, Error> {
    check(|at| {
        let article: Option<ArticleId> = at.at("name").name(&pb.name);
        let page_size = page_size(&at.at("page_size"), pb.page_size);
        let body = load_body(&at.at("view"), pb.view, LoadBody::No);
        let read = read_options(&at.at("read"), pb.read);
        Some(ListArticleVersions {
            article: article?,
            page_size,
            page_token: pb.page_token,
            body,
            read: read?,
        })
    })
}

pub(super) fn page_size(at: &Field<'_>, size: i32) -> usize {
    match usize::try_from(size) {
        Ok(0) => limits::DEFAULT_PAGE_SIZE,
        Ok(size) => size.min(limits::PAGE_SIZE),
        Err(_) => {
            let description = format!("{size} is no size: 0 means {}", limits::DEFAULT_PAGE_SIZE);
            at.refuse(reason::BAD_NUMBER, description);
            limits::DEFAULT_PAGE_SIZE
        }
    }
}
