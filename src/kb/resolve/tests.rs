//! Names of public knowledge, resolved and linked against a gallery of entities.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::*;
use crate::domain::entity::{Entity, EntityName, EntityType, ExternalId, NameKind};
use crate::domain::id::{ArticleId, EntityId, RecordName};
use crate::domain::name::fold;
use crate::domain::record::{Committed, Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::domain::time::Timestamp;
use crate::kb::command::ResolveReason;
use crate::store::catalogue::{self, IndexEntry};
use crate::store::{ArticleState, Cursor, Item, LoadBody, Page, Path, Scan, State};

const ENTITIES: &str = include_str!("../../../tests/it/data/entities.tsv");
const PAIRS: &str = include_str!("../../../tests/it/data/names.tsv");

/// What a mention is linked to.
async fn link(
    reader: &dyn Reader,
    text: &str,
    kind: Option<EntityType>,
) -> Result<Option<EntityId>, Error> {
    Ok(match meaning(reader, text, kind).await? {
        Meaning::Only(id) => Some(id),
        Meaning::Nothing | Meaning::Doubtful => None,
    })
}

/// The share of names that must resolve to the expected entity first.
const RESOLVED_FIRST: f64 = 0.95;

/// Entities by the index entries that the catalogue gives them.
#[derive(Default)]
struct Gallery {
    entities: Vec<Stored>,
    index: BTreeMap<IndexEntry, Vec<usize>>,
}

impl Gallery {
    fn with(mut self, id: &str, entity: Entity) -> Self {
        let name = RecordName::Entity(EntityId::new(id).unwrap());
        let value = Record::Entity(Box::new(entity));
        for entry in catalogue::entries(&name, &value) {
            self.index.entry(entry).or_default().push(self.entities.len());
        }
        let committed = Committed {
            revision: Revision(1),
            create_revision: Revision(1),
            create_time: Timestamp::UNIX_EPOCH,
            update_time: Timestamp::UNIX_EPOCH,
        };
        self.entities.push(Stored { name, value, committed });
        self
    }

    fn of(entities: &[(&str, EntityType, &str)]) -> Self {
        entities.iter().fold(Self::default(), |gallery, (id, kind, name)| {
            gallery.with(id, entity(*kind, name))
        })
    }

    fn stored() -> Self {
        let lines = ENTITIES.lines().filter(|line| !line.starts_with('#'));
        lines.fold(Self::default(), |gallery, line| {
            let [id, kind, display_name, names, description] =
                line.split('\t').collect::<Vec<_>>().try_into().expect(line);
            let mut entity = entity(parse_kind(kind).expect(line), display_name);
            entity.description = description.into();
            entity.names = names.split('|').filter(|name| !name.is_empty()).map(alias).collect();
            gallery.with(id, entity)
        })
    }
}

fn entity(kind: EntityType, display_name: &str) -> Entity {
    Entity { kind: Some(kind), display_name: display_name.into(), ..Entity::default() }
}

fn alias(text: &str) -> EntityName {
    EntityName { text: text.into(), language: None, kind: NameKind::Alias }
}

fn parse_kind(kind: &str) -> Option<EntityType> {
    match kind {
        "PERSON" => Some(EntityType::Person),
        "ORGANIZATION" => Some(EntityType::Organization),
        "PLACE" => Some(EntityType::Place),
        _ => None,
    }
}

fn wikidata(id: &str) -> ExternalId {
    ExternalId { authority: "wikidata".into(), id: id.into() }
}

fn query(text: &str) -> EntityQuery {
    EntityQuery { text: text.into(), ..EntityQuery::default() }
}

#[async_trait]
impl Reader for Gallery {
    fn revision(&self) -> Revision {
        Revision(1)
    }

    async fn state(&self, name: &RecordName, _: LoadBody) -> Result<State, Error> {
        let stored = self.entities.iter().find(|stored| stored.name == *name);
        Ok(stored.map_or(State::Never, |stored| State::Live(stored.clone())))
    }

    async fn states(&self, names: &[RecordName], body: LoadBody) -> Result<Vec<State>, Error> {
        let mut states = Vec::new();
        for name in names {
            states.push(self.state(name, body).await?);
        }
        Ok(states)
    }

    async fn article_by_url(&self, _: &CanonicalUrl) -> Result<Option<ArticleId>, Error> {
        Ok(None)
    }

    async fn states_of(
        &self,
        _: &RecordName,
        _: Option<Revision>,
        _: usize,
        _: LoadBody,
    ) -> Result<Vec<ArticleState>, Error> {
        Ok(Vec::new())
    }

    async fn list(&self, scan: &Scan) -> Result<Page, Error> {
        let entry = match scan.path.clone() {
            Path::EntitiesByNameKey(key) => IndexEntry::EntityNameKey(key),
            Path::EntitiesByExternalId(id) => IndexEntry::EntityExternalId(id),
            other => panic!("{other:?} is no path to entities by name"),
        };
        let found = self.index.get(&entry).map(Vec::as_slice).unwrap_or_default();
        let page = found.iter().take(scan.limit);
        let items: Vec<Item> = page
            .map(|index| Item {
                record: self.entities[*index].clone(),
                cursor: Cursor(index.to_be_bytes().to_vec()),
            })
            .collect();
        let more = found.len() > scan.limit;
        let next = items.last().filter(|_| more).map(|item| item.cursor.clone());
        Ok(Page { items, next })
    }
}

struct Pair {
    query: &'static str,
    kind: Option<EntityType>,
    expected: Option<&'static str>,
    note: &'static str,
}

fn pairs() -> Vec<Pair> {
    let lines = PAIRS.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let [query, kind, expected, note] =
                line.split('\t').collect::<Vec<_>>().try_into().expect(line);
            let expected = Some(expected).filter(|expected| *expected != "-");
            Pair { query, kind: parse_kind(kind), expected, note }
        })
        .collect()
}

