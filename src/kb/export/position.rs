//! How far an export has come, as its tokens say it.

use crate::domain::id::{ArticleId, RecordName};
use crate::domain::revision::Revision;
use crate::store::Cursor;

/// How far an export has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::kb) struct Position {
    /// What is being gone through.
    pub(in crate::kb) stage: Stage,
    /// The last entity or article met.
    pub(in crate::kb) outer: Option<Cursor>,
    /// The last statement met of the article.
    pub(in crate::kb) inner: Option<Cursor>,
    /// The record whose states are being written, and the last one written.
    pub(in crate::kb) states: Option<(RecordName, Revision)>,
}

/// What an export goes through, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::kb) enum Stage {
    /// Entities.
    #[default]
    Entities,
    /// Articles.
    Articles,
    /// The statements of the article met last.
    StatementsOf(ArticleId),
    /// Erasures, behind the one of this name.
    Erasures(Option<RecordName>),
    /// All is written.
    End,
}

impl Position {
    /// The position as bytes: the stage's number, then each part with its length.
    pub(in crate::kb) fn pack(&self) -> Vec<u8> {
        let (number, of) = match &self.stage {
            Stage::Entities => (0, None),
            Stage::Articles => (1, None),
            Stage::StatementsOf(article) => (2, Some(article.as_str().to_owned())),
            Stage::End => (3, None),
            Stage::Erasures(last) => (4, last.as_ref().map(ToString::to_string)),
        };
        let name = self.states.as_ref().map(|(name, _)| name.to_string());
        let revision = self.states.as_ref().map(|(_, revision)| revision.0.to_be_bytes());
        let cursor = |cursor: &'_ Option<Cursor>| cursor.as_ref().map(|cursor| cursor.0.clone());
        let mut bytes = vec![number];
        push(&mut bytes, of.as_deref().map(str::as_bytes));
        push(&mut bytes, cursor(&self.outer).as_deref());
        push(&mut bytes, cursor(&self.inner).as_deref());
        push(&mut bytes, name.as_deref().map(str::as_bytes));
        push(&mut bytes, revision.as_ref().map(<[u8; 8]>::as_slice));
        bytes
    }

    /// The position that was packed so.
    pub(in crate::kb) fn unpack(bytes: &[u8]) -> Option<Self> {
        let (number, mut rest) = bytes.split_first()?;
        let mut part = || pop(&mut rest);
        let (of, outer, inner, name, revision) = (part()?, part()?, part()?, part()?, part()?);
        let of = of.map(str::from_utf8).transpose().ok()?;
        let stage = match (number, of) {
            (0, None) => Stage::Entities,
            (1, None) => Stage::Articles,
            (2, Some(article)) => Stage::StatementsOf(ArticleId::new(article).ok()?),
            (3, None) => Stage::End,
            (4, last) => Stage::Erasures(last.map(str::parse).transpose().ok()?),
            _ => return None,
        };
        let states = match (name, revision) {
            (Some(name), Some(revision)) => {
                let revision = Revision(u64::from_be_bytes(revision.try_into().ok()?));
                Some((str::from_utf8(name).ok()?.parse().ok()?, revision))
            }
            _ => None,
        };
        let cursor = |cursor: Option<&[u8]>| cursor.map(|cursor| Cursor(cursor.to_vec()));
        Some(Self { stage, outer: cursor(outer), inner: cursor(inner), states })
    }
}

/// Adds a part: whether it is there, its length, and itself.
fn push(bytes: &mut Vec<u8>, part: Option<&[u8]>) {
    let Some(part) = part else { return bytes.push(0) };
    bytes.push(1);
    bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
    bytes.extend_from_slice(part);
}

/// Takes a part off the front.
fn pop<'a>(bytes: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let (there, rest) = bytes.split_first()?;
    if *there == 0 {
        *bytes = rest;
        return Some(None);
    }
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
    let (part, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(Some(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn position() -> impl Strategy<Value = Position> {
        let article =
            "[a-z0-9]{1,9}".prop_map(|id| Stage::StatementsOf(ArticleId::new(&id).unwrap()));
        let erasures = proptest::option::of(Just("articles/a/statements/b".parse().unwrap()))
            .prop_map(Stage::Erasures);
        let stage = prop_oneof![
            Just(Stage::Entities),
            Just(Stage::Articles),
            article,
            erasures,
            Just(Stage::End)
        ];
        let cursor = || proptest::option::of(any::<Vec<u8>>().prop_map(Cursor));
        let states =
            proptest::option::of(any::<u64>().prop_map(|revision| {
                ("articles/a/statements/b".parse().unwrap(), Revision(revision))
            }));
        (stage, cursor(), cursor(), states).prop_map(|(stage, outer, inner, states)| Position {
            stage,
            outer,
            inner,
            states,
        })
    }

    proptest! {
        #[test]
        fn a_position_comes_back(position in position()) {
            prop_assert_eq!(Position::unpack(&position.pack()), Some(position));
        }

        #[test]
        fn rubbish_is_no_position_and_breaks_nothing(bytes in any::<Vec<u8>>()) {
            let _ = Position::unpack(&bytes);
        }
    }
}
