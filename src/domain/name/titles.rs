//! What stands around names without being part of them: titles, honorifics,
//! connectives, pronouns. All are folded, and may be of several words.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Titles and honorifics that stand before a name.
pub(super) const TITLES: &[&str] = &[
    "the",
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "mister",
    "madam",
    "madame",
    "mme",
    "monsieur",
    "herr",
    "frau",
    "senor",
    "senora",
    "sir",
    "dame",
    "lord",
    "lady",
    "dr",
    "doctor",
    "prof",
    "professor",
    "eng",
    "engineer",
    "hon",
    "honorable",
    "honourable",
    "right honourable",
    "rt hon",
    "his excellency",
    "her excellency",
    "excellency",
    "hrh",
    "his highness",
    "his majesty",
    "her majesty",
    "his holiness",
    "president",
    "president elect",
    "former president",
    "vice president",
    "ex president",
    "prime minister",
    "former prime minister",
    "deputy prime minister",
    "premier",
    "chancellor",
    "foreign minister",
    "defense minister",
    "defence minister",
    "interior minister",
    "finance minister",
    "oil minister",
    "minister",
    "deputy minister",
    "secretary",
    "secretary general",
    "secretary of state",
    "undersecretary",
    "speaker",
    "senator",
    "sen",
    "congressman",
    "congresswoman",
    "representative",
    "rep",
    "governor",
    "gov",
    "mayor",
    "ambassador",
    "amb",
    "consul general",
    "judge",
    "justice",
    "chief justice",
    "attorney general",
    "king",
    "queen",
    "prince",
    "crown prince",
    "princess",
    "sultan",
    "shah",
    "pope",
    "cardinal",
    "archbishop",
    "bishop",
    "patriarch",
    "father",
    "rev",
    "reverend",
    "rabbi",
    "imam",
    "ayatollah",
    "grand ayatollah",
    "mullah",
    "mulla",
    "mufti",
    "grand mufti",
    "sheikh",
    "shaikh",
    "sheik",
    "shekh",
    "hajji",
    "haji",
    "kak",
    "kaka",
    "mam",
    "general",
    "gen",
    "lieutenant general",
    "lt gen",
    "ltgen",
    "first lieutenant general",
    "major general",
    "maj gen",
    "brigadier general",
    "brig gen",
    "brigadier",
    "brig",
    "staff lieutenant general",
    "staff general",
    "field marshal",
    "marshal",
    "colonel",
    "col",
    "lieutenant colonel",
    "lt col",
    "lieutenant",
    "lt",
    "major",
    "maj",
    "captain",
    "capt",
    "sergeant",
    "sgt",
    "admiral",
    "adm",
    "vice admiral",
    "rear admiral",
    "commander",
    "cmdr",
    "army chief",
    "chief of staff",
    "serok",
    "birez",
    // Arabic, Kurdish (Sorani) and Persian.
    "السید",
    "السیده",
    "سیاده",
    "الدکتور",
    "الدکتوره",
    "دکتور",
    "دکتر",
    "د",
    "م",
    "المهندس",
    "مهندس",
    "الشیخ",
    "شیخ",
    "شێخ",
    "مهلا",
    "مەلا",
    "الحاج",
    "حاجی",
    "اقای",
    "رییس",
    "الرییس",
    "رییس الوزرا",
    "رییس الجمهوریه",
    "رییس اقلیم کردستان",
    "الملک",
    "الامیر",
    "ولی العهد",
    "الوزیر",
    "وزیر",
    "وزیر الخارجیه",
    "السفیر",
    "الجنرال",
    "اللوا",
    "الفریق",
    "الفریق اول",
    "الفریق اول الرکن",
    "فریق",
    "العمید",
    "العقید",
    "ایه الله",
    "ایت الله",
    "کاک",
    "مام",
    "بەرێز",
    "جەنابی",
    "سەرۆک",
    "سەرۆکی هەرێمی کوردستان",
    "سەرۆک وەزیران",
    "سەرۆک کۆمار",
    "سەرۆکی حکومەت",
    "جەنەرال",
    "لیوا",
    "وەزیری",
    // Cyrillic and Greek.
    "президент",
    "премьер министр",
    "господин",
    "генерал",
    "пан",
    "κυριος",
    "κ",
    "προεδρος",
    "πρωθυπουργος",
];

/// Where a title is held: what stands before it, as in "Iraqi President".
const REALMS: &[&str] = &[
    "iraq",
    "iraqs",
    "iraqi",
    "kurdistan",
    "kurdistans",
    "kurdish",
    "kurdistan region",
    "kurdistan regions",
    "kurdistan regional",
    "region",
    "regions",
    "regional",
    "turkish",
    "syrian",
    "iranian",
    "egyptian",
    "saudi",
    "qatari",
    "emirati",
    "jordanian",
    "lebanese",
    "palestinian",
    "israeli",
    "us",
    "u s",
    "american",
    "russian",
    "ukrainian",
    "french",
    "german",
    "british",
    "italian",
    "spanish",
    "greek",
    "serbian",
    "chinese",
    "japanese",
    "indian",
    "un",
    "u n",
    "eu",
    "federal",
    "army",
    "peshmerga",
];

