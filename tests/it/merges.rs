//! Entities that turn out to be one, and that are apart again.

mod base;
mod lists;
mod refusals;
mod writes;

use dicta::rpc::pb;
use tonic::Status;

use crate::harness::{Dicta, Home, assert_refused};
use crate::samples::{QUOTE, alias, at, ingest_with, person, request_id, said_by_entity};

/// A merge of `absorbed` into `survivor`, by their ids.
pub(super) fn merging(survivor: &str, absorbed: &str) -> pb::MergeEntitiesRequest {
    pb::MergeEntitiesRequest {
        survivor: name(survivor),
        absorbed: name(absorbed),
        ..Default::default()
    }
}

pub(super) fn name(id: &str) -> String {
    format!("entities/{id}")
}

pub(super) async fn merge(
    server: &Dicta,
    survivor: &str,
    absorbed: &str,
) -> Result<pb::MergeEntitiesResponse, Status> {
    Ok(server.ingest().merge_entities(merging(survivor, absorbed)).await?.into_inner())
}

pub(super) async fn unmerge(
    server: &Dicta,
    id: &str,
) -> Result<pb::UnmergeEntitiesResponse, Status> {
    let request = pb::UnmergeEntitiesRequest { name: name(id), ..Default::default() };
    Ok(server.ingest().unmerge_entities(request).await?.into_inner())
}

/// A base with persons of these ids, each called like its id.
pub(super) async fn persons(ids: &[&str]) -> (Home, Dicta) {
    let home = Home::new();
    let server = home.start().await;
    for id in ids {
        server.entity(id, person(&format!("{id} Roe"))).await;
    }
    (home, server)
}

pub(super) fn as_of(revision: i64) -> Option<pb::ReadOptions> {
    let as_of = Some(pb::read_options::AsOf::Revision(revision));
    Some(pb::ReadOptions { as_of, ..Default::default() })
}

pub(super) async fn get(
    server: &Dicta,
    id: &str,
    read: Option<pb::ReadOptions>,
) -> pb::GetEntityResponse {
    let request = pb::GetEntityRequest { name: name(id), read, ..Default::default() };
    server.query().get_entity(request).await.unwrap().into_inner()
}

/// The very record that has the id, without what each write changes.
pub(super) async fn own(server: &Dicta, id: &str) -> pb::Entity {
    let request = pb::GetEntityRequest { name: name(id), own_record: true, ..Default::default() };
    let entity = server.query().get_entity(request).await.unwrap().into_inner().entity.unwrap();
    bare(entity)
}

/// An entity without what each write changes.
pub(super) fn bare(entity: pb::Entity) -> pb::Entity {
    pb::Entity { etag: String::new(), revision: 0, update_time: None, ..entity }
}

/// The names of an entity, each with the entity that it came by.
fn sources(entity: &pb::Entity) -> Vec<(&str, &str)> {
    let names = entity.names.iter();
    names.map(|name| (name.text.as_str(), name.source_entity.as_str())).collect()
}

#[tokio::test]
async fn an_absorbed_id_is_answered_with_the_survivor_who_has_what_both_had() {
    let home = Home::new();
    let server = home.start().await;
    let wikidata = |id: &str| pb::ExternalId {
        authority: "wikidata".into(),
        id: id.into(),
        ..Default::default()
    };
    let held = pb::Occupancy { title: "Mayor".into(), ..Default::default() };
    let jane = pb::Entity {
        names: vec![alias("J. Roe")],
        external_ids: vec![wikidata("Q1")],
        description: "A mayor".into(),
        ..person("Jane Roe")
    };
    let joan = pb::Entity {
        names: vec![alias("J. Roe"), alias("Joan R.")],
        external_ids: vec![wikidata("Q2")],
        description: "A minister".into(),
        occupancies: vec![held.clone()],
        ..person("Joan Roe")
    };
    server.entity("jane", jane).await;
    server.entity("joan", joan).await;
    let before = (own(&server, "jane").await, own(&server, "joan").await);

    let merged = merge(&server, "jane", "joan").await.unwrap();
    let found = get(&server, "joan", None).await;
    assert_eq!(found.redirected_from, "entities/joan");
    let entity = found.entity.unwrap();
    assert_eq!(Some(&entity), merged.entity.as_ref());
    assert_eq!((entity.name.as_str(), entity.description.as_str()), ("entities/jane", "A mayor"));
    assert_eq!(entity.referents, ["entities/joan"]);
    assert_eq!(
        sources(&entity),
        [("J. Roe", ""), ("Joan R.", "entities/joan"), ("Joan Roe", "entities/joan")]
    );
    let ids = entity.external_ids.iter();
    let ids: Vec<_> = ids.map(|id| (id.id.as_str(), id.source_entity.as_str())).collect();
    assert_eq!(ids, [("Q1", ""), ("Q2", "entities/joan")]);
    let source_entity = "entities/joan".into();
    assert_eq!(entity.occupancies, [pb::Occupancy { source_entity, ..held }]);
    let conflicts = merged.conflicts.iter();
    let conflicts: Vec<_> = conflicts
        .map(|it| (it.field.as_str(), it.absorbed.as_str(), it.kept.as_str(), it.other.as_str()))
        .collect();
    let expected = [
        ("description", "entities/joan", "A mayor", "A minister"),
        ("external_ids.wikidata", "entities/joan", "Q1", "Q2"),
    ];
    assert_eq!(conflicts, expected);

    assert_eq!(get(&server, "jane", None).await.redirected_from, "");
    let names = ["joan", "nobody", "jane"].map(name).to_vec();
    let request = pb::BatchGetEntitiesRequest { names, ..Default::default() };
    let batch = server.query().batch_get_entities(request).await.unwrap().into_inner();
    assert_eq!(batch.entities, std::slice::from_ref(&entity));
    assert_eq!(batch.missing, ["entities/nobody"]);
    assert_eq!(batch.redirects, [(name("joan"), name("jane"))].into());

    let then = get(&server, "joan", as_of(merged.revision - 1)).await;
    assert_eq!((then.redirected_from.as_str(), bare(then.entity.unwrap())), ("", before.1.clone()));
    let joan = own(&server, "joan").await;
    assert_eq!(joan, pb::Entity { merged_into: "entities/jane".into(), ..before.1.clone() });

    let apart = unmerge(&server, "joan").await.unwrap();
    assert_eq!(apart.entity.map(bare), Some(before.1.clone()));
    assert_eq!(apart.survivor.map(bare), Some(before.0.clone()));
    assert_eq!((own(&server, "jane").await, own(&server, "joan").await), before);
    assert_eq!(get(&server, "joan", None).await.redirected_from, "");
    let then = get(&server, "joan", as_of(merged.revision)).await;
    assert_eq!((then.redirected_from, then.entity), ("entities/joan".into(), Some(entity)));
    server.stop().await;
}

