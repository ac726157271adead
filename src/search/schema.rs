//! The fields of the index.

use tantivy::schema::{
    Field, IndexRecordOption, NumericOptions, STORED, Schema, SchemaBuilder, TextFieldIndexing,
    TextOptions,
};

use super::tokens;
use crate::query::lowering::TimeColumn;

/// Raised whenever records are indexed in another way: an index of another version
/// is built afresh.
const VERSION: u32 = 1;

/// A field with words, that a query may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Title,
    Body,
    /// The words of a statement that stand in quotation marks.
    Own,
    /// Its other words.
    Content,
    Speaker,
    /// Whom a statement mentions or is addressed to.
    About,
    Name,
    Description,
    Publisher,
    Author,
    Topic,
}

impl Text {
    pub(super) const ALL: [Self; 11] = [
        Self::Title,
        Self::Body,
        Self::Own,
        Self::Content,
        Self::Speaker,
        Self::About,
        Self::Name,
        Self::Description,
        Self::Publisher,
        Self::Author,
        Self::Topic,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Body => "body",
            Self::Own => "own",
            Self::Content => "content",
            Self::Speaker => "speaker",
            Self::About => "about",
            Self::Name => "name",
            Self::Description => "description",
            Self::Publisher => "publisher",
            Self::Author => "author",
            Self::Topic => "topic",
        }
    }

    /// The fields that a query names so.
    pub(super) fn named(name: &str) -> Option<&'static [Self]> {
        match name {
            "title" => Some(&[Self::Title]),
            "body" => Some(&[Self::Body]),
            "content" => Some(&[Self::Own, Self::Content]),
            "speaker" => Some(&[Self::Speaker]),
            "about" => Some(&[Self::About]),
            "name" => Some(&[Self::Name]),
            "description" => Some(&[Self::Description]),
            "publisher" => Some(&[Self::Publisher]),
            "author" => Some(&[Self::Author]),
            "topic" => Some(&[Self::Topic]),
            _ => None,
        }
    }

    /// The names that a query may use.
    pub(super) const NAMES: [&str; 10] = [
        "title",
        "body",
        "content",
        "speaker",
        "about",
        "name",
        "description",
        "publisher",
        "author",
        "topic",
    ];

    /// How much a word found here counts: a title and a speaker's own words first.
    pub(super) fn weight(self) -> f32 {
        match self {
            Self::Title | Self::Name => 3.0,
            Self::Own => 2.5,
            Self::Content | Self::Speaker => 1.75,
            Self::Body | Self::Description | Self::Topic => 1.0,
            Self::About | Self::Publisher | Self::Author => 0.5,
        }
    }

    /// Whether a word counts less among many. Lengths are compared with the mean of
    /// all records, also of those that have no such field: that makes sense for
    /// long texts only.
    fn has_lengths(self) -> bool {
        matches!(self, Self::Body | Self::Description)
    }

    /// Whether the stems of its words are held too.
    pub(super) fn has_stems(self) -> bool {
        matches!(self, Self::Title | Self::Body | Self::Own | Self::Content | Self::Description)
    }
}

/// What hits can be counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Facet {
    /// Article, statement or entity.
    Kind,
    /// Who published the article.
    Publisher,
    /// The speaker's entity.
    Speaker,
    /// The language, given or told from the text.
    Language,
    /// The statement's topics.
    Topic,
    /// The month of publication, such as `2026-09`.
    Month,
    /// Direct, mixed, indirect or narrated.
    StatementKind,
}

impl Facet {
    const ALL: [Self; 7] = [
        Self::Kind,
        Self::Publisher,
        Self::Speaker,
        Self::Language,
        Self::Topic,
        Self::Month,
        Self::StatementKind,
    ];

    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Kind => "by_kind",
            Self::Publisher => "by_publisher",
            Self::Speaker => "by_speaker",
            Self::Language => "by_language",
            Self::Topic => "by_topic",
            Self::Month => "by_month",
            Self::StatementKind => "by_statement_kind",
        }
    }
}

/// Every field of the index.
#[derive(Clone)]
pub(super) struct Fields {
    pub(super) schema: Schema,
    pub(super) name: Field,
    /// Facts that a record has or lacks.
    pub(super) facts: Field,
    texts: Vec<(Text, Field, Option<Field>)>,
    facets: Vec<(Facet, Field)>,
    times: Vec<(TimeColumn, Field)>,
}

impl Fields {
    pub(super) fn new() -> Self {
        let mut builder = Schema::builder();
        let raw = indexed("raw", IndexRecordOption::Basic, false);
        let name = builder.add_text_field("record", raw.clone() | STORED);
        let facts = builder.add_text_field("facts", raw);
        let mut text = |text: Text| {
            let words = indexed(
                tokens::WORDS,
                IndexRecordOption::WithFreqsAndPositions,
                text.has_lengths(),
            );
            let words = builder.add_text_field(text.name(), words);
            let stems = text.has_stems().then(|| stems(&mut builder, text));
            (text, words, stems)
        };
        let texts = Text::ALL.map(&mut text).to_vec();
        let mut facet = |facet: Facet| {
            (facet, builder.add_text_field(facet.column(), TextOptions::default().set_fast("raw")))
        };
        let facets = Facet::ALL.map(&mut facet).to_vec();
        let mut time = |column: TimeColumn| {
            let options = NumericOptions::default().set_fast();
            (column, builder.add_i64_field(time_column(column), options))
        };
        let times = TimeColumn::ALL.map(&mut time).to_vec();
        Self { schema: builder.build(), name, facts, texts, facets, times }
    }

    /// The field of words, and that of their stems.
    pub(super) fn text(&self, text: Text) -> Option<(Field, Option<Field>)> {
        let found = self.texts.iter().find(|(it, _, _)| *it == text);
        found.map(|(_, words, stems)| (*words, *stems))
    }

    pub(super) fn facet(&self, facet: Facet) -> Option<Field> {
        self.facets.iter().find(|(it, _)| *it == facet).map(|(_, field)| *field)
    }

    pub(super) fn time(&self, column: TimeColumn) -> Option<Field> {
        self.times.iter().find(|(it, _)| *it == column).map(|(_, field)| *field)
    }

    /// What tells an index of these fields from others.
    pub(super) fn hash(&self) -> String {
        let schema = serde_json::to_vec(&self.schema).unwrap_or_default();
        let mut hasher = blake3::Hasher::new();
        hasher.update(&VERSION.to_be_bytes()).update(&schema);
        hasher.finalize().to_hex().to_string()
    }
}

/// The column that holds times of one kind.
pub(super) fn time_column(column: TimeColumn) -> &'static str {
    match column {
        TimeColumn::Published => "published",
        TimeColumn::Uttered => "uttered",
        TimeColumn::Referenced => "referenced",
        TimeColumn::Created => "created",
        TimeColumn::Updated => "updated",
    }
}

fn stems(builder: &mut SchemaBuilder, text: Text) -> Field {
    let name = format!("{}_stems", text.name());
    builder.add_text_field(
        &name,
        indexed(tokens::STEMS, IndexRecordOption::WithFreqs, text.has_lengths()),
    )
}

fn indexed(tokens: &str, record: IndexRecordOption, lengths: bool) -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(tokens)
        .set_index_option(record)
        .set_fieldnorms(lengths);
    TextOptions::default().set_indexing_options(indexing)
}
