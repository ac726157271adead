//! Reading the wording of a time.

use jiff::civil::Weekday;

use super::calendar::Direction;
use crate::extract::words::{Gap, Shape, Word};

/// A stretch of time that recurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Decade,
}

/// What a wording names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A day of a month.
    Day { year: Option<i16>, month: i8, day: i8 },
    /// A month.
    Month { year: Option<i16>, month: i8 },
    /// A quarter of a year, the first being 1.
    Quarter { year: Option<i16>, quarter: i8 },
    /// A season, by the month that it begins in.
    Season { year: Option<i16>, month: i8 },
    /// A day of the week.
    Weekday(Weekday),
    /// A year.
    Year(i16),
    /// Ten years, by the first.
    Decade(i16),
    /// A hundred years, by the first.
    Century(i16),
    /// So many units from the one of publication.
    Relative(Unit, i16),
}

/// Which one of those that recur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Last,
    This,
    Next,
}

/// A time as it is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) what: What,
    pub(super) turn: Option<Turn>,
    /// Whether it is a limit that lies ahead: "by", "until".
    limit: bool,
}

impl Named {
    /// Where it lies, where the wording itself says so.
    pub(super) fn direction(&self) -> Option<Direction> {
        match (self.turn, self.what) {
            (Some(Turn::Last), _) => Some(Direction::Behind),
            (Some(Turn::Next), _) => Some(Direction::Ahead),
            // "in two weeks" may be how long something took.
            (_, What::Relative(_, offset)) if offset < 0 || offset == 1 => {
                Some(if offset < 0 { Direction::Behind } else { Direction::Ahead })
            }
            _ => self.limit.then_some(Direction::Ahead),
        }
    }
}

/// Words that a month or a year follows without being of its wording.
const LEADS: &[&str] =
    &["in", "on", "during", "of", "from", "through", "early", "late", "mid", "year", "between"];

/// The time that is worded at the beginning of `words`, and how many words it has.
/// `before` is the word before them.
pub(super) fn read(before: Option<&Word<'_>>, words: &[Word<'_>]) -> Option<(usize, Named)> {
    let mut reader = Reader { words, at: 0 };
    let preposition = reader.take(&["by", "until", "till", "before", "since", "after"]);
    let limit = matches!(preposition, Some("by" | "until" | "till" | "before"));
    let leads = before.is_some_and(|before| before.is_any(LEADS));
    let led = preposition.is_some() || (leads && words.first()?.gap == Gap::Space);
    if preposition.is_some() {
        reader.take(&["the"]);
    }
    let _part = reader.take(&["early", "late", "mid"]);
    let turn = match reader.take(&["last", "past", "previous", "next", "coming", "this"]) {
        Some("next" | "coming") => Some(Turn::Next),
        Some("this") => Some(Turn::This),
        Some(_) => Some(Turn::Last),
        None => None,
    };
    // What leads in belongs to the wording only where a time follows.
    let what = reader.what(led || turn.is_some())?;
    if turn.is_some() && !matches!(what, What::Relative(_, 0)) && !recurs(what) {
        return None;
    }
    let what = match (what, turn) {
        (What::Relative(unit, 0), Some(Turn::Last)) => What::Relative(unit, -1),
        (What::Relative(unit, 0), Some(Turn::Next)) => What::Relative(unit, 1),
        _ => what,
    };
    Some((reader.at, Named { what, turn, limit }))
}

/// Whether "last" and "next" can stand before it.
fn recurs(what: What) -> bool {
    matches!(
        what,
        What::Weekday(_) | What::Season { year: None, .. } | What::Month { year: None, .. }
    )
}

struct Reader<'a, 'b> {
    words: &'a [Word<'b>],
    at: usize,
}

impl<'a, 'b> Reader<'a, 'b> {
    fn peek(&self, ahead: usize) -> Option<&'a Word<'b>> {
        let word = self.words.get(self.at + ahead)?;
        let first = self.at + ahead == 0;
        (first || word.gap == Gap::Space).then_some(word)
    }

