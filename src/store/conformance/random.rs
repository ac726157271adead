//! Random writes, each followed by reads that must agree with a plain model.

use std::collections::BTreeSet;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::Fixture;
use super::fixtures::*;
use super::model::World;
use crate::domain::article::{Article, Publisher};
use crate::domain::entity::Entity;
use crate::domain::id::{EntityId, RecordName};
use crate::domain::name::index_keys;
use crate::domain::record::{Record, Stored, Times};
use crate::domain::revision::Revision;
use crate::domain::statement::{ArticleCopy, Statement};
use crate::domain::time::CoarseTime;
use crate::store::Precondition::{Absent, AtRevision, Present, Unreferenced};
use crate::store::{
    Applied, At, Direction, Error, LoadBody, Mutation, Path, Precondition, Reader, Scan, State,
    Store, WriteBatch,
};

pub(crate) async fn writes_of_one_seed_agree_with_a_model(fixture: &mut dyn Fixture) {
    run(fixture, 1, Pruning::Never).await;
}

pub(crate) async fn writes_of_another_seed_agree_with_a_model(fixture: &mut dyn Fixture) {
    run(fixture, 2, Pruning::Never).await;
}

pub(crate) async fn writes_of_a_third_seed_agree_with_a_model(fixture: &mut dyn Fixture) {
    run(fixture, 3, Pruning::Never).await;
}

pub(crate) async fn a_history_pruned_at_random_agrees_with_a_model(fixture: &mut dyn Fixture) {
    run(fixture, 4, Pruning::AtRandom).await;
}

pub(crate) async fn another_history_pruned_at_random_agrees_with_a_model(
    fixture: &mut dyn Fixture,
) {
    run(fixture, 5, Pruning::AtRandom).await;
}

const STEPS: usize = 80;

/// Whether history is let go of between the writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pruning {
    Never,
    AtRandom,
}

async fn run(fixture: &mut dyn Fixture, seed: u64, pruning: Pruning) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut worlds = vec![World::default()];
    let store = fixture.store();
    for step in 0..STEPS {
        let told = format!("seed {seed}, step {step}");
        write(&store, &mut random, &mut worlds, &told).await;
        if pruning == Pruning::AtRandom && random.random_bool(0.3) {
            prune(&store, &mut random, &mut worlds, &told).await;
        }
        let newest = &worlds[worlds.len() - 1];
        assert_eq!(store.head().revision, newest.revision, "{told}");
        assert_eq!(store.head().counts, newest.counts(), "{told}");
        compare(&store, newest, 12, &mut random, &told).await;
        let past = worlds.choose(&mut random).unwrap();
        compare(&store, past, 3, &mut random, &told).await;
    }
    drop(store);
    fixture.reopen().await;
    let store = fixture.store();
    for _ in 0..8 {
        let world = worlds.choose(&mut random).unwrap();
        compare(&store, world, usize::MAX, &mut random, &format!("seed {seed}, at the end")).await;
    }
}

/// Applies a short sequence, and checks its answers.
async fn write(store: &Arc<dyn Store>, random: &mut StdRng, worlds: &mut Vec<World>, told: &str) {
    let count = random.random_range(1..=3);
    let newest = worlds[worlds.len() - 1].clone();
    let sequence: Vec<_> = (0..count).map(|_| random_batch(random, &newest)).collect();
    let answers = store.apply(sequence.clone()).await;
    assert_eq!(answers.len(), sequence.len(), "{told}");
    let mut refused = false;
    for (batch, answer) in sequence.iter().zip(answers) {
        let told = format!("{told}: {batch:#?}\nwas answered {answer:?}");
        let newest = &worlds[worlds.len() - 1];
        let assumed = Applied { revision: newest.revision.next(), time: batch.time };
        let applied = answer.as_ref().copied().unwrap_or(assumed);
        let expected = newest.after(batch, applied);
        match (answer, expected) {
            (Err(Error::Skipped), _) => assert!(refused, "{told}"),
            (Err(Error::Conflict(_)), None) if !refused => refused = true,
            (Ok(applied), Some(world)) if !refused => {
                assert_eq!(applied.revision, world.revision, "{told}");
                worlds.push(world);
            }
            _ => panic!("{told}"),
        }
    }
}

/// Raises the floor some way, and forgets the worlds under it: these are refused.
async fn prune(store: &Arc<dyn Store>, random: &mut StdRng, worlds: &mut Vec<World>, told: &str) {
    let up_to = worlds.choose(random).unwrap().revision;
    let budget = random.random_range(1..60);
    let before = store.floor();
    let floor = store.prune(up_to, budget).await.unwrap();
    assert_eq!(store.floor(), floor, "{told}");
    assert_eq!(floor.revision > before.revision, up_to > before.revision, "{told}: {floor:?}");
    assert!(floor.revision <= up_to.max(before.revision), "{told}: {floor:?}");
    worlds.retain(|world| world.revision >= floor.revision);
    let under = Revision(floor.revision.0.saturating_sub(1));
    if under < floor.revision {
        let refused = store.reader(At::Revision(under)).await.map(drop);
        assert!(matches!(refused, Err(Error::OutOfRange { .. })), "{told}: {refused:?}");
    }
}

