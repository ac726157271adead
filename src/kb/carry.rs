//! Carrying statements over into a newer version of their article.

use crate::domain::reanchor::Reanchor;
use crate::domain::selector::Selector;
use crate::domain::statement::{Anchoring, AnchoringKind, Statement, StatementStatus};

/// Carries statements over into one newer version.
pub(super) struct Carrier<'a> {
    /// `None` where the newer version has no text that verifies.
    text: Option<Reanchor<'a>>,
}

impl<'a> Carrier<'a> {
    /// A carrier from one body to another, where each is held in full.
    pub(super) fn new(before: Option<&'a str>, after: Option<&'a str>) -> Self {
        Self { text: after.map(|after| Reanchor::new(before, after)) }
    }

    /// Anchors a statement in the newer version or, where its words are gone,
    /// orphans it: it then keeps its last good anchor. One that cannot be verified,
    /// since there is no text, keeps its status and says so.
    pub(super) fn carry(&mut self, statement: &mut Statement, version: u32) {
        let Some(text) = &mut self.text else {
            statement.selectors_mut().for_each(|selector| selector.verified = false);
            return;
        };
        let found = find_again(text, statement);
        if found {
            let before = statement.article.version;
            statement.article.version = version;
            if let Some(anchoring) = &mut statement.anchoring {
                anchoring.from_version = before;
            }
        }
        // A retracted statement stays retracted wherever its words stand.
        if statement.status != StatementStatus::Retracted {
            statement.status =
                if found { StatementStatus::Active } else { StatementStatus::Orphaned };
        }
    }
}

/// Finds a statement's words again. Answers whether all that is said was found; if
/// so its selectors are the new ones.
fn find_again(text: &mut Reanchor<'_>, statement: &mut Statement) -> bool {
    let quotes = statement.content.iter().map(|span| text.quote(&span.selector));
    let Some(found) = quotes.collect::<Option<Vec<Selector>>>() else { return false };
    let before = statement.content.clone();
    for (span, selector) in statement.content.iter_mut().zip(found) {
        span.selector = selector;
    }
    statement.anchoring = Some(Anchoring::between(&before, &statement.content, 0));
    let first = |spans: &[crate::domain::statement::ContentSpan]| {
        spans.first().map(|span| span.selector.clone()).unwrap_or_default()
    };
    let (from, to) = (first(&before), first(&statement.content));
    let cue = statement.cue.iter_mut().map(|cue| &mut cue.selector);
    let speaker = statement.speaker.iter_mut().filter_map(|it| it.mention.as_mut());
    let mentions = speaker.chain(&mut statement.addressees).chain(&mut statement.mentions);
    for place in cue.chain(mentions.map(|mention| &mut mention.selector)) {
        *place = place.take().and_then(|beside| text.companion(&beside, &from, &to));
    }
    true
}

/// How a statement came to be what a caller says it is now.
pub(super) fn anchoring(before: &Statement, after: &Statement) -> Option<Anchoring> {
    let from = before.article.version;
    let now = Anchoring::between(&before.content, &after.content, from);
    if after.article.version != from {
        return Some(now);
    }
    let told = before.anchoring.clone()?;
    // The words before are what they were, whatever these are corrected to.
    let holds = told.kind == AnchoringKind::Reworded || now.kind == AnchoringKind::Unchanged;
    holds.then_some(told)
}
