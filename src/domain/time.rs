//! Times: exact ones, and coarse ones with their precision.

use std::fmt::Write as _;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};

/// An exact moment, to the nanosecond.
pub type Timestamp = jiff::Timestamp;

/// How finely the ends of a [`CoarseTime`] are known; the finest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A civil day.
    Day,
    /// Seven days from the first.
    Week,
    /// A civil month.
    Month,
    /// Three months from the first, as a quarter of a year.
    Quarter,
    /// Three months from the first, as a season.
    Season,
    /// A civil year.
    Year,
    /// Ten years.
    Decade,
    /// A hundred years.
    Century,
}

impl Precision {
    /// The name, for messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Second => "SECOND",
            Self::Minute => "MINUTE",
            Self::Hour => "HOUR",
            Self::Day => "DAY",
            Self::Week => "WEEK",
            Self::Month => "MONTH",
            Self::Quarter => "QUARTER",
            Self::Season => "SEASON",
            Self::Year => "YEAR",
            Self::Decade => "DECADE",
            Self::Century => "CENTURY",
        }
    }

    fn unit(self) -> Span {
        match self {
            Self::Second => 1.second(),
            Self::Minute => 1.minute(),
            Self::Hour => 1.hour(),
            Self::Day => 1.day(),
            Self::Week => 7.days(),
            Self::Month => 1.month(),
            Self::Quarter | Self::Season => 3.months(),
            Self::Year => 1.year(),
            Self::Decade => 10.years(),
            Self::Century => 100.years(),
        }
    }

    /// How much of a time must be written for this precision.
    fn written(self) -> Self {
        match self {
            Self::Week => Self::Day,
            Self::Quarter | Self::Season => Self::Month,
            Self::Decade | Self::Century => Self::Year,
            other => other,
        }
    }

    /// Whether a unit of this precision may begin at `moment`.
    fn begins_at(self, moment: DateTime) -> bool {
        let midnight = moment.time() == jiff::civil::Time::midnight();
        match self {
            Self::Second => true,
            Self::Minute => moment.second() == 0,
            Self::Hour => moment.minute() == 0 && moment.second() == 0,
            Self::Day | Self::Week => midnight,
            Self::Month | Self::Quarter | Self::Season => midnight && moment.day() == 1,
            Self::Year => midnight && moment.day() == 1 && moment.month() == 1,
            Self::Decade => Self::Year.begins_at(moment) && moment.year() % 10 == 0,
            Self::Century => Self::Year.begins_at(moment) && moment.year() % 100 == 0,
        }
    }
}

/// A civil time that may be coarse: an interval, and how finely its ends are
/// known. Ordered by start, then by width.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CoarseTime {
    /// The first moment.
    pub start: DateTime,
    /// The moment after the last.
    pub end: DateTime,
    /// How finely both are known.
    pub precision: Precision,
    /// The offset from UTC in seconds, where known.
    pub utc_offset: Option<i32>,
    /// The wording in the article.
    pub text: String,
}

/// Why values make no [`CoarseTime`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// No ISO 8601 civil time.
    #[error(
        "`{0}` is no civil time: write it like 2026, 2026-09, 2026-09-16 or 2026-09-16T10:30, \
         the offset in `utc_offset`"
    )]
    Syntax(String),
    /// The time does not say as much as the precision claims.
    #[error("`{written}` does not say enough for the precision {}", .precision.name())]
    TooShort {
        /// The time as written.
        written: String,
        /// The precision claimed.
        precision: Precision,
    },
    /// The time is not on a border of its precision.
    #[error("no {} begins at `{written}`", .precision.name())]
    OffBorder {
        /// The time as written.
        written: String,
        /// The precision claimed.
        precision: Precision,
    },
    /// The end is not after the start.
    #[error("the end must lie after the start")]
    Order,
    /// The end leaves the calendar.
    #[error("the time lies outside the years 0001 to 9999")]
    Range,
    /// No offset.
    #[error("`{0}` is no offset from UTC: write it like +03:00, -05:00 or Z")]
    Offset(String),
}

impl CoarseTime {
    /// Makes a coarse time from its written parts; `end` and `utc_offset` may be
    /// empty.
    pub fn parse(
        start: &str,
        end: &str,
        precision: Option<Precision>,
        utc_offset: &str,
        text: String,
    ) -> Result<Self, TimeError> {
        let (first, written) = parse_civil(start)?;
        let precision = precision.unwrap_or(written);
        on_border(start, first, written, precision)?;
        let after = if end.is_empty() {
            first.checked_add(precision.unit()).map_err(|_| TimeError::Range)?
        } else {
            let (after, written) = parse_civil(end)?;
            on_border(end, after, written, precision)?;
            after
        };
        if after <= first {
            return Err(TimeError::Order);
        }
        let utc_offset = parse_offset(utc_offset)?;
        Ok(Self { start: first, end: after, precision, utc_offset, text })
    }

