//! Statements found in the text of an article, and what they link to.

mod bad_texts;
mod edits;

use dicta::rpc::pb;
use dicta::rpc::pb::{CreateEntities, EntityType, Extraction, IngestOutcome};

use crate::harness::{Dicta, Home};
use crate::samples::{article, at, entity, ingest, person, said_by_entity};

/// An article of the kind that quotes in part what others say of a meeting.
const MEETING: &str = "\
Northmark's Governor, Elin Sandvik, in a meeting with the head of the Coast Guard, asked for the ferries to stay.

PORT HALDEN (Harbor Wire) – In a plain call for patience, Northmark Governor Elin Sandvik on Tuesday declared that both the islands and the mainland still need the ferries in winter.

The Governor spoke in Port Halden after a meeting with the Chief of Staff of the Coast Guard, Rear Admiral Jonas Keller-Brandt, with the end of the ferry contract looming in September 2027.

The leaders from both sides agreed that the winter storms, despite the new sea walls, \"are still a real danger and threaten the safety of the islands and the coast.\"

This view of the storms formed the backdrop for Governor Sandvik's main message. She reiterated that in order to cross in winter, \"the islands and the mainland... still need the help and support of the ferry fleet.\"

She carefully set this need within the contract, emphasizing that this support should be provided \"within the framework of the harbor agreements.\"

While making a case for more ships, Northmark's Governor also took the opportunity to praise the crews. She \"praised and expressed appreciation for the role of the Coast Guard in keeping the sea lanes open,\" a remark that shows warmer relations. In this spirit, she \"deemed the joint patrols of the fleet and the Coast Guard as necessary.\"

For his part, Admiral Keller-Brandt gave a hopeful account of the relations.

He \"reiterated that cooperation between the harbors and the Coast Guard is now in the best condition,\" a strong statement after years of quarrel.

In his remarks, Admiral Keller-Brandt specifically \"praised the role of the harbor pilots of the islands,\" a personal nod.

This worry is tied to another difficult subject raised at the meeting: the planned end of the ferry contract and the open question of the \"months after that date.\" The shipyards expect little.

Finally, the discussion of the trade and pilotage ties \"within the limits of the old coastal treaty\" points to longer talks. Governor Sandvik's careful mention of needing winter ferries \"within the terms of the island charter\" is a cautious move.
";

fn meeting() -> pb::Article {
    pb::Article {
        title: "The islands still need the ferries".into(),
        body: MEETING.into(),
        // A Wednesday.
        published_at: Some(at(1_795_608_000)),
        ..article("articles/meeting")
    }
}

fn extracting(article: pb::Article, create: CreateEntities) -> pb::IngestArticleRequest {
    pb::IngestArticleRequest {
        extraction: Extraction::BuiltIn.into(),
        create_entities: create.into(),
        ..ingest(article)
    }
}

fn speaker(statement: &pb::Statement) -> String {
    statement.speaker.as_ref().map(|speaker| speaker.entity.clone()).unwrap_or_default()
}

/// The entity that the statement which quotes these words is linked to.
#[track_caller]
fn speaker_of(statements: &[pb::Statement], quote: &str) -> String {
    let quotes = |statement: &&pb::Statement| {
        statement
            .content
            .iter()
            .any(|span| span.quoted && span.selector.as_ref().unwrap().exact.contains(quote))
    };
    let found: Vec<_> = statements.iter().filter(quotes).collect();
    assert_eq!(found.len(), 1, "{quote}: {found:#?}");
    speaker(found[0])
}

#[tokio::test]
async fn each_quotation_has_its_speaker_by_name_post_and_pronoun() {
    let home = Home::new();
    let server = home.start().await;
    let stored = server.store(extracting(meeting(), CreateEntities::Mentioned)).await;
    let (governor, admiral) = ("entities/elin-sandvik", "entities/jonas-keller-brandt");
    for (quote, entity) in [
        ("are still a real danger", ""),
        ("the islands and the mainland... still", governor),
        ("within the framework", governor),
        ("the role of the Coast Guard in keeping", governor),
        ("the joint patrols of the fleet", governor),
        ("cooperation between the harbors", admiral),
        ("the role of the harbor pilots", admiral),
        ("months after that date", ""),
        ("within the limits", ""),
        ("within the terms", governor),
    ] {
        assert_eq!(speaker_of(&stored.statements, quote), entity, "{quote}");
    }
    server.stop().await;
}

