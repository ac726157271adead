//! An extractor of someone else's, asked over the network: what it answers is held
//! against the text as what callers send.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::anchor::Anchor;
use super::error::Violation;
use super::extract::Source;
use crate::domain::statement::Mention;
use crate::extract::{ExtractionError, ReadStatement, Reading, Thing};

/// Finds statements in texts, elsewhere.
#[async_trait]
pub trait RemoteExtractor: Send + Sync {
    /// What stands in a text, with selectors as they were sent. Dropping the future
    /// ends the call.
    async fn read(&self, source: &Source) -> Result<Reading, ExtractionError>;

    /// How many texts it is asked about at a time.
    fn at_once(&self) -> usize;

    /// What is known of it.
    fn heard(&self) -> Heard;
}

/// What is known of a remote extractor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Its name, as its last good answer says; empty before.
    pub name: String,
    /// Its version, likewise.
    pub version: String,
    /// Why its last call failed; empty where it did not.
    pub failure: String,
}

/// A reading as it may be used: every selector found in the text, every mention of a
/// thing.
pub(super) fn settled(mut reading: Reading, text: &str) -> Result<Reading, ExtractionError> {
    let anchor = Anchor::new(Some(text));
    let mut violations = Vec::new();
    for (at, read) in reading.statements.iter_mut().enumerate() {
        let path = format!("statements[{at}]");
        anchor.fill(&mut read.statement, &path, None, &mut violations);
        // The rest is not looked for: a wrong answer is used in no part.
        if let Some(fault) = fault(&violations) {
            return Err(fault);
        }
    }
    let mut names = Names { things: &mut reading.things, known: HashMap::new() };
    for read in &mut reading.statements {
        names.name(read);
    }
    Ok(reading)
}

/// What is wrong with an answer, by its first fault.
#[must_use]
pub fn fault(violations: &[Violation]) -> Option<ExtractionError> {
    let first = violations.first()?;
    let more = match violations.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let text = format!("{}: {} [{}]{more}", first.field, first.description, first.reason);
    Some(ExtractionError::Invalid(text))
}

/// The things of a reading, to which mentions add those that they name themselves.
struct Names<'a> {
    things: &'a mut Vec<Thing>,
    known: HashMap<Thing, usize>,
}

impl Names<'_> {
    fn name(&mut self, read: &mut ReadStatement) {
        let ReadStatement { statement, speaker, addressees, mentions, .. } = read;
        if let Some(said_by) = statement.speaker.as_mut().filter(|it| !it.anonymous)
            && let Some(mention) = &mut said_by.mention
        {
            *speaker = Some(self.thing(mention, *speaker));
        }
        for (mention, thing) in statement.addressees.iter_mut().zip(addressees) {
            *thing = Some(self.thing(mention, *thing));
        }
        for (mention, thing) in statement.mentions.iter_mut().zip(mentions) {
            *thing = Some(self.thing(mention, *thing));
        }
    }

    fn thing(&mut self, mention: &mut Mention, named: Option<usize>) -> usize {
        if let Some(named) = named {
            let kind = self.things.get(named).and_then(|thing| thing.kind);
            mention.kind = mention.kind.or(kind);
            return named;
        }
        let thing = Thing { name: mention.text.clone(), kind: mention.kind, ..Thing::default() };
        let next = self.things.len();
        let at = *self.known.entry(thing.clone()).or_insert(next);
        if at == next {
            self.things.push(thing);
        }
        at
    }
}

/// What reads a text elsewhere, shared.
pub type Remote = Arc<dyn RemoteExtractor>;
