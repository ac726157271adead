//! Search: what is found, in which order, how it is shown, and what is refused.

mod afresh;
mod crash;
mod pages;
mod refusals;

use dicta::rpc::pb;
use tonic::Status;

use crate::harness::{Dicta, Home};
use crate::samples::{at, entity, ingest, ingest_with, person, said_by};

/// A search that sees every write before it.
pub(crate) fn asking(query: &str) -> pb::SearchRequest {
    let read = pb::ReadOptions { fully_consistent: true, ..Default::default() };
    pb::SearchRequest { query: query.into(), read: Some(read), ..Default::default() }
}

impl Dicta {
    pub(crate) async fn search(
        &self,
        request: pb::SearchRequest,
    ) -> Result<pb::SearchResponse, Status> {
        Ok(self.query().search(request).await?.into_inner())
    }

    /// The names of what is found, the best first.
    async fn found(&self, request: pb::SearchRequest) -> Vec<String> {
        names(&self.search(request).await.unwrap())
    }

    /// The same, in no order.
    async fn found_in_any_order(&self, query: &str) -> Vec<String> {
        let mut names = self.found(asking(query)).await;
        names.sort();
        names
    }
}

fn names(response: &pb::SearchResponse) -> Vec<String> {
    response.hits.iter().map(|hit| hit.name.clone()).collect()
}

fn text(name: &str, title: &str, body: &str, language: &str) -> pb::IngestArticleRequest {
    ingest(pb::Article {
        name: name.into(),
        title: title.into(),
        body: body.into(),
        language: language.into(),
        published_at: Some(at(1_700_000_000)),
        ..Default::default()
    })
}

async fn with_texts(texts: &[(&str, &str, &str, &str)]) -> (Home, Dicta) {
    let home = Home::new();
    let dicta = home.start().await;
    for (name, title, body, language) in texts {
        dicta.store(text(&format!("articles/{name}"), title, body, language)).await;
    }
    (home, dicta)
}

