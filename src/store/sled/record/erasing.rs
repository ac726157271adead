//! The stored forms of erasures.

use super::common::{Decoded, MomentMessage};
use super::log::Value;
use crate::domain::id::IdError;
use crate::domain::revision::Revision;
use crate::store::{Erased, Erasure};

/// Why a record was erased.
#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::store::sled) struct ErasureMessage {
    #[prost(string, tag = "1")]
    reason: String,
    #[prost(string, tag = "2")]
    by: String,
    #[prost(message, optional, tag = "3")]
    time: Option<MomentMessage>,
}

impl ErasureMessage {
    pub(super) fn of(erasure: &Erasure) -> Self {
        let Erasure { reason, by, time } = erasure.clone();
        Self { reason, by, time: Some(MomentMessage::of(time)) }
    }

    pub(super) fn restore(self) -> Decoded<Erasure> {
        let time = self.time.unwrap_or_default().restore()?;
        Ok(Erasure { reason: self.reason, by: self.by, time })
    }
}

/// A name that was erased.
#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::store::sled) struct ErasedMessage {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    erasure: Option<ErasureMessage>,
    #[prost(uint64, tag = "3")]
    revision: u64,
}

impl Value for Erased {
    type Message = ErasedMessage;

    fn message(&self) -> ErasedMessage {
        ErasedMessage {
            name: self.name.to_string(),
            erasure: Some(ErasureMessage::of(&self.erasure)),
            revision: self.revision.0,
        }
    }

    fn of_message(message: ErasedMessage) -> Decoded<Self> {
        Ok(Self {
            name: message.name.parse().map_err(|error: IdError| error.to_string())?,
            erasure: message.erasure.unwrap_or_default().restore()?,
            revision: Revision(message.revision),
        })
    }
}
