//! From a wording to days, as seen from the day of publication.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan as _};

use super::expression::{Named, Turn, Unit, What};
use crate::domain::time::{CoarseTime, Precision};

/// Where a time lies, seen from the day of publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// On that day or before.
    Behind,
    /// On that day or after.
    Ahead,
    /// Not said.
    Open,
}

/// Resolves times against the day of publication, where that is known.
pub(super) struct Calendar {
    today: Option<Date>,
}

impl Calendar {
    pub(super) fn new(today: Option<Date>) -> Self {
        Self { today }
    }

    pub(super) fn resolve(
        &self,
        named: &Named,
        direction: Direction,
        wording: String,
    ) -> Option<CoarseTime> {
        let (first, precision) = self.first_day(named, direction)?;
        CoarseTime::unit_from(first, precision, wording)
    }

    fn first_day(&self, named: &Named, direction: Direction) -> Option<(Date, Precision)> {
        let first = |year: i16, month: i8| Date::new(year, month, 1).ok();
        let year_or = |year: Option<i16>, month: i8| match year {
            Some(year) => first(year, month),
            None => self.recurring(month, 1, named.turn, direction),
        };
        Some(match named.what {
            What::Day { year: Some(year), month, day } => {
                (Date::new(year, month, day).ok()?, Precision::Day)
            }
            What::Day { year: None, month, day } => {
                (self.recurring(month, day, named.turn, direction)?, Precision::Day)
            }
            What::Month { year, month } => (year_or(year, month)?, Precision::Month),
            What::Season { year, month } => (year_or(year, month)?, Precision::Season),
            What::Quarter { year, quarter } => {
                (year_or(year, quarter * 3 - 2)?, Precision::Quarter)
            }
            What::Year(year) => (first(year, 1)?, Precision::Year),
            What::Decade(year) => (first(year, 1)?, Precision::Decade),
            What::Century(year) => (first(year, 1)?, Precision::Century),
            What::Weekday(weekday) => {
                (self.weekday(weekday, named.turn, direction)?, Precision::Day)
            }
            What::Relative(unit, offset) => self.relative(unit, offset, direction)?,
        })
    }

    /// News speak of the week around them: a day of the week is the last one
    /// unless what is said lies ahead.
    fn weekday(&self, day: Weekday, turn: Option<Turn>, direction: Direction) -> Option<Date> {
        let today = self.today?;
        let strict = matches!(turn, Some(Turn::Last | Turn::Next));
        if !strict && today.weekday() == day {
            return Some(today);
        }
        let nth = if direction == Direction::Ahead { 1 } else { -1 };
        today.nth_weekday(nth, day).ok()
    }

    /// The one of the days that come every year that is meant.
    fn recurring(
        &self,
        month: i8,
        day: i8,
        turn: Option<Turn>,
        direction: Direction,
    ) -> Option<Date> {
        let today = self.today?;
        let years = [-1, 0, 1].map(|offset| today.year() + offset);
        let mut dates = years.into_iter().filter_map(|year| Date::new(year, month, day).ok());
        // The month of publication counts for both sides.
        let month_of = |date: Date| (date.year(), date.month());
        let is_now = |date: &Date| day == 1 && month_of(*date) == month_of(today);
        match (turn, direction) {
            (Some(Turn::This), _) => dates.find(|date| date.year() == today.year()),
            (Some(Turn::Last), _) => dates.rfind(|date| *date < today && !is_now(date)),
            (Some(Turn::Next), _) => dates.find(|date| *date > today && !is_now(date)),
            (None, Direction::Behind) => dates.rfind(|date| *date <= today),
            (None, Direction::Ahead) => dates.find(|date| *date >= today || is_now(date)),
            (None, Direction::Open) => {
                let distance =
                    |date: &Date| date.since(today).map_or(i32::MAX, |span| span.get_days().abs());
                dates.min_by_key(distance)
            }
        }
    }

    fn relative(&self, unit: Unit, offset: i16, direction: Direction) -> Option<(Date, Precision)> {
        let today = self.today?;
        if offset > 1 && direction != Direction::Ahead {
            return None;
        }
        let moved = |span: Span| today.checked_add(span.checked_mul(i64::from(offset)).ok()?).ok();
        let first = |date: Date| Date::new(date.year(), date.month(), 1).ok();
        let new_year = |year: i16| Date::new(year, 1, 1).ok();
        Some(match unit {
            Unit::Day => (moved(1.day())?, Precision::Day),
            Unit::Week => {
                let day = moved(1.week())?;
                let since_monday = day.weekday().to_monday_zero_offset();
                (day.checked_sub(i64::from(since_monday).days()).ok()?, Precision::Week)
            }
            Unit::Month => (first(moved(1.month())?)?, Precision::Month),
            Unit::Quarter => {
                let day = moved(3.months())?;
                (Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).ok()?, Precision::Quarter)
            }
            Unit::Year => (new_year(moved(1.year())?.year())?, Precision::Year),
            Unit::Decade => {
                let year = moved(10.years())?.year();
                (new_year(year - year.rem_euclid(10))?, Precision::Decade)
            }
        })
    }
}
