//! The stored forms of what the store keeps besides records: the change log,
//! remembered requests, its identity and its counts.

use prost::Message as _;
use sled::IVec;
use uuid::Uuid;

use super::common::{
    Decoded, MomentMessage, Numbered as _, all, article_id, numbered, perhaps, statement_name,
    text_of,
};
use super::envelope::{self, damaged};
use super::packed::{self, Packed};
use crate::domain::id::{ArticleId, BatchId, EntityId, IdError, RecordName};
use crate::domain::revision::Revision;
use crate::store::sled::source::Source;
use crate::store::{Change, ChangeKind, Counts, Error, Identity, Remembered};

/// A value that stands under one key.
pub(in crate::store::sled) trait Value: Sized {
    /// Its stored form.
    type Message: prost::Message + Default;

    fn message(&self) -> Self::Message;
    fn of_message(message: Self::Message) -> Decoded<Self>;

    /// Writes it under a key, by calling `put` for each entry.
    fn seal(&self, key: &[u8], put: impl FnMut(&[u8], Vec<u8>)) {
        let packed = Packed::new(self.message().encode_to_vec());
        envelope::seal(key, packed.flags, &packed.bytes, put);
    }

    /// Reads what stands under a key.
    fn open(source: &impl Source, key: &[u8], value: &IVec) -> Result<Self, Error> {
        let opened = envelope::open(source, key, value)?;
        let decoded = packed::unpack(opened.flags, &opened.content)
            .and_then(|plain| Self::Message::decode(&*plain).map_err(|error| error.to_string()))
            .and_then(Self::of_message);
        decoded.map_err(|error| damaged(key, &error))
    }
}

/// A commit.
#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::store::sled) struct ChangeMessage {
    #[prost(uint64, tag = "1")]
    revision: u64,
    #[prost(uint64, tag = "2")]
    previous: u64,
    #[prost(message, optional, tag = "3")]
    time: Option<MomentMessage>,
    #[prost(string, tag = "4")]
    principal: String,
    #[prost(string, tag = "5")]
    batch: String,
    /// Empty where there was none.
    #[prost(bytes = "vec", tag = "6")]
    request_id: Vec<u8>,
    #[prost(message, repeated, tag = "7")]
    records: Vec<ChangedMessage>,
}

/// What a commit did to one record.
#[derive(Clone, PartialEq, prost::Message)]
struct ChangedMessage {
    #[prost(uint32, tag = "1")]
    change: u32,
    /// An article's id; empty: the article of the record before.
    #[prost(string, tag = "2")]
    article: String,
    /// The id of a statement in that article.
    #[prost(string, tag = "3")]
    statement: String,
    /// An entity's id, where it is none of the two.
    #[prost(string, tag = "4")]
    entity: String,
}

impl Value for Change {
    type Message = ChangeMessage;

    fn message(&self) -> ChangeMessage {
        let mut article = None;
        ChangeMessage {
            revision: self.revision.0,
            previous: self.previous.0,
            time: Some(MomentMessage::of(self.time)),
            principal: self.principal.clone(),
            batch: text_of(self.batch.as_ref(), BatchId::as_str),
            request_id: self.request_id.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
            records: self
                .records
                .iter()
                .map(|(name, kind)| changed(name, *kind, &mut article))
                .collect(),
        }
    }

    fn of_message(message: ChangeMessage) -> Decoded<Self> {
        let mut article = String::new();
        let request_id = (!message.request_id.is_empty())
            .then(|| Uuid::from_slice(&message.request_id).map_err(|error| error.to_string()))
            .transpose()?;
        Ok(Self {
            revision: Revision(message.revision),
            previous: Revision(message.previous),
            time: message.time.unwrap_or_default().restore()?,
            principal: message.principal,
            batch: perhaps(&message.batch, BatchId::new)?,
            request_id,
            records: message
                .records
                .into_iter()
                .map(|changed| changed.restore(&mut article))
                .collect::<Decoded<_>>()?,
        })
    }
}

