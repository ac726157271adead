//! What a batch may require, and what stands against it when that does not hold.

use super::Fixture;
use super::fixtures::*;
use crate::domain::article::Article;
use crate::domain::entity::{Entity, Occupancy};
use crate::domain::revision::Revision;
use crate::domain::statement::Statement;
use crate::store::Precondition::{
    Absent, AtRevision, Present, ReferrersUnmoved, Unreferenced, Unremembered,
};
use crate::store::{Conflict, Error, LoadBody, Path, State};

pub(crate) async fn absent_holds_for_names_that_no_record_has(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    commit(&store, batch(0).put("entities/here", entity("Here"))).await;
    commit(&store, batch(1).put("entities/gone", entity("Gone"))).await;
    commit(&store, batch(2).delete("entities/gone")).await;
    let absent = |text: &str| batch(3).require(Absent(name(text)));
    commit(&store, absent("entities/never")).await;
    commit(&store, absent("entities/gone")).await;
    let found = conflict(&store, absent("entities/here")).await;
    assert_eq!(found, Conflict::Exists(name("entities/here")));
}

pub(crate) async fn present_holds_for_names_that_a_record_has(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    commit(&store, batch(0).put("articles/here", article("Here"))).await;
    commit(&store, batch(1).put("articles/gone", article("Gone"))).await;
    commit(&store, batch(2).delete("articles/gone")).await;
    let present = |text: &str| batch(3).require(Present(name(text)));
    commit(&store, present("articles/here")).await;
    for missing in ["articles/gone", "articles/never", "articles/here/statements/never"] {
        let found = conflict(&store, present(missing)).await;
        assert_eq!(found, Conflict::Missing(name(missing)));
    }
}

pub(crate) async fn at_revision_holds_for_the_newest_state_alone(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let first = commit(&store, batch(0).put("entities/a", entity("A"))).await.revision;
    let second = commit(&store, batch(1).put("entities/a", entity("B"))).await.revision;
    commit(&store, batch(2).put("entities/other", entity("Other"))).await;
    let required = |revision| batch(3).require(AtRevision(name("entities/a"), revision));
    commit(&store, required(second)).await;
    let changed = Conflict::Changed { name: name("entities/a"), found: second };
    assert_eq!(conflict(&store, required(first)).await, changed);
    assert_eq!(conflict(&store, required(Revision(second.0 + 1))).await, changed);

    let deletion = commit(&store, batch(4).delete("entities/a")).await.revision;
    for revision in [second, deletion] {
        let missing = Conflict::Missing(name("entities/a"));
        assert_eq!(conflict(&store, required(revision)).await, missing);
    }
    let found = conflict(&store, batch(5).require(AtRevision(name("entities/never"), first)));
    assert_eq!(found.await, Conflict::Missing(name("entities/never")));
}

pub(crate) async fn unreferenced_sees_every_kind_of_reference(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let held = Occupancy {
        post: Some(entity_id("post")),
        evidence: Some("articles/a/statements/a".parse().unwrap()),
        ..Occupancy::default()
    };
    let referrers = batch(0)
        .put("articles/a", Article { publisher: publisher("outlet"), ..article("A") })
        .put("articles/b", Article { duplicate_of: Some(article_id("a")), ..article("B") })
        .put("articles/a/statements/a", statement("A"))
        .put("articles/a/statements/b", Statement { speaker: speaker("who"), ..statement("B") })
        .put(
            "articles/b/statements/a",
            Statement {
                mentions: vec![mention("whom")],
                links: vec![link("articles/a/statements/b")],
                ..statement("C")
            },
        )
        .put("entities/holder", Entity { occupancies: vec![held], ..entity("Holder") })
        .put("entities/old", Entity { merged_into: Some(entity_id("new")), ..entity("Old") });
    commit(&store, referrers).await;

    let required = |text: &str| batch(1).require(Unreferenced(name(text)));
    let referred_to = [
        "entities/outlet",
        "articles/a",
        "entities/who",
        "entities/whom",
        "articles/a/statements/b",
        "entities/post",
        "articles/a/statements/a",
        "entities/new",
    ];
    for referred in referred_to {
        let found = conflict(&store, required(referred)).await;
        assert_eq!(found, Conflict::Referenced(name(referred)));
    }
    for free in ["articles/b", "entities/holder", "entities/old", "entities/never"] {
        commit(&store, required(free)).await;
    }
}

pub(crate) async fn unreferenced_sees_live_records_alone(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let said_by =
        |speaker_id: &str| Statement { speaker: speaker(speaker_id), ..statement("Words") };
    let required = |text: &str| batch(9).require(Unreferenced(name(text)));
    let first = batch(0)
        .put("articles/a", article("A"))
        .put("articles/a/statements/s", said_by("one"))
        .put("articles/b", Article { publisher: publisher("outlet"), ..article("B") });
    commit(&store, first).await;
    commit(&store, batch(1).put("articles/a/statements/s", said_by("two"))).await;
    commit(&store, required("entities/one")).await;
    conflict(&store, required("entities/two")).await;
    commit(&store, batch(2).delete("articles/a/statements/s").delete("articles/b")).await;
    commit(&store, required("entities/two")).await;
    commit(&store, required("entities/outlet")).await;
}

