//! Articles' near-duplicates, told beside the records.

use super::pb;
use super::room::{fits, framed};
use super::to_pb;
use crate::kb::KnowledgeBase;
use crate::kb::error::Error;

/// Fills in the near-duplicates of articles that were read in their newest state:
/// what is derived has no past. They are told as far as the message has room.
pub(super) async fn fill(
    kb: &KnowledgeBase,
    articles: Vec<&mut pb::Article>,
    answer_bytes: usize,
) -> Result<(), Error> {
    let names = articles.iter().filter_map(|article| article.name.parse().ok()).collect();
    let near = kb.near_duplicates(names).await?;
    let asked_for: usize = articles.iter().map(|article| framed(*article)).sum();
    let mut room = answer_bytes.saturating_sub(asked_for);
    for (article, near) in articles.into_iter().zip(near) {
        let near = near.into_iter().map(to_pb::near_duplicate);
        article.near_duplicates = near.take_while(|it| fits(&mut room, framed(it))).collect();
    }
    Ok(())
}
