//! Which access path serves a list, and that it loses nothing.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::sample;
use crate::domain::id::ArticleId;
use crate::domain::record::{Record, Stored};
use crate::domain::time::CoarseTime;
use crate::query::filter::Filter;
use crate::query::plan::{Access, Collection, plan};
use crate::query::window::{Direction, Window};

fn check(collection: Collection, filter: &str, order_by: &str, expected: &str) {
    let filter = Filter::parse(filter, collection.kind()).unwrap();
    let said = match plan(&collection, filter.clone(), order_by) {
        Ok(plan) => {
            assert_eq!(plan.filter, filter);
            let backwards = if plan.direction == Direction::Against { ", backwards" } else { "" };
            let sorted = if plan.sort.is_some() { ", sorted" } else { "" };
            let otherwise = plan.otherwise.map(|(access, direction)| {
                let backwards = if direction == Direction::Against { ", backwards" } else { "" };
                format!(", else {}{backwards}", shown(&access))
            });
            let otherwise = otherwise.unwrap_or_default();
            format!("{}{backwards}{sorted}{otherwise}", shown(&plan.access))
        }
        Err(error) => error.to_string(),
    };
    assert_eq!(said, expected, "{filter:?} {order_by}");
}

fn shown(access: &Access) -> String {
    match access {
        Access::Articles => "articles".into(),
        Access::ArticlesByName => "articles by name".into(),
        Access::ArticlesByPublisher(keys) => format!("articles of {}", joined(keys)),
        Access::Statements => "statements".into(),
        Access::StatementsOf(article) => format!("statements in {article}"),
        Access::StatementsBySpeaker(ids) => format!("statements by {}", joined(ids)),
        Access::StatementsByMention(ids) => format!("statements about {}", joined(ids)),
        Access::StatementsByTime => "statements by time".into(),
        Access::StatementsByReference => "statements by reference".into(),
        Access::StatementsByDue => "statements by due".into(),
        Access::ByCreation(kind) => format!("{} by creation", kind.plural()),
        Access::Entities => "entities".into(),
        Access::EntitiesByExternalId(id) => format!("entities called {} {}", id.authority, id.id),
    }
}

fn joined(names: &BTreeSet<impl ToString>) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[test]
fn lists_by_creation_have_an_index() {
    for (collection, all, pinned, by) in [
        (Collection::Articles, "articles", "publisher = x", "articles of x"),
        (
            Collection::Statements(None),
            "statements",
            "speaker.entity = entities/x",
            "statements by entities/x",
        ),
        (
            Collection::Entities,
            "entities",
            "external_ids.authority = w AND external_ids.id = x",
            "entities called w x",
        ),
    ] {
        let check = |filter: &str, order_by: &str, expected: &str| {
            check(collection.clone(), filter, order_by, expected);
        };
        check("", "create_time desc", &format!("{all} by creation"));
        check("create_time:*", "create_time", &format!("{all} by creation, backwards"));
        let otherwise = format!("{by}, sorted, else {all} by creation");
        check(pinned, "create_time desc", &otherwise);
        check(pinned, "create_time", &format!("{otherwise}, backwards"));
        check("", "create_time desc, name", &format!("{all}, sorted"));
    }
    let article = Collection::Statements(Some("articles/a".parse().unwrap()));
    check(article, "", "create_time", "statements in articles/a, sorted");
}

#[test]
fn articles_are_found_by_publisher() {
    let check = |filter: &str, order_by: &str, expected: &str| {
        check(Collection::Articles, filter, order_by, expected)
    };
    check("", "", "articles");
    check("", " published_at   desc ", "articles");
    check("", "name", "articles by name");
    check("publisher = Reuters", "", "articles of Reuters");
    check("publisher:Reuters", "published_at desc", "articles of Reuters");
    check("version = 1 (publisher.entity = entities/x AND title:a)", "", "articles of entities/x");
    check("publisher = Reuters", "name", "articles by name");
    check("publisher = R*", "", "articles");
    check("publisher != Reuters", "", "articles");
    check("publisher = ''", "", "articles");
    check("NOT publisher = Reuters", "", "articles");
    check("publisher = Reuters OR title:a", "", "articles");
    check("publisher.name = Reuters", "", "articles");
    check("", "published_at", "articles, backwards");
    check("publisher = Reuters", "published_at asc", "articles of Reuters, backwards");
    check("", "name desc", "articles by name, backwards");
    check("publisher = Reuters", "title desc, name", "articles of Reuters, sorted");
    check("", "published_at desc, name", "articles, sorted");
    check("", "titel", "`titel` is no field of articles; did you mean `title`?");
    check("", "weather", "`weather` is no field of articles");
    for orderless in ["authors", "labels"] {
        let refused =
            format!("`{orderless}` has no order: it has parts, or may have several values");
        check("", orderless, &refused);
    }
    for bad in ["title up", "title desc desc", ",", "title,", "a b c"] {
        let first = bad.split(',').find(|term| term.split_whitespace().count() != 1);
        let refused = format!(
            "`{}` is no order: write it like `published_at desc, name`",
            first.unwrap_or_default()
        );
        check("", bad, &refused);
    }
    check("", &["title"; 9].join(","), "an order names at most 8 fields");
}

