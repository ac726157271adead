//! Names of people, organizations and places: folding them so that spellings of
//! one name meet, the keys that they are looked up by, and how alike two are.
//!
//! A name goes through three forms, each coarser than the one before:
//!
//! - **folded**: case, diacritics, letter variants, titles and punctuation are
//!   set aside; the script stays;
//! - **sound**: its Latin transliteration, with the vowels that transcriptions
//!   differ in made one;
//! - **skeleton**: the consonants of each word, with those that scripts confuse
//!   made one. مسرور, Masrour and Mesrûr share one.
//!
//! An index holds each name under a few keys. A look-up reads the most selective
//! first and stops at a bound, so that it costs the same among ten million
//! entities:
//!
//! | key | holds | finds |
//! |---|---|---|
//! | `f:` | the sound of the whole name, without gaps | the name itself in any case, script and spacing |
//! | `n:` | the skeletons of all words, sorted | other orders, vowels and transcriptions |
//! | `p:` | the first initial, the skeleton of the last word | initials, a misspelt or other given name |
//! | `q:` | the skeleton of the first word, the last initial | a misspelt surname |
//! | `a:` | initials of the words | acronyms |
//! | `t:` | the skeleton of one telling word, for up to three | a part of the name |
//! | `b:`, `e:` | first and last letters of a one-word name | one misspelt letter |

mod compare;
mod fold;
mod keys;
mod sound;
mod titles;

pub use self::compare::{Likeness, Match, Sameness, compare};
use self::fold::Word;
pub use self::fold::{fold_word, is_mark, joins};
pub use self::keys::{MAX_KEY_BYTES, MAX_KEYS, full_key, index_keys, lookup_keys, word_key};
pub use self::titles::{begins_title, title_at};

/// How a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Latin,
    /// Arabic letters, of whichever language: short vowels may be left out.
    Arabic,
    /// Chinese characters: many have the same sound.
    Han,
    /// Letters of several: no spelling of any one language.
    Mixed,
    Other,
}

/// One telling word of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unit {
    /// Folded.
    fold: String,
    /// In Latin letters, without an Arabic article.
    latin: String,
    /// Its consonants.
    skeleton: String,
    /// Whether it is one letter that stands for a word.
    initial: bool,
    /// Whether many names of bodies have it.
    generic: bool,
}

/// A name taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    text: String,
    words: Vec<Word>,
    /// The words that are left without titles: a range of `words`.
    core: std::ops::Range<usize>,
    units: Vec<Unit>,
    script: Script,
    inverted: bool,
}

/// A name folded for comparison: its words without titles, one space between.
#[must_use]
pub fn fold(name: &str) -> String {
    let words = fold::words(name);
    let core = words.get(core(&words)).unwrap_or_default();
    let folds: Vec<&str> = core.iter().map(|word| word.fold.as_str()).collect();
    folds.join(" ")
}

/// A name in Latin letters as outlets spell it in English, for readable ids.
#[must_use]
pub fn romanize(name: &str) -> String {
    if !sound::is_arabic(name) {
        return name.into();
    }
    let words = fold::words(name);
    let latin: Vec<String> = words.iter().map(|word| article_latin(&word.fold, "al-")).collect();
    latin.join(" ")
}