pub(crate) async fn preconditions_are_judged_before_the_batch_itself(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let new = batch(0).require(Absent(name("entities/a"))).put("entities/a", entity("A"));
    commit(&store, new.clone()).await;
    assert_eq!(conflict(&store, new).await, Conflict::Exists(name("entities/a")));
    commit(&store, batch(1).require(Present(name("entities/a"))).delete("entities/a")).await;
    let late = batch(2).require(Present(name("entities/a"))).put("entities/a", entity("A"));
    assert_eq!(conflict(&store, late).await, Conflict::Missing(name("entities/a")));
}

pub(crate) async fn later_batches_see_earlier_ones(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let referring = Statement { speaker: speaker("a"), ..statement("Words") };
    let answers = store
        .apply(vec![
            batch(0).require(Absent(name("entities/a"))).put("entities/a", entity("A")),
            batch(0).require(Present(name("entities/a"))).put("articles/a", article("A")),
            batch(0).put("articles/a/statements/s", referring),
            batch(0).delete("articles/a/statements/s"),
            batch(0).require(Unreferenced(name("entities/a"))).delete("entities/a"),
            batch(0).require(Absent(name("entities/a"))).put("entities/a", entity("A")),
        ])
        .await;
    let revisions: Vec<Revision> = answers.into_iter().map(|a| a.unwrap().revision).collect();
    assert_eq!(revisions.len(), 6);
    assert!(revisions.is_sorted_by(|one, next| one < next), "{revisions:?}");
}

pub(crate) async fn later_batches_conflict_with_earlier_ones(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let first = commit(&store, batch(0).put("entities/a", entity("A"))).await.revision;
    let mut answers = store
        .apply(vec![
            batch(1).put("entities/a", entity("B")),
            batch(1).require(AtRevision(name("entities/a"), first)).delete("entities/a"),
        ])
        .await;
    let second = answers.remove(0).unwrap().revision;
    let changed = Conflict::Changed { name: name("entities/a"), found: second };
    assert_eq!(answers, [Err(Error::Conflict(changed))]);
}

pub(crate) async fn a_sequence_stops_at_its_first_conflict(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let answers = store
        .apply(vec![
            batch(0).put("entities/a", entity("A")),
            batch(1).require(Absent(name("entities/a"))).put("entities/b", entity("B")),
            batch(2).put("entities/c", entity("C")),
            batch(3).require(Absent(name("entities/a"))).put("entities/d", entity("D")),
        ])
        .await;
    assert_eq!(answers.len(), 4);
    assert!(answers[0].is_ok());
    assert_eq!(answers[1], Err(Error::Conflict(Conflict::Exists(name("entities/a")))));
    assert_eq!(answers[2], Err(Error::Skipped));
    assert_eq!(answers[3], Err(Error::Skipped));
    let reader = newest(&store).await;
    assert_eq!(names(&*reader, Path::Entities).await, ["entities/a"]);
    assert_eq!(store.changes(Revision::ZERO, 10).await.unwrap().len(), 1);
    commit(&store, batch(4).put("entities/c", entity("C"))).await;
}

pub(crate) async fn a_refused_batch_leaves_nothing(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    commit(&store, batch(0).put("articles/a", with_url("A", "https://example.com/a"))).await;
    let before = store.head();
    let refused = batch(1)
        .put("entities/new", entity("New"))
        .delete("articles/none")
        .put("articles/b", with_url("B", "https://example.com/a"))
        .remember(request_key(1), remembered(1, at(100)));
    conflict(&store, refused).await;
    assert_eq!(store.head(), before);
    assert_eq!(store.remembered(&request_key(1), at(1)).await.unwrap(), None);
    let state = newest(&store).await.state(&name("entities/new"), LoadBody::No).await;
    assert_eq!(state, Ok(State::Never));
}

fn with_url(title: &str, address: &str) -> Article {
    Article { canonical_url: Some(url(address)), ..article(title) }
}

pub(crate) async fn referrers_unmoved_sees_new_references_alone(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let links = |target: &str| Statement { links: vec![link(target)], ..statement("linked") };
    let target = "articles/a/statements/target";
    let first = batch(0)
        .put("articles/a", article("A"))
        .put(target, statement("target"))
        .put("articles/a/statements/old", links(target));
    let since = commit(&store, first).await.revision;
    let unmoved = || batch(9).require(ReferrersUnmoved(name(target), since));
    commit(&store, unmoved()).await;
    let other = Statement { topics: vec!["rain".into()], ..links(target) };
    commit(&store, batch(1).put("articles/a/statements/old", other)).await;
    commit(&store, batch(2).put("articles/a/statements/else", links("articles/a/statements/old")))
        .await;
    commit(&store, unmoved()).await;

    commit(&store, batch(3).put("articles/a/statements/new", links(target))).await;
    let moved = Conflict::ReferrersMoved(name(target));
    assert_eq!(conflict(&store, unmoved()).await, moved);
    commit(&store, batch(4).put("articles/a/statements/new", statement("unlinked"))).await;
    commit(&store, unmoved()).await;
}

pub(crate) async fn unremembered_holds_until_a_request_is_remembered(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let required = |second| batch(second).require(Unremembered(request_key(1), at(second)));
    commit(&store, required(0)).await;
    let known = batch(1).remember(request_key(1), remembered(1, at(10)));
    commit(&store, known).await;
    let found = Conflict::Remembered(request_key(1).request_id);
    assert_eq!(conflict(&store, required(9)).await, found);
    commit(&store, batch(9).require(Unremembered(request_key(2), at(9)))).await;
    commit(&store, required(10)).await;
}
