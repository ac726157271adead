//! How alike two names are, and why.

use super::{Name, Script, Unit, keys, sound};

/// One way in which two names are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// Letter for letter.
    Exact,
    /// After folding.
    Folded,
    /// After transliteration into Latin letters.
    Transliterated,
    /// The same words in another order.
    TokenOrder,
    /// Given names shortened to initials.
    Initials,
    /// Some of the words only.
    Partial,
    /// One is the acronym of the other.
    Acronym,
    /// A few letters differ.
    EditDistance,
}

/// Whether two names are the same beyond spelling: the same words in the same
/// order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sameness {
    /// They differ.
    Different,
    /// They are the same but for titles, which counts for people only.
    WithoutTitles,
    /// They are the same, titles and all.
    Whole,
}

/// How alike two names are.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// From 0 to 1.
    pub score: f64,
    /// Why, the weightiest first.
    pub likenesses: Vec<Likeness>,
    /// Whether they are the same beyond spelling.
    pub sameness: Sameness,
}

impl Match {
    fn new(score: f64, likeness: Likeness, sameness: Sameness) -> Self {
        Self { score, likenesses: vec![likeness], sameness }
    }
}

/// How alike a name that was asked for is to one that is known; `None` where
/// they have nothing in common that counts.
#[must_use]
pub fn compare(query: &Name, name: &Name) -> Option<Match> {
    if query.units.is_empty() || name.units.is_empty() {
        return (query.text == name.text && !query.text.is_empty())
            .then(|| Match::new(0.99, Likeness::Exact, Sameness::Different));
    }
    let whole = whole_match(query, name);
    let whole = whole.or_else(|| acronym_match(query, name));
    let aligned = || Alignment::of(query, name).and_then(Alignment::judge);
    whole.or_else(|| best(aligned(), joined_match(query, name)))
}

/// The names taken as a whole, without gaps.
fn whole_match(query: &Name, name: &Name) -> Option<Match> {
    if query.text == name.text {
        return Some(Match::new(0.99, Likeness::Exact, Sameness::Whole));
    }
    if joined(query, false) == joined(name, false) {
        return Some(Match::new(0.98, Likeness::Folded, Sameness::Whole));
    }
    if joined(query, true) == joined(name, true) {
        return Some(Match::new(0.97, Likeness::Folded, Sameness::WithoutTitles));
    }
    if query.script == name.script {
        return None;
    }
    let written = [query.script, name.script];
    let loose = written.contains(&Script::Han) || written.contains(&Script::Mixed);
    let arabic = written.contains(&Script::Arabic);
    let (one, other) = (query.core_latin(), name.core_latin());
    let same = if arabic {
        sound::canon(&one) == sound::canon(&other)
    } else {
        sound::near(&one) == sound::near(&other)
    };
    // مصر is Egypt, and would read as MSR: one word is too little to be sure.
    let certain = !loose && !query.is_single_word() && !hides_vowel(query) && !hides_vowel(name);
    let sameness = match certain {
        false => Sameness::Different,
        true if query.has_title() || name.has_title() => Sameness::WithoutTitles,
        true => Sameness::Whole,
    };
    same.then(|| Match::new(0.95, Likeness::Transliterated, sameness))
}

fn joined(name: &Name, core: bool) -> String {
    let words = if core { name.core() } else { &name.words };
    words.iter().map(|word| word.fold.as_str()).collect()
}

/// Whether a word begins with ain, which stands for any vowel: عمر is Omar, and
/// would read as Amr.
fn hides_vowel(name: &Name) -> bool {
    name.core().iter().any(|word| {
        let word = word.fold.strip_prefix("ال").unwrap_or(&word.fold);
        word.starts_with('ع') && !word.starts_with("عبد")
    })
}

fn best(one: Option<Match>, other: Option<Match>) -> Option<Match> {
    match (&one, &other) {
        (Some(first), Some(second)) if first.score >= second.score => one,
        (_, Some(_)) => other,
        (_, None) => one,
    }
}

/// The same consonants with other gaps: "Ahmadi Nejad" and "Ahmadinejad".
fn joined_match(query: &Name, name: &Name) -> Option<Match> {
    let bones = |name: &Name| -> String {
        name.units.iter().map(|unit| unit.skeleton.as_str()).collect::<String>().replace('a', "")
    };
    let (one, other) = (bones(query), bones(name));
    let gaps = query.units.len() != name.units.len();
    let cross = query.script != name.script;
    let likeness = if cross { Likeness::Transliterated } else { Likeness::EditDistance };
    (gaps && one == other && one.chars().count() > 4)
        .then(|| Match::new(0.85, likeness, Sameness::Different))
}

