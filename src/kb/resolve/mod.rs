//! Which entities a name may mean, and which one beyond doubt.

mod candidates;
mod link;
mod mint;
mod score;
#[cfg(test)]
mod tests;

pub use self::link::{Meaning, find_listed, is_meant, is_name, meaning};
pub use self::mint::entity_id_candidates;
use self::score::Scorer;
use crate::domain::name::Name;
use crate::kb::command::{EntityCandidate, EntityQuery, EntityResolution};
use crate::store::{Error, Reader};

/// Finds what `query` may mean, best first, at most `limit` candidates.
pub async fn resolve(
    reader: &dyn Reader,
    query: &EntityQuery,
    limit: usize,
) -> Result<EntityResolution, Error> {
    let name = Name::parse(&query.text);
    let found = candidates::find(reader, query, &name).await?;
    let scorer = Scorer::new(query, &name);
    let mut candidates: Vec<EntityCandidate> =
        found.into_iter().filter_map(|seen| scorer.score(seen)).collect();
    candidates.sort_by(|one, other| {
        let by_score = other.score.total_cmp(&one.score);
        by_score.then_with(|| one.entity.id.cmp(&other.entity.id))
    });
    candidates.truncate(limit);
    Ok(EntityResolution { candidates, linked: link::beyond_doubt(reader, query, &name).await? })
}