#[tokio::test]
async fn a_chain_leads_to_its_end_and_is_taken_apart_anywhere() {
    let (_home, server) = persons(&["a", "b", "c"]).await;
    let before = [own(&server, "a").await, own(&server, "b").await, own(&server, "c").await];
    merge(&server, "b", "a").await.unwrap();
    let chained = merge(&server, "c", "b").await.unwrap().entity.unwrap();
    assert_eq!(chained.referents, [name("b"), name("a")]);
    for id in ["a", "b", "c"] {
        assert_eq!(get(&server, id, None).await.entity.unwrap().name, name("c"), "{id}");
    }

    let apart = unmerge(&server, "b").await.unwrap();
    assert_eq!(apart.entity.unwrap().referents, [name("a")]);
    assert_eq!(apart.survivor.map(bare), Some(before[2].clone()));
    assert_eq!(get(&server, "a", None).await.entity.unwrap().name, name("b"));

    merge(&server, "c", "b").await.unwrap();
    let apart = unmerge(&server, "a").await.unwrap();
    assert_eq!(apart.entity.map(bare), Some(before[0].clone()));
    assert_eq!(apart.survivor.unwrap().referents, [name("b")]);
    unmerge(&server, "b").await.unwrap();
    let after = [own(&server, "a").await, own(&server, "b").await, own(&server, "c").await];
    assert_eq!(after, before);
    server.stop().await;
}

#[tokio::test]
async fn a_merge_is_checked_alone_replayed_and_done_once() {
    let (_home, server) = persons(&["a", "b"]).await;
    let revision = server.revision().await;
    let dry = pb::MergeEntitiesRequest { validate_only: true, ..merging("a", "b") };
    let would = server.ingest().merge_entities(dry).await.unwrap().into_inner();
    let entity = would.entity.unwrap();
    assert_eq!((sources(&entity), would.revision), (vec![("b Roe", "entities/b")], 0));
    assert_eq!(server.revision().await, revision);

    let request = pb::MergeEntitiesRequest { request_id: request_id(), ..merging("a", "b") };
    let first = server.ingest().merge_entities(request.clone()).await.unwrap().into_inner();
    let again = server.ingest().merge_entities(request.clone()).await.unwrap().into_inner();
    assert_eq!(again, first);
    assert_eq!(merge(&server, "a", "b").await.unwrap(), first, "nothing is written twice");
    assert_eq!(server.revision().await, revision + 1);

    let dry =
        pb::UnmergeEntitiesRequest { name: name("b"), validate_only: true, ..Default::default() };
    let would = server.ingest().unmerge_entities(dry.clone()).await.unwrap().into_inner();
    assert_eq!((would.survivor.unwrap().referents.len(), would.revision), (0, 0));
    let request =
        pb::UnmergeEntitiesRequest { validate_only: false, request_id: request_id(), ..dry };
    let first = server.ingest().unmerge_entities(request.clone()).await.unwrap().into_inner();
    let again = server.ingest().unmerge_entities(request).await.unwrap().into_inner();
    assert_eq!(again, first);
    server.stop().await;
}

#[tokio::test]
async fn reads_tell_the_survivors_of_the_entities_that_records_name() {
    let (_home, server) = persons(&["a", "b"]).await;
    let mut request = ingest_with("articles/x", vec![said_by_entity(QUOTE, "entities/b")]);
    let article = request.article.as_mut().unwrap();
    article.publisher = Some(pb::Publisher { entity: name("b"), ..Default::default() });
    article.published_at = Some(at(1));
    let stored = server.store(request).await;
    let statement = &stored.statements[0].name;
    let merged = merge(&server, "a", "b").await.unwrap();

    let survivors = [(name("b"), name("a"))].into();
    let shown = server.statement(statement).await.unwrap();
    assert_eq!(shown.speaker.as_ref().unwrap().entity, name("b"));
    assert_eq!(shown.survivors, survivors);
    assert_eq!(server.statements("articles/x").await, std::slice::from_ref(&shown));
    assert_eq!(server.article("articles/x").await.unwrap().survivors, survivors);
    let read = as_of(merged.revision - 1);
    let request = pb::GetStatementRequest { name: statement.clone(), read };
    let then = server.query().get_statement(request).await.unwrap().into_inner();
    assert_eq!(then.statement.unwrap(), pb::Statement { survivors: [].into(), ..shown });
    unmerge(&server, "b").await.unwrap();
    assert!(server.statement(statement).await.unwrap().survivors.is_empty());
    let status = unmerge(&server, "b").await.unwrap_err();
    assert_refused(&status, tonic::Code::FailedPrecondition, "NOT_MERGED");
    server.stop().await;
}
