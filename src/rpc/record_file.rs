//! The `dicta` format: JSON objects, each a `dicta.v1.Record` or a whole
//! `dicta.v1.IngestArticleRequest`, grouped into what one ingest takes.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use prost::Message as _;

use super::json::{self, JsonError};
use super::json_values::{JsonValues, Piece};
use super::pb;
use super::pb::record::Record;
use crate::domain::limits;

/// The most entities that wait for an article to go with.
const WAITING_ENTITIES: usize = 500;
/// The most bytes that one ingest is filled up to: below the largest message.
const INGEST_BYTES: usize = 3 << 20;

/// What to send.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// An article with its statements and entities.
    Ingest(Box<pb::IngestArticleRequest>),
    /// An entity that goes with no article.
    Entity(Box<pb::Entity>),
    /// An exported record, to be stored as it is, or an erasure.
    Restore(Box<pb::Record>),
}

/// What was read from some lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The first line, from 1.
    pub line: usize,
    /// The lines as they stood there.
    pub source: String,
    /// What to send, or why nothing can be.
    pub work: Result<Work, String>,
}

/// What exported records are read as. They are told by their `createTime`, which
/// only a server gives, and erasures by what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exported {
    /// As all others: what only a server says of them is not looked at.
    Ingested,
    /// As records to be stored as they are.
    Restored,
    /// As a list of what was erased: all other records are passed over.
    Erasures,
}

/// Reads the items of a file.
#[derive(Debug)]
pub struct RecordFile<R> {
    values: JsonValues<R>,
    exported: Exported,
    /// Entities that no article came for yet.
    waiting: Waiting,
    /// The article that further statements belong to.
    current: Option<Current>,
    ready: VecDeque<Item>,
    ended: bool,
}

#[derive(Debug, Default)]
struct Waiting {
    entities: Vec<(Piece, pb::Entity)>,
    bytes: usize,
}

#[derive(Debug)]
struct Current {
    /// What it was read from; the article first.
    sources: Vec<Piece>,
    request: pb::IngestArticleRequest,
    bytes: usize,
}

enum Value {
    Record(Box<Record>),
    Request(Box<pb::IngestArticleRequest>),
}

impl<R: BufRead> RecordFile<R> {
    /// Reads what `reader` gives.
    pub fn new(reader: R, exported: Exported) -> Self {
        Self {
            values: JsonValues::new(reader),
            exported,
            waiting: Waiting::default(),
            current: None,
            ready: VecDeque::new(),
            ended: false,
        }
    }

    /// The next item; none at the end of the file.
    pub fn next_item(&mut self) -> io::Result<Option<Item>> {
        while self.ready.is_empty() && !self.ended {
            match self.values.next_piece()? {
                Some(piece) => self.take(piece),
                None => self.end(),
            }
        }
        Ok(self.ready.pop_front())
    }

    fn take(&mut self, piece: Piece) {
        if self.exported == Exported::Erasures && piece.fault.is_none() && is_other(&piece.text) {
            return;
        }
        let value = match &piece.fault {
            Some(fault) => Err(fault.clone()),
            None => read_value(&piece),
        };
        match value {
            Err(reason) => self.reject(piece, reason),
            Ok(Value::Record(record)) if self.restores(&record) => {
                // What stands before it is stored before it.
                self.finish_current();
                self.release_entities();
                let record = pb::Record { record: Some(*record) };
                let work = Ok(Work::Restore(Box::new(record)));
                self.ready.push_back(Item { line: piece.line, source: piece.text, work });
            }
            Ok(Value::Record(record)) => match *record {
                Record::Erasure(_) => {
                    self.reject(piece, "an erasure is applied, not ingested".to_owned());
                }
                Record::Entity(entity) => self.wait(piece, entity),
                Record::Statement(statement) => self.attach(piece, statement),
                Record::Article(article) => {
                    let article = Some(article);
                    self.begin(piece, pb::IngestArticleRequest { article, ..Default::default() });
                }
            },
            Ok(Value::Request(request)) => self.begin(piece, *request),
        }
    }

