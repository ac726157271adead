//! What an extractor reads in an article's text, for an ingest: ahead of the
//! planning where the text is at hand, off the threads that serve calls, and only so
//! many texts at a time.

use std::num::NonZero;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::KnowledgeBase;
use super::command::{Extraction, IngestArticle};
use super::error::Error;
use crate::domain::article::Article;
use crate::domain::origin::Origin;
use crate::domain::text::LanguageTag;
use crate::domain::time::Timestamp;
use crate::extract::{self, BuiltIn, Document, Extractor, Reading};
use crate::store;

/// The extractors of a knowledge base, and how many texts may be read at a time.
pub(super) struct Extractors {
    built_in: Arc<dyn Extractor>,
    room: Arc<Semaphore>,
}

impl Default for Extractors {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self { built_in: Arc::new(BuiltIn), room: Arc::new(Semaphore::new(threads)) }
    }
}

/// An ingest with what reads its text.
pub(super) struct Prepared {
    pub(super) command: IngestArticle,
    pub(super) reader: Option<TextReader>,
}

/// Reads texts with one extractor.
pub(super) struct TextReader {
    extractor: Arc<dyn Extractor>,
    room: Arc<Semaphore>,
    ahead: Option<(Source, Arc<Reading>)>,
}

/// What a reading depends on.
#[derive(Clone, PartialEq, Eq)]
struct Source {
    text: Arc<str>,
    language: Option<LanguageTag>,
    published_at: Option<Timestamp>,
}

impl TextReader {
    /// What stands in an article with this text.
    pub(super) async fn read(
        &self,
        article: &Article,
        text: &Arc<str>,
    ) -> Result<Arc<Reading>, Error> {
        let source = Source {
            text: Arc::clone(text),
            language: article.language.clone(),
            published_at: article.published_at,
        };
        match &self.ahead {
            Some((ahead, reading)) if *ahead == source => Ok(Arc::clone(reading)),
            _ => self.read_now(source).await.map(|(_, reading)| reading),
        }
    }

    async fn read_now(&self, source: Source) -> Result<(Source, Arc<Reading>), Error> {
        let lost = |what: &str| store::Error::Internal(format!("a text was not read: {what}"));
        // Whoever gives up waiting for room leaves nothing to do behind.
        let room = Arc::clone(&self.room).acquire_owned().await;
        let permit = room.map_err(|error| lost(&error.to_string()))?;
        let extractor = Arc::clone(&self.extractor);
        let work = move || {
            let _permit = permit;
            let document = Document {
                text: &source.text,
                language: source.language.as_ref(),
                published_at: source.published_at,
            };
            let reading = extract::read(extractor.as_ref(), &document);
            reading.map(|reading| (source, Arc::new(reading)))
        };
        let read = tokio::task::spawn_blocking(work).await;
        Ok(read.map_err(|error| lost(&error.to_string()))??)
    }

    /// The extractor's name.
    pub(super) fn extractor(&self) -> &str {
        self.extractor.name()
    }

    /// What makes the entities that are named in a text.
    pub(super) fn origin(&self) -> Origin {
        Origin {
            extractor: self.extractor.name().to_owned(),
            extractor_version: self.extractor.version().to_owned(),
            rule: "named-in-text".to_owned(),
            ..Origin::default()
        }
    }
}

impl KnowledgeBase {
    /// Finds what reads the text of an ingest, and reads the text where it is sent
    /// along.
    pub(super) async fn prepare(&self, command: IngestArticle) -> Result<Prepared, Error> {
        let extractor = match command.extraction {
            Extraction::None => return Ok(Prepared { command, reader: None }),
            Extraction::BuiltIn => Arc::clone(&self.extractors.built_in),
        };
        let room = Arc::clone(&self.extractors.room);
        let mut reader = TextReader { extractor, room, ahead: None };
        let article = &command.article.article;
        if let Some(text) = article.body.text.as_ref().filter(|_| article.body.verifies()) {
            let source = Source {
                text: Arc::clone(text),
                language: article.language.clone(),
                published_at: article.published_at,
            };
            reader.ahead = Some(reader.read_now(source).await?);
        }
        Ok(Prepared { command, reader: Some(reader) })
    }
}
