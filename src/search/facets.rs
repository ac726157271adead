//! Counts of hits by what they have in common.

use std::collections::HashMap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::StrColumn;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use super::schema::Facet;

/// The most values that are told of one facet.
pub const MAX_VALUES: usize = 50;

/// The counts of one facet, the most frequent first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCounts {
    /// By what hits are counted.
    pub facet: Facet,
    /// How many hits have each value.
    pub counts: Vec<(String, u64)>,
    /// How many hits have values that are not told.
    pub other: u64,
}

/// Counts hits by several facets.
pub(super) struct CountBy(pub(super) Vec<Facet>);

impl Collector for CountBy {
    type Fruit = Vec<FacetCounts>;
    type Child = CountInSegment;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<CountInSegment> {
        let column = |facet: &Facet| -> tantivy::Result<Option<Counted>> {
            let column = segment.fast_fields().str(facet.column())?;
            Ok(column.map(|column| Counted { counts: vec![0; column.num_terms()], column }))
        };
        Ok(CountInSegment(self.0.iter().map(column).collect::<Result<_, _>>()?))
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, fruits: Vec<Vec<HashMap<String, u64>>>) -> tantivy::Result<Self::Fruit> {
        let mut all: Vec<HashMap<String, u64>> = vec![HashMap::new(); self.0.len()];
        for fruit in fruits {
            for (all, counts) in all.iter_mut().zip(fruit) {
                for (value, count) in counts {
                    *all.entry(value).or_default() += count;
                }
            }
        }
        Ok(self.0.iter().zip(all).map(|(facet, counts)| most_frequent(*facet, counts)).collect())
    }
}

fn most_frequent(facet: Facet, counts: HashMap<String, u64>) -> FacetCounts {
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_unstable_by(|(value, count), (other, others)| {
        others.cmp(count).then_with(|| value.cmp(other))
    });
    let other = counts.iter().skip(MAX_VALUES).map(|(_, count)| count).sum();
    counts.truncate(MAX_VALUES);
    FacetCounts { facet, counts, other }
}

/// The counts of one segment.
pub(super) struct CountInSegment(Vec<Option<Counted>>);

struct Counted {
    column: StrColumn,
    /// By the values' place in the segment's dictionary.
    counts: Vec<u64>,
}

impl SegmentCollector for CountInSegment {
    type Fruit = Vec<HashMap<String, u64>>;

    fn collect(&mut self, document: DocId, _: Score) {
        for Counted { column, counts } in self.0.iter_mut().flatten() {
            for place in column.term_ords(document) {
                let place = usize::try_from(place).unwrap_or(usize::MAX);
                if let Some(count) = counts.get_mut(place) {
                    *count += 1;
                }
            }
        }
    }

    fn harvest(self) -> Self::Fruit {
        self.0
            .into_iter()
            .map(|counted| counted.map(Counted::by_value).unwrap_or_default())
            .collect()
    }
}

impl Counted {
    fn by_value(self) -> HashMap<String, u64> {
        let mut by_value = HashMap::new();
        let met = (0..).zip(self.counts).filter(|(_, count)| *count > 0);
        for (place, count) in met {
            let mut value = String::new();
            // A place that the dictionary does not know was never counted.
            if matches!(self.column.ord_to_str(place, &mut value), Ok(true)) {
                by_value.insert(value, count);
            }
        }
        by_value
    }
}
