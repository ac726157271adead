//! The keys that names are looked up by.

use super::{Name, Script, Unit, sound, titles};

/// The most keys of one name.
pub const MAX_KEYS: usize = 9;
/// The longest key, in bytes.
pub const MAX_KEY_BYTES: usize = 60;

/// How many bytes of a long key stay readable, before a hash of the whole.
const READABLE_BYTES: usize = 40;
/// The words of a name that have a key of their own.
const WORD_KEYS: usize = 3;
/// How many letters an acronym has.
const ACRONYM_LETTERS: std::ops::RangeInclusive<usize> = 2..=8;

/// The keys under which an index holds a name.
#[must_use]
pub fn index_keys(name: &str) -> Vec<String> {
    let name = Name::parse(name);
    let mut keys: Vec<String> = full_key(&name).into_iter().collect();
    keys.extend(pair_keys(&name));
    keys.extend(acronyms(&name).iter().map(|letters| key("a:", letters)));
    keys.extend(word_keys(&name).into_iter().take(WORD_KEYS));
    keys.extend(edge_keys(&name));
    distinct(keys)
}

/// The keys to look a name up by, the most selective first.
#[must_use]
pub fn lookup_keys(name: &Name) -> Vec<String> {
    let mut keys: Vec<String> = full_key(name).into_iter().collect();
    keys.extend(pair_keys(name));
    if let [unit] = name.units.as_slice() {
        let fits = ACRONYM_LETTERS.contains(&unit.latin.chars().count());
        keys.extend(fits.then(|| key("a:", &unit.latin)));
    } else if let Some(letters) = spelt_acronym(name) {
        keys.push(key("a:", &letters));
    }
    keys.extend(acronyms(name).iter().map(|letters| key("f:", &sound::canon(letters))));
    keys.extend(edge_keys(name));
    let mut words = word_keys(name);
    words.sort_by_key(|key| std::cmp::Reverse(key.len()));
    keys.extend(words.into_iter().take(2 * WORD_KEYS));
    let mut distinct = Vec::with_capacity(keys.len());
    for key in keys {
        if !distinct.contains(&key) {
            distinct.push(key);
        }
    }
    distinct
}

/// The key of the whole name: two names that are the same beyond spelling share
/// it. `None` where nothing can be read.
#[must_use]
pub fn full_key(name: &Name) -> Option<String> {
    let sound = name.core_sound();
    (!sound.is_empty()).then(|| key("f:", &sound))
}

/// The key of a one-word name, which longer names share that have the word.
#[must_use]
pub fn word_key(name: &Name) -> Option<String> {
    word_keys(name).into_iter().next()
}

impl Name {
    /// The sound of the name without titles, without gaps.
    pub(super) fn core_sound(&self) -> String {
        sound::canon(&self.core_latin())
    }

    /// The name without titles in Latin letters, without gaps.
    pub(super) fn core_latin(&self) -> String {
        self.core().iter().map(|word| super::article_latin(&word.fold, "al")).collect()
    }

    /// The first and the last word in the order of speech, where there are two.
    fn ends(&self) -> Option<(&Unit, &Unit)> {
        match self.units.as_slice() {
            [surname, given, ..] if self.inverted => Some((given, surname)),
            [first, .., last] => Some((first, last)),
            _ => None,
        }
    }
}

fn pair_keys(name: &Name) -> Vec<String> {
    let Some((first, last)) = name.ends() else { return Vec::new() };
    let mut skeletons: Vec<&str> = name.units.iter().map(|unit| unit.skeleton.as_str()).collect();
    skeletons.sort_unstable();
    let mut keys = vec![
        key("n:", &skeletons.join(" ")),
        key("p:", &format!("{} {}", initial(first), last.skeleton)),
    ];
    if !first.initial {
        keys.push(key("q:", &format!("{} {}", first.skeleton, initial(last))));
    }
    keys
}

/// The first letter, with those that transcriptions confuse made one.
pub(super) fn initial(unit: &Unit) -> char {
    match unit.latin.chars().next() {
        Some('a' | 'e' | 'i' | 'o' | 'u') | None => 'a',
        Some('c' | 'g' | 'q') => 'k',
        Some('p') => 'b',
        Some('v') => 'f',
        Some(other) => other,
    }
}

/// A key for each telling word: the last first, then the first, then the longest.
fn word_keys(name: &Name) -> Vec<String> {
    let telling = |unit: &&Unit| !unit.generic && !unit.initial && unit.skeleton.len() > 1;
    let mut units: Vec<&Unit> = name.units.iter().filter(telling).collect();
    if units.is_empty() {
        units = name.units.iter().filter(|unit| !unit.initial).collect();
    }
    if name.units.len() == 1 {
        units = name.units.iter().collect();
    }
    let mut ordered: Vec<&Unit> = units.pop().into_iter().collect();
    if !units.is_empty() {
        ordered.push(units.remove(0));
    }
    units.sort_by_key(|unit| std::cmp::Reverse(unit.skeleton.len()));
    ordered.extend(units);
    ordered.iter().map(|unit| key("t:", &unit.skeleton)).collect()
}