    fn take(&mut self, choices: &[&'static str]) -> Option<&'static str> {
        let word = self.peek(0)?;
        let taken = choices.iter().copied().find(|choice| word.is(choice))?;
        self.at += 1;
        Some(taken)
    }

    fn step<T>(&mut self, length: usize, what: T) -> Option<T> {
        self.at += length;
        Some(what)
    }

    /// `led`: a word before it says that a time follows.
    fn what(&mut self, led: bool) -> Option<What> {
        let word = *self.peek(0)?;
        match word.shape {
            Shape::Number => self.number(led),
            Shape::Capital | Shape::Acronym => {
                self.weekday(led).or_else(|| self.month(led)).or_else(|| self.common(led))
            }
            Shape::Lower => self.common(led),
        }
    }

    fn weekday(&mut self, led: bool) -> Option<What> {
        let weekday = weekday(self.peek(0)?.text)?;
        // "Friday Night Lights" is no Friday.
        let title =
            self.peek(1).is_some_and(|next| next.is_capital() && month(next.text).is_none());
        if title && !led {
            return None;
        }
        self.at += 1;
        self.take(&["morning", "afternoon", "evening", "night"]);
        // "Tuesday, October 21" is one day.
        let comma = self.words.get(self.at).is_some_and(|word| word.gap == Gap::Comma);
        let rest = self.words.get(self.at..).unwrap_or_default();
        let mut date = Reader { words: rest, at: 0 };
        let dated = date.peek(0).filter(|_| comma).map(|word| word.shape);
        let day = match dated {
            Some(Shape::Number) => date.number(false),
            Some(Shape::Capital) => date.month(false),
            _ => None,
        };
        match day {
            Some(what @ What::Day { .. }) => self.step(date.at, what),
            _ => Some(What::Weekday(weekday)),
        }
    }

    /// "October", "October 2026", "October 21", "October 21, 2026".
    fn month(&mut self, led: bool) -> Option<What> {
        let word = *self.peek(0)?;
        let month = month(word.text)?;
        let next = self.peek(1).copied();
        if let Some(year) = next.as_ref().and_then(year) {
            return self.step(2, What::Month { year: Some(year), month });
        }
        if let Some(day) = next.as_ref().and_then(day) {
            self.at += 2;
            let year = self.words.get(self.at).filter(|word| word.gap <= Gap::Comma);
            let year = year.and_then(year_of_date);
            self.at += usize::from(year.is_some());
            return Some(What::Day { year, month, day });
        }
        let of = next.is_some_and(|next| next.is("of"));
        if let Some(year) = self.peek(2).filter(|_| of).and_then(year) {
            return self.step(3, What::Month { year: Some(year), month });
        }
        // "May" and "March" are words of other kinds, too.
        let plain = !word.is_any(&["May", "March", "Mar", "Sun"]) || led;
        let alone = next.is_none_or(|next| !next.is_capital());
        (plain && alone && !word.begins).then(|| self.step(1, What::Month { year: None, month }))?
    }

    /// What begins with digits.
    fn number(&mut self, led: bool) -> Option<What> {
        let word = *self.peek(0)?;
        if let Some(what) = iso_date(word.text) {
            return self.step(1, what);
        }
        if let Some(decade) = decade(word.text) {
            return self.step(1, What::Decade(decade));
        }
        let next = self.peek(1).copied();
        if let Some(century) =
            ordinal(word.text).filter(|_| next.is_some_and(|it| it.is("century")))
        {
            return self.step(2, What::Century((i16::from(century) - 1) * 100));
        }
        if let Some(what) = self.day_of_month(&word) {
            return Some(what);
        }
        if let Some(what) = self.ago(number(word.text)) {
            return Some(what);
        }
        let year = year(&word).filter(|_| led)?;
        // "since 2014 people": a count has something that it counts.
        let counted =
            next.is_some_and(|next| next.text.ends_with('s') && next.shape == Shape::Lower);
        (!counted).then(|| self.step(1, What::Year(year)))?
    }

    /// "21 October 2026", "21st of October".
    fn day_of_month(&mut self, word: &Word<'_>) -> Option<What> {
        let day = day(word)?;
        let of = usize::from(self.peek(1).is_some_and(|next| next.is("of")));
        let month = month(self.peek(1 + of)?.text)?;
        self.at += 2 + of;
        let year = self.words.get(self.at).filter(|word| word.gap <= Gap::Comma);
        let year = year.and_then(year_of_date);
        self.at += usize::from(year.is_some());
        Some(What::Day { year, month, day })
    }

    /// "two years ago".
    fn ago(&mut self, count: Option<i16>) -> Option<What> {
        let unit = unit(self.peek(1)?.text)?;
        let ago = self.peek(2).is_some_and(|word| word.is("ago"));
        let count = count.filter(|_| ago)?;
        self.step(3, What::Relative(unit, -count))
    }

    /// What is written in small letters.
    fn common(&mut self, led: bool) -> Option<What> {
        let word = *self.peek(0)?;
        let day = match word.text.to_ascii_lowercase().as_str() {
            "today" | "tonight" => Some(0),
            "yesterday" => Some(-1),
            "tomorrow" => Some(1),
            _ => None,
        };
        if let Some(offset) = day {
            self.at += 1;
            self.take(&["morning", "afternoon", "evening", "night"]);
            return Some(What::Relative(Unit::Day, offset));
        }
        if word.is("in") || word.is("during") {
            return self.within(&word);
        }
        if let Some(month) = season(word.text) {
            return self.season(month, led);
        }
        if let Some(quarter) = ordinal(word.text).filter(|it| *it <= 4) {
            return self.quarter(quarter);
        }
        if let Some(what) = self.ago(number(word.text)) {
            return Some(what);
        }
        // "this morning", "last week".
        let unit = match word.text {
            "morning" | "afternoon" | "evening" => Some(Unit::Day),
            "night" => Some(Unit::Day),
            text => unit(text).filter(|unit| *unit != Unit::Day && !text.ends_with('s')),
        };
        self.bare_unit(unit.filter(|_| led)?)
    }

    /// A unit right after "last", "this" or "next": not "by year".
    fn bare_unit(&mut self, unit: Unit) -> Option<What> {
        let before = self.at.checked_sub(1).and_then(|before| self.words.get(before))?;
        let turned = before.is_any(&["last", "past", "previous", "next", "coming", "this"]);
        turned.then(|| self.step(1, What::Relative(unit, 0)))?
    }

    /// "in 2026", "in March", "in two weeks". Its wording begins after "in".
    fn within(&mut self, word: &Word<'_>) -> Option<What> {
        let count = self.peek(1).and_then(|next| number(next.text));
        let unit = self.peek(2).and_then(|next| unit(next.text));
        let (count, unit) = (count?, unit?);
        let later = word.is("in") && self.peek(3).is_none_or(|next| !next.is_any(&["of", "ago"]));
        later.then(|| self.step(3, What::Relative(unit, count)))?
    }

    fn season(&mut self, month: i8, led: bool) -> Option<What> {
        let of = usize::from(self.peek(1).is_some_and(|next| next.is("of")));
        if let Some(year) = self.peek(1 + of).and_then(year) {
            return self.step(2 + of, What::Season { year: Some(year), month });
        }
        led.then(|| self.step(1, What::Season { year: None, month }))?
    }

    fn quarter(&mut self, quarter: i8) -> Option<What> {
        self.peek(1).filter(|next| next.is("quarter"))?;
        let of = usize::from(self.peek(2).is_some_and(|next| next.is("of")));
        let year = self.peek(2 + of).and_then(year);
        self.step(if year.is_some() { 3 + of } else { 2 }, What::Quarter { year, quarter })
    }
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "Monday" | "Mon" => Weekday::Monday,
        "Tuesday" | "Tues" => Weekday::Tuesday,
        "Wednesday" => Weekday::Wednesday,
        "Thursday" | "Thurs" => Weekday::Thursday,
        "Friday" => Weekday::Friday,
        "Saturday" => Weekday::Saturday,
        "Sunday" => Weekday::Sunday,
        _ => return None,
    })
}

