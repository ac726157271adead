//! A text read as a whole: its statements as records, with the things that they name
//! and the times that they speak of.

use std::collections::HashMap;
use std::ops::Range;

use super::found::{self, Document, ExtractionError, Extractor, FoundStatement, Span};
use super::language::is_english;
use super::names::{self, Names};
use super::times::{self, Direction, FoundTime};
use super::words::words;
use crate::domain::body::TextIndex;
use crate::domain::entity::EntityType;
use crate::domain::limits;
use crate::domain::origin::Origin;
use crate::domain::selector::Selector;
use crate::domain::statement::{ContentSpan, Cue, Mention, Speaker, Statement};
use crate::domain::time::{CoarseTime, Precision, Timestamp};

/// What was read in a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// What read it: the extractor's name and version.
    pub origin: Origin,
    /// The statements.
    pub statements: Vec<ReadStatement>,
    /// The things that they name.
    pub things: Vec<Thing>,
    /// Whether there were more statements than are taken.
    pub truncated: bool,
}

/// A statement as a record, not yet linked to entities.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadStatement {
    /// The record, without a parent.
    pub statement: Statement,
    /// The statement that it is part of, as its place among the statements.
    pub parent: Option<usize>,
    /// The thing that the speaker is.
    pub speaker: Option<usize>,
    /// The things that its addressees are, one each.
    pub addressees: Vec<Option<usize>>,
    /// The things that its mentions are, one each.
    pub mentions: Vec<Option<usize>>,
}

/// Something that a text names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Thing {
    /// Its fullest name.
    pub name: String,
    /// Other full names for it.
    pub aliases: Vec<String>,
    /// Its abbreviation; may be empty.
    pub abbreviation: String,
    /// What it is; `None` where nothing tells.
    pub kind: Option<EntityType>,
    /// The posts that it holds.
    pub posts: Vec<Post>,
}

/// A post that someone holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Post {
    /// Its title in words.
    pub title: String,
    /// The body or place that it belongs to, as its place among the things.
    pub organization: Option<usize>,
}

/// Reads a text with an extractor.
pub fn read(
    extractor: &dyn Extractor,
    document: &Document<'_>,
) -> Result<Reading, ExtractionError> {
    let extraction = extractor.extract(document)?;
    let origin = Origin {
        extractor: extractor.name().to_owned(),
        extractor_version: extractor.version().to_owned(),
        ..Origin::default()
    };
    let truncated = extraction.truncated;
    if extraction.statements.is_empty() {
        return Ok(Reading { origin, truncated, ..Reading::default() });
    }
    let (names, times) = named(document);
    let mut reader = Reader {
        index: TextIndex::new(document.text),
        names,
        times,
        published_at: document.published_at,
        origin: origin.clone(),
        things: Vec::new(),
        thing_of: HashMap::new(),
    };
    let mut statements = Vec::with_capacity(extraction.statements.len());
    // Where nothing is said, there is no statement.
    let says = |found: &&FoundStatement| !found.content.is_empty();
    let mut places = HashMap::new();
    for (at, found) in extraction.statements.iter().enumerate().filter(|(_, it)| says(it)) {
        places.insert(at, statements.len());
        statements.push(reader.statement(at, found)?);
    }
    for statement in &mut statements {
        statement.parent = statement.parent.and_then(|parent| places.get(&parent).copied());
    }
    let things = reader.finish();
    Ok(Reading { origin, statements, things, truncated })
}

/// What a text names: in a text that is not English, nothing.
fn named<'a>(document: &Document<'a>) -> (Names<'a>, Vec<FoundTime>) {
    if !is_english(document) {
        return (Names::default(), Vec::new());
    }
    let words = words(document.text);
    let times = times::find_in(document.text, &words, document.published_at);
    (names::read_in(document.text, words), times)
}

struct Reader<'a> {
    index: TextIndex<'a>,
    names: Names<'a>,
    times: Vec<FoundTime>,
    published_at: Option<Timestamp>,
    origin: Origin,
    things: Vec<Thing>,
    /// The place among the things of each chain that is used.
    thing_of: HashMap<usize, usize>,
}

