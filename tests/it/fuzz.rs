//! Malformed filters, queries, orders and page tokens, through the services: each
//! is answered, or refused with its field. `DICTA_FUZZ_CASES` sets how many, and
//! `DICTA_FUZZ_SEED` which.

mod targets;

use dicta::rpc::pb;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use tonic::{Code, Status};

use crate::harness::{Dicta, Home, assert_invalid, refusal};
use crate::samples::{alias, article, at, ingest, person, said_by};

const DEFAULT_CASES: u64 = 600;

/// What filters, queries and orders are made of, so that many get far into the
/// grammar.
const PIECES: [&str; 58] = [
    "(",
    ")",
    " ",
    " AND ",
    " OR ",
    " NOT ",
    "-",
    ".",
    ",",
    ":",
    "=",
    "!=",
    "<",
    ">=",
    "*",
    "\"",
    "'",
    "\\",
    "title",
    "name",
    "body",
    "speaker:",
    "speaker.entity",
    "labels.x",
    "external_ids.id",
    "names.text",
    "kind",
    "DIRECT",
    "2026-09",
    "true",
    "0.5",
    "-1e400",
    "'x y'",
    "entities/x",
    "published_at",
    "create_time",
    "uttered_at",
    "within(",
    "overlaps(reference_time,",
    "reference_time.duration<",
    "20s",
    " desc",
    " asc",
    "title:\"the bridge\"",
    "brid*",
    "“",
    "”",
    "bridge",
    "\n",
    "\u{0}",
    "é",
    "ن",
    "\u{200d}",
    "\u{301}",
    "東京",
    "😀",
    "\u{202e}",
    "\u{feff}",
];

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect(variable))
}

/// A text of up to so many pieces; now and then one repeats itself at length.
fn text(random: &mut StdRng, most: usize) -> String {
    let piece = |random: &mut StdRng| *PIECES.choose(random).unwrap();
    if random.random_bool(0.03) {
        return piece(random).repeat(random.random_range(1..2_000));
    }
    (0..random.random_range(0..most)).map(|_| piece(random)).collect()
}

/// A token that was given out, changed somewhere; or none at all.
fn token(random: &mut StdRng, given: &[(&str, String)]) -> String {
    let (_, token) = given.choose(random).unwrap();
    let mut bytes = token.clone().into_bytes();
    match random.random_range(0..4) {
        0 => {
            let place = random.random_range(0..bytes.len());
            bytes[place] = *b"Az09_-=".choose(random).unwrap();
        }
        1 => bytes.truncate(random.random_range(1..bytes.len())),
        2 => bytes.extend_from_within(random.random_range(0..bytes.len())..),
        _ => return format!("{}x", text(random, 8)),
    }
    String::from_utf8(bytes).unwrap()
}

/// A base in which each list has a second page.
async fn filled(dicta: &Dicta) {
    for number in 0..3 {
        let mut new = article(&format!("articles/a{number}"));
        new.published_at = Some(at(number));
        let mut request = ingest(new.clone());
        request.statements = vec![
            said_by("the budget was spent", "Ann"),
            said_by("The bridge will open in May.", "Bo"),
        ];
        dicta.store(request.clone()).await;
        new.title = "Another title".into();
        request.article = Some(new);
        dicta.store(request).await;
        let names = vec![alias(&format!("Other {number}"))];
        dicta.entity(&format!("e{number}"), pb::Entity { names, ..person("A Person") }).await;
    }
}

/// The tokens of the next page of each call that has pages, and others.
async fn tokens(dicta: &Dicta) -> Vec<(&'static str, String)> {
    let mut given = Vec::new();
    for call in CALLS {
        let asked = Asked { page_size: 1, ..Asked::default() };
        given.push((call, ask(dicta, call, asked).await.unwrap()));
    }
    let stored = dicta.store(ingest(article("articles/b"))).await;
    given.push(("consistency", stored.consistency_token));
    assert!(given.iter().all(|(_, token)| !token.is_empty()), "{given:?}");
    given
}

/// What differs from case to case.
#[derive(Clone, Debug, Default)]
struct Asked {
    query: String,
    filter: String,
    order_by: String,
    page_token: String,
    page_size: i32,
}

const CALLS: [&str; 5] = ["articles", "statements", "entities", "versions", "search"];

