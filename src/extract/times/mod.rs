//! The times that a text speaks of, with their precision: "on Tuesday", "next
//! spring", "by September 2026".
//!
//! What is told from the day of publication ("yesterday") is left out where that
//! day is not known; what may be no time at all ("May said") is left out, too.

mod calendar;
mod expression;

use jiff::civil::Date;

use self::calendar::Calendar;
pub use self::calendar::Direction;
use super::found::Document;
use super::language::is_english;
use super::words::{Gap, Word, words};
use crate::domain::limits;
use crate::domain::time::{CoarseTime, Timestamp};

/// A time that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTime {
    /// The first byte of the wording.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// Which time it is.
    pub time: CoarseTime,
    /// Where it lies, as far as the words around it say.
    pub direction: Direction,
}

/// Finds the times that an English text names, in order. They do not overlap.
#[must_use]
pub fn find(document: &Document<'_>) -> Vec<FoundTime> {
    if !is_english(document) {
        return Vec::new();
    }
    find_in(document.text, &words(document.text), document.published_at)
}

/// The same in words that were taken apart already.
pub(super) fn find_in(
    text: &str,
    words: &[Word<'_>],
    published_at: Option<Timestamp>,
) -> Vec<FoundTime> {
    let calendar = Calendar::new(published_at.map(day_of));
    let mut found: Vec<FoundTime> = Vec::new();
    let mut outlook = Outlook::default();
    let mut at = 0;
    while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        let expression = expression::read(before, rest);
        let length = expression.as_ref().map_or(1, |(length, _)| *length);
        for word in rest.iter().take(length) {
            outlook.pass(word, at);
        }
        if let Some((length, named)) = expression
            && let (Some(first), Some(last)) = (rest.first(), rest.get(length - 1))
        {
            let direction = named.direction().unwrap_or_else(|| outlook.direction(at));
            let wording = text.get(first.start..last.end).unwrap_or_default();
            let wording: String = wording.chars().take(limits::TIME_TEXT_CHARS).collect();
            if let Some(time) = calendar.resolve(&named, direction, wording) {
                found.push(FoundTime { start: first.start, end: last.end, time, direction });
            }
        }
        at += length;
    }
    found
}

/// The civil day of a moment. Where it was published is not known, so that it is
/// the day in UTC.
fn day_of(moment: Timestamp) -> Date {
    jiff::tz::TimeZone::UTC.to_datetime(moment).date()
}

/// Words that speak of what is to come.
const AHEAD: &[&str] = &[
    "will",
    "would",
    "shall",
    "won't",
    "won’t",
    "going",
    "plans",
    "plan",
    "planned",
    "planning",
    "scheduled",
    "due",
    "expected",
    "expects",
    "expect",
    "set",
    "slated",
    "upcoming",
    "intends",
    "must",
    "should",
    "may",
    "could",
];

/// Words that speak of what has been.
const BEHIND: &[&str] = &["was", "were", "had", "did", "said", "told", "ago", "been", "has"];

/// How many words one of those reaches.
const REACH: usize = 14;

/// Whether the sentence so far speaks of what is to come.
#[derive(Default)]
struct Outlook {
    ahead: Option<usize>,
    behind: Option<usize>,
}

impl Outlook {
    fn pass(&mut self, word: &Word<'_>, at: usize) {
        if word.gap >= Gap::Sentence {
            *self = Self::default();
        }
        if word.shape == super::words::Shape::Capital && !word.begins {
            return;
        }
        if word.is_any(AHEAD) || word.text.ends_with("'ll") || word.text.ends_with("’ll") {
            self.ahead = Some(at);
        }
        if word.is_any(BEHIND) {
            self.behind = Some(at);
        }
    }