fn month(text: &str) -> Option<i8> {
    Some(match text {
        "January" | "Jan" => 1,
        "February" | "Feb" => 2,
        "March" | "Mar" => 3,
        "April" | "Apr" => 4,
        "May" => 5,
        "June" | "Jun" => 6,
        "July" | "Jul" => 7,
        "August" | "Aug" => 8,
        "September" | "Sept" | "Sep" => 9,
        "October" | "Oct" => 10,
        "November" | "Nov" => 11,
        "December" | "Dec" => 12,
        _ => return None,
    })
}

/// The month that a season begins in, north of the equator.
fn season(text: &str) -> Option<i8> {
    Some(match text {
        "spring" => 3,
        "summer" => 6,
        "autumn" | "fall" => 9,
        "winter" => 12,
        _ => return None,
    })
}

fn unit(text: &str) -> Option<Unit> {
    Some(match text.strip_suffix('s').unwrap_or(text) {
        "day" => Unit::Day,
        "week" => Unit::Week,
        "month" => Unit::Month,
        "quarter" => Unit::Quarter,
        "year" => Unit::Year,
        "decade" => Unit::Decade,
        _ => return None,
    })
}

/// A number of at most three digits, or in words.
fn number(text: &str) -> Option<i16> {
    let words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    if text == "a" || text == "an" {
        return Some(1);
    }
    let digits = text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let worded = words.iter().position(|word| text.eq_ignore_ascii_case(word));
    let worded = worded.and_then(|at| i16::try_from(at + 1).ok());
    worded.or_else(|| digits.then(|| text.parse().ok()).flatten())
}

