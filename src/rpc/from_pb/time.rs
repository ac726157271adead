//! Times from the wire.

use crate::domain::limits;
use crate::domain::time::{CoarseTime, Precision, TimeError, Timestamp};
use crate::rpc::from_pb::check::{Field, reason};
use crate::rpc::pb;

/// The first second of the year 1.
const FIRST_SECOND: i64 = -62_135_596_800;

/// An exact time.
pub(super) fn timestamp(at: &Field<'_>, pb: prost_types::Timestamp) -> Option<Timestamp> {
    let whole = (0..1_000_000_000).contains(&pb.nanos) && pb.seconds >= FIRST_SECOND;
    let time = whole.then(|| Timestamp::new(pb.seconds, pb.nanos).ok()).flatten();
    if time.is_none() {
        at.refuse(
            reason::BAD_TIME,
            format!(
                "{} s and {} ns since 1970 are no time in the years 0001 to 9999, with 0 to \
                 999,999,999 ns",
                pb.seconds, pb.nanos
            ),
        );
    }
    time
}

/// A coarse time.
pub(super) fn coarse(at: &Field<'_>, pb: pb::CoarseTime) -> Option<CoarseTime> {
    let precision =
        at.at("precision").choice(pb.precision, pb::TimePrecision::as_str_name).map(precision);
    let text = at.at("text").line(pb.text, limits::TIME_TEXT_CHARS);
    if pb.start.is_empty() {
        at.at("start").needed("a start is needed, such as 2026, 2026-09 or 2026-09-16");
        return None;
    }
    let parsed = CoarseTime::parse(&pb.start, &pb.end, precision?, &pb.utc_offset, text);
    parsed.map_err(|error| refuse(at, &pb.start, &error)).ok()
}

fn refuse(at: &Field<'_>, start: &str, error: &TimeError) {
    let end_of = |written: &str| {
        let of_start = start.chars().take(40).eq(written.chars());
        if of_start { "start" } else { "end" }
    };
    let (field, reason) = match error {
        TimeError::Syntax(written) => (end_of(written), reason::BAD_TIME),
        TimeError::TooShort { written, .. } | TimeError::OffBorder { written, .. } => {
            (end_of(written), reason::BAD_PRECISION)
        }
        TimeError::Order => ("end", reason::BAD_TIME),
        TimeError::Range => ("start", reason::BAD_TIME),
        TimeError::Offset(_) => ("utc_offset", reason::BAD_TIME),
    };
    at.at(field).refuse(reason, error.to_string());
}

/// Two coarse times of which the second may not lie wholly before the first.
pub(super) fn in_order(end_at: &Field<'_>, start: Option<&CoarseTime>, end: Option<&CoarseTime>) {
    if let (Some(start), Some(end)) = (start, end)
        && end.end_micros() <= start.start_micros()
    {
        end_at.refuse(reason::BAD_TIME, "the end lies before the start");
    }
}

fn precision(pb: pb::TimePrecision) -> Option<Precision> {
    match pb {
        pb::TimePrecision::Unspecified => None,
        pb::TimePrecision::Second => Some(Precision::Second),
        pb::TimePrecision::Minute => Some(Precision::Minute),
        pb::TimePrecision::Hour => Some(Precision::Hour),
        pb::TimePrecision::Day => Some(Precision::Day),
        pb::TimePrecision::Week => Some(Precision::Week),
        pb::TimePrecision::Month => Some(Precision::Month),
        pb::TimePrecision::Quarter => Some(Precision::Quarter),
        pb::TimePrecision::Season => Some(Precision::Season),
        pb::TimePrecision::Year => Some(Precision::Year),
        pb::TimePrecision::Decade => Some(Precision::Decade),
        pb::TimePrecision::Century => Some(Precision::Century),
    }
}