/// The initials of a name of several words, with and without the words between.
pub(super) fn acronyms(name: &Name) -> Vec<String> {
    // "General Electric" is GE, although a person's name would begin after "General".
    let core = if name.core().len() == 1 { name.words.as_slice() } else { name.core() };
    let between = |word: &str| titles::is_connective(word);
    let telling: Vec<_> = core.iter().filter(|word| !between(&word.fold)).collect();
    let body = telling.iter().any(|word| titles::is_generic(&word.fold));
    let enough = telling.len() > 2 || (telling.len() == 2 && (body || telling.len() < core.len()));
    let capital = |surface: &str| surface.chars().next().is_some_and(char::is_uppercase);
    if !enough
        || name.script == Script::Arabic
        || !telling.iter().all(|word| capital(&word.surface))
    {
        return Vec::new();
    }
    let first = |fold: &str| super::article_latin(fold, "").chars().next();
    let short: String = telling.iter().filter_map(|word| first(&word.fold)).collect();
    let long: String = core.iter().filter_map(|word| first(&word.fold)).collect();
    let mut acronyms = vec![short, long];
    acronyms.dedup();
    acronyms.retain(|letters| ACRONYM_LETTERS.contains(&letters.chars().count()));
    acronyms
}

/// "U. S. A." as "usa".
pub(super) fn spelt_acronym(name: &Name) -> Option<String> {
    let spelt = name.core().len() > 1 && name.core().iter().all(|word| word.fold.len() == 1);
    spelt.then(|| name.core_latin())
}

/// For one-word names: whichever letter is wrong, one of the ends is right.
fn edge_keys(name: &Name) -> Vec<String> {
    let [unit] = name.units.as_slice() else { return Vec::new() };
    let letters: Vec<char> = unit.latin.chars().collect();
    let edge = match letters.len() {
        0..=4 => return Vec::new(),
        5 | 6 => 3,
        _ => 4,
    };
    let end = letters.len().saturating_sub(edge);
    let beginning: String = letters.iter().take(edge).collect();
    let ending: String = letters.iter().skip(end).collect();
    vec![key("b:", &beginning), key("e:", &ending)]
}

/// A key of bounded length: a long one ends in a hash of the whole.
fn key(kind: &str, body: &str) -> String {
    if kind.len() + body.len() <= MAX_KEY_BYTES {
        return format!("{kind}{body}");
    }
    let mut readable = READABLE_BYTES;
    while !body.is_char_boundary(readable) {
        readable -= 1;
    }
    let hash = blake3::hash(body.as_bytes()).to_hex();
    let hash = hash.get(..12).unwrap_or_default();
    format!("{kind}{}~{hash}", body.get(..readable).unwrap_or_default())
}

fn distinct(mut keys: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    keys.retain(|key| seen.insert(key.clone()));
    keys.truncate(MAX_KEYS);
    keys
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &[&str]) {
        assert_eq!(index_keys(name), expected);
    }

    #[test]
    fn a_name_has_few_keys() {
        check(
            "Nechirvan Barzani",
            &["f:nachirvanbarzani", "n:brzn njrfn", "p:n brzn", "q:njrfn b", "t:brzn", "t:njrfn"],
        );
    }

    #[test]
    fn spellings_share_keys() {
        for (one, other, kind) in [
            ("Nechirvan Barzani", "نێچیرڤان بارزانی", "f:"),
            ("Nechirvan Barzani", "President Nechirvan BARZANI", "f:"),
            ("Abdul-Amir Yarallah", "Abdulamir Yarallah", "f:"),
            ("Xi Jinping", "习近平", "f:"),
            ("Nechirvan Barzani", "نيجيرفان بارزاني", "n:"),
            ("Nechirvan Barzani", "Barzani, Nechirvan", "n:"),
            ("Abdul Rahman Salih", "عبد الرحمن صالح", "n:"),
            ("Nechirvan Barzani", "Barzani, N.", "p:"),
            ("Nechirvan Barzani", "Nechirvan Barsami", "q:"),
            ("Sulaymaniyah", "Sulaimaneyah", "t:"),
        ] {
            let keys = lookup_keys(&Name::parse(other));
            let shared =
                index_keys(one).into_iter().any(|key| key.starts_with(kind) && keys.contains(&key));
            assert!(shared, "{one} {other}: {:?} {keys:?}", index_keys(one));
        }
    }

    #[test]
    fn acronyms_are_keys() {
        for (name, acronym) in [
            ("Patriotic Union of Kurdistan", "PUK"),
            ("Bank of America", "BoA"),
            ("United Nations", "UN"),
            ("International Atomic Energy Agency", "I.A.E.A."),
        ] {
            let keys = lookup_keys(&Name::parse(acronym));
            assert!(index_keys(name).iter().any(|key| keys.contains(key)), "{name} {keys:?}");
        }
        assert!(!index_keys("Nechirvan Barzani").iter().any(|key| key.starts_with("a:")));
    }

    proptest! {
        #[test]
        fn keys_are_few_and_short(name in "\\PC{0,300}|([A-Z][a-z]{0,60} ){0,12}") {
            let keys = index_keys(&name);
            prop_assert!(keys.len() <= MAX_KEYS);
            prop_assert!(keys.iter().all(|key| key.len() <= MAX_KEY_BYTES), "{keys:?}");
            prop_assert!(lookup_keys(&Name::parse(&name)).len() <= 20);
        }

        #[test]
        fn a_name_finds_itself(name in "\\PC{0,40}|[A-Za-z '،.-]{1,30}") {
            let name = Name::parse(&name);
            if let Some(full) = full_key(&name) {
                prop_assert!(index_keys(&name.text).contains(&full));
            }
        }
    }
}