/// One is the acronym of the other.
fn acronym_match(query: &Name, name: &Name) -> Option<Match> {
    let spells = |short: &Name, long: &Name| {
        let letters = match short.units.as_slice() {
            [unit] => Some(unit.latin.clone()),
            _ => keys::spelt_acronym(short),
        };
        letters.filter(|letters| keys::acronyms(long).contains(letters))
    };
    let letters = spells(query, name).or_else(|| spells(name, query))?;
    let score = if letters.len() > 2 { 0.8 } else { 0.7 };
    Some(Match::new(score, Likeness::Acronym, Sameness::Different))
}

/// The words of two names, each beside the one that it is most like.
struct Alignment {
    pairs: Vec<Pair>,
    /// The weight of the query's words that have no partner.
    missing: f64,
    /// The weight of the name's words that have no partner.
    spare: f64,
    inverted: bool,
    cross_script: bool,
}

#[derive(Clone, Copy)]
struct Pair {
    query: usize,
    name: usize,
    similarity: f64,
    weight: f64,
    likeness: Option<Likeness>,
    telling: bool,
}

impl Alignment {
    fn of(query: &Name, name: &Name) -> Option<Self> {
        let cross_script = query.script != name.script;
        let mut pairs = candidates(&query.units, &name.units, cross_script);
        pairs.sort_by(|one, other| {
            let distance = |pair: &Pair| pair.query.abs_diff(pair.name);
            other.similarity.total_cmp(&one.similarity).then(distance(one).cmp(&distance(other)))
        });
        let mut chosen: Vec<Pair> = Vec::new();
        for pair in pairs {
            let taken = |other: &Pair| other.query == pair.query || other.name == pair.name;
            if !chosen.iter().any(taken) {
                chosen.push(pair);
            }
        }
        chosen.sort_by_key(|pair| pair.query);
        if !chosen.iter().any(|pair| pair.telling) {
            return None;
        }
        let rest = |units: &[Unit], taken: &dyn Fn(&Pair) -> usize| -> f64 {
            let left = units.iter().enumerate();
            left.filter(|(index, _)| !chosen.iter().any(|pair| taken(pair) == *index))
                .map(|(_, unit)| weight(unit))
                .sum()
        };
        Some(
            Self {
                missing: rest(&query.units, &|pair| pair.query),
                spare: rest(&name.units, &|pair| pair.name),
                inverted: chosen.is_sorted_by(|one, other| one.name < other.name),
                cross_script,
                pairs: chosen,
            }
            .turned(),
        )
    }

    /// `inverted` was set where the order is kept.
    fn turned(mut self) -> Self {
        self.inverted = !self.inverted;
        self
    }

    fn judge(self) -> Option<Match> {
        let weight: f64 = self.pairs.iter().map(|pair| pair.weight).sum();
        let quality: f64 =
            self.pairs.iter().map(|pair| pair.weight * pair.similarity).sum::<f64>() / weight;
        let conflict = self.missing.min(self.spare);
        let known = weight / (weight + self.missing + self.spare);
        let coverage = if conflict > 0.0 {
            0.5 * weight / (weight + 2.0 * conflict)
        } else if self.spare > 0.0 {
            0.62 + 0.3 * known
        } else if self.missing > 0.0 {
            0.55 + 0.35 * known
        } else {
            0.97
        };
        // A middle name may be left out; the first rather not.
        let begun = self.missing == 0.0 || self.pairs.iter().any(|pair| pair.query == 0);
        let order = if self.inverted { 0.97 } else { 1.0 } * if begun { 1.0 } else { 0.94 };
        let score = quality * coverage * order;
        (score >= 0.3).then(|| Match {
            score,
            likenesses: self.likenesses(),
            sameness: Sameness::Different,
        })
    }

    fn likenesses(&self) -> Vec<Likeness> {
        let mut likenesses: Vec<Likeness> =
            self.pairs.iter().filter_map(|pair| pair.likeness).collect();
        likenesses.extend(self.cross_script.then_some(Likeness::Transliterated));
        likenesses.extend(self.inverted.then_some(Likeness::TokenOrder));
        likenesses.extend((self.missing + self.spare > 0.0).then_some(Likeness::Partial));
        if likenesses.is_empty() {
            likenesses.push(Likeness::Folded);
        }
        likenesses.sort_unstable();
        likenesses.dedup();
        likenesses
    }
}

fn candidates(query: &[Unit], name: &[Unit], cross_script: bool) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (at, asked) in query.iter().enumerate() {
        for (there, known) in name.iter().enumerate() {
            let Some((similarity, likeness)) = word_likeness(asked, known, cross_script) else {
                continue;
            };
            pairs.push(Pair {
                query: at,
                name: there,
                similarity,
                likeness,
                weight: weight(asked).min(weight(known)),
                telling: !(asked.initial || known.initial)
                    && (!asked.generic || query.iter().all(|unit| unit.generic)),
            });
        }
    }
    pairs
}

fn weight(unit: &Unit) -> f64 {
    if unit.initial {
        0.4
    } else if unit.generic {
        0.5
    } else {
        1.0
    }
}

