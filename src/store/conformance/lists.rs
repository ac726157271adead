//! Every path: what is on it, and in which order.

use super::Fixture;
use super::fixtures::*;
use crate::domain::article::Article;
use crate::domain::entity::{Entity, Occupancy};
use crate::domain::id::StatementId;
use crate::domain::name;
use crate::domain::statement::{ArticleCopy, Statement};
use crate::domain::time::CoarseTime;
use crate::store::{Path, Reader};

async fn check(reader: &dyn Reader, path: Path, expected: &[&str]) {
    let found = names(reader, path.clone()).await;
    assert_eq!(found, expected, "along {path:?}");
}

fn published(title: &str, second: Option<i64>) -> Article {
    Article { published_at: second.map(at), publisher: outlet("The Paper"), ..article(title) }
}

pub(crate) async fn an_empty_path_has_one_empty_page(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let reader = newest(&store).await;
    let paths = [
        Path::Articles,
        Path::ArticlesByName,
        Path::ArticlesByPublisher(["The Paper".into()].into()),
        Path::Statements,
        Path::StatementsOf(article_id("a")),
        Path::StatementsBySpeaker([entity_id("e")].into()),
        Path::StatementsByMention([entity_id("e")].into()),
        Path::Entities,
        Path::EntitiesByNameKey("key".into()),
        Path::EntitiesByExternalId(external_id("wikidata", "Q1")),
        Path::Referrers(super::fixtures::name("entities/e")),
    ];
    for path in paths {
        check(&*reader, path, &[]).await;
    }
}

pub(crate) async fn articles_are_listed_newest_first(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let first = batch(0)
        .put("articles/z-old", published("Old", Some(-5_000_000_000)))
        .put("articles/y-untimed", published("Untimed", None))
        .put("articles/x-tied", published("Tied, first", Some(50)));
    commit(&store, first).await;
    let second = batch(1)
        .put("articles/c-tied", published("Tied, second", Some(50)))
        .put("articles/b-new", published("New", Some(90)))
        .put("articles/a-untimed", published("Untimed", None));
    commit(&store, second).await;
    commit(&store, batch(2).put("articles/other", article("Of nobody"))).await;
    let reader = newest(&store).await;
    let by_time = [
        "articles/b-new",
        "articles/x-tied",
        "articles/c-tied",
        "articles/z-old",
        "articles/y-untimed",
        "articles/a-untimed",
    ];
    check(&*reader, Path::ArticlesByPublisher(["The Paper".into()].into()), &by_time).await;
    check(&*reader, Path::Articles, &[&by_time[..], &["articles/other"]].concat()).await;
    let by_name = [
        "articles/a-untimed",
        "articles/b-new",
        "articles/c-tied",
        "articles/other",
        "articles/x-tied",
        "articles/y-untimed",
        "articles/z-old",
    ];
    check(&*reader, Path::ArticlesByName, &by_name).await;
}

pub(crate) async fn publishers_are_told_apart(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let of = |publisher| Article { publisher, ..article("A") };
    // One's key is the beginning of another's.
    let write = batch(0)
        .put("articles/a", of(outlet("The Paper")))
        .put("articles/b", of(outlet("The Paper Online")))
        .put("articles/c", of(publisher("paper")))
        .put("articles/d", of(outlet("Zeitung für alle")))
        .put("articles/e", of(outlet("Zeitung")))
        .put("articles/f", article("Of nobody"));
    commit(&store, write).await;
    let reader = newest(&store).await;
    for (key, expected) in [
        ("The Paper", "articles/a"),
        ("The Paper Online", "articles/b"),
        ("entities/paper", "articles/c"),
        ("Zeitung für alle", "articles/d"),
        ("Zeitung", "articles/e"),
    ] {
        check(&*reader, Path::ArticlesByPublisher([key.into()].into()), &[expected]).await;
    }
    check(&*reader, Path::ArticlesByPublisher(["The".into()].into()), &[]).await;
}

pub(crate) async fn statements_follow_their_articles(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let first = batch(0).put("articles/z", article("First")).put("articles/y", article("Second"));
    commit(&store, first.put("articles/y/statements/b", statement("B"))).await;
    let second = batch(1).put("articles/a", article("Third"));
    commit(&store, second.put("articles/a/statements/only", statement("C"))).await;
    let third = batch(2)
        .put("articles/z/statements/late", statement("D"))
        .put("articles/y/statements/a", statement("E"))
        .put("articles/y/statements/a-b", statement("F"));
    commit(&store, third).await;
    let reader = newest(&store).await;
    let of_y = ["articles/y/statements/a", "articles/y/statements/a-b", "articles/y/statements/b"];
    check(&*reader, Path::StatementsOf(article_id("y")), &of_y).await;
    let all = [&["articles/z/statements/late"], &of_y[..], &["articles/a/statements/only"]];
    check(&*reader, Path::Statements, &all.concat()).await;
}