/// Says an article once for all of its statements that follow.
fn changed<'a>(
    name: &'a RecordName,
    kind: ChangeKind,
    said: &mut Option<&'a ArticleId>,
) -> ChangedMessage {
    let mut say = |article: &'a ArticleId| {
        let known = said.replace(article) == Some(article);
        if known { String::new() } else { article.as_str().to_owned() }
    };
    let mut message = ChangedMessage { change: kind.number(), ..ChangedMessage::default() };
    match name {
        RecordName::Article(id) => message.article = say(id),
        RecordName::Statement(name) => {
            message.article = say(&name.article);
            message.statement = name.statement.as_str().into();
        }
        RecordName::Entity(id) => message.entity = id.as_str().into(),
    }
    message
}

impl ChangedMessage {
    fn restore(self, said: &mut String) -> Decoded<(RecordName, ChangeKind)> {
        let kind = numbered(self.change, "kind of change")?;
        if !self.entity.is_empty() {
            let id = EntityId::new(&self.entity).map_err(|error| error.to_string())?;
            return Ok((id.into(), kind));
        }
        if !self.article.is_empty() {
            *said = self.article;
        }
        let name = if self.statement.is_empty() {
            article_id(said)?.into()
        } else {
            statement_name(said, &self.statement)?.into()
        };
        Ok((name, kind))
    }
}

/// A remembered request.
#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::store::sled) struct RememberedMessage {
    #[prost(bytes = "vec", tag = "1")]
    payload: Vec<u8>,
    #[prost(uint32, tag = "2")]
    outcome: u32,
    #[prost(string, repeated, tag = "3")]
    names: Vec<String>,
    #[prost(message, optional, tag = "4")]
    expires: Option<MomentMessage>,
    #[prost(uint64, tag = "5")]
    revision: u64,
}

impl Value for Remembered {
    type Message = RememberedMessage;

    fn message(&self) -> RememberedMessage {
        RememberedMessage {
            payload: self.payload.to_vec(),
            outcome: self.outcome,
            names: self.names.iter().map(ToString::to_string).collect(),
            expires: Some(MomentMessage::of(self.expires)),
            revision: self.revision.0,
        }
    }

    fn of_message(message: RememberedMessage) -> Decoded<Self> {
        Ok(Self {
            payload: hash(&message.payload)?,
            outcome: message.outcome,
            names: all(message.names, |name| {
                name.parse().map_err(|error: IdError| error.to_string())
            })?,
            expires: message.expires.unwrap_or_default().restore()?,
            revision: Revision(message.revision),
        })
    }
}

fn hash(bytes: &[u8]) -> Decoded<[u8; 32]> {
    bytes.try_into().map_err(|_| "a hash is cut short".into())
}

/// Which store it is.
#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::store::sled) struct IdentityMessage {
    #[prost(bytes = "vec", tag = "1")]
    store_id: Vec<u8>,
    #[prost(uint32, tag = "2")]
    format_version: u32,
    #[prost(bytes = "vec", tag = "3")]
    token_key: Vec<u8>,
}

impl Value for Identity {
    type Message = IdentityMessage;

    fn message(&self) -> IdentityMessage {
        IdentityMessage {
            store_id: self.store_id.as_bytes().to_vec(),
            format_version: self.format_version,
            token_key: self.token_key.to_vec(),
        }
    }

    fn of_message(message: IdentityMessage) -> Decoded<Self> {
        Ok(Self {
            store_id: Uuid::from_slice(&message.store_id).map_err(|error| error.to_string())?,
            format_version: message.format_version,
            token_key: hash(&message.token_key)?,
        })
    }
}

/// How many live records there are.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(in crate::store::sled) struct CountsMessage {
    #[prost(uint64, tag = "1")]
    articles: u64,
    #[prost(uint64, tag = "2")]
    statements: u64,
    #[prost(uint64, tag = "3")]
    entities: u64,
    #[prost(uint64, tag = "4")]
    outlets: u64,
    #[prost(uint64, tag = "5")]
    speakers: u64,
}

impl Value for Counts {
    type Message = CountsMessage;

    fn message(&self) -> CountsMessage {
        let Self { articles, statements, entities, outlets, speakers } = *self;
        CountsMessage { articles, statements, entities, outlets, speakers }
    }

    fn of_message(message: CountsMessage) -> Decoded<Self> {
        let CountsMessage { articles, statements, entities, outlets, speakers } = message;
        Ok(Self { articles, statements, entities, outlets, speakers })
    }
}