    fn direction(&self, at: usize) -> Direction {
        let near = |place: Option<usize>| place.filter(|place| at.saturating_sub(*place) <= REACH);
        match (near(self.ahead), near(self.behind)) {
            (Some(ahead), Some(behind)) if ahead > behind => Direction::Ahead,
            (Some(_), None) => Direction::Ahead,
            (None | Some(_), Some(_)) => Direction::Behind,
            (None, None) => Direction::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::LanguageTag;

    fn found(text: &str, language: &str, published_at: Option<Timestamp>) -> Vec<FoundTime> {
        let language = LanguageTag::new(language).unwrap();
        find(&Document { text, language: Some(&language), published_at })
    }

    /// A Tuesday.
    const PUBLISHED: &str = "2026-11-24T08:00:00Z";

    fn said(text: &str, published: Option<&str>) -> String {
        let published = published.map(|it| it.parse().unwrap());
        let found = found(text, "en", published);
        let times = found.iter().map(|it| {
            let (start, end) = (it.time.start_text(), it.time.end_text());
            format!("{}: {start}..{end} {}", it.time.text, it.time.precision.name())
        });
        times.collect::<Vec<_>>().join("; ")
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(said(text, Some(PUBLISHED)), expected, "{text}");
    }

    #[test]
    fn days_of_the_week_are_past_unless_the_words_look_ahead() {
        check("He said on Monday that", "Monday: 2026-11-23..2026-11-24 DAY");
        check("She spoke Tuesday morning.", "Tuesday morning: 2026-11-24..2026-11-25 DAY");
        check("They will vote on Friday.", "Friday: 2026-11-27..2026-11-28 DAY");
        check(
            "He said on Monday they will meet on Thursday.",
            "Monday: 2026-11-23..2026-11-24 DAY; Thursday: 2026-11-26..2026-11-27 DAY",
        );
        check("since last Wednesday", "since last Wednesday: 2026-11-18..2026-11-19 DAY");
        check("next Tuesday", "next Tuesday: 2026-12-01..2026-12-02 DAY");
        check(
            "yesterday, and tomorrow",
            "yesterday: 2026-11-23..2026-11-24 DAY; tomorrow: 2026-11-25..2026-11-26 DAY",
        );
    }

    #[test]
    fn dates_are_read_in_both_orders() {
        check("on 21 October", "21 October: 2026-10-21..2026-10-22 DAY");
        check("on Oct. 21, 2025, they", "Oct. 21, 2025: 2025-10-21..2025-10-22 DAY");
        check("the 21st of October 2025", "21st of October 2025: 2025-10-21..2025-10-22 DAY");
        check("on Friday, January 8", "Friday, January 8: 2027-01-08..2027-01-09 DAY");
        check("on 2024-02-29.", "2024-02-29: 2024-02-29..2024-03-01 DAY");
        check("on 31 February", "");
    }

    #[test]
    fn coarse_times_have_their_precision() {
        check("by September 2026", "by September 2026: 2026-09..2026-10 MONTH");
        check("in March", "March: 2027-03..2027-04 MONTH");
        check("last March", "last March: 2026-03..2026-04 MONTH");
        check("next spring", "next spring: 2027-03..2027-06 SEASON");
        check("in the winter of 2024", "winter of 2024: 2024-12..2025-03 SEASON");
        check("last year", "last year: 2025..2026 YEAR");
        check("next month", "next month: 2026-12..2027-01 MONTH");
        check("this week", "this week: 2026-11-23..2026-11-30 WEEK");
        check("in the third quarter of 2025", "third quarter of 2025: 2025-07..2025-10 QUARTER");
        check("since 2014", "since 2014: 2014..2015 YEAR");
        check("in the 1990s", "1990s: 1990..2000 DECADE");
        check("the 19th century", "19th century: 1800..1900 CENTURY");
        check("two years ago", "two years ago: 2024..2025 YEAR");
        check("three days ago", "three days ago: 2026-11-21..2026-11-22 DAY");
        check("the work will end in two weeks", "in two weeks: 2026-12-07..2026-12-14 WEEK");
    }

    #[test]
    fn what_may_be_no_time_is_left_out() {
        check("May said that March Madness and Friday Night Lights may fall.", "");
        check("It cost 2014 dollars and took 1990 workers.", "");
        check("They built it in two weeks.", "");
        check("a second place", "");
    }

    #[test]
    fn without_a_day_of_publication_only_whole_dates_count() {
        assert_eq!(said("on Monday, last year, in May, yesterday", None), "");
        assert_eq!(said("in May 2025", None), "May 2025: 2025-05..2025-06 MONTH");
    }

    #[test]
    fn other_languages_are_left_alone() {
        assert!(found("am 21 October 2025", "de", None).is_empty());
    }

    proptest! {
        #[test]
        fn what_is_found_lies_in_order_in_the_text(
            text in "((on|by|last|next|in|the|May|Friday|21|2026|,|of|two|weeks|ago|spring|Oct\\.|é|”) ?){0,40}",
            published in proptest::option::of(-377_705_116_800i64..253_402_207_200)
        ) {
            let published = published.and_then(|it| Timestamp::from_second(it).ok());
            let mut end = 0;
            for found in found(&text, "en", published) {
                prop_assert!(found.start >= end && found.end > found.start);
                prop_assert!(text.get(found.start..found.end).is_some());
                prop_assert!(found.time.start < found.time.end);
                end = found.end;
            }
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,300}") {
            let published = Timestamp::from_second(1_700_000_000).ok();
            prop_assert!(found(&text, "de", published).is_empty());
            let _found = found(&text, "en", published);
        }
    }
}
