//! A seeded pool of entities with plausible names, drawn as news does: a few
//! often, most of them seldom.

use dicta::rpc::pb::{Entity, EntityType};
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};

const GIVEN: [&str; 40] = [
    "Ada", "Alan", "Amira", "Anna", "Azad", "Bruno", "Carla", "Chen", "Dara", "David", "Elena",
    "Emil", "Fatima", "Felix", "Grace", "Hana", "Hassan", "Ines", "Ivan", "Jana", "John", "Karim",
    "Laura", "Leyla", "Marco", "Maria", "Miguel", "Nadia", "Noor", "Olga", "Omar", "Paula",
    "Peter", "Rosa", "Samir", "Sara", "Tomas", "Vera", "Yusuf", "Zara",
];
const FIRST_HALF: [&str; 20] = [
    "Alder", "Berg", "Castel", "Dorn", "Ester", "Falken", "Gold", "Hart", "Iver", "Kessel",
    "Linden", "Mor", "Nor", "Oster", "Palm", "Rosen", "Stein", "Tal", "Vander", "Winter",
];
const SECOND_HALF: [&str; 20] = [
    "ano", "bach", "court", "dale", "escu", "feld", "gard", "holm", "idis", "kov", "lund", "mann",
    "nov", "oglu", "quist", "son", "stad", "thal", "vic", "wood",
];
const BODIES: [&str; 10] = [
    "Bank",
    "Energy",
    "Foundation",
    "Holdings",
    "Institute",
    "Ministry",
    "Motors",
    "Party",
    "Telecom",
    "University",
];
const PLACES: [&str; 5] = ["Port", "Mount", "New", "North", "Lake"];

/// The entities, the most frequent first.
#[derive(Debug)]
pub(crate) struct Pool {
    entities: Vec<Entity>,
    /// The sums of the weights up to and with each entity.
    sums: Vec<f64>,
}

impl Pool {
    /// A pool of up to `size` entities; the same seed gives the same pool.
    pub(crate) fn new(size: usize, seed: u64) -> Self {
        let mut entities = all();
        entities.shuffle(&mut StdRng::seed_from_u64(seed));
        entities.truncate(size.max(1));
        // Zipf's law with the exponent 1.
        let sums = (1..=entities.len()).scan(0.0, |sum, rank| {
            *sum += 1.0 / rank as f64;
            Some(*sum)
        });
        Self { sums: sums.collect(), entities }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.entities.len()
    }

    /// The number of an entity, drawn by its weight.
    pub(crate) fn draw(&self, random: &mut StdRng) -> usize {
        let total = self.sums.last().copied().unwrap_or(1.0);
        let point = random.random_range(0.0..total);
        self.sums.partition_point(|sum| *sum <= point).min(self.entities.len() - 1)
    }

    /// The entity of a number.
    pub(crate) fn get(&self, number: usize) -> Option<&Entity> {
        self.entities.get(number)
    }

    /// The most frequent ones.
    pub(crate) fn head(&self, count: usize) -> impl Iterator<Item = &Entity> {
        self.entities.iter().take(count)
    }
}

/// Every entity that the parts of names make.
fn all() -> Vec<Entity> {
    let mut entities = Vec::new();
    for (first, second) in FIRST_HALF.iter().flat_map(|a| SECOND_HALF.iter().map(move |b| (a, b))) {
        let family = format!("{first}{second}");
        for given in GIVEN {
            entities.push(entity(format!("{given} {family}"), EntityType::Person));
        }
        for body in BODIES {
            entities.push(entity(format!("{family} {body}"), EntityType::Organization));
        }
        for place in PLACES {
            entities.push(entity(format!("{place} {family}"), EntityType::Place));
        }
    }
    entities
}

fn entity(display_name: String, kind: EntityType) -> Entity {
    Entity {
        name: format!("entities/{}", display_name.to_lowercase().replace(' ', "-")),
        r#type: kind as i32,
        display_name,
        ..Default::default()
    }
}
