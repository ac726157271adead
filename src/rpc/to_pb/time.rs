//! Times to the wire.

use crate::domain::time::{CoarseTime, Precision, Timestamp};
use crate::rpc::pb;

/// A length of time.
#[must_use]
pub fn duration(duration: std::time::Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(duration.subsec_nanos()).unwrap_or(0),
    }
}

/// An exact time.
#[must_use]
pub fn timestamp(time: Timestamp) -> prost_types::Timestamp {
    // The wire counts nanoseconds forward, also before 1970.
    let nanos = time.as_nanosecond();
    let second = 1_000_000_000;
    prost_types::Timestamp {
        seconds: i64::try_from(nanos.div_euclid(second)).unwrap_or_default(),
        nanos: i32::try_from(nanos.rem_euclid(second)).unwrap_or_default(),
    }
}

/// A coarse time, its end filled in, with as many parts as its precision has.
#[must_use]
pub fn coarse(time: CoarseTime) -> pb::CoarseTime {
    pb::CoarseTime {
        start: time.start_text(),
        end: time.end_text(),
        precision: precision(time.precision).into(),
        utc_offset: time.offset_text(),
        text: time.text,
    }
}

fn precision(precision: Precision) -> pb::TimePrecision {
    match precision {
        Precision::Second => pb::TimePrecision::Second,
        Precision::Minute => pb::TimePrecision::Minute,
        Precision::Hour => pb::TimePrecision::Hour,
        Precision::Day => pb::TimePrecision::Day,
        Precision::Week => pb::TimePrecision::Week,
        Precision::Month => pb::TimePrecision::Month,
        Precision::Quarter => pb::TimePrecision::Quarter,
        Precision::Season => pb::TimePrecision::Season,
        Precision::Year => pb::TimePrecision::Year,
        Precision::Decade => pb::TimePrecision::Decade,
        Precision::Century => pb::TimePrecision::Century,
    }
}
