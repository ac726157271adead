//! The stored forms of what pruning goes by: the floor, and what each commit left
//! behind.

use super::common::{Decoded, MomentMessage};
use super::log::Value;
use crate::domain::revision::Revision;
use crate::store::Floor;

/// From where on the history is held.
#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::store::sled) struct FloorMessage {
    #[prost(uint64, tag = "1")]
    revision: u64,
    /// None at revision 0.
    #[prost(message, optional, tag = "2")]
    time: Option<MomentMessage>,
}

impl Value for Floor {
    type Message = FloorMessage;

    fn message(&self) -> FloorMessage {
        FloorMessage { revision: self.revision.0, time: self.time.map(MomentMessage::of) }
    }

    fn of_message(message: FloorMessage) -> Decoded<Self> {
        let time = message.time.map(|time| time.restore()).transpose()?;
        Ok(Self { revision: Revision(message.revision), time })
    }
}

/// The keys of what only readers before one commit can see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::store::sled) struct LeftBehind(pub(in crate::store::sled) Vec<Vec<u8>>);

#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::store::sled) struct LeftBehindMessage {
    #[prost(bytes = "vec", repeated, tag = "1")]
    keys: Vec<Vec<u8>>,
}

impl Value for LeftBehind {
    type Message = LeftBehindMessage;

    fn message(&self) -> LeftBehindMessage {
        LeftBehindMessage { keys: self.0.clone() }
    }

    fn of_message(message: LeftBehindMessage) -> Decoded<Self> {
        Ok(Self(message.keys))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;

    use super::super::golden_file::{Golden, Lines};
    use super::*;
    use crate::store::conformance::fixtures::at;
    use crate::store::sled::keys;

    const PRUNING_1: &str =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/stored-format-1-pruning.txt");

    #[test]
    fn what_pruning_goes_by_is_stored_as_in_format_1() {
        let floor = Floor { revision: Revision(9), time: Some(at(9)) };
        let left_behind = LeftBehind(vec![b"Alpha".to_vec(), b"Nbeta\0".to_vec()]);
        let mut lines = Lines::default();
        lines.value("floor", keys::FLOOR, &floor);
        lines.value("left behind", &keys::left_behind(Revision(9)), &left_behind);
        expect_file![PRUNING_1].assert_eq(&lines.0);
        let golden = Golden::read(PRUNING_1);
        assert_eq!(golden.value::<Floor>("floor"), floor);
        assert_eq!(golden.value::<LeftBehind>("left behind"), left_behind);
    }
}
