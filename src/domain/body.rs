//! An article's text and the positions in it.

use std::sync::Arc;

use unicode_normalization::{UnicodeNormalization, is_nfc_quick};

/// How much of the published text is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BodyExtent {
    /// The whole text.
    Full,
    /// A part of it.
    Excerpt,
    /// None of it.
    #[default]
    None,
}

/// An article's text: what is known about it, and the text where it was loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// How much of the published text is held.
    pub extent: BodyExtent,
    /// The BLAKE3 hash of the text; `None` where no text is held.
    pub hash: Option<[u8; 32]>,
    /// The length of the text in code points.
    pub length: u32,
    /// The text; `None` where none is held or where it was not loaded.
    pub text: Option<Arc<str>>,
}

impl Body {
    /// Takes a text, normalised to NFC with CR LF made LF. Also says whether that
    /// changed it.
    #[must_use]
    pub fn new(text: String, extent: BodyExtent) -> (Self, bool) {
        if text.is_empty() {
            return (Self::default(), false);
        }
        let (text, changed) = normalize(text);
        let length = text.chars().count() as u32;
        let hash = *blake3::hash(text.as_bytes()).as_bytes();
        (Self { extent, hash: Some(hash), length, text: Some(text.into()) }, changed)
    }

    /// The same without the text itself.
    #[must_use]
    pub fn without_text(&self) -> Self {
        Self { text: None, ..self.clone() }
    }

    /// Whether selectors can be verified against it.
    #[must_use]
    pub fn verifies(&self) -> bool {
        self.extent == BodyExtent::Full
    }
}

/// Normalises to NFC and makes CR LF LF; says whether that changed anything.
#[must_use]
pub fn normalize(text: String) -> (String, bool) {
    let text_lf = if text.contains("\r\n") { text.replace("\r\n", "\n") } else { text.clone() };
    let normal = match is_nfc_quick(text_lf.chars()) {
        unicode_normalization::IsNormalized::Yes => text_lf,
        _ => text_lf.nfc().collect(),
    };
    let changed = normal != text;
    (normal, changed)
}

/// The code points of a text, found by position without walking from its start.
pub struct TextIndex<'a> {
    text: &'a str,
    /// The byte offset of every `STRIDE`th code point; empty for ASCII texts,
    /// where a code point is a byte.
    marks: Vec<u32>,
    length: usize,
}

const STRIDE: usize = 64;

impl<'a> TextIndex<'a> {
    /// Walks `text` once.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        if text.is_ascii() {
            return Self { text, marks: Vec::new(), length: text.len() };
        }
        let mut marks = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut length = 0;
        for (offset, _) in text.char_indices() {
            if length % STRIDE == 0 {
                marks.push(offset as u32);
            }
            length += 1;
        }
        Self { text, marks, length }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Its length in code points.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// The byte at which code point `position` begins; the length in bytes for
    /// the position after the last; `None` further on.
    #[must_use]
    pub fn byte_of(&self, position: usize) -> Option<usize> {
        if position >= self.length {
            return (position == self.length).then_some(self.text.len());
        }
        let Some(mark) = self.marks.get(position / STRIDE) else { return Some(position) };
        let mark = *mark as usize;
        let rest = self.text.get(mark..)?;
        rest.char_indices().nth(position % STRIDE).map(|(offset, _)| mark + offset)
    }

    /// The code point that begins at `byte`, which is on a border.
    #[must_use]
    pub fn position_of(&self, byte: usize) -> usize {
        if self.marks.is_empty() {
            return byte;
        }
        let stride = self.marks.partition_point(|mark| (*mark as usize) <= byte).saturating_sub(1);
        let mark = self.marks.get(stride).map_or(0, |mark| *mark as usize);
        stride * STRIDE + self.text.get(mark..byte).map_or(0, |part| part.chars().count())
    }

    /// The text between two positions; `None` where they are out of range or
    /// out of order.
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> Option<&'a str> {
        self.text.get(self.byte_of(start)?..self.byte_of(end)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_body_is_normalised() {
        let (body, changed) = Body::new("Cafe\u{301}\r\nnoir".into(), BodyExtent::Full);
        assert_eq!(body.text.as_deref(), Some("Café\nnoir"));
        assert_eq!(body.length, 9);
        assert!(changed);
        assert!(!Body::new("Café".into(), BodyExtent::Full).1);
    }

    proptest! {
        #[test]
        fn positions_agree_with_a_walk(text in "\\PC{0,300}") {
            let index = TextIndex::new(&text);
            let walk: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            prop_assert_eq!(index.length(), walk.len());
            for (position, byte) in walk.iter().enumerate() {
                prop_assert_eq!(index.byte_of(position), Some(*byte));
                prop_assert_eq!(index.position_of(*byte), position);
            }
            prop_assert_eq!(index.byte_of(walk.len()), Some(text.len()));
            prop_assert_eq!(index.byte_of(walk.len() + 1), None);
        }
    }
}