#[tokio::test]
async fn known_names_resolve_first() {
    let gallery = Gallery::stored();
    let (mut first, mut positives, mut linked) = (0_u32, 0_u32, 0_u32);
    for pair in pairs().iter().filter(|pair| pair.expected.is_some()) {
        let asked = EntityQuery { kind: pair.kind, ..query(pair.query) };
        let found = resolve(&gallery, &asked, 5).await.unwrap();
        let ids = || found.candidates.iter().map(|candidate| candidate.entity.id.to_string());
        let expected = format!("entities/{}", pair.expected.unwrap());
        positives += 1;
        linked += u32::from(found.linked.is_some());
        if ids().next().is_some_and(|id| id == expected) {
            first += 1;
        } else {
            let ids: Vec<_> = ids().collect();
            println!("{} ({}): expected {expected}, found {ids:?}", pair.query, pair.note);
        }
    }
    let share = f64::from(first) / f64::from(positives);
    println!("{first} of {positives} names resolve first ({:.1} %), {linked} link", 100.0 * share);
    assert!(share >= RESOLVED_FIRST);
}

#[tokio::test]
async fn no_link_is_wrong() {
    let gallery = Gallery::stored();
    let mut links = 0;
    for pair in pairs() {
        let expected = pair.expected.map(|id| EntityId::new(id).unwrap());
        let kinds = match &expected {
            // Whatever the mention is taken for, another entity is never right.
            Some(_) => vec![None, pair.kind, Some(EntityType::Person), Some(EntityType::Other)],
            None => vec![pair.kind],
        };
        for kind in kinds {
            let linked = link(&gallery, pair.query, kind).await.unwrap();
            links += u32::from(linked.is_some());
            assert!(
                linked.is_none() || linked == expected,
                "{} ({}) as {kind:?} links to {linked:?}",
                pair.query,
                pair.note
            );
        }
    }
    println!("{links} links, none wrong");
}

#[test]
fn the_pairs_are_many_and_sound() {
    let pairs = pairs();
    let negatives = pairs.iter().filter(|pair| pair.expected.is_none()).count();
    println!("{} pairs, {negatives} of them negative", pairs.len());
    assert!(pairs.len() >= 250 && negatives >= 60);
    let gallery = Gallery::stored();
    for pair in &pairs {
        let Some(id) = pair.expected else { continue };
        let name = RecordName::Entity(EntityId::new(id).unwrap());
        assert!(gallery.entities.iter().any(|stored| stored.name == name), "{id}");
    }
}

#[tokio::test]
async fn every_stored_name_links_to_its_entity_or_to_none() {
    let gallery = Gallery::stored();
    for stored in &gallery.entities {
        let (RecordName::Entity(id), Record::Entity(entity)) = (&stored.name, &stored.value) else {
            continue;
        };
        for name in entity.all_names() {
            let linked = link(&gallery, name, entity.kind).await.unwrap();
            assert!(linked.is_none() || linked.as_ref() == Some(id), "{name} links to {linked:?}");
        }
    }
}

