//! Quotations and near-duplicates, from outside.

mod crash;
mod derived;
mod verdicts;

use dicta::rpc::pb;
use tonic::{Code, Status};

use crate::harness::{Dicta, Home, assert_invalid, assert_refused};
use crate::samples::{article, ingest, person, said_by_entity, words};

const QUOTE: &str = "The bridge will open in May.";

/// Everything acknowledged so far must be seen.
pub(crate) fn fresh() -> Option<pb::ReadOptions> {
    Some(pb::ReadOptions { fully_consistent: true, ..Default::default() })
}

async fn list(
    dicta: &Dicta,
    request: pb::ListQuotationsRequest,
) -> Result<pb::ListQuotationsResponse, Status> {
    let request = pb::ListQuotationsRequest { read: fresh(), ..request };
    Ok(dicta.query().list_quotations(request).await?.into_inner())
}

async fn get(dicta: &Dicta, name: &str) -> Result<pb::Quotation, Status> {
    let request = pb::GetQuotationRequest { name: name.into(), read: fresh() };
    Ok(dicta.query().get_quotation(request).await?.into_inner().quotation.unwrap())
}

/// Stores an article of an outlet that quotes the mayor.
async fn report(dicta: &Dicta, name: &str, outlet: &str, quote: &str) -> pb::IngestArticleResponse {
    let sent = pb::Article {
        body: format!("A report of {outlet} alone. \u{201c}{quote}\u{201d} the mayor said."),
        publisher: Some(pb::Publisher { name: outlet.into(), ..Default::default() }),
        ..article(name)
    };
    let content = vec![pb::ContentSpan { selector: Some(words(quote)), quoted: true }];
    let statement = pb::Statement { content, ..said_by_entity("", "entities/jane-roe") };
    dicta.store(pb::IngestArticleRequest { statements: vec![statement], ..ingest(sent) }).await
}

async fn start() -> (Home, Dicta) {
    let home = Home::new();
    let dicta = home.start().await;
    dicta.entity("jane-roe", person("Jane Roe")).await;
    (home, dicta)
}

#[tokio::test]
async fn the_same_words_in_several_articles_are_one_quotation() {
    let (home, dicta) = start().await;
    report(&dicta, "articles/a", "Daily One", QUOTE).await;
    report(&dicta, "articles/b", "Daily Two", "The bridge will open in May!").await;
    report(&dicta, "articles/c", "Daily Three", "The bridge will reopen in May.").await;
    let listed = list(&dicta, pb::ListQuotationsRequest::default()).await.unwrap();
    let [quotation] = listed.quotations.as_slice() else { panic!("{listed:?}") };
    assert_eq!((quotation.article_count, quotation.outlet_count), (3, 3));
    assert_eq!((quotation.wording_count, quotation.drift), (2, 1));
    assert_eq!(quotation.origins, Some(pb::OriginCount { min: 3, max: 3 }));
    assert_eq!(quotation.speaker.as_ref().unwrap().entity, "entities/jane-roe");
    assert_eq!(quotation.wordings, []);
    assert_eq!(listed.revision, dicta.revision().await);

    let whole = get(&dicta, &quotation.name).await.unwrap();
    assert_eq!(whole.text, QUOTE);
    let counts: Vec<i32> = whole.wordings.iter().map(|it| it.statement_count).collect();
    assert_eq!(counts, [2, 1]);
    assert!(whole.wordings[1].diff.iter().any(|it| it.said == "open" && it.given == "reopen"));

    // It outlives the server, and is the same where it is built again.
    dicta.stop().await;
    let dicta = home.start().await;
    assert_eq!(get(&dicta, &quotation.name).await.unwrap(), whole);
    dicta.stop().await;
    std::fs::remove_dir_all(home.data().join("quotations")).unwrap();
    let dicta = home.start().await;
    assert_eq!(get(&dicta, &quotation.name).await.unwrap(), whole);
}