    fn restores(&self, record: &Record) -> bool {
        let created = match record {
            Record::Erasure(_) => true,
            Record::Article(article) => article.create_time.is_some(),
            Record::Statement(statement) => statement.create_time.is_some(),
            Record::Entity(entity) => entity.create_time.is_some(),
        };
        self.exported != Exported::Ingested && created
    }

    fn reject(&mut self, piece: Piece, reason: String) {
        self.ready.push_back(Item { line: piece.line, source: piece.text, work: Err(reason) });
    }

    fn wait(&mut self, piece: Piece, entity: pb::Entity) {
        self.waiting.bytes += entity.encoded_len();
        self.waiting.entities.push((piece, entity));
        if self.waiting.entities.len() >= WAITING_ENTITIES || self.waiting.bytes > INGEST_BYTES / 2
        {
            self.release_entities();
        }
    }

    /// Sends the waiting entities on their own.
    fn release_entities(&mut self) {
        for (piece, entity) in std::mem::take(&mut self.waiting).entities {
            let work = Ok(Work::Entity(Box::new(entity)));
            self.ready.push_back(Item { line: piece.line, source: piece.text, work });
        }
    }

    fn begin(&mut self, piece: Piece, request: pb::IngestArticleRequest) {
        self.finish_current();
        if self.waiting.entities.len() + request.entities.len() > limits::ENTITIES_PER_ARTICLE {
            self.release_entities();
        }
        let bytes = request.encoded_len();
        let mut current = Current { sources: vec![piece], bytes, request };
        current.take_entities(std::mem::take(&mut self.waiting));
        self.current = Some(current);
    }

    fn attach(&mut self, piece: Piece, statement: pb::Statement) {
        let Some(current) = self.current.as_mut().filter(|current| current.holds(&statement))
        else {
            let reason = "the article that the statement stands in must come before it, \
                          with nothing but its statements and entities between";
            return self.reject(piece, reason.into());
        };
        // Entities that stand before a statement are there when it is stored.
        current.take_entities(std::mem::take(&mut self.waiting));
        let bytes = statement.encoded_len();
        if current.is_full(bytes) {
            let rest = current.continued();
            self.finish_current();
            self.current = Some(rest);
        }
        if let Some(current) = self.current.as_mut() {
            current.bytes += bytes;
            current.sources.push(piece);
            current.request.statements.push(statement);
        }
    }

    fn finish_current(&mut self) {
        if let Some(Current { mut sources, request, .. }) = self.current.take() {
            sources.sort_by_key(|piece| piece.line);
            let line = sources.first().map_or(0, |piece| piece.line);
            let texts: Vec<String> = sources.into_iter().map(|piece| piece.text).collect();
            let work = Ok(Work::Ingest(Box::new(request)));
            self.ready.push_back(Item { line, source: texts.join("\n"), work });
        }
    }

    fn end(&mut self) {
        self.finish_current();
        self.release_entities();
        self.ended = true;
    }
}

impl Current {
    fn take_entities(&mut self, waiting: Waiting) {
        self.bytes += waiting.bytes;
        let (pieces, entities): (Vec<Piece>, Vec<pb::Entity>) =
            waiting.entities.into_iter().unzip();
        self.sources.extend(pieces);
        self.request.entities.splice(0..0, entities);
    }

    /// Whether the statement says that it stands in this article.
    fn holds(&self, statement: &pb::Statement) -> bool {
        let name = self.request.article.as_ref().map_or("", |article| article.name.as_str());
        match statement.name.rsplit_once("/statements/") {
            None => statement.name.is_empty(),
            Some((article, _)) => article == name || article == "articles/-",
        }
    }

    fn is_full(&self, more: usize) -> bool {
        let full = self.request.statements.len() >= limits::STATEMENTS_PER_ARTICLE
            || self.request.entities.len() > limits::ENTITIES_PER_ARTICLE
            || self.bytes + more > INGEST_BYTES;
        // Where unlisted statements are deleted, the list can't be cut.
        full && !self.request.replace_statements && !self.request.statements.is_empty()
    }

