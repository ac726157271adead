//! What a reader sees: states, and which revision it pins.

use super::Fixture;
use super::fixtures::*;
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::store::{At, Error, LoadBody, State};

pub(crate) async fn a_name_is_unknown_live_or_deleted(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let first = batch(0)
        .put("articles/a", article("A"))
        .put("articles/a/statements/live", statement("Live"))
        .put("articles/a/statements/gone", statement("Gone"))
        .put("entities/live", entity("Live"))
        .put("entities/gone", entity("Gone"));
    commit(&store, first).await;
    commit(&store, batch(1).delete("entities/gone").delete("articles/a/statements/gone")).await;
    let reader = newest(&store).await;
    let cases = [
        ("articles/a", "live"),
        ("articles/b", "never"),
        ("articles/a/statements/live", "live"),
        ("articles/a/statements/gone", "deleted"),
        ("articles/a/statements/b", "never"),
        ("articles/b/statements/live", "never"),
        ("entities/live", "live"),
        ("entities/gone", "deleted"),
        ("entities/a", "never"),
    ];
    for (asked, expected) in cases {
        let state = reader.state(&name(asked), LoadBody::No).await.unwrap();
        assert_eq!(in_a_word(&state), expected, "{asked}");
    }
    let asked = cases.map(|(asked, _)| name(asked));
    let states = reader.states(&asked, LoadBody::No).await.unwrap();
    let words: Vec<_> = states.iter().map(in_a_word).collect();
    assert_eq!(words, cases.map(|(_, expected)| expected));
}

fn in_a_word(state: &State) -> &'static str {
    match state {
        State::Never => "never",
        State::Live(_) => "live",
        State::Deleted(_) => "deleted",
    }
}

pub(crate) async fn states_answer_each_name_that_is_asked(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    commit(&store, batch(0).put("entities/a", entity("A")).put("entities/b", entity("B"))).await;
    let reader = newest(&store).await;
    let asked = ["entities/b", "entities/none", "entities/a", "entities/b"].map(name);
    let states = reader.states(&asked, LoadBody::No).await.unwrap();
    assert_eq!(states.len(), 4);
    for (asked, state) in asked.iter().zip(states) {
        assert_eq!(state, reader.state(asked, LoadBody::No).await.unwrap());
    }
    assert_eq!(reader.states(&[], LoadBody::No).await, Ok(Vec::new()));
}

pub(crate) async fn a_reader_sees_its_revision_alone(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let before = newest(&store).await;
    let mut readers = Vec::new();
    for title in ["One", "Two", "Three"] {
        commit(&store, batch(0).put("entities/a", entity(title))).await;
        readers.push((title, newest(&store).await));
    }
    commit(&store, batch(1).delete("entities/a")).await;
    for (title, reader) in readers {
        assert_eq!(live_entity(&*reader, "entities/a").await.display_name, title);
        let again = as_of(&store, reader.revision()).await;
        assert_eq!(live_entity(&*again, "entities/a").await.display_name, title);
    }
    assert_eq!(before.state(&name("entities/a"), LoadBody::No).await, Ok(State::Never));
}

pub(crate) async fn a_text_is_read_as_of_its_revision(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let mut written = Vec::new();
    for text in ["A first text.", "A second text, which is longer.", "", "A third."] {
        let mut new = article("A");
        new.body = body(text);
        let put = batch(0).put("articles/a", new.clone());
        written.push((commit(&store, put).await.revision, new));
    }
    for (revision, expected) in written {
        let reader = as_of(&store, revision).await;
        assert_eq!(live_article(&*reader, "articles/a").await, expected);
    }
}

pub(crate) async fn a_time_pins_the_last_commit_until_then(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let mut revisions = Vec::new();
    for second in [10, 20, 30] {
        revisions.push(commit(&store, batch(second).put("entities/a", entity("A"))).await.revision);
    }
    let cases = [(10, 0), (11, 0), (19, 0), (20, 1), (29, 1), (30, 2), (1_000_000, 2)];
    for (second, expected) in cases {
        let reader = store.reader(At::Time(at(second))).await.unwrap();
        assert_eq!(reader.revision(), revisions[expected], "at second {second}");
        let found = live(&*reader, "entities/a").await.committed;
        assert_eq!(found.revision, revisions[expected], "at second {second}");
    }
}

