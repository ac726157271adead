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

#[cfg(test)]
mod tests {
    use expect_test::expect_file;
    use uuid::Uuid;

    use super::super::golden_file::{Golden, Lines};
    use super::super::version::{Remains, Version};
    use super::*;
    use crate::domain::record::Committed;
    use crate::store::conformance::fixtures::{at, name};
    use crate::store::sled::keys::{self, Iid, Place};
    use crate::store::{Change, ChangeKind};

    const ERASING_1: &str =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/stored-format-1-erasing.txt");

    fn erased() -> Erased {
        let (reason, by) = ("A court said so.".to_owned(), "legal desk".to_owned());
        let erasure = Erasure { reason, by, time: at(5) };
        Erased { name: name("articles/rain"), erasure, revision: Revision(9) }
    }

    fn marker() -> Remains {
        let Erased { name, erasure, .. } = erased();
        Remains { name, article_version: 3, url: None, erasure: Some(erasure) }
    }

    fn change() -> Change {
        Change {
            revision: Revision(9),
            previous: Revision(7),
            time: at(9),
            principal: "tester".into(),
            batch: None,
            request_id: None::<Uuid>,
            records: vec![(name("articles/rain"), ChangeKind::Erased)],
        }
    }

    #[test]
    fn erasures_are_stored_as_in_format_1() {
        let place = Place::article(Iid::new(Revision(7), 0).unwrap());
        let committed = Committed {
            revision: Revision(9),
            create_revision: Revision(7),
            create_time: at(7),
            update_time: at(9),
        };
        let version = Version { committed, body: None, deleted: true, payload: marker().pack() };
        let mut lines = Lines::default();
        lines.value("erasure", &keys::erased(&erased().name), &erased());
        lines.version("marker", &place, &version);
        lines.value("change", &keys::change(Revision(9)), &change());
        expect_file![ERASING_1].assert_eq(&lines.0);
        let golden = Golden::read(ERASING_1);
        assert_eq!(golden.value::<Erased>("erasure"), erased());
        let found = golden.version("marker");
        assert_eq!(found.committed, committed);
        assert_eq!(found.remains(&golden.entry("marker").0).unwrap(), marker());
        assert_eq!(golden.value::<Change>("change"), change());
    }
}