/// How alike two words are, and in what way where they are not the same.
fn word_likeness(asked: &Unit, known: &Unit, cross: bool) -> Option<(f64, Option<Likeness>)> {
    if asked.fold == known.fold {
        return Some((1.0, None));
    }
    if asked.initial || known.initial {
        let same = keys::initial(asked) == keys::initial(known);
        return (same && asked.initial != known.initial)
            .then_some((0.85, Some(Likeness::Initials)));
    }
    let (one, other) = (sound::canon(&asked.latin), sound::canon(&known.latin));
    let other_way = if cross { Likeness::Transliterated } else { Likeness::EditDistance };
    if one == other {
        return Some((if cross { 0.97 } else { 0.95 }, Some(other_way)));
    }
    let close = strsim::normalized_damerau_levenshtein(&one, &other);
    let shorter = one.chars().count().min(other.chars().count());
    // Scripts that leave vowels out are far from those that write them.
    let bony = asked.skeleton.chars().count() > 2;
    let alike = if cross { bony || close >= 0.3 } else { close >= 0.5 };
    if asked.skeleton == known.skeleton && alike && (cross || shorter > 3) {
        return Some((0.62 + 0.33 * close, Some(other_way)));
    }
    let longer = one.chars().count().max(other.chars().count());
    let edits = strsim::damerau_levenshtein(&one, &other);
    let allowed = longer / 4;
    if edits <= allowed.min(2) && !asked.latin.bytes().any(|byte| byte.is_ascii_digit()) {
        return Some((0.3 + 0.62 * close, Some(Likeness::EditDistance)));
    }
    let bones = strsim::damerau_levenshtein(&asked.skeleton, &known.skeleton);
    let long = asked.skeleton.len().min(known.skeleton.len()) > 3;
    let near = cross && bones == 1 && (long || close >= 0.55);
    near.then_some((0.3 + 0.5 * close, Some(Likeness::EditDistance)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn likeness(query: &str, name: &str) -> Option<Match> {
        compare(&Name::parse(query), &Name::parse(name))
    }

    #[track_caller]
    fn check(query: &str, name: &str, at_least: f64, expected: &[Likeness]) {
        let found = likeness(query, name).expect("alike");
        assert!(found.score >= at_least, "{found:?}");
        assert_eq!(found.likenesses, expected);
    }

    #[test]
    fn the_reasons_are_told() {
        use Likeness::*;
        check("Nechirvan Barzani", "Nechirvan Barzani", 0.99, &[Exact]);
        check("NÊÇÎRVAN BARZANÎ", "Nêçîrvan Barzanî", 0.97, &[Folded]);
        check("President Masoud Barzani", "Masoud Barzani", 0.97, &[Folded]);
        check("نێچیرڤان بارزانی", "Nechirvan Barzani", 0.95, &[Transliterated]);
        check("نيجيرفان بارزاني", "Nechirvan Barzani", 0.75, &[Transliterated]);
        check("Barzani, Nechirvan", "Nechirvan Barzani", 0.9, &[TokenOrder]);
        check("N. Barzani", "Nechirvan Barzani", 0.85, &[Initials]);
        check("Barzani", "Nechirvan Barzani", 0.7, &[Partial]);
        check("PUK", "Patriotic Union of Kurdistan", 0.8, &[Acronym]);
        check("Nechirvan Barzany", "Nechirvan Barzani", 0.9, &[EditDistance]);
        check("Bashar Assad", "Bashar al-Assad", 0.9, &[Folded]);
    }

    #[test]
    fn a_namesake_is_another() {
        for (query, name) in [
            ("Masrour Barzani", "Nechirvan Barzani"),
            ("George W. Bush", "George H. W. Bush"),
            ("Donald Trump Jr.", "Donald Trump"),
            ("John Smyth", "John Smith"),
            ("Mohammed Sabah", "Mohammed al-Sabah"),
            ("عمر موسى", "Amr Mousi"),
        ] {
            let found = likeness(query, name);
            let same = found.map(|found| found.sameness);
            assert!(matches!(same, None | Some(Sameness::Different)), "{query} {name}");
        }
    }

    #[test]
    fn nothing_in_common_is_no_match() {
        assert_eq!(likeness("Masoud Barzani", "Qubad Talabani"), None);
        assert_eq!(likeness("", "Qubad Talabani"), None);
        assert_eq!(likeness("?!", "Qubad Talabani"), None);
    }

    proptest! {
        #[test]
        fn a_score_is_a_share(query in "\\PC{0,40}", name in "[A-Za-z '،.بارزانی-]{0,40}") {
            for found in [likeness(&query, &name), likeness(&name, &query), likeness(&name, &name)] {
                prop_assert!(found.is_none_or(|found| (0.0..=1.0).contains(&found.score)));
            }
        }
    }
}
