//! The language of a text, and the stems of its words.

use frostem::Stemmer;
use whatlang::Lang;

use crate::domain::name::fold_word;

/// A text's language is told by its beginning: so many code points.
const LOOKED_AT: usize = 600;
/// Shorter texts tell too little.
const TOO_SHORT: usize = 24;

/// How sure the detector must be, from 0 to 1.
const SURE: f64 = 0.8;

/// Languages with a stemmer, by the first part of their tags.
const STEMMED: [&str; 24] = [
    "ar", "ca", "cs", "da", "nl", "en", "fi", "fr", "de", "el", "hu", "it", "no", "nb", "nn", "fa",
    "pl", "pt", "ro", "ru", "es", "sv", "tr", "pes",
];

/// The languages that are told apart, with the first parts of their tags. Those
/// that are met in news; others stay untold.
const TOLD: &[(Lang, &str)] = &[
    (Lang::Afr, "af"),
    (Lang::Amh, "am"),
    (Lang::Ara, "ar"),
    (Lang::Aze, "az"),
    (Lang::Bel, "be"),
    (Lang::Ben, "bn"),
    (Lang::Bul, "bg"),
    (Lang::Cat, "ca"),
    (Lang::Ces, "cs"),
    (Lang::Cmn, "zh"),
    (Lang::Dan, "da"),
    (Lang::Deu, "de"),
    (Lang::Ell, "el"),
    (Lang::Eng, "en"),
    (Lang::Est, "et"),
    (Lang::Fin, "fi"),
    (Lang::Fra, "fr"),
    (Lang::Heb, "he"),
    (Lang::Hin, "hi"),
    (Lang::Hrv, "hr"),
    (Lang::Hun, "hu"),
    (Lang::Hye, "hy"),
    (Lang::Ind, "id"),
    (Lang::Ita, "it"),
    (Lang::Jpn, "ja"),
    (Lang::Kat, "ka"),
    (Lang::Kor, "ko"),
    (Lang::Lit, "lt"),
    (Lang::Nld, "nl"),
    (Lang::Nob, "nb"),
    (Lang::Pes, "fa"),
    (Lang::Pol, "pl"),
    (Lang::Por, "pt"),
    (Lang::Ron, "ro"),
    (Lang::Rus, "ru"),
    (Lang::Slk, "sk"),
    (Lang::Slv, "sl"),
    (Lang::Spa, "es"),
    (Lang::Srp, "sr"),
    (Lang::Swe, "sv"),
    (Lang::Tha, "th"),
    (Lang::Tur, "tr"),
    (Lang::Ukr, "uk"),
    (Lang::Urd, "ur"),
    (Lang::Vie, "vi"),
];

/// Words that Kurmanji is full of.
const KURMANJI: [&str; 14] =
    ["û", "ji", "li", "di", "ku", "bi", "ya", "yê", "ên", "xwe", "jî", "dike", "kir", "hatin"];

/// The first part of a language tag, such as `en` of `en-US`.
pub(super) fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// The language of a text, as the first part of its tag; none where it is too
/// short or too doubtful to tell.
pub(super) fn detect(text: &str) -> Option<&'static str> {
    let end = text.char_indices().nth(LOOKED_AT).map_or(text.len(), |(end, _)| end);
    let text = text.get(..end)?;
    if text.len() < TOO_SHORT {
        return None;
    }
    if let Some(kurdish) = kurdish(text) {
        return Some(kurdish);
    }
    let found = whatlang::detect(text).filter(|found| found.confidence() >= SURE)?.lang();
    TOLD.iter().find(|(lang, _)| *lang == found).map(|(_, tag)| *tag)
}

/// Whether a text is in Sorani or Kurmanji, which the detector takes for Persian
/// and Turkish: Sorani writes vowels that no neighbour does, Kurmanji has words of
/// its own.
fn kurdish(text: &str) -> Option<&'static str> {
    let letters = text.chars().filter(|char| char.is_alphabetic()).count();
    let sorani = text.chars().filter(|char| matches!(char, 'ە' | 'ێ' | 'ۆ' | 'ڕ' | 'ڵ')).count();
    if sorani * 100 > letters * 6 {
        return Some("ckb");
    }
    let words = text.split_whitespace().count();
    let own = |word: &&str| KURMANJI.contains(&word.to_lowercase().as_str());
    let kurmanji = text.split_whitespace().filter(own).count();
    let circumflexed = text.chars().any(|char| matches!(char, 'ê' | 'î' | 'û'));
    (circumflexed && kurmanji * 100 > words * 12).then_some("kmr")
}

/// Stems the words of one language.
#[derive(Clone, Copy)]
pub(super) struct Stems {
    language: &'static str,
    stemmer: Stemmer,
}

impl Stems {
    /// Those of the language whose tag begins so; none where it has no stemmer.
    pub(super) fn of(language: &str) -> Option<Self> {
        let language = STEMMED.into_iter().find(|it| *it == language)?;
        let name = match language {
            "nb" | "nn" => "no",
            "pes" => "fa",
            other => other,
        };
        Some(Self { language, stemmer: Stemmer::try_from_name(name).ok()? })
    }

    /// The first part of the language's tag.
    pub(super) fn language(&self) -> &'static str {
        self.language
    }

    /// The stem of a word as the index holds it: with its language, so that one
    /// field holds those of all. The surface is the word as written.
    pub(super) fn stem(&self, surface: &str) -> String {
        let lower = surface.to_lowercase();
        [self.language, ":", &fold_word(&self.stemmer.stem(&lower))].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        let cases = [
            ("The minister said on Monday that the talks would go on for another week.", "en"),
            ("Der Minister sagte am Montag, dass die Gespräche noch eine Woche dauern.", "de"),
            ("قال الوزير يوم الاثنين إن المحادثات ستستمر أسبوعا آخر في العاصمة", "ar"),
            ("وزیر روز دوشنبه گفت که گفتگوها یک هفته دیگر در پایتخت ادامه خواهد داشت", "fa"),
            ("وەزیر ڕۆژی دووشەممە گوتی گفتوگۆکان هەفتەیەکی دیکە بەردەوام دەبن", "ckb"),
            (
                "Wezîr roja duşemê got ku danûstandin dê li paytextê û bi heftiyeke din bidomin",
                "kmr",
            ),
            ("Bakan pazartesi günü görüşmelerin başkentte bir hafta daha süreceğini söyledi", "tr"),
        ];
        for (text, language) in cases {
            assert_eq!(detect(text), Some(language), "{text}");
        }
        assert_eq!(detect("Erbil"), None);
    }

    #[test]
    fn stems_carry_their_language() {
        let stem = |language: &str, word: &str| Stems::of(language).map(|it| it.stem(word));
        assert_eq!(stem("en", "Attacks"), Some("en:attack".into()));
        assert_eq!(stem("de", "Gespräche"), Some("de:gesprach".into()));
        assert_eq!(stem("ckb", "هەفتە"), None);
        for language in STEMMED {
            assert!(Stems::of(language).is_some(), "{language}");
        }
    }
}
