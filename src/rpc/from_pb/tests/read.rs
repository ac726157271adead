//! Reads, lists and names to resolve.

use super::*;

#[test]
fn reads_are_checked() {
    let names = ["articles/a", "articles/b", "articles/a"].map(str::to_owned);
    let request = pb::BatchGetArticlesRequest { names: names.into(), ..Default::default() };
    let command = from_pb::batch_get_articles(request).unwrap();
    let names: Vec<String> = command.names.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["articles/a", "articles/b"]);
    assert_eq!((command.body, command.read.at), (LoadBody::No, At::Head));

    let request = pb::BatchGetEntitiesRequest::default();
    assert_eq!(faults(from_pb::batch_get_entities(request)), ["names REQUIRED"]);
    let names = (0..1_001).map(|n| format!("entities/e{n}")).collect();
    let request = pb::BatchGetEntitiesRequest { names, read: None };
    assert_eq!(faults(from_pb::batch_get_entities(request)), ["names OVER_LIMIT"]);

    let as_of = Some(pb::read_options::AsOf::Revision(-1));
    let read = Some(pb::ReadOptions { as_of, ..Default::default() });
    let request = pb::GetArticleRequest { read, view: 7, ..Default::default() };
    assert_eq!(
        faults(from_pb::get_article(request)),
        ["view UNKNOWN_ENUM_VALUE", "name REQUIRED", "read.revision BAD_NUMBER"]
    );
}

#[test]
fn lists_are_checked() {
    for (sent, taken) in [(0, 50), (7, 7), (1_000, 1_000), (i32::MAX, 1_000)] {
        let request = pb::ListStatementsRequest {
            parent: "articles/-".into(),
            page_size: sent,
            ..Default::default()
        };
        let command = from_pb::list_statements(request).unwrap();
        assert_eq!(command.page_size, taken);
        assert_eq!(command.collection, Collection::Statements(None));
    }
    let request = pb::ListStatementsRequest { page_size: -1, ..Default::default() };
    assert_eq!(
        faults(from_pb::list_statements(request)),
        ["parent REQUIRED", "page_size BAD_NUMBER"]
    );
}

#[test]
fn names_to_resolve_are_checked() {
    let request = pb::ResolveEntitiesRequest::default();
    assert_eq!(faults(from_pb::resolve_entities(request)), ["queries REQUIRED"]);
    let request = pb::ResolveEntitiesRequest {
        queries: vec![pb::EntityQuery::default()],
        limit: 51,
        read: None,
    };
    assert_eq!(
        faults(from_pb::resolve_entities(request)),
        ["queries[0].text REQUIRED", "limit OVER_LIMIT"]
    );
}