/// Compares what the store tells of a revision with the model, along so many
/// paths.
async fn compare(
    store: &Arc<dyn Store>,
    world: &World,
    paths: usize,
    random: &mut StdRng,
    told: &str,
) {
    let reader = as_of(store, world.revision).await;
    let told = format!("{told}, at revision {}", world.revision);
    let names = all_names();
    let states = reader.states(&names, LoadBody::Yes).await.unwrap();
    for (name, state) in names.iter().zip(states) {
        assert_eq!(state, world.state(name), "{told}: {name}");
    }
    for path in all_paths().sample(random, paths) {
        let scan_direction =
            if random.random_bool(0.5) { Direction::Along } else { Direction::Against };
        let scan = Scan {
            direction: scan_direction,
            limit: random.random_range(1..20),
            max_scanned: random.random_range(1..40),
            body: if random.random_bool(0.5) { LoadBody::Yes } else { LoadBody::No },
            ..Scan::all(path.clone(), 0)
        };
        let with_text = scan.body == LoadBody::Yes;
        let pages = pages(&*reader, scan).await;
        let found: Vec<Stored> =
            pages.into_iter().flat_map(|page| page.items).map(|item| item.record).collect();
        let mut expected = world.list(path);
        if scan_direction == Direction::Against {
            expected.reverse();
        }
        if !with_text {
            expected.iter_mut().for_each(drop_text);
        }
        assert_eq!(found, expected, "{told}: along {path:?}");
    }
    for number in 0..ADDRESSES {
        compare_address(&*reader, world, number, &told).await;
    }
}

async fn compare_address(reader: &dyn Reader, world: &World, number: usize, told: &str) {
    let address = url(&address(number));
    let found = reader.article_by_url(&address).await.unwrap();
    match (world.holder(&address), found) {
        (holder @ Some(_), found) => assert_eq!(found, holder, "{told}: {address}"),
        (None, None) => {}
        (None, Some(found)) => {
            let state = world.state(&RecordName::Article(found));
            assert!(matches!(state, State::Deleted(_)), "{told}: {address} leads to {state:?}");
        }
    }
}

fn drop_text(stored: &mut Stored) {
    if let Record::Article(article) = &mut stored.value {
        article.body.text = None;
    }
}

const ARTICLES: usize = 5;
const STATEMENTS: usize = 3;
const ENTITIES: usize = 5;
const ADDRESSES: usize = 3;
const NAMES: [&str; 4] = ["Avalon", "Camelot", "Ynys Witrin", "Camelot Castle"];
const OUTLETS: [&str; 2] = ["The Paper", "The Paper Online"];

fn address(number: usize) -> String {
    format!("https://example.com/{number}")
}

fn all_names() -> Vec<RecordName> {
    let articles = (0..ARTICLES).map(|number| format!("articles/a{number}"));
    let statements = articles.clone().flat_map(|article| {
        (0..STATEMENTS).map(move |number| format!("{article}/statements/s{number}"))
    });
    let entities = (0..ENTITIES).map(|number| format!("entities/e{number}"));
    articles.chain(statements).chain(entities).map(|text| name(&text)).collect()
}

fn all_paths() -> Vec<Path> {
    let mut paths = vec![Path::Articles, Path::ArticlesByName, Path::Statements, Path::Entities];
    paths.extend([Path::ArticlesByCreation, Path::StatementsByCreation, Path::EntitiesByCreation]);
    paths.extend([Path::StatementsByTime, Path::StatementsByReference, Path::StatementsByDue]);
    paths.extend(OUTLETS.map(|outlet| Path::ArticlesByPublisher([outlet.into()].into())));
    paths.push(Path::ArticlesByPublisher(["entities/e0".into()].into()));
    for name in all_names() {
        match &name {
            RecordName::Article(id) => paths.push(Path::StatementsOf(id.clone())),
            RecordName::Statement(_) => {}
            RecordName::Entity(id) => {
                paths.push(Path::StatementsBySpeaker([id.clone()].into()));
                paths.push(Path::StatementsByMention([id.clone()].into()));
            }
        }
        paths.push(Path::Referrers(name));
    }
    let some: BTreeSet<EntityId> =
        (0..ENTITIES).step_by(2).map(|at| entity_id(&format!("e{at}"))).collect();
    paths.push(Path::StatementsBySpeaker(some.clone()));
    paths.push(Path::StatementsByMention(some));
    paths.push(Path::ArticlesByPublisher(OUTLETS.map(String::from).into()));
    paths.extend(NAMES.iter().flat_map(|name| index_keys(name)).map(Path::EntitiesByNameKey));
    let ids = (0..3).map(|number| external_id("wikidata", &format!("Q{number}")));
    paths.extend(ids.map(Path::EntitiesByExternalId));
    paths
}

