//! Lists: which records they hold, and in what order.

use dicta::rpc::pb;
use tonic::{Code, Status};

use crate::harness::{Dicta, Home, assert_invalid, assert_refused, refusal};
use crate::samples::{
    INDIRECT, QUOTE, alias, article, at, entity, ingest, named, person, said, words,
};

/// The last ids of the articles that a list holds, in its order.
async fn articles(server: &Dicta, filter: &str, order_by: &str) -> Result<Vec<String>, Status> {
    let request = pb::ListArticlesRequest {
        filter: filter.into(),
        order_by: order_by.into(),
        ..Default::default()
    };
    let page = server.query().list_articles(request).await?.into_inner();
    assert_eq!(page.next_page_token, "");
    assert!(page.articles.iter().all(|article| article.body.is_empty()), "BASIC");
    Ok(page.articles.iter().map(|article| last_id(&article.name)).collect())
}

async fn statements(
    server: &Dicta,
    parent: &str,
    filter: &str,
    order_by: &str,
) -> Result<Vec<String>, Status> {
    let request = pb::ListStatementsRequest {
        parent: parent.into(),
        filter: filter.into(),
        order_by: order_by.into(),
        ..Default::default()
    };
    let page = server.query().list_statements(request).await?.into_inner();
    Ok(page.statements.iter().map(|statement| last_id(&statement.name)).collect())
}

async fn entities(server: &Dicta, filter: &str, order_by: &str) -> Result<Vec<String>, Status> {
    let request = pb::ListEntitiesRequest {
        filter: filter.into(),
        order_by: order_by.into(),
        ..Default::default()
    };
    let page = server.query().list_entities(request).await?.into_inner();
    Ok(page.entities.iter().map(|entity| last_id(&entity.name)).collect())
}

fn last_id(name: &str) -> String {
    name.rsplit('/').next().unwrap_or_default().into()
}

/// An article of this publisher and time, with a label.
fn published(id: &str, publisher: &str, seconds: Option<i64>) -> pb::Article {
    pb::Article {
        title: format!("About {id}"),
        publisher: Some(pb::Publisher { name: publisher.into(), ..Default::default() }),
        published_at: seconds.map(at),
        labels: [("desk".to_owned(), id.to_owned())].into(),
        ..article(&format!("articles/{id}"))
    }
}

/// A statement that names a speaker and someone mentioned.
fn statement(id: &str, speaker: &str, mentioned: &str, uttered: &str) -> pb::Statement {
    let entity = |id: &str| match id {
        "" => String::new(),
        id => format!("entities/{id}"),
    };
    let mention =
        pb::Mention { text: "someone".into(), entity: entity(mentioned), ..Default::default() };
    pb::Statement {
        speaker: Some(pb::Speaker { entity: entity(speaker), ..Default::default() }),
        mentions: vec![mention],
        uttered_at: Some(pb::CoarseTime { start: uttered.into(), ..Default::default() }),
        ..named(&format!("articles/-/statements/{id}"), QUOTE)
    }
}

