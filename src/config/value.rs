//! Values of keys: read from text, with what is allowed where they are not.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

/// What is allowed, in words, where a value is not.
pub(super) type Allowed = String;

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person.
    Human,
    /// One JSON object a line.
    Json,
}

pub(super) fn path(text: &str) -> Result<PathBuf, Allowed> {
    if text.is_empty() { Err("a path".to_owned()) } else { Ok(text.into()) }
}

pub(super) fn truth(text: &str) -> Result<bool, Allowed> {
    text.parse().map_err(|_| "true or false".to_owned())
}

pub(super) fn socket_address(text: &str) -> Result<SocketAddr, Allowed> {
    text.parse().map_err(|_| "an IP address and a port, such as 127.0.0.1:50051".to_owned())
}

/// Where a gRPC server is called.
pub(super) fn web_address(text: &str) -> Result<Url, Allowed> {
    let address = text.parse().ok().filter(|address: &Url| {
        matches!(address.scheme(), "http" | "https")
            && address.has_host()
            && address.path() == "/"
            && address.query().is_none()
            && address.fragment().is_none()
            && address.username().is_empty()
            && address.password().is_none()
    });
    address.ok_or_else(|| {
        "http:// or https://, a host and a port, such as http://127.0.0.1:50052".to_owned()
    })
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, Allowed> {
    match text {
        "human" => Ok(LogFormat::Human),
        "json" => Ok(LogFormat::Json),
        _ => Err("human or json".to_owned()),
    }
}

pub(super) fn log_level(text: &str) -> Result<String, Allowed> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let is_directive = |part: &str| {
        LEVELS.contains(&part.rsplit_once('=').map_or(part, |(_, level)| level).trim())
    };
    let filter = text.parse::<tracing_subscriber::filter::Targets>();
    if filter.is_ok() && text.split(',').all(is_directive) {
        return Ok(text.to_owned());
    }
    Err("off, error, warn, info, debug or trace, or such a list as `info,dicta=debug`".to_owned())
}

/// What `read` reads, or nothing where the text is empty.
pub(super) fn optional<T>(
    read: impl Fn(&str) -> Result<T, Allowed>,
) -> impl Fn(&str) -> Result<Option<T>, Allowed> {
    move |text| match text {
        "" => Ok(None),
        text => read(text).map(Some).map_err(|allowed| format!("{allowed}, or nothing")),
    }
}

/// A whole number within `range`.
pub(super) fn number<N>(range: RangeInclusive<u32>) -> impl Fn(&str) -> Result<N, Allowed>
where
    N: TryFrom<u32>,
{
    move |text| {
        let value = text.parse().ok().filter(|value| range.contains(value));
        value
            .and_then(|value| N::try_from(value).ok())
            .ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end()))
    }
}

/// A number of bytes within `range`, plain or with a unit: `64 KiB`, `4MiB`.
pub(super) fn bytes<N>(range: RangeInclusive<u32>) -> impl Fn(&str) -> Result<N, Allowed>
where
    N: TryFrom<u32>,
{
    move |text| {
        let value = parse_bytes(text).filter(|value| range.contains(value));
        value.and_then(|value| N::try_from(value).ok()).ok_or_else(|| {
            let (low, high) = (write_bytes(*range.start()), write_bytes(*range.end()));
            format!("a size from {low} to {high}, such as `4 MiB`")
        })
    }
}

fn parse_bytes(text: &str) -> Option<u32> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let shift = match unit.trim() {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return None,
    };
    number.parse::<u32>().ok()?.checked_mul(1 << shift)
}

fn write_bytes(bytes: u32) -> String {
    match bytes {
        _ if bytes >= 1 << 30 && bytes.is_multiple_of(1 << 30) => format!("{} GiB", bytes >> 30),
        _ if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes >= 1 << 10 && bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} B"),
    }
}

/// A duration within `range` of seconds, with its unit: `500ms`, `30s`, `24h`.
pub(super) fn duration(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<Duration, Allowed> {
    move |text| {
        let (low, high) = (Duration::from_secs(*range.start()), Duration::from_secs(*range.end()));
        parse_duration(text).filter(|value| (low..=high).contains(value)).ok_or_else(|| {
            format!("a duration from {low:?} to {high:?}, such as `500ms`, `30s`, `10m` or `24h`")
        })
    }
}

fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let milliseconds: u64 = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(milliseconds).map(Duration::from_millis)
}
