//! Times written for reading.

use crate::domain::time::{CoarseTime, Precision, Timestamp};
use crate::rpc::pb;

/// A moment to the minute, in UTC; empty where it is unset.
pub(in crate::cli) fn moment(time: Option<&prost_types::Timestamp>) -> String {
    let parsed = time.and_then(|time| Timestamp::new(time.seconds, time.nanos).ok());
    parsed.map(|time| time.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default()
}

/// The day of a moment, in UTC; empty where it is unset.
pub(in crate::cli) fn day(time: Option<&prost_types::Timestamp>) -> String {
    moment(time).split(' ').next().unwrap_or_default().to_owned()
}

/// A coarse time, as finely as it is known; empty where it is unset.
pub(in crate::cli) fn coarse(time: Option<&pb::CoarseTime>) -> String {
    let Some(time) = time else { return String::new() };
    let interval = match unit_of(time) {
        Some(unit) => unit,
        None if time.end.is_empty() => time.start.clone(),
        None => format!("{} to before {}", time.start, time.end),
    };
    let offset = match time.utc_offset.as_str() {
        "" => "",
        offset if time.start.contains('T') => offset,
        _ => "",
    };
    let wording = match time.text.as_str() {
        "" => String::new(),
        text => format!(" (“{text}”)"),
    };
    format!("{}{offset}{wording}", interval.replace('T', " "))
}

/// The same without its wording.
pub(in crate::cli) fn bare(time: Option<&pb::CoarseTime>) -> String {
    coarse(time.map(|time| pb::CoarseTime { text: String::new(), ..time.clone() }).as_ref())
}

/// The time where it is one unit of its precision, such as a month.
fn unit_of(time: &pb::CoarseTime) -> Option<String> {
    let (precision, named) = match time.precision() {
        pb::TimePrecision::Unspecified => return None,
        pb::TimePrecision::Second => (Precision::Second, ""),
        pb::TimePrecision::Minute => (Precision::Minute, ""),
        pb::TimePrecision::Hour => (Precision::Hour, "the hour from "),
        pb::TimePrecision::Day => (Precision::Day, ""),
        pb::TimePrecision::Week => (Precision::Week, "the week from "),
        pb::TimePrecision::Month => (Precision::Month, ""),
        pb::TimePrecision::Quarter => (Precision::Quarter, "the quarter from "),
        pb::TimePrecision::Season => (Precision::Season, "the season from "),
        pb::TimePrecision::Year => (Precision::Year, ""),
        pb::TimePrecision::Decade => (Precision::Decade, "the decade from "),
        pb::TimePrecision::Century => (Precision::Century, "the century from "),
    };
    let unit = CoarseTime::parse(&time.start, "", Some(precision), "", String::new()).ok()?;
    let is_unit = time.end.is_empty() || time.end == unit.end_text();
    is_unit.then(|| format!("{named}{}", time.start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarse_time_is_written_as_finely_as_it_is_known() {
        let check = |start: &str, end: &str, precision: pb::TimePrecision, expected: &str| {
            let time = pb::CoarseTime {
                start: start.into(),
                end: end.into(),
                precision: precision as i32,
                ..Default::default()
            };
            assert_eq!(coarse(Some(&time)), expected);
        };
        check("2026-09", "2026-10", pb::TimePrecision::Month, "2026-09");
        check("2017", "", pb::TimePrecision::Year, "2017");
        check("2027-03", "2027-06", pb::TimePrecision::Season, "the season from 2027-03");
        check("2026", "2029", pb::TimePrecision::Year, "2026 to before 2029");
        check(
            "2026-09-16T10:30",
            "2026-09-16T10:31",
            pb::TimePrecision::Minute,
            "2026-09-16 10:30",
        );
        assert_eq!(coarse(None), "");
    }

    #[test]
    fn wording_and_offset_are_told() {
        let time = pb::CoarseTime {
            start: "2026-09-16T10".into(),
            precision: pb::TimePrecision::Hour as i32,
            utc_offset: "+03:00".into(),
            text: "at ten".into(),
            ..Default::default()
        };
        assert_eq!(coarse(Some(&time)), "the hour from 2026-09-16 10+03:00 (“at ten”)");
    }

    #[test]
    fn a_moment_is_told_to_the_minute() {
        let time = prost_types::Timestamp { seconds: 1_329_314_460, nanos: 0 };
        assert_eq!(moment(Some(&time)), "2012-02-15 14:01 UTC");
        assert_eq!(day(Some(&time)), "2012-02-15");
        assert_eq!(moment(None), "");
    }
}