pub(crate) async fn statements_of_a_speaker_are_listed_newest_first(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let copy = |second| ArticleCopy { published_at: Some(at(second)), ..ArticleCopy::default() };
    let uttered = |text: &str| Some(CoarseTime::parse(text, "", None, "Z", String::new()).unwrap());
    let said = |statement: Statement| Statement {
        speaker: speaker("who"),
        mentions: vec![mention("whom"), mention("whom"), mention("other")],
        ..statement
    };
    let published = said(Statement { article: copy(86_400), ..statement("Published") });
    let write = batch(0)
        .put("articles/b", article("B"))
        .put("articles/a", article("A"))
        .put("articles/a/statements/untimed", said(statement("Untimed")))
        .put("articles/a/statements/tied", published.clone())
        .put("articles/b/statements/tied-too", published.clone())
        .put("articles/b/statements/tied", published.clone())
        .put(
            "articles/a/statements/old",
            said(Statement { uttered_at: uttered("1969"), ..published.clone() }),
        )
        .put(
            "articles/a/statements/new",
            said(Statement { uttered_at: uttered("2026-02"), ..published }),
        )
        .put("articles/a/statements/silent", statement("Nobody's"));
    commit(&store, write).await;
    let expected = [
        "articles/a/statements/new",
        "articles/b/statements/tied",
        "articles/b/statements/tied-too",
        "articles/a/statements/tied",
        "articles/a/statements/old",
        "articles/a/statements/untimed",
    ];
    let reader = newest(&store).await;
    check(&*reader, Path::StatementsBySpeaker([entity_id("who")].into()), &expected).await;
    check(&*reader, Path::StatementsByMention([entity_id("whom")].into()), &expected).await;
    check(&*reader, Path::StatementsByMention([entity_id("other")].into()), &expected).await;
    check(&*reader, Path::StatementsBySpeaker([entity_id("whom")].into()), &[]).await;
    check(&*reader, Path::StatementsByMention([entity_id("who")].into()), &[]).await;
}

pub(crate) async fn what_several_have_is_one_list(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let copy = |second| ArticleCopy { published_at: Some(at(second)), ..ArticleCopy::default() };
    let said = |who: &str, whom: &[&str], second| Statement {
        speaker: speaker(who),
        mentions: whom.iter().map(|id| mention(id)).collect(),
        article: copy(second),
        ..statement("Words")
    };
    let of = |paper, second| Article {
        publisher: outlet(paper),
        published_at: Some(at(second)),
        ..article("A")
    };
    let write = batch(0)
        .put("articles/z", of("One", 5))
        .put("articles/y", of("Two", 5))
        .put("articles/x", of("One", 6))
        .put("articles/y/statements/tied", said("b", &["a", "b"], 1))
        .put("articles/z/statements/tied", said("a", &["b"], 1))
        .put("articles/x/statements/new", said("b", &["a"], 2))
        .put("articles/x/statements/tied", said("c", &["b", "c", "a"], 1));
    commit(&store, write).await;
    // The entries of two speakers now begin at different revisions.
    let moved = said("a", &["c", "b"], 1);
    commit(&store, batch(1).put("articles/y/statements/tied", moved)).await;
    let reader = newest(&store).await;
    let ids = |ids: &[&str]| ids.iter().map(|id| entity_id(id)).collect();
    let [z, y] = ["articles/z/statements/tied", "articles/y/statements/tied"];
    let [x, new] = ["articles/x/statements/tied", "articles/x/statements/new"];
    check(&*reader, Path::StatementsBySpeaker(ids(&["a", "b"])), &[new, z, y]).await;
    check(&*reader, Path::StatementsBySpeaker(ids(&["c", "nobody", "a"])), &[z, y, x]).await;
    check(&*reader, Path::StatementsByMention(ids(&["a", "b", "c"])), &[new, z, y, x]).await;
    check(&*reader, Path::StatementsByMention(ids(&["nobody"])), &[]).await;
    check(&*reader, Path::StatementsByMention(ids(&[])), &[]).await;
    let papers = ["One".to_owned(), "Two".to_owned()].into();
    let all = ["articles/x", "articles/z", "articles/y"];
    check(&*reader, Path::ArticlesByPublisher(papers), &all).await;
}

