//! What one client has written: the records that are its own, as they stand once all
//! of its writes are done, and the next write that makes sense of them.

use std::collections::{BTreeMap, BTreeSet};

use dicta::rpc::pb;
use rand::rngs::StdRng;
use rand::seq::IteratorRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::operation::{Effect, Operation, Request};
use crate::requests;
use crate::wording::{SLOTS, mark};

/// How many articles a client has: few, so that each is written over often.
const ARTICLES: usize = 12;
/// How many entities of its own it has.
const ENTITIES: usize = 6;

/// The records of one client.
pub(crate) struct World {
    client: usize,
    random: StdRng,
    number: u64,
    /// The articles that are there, each with the mark that its text has and the
    /// slots in which there are statements.
    articles: BTreeMap<String, (String, BTreeSet<&'static str>)>,
    /// The links between statements, from and to.
    links: BTreeSet<(String, String)>,
    entities: BTreeMap<String, Standing>,
}

/// How an entity stands to others.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    Apart,
    Survivor(String),
    Absorbed(String),
}

fn statement(article: &str, slot: &str) -> String {
    format!("{article}/statements/{slot}")
}

impl World {
    pub(crate) fn new(client: usize, seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed.wrapping_add(client as u64));
        let (articles, links, entities) = Default::default();
        Self { client, random, number: 0, articles, links, entities }
    }

    /// The next write of any kind; from here on it counts as done.
    pub(crate) fn any(&mut self) -> Operation {
        loop {
            let drawn = match self.random.random_range(0..20) {
                0..5 => Some(self.ingest()),
                5 => self.update_article(),
                6 => self.delete_article(),
                7 => self.create_statement(),
                8..10 => self.update_statement(),
                10 => self.retract(),
                11..13 => self.link(),
                13 => self.unlink(),
                14 => self.delete_statement(),
                15 => Some(self.write_entity()),
                16 => self.delete_entity(),
                17 => self.merge(),
                18 => self.unmerge(),
                _ => Some(self.update_shared()),
            };
            if let Some(operation) = drawn {
                return operation;
            }
        }
    }

    /// The next ingest.
    pub(crate) fn ingest(&mut self) -> Operation {
        let mark = self.mark();
        let article =
            format!("articles/w{}-{}", self.client, self.random.random_range(0..ARTICLES));
        let count = self.random.random_range(0..=SLOTS.len());
        let slots: BTreeSet<&'static str> =
            SLOTS.into_iter().sample(&mut self.random, count).into_iter().collect();
        let before = self.articles.insert(article.clone(), (mark.clone(), slots.clone()));
        let mut effects = vec![written(&article, before.is_some(), &mark)];
        let before = before.map(|(_, slots)| slots).unwrap_or_default();
        for slot in &slots {
            effects.push(written(&statement(&article, slot), before.contains(slot), &mark));
        }
        let going = before.difference(&slots).map(|slot| statement(&article, slot)).collect();
        self.go(going, &mut effects);
        let request = requests::ingest(&article, &mark, &slots, &mut self.random);
        done(Request::Ingest(Box::new(request)), effects)
    }

    fn mark(&mut self) -> String {
        self.number += 1;
        mark(self.client, self.number)
    }

    fn article(&mut self) -> Option<String> {
        self.articles.keys().choose(&mut self.random).cloned()
    }

    fn statement(&mut self) -> Option<String> {
        let all = self.articles.iter().flat_map(|(article, (_, slots))| {
            slots.iter().map(move |slot| statement(article, slot))
        });
        all.choose(&mut self.random)
    }

    fn entity(&mut self, which: impl Fn(&Standing) -> bool) -> Option<String> {
        let fitting = self.entities.iter().filter(|(_, standing)| which(standing));
        fitting.map(|(name, _)| name.clone()).choose(&mut self.random)
    }

    /// Statements that go, and the links to them, which are taken out of those that
    /// stay. What the write does besides is told already.
    fn go(&mut self, going: BTreeSet<String>, effects: &mut Vec<Effect>) {
        let links = std::mem::take(&mut self.links);
        for (from, to) in links {
            if going.contains(&from) {
                continue;
            }
            if !going.contains(&to) {
                self.links.insert((from, to));
            } else if effects.iter().all(|effect| effect.name != from) {
                effects.push(changed(&from, None));
            }
        }
        effects.extend(going.iter().map(|name| deleted(name)));
    }

    fn update_article(&mut self) -> Option<Operation> {
        let (article, mark) = (self.article()?, self.mark());
        let request = requests::update_article(&article, &mark, &mut self.random);
        Some(done(Request::UpdateArticle(request), vec![changed(&article, Some(&mark))]))
    }

    fn delete_article(&mut self) -> Option<Operation> {
        let article = self.article()?;
        let (_, slots) = self.articles.remove(&article)?;
        let mut effects = vec![deleted(&article)];
        self.go(slots.iter().map(|slot| statement(&article, slot)).collect(), &mut effects);
        let request = requests::delete_article(&article, &mut self.random);
        Some(done(Request::DeleteArticle(request), effects))
    }

    fn create_statement(&mut self) -> Option<Operation> {
        let article = self.article()?;
        let (mark, slots) = self.articles.get_mut(&article)?;
        let free = SLOTS.into_iter().filter(|slot| !slots.contains(slot));
        let slot = free.choose(&mut self.random)?;
        slots.insert(slot);
        let request = requests::create_statement(&article, mark, slot, &mut self.random);
        let effect = written(&statement(&article, slot), false, mark);
        Some(done(Request::CreateStatement(request), vec![effect]))
    }

    fn update_statement(&mut self) -> Option<Operation> {
        let (statement, mark) = (self.statement()?, self.mark());
        let request = requests::update_statement(&statement, &mark, &mut self.random);
        Some(done(Request::UpdateStatement(request), vec![changed(&statement, Some(&mark))]))
    }

    fn retract(&mut self) -> Option<Operation> {
        let (statement, mark) = (self.statement()?, self.mark());
        let request = requests::retract(&statement, &mark, &mut self.random);
        Some(done(Request::Retract(request), vec![changed(&statement, Some(&mark))]))
    }

    fn link(&mut self) -> Option<Operation> {
        let (from, to, mark) = (self.statement()?, self.statement()?, self.mark());
        if from == to || !self.links.insert((from.clone(), to.clone())) {
            return None;
        }
        let request = requests::link(&from, &to, &mark, &mut self.random);
        Some(done(Request::Link(request), vec![changed(&from, Some(&mark))]))
    }

    fn unlink(&mut self) -> Option<Operation> {
        let (from, to) = self.links.iter().choose(&mut self.random)?.clone();
        self.links.remove(&(from.clone(), to.clone()));
        let request = requests::unlink(&from, &to, &mut self.random);
        Some(done(Request::Unlink(request), vec![changed(&from, None)]))
    }

    fn delete_statement(&mut self) -> Option<Operation> {
        let name = self.statement()?;
        let (article, slot) = name.split_once("/statements/")?;
        self.articles.get_mut(article)?.1.remove(slot);
        let mut effects = Vec::new();
        self.go([name.clone()].into(), &mut effects);
        let request = requests::delete_statement(&name, &mut self.random);
        Some(done(Request::DeleteStatement(request), effects))
    }

    /// Creates an entity, or changes it where it is there.
    fn write_entity(&mut self) -> Operation {
        let mark = self.mark();
        let id = format!("w{}-{}", self.client, self.random.random_range(0..ENTITIES));
        let name = format!("entities/{id}");
        if self.entities.contains_key(&name) {
            return self.update_entity(&name, &mark);
        }
        self.entities.insert(name.clone(), Standing::Apart);
        let request = requests::create_entity(&id, &mark, &mut self.random);
        done(Request::CreateEntity(request), vec![written(&name, false, &mark)])
    }

    fn update_entity(&mut self, name: &str, mark: &str) -> Operation {
        let request = requests::update_entity(name, mark, &mut self.random);
        done(Request::UpdateEntity(request), vec![changed(name, Some(mark))])
    }

    /// Changes an entity that all clients change.
    fn update_shared(&mut self) -> Operation {
        let (name, mark) = (requests::speaker(&mut self.random), self.mark());
        self.update_entity(&name, &mark)
    }

    fn delete_entity(&mut self) -> Option<Operation> {
        let name = self.entity(|standing| *standing == Standing::Apart)?;
        self.entities.remove(&name);
        let request = requests::delete_entity(&name, &mut self.random);
        Some(done(Request::DeleteEntity(request), vec![deleted(&name)]))
    }

    fn merge(&mut self) -> Option<Operation> {
        let survivor = self.entity(|standing| *standing == Standing::Apart)?;
        let absorbed = self.entity(|standing| *standing == Standing::Apart)?;
        if survivor == absorbed {
            return None;
        }
        self.entities.insert(survivor.clone(), Standing::Survivor(absorbed.clone()));
        self.entities.insert(absorbed.clone(), Standing::Absorbed(survivor.clone()));
        let request = requests::merge(&survivor, &absorbed, &mut self.random);
        // Each mark names the other.
        let effects =
            vec![changed(&survivor, Some(&absorbed)), changed(&absorbed, Some(&survivor))];
        Some(done(Request::Merge(request), effects))
    }

    fn unmerge(&mut self) -> Option<Operation> {
        let absorbed = self.entity(|standing| matches!(standing, Standing::Absorbed(_)))?;
        let Some(Standing::Absorbed(survivor)) =
            self.entities.insert(absorbed.clone(), Standing::Apart)
        else {
            return None;
        };
        self.entities.insert(survivor.clone(), Standing::Apart);
        let request = requests::unmerge(&absorbed, &mut self.random);
        let effects = vec![changed(&survivor, None), changed(&absorbed, None)];
        Some(done(Request::Unmerge(request), effects))
    }
}

fn done(request: Request, mut effects: Vec<Effect>) -> Operation {
    effects.sort();
    Operation { request, effects }
}

fn written(name: &str, was_there: bool, mark: &str) -> Effect {
    let change = if was_there { pb::ChangeKind::Updated } else { pb::ChangeKind::Created };
    Effect { name: name.to_owned(), change, shows: Some(mark.to_owned()) }
}

fn changed(name: &str, shows: Option<&str>) -> Effect {
    let shows = shows.map(str::to_owned);
    Effect { name: name.to_owned(), change: pb::ChangeKind::Updated, shows }
}

fn deleted(name: &str) -> Effect {
    Effect { name: name.to_owned(), change: pb::ChangeKind::Deleted, shows: None }
}