#[tokio::test(flavor = "multi_thread")]
async fn words_phrases_beginnings_and_fields_are_found() {
    let (_home, dicta) = with_texts(&[
        ("harbour", "Harbour works begin", "The dredging of the old harbour began.", "en"),
        ("bridge", "A bridge for the harbour town", "Engineers were dredging nothing.", "en"),
        (
            "council",
            "Council meets",
            "The old town hall was full; the harbour was not named.",
            "en",
        ),
    ])
    .await;
    let cases: &[(&str, &[&str])] = &[
        ("harbour", &["bridge", "council", "harbour"]),
        ("harbour dredging", &["bridge", "harbour"]),
        ("harbour -dredging", &["council"]),
        ("engineers OR council", &["bridge", "council"]),
        ("\"old harbour\"", &["harbour"]),
        ("\"harbour old\"", &[]),
        ("title:harbour", &["bridge", "harbour"]),
        ("body:\"town hall\"", &["council"]),
        ("dredg*", &["bridge", "harbour"]),
        ("engineer", &["bridge"]),
        ("dredged", &["bridge", "harbour"]),
        ("\"dredged\"", &[]),
        ("nowhere", &[]),
    ];
    for (query, expected) in cases {
        let expected: Vec<String> = expected.iter().map(|id| format!("articles/{id}")).collect();
        assert_eq!(dicta.found_in_any_order(query).await, expected, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_that_spell_the_same_meet() {
    let (_home, dicta) = with_texts(&[
        ("ckb", "هەولێر", "كۆبوونەوەی ئەنجومەن لە هەولێر بەڕێوەچوو", "ckb"),
        ("kmr", "Civîna Hewlêrê", "Serok Nêçîrvan li Hewlêrê axivî û got", "kmr"),
        ("fa", "نشست اربیل", "رئیس‌جمهور کتاب‌های تازه را در اربیل دید", "fa"),
        ("ar", "اجتماع أربيل", "قَالَ الوزير إن المحادثات مستمرة في أربيل", "ar"),
        ("fr", "L'accord d'Erbil", "Les ministres ont parlé de l'État.", "fr"),
    ])
    .await;
    let cases = [
        ("کۆبوونەوەی", "ckb"),
        ("بەرێوەچوو", "ckb"),
        ("necirvan hewlere", "kmr"),
        ("رئیسجمهور", "fa"),
        ("رئيس‌جمهور", "fa"),
        ("قال الوزير", "ar"),
        ("اربيل المحادثات", "ar"),
        ("accord etat", "fr"),
        ("ministre", "fr"),
    ];
    for (query, id) in cases {
        assert_eq!(dicta.found(asking(query)).await, [format!("articles/{id}")], "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_that_is_not_given_is_told_by_the_text() {
    let english = "The minister said on Monday that the talks would go on for another week.";
    let (_home, dicta) = with_texts(&[("told", "Talks", english, "")]).await;
    let mut request = asking("talking minister");
    request.language = "en-GB".into();
    request.facets = vec![pb::SearchFacet::Language.into()];
    let response = dicta.search(request.clone()).await.unwrap();
    assert_eq!(names(&response), ["articles/told"]);
    assert_eq!(response.facets[0].counts[0].value, "en");
    request.language = "de".into();
    assert!(dicta.found(request).await.is_empty());
}

/// An article in which the mayor speaks of the budget, and one that names it in
/// passing.
async fn with_statements() -> (Home, Dicta) {
    let home = Home::new();
    let dicta = home.start().await;
    dicta.entity("jane-roe", person("Jane Roe")).await;
    dicta.entity("budget-office", entity("Budget Office", pb::EntityType::Organization)).await;
    let mut own = said_by("The bridge will open in May.", "Jane Roe");
    own.name = "articles/a/statements/own".into();
    own.content[0].quoted = true;
    own.topics = vec!["transport".into()];
    own.speaker.as_mut().unwrap().entity = "entities/jane-roe".into();
    let mut indirect = said_by("the budget was spent", "the mayor");
    indirect.name = "articles/a/statements/indirect".into();
    let mut request = ingest_with("articles/a", vec![own, indirect]);
    request.article.as_mut().unwrap().publisher =
        Some(pb::Publisher { name: "The Courier".into(), ..Default::default() });
    dicta.store(request).await;
    let long = format!(
        "{} The bridge and the budget came up. {}",
        "Much. ".repeat(60),
        "More. ".repeat(60)
    );
    dicta.store(text("articles/b", "A long session", &long, "en")).await;
    (home, dicta)
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_and_own_words_come_first() {
    let (_home, dicta) = with_statements().await;
    let found = dicta.found(asking("bridge")).await;
    assert_eq!(found.last().map(String::as_str), Some("articles/b"), "{found:?}");
    assert_eq!(found.len(), 3);
    let found = dicta.found(asking("budget")).await;
    assert_eq!(found[0], "entities/budget-office", "{found:?}");
    assert_eq!(found[1], "articles/a/statements/indirect", "{found:?}");
    assert_eq!(dicta.found(asking("speaker:roe bridge")).await, ["articles/a/statements/own"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_and_filters_narrow_what_is_found() {
    let (_home, dicta) = with_statements().await;
    let cases: &[(&str, &[&str])] = &[
        (r#"speaker.entity = "entities/jane-roe""#, &["articles/a/statements/own"]),
        ("topics:transport AND kind = DIRECT", &["articles/a/statements/own"]),
        (
            r#"article.publisher = "The Courier" AND NOT topics:*"#,
            &["articles/a/statements/indirect"],
        ),
        (r#"publisher = "The Courier""#, &["articles/a"]),
        (r#"title = "A long*""#, &["articles/b"]),
        ("type = ORGANIZATION", &["entities/budget-office"]),
        (r#"published_at > "2030""#, &[]),
    ];
    for (filter, expected) in cases {
        let request = pb::SearchRequest { filter: (*filter).into(), ..asking("") };
        assert_eq!(dicta.found(request).await, *expected, "{filter}");
    }
    let mut request = asking("bridge");
    request.kinds = vec![pb::RecordKind::Statement.into()];
    assert_eq!(dicta.found(request).await, ["articles/a/statements/own"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_index_cannot_tell_is_left_to_the_filter() {
    let (_home, dicta) = with_statements().await;
    let filter = r#"content:"open in" OR confidence > 0.5"#.to_owned();
    let response = dicta.search(pb::SearchRequest { filter, ..asking("bridge") }).await.unwrap();
    assert_eq!(names(&response), ["articles/a/statements/own"]);
    assert!(response.total_inexact);
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_are_counted_by_what_they_have_in_common() {
    let (_home, dicta) = with_statements().await;
    let mut request = asking("bridge OR budget");
    request.facets = (1..=7).collect();
    request.page_size = 1;
    let response = dicta.search(request).await.unwrap();
    let shown: Vec<String> = response
        .facets
        .iter()
        .map(|facet| {
            let counts = facet.counts.iter().map(|it| format!("{} {}", it.value, it.count));
            counts.collect::<Vec<_>>().join(", ")
        })
        .collect();
    let expected = [
        "article 2, statement 2, entity 1",
        "The Courier 3",
        "entities/jane-roe 1",
        "en 4",
        "transport 1",
        "2023-11 4",
        "DIRECT 1, INDIRECT 1",
    ];
    assert_eq!(shown, expected);
    assert_eq!((response.total, response.total_inexact, response.hits.len()), (5, false, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snippet_shows_the_words_where_they_stand() {
    let before = "Größe früh ✓. ".repeat(40);
    let body = format!("{before}Then the bridges opened at last. {}", "Später. ".repeat(80));
    let (_home, dicta) = with_texts(&[("a", "Opening", &body, "en")]).await;
    let response = dicta.search(asking("bridge last")).await.unwrap();
    let snippet = response.hits[0].snippet.clone().unwrap();
    assert_eq!(snippet.field, "body");
    let stored: Vec<char> = body.chars().collect();
    let at =
        |start: i32, end: i32| -> String { stored[start as usize..end as usize].iter().collect() };
    let shown = snippet.text.chars().count() as i32;
    assert_eq!(at(snippet.start, snippet.start + shown), snippet.text);
    let highlights: Vec<String> =
        snippet.highlights.iter().map(|it| at(it.start, it.end)).collect();
    assert_eq!(highlights, ["bridges", "last"]);
    let pb::record::Record::Article(article) =
        response.hits[0].record.clone().unwrap().record.unwrap()
    else {
        panic!("no article");
    };
    assert_eq!((article.title.as_str(), article.body.as_str()), ("Opening", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_and_deletions_are_followed() {
    let (_home, dicta) = with_statements().await;
    let mut revised = ingest(crate::samples::article("articles/a"));
    revised.article.as_mut().unwrap().body = "Nothing was said of it. The budget was spent.".into();
    dicta.store(revised).await;
    // Its words are gone, so that it is orphaned.
    assert_eq!(dicta.found_in_any_order("bridge").await, ["articles/a", "articles/b"]);
    let all = pb::SearchRequest { include_unused: true, ..asking("speaker:roe") };
    assert_eq!(dicta.found(all).await, ["articles/a/statements/own"]);
    let delete =
        pb::DeleteArticleRequest { name: "articles/a".into(), force: true, ..Default::default() };
    dicta.ingest().delete_article(delete).await.unwrap();
    assert_eq!(dicta.found_in_any_order("bridge").await, ["articles/b"]);
    assert_eq!(dicta.found_in_any_order("title:bridge").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_withheld_takes_its_statements_along() {
    let (_home, dicta) = with_statements().await;
    let withhold = |status: pb::PubStatus| pb::UpdateArticleRequest {
        article: Some(pb::Article {
            name: "articles/a".into(),
            pub_status: status.into(),
            ..Default::default()
        }),
        update_mask: crate::samples::mask(&["pub_status"]),
        ..Default::default()
    };
    dicta.ingest().update_article(withhold(pb::PubStatus::Withheld)).await.unwrap();
    assert_eq!(dicta.found_in_any_order("bridge").await, ["articles/b"]);
    let all = pb::SearchRequest { include_unused: true, ..asking("bridge") };
    assert_eq!(dicta.found(all).await.len(), 3);
    dicta.ingest().update_article(withhold(pb::PubStatus::Usable)).await.unwrap();
    assert_eq!(dicta.found(asking("bridge")).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_come_in_the_order_asked_for() {
    let home = Home::new();
    let dicta = home.start().await;
    for (name, seconds) in [("b", 2_000), ("a", 3_000), ("c", 1_000)] {
        let mut request = text(&format!("articles/{name}"), "News", "of the day", "en");
        request.article.as_mut().unwrap().published_at = Some(at(seconds));
        dicta.store(request).await;
    }
    let ordered = |order: &str| pb::SearchRequest { order_by: order.into(), ..asking("news") };
    let expected = ["articles/a", "articles/b", "articles/c"];
    assert_eq!(dicta.found(ordered("published_at desc")).await, expected);
    let mut oldest = dicta.found(ordered("published_at")).await;
    oldest.reverse();
    assert_eq!(oldest, expected);
    let filter = r#"published_at >= "1970-01-01T00:30:00Z""#.to_owned();
    let newest = pb::SearchRequest { filter, ..asking("") };
    assert_eq!(dicta.found(newest).await, expected[..2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_may_bring_the_token_of_a_write() {
    let home = Home::new();
    let dicta = home.start().await;
    for number in 0..5 {
        let name = format!("articles/n{number}");
        let stored = dicta.store(text(&name, &format!("Number{number}"), "", "en")).await;
        let read =
            pb::ReadOptions { consistency_token: stored.consistency_token, ..Default::default() };
        let mut request = asking(&format!("number{number}"));
        request.read = Some(read);
        let response = dicta.search(request).await.unwrap();
        assert_eq!(names(&response), [name]);
        assert!(response.revision >= stored.revision);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn merged_entities_are_found_as_one() {
    let home = Home::new();
    let dicta = home.start().await;
    dicta.entity("jane-roe", person("Jane Roe")).await;
    dicta.entity("j-roe", person("J. Roe-Miller")).await;
    let mut said = said_by("the budget was spent", "the mayor");
    said.speaker.as_mut().unwrap().entity = "entities/j-roe".into();
    dicta.store(ingest_with("articles/a", vec![said])).await;
    let merge = pb::MergeEntitiesRequest {
        survivor: "entities/jane-roe".into(),
        absorbed: "entities/j-roe".into(),
        ..Default::default()
    };
    dicta.ingest().merge_entities(merge).await.unwrap();
    for query in ["roe", "name:miller", "\"jane roe\""] {
        let kinds = vec![pb::RecordKind::Entity.into()];
        let request = pb::SearchRequest { kinds, ..asking(query) };
        assert_eq!(dicta.found(request).await, ["entities/jane-roe"], "{query}");
    }
    let filter = r#"speaker.entity = "entities/jane-roe""#.to_owned();
    let request = pb::SearchRequest { filter, ..asking("budget") };
    assert_eq!(dicta.found(request).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_erased_is_not_found() {
    let (_home, dicta) = with_statements().await;
    let erasure = pb::Erasure {
        name: "articles/a".into(),
        reason: "a court order".into(),
        ..Default::default()
    };
    let request = pb::EraseRequest { erasures: vec![erasure], ..Default::default() };
    dicta.admin().erase(request).await.unwrap();
    assert_eq!(dicta.found_in_any_order("bridge").await, ["articles/b"]);
    let all = pb::SearchRequest { include_unused: true, ..asking("bridge") };
    assert_eq!(dicta.found(all).await, ["articles/b"]);
}
