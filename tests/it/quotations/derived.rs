//! Lists of what is derived with filters and orders, independent origins, rebuilds.

use dicta::rpc::pb;

use super::{QUOTE, fresh, list, report, start};
use crate::harness::{Dicta, assert_invalid};
use crate::samples::{article, ingest};

async fn texts(dicta: &Dicta, filter: &str, order_by: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListQuotationsRequest {
            filter: filter.into(),
            order_by: order_by.into(),
            page_size: 1,
            page_token,
            ..Default::default()
        };
        let page = list(dicta, request).await.unwrap();
        texts.extend(page.quotations.into_iter().map(|it| it.text));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return texts;
        }
    }
}

#[tokio::test]
async fn quotations_are_filtered_and_ordered_both_ways() {
    let (_home, dicta) = start().await;
    let other = "Nobody has told us of any such plan.";
    report(&dicta, "articles/a", "Daily One", QUOTE).await;
    report(&dicta, "articles/b", "Daily Two", QUOTE).await;
    report(&dicta, "articles/c", "Daily Three", other).await;
    let check = async |filter: &str, order_by: &str, expected: &[&str]| {
        assert_eq!(texts(&dicta, filter, order_by).await, expected, "{filter} {order_by}");
    };
    for field in ["origins", "articles"] {
        check("", &format!("{field} desc"), &[QUOTE, other]).await;
        check("", field, &[other, QUOTE]).await;
    }
    check("articles > 1", "", &[QUOTE]).await;
    check("origins = 2 AND outlets = 2", "drift", &[QUOTE]).await;
    check("publisher = \"Daily Three\"", "", &[other]).await;
    check("text:\"such plan\"", "last_seen desc", &[other]).await;
    check("speaker.entity = \"entities/jane-roe\" AND drift = 0", "", &[QUOTE, other]).await;
    check("speaker.entity = \"entities/john-doe\"", "", &[]).await;
    check("speaker.anonymous = true OR articles > 9", "", &[]).await;
    let request =
        pb::ListQuotationsRequest { filter: "article = \"x\"".into(), ..Default::default() };
    assert_invalid(&list(&dicta, request).await.unwrap_err(), "BAD_FILTER", "filter");
}

#[tokio::test]
async fn near_duplicates_are_listed_and_their_origins_counted_once() {
    let (_home, dicta) = start().await;
    let text: String = (0..120).map(|at| format!("word{} ", at * 7 % 101)).collect();
    let sent = |name: &str, body: String| ingest(pb::Article { body, ..article(name) });
    dicta.store(sent("articles/x", text.clone())).await;
    dicta.store(sent("articles/y", format!("{text} And a sentence of its own."))).await;
    dicta.store(sent("articles/z", "Something else altogether, and rather short.".into())).await;
    let pairs = async |parent: &str, filter: &str| -> Vec<(String, String)> {
        let request = pb::ListNearDuplicatesRequest {
            parent: parent.into(),
            filter: filter.into(),
            read: fresh(),
            ..Default::default()
        };
        let page = dicta.query().list_near_duplicates(request).await.unwrap().into_inner();
        assert_eq!(page.next_page_token, "");
        let pairs = page.near_duplicate_pairs.into_iter();
        pairs.map(|it| (it.article, it.near_duplicate.unwrap().article)).collect()
    };
    assert_eq!(pairs("articles/-", "").await.len(), 1);
    let of_y = [("articles/y".to_owned(), "articles/x".to_owned())];
    assert_eq!(pairs("articles/y", "similarity > 0.9 AND sure = true").await, of_y);
    assert_eq!(pairs("articles/-", "article = \"articles/x\"").await.len(), 1);
    assert_eq!(pairs("articles/-", "similarity < 0.5").await, []);
    assert_eq!(pairs("articles/z", "").await, []);

    for outlet in ["x", "y"] {
        let body = format!("{text} Copied by all. \u{201c}{QUOTE}\u{201d} the mayor said.");
        let mut stored = pb::Article { body, ..article(&format!("articles/{outlet}")) };
        stored.publisher = Some(pb::Publisher { name: outlet.into(), ..Default::default() });
        let content =
            vec![pb::ContentSpan { selector: Some(crate::samples::words(QUOTE)), quoted: true }];
        let said = crate::samples::said_by_entity("", "entities/jane-roe");
        let statement = pb::Statement { content, ..said };
        let request = pb::IngestArticleRequest { statements: vec![statement], ..ingest(stored) };
        dicta.store(request).await;
    }
    report(&dicta, "articles/own", "Daily Own", QUOTE).await;
    let request = pb::AggregateStatementsRequest {
        filter: "speaker.entity = \"entities/jane-roe\"".into(),
        count_origins: true,
        read: fresh(),
        ..Default::default()
    };
    let told = dicta.query().aggregate_statements(request.clone()).await.unwrap().into_inner();
    let total = told.total.unwrap();
    assert_eq!((total.articles, total.outlets), (3, 3));
    assert_eq!(total.origins, Some(pb::OriginCount { min: 2, max: 2 }));
    assert_eq!(told.origins_revision, told.revision);
    let as_of =
        pb::ReadOptions { as_of: Some(pb::read_options::AsOf::Revision(1)), ..Default::default() };
    let request = pb::AggregateStatementsRequest { read: Some(as_of), ..request };
    let refused = dicta.query().aggregate_statements(request).await.unwrap_err();
    assert_invalid(&refused, "AS_OF_UNSUPPORTED", "read.revision");
}

#[tokio::test]
async fn quotations_are_built_anew_when_asked_and_are_the_same() {
    let (_home, dicta) = start().await;
    report(&dicta, "articles/a", "Daily One", QUOTE).await;
    report(&dicta, "articles/b", "Daily Two", QUOTE).await;
    let before = list(&dicta, pb::ListQuotationsRequest::default()).await.unwrap();
    let index = pb::DerivedIndex::Quotations.into();
    let request = pb::RebuildIndexRequest { index };
    let mut answers = dicta.admin().rebuild_index(request).await.unwrap().into_inner();
    let mut last = pb::RebuildIndexResponse::default();
    while let Some(answer) = answers.message().await.unwrap() {
        last = answer;
    }
    assert!(last.done);
    assert_eq!(list(&dicta, pb::ListQuotationsRequest::default()).await.unwrap(), before);
    let info = dicta.admin().get_server_info(pb::GetServerInfoRequest {}).await.unwrap();
    let quotations = info.into_inner().quotations.unwrap();
    assert!(quotations.served && !quotations.building);
    assert_eq!(quotations.revision, before.revision);
}
