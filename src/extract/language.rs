//! Whether the rules are for a text at all.

use super::words::Word;

/// Words that make up a good part of any English text.
const COMMON: &[&str] = &[
    "the", "of", "and", "to", "that", "is", "was", "for", "said", "with", "has", "have", "from",
    "by", "his", "her", "their", "it", "would", "will", "not", "at", "as", "are", "were",
];

/// How much of an English text is at least of those words.
const COMMON_SHARE: f64 = 0.12;

/// Whether a text is English: by its language, or where none is told by its words.
pub(super) fn is_english(language: Option<&str>, words: &[Word<'_>]) -> bool {
    match language {
        Some(tag) => tag == "en" || tag.starts_with("en-"),
        None => {
            // The beginning tells enough.
            let first = words.iter().take(400);
            let common = first.clone().filter(|word| word.is_any(COMMON)).count();
            common as f64 >= COMMON_SHARE * first.count() as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::words::words;

    #[test]
    fn the_language_is_told_by_its_commonest_words() {
        let check = |text: &str, language: Option<&str>, expected: bool| {
            assert_eq!(is_english(language, &words(text)), expected, "{text}");
        };
        check("The minister said that it was the end of the war.", None, true);
        check("Der Minister sagte, dass der Krieg zu Ende sei.", None, false);
        check("El ministro dijo que la guerra había terminado.", None, false);
        check("قال الوزير إن الحرب انتهت.", None, false);
        check("Der Minister", Some("en-GB"), true);
        check("The end of the war", Some("de"), false);
    }
}
