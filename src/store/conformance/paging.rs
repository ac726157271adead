//! How a list comes in pages.

use std::sync::Arc;

use super::Fixture;
use super::fixtures::*;
use crate::domain::article::Article;
use crate::domain::record::Record;
use crate::domain::statement::Statement;
use crate::store::{Cursor, Direction, Error, Item, LoadBody, Page, Path, Scan, Store, Window};

/// Writes articles and statements enough for a few pages, some of them twice.
async fn fill(store: &Arc<dyn Store>) {
    for number in 0..12 {
        let title = format!("Article {number}");
        let new = Article {
            published_at: (number % 4 != 3).then(|| at(number % 5)),
            publisher: outlet(["The Paper", "The Other"][number as usize % 2]),
            body: body(&"Words and words. ".repeat(600)),
            ..article(&title)
        };
        let said = Statement {
            speaker: speaker(if number % 3 == 0 { "who-else" } else { "who" }),
            mentions: vec![mention("whom"), mention(["this", "that"][number as usize % 2])],
            reference_time: (number % 3 != 1)
                .then(|| civil(["2026", "2026-01", "2025-12-31"][number as usize % 3 / 2])),
            ..statement(&title)
        };
        let id = format!("articles/a{}", (number * 7) % 12);
        let write = batch(number).put(&id, new.clone());
        commit(store, write.put(&format!("{id}/statements/s"), said)).await;
        if number % 3 == 0 {
            let revised = Article { title: "Revised".into(), published_at: Some(at(40)), ..new };
            commit(store, batch(number).put(&id, revised)).await;
        }
    }
}

fn paths() -> [Path; 15] {
    [
        Path::ArticlesByCreation,
        Path::StatementsByCreation,
        Path::StatementsByTime,
        Path::StatementsByReference,
        Path::StatementsByDue,
        Path::Articles,
        Path::ArticlesByName,
        Path::ArticlesByPublisher(["The Paper".into()].into()),
        Path::Statements,
        Path::StatementsBySpeaker([entity_id("who")].into()),
        Path::StatementsByMention([entity_id("whom")].into()),
        Path::ArticlesByPublisher(["The Paper".into(), "The Other".into(), "None".into()].into()),
        Path::StatementsBySpeaker([entity_id("who"), entity_id("who-else")].into()),
        Path::StatementsByMention([entity_id("this"), entity_id("that"), entity_id("whom")].into()),
        Path::StatementsOf(article_id("a7")),
    ]
}

fn items(pages: Vec<Page>) -> Vec<Item> {
    pages.into_iter().flat_map(|page| page.items).collect()
}

fn all_names(pages: &[Page]) -> Vec<String> {
    pages.iter().flat_map(names_on).collect()
}

pub(crate) async fn every_page_size_gives_the_same_list(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let reader = newest(&store).await;
    for path in paths() {
        let whole = all_names(&pages(&*reader, Scan::all(path.clone(), 100)).await);
        for limit in 1..=whole.len() + 1 {
            let pages = pages(&*reader, Scan::all(path.clone(), limit)).await;
            assert!(pages.iter().all(|page| page.items.len() <= limit), "{path:?} by {limit}");
            assert_eq!(all_names(&pages), whole, "{path:?} by {limit}");
        }
    }
}

pub(crate) async fn a_page_that_holds_all_is_the_last(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let reader = newest(&store).await;
    for path in paths() {
        let whole = all_names(&pages(&*reader, Scan::all(path.clone(), 100)).await).len();
        for (limit, more) in [(whole + 1, false), (whole, false), (whole - 1, true)] {
            let page = reader.list(&Scan::all(path.clone(), limit.max(1))).await.unwrap();
            let more = more && limit > 0;
            assert_eq!(page.next.is_some(), more, "{limit} of {whole} along {path:?}");
        }
    }
}

pub(crate) async fn a_scan_goes_on_after_any_item(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let reader = newest(&store).await;
    for path in paths() {
        let whole = items(pages(&*reader, Scan::all(path.clone(), 100)).await);
        for (place, item) in whole.iter().enumerate() {
            let after = Some(item.cursor.clone());
            let scan = Scan { after, ..Scan::all(path.clone(), 100) };
            let rest = items(pages(&*reader, scan).await);
            assert_eq!(rest, whole[place + 1..], "{path:?} after {place}");
        }
    }
}

pub(crate) async fn a_path_can_be_gone_the_other_way(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let reader = newest(&store).await;
    for path in paths() {
        let along = Scan::all(path.clone(), 100);
        let mut whole = all_names(&pages(&*reader, along.clone()).await);
        whole.reverse();
        let against = Scan { direction: Direction::Against, ..along };
        for limit in 1..=whole.len() + 1 {
            let scan = Scan { limit, ..against.clone() };
            let pages = pages(&*reader, scan).await;
            assert_eq!(all_names(&pages), whole, "{path:?} by {limit}");
        }
        let items = items(pages(&*reader, against.clone()).await);
        for (place, item) in items.iter().enumerate() {
            let scan = Scan { after: Some(item.cursor.clone()), ..against.clone() };
            let rest = all_names(&pages(&*reader, scan).await);
            assert_eq!(rest, whole[place + 1..], "{path:?} after {place}");
        }
    }
}