impl Reader<'_> {
    fn statement(
        &mut self,
        at: usize,
        found: &FoundStatement,
    ) -> Result<ReadStatement, ExtractionError> {
        let wrong = |what: &str| ExtractionError::Invalid(format!("statements[{at}]: {what}"));
        let mut content = Vec::with_capacity(found.content.len());
        let mut spans = Vec::with_capacity(found.content.len());
        for part in found.content.iter().take(limits::CONTENT_SPANS) {
            let bytes = self.bytes(part.span).ok_or_else(|| wrong("no span of the text"))?;
            let selector = Selector::of(&self.index, bytes.start, bytes.end);
            content.push(ContentSpan { selector, quoted: part.quoted });
            spans.push(bytes);
        }
        let (speaker, thing) = self.speaker(found)?;
        let mut addressees = Vec::new();
        let mut addressed = Vec::new();
        for addressee in found.addressees.iter().take(limits::ADDRESSEES) {
            let bytes = self.bytes(addressee.span).ok_or_else(|| wrong("no span of the text"))?;
            let thing = self.names.speaker(bytes.clone()).map(|chain| self.thing(chain));
            addressees.push(self.mention(bytes, thing));
            addressed.push(thing);
        }
        let (mentions, mentioned) = self.mentions(&spans);
        let cue = self.cue(found);
        let statement = Statement {
            kind: Some(found.kind),
            uttered_at: self.uttered_at(cue.as_ref().and_then(|(_, bytes)| bytes.clone()), &spans),
            reference_time: self.reference_time(&spans),
            content,
            cue: cue.map(|(cue, _)| cue),
            speaker,
            addressees,
            mentions,
            confidence: Some(found.confidence.clamp(0.0, 1.0)),
            origin: Origin { rule: found.rule.to_string(), ..self.origin.clone() },
            ..Statement::default()
        };
        let parent = found.parent.filter(|parent| *parent != at);
        Ok(ReadStatement {
            statement,
            parent,
            speaker: thing,
            addressees: addressed,
            mentions: mentioned.into_iter().map(Some).collect(),
        })
    }

    /// The bytes of a span of code points that is not empty.
    fn bytes(&self, span: Span) -> Option<Range<usize>> {
        let range = self.index.byte_of(span.start)?..self.index.byte_of(span.end)?;
        (range.start < range.end).then_some(range)
    }

    fn cue(&self, found: &FoundStatement) -> Option<(Cue, Option<Range<usize>>)> {
        let first = found.cue.first()?;
        let words: Vec<&str> = found.cue.iter().map(|cue| cue.words.as_str()).collect();
        let bytes = self.bytes(first.span);
        let selector = bytes.clone().map(|it| Selector::of(&self.index, it.start, it.end));
        let text = cut(&words.join(" "), limits::NAME_CHARS);
        Some((Cue { text, selector }, bytes))
    }

    fn speaker(
        &mut self,
        found: &FoundStatement,
    ) -> Result<(Option<Speaker>, Option<usize>), ExtractionError> {
        let Some(speaker) = &found.speaker else { return Ok((None, None)) };
        let found::Mention { span, words } = &speaker.mention;
        let bytes = self.bytes(*span);
        let bytes = bytes
            .ok_or_else(|| ExtractionError::Invalid(format!("`{words}`: no span of the text")))?;
        let chain = (!speaker.anonymous).then(|| self.names.speaker(bytes.clone())).flatten();
        let thing = chain.map(|chain| self.thing(chain));
        let speaker = Speaker {
            entity: None,
            mention: Some(self.mention(bytes, thing)),
            anonymous: speaker.anonymous,
            description: cut(&speaker.description, limits::SPEAKER_DESCRIPTION_CHARS),
        };
        Ok((Some(speaker), thing))
    }

    fn mention(&self, bytes: Range<usize>, thing: Option<usize>) -> Mention {
        let words = self.index.text().get(bytes.clone()).unwrap_or_default();
        Mention {
            text: cut(words, limits::NAME_CHARS),
            selector: Some(Selector::of(&self.index, bytes.start, bytes.end)),
            entity: None,
            kind: thing.and_then(|thing| self.things.get(thing)).and_then(|thing| thing.kind),
        }
    }

    /// What is named in the words, each thing where it is named first.
    fn mentions(&mut self, spans: &[Range<usize>]) -> (Vec<Mention>, Vec<usize>) {
        let mut named: Vec<(usize, Range<usize>)> = Vec::new();
        for span in spans {
            let all = self.names.mentions();
            let first = all.partition_point(|mention| mention.start < span.start);
            let within = all.iter().skip(first).take_while(|mention| mention.end <= span.end);
            for mention in within {
                let known = named.iter().any(|(chain, _)| *chain == mention.chain);
                if !known && named.len() < limits::MENTIONS {
                    named.push((mention.chain, mention.start..mention.end));
                }
            }
        }
        let things: Vec<usize> = named.iter().map(|(chain, _)| self.thing(*chain)).collect();
        let mentions = named.into_iter().zip(&things);
        let mentions = mentions.map(|((_, bytes), thing)| self.mention(bytes, Some(*thing)));
        (mentions.collect(), things)
    }

    /// When it was said: a day that the sentence names close to the reporting word,
    /// outside of what is said.
    fn uttered_at(&self, cue: Option<Range<usize>>, spans: &[Range<usize>]) -> Option<CoarseTime> {
        let cue = cue?;
        let after = self.times.partition_point(|found| found.end <= cue.start);
        let beside = [after.checked_sub(1), Some(after)].into_iter().flatten();
        let near = beside.filter_map(|at| self.times.get(at)).filter(|found| {
            let between =
                if found.end <= cue.start { found.end..cue.start } else { cue.end..found.start };
            found.direction != Direction::Ahead
                && found.time.precision <= Precision::Day
                && self.is_near(&between)
                && !overlaps(spans, &(found.start..found.end))
                && !overlaps(spans, &between)
        });
        let nearest = near.min_by_key(|found| found.start.abs_diff(cue.start))?;
        let published = self.published_at.map(Timestamp::as_microsecond);
        // Said after it was published: then it was not read right. A day may begin
        // earlier elsewhere.
        let possible = published.is_none_or(|published| {
            nearest.time.start_micros() <= published.saturating_add(DAY_MICROS)
        });
        possible.then(|| nearest.time.clone())
    }

    /// Whether no more than a few words of one sentence are between.
    fn is_near(&self, between: &Range<usize>) -> bool {
        if between.len() > NEAR_BYTES {
            return false;
        }
        let words = self.index.text().get(between.clone()).unwrap_or_default();
        !words.contains(['.', '\n', ';', '?', '!']) && words.split_whitespace().count() <= NEAR
    }

    /// What the words speak of: the first time that they name.
    fn reference_time(&self, spans: &[Range<usize>]) -> Option<CoarseTime> {
        let mut first = spans.iter().filter_map(|span| {
            let at = self.times.partition_point(|found| found.start < span.start);
            self.times.get(at).filter(|found| found.end <= span.end)
        });
        first.next().map(|found| found.time.clone())
    }

    /// The place among the things of a chain.
    fn thing(&mut self, chain: usize) -> usize {
        if let Some(known) = self.thing_of.get(&chain) {
            return *known;
        }
        let named = self.names.chains().get(chain).cloned().unwrap_or_default();
        let at = self.things.len();
        self.thing_of.insert(chain, at);
        self.things.push(Thing {
            name: named.name,
            aliases: named.aliases,
            abbreviation: named.abbreviation,
            kind: named.kind,
            posts: Vec::new(),
        });
        at
    }

    /// The things, with the posts that they hold.
    fn finish(mut self) -> Vec<Thing> {
        let chains = 0..self.names.chains().len();
        let held = chains.flat_map(|chain| self.names.held_by(chain)).cloned();
        for post in held.collect::<Vec<_>>() {
            let Some(holder) = self.thing_of.get(&post.holder).copied() else { continue };
            let organization = post.organization.map(|chain| self.thing(chain));
            let post = Post { title: post.title.clone(), organization };
            let held = self.things.get_mut(holder).map(|thing| &mut thing.posts);
            if let Some(held) = held.filter(|held| held.len() < limits::OCCUPANCIES)
                && !held.contains(&post)
            {
                held.push(post);
            }
        }
        self.things
    }
}