#[tokio::test]
async fn a_name_that_is_nearly_the_same_never_links_to_the_person() {
    let gallery = Gallery::stored();
    for stored in &gallery.entities {
        let (RecordName::Entity(id), Record::Entity(entity)) = (&stored.name, &stored.value) else {
            continue;
        };
        let same: Vec<String> = entity.all_names().map(gapless).collect();
        for name in entity.all_names().filter(|_| entity.kind == Some(EntityType::Person)) {
            for near in near_misses(name).iter().filter(|near| !same.contains(&gapless(near))) {
                let linked = link(&gallery, near, None).await.unwrap();
                assert_ne!(linked.as_ref(), Some(id), "{near} is not {name}");
            }
        }
    }
}

/// The name folded, without gaps: "Abdullatif" is "Abdul Latif".
fn gapless(name: &str) -> String {
    fold(name).replace(' ', "")
}

/// The name with a letter replaced, left out or doubled within a word, with a
/// word left out, and with its words in another order.
fn near_misses(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut near = Vec::new();
    for (index, letter) in letters.iter().enumerate().filter(|(_, letter)| letter.is_alphabetic()) {
        let spliced = |middle: &str| -> String {
            let (before, after) = (&letters[..index], &letters[index + 1..]);
            before.iter().copied().chain(middle.chars()).chain(after.iter().copied()).collect()
        };
        let others = if letter.is_ascii() { "btkaeiou" } else { "بتکاویбта" };
        near.extend(others.chars().map(|other| spliced(&other.to_string())));
        near.push(spliced(""));
        near.push(spliced(&format!("{letter}{letter}")));
    }
    let words: Vec<&str> = name.split(' ').collect();
    for index in 0..words.len() {
        let mut rest = words.clone();
        rest.remove(index);
        near.push(rest.join(" "));
    }
    near.push(words.iter().rev().copied().collect::<Vec<_>>().join(" "));
    near
}

#[track_caller]
fn check_link(
    entities: &[(&str, EntityType, &str)],
    text: &str,
    kind: Option<EntityType>,
    expected: Option<&str>,
) {
    let gallery = Gallery::of(entities);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let linked = runtime.block_on(link(&gallery, text, kind)).unwrap();
    assert_eq!(linked, expected.map(|id| EntityId::new(id).unwrap()), "{text}");
}

#[test]
fn a_full_name_links_where_one_entity_of_a_fitting_type_has_it() {
    use EntityType::*;
    let one = [("a", Person, "Nechirvan Barzani")];
    check_link(&one, "President Nêçîrvan BARZANÎ", Some(Person), None);
    check_link(&one, "President NECHIRVAN Barzanî", Some(Person), Some("a"));
    check_link(&one, "نێچیرڤان بارزانی", None, Some("a"));
    check_link(&one, "Barzani, Nechirvan", None, None);
    check_link(&one, "Nechirvan Barzani", Some(Place), None);
    let two = [("a", Person, "George Bush"), ("b", Person, "George Bush")];
    check_link(&two, "George Bush", Some(Person), None);
    let kinds = [("a", Person, "Paris Hilton"), ("b", Place, "Paris Hilton")];
    check_link(&kinds, "Paris Hilton", Some(Person), Some("a"));
    check_link(&kinds, "Paris Hilton", None, None);
}

#[test]
fn one_word_links_only_where_no_person_can_be_meant() {
    use EntityType::*;
    let person = [("a", Person, "Barzani")];
    for kind in [None, Some(Person), Some(Other), Some(Organization)] {
        check_link(&person, "Barzani", kind, None);
        check_link(&person, "President Barzani", kind, None);
    }
    let place = [("a", Place, "Erbil")];
    check_link(&place, "Erbil", Some(Place), Some("a"));
    check_link(&place, "ERBIL", None, Some("a"));
    check_link(&place, "Erbil", Some(Person), None);
    check_link(&place, "Erbil", Some(Organization), None);
    check_link(&[("a", Other, "Erbil")], "Erbil", None, None);
    let shared = [("a", Place, "Jordan"), ("b", Person, "Michael Jordan")];
    check_link(&shared, "Jordan", None, None);
    check_link(&shared, "Jordan", Some(Place), Some("a"));
}