impl Name {
    /// Takes a name apart.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let words = fold::words(text);
        let core = core(&words);
        let mut name = Self {
            text: text.trim().into(),
            script: script(&words),
            inverted: is_inverted(&words),
            units: Vec::new(),
            words,
            core,
        };
        name.units = name.make_units();
        name
    }

    fn core(&self) -> &[Word] {
        self.words.get(self.core.clone()).unwrap_or_default()
    }

    /// Whether nothing but titles, pronouns and generic words is in it: such a
    /// text points to someone, but names no one.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        let folds: Vec<&str> = self.words.iter().map(|word| word.fold.as_str()).collect();
        let mut rest = folds.as_slice();
        while let Some(word) = rest.first() {
            let common =
                titles::is_generic(word) || titles::is_connective(word) || titles::is_pronoun(word);
            let length = titles::title_length(rest).max(usize::from(common));
            if length == 0 {
                return false;
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        true
    }

    /// Whether both are written in the same script.
    #[must_use]
    pub fn shares_script(&self, other: &Self) -> bool {
        self.script == other.script
    }

    /// Whether titles stand around it.
    fn has_title(&self) -> bool {
        self.core.len() < self.words.len()
    }

    /// Whether it is one word, initials, titles and particles aside.
    #[must_use]
    pub fn is_single_word(&self) -> bool {
        let words = self.core().iter().filter(|word| {
            word.fold.chars().nth(1).is_some() && !titles::is_connective(&word.fold)
        });
        // A Chinese or Korean name is written without gaps.
        let parts = words.map(|word| {
            let gapless = word.fold.chars().all(is_gapless);
            if gapless && word.fold.chars().nth(2).is_some() { 2 } else { 1 }
        });
        parts.sum::<usize>() < 2
    }

    fn make_units(&self) -> Vec<Unit> {
        let telling = self.core().iter().filter(|word| !titles::is_connective(&word.fold));
        let mut words: Vec<&Word> = telling.collect();
        if words.is_empty() {
            words = self.core().iter().collect();
        }
        let respelt = words.iter().any(|word| sound::has_kurdish_or_turkish_letter(&word.surface));
        let mut units = Vec::with_capacity(words.len());
        let mut words = words.into_iter().peekable();
        while let Some(word) = words.next() {
            let next = words.next_if(|next| is_servant(word) && next.fold.chars().count() > 2);
            let joined = next.or_else(|| words.next_if(|next| next.fold == "الله"));
            units.push(match joined {
                Some(next) => joined_unit(word, next),
                None => unit(word, respelt),
            });
        }
        units
    }
}

/// Whether the word is the first half of names like Abdul Amir, "servant of".
fn is_servant(word: &Word) -> bool {
    matches!(
        word.fold.as_str(),
        "abd" | "abdul" | "abdel" | "abdal" | "abdol" | "abdoul" | "عبد" | "عەبد"
    )
}

fn unit(word: &Word, respelt: bool) -> Unit {
    let latin = without_servant(&article_latin(&word.fold, ""));
    let skeleton = if respelt {
        sound::skeleton(&without_servant(&sound::respell(&word.surface)))
    } else {
        sound::skeleton(&latin)
    };
    Unit {
        latin,
        skeleton,
        initial: word.fold.chars().nth(1).is_none() && word.fold.chars().all(char::is_alphabetic),
        generic: titles::is_generic(&word.fold),
        fold: word.fold.clone(),
    }
}

/// "Abdul Amir", "Abd al-Amir" and "عبد الأمير" are one given name, as are "نصر الله"
/// and Nasrallah.
fn joined_unit(word: &Word, next: &Word) -> Unit {
    let first = if is_servant(word) { "abd".into() } else { article_latin(&word.fold, "") };
    let latin = format!("{first}{}", article_latin(&next.fold, ""));
    Unit {
        fold: format!("{} {}", word.fold, next.fold),
        skeleton: sound::skeleton(&latin),
        latin,
        initial: false,
        generic: false,
    }
}

/// The same where it is written as one word.
fn without_servant(latin: &str) -> String {
    let rest = ["abdul", "abdel", "abdal", "abdol", "abdur", "abder"]
        .iter()
        .find_map(|servant| latin.strip_prefix(servant))
        .filter(|rest| rest.chars().nth(2).is_some());
    rest.map_or_else(|| latin.into(), |rest| format!("abd{rest}"))
}

/// A folded word in Latin letters, with `article` for an Arabic article.
fn article_latin(fold: &str, article: &str) -> String {
    match fold.strip_prefix("ال").filter(|rest| rest.chars().nth(2).is_some()) {
        Some(rest) => format!("{article}{}", sound::romanize(rest)),
        None => sound::romanize(fold),
    }
}

