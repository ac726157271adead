//! What is not merged, and what stands in the way of a deletion.

use dicta::rpc::pb;
use tonic::{Code, Status};

use super::{merge, merging, name, own, persons, unmerge};
use crate::harness::{Dicta, assert_invalid, assert_refused, metadata};
use crate::samples::{entity, mask, person};

async fn refused(server: &Dicta, request: pb::MergeEntitiesRequest) -> Status {
    let revision = server.revision().await;
    let status = server.ingest().merge_entities(request).await.unwrap_err();
    assert_eq!(server.revision().await, revision, "{status:?}");
    status
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let (_home, server) = persons(&["a", "b", "c"]).await;
    server.entity("place", entity("Roe", pb::EntityType::Place)).await;
    server.entity("other", entity("Roe", pb::EntityType::Other)).await;
    let precondition = Code::FailedPrecondition;

    let status = refused(&server, merging("a", "a")).await;
    assert_invalid(&status, "SELF", "absorbed");
    assert_refused(&refused(&server, merging("a", "place")).await, precondition, "TYPES_DIFFER");
    assert_refused(&refused(&server, merging("a", "nobody")).await, Code::NotFound, "NOT_FOUND");
    assert_refused(&refused(&server, merging("nobody", "a")).await, Code::NotFound, "NOT_FOUND");
    let bad = pb::MergeEntitiesRequest { absorbed: "articles/a".into(), ..merging("a", "b") };
    assert_invalid(&refused(&server, bad).await, "BAD_NAME", "absorbed");
    assert_invalid(&refused(&server, Default::default()).await, "REQUIRED", "survivor");
    for stale in [
        pb::MergeEntitiesRequest { survivor_etag: "stale".into(), ..merging("a", "b") },
        pb::MergeEntitiesRequest { absorbed_etag: "stale".into(), ..merging("a", "b") },
    ] {
        assert_refused(&refused(&server, stale).await, Code::Aborted, "ETAG_MISMATCH");
    }
    assert_refused(&unmerge(&server, "a").await.unwrap_err(), precondition, "NOT_MERGED");
    assert_refused(&unmerge(&server, "nobody").await.unwrap_err(), Code::NotFound, "NOT_FOUND");

    merge(&server, "a", "b").await.unwrap();
    for (survivor, absorbed) in [("b", "a"), ("b", "c"), ("c", "b")] {
        let status = refused(&server, merging(survivor, absorbed)).await;
        assert_refused(&status, precondition, "MERGED_ALREADY");
        assert_eq!(metadata(&status, "merged_into"), name("a"), "{survivor} {absorbed}");
    }
    let status = unmerge(&server, "a").await.unwrap_err();
    assert_refused(&status, precondition, "NOT_MERGED");
    assert!(status.message().contains("stands for 1"), "{status:?}");
    let stale =
        pb::UnmergeEntitiesRequest { name: name("b"), etag: "stale".into(), ..Default::default() };
    let status = server.ingest().unmerge_entities(stale).await.unwrap_err();
    assert_refused(&status, Code::Aborted, "ETAG_MISMATCH");
    merge(&server, "other", "a").await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn what_is_part_of_a_merge_is_not_deleted() {
    let (_home, server) = persons(&["a", "b"]).await;
    merge(&server, "a", "b").await.unwrap();
    for id in ["a", "b"] {
        for force in [false, true] {
            let request = pb::DeleteEntityRequest { name: name(id), force, ..Default::default() };
            let status = server.ingest().delete_entity(request).await.unwrap_err();
            assert_refused(&status, Code::FailedPrecondition, "PART_OF_MERGE");
            assert_eq!(metadata(&status, "first"), name("b"));
        }
    }
    unmerge(&server, "b").await.unwrap();
    for id in ["a", "b"] {
        let request = pb::DeleteEntityRequest { name: name(id), ..Default::default() };
        server.ingest().delete_entity(request).await.unwrap();
    }
    server.stop().await;
}

#[tokio::test]
async fn an_entity_that_names_itself_does_not_stand_in_its_own_way() {
    let (_home, server) = persons(&["a"]).await;
    let held = pb::Occupancy { title: "Mayor".into(), holder: name("b"), ..Default::default() };
    let b = pb::Entity { occupancies: vec![held], place: name("b"), ..person("Jane Roe") };
    server.entity("b", b).await;
    let request = pb::DeleteEntityRequest { name: name("b"), ..Default::default() };
    server.ingest().delete_entity(request).await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn an_entity_stands_for_256_others_at_most() {
    let (_home, server) = persons(&["survivor", "head"]).await;
    for number in 0..128 {
        for (into, id) in [("survivor", format!("s{number}")), ("head", format!("h{number}"))] {
            server.entity(&id, person("Jane Roe")).await;
            merge(&server, into, &id).await.unwrap();
        }
    }
    let status = refused(&server, merging("survivor", "head")).await;
    assert_refused(&status, Code::FailedPrecondition, "TOO_MANY_REFERENTS");
    assert_eq!(metadata(&status, "count"), "257");
    unmerge(&server, "h0").await.unwrap();
    let merged = merge(&server, "survivor", "head").await.unwrap();
    assert_eq!(merged.entity.unwrap().referents.len(), 256);
    let status = refused(&server, merging("survivor", "h0")).await;
    assert_refused(&status, Code::FailedPrecondition, "TOO_MANY_REFERENTS");
    server.stop().await;
}

#[tokio::test]
async fn no_other_write_touches_a_merge() {
    let (_home, server) = persons(&["a", "b"]).await;
    merge(&server, "a", "b").await.unwrap();
    for id in ["a", "b"] {
        let before = own(&server, id).await;
        let forged = pb::Entity {
            name: name(id),
            description: "Changed".into(),
            merged_into: name("x"),
            referents: vec![name("y")],
            ..person("Jane Roe")
        };
        let paths = mask(&["description", "merged_into", "referents"]);
        let request = pb::UpdateEntityRequest {
            entity: Some(forged.clone()),
            update_mask: paths,
            ..Default::default()
        };
        server.ingest().update_entity(request).await.unwrap();
        let whole = pb::UpdateEntityRequest {
            entity: Some(forged),
            update_mask: mask(&["*"]),
            ..Default::default()
        };
        server.ingest().update_entity(whole).await.unwrap();
        let after = own(&server, id).await;
        assert_eq!(after.description, "Changed");
        assert_eq!((after.merged_into, after.referents), (before.merged_into, before.referents));
    }
    server.stop().await;
}

#[tokio::test]
async fn an_entity_that_was_read_can_be_sent_back() {
    let (_home, server) = persons(&["a", "b"]).await;
    let before = own(&server, "a").await;
    merge(&server, "a", "b").await.unwrap();
    let seen = server.get_entity("entities/a").await.unwrap();
    let request = pb::UpdateEntityRequest {
        entity: Some(seen),
        update_mask: mask(&["*"]),
        ..Default::default()
    };
    server.ingest().update_entity(request).await.unwrap();
    unmerge(&server, "b").await.unwrap();
    assert_eq!(own(&server, "a").await, before);
    server.stop().await;
}
