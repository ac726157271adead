//! Records that move between index values: at every revision each is listed
//! once, where it then belonged.

use std::sync::Arc;

use super::Fixture;
use super::fixtures::*;
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::name;
use crate::domain::record::Record;
use crate::domain::statement::{ArticleCopy, Statement};
use crate::store::{Path, Scan, Store};

/// A path, and which records belong on it.
type Belonging = (Path, fn(&Record) -> bool);

/// Commits each state of `record_name` (`None` deletes it), then checks along
/// each path, at each revision, that it is there as that state or not at all.
async fn check(
    store: &Arc<dyn Store>,
    record_name: &str,
    states: Vec<Option<Record>>,
    paths: &[Belonging],
) {
    let mut history = Vec::new();
    for state in states {
        let write = match state.clone() {
            Some(record) => batch(0).put(record_name, record),
            None => batch(0).delete(record_name),
        };
        history.push((commit(store, write).await.revision, state));
        // Another record's commit in between changes nothing for this one.
        commit(store, batch(0).put("entities/bystander", entity("Bystander"))).await;
        history.push((store.head().revision, history[history.len() - 1].1.clone()));
    }
    for (revision, state) in &history {
        let reader = as_of(store, *revision).await;
        for (path, belongs) in paths {
            let pages = pages(&*reader, Scan::all(path.clone(), 10)).await;
            let items = pages.into_iter().flat_map(|page| page.items);
            let found: Vec<Record> = items
                .filter(|item| item.record.name.to_string() == record_name)
                .map(|item| item.record.value)
                .collect();
            let expected: Vec<Record> =
                state.iter().filter(|record| belongs(record)).cloned().collect();
            assert_eq!(found, expected, "along {path:?} at {revision}");
        }
    }
}

fn of_article(record: &Record, holds: fn(&Article) -> bool) -> bool {
    matches!(record, Record::Article(article) if holds(article))
}

fn of_statement(record: &Record, holds: fn(&Statement) -> bool) -> bool {
    matches!(record, Record::Statement(statement) if holds(statement))
}

fn has_name(record: &Record, name: &str) -> bool {
    matches!(record, Record::Entity(entity) if entity.all_names().any(|known| known == name))
}

pub(crate) async fn an_article_moves_between_publishers_and_times(fixture: &mut dyn Fixture) {
    let state = |title: &str, paper: &str, second: Option<i64>| {
        let article =
            Article { publisher: outlet(paper), published_at: second.map(at), ..article(title) };
        Some(article.into_record())
    };
    let states = vec![
        state("First", "One", Some(10)),
        state("Only the title is new", "One", Some(10)),
        state("Moved", "Two", Some(10)),
        state("Moved back", "One", Some(10)),
        state("Later", "One", Some(20)),
        state("Earlier again", "One", Some(10)),
        state("Untimed", "One", None),
        None,
        state("Back", "One", Some(10)),
        None,
        state("Back elsewhere", "Two", Some(30)),
        state("Of nobody", "", Some(30)),
    ];
    let paths: [Belonging; 4] = [
        (Path::Articles, |_| true),
        (Path::ArticlesByName, |_| true),
        (Path::ArticlesByPublisher(["One".into()].into()), |record| {
            of_article(record, |article| article.publisher.name == "One")
        }),
        (Path::ArticlesByPublisher(["Two".into()].into()), |record| {
            of_article(record, |article| article.publisher.name == "Two")
        }),
    ];
    check(&fixture.store(), "articles/a", states, &paths).await;
}