pub(crate) async fn a_window_leaves_out_other_times(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let reader = newest(&store).await;
    let seconds = |second: i64| at(second).as_microsecond();
    let whole = items(pages(&*reader, Scan::all(Path::Articles, 100)).await);
    for direction in [Direction::Along, Direction::Against] {
        for (from, before) in
            [(None, None), (Some(1), Some(3)), (Some(2), None), (None, Some(2)), (Some(3), Some(3))]
        {
            let window = Window { from: from.map(seconds), before: before.map(seconds) };
            let scan = Scan { direction, window, ..Scan::all(Path::Articles, 2) };
            let found = all_names(&pages(&*reader, scan).await);
            let inside = whole.iter().filter(|item| {
                let Record::Article(article) = &item.record.value else { return false };
                window.holds(article.published_at.map(|time| time.as_microsecond()))
            });
            let mut expected: Vec<String> =
                inside.map(|item| item.record.name.to_string()).collect();
            if direction == Direction::Against {
                expected.reverse();
            }
            assert_eq!(found, expected, "{window:?} {direction:?}");
        }
        let window = Window { from: Some(0), before: Some(1) };
        let scan = Scan { direction, window, ..Scan::all(Path::ArticlesByName, 100) };
        assert_eq!(items(pages(&*reader, scan).await).len(), 12, "names have no time");
    }
}

pub(crate) async fn later_writes_move_nothing(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let pinned = newest(&store).await;
    let revision = pinned.revision();
    for path in paths() {
        let whole = items(pages(&*pinned, Scan::all(path.clone(), 100)).await);
        let mut scan = Scan::all(path.clone(), 2);
        let mut found = Vec::new();
        loop {
            // A page is asked for by a reader of its own, as another request would.
            let page = as_of(&store, revision).await.list(&scan).await.unwrap();
            found.extend(page.items);
            disturb(&store).await;
            scan.after = page.next;
            if scan.after.is_none() {
                break;
            }
        }
        assert_eq!(found, whole, "{path:?}");
    }
}

/// Moves, deletes and adds records.
async fn disturb(store: &Arc<dyn Store>) {
    let turn = store.head().revision.0 % 5;
    let moved = Article { published_at: Some(at(turn as i64)), ..article("Moved") };
    let mut write = batch(100)
        .put("articles/a7", moved.clone())
        .put(&format!("articles/new{turn}"), Article { publisher: outlet("The Paper"), ..moved })
        .put("articles/a7/statements/s", statement("Nobody says it"))
        .put("articles/a2/statements/r", Statement { speaker: speaker("who"), ..statement("R") });
    for article in ["a1", "a4"] {
        write = write.delete(&format!("articles/{article}/statements/s"));
        write = write.delete(&format!("articles/{article}"));
    }
    commit(store, write).await;
}

pub(crate) async fn a_page_ends_when_its_bytes_are_spent(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let reader = newest(&store).await;
    let whole = all_names(&pages(&*reader, Scan::all(Path::Articles, 100)).await);
    // A text has about 10,000 bytes.
    for (max_bytes, most) in [(0, 1), (1, 1), (25_000, 4), (55_000, 7)] {
        let scan = Scan { max_bytes, body: LoadBody::Yes, ..Scan::all(Path::Articles, 100) };
        let pages = pages(&*reader, scan).await;
        assert!(pages.iter().all(|page| page.items.len() <= most), "{max_bytes} bytes");
        assert_eq!(all_names(&pages), whole, "{max_bytes} bytes");
    }
    let bare = Scan { max_bytes: 55_000, ..Scan::all(Path::Articles, 100) };
    let bare = reader.list(&bare).await.unwrap();
    assert_eq!(bare.items.len(), 12, "texts that are not loaded take no room");
}

pub(crate) async fn texts_come_with_a_list_only_when_asked_for(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let reader = newest(&store).await;
    for (body, expected) in [(LoadBody::Yes, true), (LoadBody::No, false)] {
        let scan = Scan { body, ..Scan::all(Path::Articles, 100) };
        for item in items(pages(&*reader, scan).await) {
            let Record::Article(article) = item.record.value else { panic!("an article") };
            assert_eq!(article.body.text.is_some(), expected);
            assert!(article.body.hash.is_some());
        }
    }
}

