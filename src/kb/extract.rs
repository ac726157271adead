//! What an extractor reads in an article's text, for an ingest: ahead of the
//! planning where the text is at hand, off the threads that serve calls, and only so
//! many texts at a time.

use std::num::NonZero;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::KnowledgeBase;
use super::command::{Extraction, IngestArticle};
use super::error::Error;
use super::ingest::METHOD;
use super::remote::{self, Heard, Remote};
use crate::domain::article::Article;
use crate::domain::text::LanguageTag;
use crate::domain::time::Timestamp;
use crate::extract::{self, BuiltIn, Document, ExtractionError, Extractor, Reading};
use crate::store;

/// The extractors of a knowledge base, and how many texts may be read at a time.
pub(super) struct Extractors {
    built_in: Arc<dyn Extractor>,
    remote: Option<Remote>,
    room: Arc<Semaphore>,
}

impl Default for Extractors {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self { built_in: Arc::new(BuiltIn), remote: None, room: Arc::new(Semaphore::new(threads)) }
    }
}

/// An ingest with what reads its text.
pub(super) struct Prepared {
    pub(super) command: IngestArticle,
    pub(super) reader: Option<TextReader>,
}

/// Reads texts with one extractor.
pub(super) struct TextReader {
    extractor: Asked,
    room: Arc<Semaphore>,
    ahead: Option<(Source, Arc<Reading>)>,
}

#[derive(Clone)]
enum Asked {
    BuiltIn(Arc<dyn Extractor>),
    Remote(Remote),
}

/// A text with what a reading depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The article's title; empty where the extractor does not look at it.
    pub title: String,
    /// The text.
    pub text: Arc<str>,
    /// Its language, where it is known.
    pub language: Option<LanguageTag>,
    /// When the article came out.
    pub published_at: Option<Timestamp>,
}

impl TextReader {
    /// What stands in an article with this text.
    pub(super) async fn read(
        &self,
        article: &Article,
        text: &Arc<str>,
    ) -> Result<Arc<Reading>, Error> {
        let source = self.source(article, text);
        match &self.ahead {
            Some((ahead, reading)) if *ahead == source => Ok(Arc::clone(reading)),
            _ => self.read_now(source).await.map(|(_, reading)| reading),
        }
    }

    fn source(&self, article: &Article, text: &Arc<str>) -> Source {
        let title = match self.extractor {
            Asked::BuiltIn(_) => String::new(),
            Asked::Remote(_) => article.title.clone(),
        };
        Source {
            title,
            text: Arc::clone(text),
            language: article.language.clone(),
            published_at: article.published_at,
        }
    }

    async fn read_now(&self, source: Source) -> Result<(Source, Arc<Reading>), Error> {
        let extractor = match &self.extractor {
            Asked::BuiltIn(extractor) => Arc::clone(extractor),
            Asked::Remote(remote) => {
                let answer = remote.read(&source).await?;
                let settle = |source: Source| {
                    let reading = remote::settled(answer, &source.text)?;
                    Ok((source, Arc::new(reading)))
                };
                return self.aside(source, settle).await;
            }
        };
        let read = move |source: Source| {
            let document = Document {
                text: &source.text,
                language: source.language.as_ref(),
                published_at: source.published_at,
            };
            let reading = extract::read(extractor.as_ref(), &document)?;
            Ok((source, Arc::new(reading)))
        };
        self.aside(source, read).await
    }

    /// Works on a text off the threads that serve calls.
    async fn aside(
        &self,
        source: Source,
        work: impl FnOnce(Source) -> Result<(Source, Arc<Reading>), ExtractionError> + Send + 'static,
    ) -> Result<(Source, Arc<Reading>), Error> {
        let lost = |what: &str| store::Error::Internal(format!("a text was not read: {what}"));
        // Whoever gives up waiting for room leaves nothing to do behind.
        let room = Arc::clone(&self.room).acquire_owned().await;
        let permit = room.map_err(|error| lost(&error.to_string()))?;
        let work = move || {
            let _permit = permit;
            work(source)
        };
        let read = tokio::task::spawn_blocking(work).await;
        Ok(read.map_err(|error| lost(&error.to_string()))??)
    }
}

impl KnowledgeBase {
    /// Finds what reads the text of an ingest, and reads the text where it is sent
    /// along.
    pub(super) async fn prepare(&self, command: IngestArticle) -> Result<Prepared, Error> {
        let extractor = match command.extraction {
            Extraction::None => return Ok(Prepared { command, reader: None }),
            Extraction::BuiltIn => Asked::BuiltIn(Arc::clone(&self.extractors.built_in)),
            Extraction::Remote => {
                let remote = self.extractors.remote.clone();
                Asked::Remote(remote.ok_or(Error::NoRemoteExtractor)?)
            }
        };
        // A request that was carried out before is answered as it was then, whether
        // the extractor is there or not.
        let again = matches!(extractor, Asked::Remote(_))
            && self.remembered(METHOD, &command.context).await?.is_some();
        let room = Arc::clone(&self.extractors.room);
        let mut reader = TextReader { extractor, room, ahead: None };
        let article = &command.article.article;
        let text = article.body.text.as_ref().filter(|_| article.body.verifies() && !again);
        if let Some(text) = text {
            let source = reader.source(article, text);
            reader.ahead = Some(reader.read_now(source).await?);
        }
        Ok(Prepared { command, reader: Some(reader) })
    }

    /// The same knowledge base with an extractor that is asked over the network.
    #[must_use]
    pub fn with_remote_extractor(mut self, remote: Remote) -> Self {
        self.extractors.remote = Some(remote);
        self
    }

    /// What is known of the remote extractor, where there is one.
    #[must_use]
    pub fn remote_extractor(&self) -> Option<Heard> {
        self.extractors.remote.as_ref().map(|remote| remote.heard())
    }

    /// How many texts are read at a time ahead of being stored.
    pub(super) fn reads_ahead(&self) -> usize {
        let remote = self.extractors.remote.as_ref().map_or(0, |remote| remote.at_once());
        remote.max(READ_AHEAD)
    }
}

/// How many texts are read ahead at the least.
const READ_AHEAD: usize = 8;
