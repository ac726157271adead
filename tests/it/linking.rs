//! Entities of an ingest, and what its mentions are linked to.

use dicta::rpc::pb;
use dicta::rpc::pb::{CreateEntities, EntityType, IngestOutcome};
use tonic::Code;

use crate::harness::{Dicta, Home, assert_refused};
use crate::samples::{
    INDIRECT, QUOTE, alias, article, entity, ingest, ingest_with, person, said, said_by, words,
};

/// The entity that a speaker of this name is linked to on ingest.
async fn linked(server: &Dicta, name: &str) -> String {
    let request = ingest_with("articles/bridge", vec![said_by(QUOTE, name)]);
    let request = pb::IngestArticleRequest { validate_only: true, ..request };
    let stored = server.store(request).await;
    stored.statements[0].speaker.clone().unwrap().entity
}

/// A statement by someone whom the caller knows to be a person.
fn said_by_person(exact: &str, name: &str) -> pb::Statement {
    let mut statement = said_by(exact, name);
    let mention = statement.speaker.as_mut().and_then(|speaker| speaker.mention.as_mut());
    mention.unwrap().r#type = EntityType::Person.into();
    statement
}

#[tokio::test]
async fn a_listed_entity_that_exists_takes_up_what_is_new_and_keeps_what_it_has() {
    let home = Home::new();
    let server = home.start().await;
    let stored = pb::Entity {
        description: "A mayor.".into(),
        names: vec![alias("Jane R.")],
        ..person("Jane Roe")
    };
    server.entity("jane", stored).await;
    let listed = pb::Entity {
        name: "entities/jane".into(),
        description: "Someone else.".into(),
        names: vec![alias("Jane R."), alias("J. Roe")],
        external_ids: vec![pb::ExternalId {
            authority: "wikidata".into(),
            id: "Q1".into(),
            ..Default::default()
        }],
        ..entity("Another Name", EntityType::Organization)
    };
    let request =
        pb::IngestArticleRequest { entities: vec![listed], ..ingest(article("articles/bridge")) };
    let first = server.store(request.clone()).await;
    let united = server.get_entity("entities/jane").await.unwrap();
    assert_eq!(united.description, "A mayor.");
    assert_eq!((united.display_name.as_str(), united.r#type()), ("Jane Roe", EntityType::Person));
    assert!(united.names.iter().any(|name| name.text == "J. Roe"));
    assert_eq!(united.names.iter().filter(|name| name.text == "Jane R.").count(), 1);
    assert_eq!(united.external_ids.len(), 1);
    assert_eq!(first.entities, [united]);
    assert_eq!(server.store(request).await.outcome(), IngestOutcome::Unchanged);
    server.stop().await;
}

#[tokio::test]
async fn listed_entities_are_created_unless_none_may_be() {
    let home = Home::new();
    let server = home.start().await;
    let listing = |create: CreateEntities| pb::IngestArticleRequest {
        entities: vec![person("Jane Roe")],
        create_entities: create.into(),
        ..ingest_with("articles/bridge", vec![said_by_person(QUOTE, "John Poe")])
    };
    let status = server.ingest().ingest_article(listing(CreateEntities::Never)).await.unwrap_err();
    assert_refused(&status, Code::InvalidArgument, "UNKNOWN_ENTITY");
    assert_eq!(server.info().await.counts.unwrap().entities, 0);
    let listed = server.store(listing(CreateEntities::Unspecified)).await;
    assert_eq!(listed.entities.len(), 1);
    assert_eq!(listed.statements[0].speaker.as_ref().unwrap().entity, "");
    // Only when asked, and where their kind is said, are entities made from mentions.
    let mentioned = server.store(listing(CreateEntities::Mentioned)).await;
    let speaker = mentioned.statements[0].speaker.as_ref().unwrap();
    assert_eq!(speaker.entity, "entities/john-poe");
    assert_eq!(mentioned.entities.last().unwrap().name, "entities/john-poe");
    server.stop().await;
}

#[tokio::test]
async fn a_mention_is_linked_only_beyond_doubt() {
    let home = Home::new();
    let server = home.start().await;
    server.entity("jane", person("Jane Roe")).await;
    server.entity("acme", entity("Acme Bridges", EntityType::Organization)).await;
    assert_eq!(linked(&server, "Jane Roe").await, "entities/jane");
    assert_eq!(linked(&server, "JANE ROE").await, "entities/jane");
    assert_eq!(linked(&server, "acme bridges").await, "entities/acme");
    // One word of a person's name, or one who is like it, is not enough.
    for doubtful in ["Roe", "Jane", "J. Roe", "Janet Roe", "Nobody Known"] {
        assert_eq!(linked(&server, doubtful).await, "", "{doubtful}");
    }
    // Two who have the name: neither.
    server.entity("jane-too", person("Jane Roe")).await;
    assert_eq!(linked(&server, "Jane Roe").await, "");
    server.stop().await;
}

#[tokio::test]
async fn a_mention_of_another_type_is_not_linked() {
    let home = Home::new();
    let server = home.start().await;
    server.entity("acme", entity("Acme Bridges", EntityType::Organization)).await;
    let of_type = |kind: EntityType| {
        let mention =
            pb::Mention { text: "Acme Bridges".into(), r#type: kind.into(), ..Default::default() };
        let statement = pb::Statement { mentions: vec![mention], ..said(words(INDIRECT)) };
        ingest_with(&format!("articles/a{}", i32::from(kind)), vec![statement])
    };
    let fits = server.store(of_type(EntityType::Organization)).await;
    assert_eq!(fits.statements[0].mentions[0].entity, "entities/acme");
    let differs = server.store(of_type(EntityType::Place)).await;
    assert_eq!(differs.statements[0].mentions[0].entity, "");
    server.stop().await;
}
