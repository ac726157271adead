//! Times in filters: exact ones and coarse ones, compared as intervals.

use super::ast::Comparator;
use crate::domain::time::{CoarseTime, Timestamp};

/// An interval in nanoseconds since 1970 UTC, the end exclusive. An exact moment
/// is one nanosecond wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    start: i128,
    end: i128,
}

/// How a time lies to a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SpanTest {
    /// Wholly in it.
    Within,
    /// At least partly in it.
    Overlaps,
}

impl SpanTest {
    pub(super) const ALL: [Self; 2] = [Self::Within, Self::Overlaps];

    /// What filters call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Overlaps => "overlaps",
        }
    }
}

/// How finely the fields are known that a moment is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grain {
    /// To the nanosecond.
    Exact,
    /// To the second at most: an exact moment in a filter then means its second.
    Coarse,
}

impl Moment {
    pub(super) fn exact(time: Timestamp) -> Self {
        let start = time.as_nanosecond();
        Self { start, end: start + 1 }
    }

    /// The moment so many microseconds after 1970 began.
    pub(super) fn at_micros(micros: i64) -> Self {
        let start = i128::from(micros) * 1_000;
        Self { start, end: start + 1 }
    }

    pub(super) fn coarse(time: &CoarseTime) -> Self {
        let nanos = |micros: i64| i128::from(micros) * 1_000;
        Self { start: nanos(time.start_micros()), end: nanos(time.end_micros()) }
    }

    /// Where it begins, and where it ends, exclusive.
    pub(super) fn bounds(self) -> (i128, i128) {
        (self.start, self.end)
    }

    /// Reads a moment as RFC 3339 writes it, or a coarse civil time, which counts
    /// as one in UTC.
    pub(super) fn parse(text: &str, grain: Grain) -> Option<Self> {
        if is_rfc3339(text) {
            let exact = Self::exact(text.parse().ok()?);
            let second = exact.start.div_euclid(1_000_000_000) * 1_000_000_000;
            return Some(match grain {
                Grain::Exact => exact,
                Grain::Coarse => Self { start: second, end: second + 1_000_000_000 },
            });
        }
        let time = CoarseTime::parse(text, "", None, "", String::new()).ok()?;
        Some(Self::coarse(&time))
    }

    /// The first nanosecond.
    pub(super) fn start(self) -> i128 {
        self.start
    }

    /// The nanosecond behind the last.
    pub(super) fn end(self) -> i128 {
        self.end
    }

    /// From the first moment of `start` to the last of `end`, without an end on
    /// the side of none; `None` where they leave nothing between them.
    pub(super) fn spanning(start: Option<Self>, end: Option<Self>) -> Option<Self> {
        let start = start.map_or(i128::MIN, |moment| moment.start);
        let end = end.map_or(i128::MAX, |moment| moment.end);
        (start < end).then_some(Self { start, end })
    }

    /// Whether it lies to `span` as the test asks.
    pub(super) fn lies(self, test: SpanTest, span: Self) -> bool {
        match test {
            SpanTest::Within => self.start >= span.start && self.end <= span.end,
            SpanTest::Overlaps => self.start < span.end && self.end > span.start,
        }
    }

    /// Compares as the order of times does, by where they begin; but it equals
    /// `wanted` only where it lies wholly within it.
    pub(super) fn compares(self, comparator: Comparator, wanted: Self) -> bool {
        let within = self.lies(SpanTest::Within, wanted);
        match comparator {
            Comparator::Equal | Comparator::Has => within,
            Comparator::NotEqual => !within,
            Comparator::Less => self.start < wanted.start,
            Comparator::LessOrEqual => self.start < wanted.end,
            Comparator::Greater => self.start >= wanted.end,
            Comparator::GreaterOrEqual => self.start >= wanted.start,
        }
    }
}

/// Whether `text` has the form `2026-09-16T10:30:00[.5](Z|+03:00)`; its parts are
/// not checked.
fn is_rfc3339(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else { return false };
    let time = time.strip_suffix(['Z', 'z']).or_else(|| {
        let (time, offset) = time.split_at_checked(time.len().checked_sub(6)?)?;
        follows(offset, "+00:00").then_some(time).or(follows(offset, "-00:00").then_some(time))
    });
    let Some(time) = time else { return false };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    follows(date, "0000-00-00") && follows(time, "00:00:00") && digits(fraction)
}

/// Whether `text` is `pattern` with any digits for its zeros.
fn follows(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, wanted: &str, expected: &str) {
        let value = Moment::parse(value, Grain::Exact).unwrap();
        let wanted = Moment::parse(wanted, Grain::Coarse).unwrap();
        let holds = [
            Comparator::Equal,
            Comparator::NotEqual,
            Comparator::Less,
            Comparator::LessOrEqual,
            Comparator::Greater,
            Comparator::GreaterOrEqual,
        ]
        .into_iter()
        .filter(|comparator| value.compares(*comparator, wanted))
        .map(Comparator::symbol);
        assert_eq!(holds.collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn a_coarse_time_is_an_interval() {
        check("2026-08-31T23:59:59.9Z", "2026-09", "!= < <=");
        check("2026-09-01T00:00:00Z", "2026-09", "= <= >=");
        check("2026-09-30T23:59:59.999Z", "2026-09", "= <= >=");
        check("2026-10-01T00:00:00Z", "2026-09", "!= > >=");
        check("2026-09-01T02:00:00+03:00", "2026-09", "!= < <=");
        check("2026-09-16", "2026-09", "= <= >=");
        check("2026", "2026-01", "!= <= >=");
        check("2026-09-16T10:30:00", "2026-09-16T10:30:00Z", "= <= >=");
    }

    #[test]
    fn other_writings_of_a_time_are_refused() {
        for bad in [
            "",
            "now",
            "2026-13",
            "2026-09-16Z",
            "2026-09-16 10:30:00Z",
            "2026-09-16T10:30Z",
            "2026-09-16T10:30:00.Z",
            "2026-09-16T10:30:00+0300",
            "2026-09-16T25:30:00Z",
            "20260916T103000Z",
            "2026-09-16T10:30:00Z[UTC]",
            "–",
        ] {
            assert_eq!(Moment::parse(bad, Grain::Exact), None, "{bad}");
        }
    }
}