#[tokio::test]
async fn what_is_named_becomes_one_entity_a_thing_with_its_posts() {
    let home = Home::new();
    let server = home.start().await;
    server.store(extracting(meeting(), CreateEntities::Mentioned)).await;
    let guard = server.get_entity("entities/coast-guard").await.unwrap();
    assert_eq!(guard.r#type(), EntityType::Organization);
    let admiral = server.get_entity("entities/jonas-keller-brandt").await.unwrap();
    assert_eq!(admiral.r#type(), EntityType::Person);
    let posts: Vec<_> = admiral
        .occupancies
        .iter()
        .map(|post| (post.title.as_str(), post.organization.as_str()))
        .collect();
    assert_eq!(posts, [("Chief of Staff", "entities/coast-guard")]);
    let origin = admiral.origin.unwrap();
    assert_eq!((origin.extractor.as_str(), origin.rule.as_str()), ("dicta", "named-in-text"));
    assert!(server.get_entity("entities/sandvik").await.is_err(), "a surname is no entity");
    server.stop().await;
}

#[tokio::test]
async fn statements_say_what_found_them_and_when_they_were_made() {
    let home = Home::new();
    let server = home.start().await;
    let stored = server.store(extracting(meeting(), CreateEntities::Never)).await;
    assert!(stored.entities.is_empty() && !stored.truncated);
    for statement in &stored.statements {
        let origin = statement.origin.clone().unwrap();
        assert_eq!(origin.extractor, "dicta");
        assert!(!origin.extractor_version.is_empty() && !origin.rule.is_empty());
        assert!(statement.confidence.is_some_and(|it| it > 0.0 && it <= 1.0));
        assert!(statement.content.iter().all(|it| it.selector.as_ref().unwrap().verified));
    }
    let declared = stored.statements.iter().find(|it| it.cue.as_ref().unwrap().text == "declared");
    let uttered = declared.unwrap().uttered_at.clone().unwrap();
    assert_eq!((uttered.start.as_str(), uttered.text.as_str()), ("2026-11-24", "Tuesday"));
    server.stop().await;
}

#[tokio::test]
async fn the_same_text_again_changes_nothing() {
    let home = Home::new();
    let server = home.start().await;
    for create in [CreateEntities::Never, CreateEntities::Mentioned] {
        let first = server.store(extracting(meeting(), create)).await;
        for _ in 0..2 {
            let again = server.store(extracting(meeting(), create)).await;
            assert_eq!(again.outcome(), IngestOutcome::Unchanged);
            assert_eq!(again.statements, first.statements);
        }
    }
    // Also where the text is not sent again.
    let bare = pb::Article { body: String::new(), ..meeting() };
    let again = server.store(extracting(bare, CreateEntities::Mentioned)).await;
    assert_eq!(again.outcome(), IngestOutcome::Unchanged);
    assert!(!again.statements.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn what_a_caller_says_of_the_same_words_stands() {
    let home = Home::new();
    let server = home.start().await;
    server.entity("kim", person("Kim Berg")).await;
    let quote = "within the framework of the harbor agreements.";
    let request = extracting(meeting(), CreateEntities::Mentioned);
    let mine = said_by_entity(quote, "entities/kim");
    let stored =
        server.store(pb::IngestArticleRequest { statements: vec![mine], ..request.clone() }).await;
    assert!(stored.statements.len() > 5);
    let about = |statements: &[pb::Statement]| -> Vec<String> {
        let said = statements.iter().filter(|statement| {
            statement.content.iter().any(|it| it.selector.as_ref().unwrap().exact.contains(quote))
        });
        said.map(speaker).collect()
    };
    assert_eq!(about(&stored.statements), ["entities/kim"]);
    // It stands, too, where it is not sent again.
    server.store(request).await;
    assert_eq!(about(&server.statements("articles/meeting").await), ["entities/kim"]);
    server.stop().await;
}

#[tokio::test]
async fn more_statements_than_an_article_may_have_are_left_out_and_told() {
    let home = Home::new();
    let server = home.start().await;
    let sentences = (0..2_005).map(|at| format!("The mayor said that bridge {at} was safe.\n"));
    let body: String = sentences.collect();
    let first = "bridge 0 was safe";
    let long = pb::Article { body, ..meeting() };
    let request = pb::IngestArticleRequest {
        statements: vec![said_by_entity(
            first,
            &server.entity("kim", person("Kim Berg")).await.name,
        )],
        ..extracting(long, CreateEntities::Never)
    };
    let stored = server.store(request.clone()).await;
    assert_eq!((stored.statements.len(), stored.truncated), (2_000, true));
    let again = server.store(request).await;
    assert_eq!((again.outcome(), again.truncated), (IngestOutcome::Unchanged, true));
    server.stop().await;
}

#[tokio::test]
async fn a_surname_links_by_the_full_name_in_the_text_but_never_to_one_of_two() {
    let home = Home::new();
    let server = home.start().await;
    server.entity("governor", person("Elin Sandvik")).await;
    server.entity("guard", entity("Coast Guard", EntityType::Organization)).await;
    let stored = server.store(extracting(meeting(), CreateEntities::Never)).await;
    assert_eq!(speaker_of(&stored.statements, "within the framework"), "entities/governor");
    server.entity("namesake", person("Elin Sandvik")).await;
    let other = pb::Article { name: "articles/other".into(), ..meeting() };
    let stored = server.store(extracting(other, CreateEntities::Mentioned)).await;
    assert_eq!(speaker_of(&stored.statements, "within the framework"), "");
    server.stop().await;
}

#[tokio::test]
async fn a_dry_run_tells_what_would_be_stored_and_stores_nothing() {
    let home = Home::new();
    let server = home.start().await;
    let request = pb::ExtractArticleRequest {
        article: Some(meeting()),
        create_entities: CreateEntities::Mentioned.into(),
        ..Default::default()
    };
    let told = server.ingest().extract_article(request.clone()).await.unwrap().into_inner();
    assert_eq!(server.revision().await, 0);
    let stored = server.store(extracting(meeting(), CreateEntities::Mentioned)).await;
    let names = |statements: &[pb::Statement]| -> Vec<_> {
        statements.iter().map(|it| (it.name.clone(), speaker(it), it.content.clone())).collect()
    };
    assert_eq!(names(&told.statements), names(&stored.statements));
    let ids =
        |entities: &[pb::Entity]| -> Vec<_> { entities.iter().map(|it| it.name.clone()).collect() };
    assert_eq!(ids(&told.entities), ids(&stored.entities));
    let none = pb::ExtractArticleRequest { extraction: Extraction::None.into(), ..request };
    let told = server.ingest().extract_article(none).await.unwrap().into_inner();
    assert!(told.statements.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_correction_of_the_text_moves_found_statements_and_drops_none() {
    let home = Home::new();
    let server = home.start().await;
    let stored = server.store(extracting(meeting(), CreateEntities::Mentioned)).await;
    let newer = pb::Article { body: format!("A new first line.\n\n{MEETING}"), ..meeting() };
    let revised = server.store(extracting(newer, CreateEntities::Mentioned)).await;
    assert_eq!(revised.outcome(), IngestOutcome::Revised);
    let names = |statements: &[pb::Statement]| -> Vec<_> {
        statements.iter().map(|it| it.name.clone()).collect()
    };
    assert_eq!(names(&revised.statements), names(&stored.statements));
    let all = server.statements("articles/meeting").await;
    assert_eq!(all.len(), stored.statements.len());
    server.stop().await;
}

#[tokio::test]
async fn without_a_full_text_nothing_is_found() {
    let home = Home::new();
    let server = home.start().await;
    let excerpt = pb::Article { body_extent: pb::BodyExtent::Excerpt.into(), ..meeting() };
    let stored = server.store(extracting(excerpt, CreateEntities::Mentioned)).await;
    assert!(stored.statements.is_empty());
    let german = pb::Article {
        name: "articles/german".into(),
        language: "de".into(),
        body: "Der Minister sagte am Dienstag, dass die Brücke fertig sei.".into(),
        ..meeting()
    };
    let stored = server.store(extracting(german, CreateEntities::Mentioned)).await;
    assert!(stored.statements.is_empty() && stored.entities.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn items_of_a_stream_are_read_ahead_and_linked_in_order() {
    let home = Home::new();
    let server: Dicta = home.start().await;
    let items: Vec<pb::IngestArticlesItem> = (1..=20)
        .map(|sequence| {
            let name = format!("articles/a{sequence}");
            let article = pb::Article { name, ..meeting() };
            let ingest = Some(extracting(article, CreateEntities::Mentioned));
            pb::IngestArticlesItem { sequence, ingest }
        })
        .collect();
    let requests = tokio_stream::iter([pb::IngestArticlesRequest { items }]);
    let mut answers = server.ingest().ingest_articles(requests).await.unwrap().into_inner();
    let mut acks = Vec::new();
    while let Some(answer) = answers.message().await.unwrap() {
        acks.extend(answer.acks);
    }
    assert!(acks.iter().map(|ack| ack.sequence).eq(1..=20));
    assert!(acks.iter().all(|ack| ack.status.is_none()));
    let last = server.statements("articles/a20").await;
    assert_eq!(speaker_of(&last, "within the framework"), "entities/elin-sandvik");
    assert!(server.get_entity("entities/elin-sandvik-2").await.is_err());
    server.stop().await;
}
