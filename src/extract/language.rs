//! Whether a text is English.

use super::found::Document;
use super::lexicon::{Classes, Lexicon};

/// Words that are looked at where a text does not say its language.
const LOOKED_AT: usize = 400;

/// Whether a text is English: by its language tag, or by its words where it has none.
pub(super) fn is_english(document: &Document<'_>) -> bool {
    match document.language {
        Some(tag) => tag.as_str().split('-').next() == Some("en"),
        None => has_english_words(document.text),
    }
}

/// In English about four words in ten are of the closed classes; words such as "a",
/// "in" and "me" are also found in other languages.
fn has_english_words(text: &str) -> bool {
    let closed = Classes::DETERMINER
        .or(Classes::PREPOSITION)
        .or(Classes::SUBJECT)
        .or(Classes::COORDINATOR)
        .or(Classes::TO)
        .or(Classes::THAT)
        .or(Classes::BE);
    let lexicon = Lexicon::english();
    let (mut words, mut english) = (0, 0);
    for word in
        text.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()).take(LOOKED_AT)
    {
        words += 1;
        let known = word.len() < 16 && lexicon.get(&word.to_lowercase()).classes.any(closed);
        english += usize::from(known);
    }
    english * 5 >= words && english > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::LanguageTag;

    #[test]
    fn english_is_told_by_tag_or_words() {
        let check = |text: &str, tag: Option<&str>, expected: bool| {
            let tag = tag.map(|tag| LanguageTag::new(tag).unwrap());
            let document = Document { text, language: tag.as_ref(), published_at: None };
            assert_eq!(is_english(&document), expected, "{text} {tag:?}");
        };
        check("", None, false);
        check("The mayor said on Tuesday that the bridge would open in May.", None, true);
        check("Der Minister sagte am Dienstag, die Brücke werde im Mai eröffnet.", None, false);
        check("Le ministre a déclaré mardi que le pont ouvrira au mois de mai.", None, false);
        check("سەرۆکی هەرێم ڕایگەیاند", None, false);
        check("Yes", Some("en-GB"), true);
        check("The mayor said so.", Some("de"), false);
    }
}