pub(crate) async fn a_page_ends_when_its_scan_is_spent(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let reader = newest(&store).await;
    for path in paths() {
        let whole = all_names(&pages(&*reader, Scan::all(path.clone(), 100)).await);
        for max_scanned in [0, 1, 2, 5] {
            let scan = Scan { max_scanned, ..Scan::all(path.clone(), 100) };
            let pages = pages(&*reader, scan).await;
            let most = max_scanned.max(1);
            assert!(pages.iter().all(|page| page.items.len() <= most), "{path:?}");
            assert_eq!(all_names(&pages), whole, "{path:?}, {max_scanned} at a time");
        }
    }
}

pub(crate) async fn a_filter_leaves_out_what_does_not_pass(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let reader = newest(&store).await;
    let filter = article_filter("published_at:*");
    let whole = items(pages(&*reader, Scan::all(Path::Articles, 100)).await);
    let passing = |items: &[Item]| {
        let passing = items.iter().filter(|item| filter.matches(&item.record));
        passing.map(|item| item.record.name.to_string()).collect::<Vec<_>>()
    };
    for (limit, max_scanned) in [(100, usize::MAX), (2, usize::MAX), (100, 3), (2, 1)] {
        let filter = Some(filter.clone());
        let scan = Scan { filter, max_scanned, ..Scan::all(Path::Articles, limit) };
        let pages = pages(&*reader, scan).await;
        assert!(pages.iter().all(|page| page.items.len() <= limit.min(max_scanned)));
        assert_eq!(all_names(&pages), passing(&whole), "{limit} of {max_scanned}");
    }
}

pub(crate) async fn a_page_may_be_empty_before_the_end(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let reader = newest(&store).await;
    let filter = article_filter("published_at:*");
    let whole = items(pages(&*reader, Scan::all(Path::Articles, 100)).await);
    let first = &whole[..3];
    let passing = first.iter().filter(|item| filter.matches(&item.record)).count();
    let scan = Scan { filter: Some(filter), max_scanned: 3, ..Scan::all(Path::Articles, 100) };
    let page = reader.list(&scan).await.unwrap();
    assert!(page.items.len() <= passing);
    assert!(page.next.is_some(), "nine articles are still to come");
}

/// Moves, says otherwise and takes back the same few records again and again, among
/// some that stay.
async fn move_about(store: &Arc<dyn Store>) {
    fill(store).await;
    for step in 0..60 {
        let id = format!("articles/m{}", step % 2);
        let new = Article {
            published_at: Some(at(step % 50)),
            publisher: outlet(["The Paper", "The Other"][step as usize / 2 % 2]),
            ..article("Moved")
        };
        let said = Statement {
            speaker: speaker(["who", "who-else"][step as usize / 2 % 2]),
            mentions: vec![mention(["whom", "this", "that"][step as usize / 2 % 3])],
            reference_time: Some(civil(["2026", "2026-01", "2025"][step as usize / 2 % 3])),
            ..statement("Said")
        };
        let write = batch(200 + step).put(&id, new);
        commit(store, write.put(&format!("{id}/statements/s"), said)).await;
        if step % 5 == 4 {
            let delete = batch(200 + step).delete(&format!("{id}/statements/s"));
            commit(store, delete.delete(&id)).await;
        }
    }
}

pub(crate) async fn what_no_longer_holds_spends_the_scan_too(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    move_about(&store).await;
    let reader = newest(&store).await;
    for path in paths() {
        let mut whole = all_names(&pages(&*reader, Scan::all(path.clone(), 1_000)).await);
        for direction in [Direction::Along, Direction::Against] {
            for (limit, max_scanned) in [(100, 1), (100, 2), (1, 3), (2, 7), (3, 1)] {
                let scan = Scan { direction, max_scanned, ..Scan::all(path.clone(), limit) };
                let pages = pages(&*reader, scan).await;
                let most = limit.min(max_scanned);
                assert!(pages.iter().all(|page| page.items.len() <= most), "{path:?}");
                let told = format!("{limit} of {max_scanned} along {path:?}, {direction:?}");
                assert_eq!(all_names(&pages), whole, "{told}");
            }
            whole.reverse();
        }
    }
}

pub(crate) async fn rubbish_is_no_cursor(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let reader = newest(&store).await;
    let rubbish: [&[u8]; 5] = [b"", b"x", b"rubbish", &[0xff; 9], &[0xff; 200]];
    for path in paths() {
        for bytes in rubbish {
            let after = Some(Cursor(bytes.to_vec()));
            let answer = reader.list(&Scan { after, ..Scan::all(path.clone(), 5) }).await;
            assert_eq!(answer, Err(Error::BadCursor), "{path:?} after {bytes:?}");
        }
    }
}

pub(crate) async fn a_cursor_is_of_one_path(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    fill(&store).await;
    let reader = newest(&store).await;
    let page = reader.list(&Scan::all(Path::Articles, 3)).await.unwrap();
    for path in [Path::ArticlesByName, Path::Statements, Path::Entities] {
        let scan = Scan { after: page.next.clone(), ..Scan::all(path, 3) };
        assert_eq!(reader.list(&scan).await, Err(Error::BadCursor), "{:?}", scan.path);
    }
}