#[test]
fn statements_are_found_by_article_speaker_and_mention() {
    let all = |filter: &str, order_by: &str, expected: &str| {
        check(Collection::Statements(None), filter, order_by, expected);
    };
    all("", "", "statements");
    all("kind = DIRECT", "", "statements");
    all("speaker.entity = entities/x", "", "statements by entities/x");
    all("speaker.entity:entities/x", "uttered_at desc", "statements by entities/x");
    all("mentions.entity = entities/x", "", "statements about entities/x");
    all(
        "mentions.entity:entities/x kind = MIXED",
        "uttered_at desc",
        "statements about entities/x",
    );
    all(
        "mentions.entity = entities/y AND speaker.entity = entities/x",
        "",
        "statements by entities/x",
    );
    all("mentions.entity = entities/* ", "", "statements");
    all("addressees.entity = entities/x", "", "statements");
    all("speaker.entity = entities/x OR kind = MIXED", "uttered_at desc", "statements by time");
    all("", "uttered_at", "statements by time, backwards");
    all("speaker.entity = entities/x", "uttered_at", "statements by entities/x, backwards");
    all("speaker.entity = entities/x", "reference_time", "statements by entities/x, sorted");
    all("", "name", "statements, sorted");
    all("", "reference_time", "statements, sorted");
    all("NOT reference_time:*", "reference_time", "statements, sorted");
    all("reference_time:*", "reference_time", "statements by reference, backwards");
    all("reference_time >= 2026", "reference_time desc", "statements by reference");
    all(
        "overlaps(reference_time, 2026, *) kind = DIRECT",
        "reference_time.end",
        "statements by due, backwards",
    );
    let one = |filter: &str, order_by: &str, expected: &str| {
        let article = ArticleId::new("a").unwrap();
        check(Collection::Statements(Some(article)), filter, order_by, expected);
    };
    one("", "", "statements in articles/a");
    one("speaker.entity = entities/x", "", "statements in articles/a");
    one("speaker.entity = entities/x", "uttered_at desc", "statements in articles/a, sorted");
    one("", "name desc", "statements in articles/a, backwards");
}

#[test]
fn entities_are_found_by_external_id() {
    let check = |filter: &str, order_by: &str, expected: &str| {
        check(Collection::Entities, filter, order_by, expected)
    };
    let pair = "external_ids.authority = wikidata AND external_ids.id = Q1";
    check("", "", "entities");
    check("", "name", "entities");
    check(pair, "", "entities called wikidata Q1");
    check(pair, "name", "entities");
    check(
        "external_ids.id = Q1 external_ids.authority:wikidata",
        "",
        "entities called wikidata Q1",
    );
    check("external_ids.id = Q1", "", "entities");
    check("external_ids.id = Q* external_ids.authority = wikidata", "", "entities");
    check("", "name desc", "entities, backwards");
    check(pair, "display_name", "entities, sorted");
}

/// Whether a path leads to a record.
fn leads_to(access: &Access, record: &Stored) -> bool {
    match (access, &record.value) {
        (Access::Articles | Access::ArticlesByName, Record::Article(_))
        | (Access::Statements | Access::StatementsByTime, Record::Statement(_))
        | (Access::Entities, Record::Entity(_)) => true,
        (Access::ArticlesByPublisher(keys), Record::Article(article)) => {
            article.publisher.key().is_some_and(|key| keys.contains(&key))
        }
        (Access::StatementsByReference | Access::StatementsByDue, Record::Statement(statement)) => {
            statement.reference_time.is_some()
        }
        (Access::StatementsOf(article), Record::Statement(_)) => {
            record.name.to_string().starts_with(&format!("{article}/"))
        }
        (Access::StatementsBySpeaker(ids), Record::Statement(statement)) => {
            statement.speaker_entity().is_some_and(|id| ids.contains(id))
        }
        (Access::StatementsByMention(ids), Record::Statement(statement)) => {
            statement.entities_mentioned().any(|id| ids.contains(id))
        }
        (Access::EntitiesByExternalId(id), Record::Entity(entity)) => {
            entity.external_ids.contains(id)
        }
        _ => false,
    }
}

/// Whether a record stands within a window on the times of a path.
fn stands_within(window: &Window, access: &Access, record: &Stored) -> bool {
    let time = match (access, &record.value) {
        (Access::Articles | Access::ArticlesByPublisher(_), Record::Article(article)) => {
            article.published_at.map(|time| time.as_microsecond())
        }
        (Access::StatementsByReference, Record::Statement(statement)) => {
            statement.reference_time.as_ref().map(CoarseTime::start_micros)
        }
        (Access::StatementsByDue, Record::Statement(statement)) => {
            statement.reference_time.as_ref().map(CoarseTime::end_micros)
        }
        (
            Access::StatementsBySpeaker(_)
            | Access::StatementsByMention(_)
            | Access::StatementsByTime,
            Record::Statement(statement),
        ) => statement.sort_micros(),
        _ => return true,
    };
    window.holds(time)
}