pub(crate) async fn a_statement_moves_between_speakers_and_times(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    commit(&store, batch(0).put("articles/a", article("A"))).await;
    let state = |words: &str, who: Option<&str>, whom: &[&str], second: i64| {
        let statement = Statement {
            speaker: who.and_then(speaker),
            mentions: whom.iter().map(|entity| mention(entity)).collect(),
            article: ArticleCopy { published_at: Some(at(second)), ..ArticleCopy::default() },
            ..statement(words)
        };
        Some(statement.into_record())
    };
    let states = vec![
        state("First", Some("one"), &["two"], 10),
        state("The words alone", Some("one"), &["two"], 10),
        state("The other way round", Some("two"), &["one"], 10),
        state("Back", Some("one"), &["two"], 10),
        state("Later", Some("one"), &["one", "two"], 20),
        state("Of nobody", None, &[], 20),
        None,
        state("Again", Some("one"), &["two"], 20),
        state("Earlier", Some("one"), &["two"], 10),
        None,
    ];
    let paths: [Belonging; 6] = [
        (Path::Statements, |_| true),
        (Path::StatementsOf(article_id("a")), |_| true),
        (Path::StatementsBySpeaker([entity_id("one")].into()), |record| {
            of_statement(record, |said| said.speaker_entity() == Some(&entity_id("one")))
        }),
        (Path::StatementsBySpeaker([entity_id("two")].into()), |record| {
            of_statement(record, |said| said.speaker_entity() == Some(&entity_id("two")))
        }),
        (Path::StatementsByMention([entity_id("one")].into()), |record| {
            of_statement(record, |said| said.entities_mentioned().any(|e| *e == entity_id("one")))
        }),
        (Path::StatementsByMention([entity_id("two")].into()), |record| {
            of_statement(record, |said| said.entities_mentioned().any(|e| *e == entity_id("two")))
        }),
    ];
    check(&store, "articles/a/statements/s", states, &paths).await;
}

pub(crate) async fn an_entity_moves_between_names_and_referents(fixture: &mut dyn Fixture) {
    let state = |names: &[&str], id: &str, place: Option<&str>| {
        let entity = Entity {
            names: names.iter().map(|name| alias(name)).collect(),
            external_ids: vec![external_id("wikidata", id)],
            place: place.map(entity_id),
            ..Entity::default()
        };
        Some(entity.into_record())
    };
    let states = vec![
        state(&["Avalon"], "Q1", Some("one")),
        state(&["Avalon", "Camelot"], "Q1", Some("one")),
        state(&["Camelot"], "Q2", Some("two")),
        state(&["Avalon"], "Q1", Some("one")),
        state(&["Avalon"], "Q2", None),
        None,
        state(&["Avalon"], "Q2", Some("two")),
        state(&["Camelot", "Avalon"], "Q1", Some("one")),
        None,
    ];
    let key = |text: &str| Path::EntitiesByNameKey(name::index_keys(text).remove(0));
    let paths: [Belonging; 7] = [
        (Path::Entities, |_| true),
        (key("Avalon"), |record| has_name(record, "Avalon")),
        (key("Camelot"), |record| has_name(record, "Camelot")),
        (
            Path::EntitiesByExternalId(external_id("wikidata", "Q1")),
            |record| matches!(record, Record::Entity(entity) if entity.external_ids[0].id == "Q1"),
        ),
        (
            Path::EntitiesByExternalId(external_id("wikidata", "Q2")),
            |record| matches!(record, Record::Entity(entity) if entity.external_ids[0].id == "Q2"),
        ),
        (
            Path::Referrers(super::fixtures::name("entities/one")),
            |record| matches!(record, Record::Entity(entity) if entity.place == Some(entity_id("one"))),
        ),
        (
            Path::Referrers(super::fixtures::name("entities/two")),
            |record| matches!(record, Record::Entity(entity) if entity.place == Some(entity_id("two"))),
        ),
    ];
    check(&fixture.store(), "entities/e", states, &paths).await;
}

pub(crate) async fn records_of_one_sequence_move_as_in_many(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let of = |paper: &str| Article { publisher: outlet(paper), ..article(paper) };
    let sequence = vec![
        batch(0).put("articles/a", of("One")),
        batch(0).put("articles/a", of("Two")),
        batch(0).put("articles/a", of("One")).put("articles/b", of("One")),
        batch(0).delete("articles/a"),
        batch(0).put("articles/a", of("One")).delete("articles/b"),
    ];
    let expected: [(&[&str], &[&str]); 5] = [
        (&["articles/a"], &[]),
        (&[], &["articles/a"]),
        (&["articles/a", "articles/b"], &[]),
        (&["articles/b"], &[]),
        (&["articles/a"], &[]),
    ];
    let answers = store.apply(sequence).await;
    for (answer, (one, two)) in answers.into_iter().zip(expected) {
        let revision = answer.unwrap().revision;
        let reader = as_of(&store, revision).await;
        let of = |paper: &str| Path::ArticlesByPublisher([paper.into()].into());
        assert_eq!(names(&*reader, of("One")).await, one, "at {revision}");
        assert_eq!(names(&*reader, of("Two")).await, two, "at {revision}");
    }
}