    /// The unit of this precision that begins on a day, in an article's wording;
    /// `None` where none begins there.
    #[must_use]
    pub fn unit_from(day: Date, precision: Precision, text: String) -> Option<Self> {
        let start = day.at(0, 0, 0, 0);
        let end = start.checked_add(precision.unit()).ok()?;
        let begins = precision.begins_at(start) && day.year() > 0;
        begins.then_some(Self { start, end, precision, utc_offset: None, text })
    }

    /// The start as the wire writes it, with as many parts as the precision has.
    #[must_use]
    pub fn start_text(&self) -> String {
        write_civil(self.start, self.precision)
    }

    /// The end as the wire writes it.
    #[must_use]
    pub fn end_text(&self) -> String {
        write_civil(self.end, self.precision)
    }

    /// The offset as the wire writes it; empty where unknown.
    #[must_use]
    pub fn offset_text(&self) -> String {
        match self.utc_offset {
            None => String::new(),
            Some(0) => "Z".into(),
            Some(seconds) => {
                let sign = if seconds < 0 { '-' } else { '+' };
                let minutes = seconds.abs() / 60;
                format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }

    /// The unit, such as a month, in which it lies wholly; itself where it lies in
    /// no one unit, as `2026`, or `2026-03/2026-06` for a spring.
    #[must_use]
    pub fn in_units_of(&self, unit: Precision) -> String {
        let within = |unit: Precision| {
            let text = write_civil(self.start, unit);
            let whole = Self::parse(&text, "", Some(unit), "", String::new()).ok()?;
            (self.end <= whole.end).then_some(text)
        };
        within(unit)
            .or_else(|| within(Precision::Year).filter(|_| self.precision == Precision::Year))
            .unwrap_or_else(|| format!("{}/{}", self.start_text(), self.end_text()))
    }

    /// The first moment in microseconds since 1970 UTC, an unknown offset taken
    /// as UTC: what coarse and exact times are ordered by together.
    #[must_use]
    pub fn start_micros(&self) -> i64 {
        civil_micros(self.start) - i64::from(self.utc_offset.unwrap_or(0)) * 1_000_000
    }

    /// The moment after the last, likewise.
    #[must_use]
    pub fn end_micros(&self) -> i64 {
        civil_micros(self.end) - i64::from(self.utc_offset.unwrap_or(0)) * 1_000_000
    }
}

impl From<Timestamp> for CoarseTime {
    /// The second of a moment, in UTC.
    fn from(moment: Timestamp) -> Self {
        let moment = TimeZone::UTC.to_datetime(moment);
        let start = moment.with().subsec_nanosecond(0).build().unwrap_or(moment);
        let end = start.saturating_add(1.second());
        Self { start, end, precision: Precision::Second, utc_offset: Some(0), text: String::new() }
    }
}

/// Microseconds from 1970-01-01T00:00:00 in the same calendar. The last two days
/// of the year 9999, which an exact time cannot reach, count as its last moment.
fn civil_micros(moment: DateTime) -> i64 {
    TimeZone::UTC.to_timestamp(moment).unwrap_or(Timestamp::MAX).as_microsecond()
}

fn on_border(
    text: &str,
    moment: DateTime,
    written: Precision,
    precision: Precision,
) -> Result<(), TimeError> {
    if written > precision.written() {
        return Err(TimeError::TooShort { written: cut(text), precision });
    }
    if !precision.begins_at(moment) {
        return Err(TimeError::OffBorder { written: cut(text), precision });
    }
    Ok(())
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Reads an ISO 8601 civil time and how much of it was written.
fn parse_civil(text: &str) -> Result<(DateTime, Precision), TimeError> {
    let error = || TimeError::Syntax(cut(text));
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let (date, written) = parse_date(date).ok_or_else(error)?;
    let Some(time) = time else { return Ok((date.at(0, 0, 0, 0), written)) };
    if written != Precision::Day {
        return Err(error());
    }
    let (time, written) = parse_time(time).ok_or_else(error)?;
    Ok((date.to_datetime(time), written))
}

fn digits(text: &str, count: usize) -> Option<i16> {
    let right = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| text.parse().ok()).flatten()
}

fn parse_date(text: &str) -> Option<(Date, Precision)> {
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4).filter(|year| *year > 0)?;
    let month = parts.next().map(|part| digits(part, 2));
    let day = parts.next().map(|part| digits(part, 2));
    if parts.next().is_some() {
        return None;
    }
    let written = match (month, day) {
        (None, _) => Precision::Year,
        (Some(_), None) => Precision::Month,
        (Some(_), Some(_)) => Precision::Day,
    };
    let month = month.unwrap_or(Some(1))?;
    let day = day.unwrap_or(Some(1))?;
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some((date, written))
}

fn parse_time(text: &str) -> Option<(jiff::civil::Time, Precision)> {
    let mut parts = text.split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = parts.next().map(|part| digits(part, 2));
    let second = parts.next().map(|part| digits(part, 2));
    if parts.next().is_some() {
        return None;
    }
    let written = match (minute, second) {
        (None, _) => Precision::Hour,
        (Some(_), None) => Precision::Minute,
        (Some(_), Some(_)) => Precision::Second,
    };
    let (minute, second) = (minute.unwrap_or(Some(0))?, second.unwrap_or(Some(0))?);
    let part = |value: i16| i8::try_from(value).ok();
    let time = jiff::civil::Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()?;
    Some((time, written))
}

fn parse_offset(text: &str) -> Result<Option<i32>, TimeError> {
    let error = || TimeError::Offset(cut(text));
    match text {
        "" => return Ok(None),
        "Z" => return Ok(Some(0)),
        _ => {}
    }
    let sign = match text.chars().next() {
        Some('+') => 1,
        Some('-') => -1,
        _ => return Err(error()),
    };
    let (hours, minutes) = text.get(1..).and_then(|rest| rest.split_once(':')).ok_or_else(error)?;
    let hours = digits(hours, 2).filter(|hours| *hours <= 18).ok_or_else(error)?;
    let minutes = digits(minutes, 2).filter(|minutes| *minutes < 60).ok_or_else(error)?;
    Ok(Some(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)))
}