/// The words without the titles before and after them; never none of them.
fn core(words: &[Word]) -> std::ops::Range<usize> {
    let folds: Vec<&str> = words.iter().map(|word| word.fold.as_str()).collect();
    let mut start = 0;
    loop {
        let rest = folds.get(start..).unwrap_or_default();
        let length = titles::title_length(rest);
        let linked = rest.get(length).is_none_or(|next| titles::LINKING.contains(next));
        if length == 0 || linked {
            break;
        }
        start += length;
    }
    let mut end = folds.len();
    while end > start + 2
        && folds.get(end - 1).is_some_and(|last| titles::POSTNOMINALS.contains(last))
    {
        end -= 1;
    }
    start..end
}

/// Whether a comma parts a surname from what stands before it in speech, as in
/// "Barzani, Nechirvan".
fn is_inverted(words: &[Word]) -> bool {
    let commas = words.iter().filter(|word| word.comma).count();
    commas == 1 && words.last().is_some_and(|last| !last.comma)
}

fn script(words: &[Word]) -> Script {
    let letters = words.iter().flat_map(|word| word.fold.chars()).filter(|c| c.is_alphabetic());
    let mut scripts = letters.map(script_of);
    let first = scripts.next().unwrap_or(Script::Latin);
    if scripts.all(|script| script == first) { first } else { Script::Mixed }
}

fn script_of(letter: char) -> Script {
    match letter {
        _ if fold::is_latin(letter) => Script::Latin,
        '\u{620}'..='\u{6ff}' => Script::Arabic,
        '\u{3400}'..='\u{9fff}' => Script::Han,
        _ => Script::Other,
    }
}

fn is_gapless(char: char) -> bool {
    matches!(char, '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(fold(name), expected);
    }

    #[test]
    fn titles_are_set_aside() {
        check("Lt. Gen. Abdul-Amir Rashid Yarallah", "abdul amir rashid yarallah");
        check("President Nechirvan Barzani", "nechirvan barzani");
        check("Prof. Dr. Barham Salih, PhD", "barham salih");
        check("سەرۆک نێچیرڤان بارزانی", "نێچیرڤان بارزانی");
        check("Kak Masoud", "masoud");
    }

    #[test]
    fn a_title_alone_stays() {
        check("President", "president");
        check("The President", "president");
        check("Prime Minister of Iraq", "prime minister of iraq");
        assert!(Name::parse("the Prime Minister").is_bare());
        assert!(Name::parse("he").is_bare());
        assert!(!Name::parse("Prime Minister Sudani").is_bare());
    }

    #[test]
    fn every_title_is_written_folded() {
        let lists = [titles::TITLES, titles::POSTNOMINALS, titles::CONNECTIVES, titles::GENERIC];
        for title in lists.into_iter().flatten() {
            let words: Vec<String> = fold::words(title).into_iter().map(|word| word.fold).collect();
            assert_eq!(words.join(" "), **title);
        }
    }

    #[test]
    fn one_word_is_told_from_several() {
        for single in ["Barzani", "President Barzani", "N. Barzani", "al-Sisi", "李强", "Dr. B. J."]
        {
            assert!(Name::parse(single).is_single_word(), "{single}");
        }
        for several in ["Nechirvan Barzani", "习近平", "Abdul Amir"] {
            assert!(!Name::parse(several).is_single_word(), "{several}");
        }
    }

    #[test]
    fn arabic_letters_give_readable_ids() {
        assert_eq!(romanize("نێچیرڤان بارزانی"), "nechirvan barzani");
        assert_eq!(romanize("السوداني"), "al-sudani");
        assert_eq!(romanize("Nêçîrvan"), "Nêçîrvan");
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(name in "\\PC{0,40}|[A-Za-z ،,.'\\-ئيیكکةهالئءإأوۆێەڕڵ]{0,30}") {
            let once = fold(&name);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
