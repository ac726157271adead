//! What a reader sees: states, and which revision it pins.

use super::fixtures::*;
use super::{Fixture, complete};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::store::{At, Error, LoadBody, Path, State};

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
    assert!(names(&*reader, Path::Entities).await.is_empty());
}

pub(crate) async fn a_record_is_read_as_it_was_put(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let records = [
        ("articles/a", complete::article().into_record()),
        ("articles/a/statements/s", complete::statement().into_record()),
        ("entities/e", complete::entity().into_record()),
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