#[test]
fn times_in_the_filter_bound_the_path() {
    let bounded = |collection: &Collection, filter: &str, order_by: &str| {
        let filter = Filter::parse(filter, collection.kind()).unwrap();
        let Window { from, before } = plan(collection, filter, order_by).unwrap().window;
        let day = |micros: i64| micros.div_euclid(86_400_000_000);
        (from.map(|from| day(from + 1)), before.map(|before| day(before - 1)))
    };
    let articles = |filter: &str| bounded(&Collection::Articles, filter, "");
    assert_eq!(articles("published_at >= 1970-01-03"), (Some(2), None));
    assert_eq!(articles("published_at > 1970-01-03"), (Some(3), None));
    assert_eq!(articles("within(published_at, 1970-01-03, 1970-01-05)"), (Some(2), Some(5)));
    assert_eq!(articles("published_at < 1970-01-03 title:a published_at < 1971"), (None, Some(2)));
    assert_eq!(articles("published_at < 1970-01-03 OR title:a"), (None, None));
    assert_eq!(articles("published_at != 1970-01-03"), (None, None));
    let statements =
        |filter: &str, order_by: &str| bounded(&Collection::Statements(None), filter, order_by);
    assert_eq!(statements("uttered_at >= 1970-01-03", "uttered_at"), (Some(2), None));
    assert_eq!(statements("uttered_at >= 1970-01-03", ""), (None, None));
    let ahead = "overlaps(reference_time, 1970-01-03, *)";
    assert_eq!(statements(ahead, "reference_time.end"), (Some(2), None));
    assert_eq!(statements(ahead, "reference_time"), (None, None));
}

/// Tests of each kind that an index may serve, and some that none does.
fn tests_of(collection: &Collection) -> Vec<&'static str> {
    match collection {
        Collection::Articles => vec![
            "publisher = Reuters",
            "publisher:entities/rudaw",
            "publisher.entity = entities/rudaw",
            "publisher.name = Rudaw",
            "publisher != Reuters",
            "version = 1",
            "published_at >= 2026-09-16T10:30:00Z",
            "published_at > 2026-09-16",
            "published_at < 2026-10",
            "published_at != 2026-09",
            "within(published_at, 2026-09, 2026-09)",
            "overlaps(published_at, *, 2026-09-16T10:29:00Z)",
        ],
        Collection::Statements(_) => vec![
            "speaker.entity = entities/x",
            "speaker.entity:*",
            "mentions.entity = entities/x",
            "mentions.entity:entities/y",
            "mentions.entity = entities/z",
            "kind = MIXED",
            "uttered_at = 2026-09",
            "uttered_at > 2026-08",
            "uttered_at <= 2026-09-15",
            "overlaps(uttered_at, 2026-09-16, *)",
            "within(reference_time, 2025, 2026)",
            "reference_time >= 2026",
            "reference_time.start < 2026-02",
            "reference_time.end > 2026-12",
            "reference_time.precision = YEAR",
        ],
        Collection::Entities => vec![
            "external_ids.authority = wikidata",
            "external_ids.authority:isni",
            "external_ids.id = Q1",
            "external_ids.id:Q2",
            "external_ids.id = Q*",
            "type = PERSON",
        ],
    }
}

fn filter(collection: &Collection) -> impl Strategy<Value = String> + use<> {
    prop::sample::select(tests_of(collection)).prop_map(str::to_owned).prop_recursive(
        3,
        16,
        4,
        |inner| {
            let several = prop::collection::vec(inner.clone(), 2..4);
            prop_oneof![
                4 => several.clone().prop_map(|items| format!("({})", items.join(" AND "))),
                1 => several.prop_map(|items| format!("({})", items.join(" OR "))),
                1 => inner.prop_map(|item| format!("(NOT {item})")),
            ]
        },
    )
}

fn loses_nothing(collection: &Collection, records: &[Stored], filter: &str) {
    let filter = Filter::parse(filter, collection.kind()).unwrap().unwrap();
    let orders: &[&str] = match collection {
        Collection::Articles => &["", "published_at", "name", "title"],
        Collection::Statements(_) => {
            &["", "uttered_at", "reference_time", "reference_time.end", "name desc"]
        }
        Collection::Entities => &["", "name", "display_name"],
    };
    for order in orders {
        let plan = plan(collection, Some(filter.clone()), order).unwrap();
        for record in records {
            let planned = leads_to(&plan.access, record)
                && stands_within(&plan.window, &plan.access, record)
                && plan.filter.as_ref().is_none_or(|filter| filter.matches(record));
            assert_eq!(planned, filter.matches(record), "{plan:?} {}", record.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_access_path_leads_to_all_that_pass(
        articles in filter(&Collection::Articles),
        statements in filter(&Collection::Statements(None)),
        entities in filter(&Collection::Entities),
    ) {
        loses_nothing(&Collection::Articles, &sample::articles(), &articles);
        loses_nothing(&Collection::Statements(None), &sample::statements(), &statements);
        let article = Collection::Statements(Some(ArticleId::new("a").unwrap()));
        loses_nothing(&article, &sample::statements(), &statements);
        loses_nothing(&Collection::Entities, &sample::entities(), &entities);
    }
}
