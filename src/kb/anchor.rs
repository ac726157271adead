//! Anchoring: filling in and verifying the selectors of a statement.

use super::error::Violation;
use crate::domain::selector::{LocateError, Locator, Selector};
use crate::domain::statement::{Mention, Statement};

/// Where statements are anchored: in a body, or nowhere.
pub(super) struct Anchor<'a> {
    locator: Option<Locator<'a>>,
}

impl<'a> Anchor<'a> {
    /// Anchors in `body`, where there is one that verifies.
    pub(super) fn new(body: Option<&'a str>) -> Self {
        Self { locator: body.map(Locator::new) }
    }

    /// Fills in every selector of a statement as sent. `path` is the statement's
    /// in the request; what is wrong is added to `violations`. Cues and names of a
    /// part without content belong to what stands at `near`.
    pub(super) fn fill(
        &self,
        statement: &mut Statement,
        path: &str,
        near: Option<(u32, u32)>,
        violations: &mut Vec<Violation>,
    ) {
        let mut filler = Filler { anchor: self, path, near: None, violations };
        for (at, span) in statement.content.iter_mut().enumerate() {
            filler.fill(&mut span.selector, || format!("content[{at}].selector"));
        }
        // Cues and names recur all over a text; the ones that belong to these
        // words stand beside them.
        filler.near = statement.content.first().and_then(|span| place(&span.selector)).or(near);
        if let Some(cue) = &mut statement.cue
            && let Some(selector) = &mut cue.selector
        {
            filler.fill(selector, || "cue.selector".into());
            take_words(&mut cue.text, selector);
        }
        if let Some(mention) = statement.speaker.as_mut().and_then(|it| it.mention.as_mut()) {
            filler.fill_mention(mention, || "speaker.mention".into());
        }
        for (at, mention) in statement.addressees.iter_mut().enumerate() {
            filler.fill_mention(mention, || format!("addressees[{at}]"));
        }
        for (at, mention) in statement.mentions.iter_mut().enumerate() {
            filler.fill_mention(mention, || format!("mentions[{at}]"));
        }
    }

    fn locate(
        &self,
        selector: &Selector,
        near: Option<(u32, u32)>,
    ) -> Result<Selector, LocateError> {
        match &self.locator {
            Some(locator) => locator.locate(selector, near),
            None if selector.exact.is_empty() => Err(LocateError::Empty),
            None => Ok(Selector { verified: false, ..selector.clone() }),
        }
    }
}

/// Where a selector stands, if it says so.
pub(super) fn place(selector: &Selector) -> Option<(u32, u32)> {
    Some((selector.start?, selector.end?))
}

fn take_words(text: &mut String, selector: &Selector) {
    if text.is_empty() {
        text.clone_from(&selector.exact);
    }
}

struct Filler<'a, 'b> {
    anchor: &'a Anchor<'b>,
    path: &'a str,
    near: Option<(u32, u32)>,
    violations: &'a mut Vec<Violation>,
}

impl Filler<'_, '_> {
    fn fill(&mut self, selector: &mut Selector, field: impl FnOnce() -> String) {
        match self.anchor.locate(selector, self.near) {
            Ok(filled) => *selector = filled,
            Err(error) => {
                let field = format!("{}.{}", self.path, field());
                self.violations.push(Violation::new(field, reason(&error), error.to_string()));
            }
        }
    }

    fn fill_mention(&mut self, mention: &mut Mention, field: impl FnOnce() -> String) {
        if let Some(selector) = &mut mention.selector {
            self.fill(selector, || format!("{}.selector", field()));
            take_words(&mut mention.text, selector);
        }
    }
}

fn reason(error: &LocateError) -> &'static str {
    match error {
        LocateError::Empty | LocateError::HalfOpen => "SELECTOR_EMPTY",
        LocateError::OutOfRange { .. } => "SELECTOR_OUT_OF_RANGE",
        LocateError::Mismatch { .. } => "SELECTOR_MISMATCH",
        LocateError::NotFound(_) => "SELECTOR_NOT_FOUND",
        LocateError::OtherContext(_) => "SELECTOR_OTHER_CONTEXT",
        LocateError::Ambiguous { .. } => "SELECTOR_AMBIGUOUS",
        LocateError::TooMuchWork => "SELECTOR_WORK_LIMIT",
    }
}
