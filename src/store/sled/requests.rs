//! Remembered requests: kept under their keys until they expire.

use super::group::Group;
use super::keys;
use super::record::envelope;
use super::record::log::Value as _;
use super::source::Source;
use crate::domain::time::Timestamp;
use crate::store::{Error, Remembered, RequestKey};

/// Remembers what was answered to a request.
pub(super) fn remember(
    group: &mut Group<'_>,
    key: &RequestKey,
    remembered: Remembered,
) -> Result<(), Error> {
    let key = keys::remembered(key);
    if let Some(value) = group.get(&key)? {
        forget(group, &key, &value);
    }
    group.put(&keys::expiry(remembered.expires, &key), &[]);
    remembered.seal(&key, |key, value| group.put(key, value));
    Ok(())
}

/// What is remembered of a request, expired or not.
pub(super) fn remembered(
    source: &impl Source,
    key: &RequestKey,
) -> Result<Option<Remembered>, Error> {
    let key = keys::remembered(key);
    source.get(&key)?.map(|value| Remembered::open(source, &key, &value)).transpose()
}

/// How many remembered requests a group forgets at most.
const FORGOTTEN_A_GROUP: usize = 64;

/// Removes some of the remembered requests that have expired. One that cannot be
/// read is removed too: nobody will ask for it.
pub(super) fn forget_expired(group: &mut Group<'_>, now: Timestamp) -> Result<(), Error> {
    let (mut low, high) = keys::expired(now);
    for _ in 0..FORGOTTEN_A_GROUP {
        let Some((expiry, _)) = group.first_stored(&low, &high)? else { break };
        low = [expiry.as_ref(), &[0]].concat();
        if let Some(key) = keys::expiring(&expiry)
            && let Some(value) = group.get(key)?
            && Remembered::open(group, key, &value).map_or(true, |known| known.expires <= now)
        {
            forget(group, key, &value);
        }
        group.remove(&expiry);
    }
    group.keep();
    Ok(())
}

fn forget(group: &mut Group<'_>, key: &[u8], value: &sled::IVec) {
    for key in envelope::continuation_keys(key, value) {
        group.remove(&key);
    }
    group.remove(key);
}
