//! How entities are related, and how they are connected.

use dicta::rpc::pb;
use tonic::{Code, Status};

use crate::harness::{Dicta, Home, assert_invalid, assert_refused};
use crate::samples::{QUOTE, article, entity, ingest, named, person};

fn name(id: &str) -> String {
    format!("entities/{id}")
}

fn mention(id: &str) -> pb::Mention {
    pb::Mention { text: id.into(), entity: name(id), ..Default::default() }
}

fn term(id: &str) -> Option<pb::Term> {
    Some(pb::Term { value: Some(pb::term::Value::Entity(name(id))) })
}

fn triple(subject: &str, predicate: &str, object: &str) -> Option<pb::Triple> {
    Some(pb::Triple {
        subject: term(subject),
        predicate: predicate.into(),
        object: term(object),
        ..Default::default()
    })
}

fn statement(id: &str, uttered: &str) -> pb::Statement {
    let uttered_at = pb::CoarseTime { start: uttered.into(), ..Default::default() };
    pb::Statement {
        uttered_at: Some(uttered_at),
        ..named(&format!("articles/-/statements/{id}"), QUOTE)
    }
}

fn by(speaker: &str, statement: pb::Statement) -> pb::Statement {
    pb::Statement {
        speaker: Some(pb::Speaker { entity: name(speaker), ..Default::default() }),
        ..statement
    }
}

/// Ann speaks to Bo about Cy, twice; the outlet says that Cy received Di; Di holds a
/// post at the ministry, of which Ed is the head by the post's own record.
async fn filled(server: &Dicta) {
    for id in ["ann", "bo", "cy", "di", "ed", "lone"] {
        server.entity(id, person(&id.to_uppercase())).await;
    }
    server.entity("ministry", entity("Ministry", pb::EntityType::Organization)).await;
    let held = |holder: &str| pb::Occupancy {
        title: "Head".into(),
        holder: name(holder),
        organization: name("ministry"),
        start: Some(pb::CoarseTime { start: "2020-01-01".into(), ..Default::default() }),
        ..Default::default()
    };
    let post = pb::Entity {
        occupancies: vec![held("ed"), held("di")],
        ..entity("Head of the Ministry", pb::EntityType::Post)
    };
    server.entity("head", post).await;
    let statements = vec![
        pb::Statement {
            addressees: vec![mention("bo")],
            mentions: vec![mention("cy")],
            ..by("ann", statement("s1", "2026-01-01"))
        },
        by("ann", pb::Statement { mentions: vec![mention("cy")], ..statement("s2", "2026-02-01") }),
        pb::Statement {
            mentions: vec![mention("cy"), mention("di")],
            triple: triple("cy", "received", "di"),
            ..statement("s3", "2026-03-01")
        },
    ];
    server.store(pb::IngestArticleRequest { statements, ..ingest(article("articles/a")) }).await;
}

fn around(id: &str) -> pb::ListNeighborsRequest {
    pb::ListNeighborsRequest { name: name(id), ..Default::default() }
}

fn told(relation: &pb::Relation) -> String {
    let kind = relation.kind().as_str_name().trim_start_matches("RELATION_KIND_").to_lowercase();
    let way = match relation.direction() {
        pb::RelationDirection::Outgoing => ">",
        pb::RelationDirection::Incoming => "<",
        _ => "=",
    };
    let predicate = match relation.predicate.as_str() {
        "" => String::new(),
        predicate => format!("({predicate})"),
    };
    let evidence: Vec<&str> =
        relation.evidence.iter().filter_map(|name| name.rsplit('/').next()).collect();
    format!("{way}{kind}{predicate} {} {}", relation.weight, evidence.join("+")).trim_end().into()
}

async fn neighbors(
    server: &Dicta,
    request: pb::ListNeighborsRequest,
) -> Result<Vec<String>, Status> {
    let page = server.query().list_neighbors(request).await?.into_inner();
    assert!(!page.partial);
    let line = |neighbor: &pb::Neighbor| {
        let relations: Vec<String> = neighbor.relations.iter().map(told).collect();
        format!("{} {}: {}", neighbor.display_name, neighbor.weight, relations.join(", "))
    };
    Ok(page.neighbors.iter().map(line).collect())
}