pub(crate) async fn what_is_not_held_is_out_of_range(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let early = store.reader(At::Time(at(10))).await.map(drop);
    assert!(matches!(early, Err(Error::OutOfRange { newest_time: None, .. })), "{early:?}");
    commit(&store, batch(10).put("entities/a", entity("A"))).await;
    let head = store.head();
    for asked in
        [At::Time(at(9)), At::Revision(head.revision.next()), At::Revision(Revision(u64::MAX))]
    {
        match store.reader(asked).await.map(drop) {
            Err(Error::OutOfRange { newest, newest_time, earliest, .. }) => {
                assert_eq!((newest, newest_time), (head.revision, head.time));
                assert_eq!(earliest, store.earliest());
            }
            other => panic!("{asked:?} gave {other:?}"),
        }
    }
}

pub(crate) async fn the_revision_before_the_first_is_empty(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    commit(&store, batch(0).put("entities/a", entity("A"))).await;
    assert_eq!(store.earliest(), Revision::ZERO);
    let reader = as_of(&store, Revision::ZERO).await;
    assert_eq!(reader.revision(), Revision::ZERO);
    assert_eq!(reader.state(&name("entities/a"), LoadBody::No).await, Ok(State::Never));
    assert!(names(&*reader, crate::store::Path::Entities).await.is_empty());
}

pub(crate) async fn a_record_is_read_as_it_was_put(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let records = [
        ("articles/a", full::article().into_record()),
        ("articles/a/statements/s", full::statement().into_record()),
        ("entities/e", full::entity().into_record()),
    ];
    let mut write = batch(0);
    for (record_name, record) in &records {
        write = write.put(record_name, record.clone());
    }
    commit(&store, write).await;
    let reader = newest(&store).await;
    for (record_name, record) in records {
        let Stored { value, name: stored_name, .. } = live(&*reader, record_name).await;
        assert_eq!(stored_name, name(record_name));
        assert_eq!(value, record);
        assert!(!matches!(value, Record::Article(article) if article.body.text.is_none()));
    }
}

/// Records in which every field says something.
mod full {
    use super::super::fixtures::{
        alias, article_id, at, body, entity_id, external_id, link, publisher, url,
    };
    use crate::domain::article::{Article, Medium, PubStatus};
    use crate::domain::entity::{Entity, EntityType, Occupancy};
    use crate::domain::id::{BatchId, StatementId};
    use crate::domain::origin::Origin;
    use crate::domain::selector::Selector;
    use crate::domain::statement::{
        ArticleCopy, ContentSpan, Cue, Mention, Qualifier, Rank, Retraction, RetractionKind,
        Speaker, Statement, StatementKind, StatementStatus, Term, Translation, Triple,
    };
    use crate::domain::text::LanguageTag;
    use crate::domain::time::CoarseTime;

    fn language(tag: &str) -> Option<LanguageTag> {
        Some(LanguageTag::new(tag).unwrap())
    }

    fn time(start: &str) -> CoarseTime {
        CoarseTime::parse(start, "", None, "+03:00", format!("in {start}")).unwrap()
    }

    fn origin() -> Origin {
        Origin {
            extractor: "rules".into(),
            extractor_version: "1.2".into(),
            rule: "cue-that".into(),
            principal: "tester".into(),
            batch: Some(BatchId::new("import-1").unwrap()),
            note: "by hand".into(),
        }
    }

    fn selector(exact: &str) -> Selector {
        Selector {
            exact: exact.into(),
            prefix: "before ".into(),
            suffix: " after".into(),
            start: Some(7),
            end: Some(7 + exact.chars().count() as u32),
            verified: true,
        }
    }