    /// The same article again, for the statements that found no room.
    fn continued(&self) -> Self {
        let request = pb::IngestArticleRequest {
            statements: Vec::new(),
            entities: Vec::new(),
            request_id: String::new(),
            ..self.request.clone()
        };
        let sources = self.sources.first().cloned().into_iter().collect();
        Self { sources, bytes: request.encoded_len(), request }
    }
}

/// Whether a value is none of an erasure's; what cannot be read is told elsewhere.
fn is_other(text: &str) -> bool {
    json::keys(text).is_ok_and(|keys| !keys.contains_key("erasure"))
}

/// Reads a value as a record or, where it has other fields, as a request.
fn read_value(piece: &Piece) -> Result<Value, String> {
    let keys = json::keys(&piece.text).map_err(|error| told(piece, error))?;
    let is_record =
        |key: &String| matches!(key.as_str(), "article" | "statement" | "entity" | "erasure");
    if keys.len() == 1 && keys.keys().all(is_record) {
        let record =
            json::from_json::<pb::Record>(&piece.text).map_err(|error| told(piece, error))?;
        return record
            .record
            .map(|record| Value::Record(Box::new(record)))
            .ok_or_else(|| "the record is null".to_owned());
    }
    if !keys.contains_key("article") {
        return Err("one of `article`, `statement`, `entity` and `erasure` is expected".to_owned());
    }
    let request = json::from_json(&piece.text).map_err(|error| told(piece, error))?;
    Ok(Value::Request(Box::new(request)))
}

