//! The part of a record that shows why it was found.

use std::collections::HashSet;

use super::document::language;
use super::language::Stems;
use super::schema::Text;
use super::text::{Query, Sought};
use super::words::words;
use crate::domain::body::TextIndex;
use crate::domain::record::{Record, Stored};

/// About how many bytes of text a snippet shows.
const SHOWN_BYTES: usize = 240;
/// How many words before the first that was looked for are shown.
const WORDS_BEFORE: usize = 5;

/// A part of a text, and the words in it that were looked for. Positions are code
/// points of the whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// Which text, such as `body` or `content[1]`.
    pub field: String,
    /// The part of it.
    pub text: String,
    /// Where the part begins.
    pub start: usize,
    /// Where the words stand, ends exclusive.
    pub highlights: Vec<(usize, usize)>,
}

/// What is looked for in one group of fields.
#[derive(Clone, Debug, Default)]
struct Wanted {
    fields: &'static [Text],
    words: HashSet<String>,
    /// Written forms, for their stems.
    surfaces: Vec<String>,
    prefixes: Vec<String>,
}

/// Finds again what a query found.
#[derive(Clone, Debug, Default)]
pub struct Highlighter {
    wanted: Vec<Wanted>,
}

impl Highlighter {
    pub(super) fn of(query: Option<&Query>) -> Self {
        let mut highlighter = Self::default();
        if let Some(query) = query {
            highlighter.want(query);
        }
        highlighter
    }

    fn want(&mut self, query: &Query) {
        match query {
            Query::All(queries) | Query::Any(queries) => {
                queries.iter().for_each(|query| self.want(query));
            }
            Query::Not(_) => {}
            Query::Words(sought) => self.want_words(sought),
        }
    }

    fn want_words(&mut self, sought: &Sought) {
        let mut wanted = Wanted { fields: sought.fields, ..Wanted::default() };
        for (word, surface) in &sought.words {
            if sought.prefix {
                wanted.prefixes.push(word.clone());
            } else if sought.exact || sought.words.len() > 1 {
                wanted.words.insert(word.clone());
            } else {
                wanted.words.insert(word.clone());
                wanted.surfaces.push(surface.clone());
            }
        }
        self.wanted.push(wanted);
    }

    /// The part of a record that shows best what was found; the beginning of its
    /// text where only other fields were.
    #[must_use]
    pub fn snippet(&self, record: &Stored) -> Option<Snippet> {
        let stems = language(&record.value).as_deref().and_then(Stems::of);
        let texts = texts(&record.value);
        let best = texts
            .iter()
            .filter_map(|(field, name, text)| self.best_part(*field, name, text, stems.as_ref()));
        // The first of equals: texts come in the order of what they tell.
        let best = best.reduce(|best, other| if other.0 > best.0 { other } else { best });
        best.map(|(_, snippet)| snippet).or_else(|| beginning(&texts))
    }

    /// The part of one text with most of what is wanted, and how much that is.
    fn best_part(
        &self,
        field: Text,
        name: &str,
        text: &str,
        stems: Option<&Stems>,
    ) -> Option<(usize, Snippet)> {
        let finder = Finder::new(&self.wanted, field, stems)?;
        let mut places = Vec::new();
        let mut hits = Vec::new();
        for word in words(text) {
            if let Some(which) = finder.which(&word.fold, text.get(word.place.clone())?) {
                hits.push((places.len(), which));
            }
            places.push(word.place);
        }
        let (first, last, score) = best_window(&places, &hits)?;
        let begin = places.get(first.saturating_sub(WORDS_BEFORE))?.start;
        // A text's first words are shown with what stands before them.
        let begin = if first <= WORDS_BEFORE { 0 } else { begin };
        let until = (begin + SHOWN_BYTES).max(places.get(last)?.end);
        let end = places.iter().take_while(|place| place.end <= until).last()?.end;
        let end = if end == places.last()?.end { text.len() } else { end };
        let end = if end - begin > 2 * SHOWN_BYTES { places.get(last)?.end } else { end };
        let index = TextIndex::new(text);
        let position = |byte| index.position_of(byte);
        let shown = hits.iter().filter_map(|(place, _)| places.get(*place));
        let shown = shown.filter(|place| place.start >= begin && place.end <= end);
        let highlights = shown.map(|place| (position(place.start), position(place.end))).collect();
        let snippet = Snippet {
            field: name.to_owned(),
            text: text.get(begin..end)?.to_owned(),
            start: position(begin),
            highlights,
        };
        Some((score, snippet))
    }
}