    fn mention(text: &str) -> Mention {
        Mention {
            text: text.into(),
            selector: Some(selector(text)),
            entity: Some(entity_id("person")),
            kind: Some(EntityType::Group),
        }
    }

    pub(super) fn article() -> Article {
        let metadata =
            serde_json::json!({ "score": 1.5, "tags": ["x", null], "deep": { "a": true } });
        Article {
            title: "Rain — باران".into(),
            body: body("It rained.\nIt rained again."),
            language: language("ckb-Arab"),
            canonical_url: Some(url("https://example.com/rain?page=1")),
            publisher: publisher("outlet"),
            authors: vec!["One Author".into(), "Another".into()],
            source_agency: "Agency".into(),
            published_at: Some(at(-1_000_000_000_000 / 1_000)),
            retrieved_at: Some(at(7)),
            pub_status: Some(PubStatus::Withheld),
            medium: Some(Medium::Podcast),
            labels: [("desk".into(), "world".into()), ("empty".into(), String::new())].into(),
            metadata: metadata.as_object().unwrap().clone(),
            duplicate_of: Some(article_id("b")),
            origin: origin(),
            version: 3,
        }
    }

    pub(super) fn statement() -> Statement {
        let quoted = |exact: &str, quoted| ContentSpan { selector: selector(exact), quoted };
        Statement {
            kind: Some(StatementKind::Mixed),
            content: vec![quoted("it rained", true), quoted("again", false)],
            cue: Some(Cue { text: "said".into(), selector: Some(selector("said")) }),
            speaker: Some(Speaker {
                entity: Some(entity_id("person")),
                mention: Some(mention("the person")),
                anonymous: true,
                description: "a senior official".into(),
            }),
            addressees: vec![mention("the press")],
            mentions: vec![mention("one"), Mention { entity: None, ..mention("two") }],
            triple: Some(Triple {
                subject: Term::Entity(entity_id("rain")),
                predicate: "fell in".into(),
                object: Some(Term::Time(time("2026-09"))),
                qualifiers: [Term::Text("hard".into()), Term::Number(-0.5), Term::Boolean(true)]
                    .map(|value| Qualifier { predicate: "how".into(), value })
                    .into(),
            }),
            uttered_at: Some(time("2026-09-16T10:30")),
            reference_time: Some(time("2026")),
            language: language("en"),
            translation: Some(Translation {
                original_language: language("ku"),
                original_text: "baran bari".into(),
            }),
            confidence: Some(0.75),
            rank: Rank::Deprecated,
            rank_reason: "corrected".into(),
            parent: Some(StatementId::new("parent").unwrap()),
            topics: vec!["weather".into()],
            links: vec![link("articles/b/statements/t")],
            origin: origin(),
            status: StatementStatus::Retracted,
            retraction: Some(Retraction {
                kind: RetractionKind::Superseded,
                reason: "said better later".into(),
                by: "desk".into(),
                time: at(9),
            }),
            article: ArticleCopy {
                version: 3,
                publisher: "entities/outlet".into(),
                language: language("ckb-Arab"),
                published_at: Some(at(5)),
            },
        }
    }

    pub(super) fn entity() -> Entity {
        Entity {
            kind: Some(EntityType::Event),
            display_name: "The Rain".into(),
            names: vec![alias("Rain"), alias("باران")],
            description: "Much rain".into(),
            external_ids: vec![external_id("wikidata", "Q1"), external_id("x", "a/b c")],
            occupancies: vec![Occupancy {
                post: Some(entity_id("post")),
                title: "Rainmaker".into(),
                holder: Some(entity_id("person")),
                organization: Some(entity_id("office")),
                start: Some(time("2025-01")),
                end: Some(time("2026-01")),
                evidence: Some("articles/a/statements/s".parse().unwrap()),
                source_entity: Some(entity_id("absorbed")),
            }],
            start: Some(time("2026-09-01")),
            end: Some(time("2026-09-02")),
            place: Some(entity_id("place")),
            merged_into: Some(entity_id("weather")),
            referents: vec![entity_id("absorbed")],
            origin: origin(),
        }
    }
}