/// Makes a call; gives the token of the next page.
async fn ask(dicta: &Dicta, call: &str, asked: Asked) -> Result<String, Status> {
    let Asked { query, filter, order_by, page_token, page_size } = asked;
    let mut client = dicta.query();
    Ok(match call {
        "articles" => {
            let request = pb::ListArticlesRequest {
                filter,
                order_by,
                page_token,
                page_size,
                ..Default::default()
            };
            client.list_articles(request).await?.into_inner().next_page_token
        }
        "statements" => {
            let parent = "articles/-".into();
            let request = pb::ListStatementsRequest {
                parent,
                filter,
                order_by,
                page_token,
                page_size,
                ..Default::default()
            };
            client.list_statements(request).await?.into_inner().next_page_token
        }
        "entities" => {
            let request = pb::ListEntitiesRequest {
                filter,
                order_by,
                page_token,
                page_size,
                ..Default::default()
            };
            client.list_entities(request).await?.into_inner().next_page_token
        }
        "versions" => {
            let request = pb::ListArticleVersionsRequest {
                name: "articles/a1".into(),
                page_token,
                page_size,
                ..Default::default()
            };
            client.list_article_versions(request).await?.into_inner().next_page_token
        }
        _ => {
            let query = if query.is_empty() { "bridge OR title OR person".into() } else { query };
            let read = Some(pb::ReadOptions { fully_consistent: true, ..Default::default() });
            let request = pb::SearchRequest {
                query,
                filter,
                order_by,
                page_token,
                page_size,
                read,
                ..Default::default()
            };
            client.search(request).await?.into_inner().next_page_token
        }
    })
}

/// Draws a call and one thing about it that is probably wrong; tells the field.
fn draw(random: &mut StdRng, given: &[(&str, String)]) -> (&'static str, &'static str, Asked) {
    let call = *CALLS.choose(random).unwrap();
    let mut asked = Asked { page_size: 2, ..Asked::default() };
    let field = match (call, random.random_range(0..8)) {
        ("versions", _) | (_, 0) => {
            asked.page_token = token(random, given);
            "page_token"
        }
        (_, 1) => {
            asked.order_by = text(random, 6);
            "order_by"
        }
        ("search", 2..=5) => {
            asked.query = text(random, 16);
            "query"
        }
        _ => {
            asked.filter = text(random, 16);
            "filter"
        }
    };
    (call, field, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_is_answered_or_refused_with_its_field() {
    let cases = number("DICTA_FUZZ_CASES").unwrap_or(DEFAULT_CASES);
    let mut random = StdRng::seed_from_u64(number("DICTA_FUZZ_SEED").unwrap_or(5));
    let home = Home::new();
    let dicta = home.start().await;
    filled(&dicta).await;
    let given = tokens(&dicta).await;
    let (mut answered, mut refused) = (0_u64, 0_u64);
    for case in 0..cases {
        let (call, field, asked) = draw(&mut random, &given);
        match ask(&dicta, call, asked.clone()).await {
            Ok(_) => answered += 1,
            Err(status) => {
                let told = format!("case {case}, {call}: {asked:?}: {status:?}");
                let refusal = refusal(&status);
                // A changed token may name another store.
                let foreign = field == "page_token" && refusal.reason == "TOKEN_FROM_OTHER_STORE";
                if !foreign {
                    assert_eq!(status.code(), Code::InvalidArgument, "{told}");
                    assert_eq!(refusal.fields, [field], "{told}");
                }
                refused += 1;
            }
        }
    }
    println!("{answered} answered, {refused} refused");
    assert!(answered > cases / 50 && refused > cases / 4, "{answered} answered, {refused} refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_serve_their_own_call_alone() {
    let home = Home::new();
    let dicta = home.start().await;
    filled(&dicta).await;
    let given = tokens(&dicta).await;
    for call in CALLS {
        for (of, page_token) in &given {
            let asked = Asked { page_token: page_token.clone(), page_size: 1, ..Asked::default() };
            let answer = ask(&dicta, call, asked).await;
            if call == *of {
                answer.unwrap();
                continue;
            }
            let status = answer.unwrap_err();
            let pages = [call, of].iter().all(|it| CALLS.contains(it) && **it != *"search");
            let reason = if pages { "PAGE_TOKEN_MISMATCH" } else { "BAD_TOKEN" };
            assert_invalid(&status, reason, "page_token");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wildcards_that_match_everything_filter_nothing() {
    let home = Home::new();
    let dicta = home.start().await;
    filled(&dicta).await;
    for filter in ["title = \"*\"", "title:\"*\"", "title = \"**\"", "title = \"*i*\""] {
        let asked = Asked { filter: filter.into(), page_size: 2, ..Asked::default() };
        let next = ask(&dicta, "articles", asked.clone()).await.unwrap();
        let rest = Asked { page_token: next, ..asked };
        assert_eq!(ask(&dicta, "articles", rest).await.unwrap(), "", "{filter}: three articles");
    }
    let stars = "*a".repeat(1_500);
    let asked = Asked { filter: format!("title = \"{stars}\""), ..Asked::default() };
    assert_eq!(ask(&dicta, "articles", asked).await.unwrap(), "");
    let comparisons = "version = 1 OR ".repeat(250);
    let asked = Asked { filter: format!("{comparisons}version = 2"), ..Asked::default() };
    assert_invalid(&ask(&dicta, "articles", asked).await.unwrap_err(), "BAD_FILTER", "filter");
}
