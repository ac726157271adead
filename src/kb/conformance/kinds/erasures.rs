//! Erasures, and what is left where they were.

use super::{Act, Kind};
use crate::domain::id::RecordName;
use crate::kb::EraseRecord;
use crate::kb::conformance::draw::Draw;
use crate::store::conformance::fixtures::{at, name};

pub(super) const KINDS: &[Kind] = &[
    ("erase an article", |draw| {
        let article = draw.stored_article().into();
        rarely(draw, vec![article])
    }),
    ("erase an entity", |draw| {
        let entity = draw.stored_entity().into();
        rarely(draw, vec![entity])
    }),
    ("erase some records", |draw| {
        let names = draw.newest().names();
        match names.is_empty() {
            true => Act::Forget,
            false => {
                let some = (0..1 + draw.number(3)).map(|_| draw.one_of(&names)).collect();
                rarely(draw, some)
            }
        }
    }),
    ("erase a statement", |draw| {
        let names = draw.newest().names();
        let is_statement = |name: &RecordName| matches!(name, RecordName::Statement(_));
        match names.into_iter().filter(is_statement).collect::<Vec<_>>().as_slice() {
            [] => Act::Forget,
            statements => Act::Erase(vec![erasing(draw, statements)], false),
        }
    }),
    ("erase what never was", |draw| {
        let number = draw.number(30);
        let names = [name(&format!("entities/never-{number}"))];
        let allow_missing = draw.chance(0.5);
        Act::Erase(vec![erasing(draw, &names)], allow_missing)
    }),
    ("export, load elsewhere and export again", |_| Act::Travel),
];

/// Names are few, and one that is erased never comes back.
fn rarely(draw: &mut Draw<'_>, names: Vec<RecordName>) -> Act {
    if draw.chance(0.6) {
        return Act::Forget;
    }
    Act::Erase(names.into_iter().map(|name| erasing(draw, &[name])).collect(), false)
}

fn erasing(draw: &mut Draw<'_>, names: &[RecordName]) -> EraseRecord {
    let time = draw.chance(0.3).then(|| at(-7));
    let name = draw.one_of(names);
    EraseRecord { name, reason: "A court said so.".into(), by: "ann".into(), time }
}
