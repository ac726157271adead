//! Links, which both ends show.

use dicta::rpc::pb;
use tonic::Code;
use uuid::Uuid;

use super::{S, T, U, called, link, three, update};
use crate::harness::{Home, assert_invalid, assert_refused};
use crate::samples::{ingest_with, named};

fn unlink(from: &str, to: &str, kind: pb::LinkType) -> pb::UnlinkStatementsRequest {
    pb::UnlinkStatementsRequest {
        name: from.into(),
        target: to.into(),
        r#type: kind.into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn both_ends_show_a_link_and_only_one_is_written() {
    let home = Home::new();
    let dicta = home.start().await;
    three(&dicta).await;
    let before = dicta.statement(U).await.unwrap();
    let request = link(S, U, pb::LinkType::Denies);
    let linked = dicta.ingest().link_statements(request).await.unwrap().into_inner();
    let made = &linked.statement.unwrap().links[0];
    assert_eq!((made.target.as_str(), made.r#type()), (U, pb::LinkType::Denies));
    assert_eq!(made.origin.as_ref().unwrap().principal, "anonymous");

    let after = dicta.statement(U).await.unwrap();
    let incoming = pb::IncomingLink {
        source: S.into(),
        r#type: made.r#type,
        reason: made.reason.clone(),
        confidence: made.confidence,
        origin: made.origin.clone(),
    };
    assert_eq!(after.incoming_links, [incoming]);
    assert_eq!(pb::Statement { incoming_links: Vec::new(), ..after.clone() }, before);
    assert_eq!(dicta.statements("articles/b").await, std::slice::from_ref(&after));
    let request = pb::BatchGetStatementsRequest { names: vec![U.into()], ..Default::default() };
    let got = dicta.query().batch_get_statements(request).await.unwrap().into_inner();
    assert_eq!(got.statements, [after]);

    let as_of = Some(pb::read_options::AsOf::Revision(linked.revision - 1));
    let read = Some(pb::ReadOptions { as_of, ..Default::default() });
    let request = pb::GetStatementRequest { name: U.into(), read };
    let old = dicta.query().get_statement(request).await.unwrap().into_inner().statement.unwrap();
    assert_eq!(old, before);

    let request = unlink(S, U, pb::LinkType::Denies);
    let left = dicta.ingest().unlink_statements(request).await.unwrap().into_inner();
    assert_eq!(left.statement.unwrap().links, []);
    assert_eq!(dicta.statement(U).await.unwrap(), before);
    dicta.stop().await;
}

#[tokio::test]
async fn a_statement_sent_again_without_links_keeps_them() {
    let home = Home::new();
    let dicta = home.start().await;
    three(&dicta).await;
    dicta.ingest().link_statements(link(S, U, pb::LinkType::Corrects)).await.unwrap();
    let sent = vec![named(S, "The bridge will open in May.")];
    let again = dicta.store(ingest_with("articles/a", sent)).await;
    assert_eq!(again.outcome(), pb::IngestOutcome::Unchanged);
    assert_eq!(dicta.statement(S).await.unwrap().links.len(), 1);
    dicta.stop().await;
}

#[tokio::test]
async fn links_to_nothing_to_itself_or_made_twice_are_refused() {
    let home = Home::new();
    let dicta = home.start().await;
    three(&dicta).await;
    let check = async |request, code, reason: &str| {
        let refused = dicta.ingest().link_statements(request).await.unwrap_err();
        assert_refused(&refused, code, reason);
    };
    let denies = pb::LinkType::Denies;
    let invalid = Code::InvalidArgument;
    check(link(S, "articles/a/statements/none", denies), invalid, "UNKNOWN_RECORD").await;
    check(link("articles/a/statements/none", S, denies), Code::NotFound, "NOT_FOUND").await;
    check(link(S, S, denies), invalid, "CONTRADICTION").await;
    check(link(S, "entities/e", denies), invalid, "BAD_NAME").await;
    check(link(S, U, pb::LinkType::Unspecified), invalid, "REQUIRED").await;
    let mut unknown = link(S, U, denies);
    unknown.link.as_mut().unwrap().r#type = 99;
    check(unknown, invalid, "UNKNOWN_ENUM_VALUE").await;
    let mut sure = link(S, U, denies);
    sure.link.as_mut().unwrap().confidence = Some(1.5);
    check(sure, invalid, "BAD_NUMBER").await;

    dicta.ingest().link_statements(link(S, U, denies)).await.unwrap();
    check(link(S, U, denies), Code::AlreadyExists, "LINK_EXISTS").await;
    dicta.ingest().link_statements(link(S, U, pb::LinkType::Contradicts)).await.unwrap();
    let twice = link(S, U, denies).link.unwrap();
    let twice = pb::Statement { links: vec![twice.clone(), twice], ..called(S) };
    let refused = update(&dicta, twice, &["links"]).await.unwrap_err();
    assert_invalid(&refused, "DUPLICATE", "statement.links[1]");

    let missing = unlink(S, T, denies);
    let refused = dicta.ingest().unlink_statements(missing.clone()).await.unwrap_err();
    assert_refused(&refused, Code::NotFound, "LINK_NOT_FOUND");
    let allowed = pb::UnlinkStatementsRequest { allow_missing: true, ..missing };
    dicta.ingest().unlink_statements(allowed).await.unwrap();
    dicta.stop().await;
}

#[tokio::test]
async fn a_statement_has_at_most_so_many_links() {
    let home = Home::new();
    let dicta = home.start().await;
    three(&dicta).await;
    let kinds = [1, 2, 3, 4, 5, 6, 7];
    let more: Vec<String> = (0..9).map(|at| format!("articles/n{at}/statements/s")).collect();
    for name in &more {
        let article = name.rsplit_once("/statements").unwrap().0;
        dicta.store(ingest_with(article, vec![named(name, "Critics said little")])).await;
    }
    let pairs = more.iter().flat_map(|name| kinds.iter().map(move |kind| (name, *kind)));
    let mut refused = None;
    for (at, (name, kind)) in pairs.chain([(&U.to_owned(), 1), (&T.to_owned(), 1)]).enumerate() {
        let kind = pb::LinkType::try_from(kind).unwrap();
        let answer = dicta.ingest().link_statements(link(S, name, kind)).await;
        assert_eq!(answer.is_ok(), at < 64, "{at}");
        refused = answer.err();
    }
    assert_invalid(&refused.unwrap(), "OVER_LIMIT", "link");
    dicta.stop().await;
}

#[tokio::test]
async fn a_request_sent_again_gives_the_first_answer() {
    let home = Home::new();
    let dicta = home.start().await;
    three(&dicta).await;
    let request_id = Uuid::new_v4().to_string();
    let request = pb::LinkStatementsRequest { request_id, ..link(S, U, pb::LinkType::Supports) };
    let first = dicta.ingest().link_statements(request.clone()).await.unwrap().into_inner();
    let again = dicta.ingest().link_statements(request.clone()).await.unwrap().into_inner();
    assert_eq!(again, first);
    let other = pb::LinkStatementsRequest {
        request_id: request.request_id,
        ..link(S, T, pb::LinkType::Supports)
    };
    let refused = dicta.ingest().link_statements(other).await.unwrap_err();
    assert_refused(&refused, Code::InvalidArgument, "REQUEST_ID_REUSED");
    dicta.stop().await;
}

#[tokio::test]
async fn a_new_statement_changes_no_older_one() {
    let home = Home::new();
    let dicta = home.start().await;
    three(&dicta).await;
    let before = dicta.statement(U).await.unwrap();
    let mut reversal = named("articles/c/statements/r", "The bridge will open in May.");
    reversal.links = vec![link(S, U, pb::LinkType::Reverses).link.unwrap()];
    dicta.store(ingest_with("articles/c", vec![reversal])).await;
    let after = dicta.statement(U).await.unwrap();
    assert_eq!(
        (after.rank(), after.status(), &after.etag),
        (before.rank(), before.status(), &before.etag)
    );
    assert_eq!(after.incoming_links.len(), 1);
    dicta.stop().await;
}