#[test]
fn titles_and_pronouns_link_to_nothing() {
    use EntityType::*;
    let posts =
        [("a", Post, "The President"), ("b", Person, "She"), ("c", Organization, "Ministry")];
    for text in ["the President", "President", "she", "the Ministry", "", "…"] {
        check_link(&posts, text, None, None);
    }
    let motors = [("a", Organization, "Motors Group"), ("b", Other, "General Motors Group")];
    check_link(&motors[..1], "General Motors Group", Some(Organization), None);
    check_link(&motors, "General Motors Group", Some(Organization), Some("b"));
}

#[tokio::test]
async fn many_namesakes_are_a_doubt_and_stay_bounded() {
    let names = (0..500).map(|n| (format!("m-{n}"), entity(EntityType::Person, "Mohammed Ali")));
    let gallery = names.fold(Gallery::default(), |gallery, (id, entity)| gallery.with(&id, entity));
    let found = resolve(&gallery, &query("Mohammed Ali"), 50).await.unwrap();
    assert_eq!((found.candidates.len(), found.linked), (50, None));
}

#[tokio::test]
async fn an_entity_that_was_absorbed_is_left_out() {
    let absorbed = Entity {
        merged_into: Some(EntityId::new("b").unwrap()),
        ..entity(EntityType::Person, "Nechirvan Barzani")
    };
    let gallery = Gallery::default()
        .with("a", absorbed)
        .with("b", entity(EntityType::Person, "Nechirvan Barzani"));
    let found = resolve(&gallery, &query("Nechirvan Barzani"), 5).await.unwrap();
    assert_eq!(found.candidates.len(), 1);
    assert_eq!(found.linked, Some(EntityId::new("b").unwrap()));
}

#[tokio::test]
async fn kind_and_context_settle_who_comes_first() {
    let described = |description: &str| Entity {
        description: description.into(),
        ..entity(EntityType::Person, "John Smith")
    };
    let gallery = Gallery::default()
        .with("a", described("A footballer"))
        .with("b", described("Minister of finance"))
        .with("c", entity(EntityType::Organization, "John Smith"));
    let asked = EntityQuery {
        kind: Some(EntityType::Person),
        context: "the finance minister".into(),
        ..query("J. Smith")
    };
    let found = resolve(&gallery, &asked, 5).await.unwrap();
    let best = &found.candidates[0];
    assert_eq!(best.entity.id.to_string(), "entities/b");
    assert_eq!(
        best.reasons,
        [ResolveReason::Initials, ResolveReason::TypeAgreement, ResolveReason::ContextAgreement]
    );
    assert_eq!(found.candidates[2].entity.id.to_string(), "entities/c");
    assert_eq!(found.linked, None);
}

#[tokio::test]
async fn an_external_id_decides() {
    let known = |name: &str, id: &str| Entity {
        external_ids: vec![wikidata(id)],
        ..entity(EntityType::Person, name)
    };
    let gallery =
        Gallery::default().with("a", known("Ali Hassan", "Q1")).with("b", known("Omar Said", "Q2"));
    let asked = EntityQuery { external_id: Some(wikidata("Q2")), ..query("Ali Hassan") };
    let found = resolve(&gallery, &asked, 5).await.unwrap();
    assert_eq!(found.linked, Some(EntityId::new("b").unwrap()));
    assert_eq!(found.candidates[0].reasons[0], ResolveReason::ExternalId);
    assert_eq!(found.candidates.len(), 2);

    let listed = |entity: Entity| {
        let gallery = &gallery;
        async move { find_listed(gallery, &entity).await.unwrap() }
    };
    let id = |id| Some(EntityId::new(id).unwrap());
    assert_eq!(listed(known("Somebody Else", "Q1")).await, id("a"));
    assert_eq!(listed(known("Ali Hassan", "Q3")).await, None, "another by the same authority");
    assert_eq!(listed(entity(EntityType::Person, "Mr. Ali HASSAN")).await, id("a"));
    assert_eq!(listed(entity(EntityType::Place, "Ali Hassan")).await, None);
    assert_eq!(listed(entity(EntityType::Person, "Ali")).await, None);
    let both = Entity { external_ids: vec![wikidata("Q1"), wikidata("Q2")], ..Entity::default() };
    assert_eq!(listed(both).await, None);
}
