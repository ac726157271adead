//! Options of reads, and texts that name records.

use std::str::FromStr;

use clap::Args;

use crate::domain::id::{ArticleId, EntityId};
use crate::domain::time::Timestamp;
use crate::rpc::pb;

/// Which state to read.
#[derive(Debug, Args)]
pub(super) struct ReadArgs {
    /// Read as of a revision, or of a time such as 2026-09-16T10:30:00Z or
    /// 2026-09-16 (its first moment, in UTC).
    #[arg(long, value_name = "REVISION|TIME")]
    as_of: Option<AsOf>,
}

impl ReadArgs {
    /// The options as a request takes them.
    pub(super) fn options(&self) -> Option<pb::ReadOptions> {
        let as_of = match self.as_of.as_ref()? {
            AsOf::Revision(revision) => pb::read_options::AsOf::Revision(*revision),
            AsOf::Time(time) => pb::read_options::AsOf::Time(to_pb(*time)),
        };
        Some(pb::ReadOptions { as_of: Some(as_of), ..Default::default() })
    }
}

/// A revision or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AsOf {
    Revision(i64),
    Time(Timestamp),
}

impl FromStr for AsOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Self::Revision).map_err(|error| error.to_string());
        }
        parse_moment(text)
            .map(Self::Time)
            .map_err(|error| format!("{error}, nor a revision such as 1024"))
    }
}

/// Reads a time with its offset, or a date, which means its first moment in UTC.
pub(super) fn parse_moment(text: &str) -> Result<Timestamp, String> {
    let refused = || format!("`{text}` is no time such as 2026-09-16T10:30:00Z or 2026-09-16");
    if text.len() == "2026-09-16".len() {
        let date: jiff::civil::Date = text.parse().map_err(|_| refused())?;
        let midnight = date.at(0, 0, 0, 0);
        return jiff::tz::TimeZone::UTC.to_timestamp(midnight).map_err(|_| refused());
    }
    text.parse().map_err(|_| refused())
}

/// The time as messages carry it.
pub(super) fn to_pb(time: Timestamp) -> prost_types::Timestamp {
    // Whole seconds round down, so that the nanoseconds count up.
    let nanos = time.subsec_nanosecond();
    let borrowed = i32::from(nanos < 0);
    prost_types::Timestamp {
        seconds: time.as_second() - i64::from(borrowed),
        nanos: nanos + borrowed * 1_000_000_000,
    }
}

/// Reads an entity's name; the bare id will do.
pub(super) fn entity_name(text: &str) -> Result<EntityId, String> {
    let id = text.strip_prefix("entities/").unwrap_or(text);
    EntityId::new(id).map_err(|error| format!("{error}; `dicta resolve` finds an entity's id"))
}

/// Reads an article's name; the bare id will do.
pub(super) fn article_name(text: &str) -> Result<ArticleId, String> {
    let id = text.strip_prefix("articles/").unwrap_or(text);
    ArticleId::new(id).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_with_its_offset_or_a_date() {
        let check = |text: &str, expected: Option<&str>| {
            let found = parse_moment(text).ok().map(|time| time.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("2012-02-15T09:01:00-05:00", Some("2012-02-15T14:01:00Z"));
        check("2026-09-16T10:30:00Z", Some("2026-09-16T10:30:00Z"));
        check("2026-09-16", Some("2026-09-16T00:00:00Z"));
        check("2026-09-16T10:30:00", None);
        check("2026-13-01", None);
        check("yesterday", None);
        check("", None);
    }

    #[test]
    fn times_before_1970_keep_their_nanoseconds_positive() {
        let time: Timestamp = "1969-12-31T23:59:59.25Z".parse().unwrap();
        assert_eq!(to_pb(time), prost_types::Timestamp { seconds: -1, nanos: 250_000_000 });
    }

    #[test]
    fn digits_are_a_revision() {
        assert_eq!("1024".parse(), Ok(AsOf::Revision(1024)));
        assert!("99999999999999999999".parse::<AsOf>().is_err());
    }
}