/// How many words may stand between a reporting word and the day that it was said.
const NEAR: usize = 6;

/// The same in bytes, for a start.
const NEAR_BYTES: usize = 120;

/// A day in microseconds.
const DAY_MICROS: i64 = 86_400_000_000;

fn overlaps(spans: &[Range<usize>], other: &Range<usize>) -> bool {
    spans.iter().any(|span| span.start < other.end && other.start < span.end)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::LanguageTag;
    use crate::extract::BuiltIn;

    /// A Wednesday.
    const PUBLISHED: &str = "2026-11-25T08:00:00Z";

    fn reading(text: &str) -> Reading {
        let language = LanguageTag::new("en").unwrap();
        let published_at = PUBLISHED.parse().ok();
        read(&BuiltIn, &Document { text, language: Some(&language), published_at }).unwrap()
    }

    /// Who the first statement's speaker is, when it was said, what it is about, to
    /// whom and what it names.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let reading = reading(text);
        let first = reading.statements.first().expect("a statement");
        let name = |thing: Option<usize>| thing.map_or("nobody", |it| &reading.things[it].name);
        let time = |time: &Option<CoarseTime>| {
            time.as_ref().map_or_else(|| "-".into(), |time| time.start_text())
        };
        let mentions: Vec<&str> = first.mentions.iter().map(|it| name(*it)).collect();
        let said = format!(
            "{}; said {}; about {}; names {}",
            name(first.speaker),
            time(&first.statement.uttered_at),
            time(&first.statement.reference_time),
            mentions.join(", ")
        );
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn a_statement_has_speaker_times_and_names() {
        check(
            "Mayor Jane Roe said on Monday that the bridge in Erbil will open in May 2027.",
            "Jane Roe; said 2026-11-23; about 2027-05; names Erbil",
        );
        check(
            "Jane Roe met the council. \"The bridge is safe for all of us,\" she said.",
            "Jane Roe; said -; about -; names ",
        );
        check(
            "The officials said that the Ministry of Defense would wait until next spring.",
            "nobody; said -; about 2027-03; names Ministry of Defense",
        );
    }

    #[test]
    fn what_is_wrong_in_an_answer_is_told_with_its_place() {
        struct Wrong;
        impl Extractor for Wrong {
            fn name(&self) -> &str {
                "wrong"
            }
            fn version(&self) -> &str {
                "1"
            }
            fn extract(&self, _: &Document<'_>) -> Result<found::Extraction, ExtractionError> {
                let mut extraction = BuiltIn
                    .extract(&Document {
                        text: "The mayor said that the bridge was safe.",
                        language: None,
                        published_at: None,
                    })
                    .unwrap();
                extraction.statements[0].content[0].span = Span { start: 5, end: 999 };
                Ok(extraction)
            }
        }
        let document = Document { text: "Short.", language: None, published_at: None };
        let error = read(&Wrong, &document).unwrap_err().to_string();
        assert_eq!(error, "the extractor's answer is wrong: statements[0]: no span of the text");
    }

    proptest! {
        #[test]
        fn what_is_read_lies_in_the_text_and_is_the_same_again(
            text in "((Mayor|Jane|Roe|said|that|the|bridge|,|\\.|“|”|\"|she|on|Monday|told|reporters|é|\n|Erbil|next|year) ?){0,60}"
        ) {
            let reading = reading(&text);
            prop_assert_eq!(&reading, &self::reading(&text));
            for read in reading.statements {
                let mut statement = read.statement;
                let length = text.chars().count();
                for selector in statement.selectors_mut() {
                    let (start, end) = (selector.start.unwrap() as usize, selector.end.unwrap() as usize);
                    prop_assert!(start < end && end <= length);
                    let words: String = text.chars().skip(start).take(end - start).collect();
                    prop_assert_eq!(&words, &selector.exact);
                }
                prop_assert!(read.mentions.iter().flatten().all(|it| *it < reading.things.len()));
            }
        }
    }
}
