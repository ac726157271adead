//! What of a write can be done before its turn comes, on its caller's side:
//! encoding, compressing, and finding its index entries.

use super::keys;
use super::record;
use super::record::envelope;
use super::record::packed::{self, Packed};
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::id::{BatchId, EntityId, RecordName};
use crate::domain::record::{Committed, Record, Times};
use crate::domain::text::CanonicalUrl;
use crate::domain::time::Timestamp;
use crate::store::{
    Erasure, Error, Mutation, Precondition, Remembered, RequestKey, WriteBatch, catalogue,
};

/// A batch that waits to be committed.
pub(super) struct Prepared {
    pub(super) time: Timestamp,
    pub(super) principal: String,
    pub(super) batch: Option<BatchId>,
    pub(super) require: Vec<Precondition>,
    pub(super) steps: Vec<Step>,
    pub(super) remember: Option<(RequestKey, Remembered)>,
}

/// A prepared mutation.
pub(super) enum Step {
    Put(Box<Put>),
    Delete(RecordName),
    Erase(RecordName, Erasure),
    /// What it stores depends on what is stored.
    Ensure(EntityId, Box<Entity>),
}

/// A record that is ready to be stored.
pub(super) struct Put {
    pub(super) name: RecordName,
    pub(super) payload: Packed,
    /// The heads of its index entries but for that of its creation, sorted.
    pub(super) heads: Vec<Vec<u8>>,
    /// An article's address.
    pub(super) url: Option<CanonicalUrl>,
    /// An article's text.
    pub(super) text: Text,
    /// The times of a record that is restored.
    pub(super) times: Option<Times>,
}

/// The text of an article that is put.
pub(super) enum Text {
    /// It has none.
    None,
    /// It keeps the stored one, which must have this hash.
    Stored([u8; 32]),
    /// It brings one.
    New { hash: [u8; 32], bytes: u32, chunks: Vec<Vec<u8>> },
}

impl Prepared {
    pub(super) fn new(batch: WriteBatch) -> Result<Self, Error> {
        Ok(Self {
            time: batch.time,
            principal: batch.principal,
            batch: batch.batch,
            require: batch.require,
            steps: batch.mutations.into_iter().map(Step::new).collect::<Result<_, _>>()?,
            remember: batch.remember,
        })
    }
}

impl Step {
    fn new(mutation: Mutation) -> Result<Self, Error> {
        Ok(match mutation {
            Mutation::Put(name, record) => Self::Put(Box::new(Put::new(name, record)?)),
            Mutation::Restore(name, record, times) => {
                let put = Put::new(name, record)?;
                Self::Put(Box::new(Put { times: Some(times), ..put }))
            }
            Mutation::Delete(name) => Self::Delete(name),
            Mutation::Erase(name, erasure) => Self::Erase(name, erasure),
            Mutation::Ensure(id, entity) => Self::Ensure(id, entity),
        })
    }
}

impl Put {
    pub(super) fn new(name: RecordName, record: Record) -> Result<Self, Error> {
        let heads = heads(&name, &record);
        let (url, text) = match &record {
            Record::Article(article) => (article.canonical_url.clone(), Text::of(article)?),
            Record::Statement(_) | Record::Entity(_) => (None, Text::None),
        };
        let payload = Packed::new(record::encode(&name, record)?);
        Ok(Self { name, payload, heads, url, text, times: None })
    }
}

impl Text {
    fn of(article: &Article) -> Result<Self, Error> {
        let Some(hash) = article.body.hash else { return Ok(Self::None) };
        let Some(text) = &article.body.text else { return Ok(Self::Stored(hash)) };
        let shrunk = packed::compress(text.as_bytes())
            .map_err(|error| Error::Internal(format!("compressing a text: {error}")))?;
        let chunks = shrunk.chunks(envelope::room(keys::BODY_KEY_BYTES)).map(<[u8]>::to_vec);
        Ok(Self::New { hash, bytes: text.len() as u32, chunks: chunks.collect() })
    }
}

/// The heads of all index entries of a record, sorted.
pub(super) fn all_heads(name: &RecordName, record: &Record, committed: &Committed) -> Vec<Vec<u8>> {
    with_creation(heads(name, record), name, committed)
}

/// The heads of a record's index entries with that of its creation, which is known once
/// it is committed. Sorted.
pub(super) fn with_creation(
    mut heads: Vec<Vec<u8>>,
    name: &RecordName,
    committed: &Committed,
) -> Vec<Vec<u8>> {
    let created = keys::created(name, committed.create_time);
    if let Err(at) = heads.binary_search(&created) {
        heads.insert(at, created);
    }
    heads
}

/// The heads of a record's other index entries, sorted.
fn heads(name: &RecordName, record: &Record) -> Vec<Vec<u8>> {
    let entries = catalogue::entries(name, record);
    let mut heads: Vec<_> = entries.iter().map(|entry| keys::head(entry, name)).collect();
    heads.sort_unstable();
    heads.dedup();
    heads
}

/// How many bytes of text the batches bring: what decides whether preparing them
/// would hold up an async worker.
pub(super) fn text_bytes(batches: &[WriteBatch]) -> usize {
    let mutations = batches.iter().flat_map(|batch| &batch.mutations);
    mutations
        .map(|mutation| match mutation {
            Mutation::Put(_, Record::Article(article))
            | Mutation::Restore(_, Record::Article(article), _) => {
                article.body.text.as_ref().map_or(0, |text| text.len())
            }
            _ => 0,
        })
        .sum()
}
