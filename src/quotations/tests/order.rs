//! Whatever order records come in, the same is kept.

use proptest::prelude::*;

use super::base::{Base, By, article, entity, no_article, no_statement, prose, said};
use crate::derive::Changed;

/// The last state of each record.
#[derive(Clone, Debug)]
struct Finally {
    /// Of each article the seed of its body; `None`: it is gone.
    bodies: Vec<Option<u64>>,
    /// Of each statement its speaker and its words; `None`: it is gone.
    said: Vec<Option<(usize, usize)>>,
    /// Into whom the second entity is merged, if it is.
    merged: bool,
}

const SPEAKERS: [By<'static>; 4] =
    [By::Entity("jane"), By::Entity("john"), By::Name("Jane Roe"), By::Nobody];
/// Chains of wordings, each near to the next.
const WORDS: [&str; 6] = [
    "alfa bravo charlie delta echo foxtrot golf hotel india juliet",
    "alfa bravo charlie delta echo foxtrot golf hotel red blue",
    "alfa bravo charlie delta echo foxtrot green pink red blue",
    "alfa bravo charlie delta echo foxtrot green pink not blue",
    "alpha beta gamma delta epsilon",
    "alpha beta gamma delta epsilon zeta",
];

impl Finally {
    fn changes(&self) -> Vec<Changed> {
        let id = |at: usize| format!("a{at}");
        let mut changes = vec![entity("john", self.merged.then_some("jane"))];
        for (at, body) in self.bodies.iter().enumerate() {
            changes.push(match body {
                Some(seed) => article(&id(at), &prose(*seed, 60), at as i64 % 3),
                None => no_article(&id(at)),
            });
        }
        for (at, said_now) in self.said.iter().enumerate() {
            let (article, statement) = (id(at % self.bodies.len()), format!("s{at}"));
            let lives = self.bodies[at % self.bodies.len()].is_some();
            changes.push(match said_now.filter(|_| lives) {
                Some((by, words)) => said(&article, &statement, SPEAKERS[by], WORDS[words]),
                None => no_statement(&article, &statement),
            });
        }
        changes
    }
}

fn any_state() -> impl Strategy<Value = Finally> {
    let bodies = prop::collection::vec(prop::option::weighted(0.8, 0_u64..3), 5);
    let said = prop::collection::vec(prop::option::weighted(0.8, (0_usize..4, 0_usize..6)), 10);
    (bodies, said, any::<bool>()).prop_map(|(bodies, said, merged)| Finally {
        bodies,
        said,
        merged,
    })
}

/// All that is kept, as far as it does not depend on how one statement of many
/// happens to be written.
fn kept(base: &Base) -> Vec<String> {
    let mut kept: Vec<String> = base.all().iter().map(|it| format!("{it:?}")).collect();
    kept.sort();
    kept
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_of_arrival_and_deletion_ends_in_the_same(
        before in any_state(),
        last in any_state(),
        shuffle in prop::collection::vec(any::<u32>(), 16),
        chunk in 1_usize..17,
    ) {
        let mut straight = Base::new();
        straight.take(&last.changes());

        let mut winding = Base::new();
        let mixed = |state: &Finally| {
            let mut changes: Vec<(u32, Changed)> = shuffle.iter().copied().zip(state.changes()).collect();
            changes.sort_by_key(|(rank, _)| *rank);
            changes.into_iter().map(|(_, change)| change).collect::<Vec<_>>()
        };
        for state in [&before, &last] {
            for changes in mixed(state).chunks(chunk) {
                winding.take(changes);
            }
        }
        prop_assert_eq!(kept(&winding), kept(&straight));
    }
}