/// Tells which of the wanted words a word is.
struct Finder<'a> {
    words: Vec<&'a str>,
    stems: Vec<String>,
    prefixes: Vec<&'a str>,
    stemmer: Option<&'a Stems>,
}

impl<'a> Finder<'a> {
    /// For one field; none where nothing is looked for there.
    fn new(wanted: &'a [Wanted], field: Text, stemmer: Option<&'a Stems>) -> Option<Self> {
        let here = |wanted: &&Wanted| wanted.fields.is_empty() || wanted.fields.contains(&field);
        let wanted: Vec<&Wanted> = wanted.iter().filter(here).collect();
        let surfaces = wanted.iter().flat_map(|it| &it.surfaces);
        let stems = stemmer.map(|stemmer| surfaces.map(|it| stemmer.stem(it)).collect());
        let finder = Self {
            words: wanted.iter().flat_map(|it| &it.words).map(String::as_str).collect(),
            stems: stems.unwrap_or_default(),
            prefixes: wanted.iter().flat_map(|it| &it.prefixes).map(String::as_str).collect(),
            stemmer,
        };
        (!finder.words.is_empty() || !finder.prefixes.is_empty()).then_some(finder)
    }

    fn which(&self, fold: &str, surface: &str) -> Option<usize> {
        let word = self.words.iter().position(|word| *word == fold);
        let prefix = || self.prefixes.iter().position(|it| fold.starts_with(it));
        let stemmed = || {
            let stem = self.stemmer.filter(|_| !self.stems.is_empty())?.stem(surface);
            self.stems.iter().position(|it| *it == stem)
        };
        word.or_else(|| prefix().map(|at| at + self.words.len()))
            .or_else(|| stemmed().map(|at| at + self.words.len() + self.prefixes.len()))
    }
}

/// The first and last word of the part with most different wanted words, then
/// with most of them; and how much that counts.
fn best_window(
    places: &[std::ops::Range<usize>],
    hits: &[(usize, usize)],
) -> Option<(usize, usize, usize)> {
    let mut best: Option<(usize, usize, usize)> = None;
    let mut counts = std::collections::HashMap::new();
    let mut from = 0;
    for (to, (last, which)) in hits.iter().enumerate() {
        *counts.entry(*which).or_insert(0_usize) += 1;
        let end = places.get(*last)?.end;
        while from < to {
            let (first, left) = hits.get(from)?;
            if end - places.get(*first)?.start <= SHOWN_BYTES {
                break;
            }
            if let Some(count) = counts.get_mut(left) {
                *count -= 1;
            }
            counts.retain(|_, count| *count > 0);
            from += 1;
        }
        let score = counts.len() * 1_000 + (to - from + 1).min(999);
        if best.is_none_or(|(_, _, least)| score > least) {
            best = Some((hits.get(from)?.0, *last, score));
        }
    }
    best
}

/// A record's texts by how much they tell, each with its field's name.
fn texts(record: &Record) -> Vec<(Text, String, &str)> {
    match record {
        Record::Article(article) => vec![
            (Text::Body, "body".into(), article.body.text.as_deref().unwrap_or_default()),
            (Text::Title, "title".into(), &article.title),
        ],
        Record::Statement(statement) => {
            let spans = statement.content.iter().enumerate();
            let spans = spans.map(|(at, span)| {
                let field = if span.quoted { Text::Own } else { Text::Content };
                (field, format!("content[{at}]"), span.selector.exact.as_str())
            });
            spans.collect()
        }
        Record::Entity(entity) => {
            let shown = (Text::Name, "display_name".into(), entity.display_name.as_str());
            let description = (Text::Description, "description".into(), &*entity.description);
            let names = entity.names.iter().enumerate();
            let names =
                names.map(|(at, name)| (Text::Name, format!("names[{at}].text"), &*name.text));
            [description, shown].into_iter().chain(names).collect()
        }
    }
}

fn beginning(texts: &[(Text, String, &str)]) -> Option<Snippet> {
    let (_, field, text) = texts.iter().find(|(_, _, text)| !text.is_empty())?;
    let places = words(text).map(|word| word.place.end);
    let end = places.take_while(|end| *end <= SHOWN_BYTES).last().unwrap_or_default();
    let end = if text.len() <= SHOWN_BYTES { text.len() } else { end };
    let text = text.get(..end)?.to_owned();
    Some(Snippet { field: field.clone(), text, start: 0, highlights: Vec::new() })
}