fn write_civil(moment: DateTime, precision: Precision) -> String {
    let mut text = format!("{:04}", moment.year());
    let precision = precision.written();
    let parts = [
        (Precision::Month, '-', moment.month()),
        (Precision::Day, '-', moment.day()),
        (Precision::Hour, 'T', moment.hour()),
        (Precision::Minute, ':', moment.minute()),
        (Precision::Second, ':', moment.second()),
    ];
    for (needed, separator, value) in parts {
        if precision <= needed {
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator}{value:02}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(
        start: &str,
        end: &str,
        precision: Option<Precision>,
    ) -> Result<CoarseTime, TimeError> {
        CoarseTime::parse(start, end, precision, "", String::new())
    }

    fn check(start: &str, precision: Option<Precision>, expected: &str) {
        let said = match parse(start, "", precision) {
            Ok(time) => {
                format!("{}..{} {}", time.start_text(), time.end_text(), time.precision.name())
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expected, "{start}");
    }

    #[test]
    fn precision_follows_what_is_written() {
        check("2017", None, "2017..2018 YEAR");
        check("2026-09", None, "2026-09..2026-10 MONTH");
        check("2024-02-29", None, "2024-02-29..2024-03-01 DAY");
        check("2026-09-16T10", None, "2026-09-16T10..2026-09-16T11 HOUR");
        check("2026-09-16T23:59:59", None, "2026-09-16T23:59:59..2026-09-17T00:00:00 SECOND");
        check("2026-03", Some(Precision::Season), "2026-03..2026-06 SEASON");
        check("1990", Some(Precision::Decade), "1990..2000 DECADE");
        check("2026-01-01", Some(Precision::Year), "2026..2027 YEAR");
    }

    #[test]
    fn an_impossible_precision_is_refused() {
        check("2026", Some(Precision::Day), "`2026` does not say enough for the precision DAY");
        check("2026-09-16", Some(Precision::Month), "no MONTH begins at `2026-09-16`");
        check("2017", Some(Precision::Decade), "no DECADE begins at `2017`");
        check("9999", None, "the time lies outside the years 0001 to 9999");
        assert_eq!(parse("2026", "2025", None), Err(TimeError::Order));
        for bad in ["", "0000", "26", "2026-13", "2026-02-30", "2026-09T10", "2026-9", "٢٠٢٦"] {
            assert!(matches!(parse(bad, "", None), Err(TimeError::Syntax(_))), "{bad}");
        }
    }

    #[test]
    fn a_time_lies_in_a_unit_or_stands_for_itself() {
        let check = |start: &str, end: &str, precision, unit, expected: &str| {
            assert_eq!(parse(start, end, precision).unwrap().in_units_of(unit), expected);
        };
        check("2026-09-16", "2026-09-18", None, Precision::Day, "2026-09-16/2026-09-18");
        check("2026-09-16", "2026-09-18", None, Precision::Month, "2026-09");
        check("2026-03", "", Some(Precision::Season), Precision::Month, "2026-03/2026-06");
        check("2026", "", None, Precision::Month, "2026");
    }

    #[test]
    fn an_offset_moves_the_order() {
        let at = |offset| CoarseTime::parse("1970-01-02", "", None, offset, String::new());
        assert_eq!(at("").unwrap().start_micros(), 86_400_000_000);
        assert_eq!(at("+03:00").unwrap().start_micros(), 75_600_000_000);
        assert_eq!(at("-00:30").unwrap().offset_text(), "-00:30");
        assert!(at("3").is_err());
    }

    proptest! {
        #[test]
        fn written_times_read_back(year in 1i16..9998, month in 1i8..=12, day in 1i8..=28, hour in 0i8..24) {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}");
            let time = parse(&text, "", None).unwrap();
            prop_assert_eq!(time.start_text(), text);
            let again = parse(&time.start_text(), &time.end_text(), Some(time.precision)).unwrap();
            prop_assert_eq!(again, time);
        }
    }
}