/// The error with its line counted from the file's beginning; where it is the
/// piece's first one, which is told beside it, the column says enough.
fn told(piece: &Piece, error: JsonError) -> String {
    match error {
        JsonError::Input { line, column, field, reason } => {
            let line = piece.line + line - 1;
            let text = JsonError::Input { line, column, field, reason }.to_string();
            let first = format!("line {}, ", piece.line);
            text.strip_prefix(&first).map_or(text.clone(), str::to_owned)
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each item as its line and, for people, what it holds.
    fn read(text: &str, exported: Exported) -> Vec<String> {
        let mut file = RecordFile::new(text.as_bytes(), exported);
        std::iter::from_fn(|| file.next_item().unwrap()).map(|item| tell(&item)).collect()
    }

    fn tell(item: &Item) -> String {
        let what = match &item.work {
            Err(reason) => format!("rejected: {reason}"),
            Ok(Work::Entity(entity)) => format!("entity {}", entity.name),
            Ok(Work::Restore(_)) => "restored".to_owned(),
            Ok(Work::Ingest(request)) => format!(
                "{} entities {:?} statements {}",
                request.article.as_ref().map_or("", |article| &article.name),
                request.entities.iter().map(|entity| &*entity.name).collect::<Vec<_>>(),
                request.statements.len()
            ),
        };
        format!("{}: {what}", item.line)
    }

    const ARTICLE: &str = r#"{"article": {"name": "articles/a"}}"#;
    const STATEMENT: &str = r#"{"statement": {"name": "articles/a/statements/s"}}"#;
    const ENTITY: &str = r#"{"entity": {"name": "entities/e"}}"#;

    fn check(lines: &[&str], expected: &[&str]) {
        assert_eq!(read(&lines.join("\n"), Exported::Restored), expected);
    }

    #[test]
    fn an_article_takes_the_entities_before_and_the_statements_after_it() {
        check(
            &[ENTITY, ARTICLE, STATEMENT, STATEMENT],
            &[r#"1: articles/a entities ["entities/e"] statements 2"#],
        );
        check(
            &[ARTICLE, ENTITY, STATEMENT, ARTICLE],
            &[
                r#"1: articles/a entities ["entities/e"] statements 1"#,
                "4: articles/a entities [] statements 0",
            ],
        );
        check(
            &[ARTICLE, ENTITY],
            &["1: articles/a entities [] statements 0", "2: entity entities/e"],
        );
    }

    #[test]
    fn a_whole_request_is_told_by_its_other_fields() {
        let request = r#"{"article": {"name": "articles/b"}, "statements": [{}, {}]}"#;
        check(&[ENTITY, request], &[r#"1: articles/b entities ["entities/e"] statements 2"#]);
    }

    #[test]
    fn what_has_a_time_of_creation_is_restored_after_what_stands_before_it() {
        let time = r#""createTime": "2026-01-01T00:00:00Z""#;
        let exported = format!(r#"{{"entity": {{"name": "entities/e", {time}}}}}"#);
        check(
            &[ENTITY, ARTICLE, &exported, ENTITY],
            &[
                r#"1: articles/a entities ["entities/e"] statements 0"#,
                "3: restored",
                "4: entity entities/e",
            ],
        );
        let mut ingested = RecordFile::new(exported.as_bytes(), Exported::Ingested);
        assert_eq!(tell(&ingested.next_item().unwrap().unwrap()), "1: entity entities/e");
    }

    #[test]
    fn an_erasure_is_applied_in_its_place_and_never_ingested() {
        let erasure = r#"{"erasure": {"name": "articles/z", "reason": "A court said so."}}"#;
        check(
            &[ENTITY, erasure, ENTITY],
            &["1: entity entities/e", "2: restored", "3: entity entities/e"],
        );
        let lines = [ENTITY, erasure, "{\"x\": 1}", "{", erasure].join("\n");
        let ingested = read(&lines, Exported::Ingested);
        assert!(ingested.contains(&"2: rejected: an erasure is applied, not ingested".into()));
        let broken = "4: rejected: a new object begins before the one before it ends";
        assert_eq!(read(&lines, Exported::Erasures), ["2: restored", broken, "5: restored"]);
    }

    #[test]
    fn a_statement_without_its_article_is_rejected() {
        let other = r#"{"statement": {"name": "articles/b/statements/s"}}"#;
        let reason = "rejected: the article that the statement stands in must come before it, \
                      with nothing but its statements and entities between";
        check(&[STATEMENT], &[&format!("1: {reason}")]);
        check(
            &[ARTICLE, other],
            &[&format!("2: {reason}"), "1: articles/a entities [] statements 0"],
        );
    }

    #[test]
    fn a_broken_value_is_rejected_by_its_line_and_the_rest_is_read() {
        check(
            &[r#"{"article": {"titel": "x"}}"#, "{", ARTICLE, r#"{"a": 1}"#],
            &[
                "1: rejected: column 20, in `article.titel`: unrecognized field name 'titel'",
                "2: rejected: a new object begins before the one before it ends",
                "4: rejected: one of `article`, `statement`, `entity` and `erasure` is expected",
                "3: articles/a entities [] statements 0",
            ],
        );
        check(
            &["", "{\"article\": {", "  \"version\": \"x\"", "}}"],
            &[
                "2: rejected: line 3, column 16, in `article.version`: invalid digit found in string",
            ],
        );
    }

    #[test]
    fn entities_over_the_limit_go_on_their_own() {
        let text = format!("{ENTITY}\n").repeat(WAITING_ENTITIES + 1) + ARTICLE;
        let items = read(&text, Exported::Restored);
        assert_eq!(items.len(), WAITING_ENTITIES + 1);
        assert_eq!(items.first().unwrap(), "1: entity entities/e");
        assert!(
            items.last().unwrap().ends_with(r#"articles/a entities ["entities/e"] statements 0"#)
        );
    }

    #[test]
    fn statements_over_the_limit_go_with_the_article_again() {
        let text = format!("{ARTICLE}\n") + &format!("{STATEMENT}\n").repeat(2_001);
        assert_eq!(
            read(&text, Exported::Restored),
            ["1: articles/a entities [] statements 2000", "1: articles/a entities [] statements 1",]
        );
    }

    #[test]
    fn the_source_keeps_the_lines_as_they_were() {
        let text = [ENTITY, ARTICLE, STATEMENT].join("\n");
        let item =
            RecordFile::new(text.as_bytes(), Exported::Ingested).next_item().unwrap().unwrap();
        assert_eq!(item.source, text);
    }
}