/// What follows a name without telling people apart. "Jr" and "III" do.
pub(super) const POSTNOMINALS: &[&str] = &[
    "phd", "md", "mp", "mep", "msc", "esq", "obe", "cbe", "kbe", "mbe", "qc", "kc", "usn", "usmc",
    "ret",
];

/// Short words between the words of a name.
pub(super) const CONNECTIVES: &[&str] = &[
    "al", "bin", "bint", "de", "del", "della", "der", "den", "di", "do", "dos", "da", "du", "des",
    "la", "le", "van", "von", "zu", "of", "for", "and", "the", "in", "on", "to", "at", "und", "et",
    "بن", "بنت", "و", "ال",
];

/// Those before which a title is no title: "Minister of Defence".
pub(super) const LINKING: &[&str] = &["of", "for", "and", "to", "in", "de", "du", "und", "و"];

/// Words so common in names of bodies and places that they tell little.
pub(super) const GENERIC: &[&str] = &[
    "university",
    "ministry",
    "minister",
    "united",
    "national",
    "union",
    "party",
    "bank",
    "army",
    "republic",
    "international",
    "council",
    "committee",
    "commission",
    "agency",
    "organization",
    "organisation",
    "office",
    "department",
    "state",
    "government",
    "company",
    "corporation",
    "corp",
    "inc",
    "ltd",
    "llc",
    "group",
    "federal",
    "general",
    "security",
    "affairs",
    "foreign",
    "association",
    "institute",
    "center",
    "centre",
    "forces",
    "democratic",
    "peoples",
    "people",
    "new",
    "north",
    "south",
    "east",
    "west",
    "region",
    "city",
    "province",
    "governorate",
    "airport",
    "news",
    "media",
    "court",
    "supreme",
    "assembly",
    "parliament",
    "cabinet",
    "presidency",
    "chief",
    "staff",
    "الجمهوریه",
    "وزاره",
    "حزب",
    "جامعه",
    "مجلس",
    "الاتحاد",
    "وەزارەتی",
    "پارتی",
    "حزبی",
    "زانکۆی",
];

/// Words that point to someone without naming anyone.
const PRONOUNS: &[&str] = &[
    "i", "me", "we", "us", "you", "he", "him", "his", "she", "her", "hers", "it", "its", "they",
    "them", "their", "theirs", "who", "whom", "this", "that", "these", "those", "one", "someone",
    "everyone", "nobody", "هو", "هی", "هم", "هن", "انا", "نحن", "انت", "ەو", "ەوان", "من", "ێمە",
    "او", "انها", "он", "она", "они", "мы", "я",
];

/// Whether `word` is a short word between others.
pub(super) fn is_connective(word: &str) -> bool {
    CONNECTIVES.contains(&word)
}

/// Whether `word` tells little in the name of a body or place.
pub(super) fn is_generic(word: &str) -> bool {
    GENERIC.contains(&word)
}

/// Whether `word` is a pronoun.
pub(super) fn is_pronoun(word: &str) -> bool {
    PRONOUNS.contains(&word)
}

/// How many of the first words make a title, with the realm that it is held in;
/// 0: none.
pub(super) fn title_length(words: &[&str]) -> usize {
    let realm = REALM_PHRASES.longest(words);
    let held = words.get(realm..).map_or(0, |words| TITLE_PHRASES.longest(words));
    if realm > 0 && held > 0 { realm + held } else { TITLE_PHRASES.longest(words) }
}

/// How many of the first words, which are folded, make a title or an honorific; 0:
/// none. An article is no title here.
#[must_use]
pub fn title_at(words: &[&str]) -> usize {
    if words.first() == Some(&"the") { 0 } else { TITLE_PHRASES.longest(words) }
}

/// Whether a title may begin with this word, which is folded.
#[must_use]
pub fn begins_title(word: &str) -> bool {
    TITLE_PHRASES.0.contains_key(word)
}

static TITLE_PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(TITLES));
static REALM_PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(REALMS));

/// Phrases by their first words: most words begin none.
struct Phrases(HashMap<&'static str, Vec<&'static str>>);

impl Phrases {
    fn new(phrases: &[&'static str]) -> Self {
        let mut by_first: HashMap<&'static str, Vec<&'static str>> = HashMap::new();
        for phrase in phrases {
            let first = phrase.split(' ').next().unwrap_or(phrase);
            by_first.entry(first).or_default().push(phrase);
        }
        Self(by_first)
    }

    /// How many of the first words make the longest of the phrases.
    fn longest(&self, words: &[&str]) -> usize {
        let likely = words.first().and_then(|first| self.0.get(first));
        let lengths = likely.into_iter().flatten().filter_map(|phrase| {
            let length = phrase.split(' ').count();
            let same = words.get(..length)?.iter().copied().eq(phrase.split(' '));
            same.then_some(length)
        });
        lengths.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_title_counts() {
        assert_eq!(title_length(&["vice", "president", "x"]), 2);
        assert_eq!(title_length(&["kurdistan", "region", "president", "x"]), 3);
        assert_eq!(title_length(&["kurdistan", "region"]), 0);
        assert_eq!(title_length(&["lt", "gen", "abdul"]), 2);
        assert_eq!(title_length(&["nechirvan"]), 0);
        assert_eq!(title_length(&[]), 0);
    }
}