pub(crate) async fn entities_are_listed_by_id_by_name_and_by_external_id(
    fixture: &mut dyn Fixture,
) {
    let store = fixture.store();
    let named = |names: &[&str]| Entity {
        names: names.iter().map(|text| alias(text)).collect(),
        external_ids: vec![external_id("wikidata", "Q1")],
        ..Entity::default()
    };
    commit(&store, batch(0).put("entities/c", named(&["Avalon", "Ynys"]))).await;
    let second = batch(1)
        .put("entities/b", named(&["Avalon"]))
        .put("entities/a", named(&["Ynys", "Avalon"]));
    commit(&store, second).await;
    let other = Entity {
        external_ids: vec![external_id("wikidata", "Q11"), external_id("wiki", "dataQ1")],
        ..named(&["Camelot"])
    };
    commit(&store, batch(2).put("entities/d", other)).await;
    let reader = newest(&store).await;
    let all = ["entities/a", "entities/b", "entities/c", "entities/d"];
    check(&*reader, Path::Entities, &all).await;
    for (text, expected) in [
        ("Avalon", &["entities/c", "entities/b", "entities/a"][..]),
        ("Ynys", &["entities/c", "entities/a"]),
        ("Camelot", &["entities/d"]),
        ("Elsewhere", &[]),
    ] {
        let key = name::index_keys(text).remove(0);
        check(&*reader, Path::EntitiesByNameKey(key), expected).await;
    }
    for (authority, id, expected) in [
        ("wikidata", "Q1", &["entities/c", "entities/b", "entities/a"][..]),
        ("wikidata", "Q11", &["entities/d"]),
        ("wiki", "dataQ1", &["entities/d"]),
        ("wikidata", "Q", &[]),
    ] {
        check(&*reader, Path::EntitiesByExternalId(external_id(authority, id)), expected).await;
    }
}

pub(crate) async fn referrers_are_of_every_kind(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let target = "articles/a/statements/said";
    let held = |post: &str| Occupancy {
        post: Some(entity_id(post)),
        evidence: Some(target.parse().unwrap()),
        ..Occupancy::default()
    };
    let child = Statement { parent: Some(StatementId::new("said").unwrap()), ..statement("Child") };
    let linked = Statement { links: vec![link(target)], ..statement("Linked") };
    let write = batch(0)
        .put("entities/z", Entity { occupancies: vec![held("post")], ..entity("Z") })
        .put(
            "entities/y",
            Entity { occupancies: vec![held("post"), held("post-2")], ..entity("Y") },
        )
        .put("articles/b", article("B"))
        .put("articles/a", Article { duplicate_of: Some(article_id("b")), ..article("A") })
        .put(target, statement("Said"))
        .put("articles/a/statements/child", child.clone())
        .put("articles/b/statements/child", child)
        .put("articles/b/statements/linked", linked.clone())
        .put("articles/b/statements/a-linked", linked)
        .put("articles/0", Article { duplicate_of: Some(article_id("b")), ..article("0") });
    commit(&store, write).await;
    let reader = newest(&store).await;
    let referrers = |text: &str| Path::Referrers(super::fixtures::name(text));
    let of_target = [
        "articles/b/statements/a-linked",
        "articles/b/statements/linked",
        "articles/a/statements/child",
        "entities/z",
        "entities/y",
    ];
    check(&*reader, referrers(target), &of_target).await;
    check(&*reader, referrers("articles/b/statements/said"), &["articles/b/statements/child"])
        .await;
    check(&*reader, referrers("articles/b"), &["articles/a", "articles/0"]).await;
    check(&*reader, referrers("entities/post"), &["entities/z", "entities/y"]).await;
    check(&*reader, referrers("entities/post-2"), &["entities/y"]).await;
    check(&*reader, referrers("entities/z"), &[]).await;
}

pub(crate) async fn records_of_one_commit_keep_its_order(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let ids = ["m", "c", "x", "a", "q"];
    let mut write = batch(0);
    for id in ids {
        write = write.put(&format!("articles/{id}"), article("Untimed"));
    }
    commit(&store, write).await;
    let expected = ids.map(|id| format!("articles/{id}"));
    assert_eq!(names(&*newest(&store).await, Path::Articles).await, expected);
}

pub(crate) async fn a_name_that_comes_back_keeps_its_place(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    for id in ["c", "b", "a"] {
        let write = batch(0).put(&format!("articles/{id}"), article("Untimed"));
        let statement_name = format!("articles/{id}/statements/s");
        commit(&store, write.put(&statement_name, statement("Words"))).await;
    }
    let gone = batch(1).delete("articles/c/statements/s").delete("articles/c");
    commit(&store, gone).await;
    let reader = newest(&store).await;
    check(&*reader, Path::Articles, &["articles/b", "articles/a"]).await;
    let back = batch(2).put("articles/c", article("Untimed"));
    commit(&store, back.put("articles/c/statements/s", statement("Words"))).await;
    let reader = newest(&store).await;
    check(&*reader, Path::Articles, &["articles/c", "articles/b", "articles/a"]).await;
    let statements = ["c", "b", "a"].map(|id| format!("articles/{id}/statements/s"));
    assert_eq!(names(&*reader, Path::Statements).await, statements);
}
