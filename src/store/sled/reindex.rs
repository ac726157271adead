//! The index entries of a commit, and the counters that follow from them.

use super::commit::{Before, Commit};
use super::judge;
use super::keys::{self, Place};
use super::source::Source as _;
use crate::domain::text::CanonicalUrl;
use crate::store::{Conflict, Error};

impl Commit<'_, '_> {
    /// Lets the address lead to the article, unless another one has it.
    pub(super) fn index_url(
        &mut self,
        place: &Place,
        before: Option<&Before>,
        url: Option<&CanonicalUrl>,
    ) -> Result<(), Error> {
        let had = before.and_then(|before| before.url.as_ref());
        let has_it = had == url && before.is_some_and(|before| before.live.is_some());
        if has_it {
            return Ok(());
        }
        if let Some(url) = url
            && let Some(article) = judge::holder(self.group, place, url)?
        {
            return Err(Error::Conflict(Conflict::UrlTaken { url: url.clone(), article }));
        }
        if had != url {
            let heads = |url: Option<&CanonicalUrl>| url.map(keys::url_head).into_iter().collect();
            let (old, new): (Vec<_>, Vec<_>) = (heads(had), heads(url));
            self.reindex(place, &old, &new)?;
        }
        Ok(())
    }

    /// Ends the index entries that no longer hold and begins new ones; what stays
    /// is not touched. Both lists are sorted.
    pub(super) fn reindex(
        &mut self,
        place: &Place,
        old: &[Vec<u8>],
        new: &[Vec<u8>],
    ) -> Result<(), Error> {
        for head in old.iter().filter(|head| new.binary_search(head).is_err()) {
            let head_and_place = [head.as_slice(), place.untagged()].concat();
            if let Some(key) = self.group.newest_index_key(&head_and_place)? {
                self.group.put(&key, keys::ended(self.revision));
                self.left_behind.push(key.to_vec());
            }
            self.tally(head, -1);
        }
        let from = self.revision.0.to_be_bytes();
        for head in new.iter().filter(|head| old.binary_search(head).is_err()) {
            let key = [head.as_slice(), place.untagged(), &from].concat();
            self.group.put(&key, &[]);
            self.tally(head, 1);
        }
        Ok(())
    }

    pub(super) fn tally(&mut self, head: &[u8], by: i64) {
        if let Some(counter) = keys::counter(head) {
            *self.counted.entry(counter).or_default() += by;
        }
    }

    /// Brings the counters up to date; the first and the last of a publisher or
    /// speaker change the counts.
    pub(super) fn settle_counters(&mut self) -> Result<(), Error> {
        for (key, by) in std::mem::take(&mut self.counted) {
            if by == 0 {
                continue;
            }
            let stored = self.group.get(&key)?;
            let stored = stored.and_then(|value| value.as_ref().try_into().ok());
            let before = stored.map_or(0, u64::from_be_bytes);
            let after = before.saturating_add_signed(by);
            let distinct = match keys::is_publisher_counter(&key) {
                true => &mut self.counts.outlets,
                false => &mut self.counts.speakers,
            };
            match (before, after) {
                (0, 1..) => *distinct += 1,
                (1.., 0) => *distinct = distinct.saturating_sub(1),
                _ => {}
            }
            if after == 0 {
                self.group.remove(&key);
            } else {
                self.group.put(&key, &after.to_be_bytes());
            }
        }
        Ok(())
    }
}