#[tokio::test]
async fn neighbors_come_with_their_relations_and_the_evidence() {
    let home = Home::new();
    let server = home.start().await;
    filled(&server).await;
    for (request, expected) in [
        (around("ann"), vec!["CY 2: >said_about 2 s2+s1", "BO 1: >addressed 1 s1"]),
        (
            around("cy"),
            vec![
                "ANN 2: <said_about 2 s2+s1",
                "DI 1: =mentioned_with 1 s3, >claimed(received) 1 s3",
            ],
        ),
        (
            around("di"),
            vec![
                "CY 1: =mentioned_with 1 s3, <claimed(received) 1 s3",
                "Head of the Ministry 1: >occupancy(post) 1",
                "Ministry 1: >occupancy(organization) 1",
            ],
        ),
        (
            around("ministry"),
            vec!["DI 1: <occupancy(organization) 1", "ED 1: <occupancy(organization) 1"],
        ),
        (around("lone"), vec![]),
        (
            pb::ListNeighborsRequest {
                kinds: vec![pb::RelationKind::Claimed.into()],
                ..around("cy")
            },
            vec!["DI 1: >claimed(received) 1 s3"],
        ),
        (
            pb::ListNeighborsRequest {
                filter: "within(uttered_at, 2026-02, 2026-03)".into(),
                ..around("ann")
            },
            vec!["CY 1: >said_about 1 s2"],
        ),
        (
            pb::ListNeighborsRequest { evidence_limit: 1, ..around("ann") },
            vec!["CY 2: >said_about 2 s2", "BO 1: >addressed 1 s1"],
        ),
    ] {
        let asked = format!("{request:?}");
        assert_eq!(neighbors(&server, request).await.unwrap(), expected, "{asked}");
    }
    let page = server.query().list_neighbors(around("ann")).await.unwrap().into_inner();
    let relation = &page.neighbors[0].relations[0];
    let start = |time: &Option<pb::CoarseTime>| time.as_ref().unwrap().start.clone();
    assert_eq!(start(&relation.first_time), "2026-01-01");
    assert_eq!(start(&relation.last_time), "2026-02-01");
    assert_eq!(page.neighbors[0].r#type(), pb::EntityType::Person);
    server.stop().await;
}

#[tokio::test]
async fn neighbors_come_page_by_page_at_one_revision() {
    let home = Home::new();
    let server = home.start().await;
    filled(&server).await;
    let first = pb::ListNeighborsRequest { page_size: 2, ..around("di") };
    let page = server.query().list_neighbors(first.clone()).await.unwrap().into_inner();
    let revision = page.revision;
    assert_eq!(page.neighbors.len(), 2);
    server.entity("new", person("New")).await;
    let second = pb::ListNeighborsRequest { page_token: page.next_page_token, ..first };
    let page = server.query().list_neighbors(second.clone()).await.unwrap().into_inner();
    assert_eq!((page.neighbors.len(), page.revision), (1, revision));
    assert_eq!(page.next_page_token, "");
    let crossed = pb::ListNeighborsRequest { name: name("cy"), ..second };
    let status = server.query().list_neighbors(crossed).await.unwrap_err();
    assert_invalid(&status, "PAGE_TOKEN_MISMATCH", "page_token");
    server.stop().await;
}

fn between(from: &str, to: &str) -> pb::FindPathsRequest {
    pb::FindPathsRequest { from: name(from), to: name(to), ..Default::default() }
}

async fn paths(server: &Dicta, request: pb::FindPathsRequest) -> Vec<String> {
    let found = server.query().find_paths(request).await.unwrap().into_inner();
    assert!(!found.partial);
    let path = |path: &pb::EntityPath| {
        let mut line = path.steps[0].from_display_name.clone();
        for step in &path.steps {
            let relations: Vec<String> = step.relations.iter().map(told).collect();
            line = format!("{line} [{}] {}", relations.join(", "), step.to_display_name);
        }
        line
    };
    found.paths.iter().map(path).collect()
}

#[tokio::test]
async fn paths_are_found_the_shortest_first() {
    let home = Home::new();
    let server = home.start().await;
    filled(&server).await;
    let cases: [(pb::FindPathsRequest, &[&str]); 6] = [
        (between("ann", "cy"), &["ANN [>said_about 2 s2+s1] CY"]),
        (
            between("ann", "di"),
            &["ANN [>said_about 2 s2+s1] CY [=mentioned_with 1 s3, >claimed(received) 1 s3] DI"],
        ),
        (
            between("ministry", "ann"),
            &["Ministry [<occupancy(organization) 1] DI [=mentioned_with 1 s3, \
               <claimed(received) 1 s3] CY [<said_about 2 s2+s1] ANN"],
        ),
        (pb::FindPathsRequest { max_hops: 2, ..between("ministry", "ann") }, &[]),
        (between("ann", "lone"), &[]),
        (
            pb::FindPathsRequest {
                kinds: vec![pb::RelationKind::Occupancy.into()],
                limit: 1,
                ..between("ed", "di")
            },
            &["ED [>occupancy(post) 1] Head of the Ministry [<occupancy(post) 1] DI"],
        ),
    ];
    for (request, expected) in cases {
        let asked = format!("{request:?}");
        assert_eq!(paths(&server, request).await, expected, "{asked}");
    }
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_related_is_refused() {
    let home = Home::new();
    let server = home.start().await;
    filled(&server).await;
    for (request, reason, field) in [
        (pb::ListNeighborsRequest::default(), "REQUIRED", "name"),
        (
            pb::ListNeighborsRequest { name: "articles/a".into(), ..around("ann") },
            "BAD_NAME",
            "name",
        ),
        (
            pb::ListNeighborsRequest { kinds: vec![77], ..around("ann") },
            "UNKNOWN_ENUM_VALUE",
            "kinds[0]",
        ),
        (
            pb::ListNeighborsRequest { filter: "title:a".into(), ..around("ann") },
            "BAD_FILTER",
            "filter",
        ),
        (pb::ListNeighborsRequest { page_size: -1, ..around("ann") }, "BAD_NUMBER", "page_size"),
        (
            pb::ListNeighborsRequest { page_token: "x".into(), ..around("ann") },
            "BAD_TOKEN",
            "page_token",
        ),
    ] {
        let status = server.query().list_neighbors(request).await.unwrap_err();
        assert_invalid(&status, reason, field);
    }
    for (request, reason, field) in [
        (between("ann", "ann"), "SAME_ENTITY", "to"),
        (pb::FindPathsRequest { max_hops: 4, ..between("ann", "bo") }, "OVER_LIMIT", "max_hops"),
        (pb::FindPathsRequest { max_hops: -1, ..between("ann", "bo") }, "BAD_NUMBER", "max_hops"),
        (pb::FindPathsRequest { to: String::new(), ..between("ann", "bo") }, "REQUIRED", "to"),
    ] {
        let status = server.query().find_paths(request).await.unwrap_err();
        assert_invalid(&status, reason, field);
    }
    let status = server.query().list_neighbors(around("nobody")).await.unwrap_err();
    assert_refused(&status, Code::NotFound, "NOT_FOUND");
    let status = server.query().find_paths(between("ann", "nobody")).await.unwrap_err();
    assert_refused(&status, Code::NotFound, "NOT_FOUND");
    server.stop().await;
}

#[tokio::test]
async fn merged_entities_are_one() {
    let home = Home::new();
    let server = home.start().await;
    filled(&server).await;
    let before = server.revision().await;
    let merge = pb::MergeEntitiesRequest {
        survivor: name("bo"),
        absorbed: name("cy"),
        ..Default::default()
    };
    server.ingest().merge_entities(merge).await.unwrap();
    let ann = ["BO 2: >said_about 2 s2+s1, >addressed 1 s1"];
    assert_eq!(neighbors(&server, around("ann")).await.unwrap(), ann);
    let page = server.query().list_neighbors(around("cy")).await.unwrap().into_inner();
    assert_eq!((page.name, page.neighbors.len()), (name("bo"), 2));
    let by_bo = ["ANN [>said_about 2 s2+s1, >addressed 1 s1] BO \
                  [=mentioned_with 1 s3, >claimed(received) 1 s3] DI"];
    assert_eq!(paths(&server, between("ann", "di")).await, by_bo);
    let one = server.query().find_paths(between("bo", "cy")).await.unwrap_err();
    assert_invalid(&one, "SAME_ENTITY", "to");
    let read = Some(pb::ReadOptions {
        as_of: Some(pb::read_options::AsOf::Revision(before)),
        ..Default::default()
    });
    let then = pb::ListNeighborsRequest { read, ..around("ann") };
    let apart = ["CY 2: >said_about 2 s2+s1", "BO 1: >addressed 1 s1"];
    assert_eq!(neighbors(&server, then).await.unwrap(), apart);
    server.stop().await;
}
