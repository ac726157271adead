//! Which stored statement a sent one is.

use std::collections::{HashMap, HashSet};

use crate::domain::id::{ArticleId, IdError, StatementId};
use crate::domain::statement::{Statement, StatementStatus};

/// How much of both spans must be shared for two statements to be the same one.
const MIN_OVERLAP: f64 = 0.8;

/// The ids of the sent statements, in order: those of the stored ones that they
/// are, else those that the caller chose, else minted ones.
///
/// A sent statement is the stored one that has the id the caller chose; else the
/// one that has the id it would be minted with; else the one, not orphaned, whose
/// spans share at least four fifths with its own. `sent` have their selectors filled in;
/// `stored` stand as they do in the body that `sent` refer to.
pub(super) fn ids(
    article: &ArticleId,
    chosen: &[Option<StatementId>],
    sent: &[Statement],
    stored: &[(StatementId, Statement)],
) -> Result<Vec<StatementId>, IdError> {
    let stored_ids: HashSet<&StatementId> = stored.iter().map(|(id, _)| id).collect();
    let mut taken: HashSet<StatementId> = chosen.iter().flatten().cloned().collect();
    let mut alike: HashMap<[u8; 32], usize> = HashMap::new();
    let mut ids: Vec<Option<StatementId>> = Vec::with_capacity(sent.len());
    let mut minted = Vec::with_capacity(sent.len());
    for (chosen, statement) in chosen.iter().zip(sent) {
        let ordinal = alike.entry(*statement.mint_key(article).as_bytes()).or_default();
        let id = statement.mint_id(article, *ordinal)?;
        *ordinal += 1;
        let known = stored_ids.contains(&id) && !taken.contains(&id);
        ids.push(chosen.clone().or_else(|| known.then(|| id.clone())));
        taken.extend(ids.last().cloned().flatten());
        minted.push(id);
    }
    // An orphaned one's place is of another version.
    let standing: Vec<(&StatementId, Spans)> = stored
        .iter()
        .filter(|(_, other)| other.status != StatementStatus::Orphaned)
        .map(|(id, other)| (id, spans(other)))
        .collect();
    for ((id, statement), minted) in ids.iter_mut().zip(sent).zip(minted) {
        if id.is_none() {
            let same = nearest(&spans(statement), &standing, &taken);
            let new =
                same.map_or_else(|| free(article, statement, minted, &taken, &stored_ids), Ok)?;
            taken.insert(new.clone());
            *id = Some(new);
        }
    }
    Ok(ids.into_iter().flatten().collect())
}

/// The spans of a statement.
type Spans = Vec<(u32, u32)>;

/// The stored statement, not yet matched, that shares most with these spans.
fn nearest(
    spans: &Spans,
    stored: &[(&StatementId, Spans)],
    taken: &HashSet<StatementId>,
) -> Option<StatementId> {
    stored
        .iter()
        .map(|(id, other)| (*id, overlap(spans, other)))
        .filter(|(id, overlap)| *overlap >= MIN_OVERLAP && !taken.contains(*id))
        .max_by(|(_, one), (_, other)| one.total_cmp(other))
        .map(|(id, _)| id.clone())
}

fn spans(statement: &Statement) -> Spans {
    let spans = statement.content.iter();
    spans.filter_map(|span| Some((span.selector.start?, span.selector.end?))).collect()
}

/// How much two statements' content spans share: the length of what is in both
/// over the length of what is in either.
fn overlap(one: &Spans, other: &Spans) -> f64 {
    let length = |spans: &Spans| -> u32 {
        spans.iter().map(|(start, end)| end.saturating_sub(*start)).sum()
    };
    let mut shared = 0;
    for (start, end) in one {
        for (other_start, other_end) in other {
            shared += end.min(other_end).saturating_sub(*start.max(other_start));
        }
    }
    if shared == 0 {
        return 0.0;
    }
    let either = (length(one) + length(other)).saturating_sub(shared);
    f64::from(shared) / f64::from(either)
}

/// A minted id that nothing has, in the rare case that another statement was
/// given the first one by hand.
fn free(
    article: &ArticleId,
    statement: &Statement,
    minted: StatementId,
    taken: &HashSet<StatementId>,
    stored: &HashSet<&StatementId>,
) -> Result<StatementId, IdError> {
    let mut id = minted;
    let mut ordinal = 1 << 16;
    while taken.contains(&id) || stored.contains(&id) {
        id = statement.mint_id(article, ordinal)?;
        ordinal += 1;
    }
    Ok(id)
}
