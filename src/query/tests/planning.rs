//! Which access path serves a list, and that it loses nothing.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::sample;
use crate::domain::id::ArticleId;
use crate::domain::record::{Record, Stored};
use crate::query::filter::Filter;
use crate::query::plan::{Access, Collection, plan};

fn check(collection: Collection, filter: &str, order_by: &str, expected: &str) {
    let filter = Filter::parse(filter, collection.kind()).unwrap();
    let said = match plan(&collection, filter.clone(), order_by) {
        Ok(plan) => {
            assert_eq!(plan.filter, filter);
            shown(&plan.access)
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
        Access::Entities => "entities".into(),
        Access::EntitiesByExternalId(id) => format!("entities called {} {}", id.authority, id.id),
    }
}

fn joined(names: &BTreeSet<impl ToString>) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
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
    for order in ["published_at", "title desc"] {
        let refused =
            format!("`{order}` is no order of articles: use `published_at desc` or `name`");
        check("", order, &refused);
    }
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
    let needs = "`uttered_at desc` is served where the parent is `articles/-` and the filter \
                 names a speaker or a mentioned entity, as in `speaker.entity = \"entities/x\"`; \
                 leave `order_by` empty";
    all("speaker.entity = entities/x OR kind = MIXED", "uttered_at desc", needs);
    all("", "uttered_at desc", needs);
    all(
        "",
        "name",
        "`name` is no order of statements: use `uttered_at desc` with a speaker or a mentioned \
         entity in the filter, or none",
    );
    let one = |filter: &str, order_by: &str, expected: &str| {
        let article = ArticleId::new("a").unwrap();
        check(Collection::Statements(Some(article)), filter, order_by, expected);
    };
    one("", "", "statements in articles/a");
    one("speaker.entity = entities/x", "", "statements in articles/a");
    one("speaker.entity = entities/x", "uttered_at desc", needs);
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
    check("", "name desc", "`name desc` is no order of entities: use `name`");
}

/// Whether a path leads to a record.
fn leads_to(access: &Access, record: &Stored) -> bool {
    match (access, &record.value) {
        (Access::Articles | Access::ArticlesByName, Record::Article(_))
        | (Access::Statements, Record::Statement(_))
        | (Access::Entities, Record::Entity(_)) => true,
        (Access::ArticlesByPublisher(keys), Record::Article(article)) => {
            article.publisher.key().is_some_and(|key| keys.contains(&key))
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
        ],
        Collection::Statements(_) => vec![
            "speaker.entity = entities/x",
            "speaker.entity:*",
            "mentions.entity = entities/x",
            "mentions.entity:entities/y",
            "mentions.entity = entities/z",
            "kind = MIXED",
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
    let plan = plan(collection, Some(filter.clone()), "").unwrap();
    for record in records {
        let planned = leads_to(&plan.access, record)
            && plan.filter.as_ref().is_none_or(|filter| filter.matches(record));
        assert_eq!(planned, filter.matches(record), "{filter:?} {}", record.name);
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