/// One value in so many.
fn maybe<T>(random: &mut StdRng, value: impl FnOnce(&mut StdRng) -> T) -> Option<T> {
    random.random_bool(0.6).then(|| value(random))
}

/// Makes a restoration of the last mutation, if it is a put.
fn restore_last(random: &mut StdRng, write: &mut WriteBatch) {
    let mut time = || at(random.random_range(-100..1_000));
    let times = Times { create_time: time(), update_time: time() };
    match write.mutations.pop() {
        Some(Mutation::Put(name, record)) => {
            write.mutations.push(Mutation::Restore(name, record, times));
        }
        other => write.mutations.extend(other),
    }
}

fn random_batch(random: &mut StdRng, world: &World) -> WriteBatch {
    let mut write = batch(random.random_range(0..100));
    let names = all_names();
    let count = random.random_range(1..=4);
    for chosen in names.sample(random, count) {
        let text = chosen.to_string();
        write = match (chosen, random.random_range(0..10)) {
            (_, 0..=1) => write.delete(&text),
            (RecordName::Article(_), _) => write.put(&text, random_article(random, world, chosen)),
            (RecordName::Statement(name), _) => {
                let article = RecordName::Article(name.article.clone());
                if world.live(&article).is_none() {
                    continue;
                }
                write.put(&text, random_statement(random))
            }
            (RecordName::Entity(id), 2..=5) => write.ensure(id.as_str(), random_entity(random)),
            (RecordName::Entity(_), _) => write.put(&text, random_entity(random)),
        };
        if random.random_bool(0.2) {
            restore_last(random, &mut write);
        }
    }
    match random.random_bool(0.2) {
        true => write.require(random_precondition(random, world)),
        false => write,
    }
}

fn random_precondition(random: &mut StdRng, world: &World) -> Precondition {
    let name = all_names().choose(random).unwrap().clone();
    let revision = world.live(&name).map_or(Revision(1), |stored| stored.committed.revision);
    match random.random_range(0..5) {
        0 => Absent(name),
        1 => Present(name),
        2 => AtRevision(name, revision),
        3 => AtRevision(name, Revision(revision.0.saturating_sub(1))),
        _ => Unreferenced(name),
    }
}

fn random_article(random: &mut StdRng, world: &World, name: &RecordName) -> Article {
    let stored = world.live(name).map(|stored| stored.value);
    if let (Some(Record::Article(stored)), true) = (stored, random.random_bool(0.4)) {
        // Revised without its text, as an edit of its labels would.
        return Article {
            title: format!("Retitled {}", random.random_range(0..100)),
            body: stored.body.without_text(),
            ..*stored
        };
    }
    let publisher = match random.random_range(0..4) {
        0 => Publisher::default(),
        1 => publisher("e0"),
        _ => outlet(OUTLETS.choose(random).unwrap()),
    };
    Article {
        publisher,
        published_at: maybe(random, |random| at(random.random_range(0..4))),
        canonical_url: maybe(random, |random| url(&address(random.random_range(0..ADDRESSES)))),
        duplicate_of: maybe(random, |random| article_id(&random_id(random, "a", ARTICLES))),
        body: body(["", "A text.", "Another text."].choose(random).unwrap()),
        version: random.random_range(1..9),
        ..article("Random")
    }
}

fn random_statement(random: &mut StdRng) -> Statement {
    let published_at = maybe(random, |random| at(random.random_range(0..4)));
    let target = |random: &mut StdRng| {
        let article = random_id(random, "a", ARTICLES);
        link(&format!("articles/{article}/statements/{}", random_id(random, "s", STATEMENTS)))
    };
    Statement {
        speaker: maybe(random, |random| speaker(&random_id(random, "e", ENTITIES))).flatten(),
        mentions: (0..random.random_range(0..3))
            .map(|_| mention(&random_id(random, "e", ENTITIES)))
            .collect(),
        links: maybe(random, target).into_iter().collect(),
        article: ArticleCopy { published_at, ..ArticleCopy::default() },
        uttered_at: maybe(random, random_time),
        reference_time: maybe(random, random_time),
        ..statement("Random words")
    }
}

/// One of a few times, some of which begin together.
fn random_time(random: &mut StdRng) -> CoarseTime {
    let times = ["2026", "2026-01", "2026-01-01", "2025-12", "2026-02-01"];
    civil(times.choose(random).unwrap())
}

fn random_entity(random: &mut StdRng) -> Entity {
    let ids = 0..random.random_range(0..2);
    Entity {
        names: NAMES.sample(random, 2).map(|name| alias(name)).collect(),
        external_ids: ids.map(|_| external_id("wikidata", &random_id(random, "Q", 3))).collect(),
        place: maybe(random, |random| entity_id(&random_id(random, "e", ENTITIES))),
        ..Entity::default()
    }
}

fn random_id(random: &mut StdRng, prefix: &str, count: usize) -> String {
    format!("{prefix}{}", random.random_range(0..count))
}