fn ordinal(text: &str) -> Option<i8> {
    let worded = match text {
        "first" => Some(1),
        "second" => Some(2),
        "third" => Some(3),
        "fourth" => Some(4),
        _ => None,
    };
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|ending| text.strip_suffix(ending));
    worded.or_else(|| digits?.parse().ok().filter(|it| (1..=31).contains(it)))
}

fn day(word: &Word<'_>) -> Option<i8> {
    let plain = word.text.len() <= 2 && word.text.bytes().all(|byte| byte.is_ascii_digit());
    let day = if plain { word.text.parse().ok() } else { ordinal(word.text) };
    day.filter(|day| (1..=31).contains(day) && word.shape == Shape::Number)
}

/// A year of our time or the centuries before.
fn year(word: &Word<'_>) -> Option<i16> {
    let digits = word.text.len() == 4 && word.text.bytes().all(|byte| byte.is_ascii_digit());
    let year = digits.then(|| word.text.parse().ok()).flatten();
    year.filter(|year| (1500..=2150).contains(year) && word.gap == Gap::Space)
}

/// The year after a day and a month, perhaps after a comma.
fn year_of_date(word: &Word<'_>) -> Option<i16> {
    year(&Word { gap: Gap::Space, ..*word })
}

fn decade(text: &str) -> Option<i16> {
    let decade: i16 = text.strip_suffix('s')?.parse().ok()?;
    (decade % 10 == 0 && (1500..=2150).contains(&decade)).then_some(decade)
}

fn iso_date(text: &str) -> Option<What> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || month.len() != 2 || day.len() != 2 || parts.next().is_some() {
        return None;
    }
    let year = Some(year.parse().ok()?);
    Some(What::Day { year, month: month.parse().ok()?, day: day.parse().ok()? })
}