#[tokio::test]
async fn articles_come_newest_first_or_by_name_and_pass_the_filter() {
    let home = Home::new();
    let server = home.start().await;
    for article in [
        published("c", "Reuters", Some(300)),
        published("a", "AFP", None),
        published("d", "AFP", Some(400)),
        published("b", "Reuters", Some(200)),
    ] {
        server.store(ingest(article)).await;
    }
    for (filter, order_by, expected) in [
        ("", "", "d c b a"),
        ("", "published_at desc", "d c b a"),
        ("", "name", "a b c d"),
        ("", "name desc", "d c b a"),
        ("", "published_at", "a b c d"),
        ("", "title desc", "d c b a"),
        ("", "create_time", "c a d b"),
        ("version = 1", "create_time desc", "b d a c"),
        ("publisher = Reuters", "create_time desc", "b c"),
        ("published_at:*", "version, published_at desc", "d c b"),
        ("publisher = Reuters", "published_at", "b c"),
        ("published_at > 1970-01-01T00:03:20Z", "published_at", "c d"),
        ("publisher = Reuters", "", "c b"),
        ("publisher = AFP", "name", "a d"),
        ("publisher = AFP AND title:d", "", "d"),
        ("publisher = Nobody", "", ""),
        ("labels.desk = b OR labels.desk = c", "name", "b c"),
        ("NOT publisher = Reuters", "", "d a"),
        ("published_at >= 1970-01-01T00:05:00Z", "", "d c"),
        ("medium = TEXT AND version = 1", "name", "a b c d"),
    ] {
        let found = articles(&server, filter, order_by).await.unwrap();
        assert_eq!(found.join(" "), expected, "{filter} by {order_by}");
    }
    for order_by in ["titel", "authors", "published_at down"] {
        let status = articles(&server, "", order_by).await.unwrap_err();
        assert_invalid(&status, "BAD_ORDER", "order_by");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_refused_with_the_place() {
    let home = Home::new();
    let server = home.start().await;
    for filter in ["titel = x", "title =", "(title:a", "medium = PAPER", "version = many"] {
        let status = articles(&server, filter, "").await.unwrap_err();
        assert_invalid(&status, "BAD_FILTER", "filter");
        assert!(status.message().contains("column "), "{status:?}");
    }
    let long = format!("title:{}", "x".repeat(5_000));
    let deep = format!("{}title:a{}", "(".repeat(40), ")".repeat(40));
    for filter in [long, deep] {
        assert_eq!(
            refusal(&articles(&server, &filter, "").await.unwrap_err()).reason,
            "BAD_FILTER"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn statements_are_listed_by_article_speaker_and_mention() {
    let home = Home::new();
    let server = home.start().await;
    for id in ["jane", "john"] {
        server.entity(id, person(id)).await;
    }
    let with = |id: &str, statements| pb::IngestArticleRequest {
        statements,
        ..ingest(published(id, "AFP", Some(0)))
    };
    let first = vec![
        statement("s2", "jane", "john", "2026-01-02"),
        statement("s1", "john", "jane", "2026-01-01"),
        pb::Statement { rank: pb::Rank::Preferred.into(), ..said_as("s3", INDIRECT) },
    ];
    server.store(with("z", first)).await;
    server.store(with("a", vec![statement("s4", "jane", "jane", "2025")])).await;
    let jane = "speaker.entity = \"entities/jane\"";
    let mentioned = "mentions.entity = \"entities/jane\"";
    for (parent, filter, order_by, expected) in [
        // The articles in the order in which they came, then by name.
        ("articles/-", "", "", "s1 s2 s3 s4"),
        ("articles/z", "", "", "s1 s2 s3"),
        ("articles/a", "", "", "s4"),
        ("articles/-", jane, "", "s2 s4"),
        ("articles/-", jane, "uttered_at desc", "s2 s4"),
        ("articles/-", jane, "uttered_at", "s4 s2"),
        // What was said at no known time counts as said when it was published.
        ("articles/-", "", "uttered_at", "s3 s4 s1 s2"),
        ("articles/-", "", "uttered_at desc", "s2 s1 s4 s3"),
        ("articles/z", "", "uttered_at", "s3 s1 s2"),
        ("articles/z", "", "name desc", "s3 s2 s1"),
        ("articles/-", "", "rank, name desc", "s2 s1 s4 s3"),
        ("articles/-", mentioned, "", "s1 s4"),
        ("articles/z", mentioned, "", "s1"),
        ("articles/-", &format!("{jane} AND {mentioned}"), "", "s4"),
        ("articles/-", "rank = PREFERRED", "", "s3"),
        ("articles/-", "article.publisher = AFP AND content:bridge", "", "s1 s2 s4"),
        ("articles/-", "speaker.entity = \"entities/nobody\"", "", ""),
        ("articles/none", "", "", ""),
    ] {
        let found = statements(&server, parent, filter, order_by).await.unwrap();
        assert_eq!(found.join(" "), expected, "{parent}: {filter} by {order_by}");
    }
    for order_by in ["topics", "speaker", "uttered"] {
        let status = statements(&server, "articles/-", jane, order_by).await.unwrap_err();
        assert_invalid(&status, "BAD_ORDER", "order_by");
    }
    for parent in ["", "articles/", "entities/jane", "articles/-/statements/s1"] {
        let status = statements(&server, parent, "", "").await.unwrap_err();
        assert_eq!(refusal(&status).fields, ["parent"], "{parent}");
    }
    server.stop().await;
}

/// A statement without a speaker.
fn said_as(id: &str, exact: &str) -> pb::Statement {
    pb::Statement { name: format!("articles/-/statements/{id}"), ..said(words(exact)) }
}

#[tokio::test]
async fn entities_come_by_name_and_pass_the_filter() {
    let home = Home::new();
    let server = home.start().await;
    let jane = pb::Entity {
        names: vec![alias("J. Roe")],
        external_ids: vec![
            pb::ExternalId { authority: "wikidata".into(), id: "Q1".into(), ..Default::default() },
            pb::ExternalId { authority: "isni".into(), id: "Q2".into(), ..Default::default() },
        ],
        ..person("Jane Roe")
    };
    server.entity("jane", jane).await;
    server.entity("acme", entity("Acme", pb::EntityType::Organization)).await;
    let q1 = "external_ids.authority = wikidata AND external_ids.id = Q1";
    let crossed = "external_ids.authority = wikidata AND external_ids.id = Q2";
    for (filter, order_by, expected) in [
        ("", "", "acme jane"),
        ("", "name", "acme jane"),
        ("", "name desc", "jane acme"),
        ("", "display_name desc", "jane acme"),
        ("type = PERSON", "", "jane"),
        ("names.text:Roe", "", "jane"),
        ("display_name = Acme", "", "acme"),
        (q1, "", "jane"),
        // Both must hold of one id.
        (crossed, "", ""),
        ("external_ids:*", "", "jane"),
    ] {
        let found = entities(&server, filter, order_by).await.unwrap();
        assert_eq!(found.join(" "), expected, "{filter} by {order_by}");
    }
    let status = entities(&server, "", "names").await.unwrap_err();
    assert_refused(&status, Code::InvalidArgument, "BAD_ORDER");
    server.stop().await;
}

/// A statement that speaks of a time, and was said at one.
fn about(id: &str, reference: &str, uttered: &str) -> pb::Statement {
    pb::Statement {
        reference_time: Some(pb::CoarseTime { start: reference.into(), ..Default::default() }),
        ..statement(id, "jane", "", uttered)
    }
}

#[tokio::test]
async fn statements_come_in_the_order_of_the_time_they_speak_of() {
    let home = Home::new();
    let server = home.start().await;
    server.entity("jane", person("Jane")).await;
    let statements_of = vec![
        about("year", "2026", "2026-01-01"),
        about("september", "2026-09", "2026-01"),
        about("first", "2026-09-01", "2026"),
        about("past", "2017", "2026-03"),
        statement("never", "jane", "", "2025"),
    ];
    let request = pb::IngestArticleRequest {
        statements: statements_of,
        ..ingest(published("a", "AFP", Some(0)))
    };
    server.store(request).await;
    let jane = "speaker.entity = \"entities/jane\"";
    let ahead = "overlaps(reference_time, 2026-09-01T12:00:00Z, *)";
    for (filter, order_by, expected) in [
        // Of times that begin together the narrower comes first.
        ("reference_time:*", "reference_time", "past year first september"),
        ("reference_time:*", "reference_time desc", "september first year past"),
        ("", "reference_time", "never past year first september"),
        (jane, "reference_time", "never past year first september"),
        (ahead, "reference_time.end", "first september year"),
        ("overlaps(reference_time, 2026-09-02, *)", "reference_time.end", "september year"),
        (
            "overlaps(reference_time, 2026-09, 2026-09)",
            "reference_time.end",
            "first september year",
        ),
        ("within(reference_time, 2026-09, 2026-09)", "reference_time.end desc", "september first"),
        (jane, "uttered_at", "never year september first past"),
        (jane, "uttered_at desc", "past first september year never"),
    ] {
        let found = statements(&server, "articles/-", filter, order_by).await.unwrap();
        assert_eq!(found.join(" "), expected, "{filter} by {order_by}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_sorted_list_comes_page_by_page_at_one_revision() {
    let home = Home::new();
    let server = home.start().await;
    for (id, title) in [("a", "3"), ("b", "1"), ("c", "2"), ("d", "4"), ("e", "2")] {
        let article = pb::Article { title: title.into(), ..article(&format!("articles/{id}")) };
        server.store(ingest(article)).await;
    }
    let (mut found, mut page_token, mut revision) = (Vec::new(), String::new(), None);
    loop {
        let request = pb::ListArticlesRequest {
            page_size: 2,
            page_token,
            order_by: "title desc".into(),
            view: pb::ArticleView::Full.into(),
            ..Default::default()
        };
        let page = server.query().list_articles(request).await.unwrap().into_inner();
        assert_eq!(*revision.get_or_insert(page.revision), page.revision);
        assert!(page.articles.iter().all(|article| !article.body.is_empty()));
        found.extend(page.articles.iter().map(|article| last_id(&article.name)));
        page_token = page.next_page_token;
        let moved = pb::Article { title: "9".into(), ..article("articles/b") };
        server.store(ingest(moved)).await;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(found.join(" "), "d a c e b");
    server.stop().await;
}