#[tokio::test]
async fn a_quotation_shrinks_when_a_statement_is_retracted() {
    let (_home, dicta) = start().await;
    let stored = report(&dicta, "articles/a", "Daily One", QUOTE).await;
    report(&dicta, "articles/b", "Daily Two", QUOTE).await;
    let listed = list(&dicta, pb::ListQuotationsRequest::default()).await.unwrap();
    assert_eq!(listed.quotations[0].article_count, 2);
    let retract = pb::RetractStatementRequest {
        name: stored.statements[0].name.clone(),
        kind: pb::RetractionKind::RecordingError.into(),
        reason: "not said".into(),
        ..Default::default()
    };
    dicta.ingest().retract_statement(retract).await.unwrap();
    let listed = list(&dicta, pb::ListQuotationsRequest::default()).await.unwrap();
    assert_eq!(listed.quotations[0].article_count, 1);
}

#[tokio::test]
async fn near_duplicates_are_shown_with_the_article() {
    let (_home, dicta) = start().await;
    let text: String = (0..120).map(|at| format!("word{} ", at * 7 % 101)).collect();
    let sent = |name: &str, body: String| ingest(pb::Article { body, ..article(name) });
    dicta.store(sent("articles/a", text.clone())).await;
    dicta.store(sent("articles/b", format!("{text} And a sentence of its own."))).await;
    dicta.store(sent("articles/c", "Something else altogether, and rather short.".into())).await;
    list(&dicta, pb::ListQuotationsRequest::default()).await.unwrap();
    let found = dicta.article("articles/a").await.unwrap();
    let [near] = found.near_duplicates.as_slice() else { panic!("{found:?}") };
    assert_eq!(near.article, "articles/b");
    assert!(near.similarity > 0.9 && near.sure, "{near:?}");
    assert!(!near.reason.is_empty());
    let listed = dicta.query().list_articles(pb::ListArticlesRequest::default()).await;
    let counts = listed.unwrap().into_inner().articles;
    let counts: Vec<usize> = counts.iter().map(|it| it.near_duplicates.len()).collect();
    assert_eq!(counts, [1, 1, 0]);
    // It is no part of the record.
    let before = found.etag;
    dicta.store(sent("articles/d", text)).await;
    list(&dicta, pb::ListQuotationsRequest::default()).await.unwrap();
    let after = dicta.article("articles/a").await.unwrap();
    assert_eq!((after.etag, after.near_duplicates.len()), (before, 2));
}

#[tokio::test]
async fn pages_follow_each_other_and_keep_to_their_list() {
    let (_home, dicta) = start().await;
    for at in 0..5 {
        let quote = format!("word{at} alpha{at} beta{at} gamma{at} delta{at}");
        report(&dicta, &format!("articles/a{at}"), "Daily One", &quote).await;
    }
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListQuotationsRequest {
            page_size: 2,
            page_token: page_token.clone(),
            speaker: "entities/jane-roe".into(),
            ..Default::default()
        };
        let page = list(&dicta, request).await.unwrap();
        names.extend(page.quotations.into_iter().map(|it| it.name));
        if page.next_page_token.is_empty() {
            break;
        }
        page_token = page.next_page_token;
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 5);
    let crossed = pb::ListQuotationsRequest { page_token, ..Default::default() };
    let status = list(&dicta, crossed).await.unwrap_err();
    assert_invalid(&status, "PAGE_TOKEN_MISMATCH", "page_token");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let (_home, dicta) = start().await;
    let request = pb::ListQuotationsRequest { order_by: "name".into(), ..Default::default() };
    assert_invalid(&list(&dicta, request).await.unwrap_err(), "BAD_ORDER", "order_by");
    let request = pb::ListQuotationsRequest { speaker: "Jane Roe".into(), ..Default::default() };
    assert_invalid(&list(&dicta, request).await.unwrap_err(), "BAD_NAME", "speaker");
    assert_invalid(&get(&dicta, "articles/a").await.unwrap_err(), "BAD_NAME", "name");
    let status = get(&dicta, "quotations/q0123456789abcdef").await.unwrap_err();
    assert_refused(&status, Code::NotFound, "NOT_FOUND");
    let as_of =
        pb::ReadOptions { as_of: Some(pb::read_options::AsOf::Revision(1)), ..Default::default() };
    let request = pb::ListQuotationsRequest { read: Some(as_of), ..Default::default() };
    let status = dicta.query().list_quotations(request).await.unwrap_err();
    assert_invalid(&status, "AS_OF_UNSUPPORTED", "read.revision");
}
