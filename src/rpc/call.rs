//! What every call goes through: which base it is for, its deadline, its panics, and
//! the size of its answer.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use http::HeaderMap;
use prost::Message;
use tokio::time::Instant;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::admission::{Admitted, Place};
use super::status;
use crate::kb::error::Error;

/// The only knowledge base that a server holds.
const DEFAULT_BASE: &str = "default";
/// The metadata key by which a call names its base.
const BASE_KEY: &str = "dicta-base";
/// The principal of callers while authentication is not configured.
pub(super) const ANONYMOUS: &str = "anonymous";
/// Both transports cut a call off at the same deadline, and with a less telling
/// code: ours comes before, by a tenth of the time but no more than this.
const AHEAD_OF_TRANSPORT: Duration = Duration::from_millis(20);
/// Room that an answer leaves for what frames it.
pub(super) const FRAME_BYTES: usize = 64 << 10;

/// How calls are handled.
#[derive(Clone, Copy, Debug)]
pub struct CallPolicy {
    /// The deadline of a call that brings none.
    pub default_deadline: Duration,
    /// The longest deadline of a unary call.
    pub max_deadline: Duration,
    /// The largest message either way, in bytes.
    pub message_bytes: usize,
}

impl CallPolicy {
    /// Until when a call that arrived then may take.
    pub(super) fn until(&self, arrival: Instant, headers: &HeaderMap) -> Instant {
        let asked =
            grpc_timeout(headers).map(|timeout| ahead_of_transport(timeout).min(self.max_deadline));
        arrival + asked.unwrap_or(self.default_deadline)
    }
}

/// Handles calls by one policy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calls {
    policy: CallPolicy,
}

impl Calls {
    pub(super) fn new(policy: CallPolicy) -> Self {
        Self { policy }
    }

    /// The most bytes that the records of one answer may fill.
    pub(super) fn answer_bytes(&self) -> usize {
        self.policy.message_bytes.saturating_sub(FRAME_BYTES)
    }

    /// Runs one unary call; `to_status` says what its errors are on the wire.
    pub(super) async fn unary<Req: Message, Res: Message>(
        &self,
        request: Request<Req>,
        to_status: fn(Error) -> Status,
        work: impl AsyncFnOnce(Req) -> Result<Res, Error>,
    ) -> Result<Response<Res>, Status> {
        check_base(request.metadata())?;
        let admitted = request.extensions().get::<Admitted>().cloned();
        let until = self.policy.until(arrival(admitted.as_ref()), request.metadata().as_ref());
        let place = admitted.map(|admitted| admitted.place);
        if let Some(place) = &place {
            count_unpacked(&request, place)?;
        }
        let work = AssertUnwindSafe(work(request.into_inner())).catch_unwind();
        let answer = match tokio::time::timeout_at(until, work).await {
            Err(_) => return Err(status::deadline_exceeded()),
            Ok(Err(panic)) => return Err(panicked(panic.as_ref())),
            Ok(Ok(answer)) => answer.map_err(to_status)?,
        };
        let size = answer.encoded_len();
        if size > self.policy.message_bytes {
            return Err(status::answer_too_large(size, self.policy.message_bytes));
        }
        if let Some(place) = place {
            let room = tokio::time::timeout_at(until, place.refill(size)).await;
            room.map_err(|_| status::deadline_exceeded())?;
        }
        Ok(Response::new(answer))
    }

    /// Takes a stream on; its place is held as long as it runs. Its deadline is the
    /// caller's, if any.
    pub(super) fn stream<Req>(
        &self,
        request: &Request<Req>,
    ) -> Result<(Option<Place>, Option<Instant>), Status> {
        check_base(request.metadata())?;
        let admitted = request.extensions().get::<Admitted>().cloned();
        let arrival = arrival(admitted.as_ref());
        let timeout = grpc_timeout(request.metadata().as_ref());
        let until = timeout.map(|timeout| arrival + ahead_of_transport(timeout));
        Ok((admitted.map(|admitted| admitted.place), until))
    }
}

/// Counts what a packed request has become: it was counted as it came.
fn count_unpacked<Req: Message>(request: &Request<Req>, place: &Place) -> Result<(), Status> {
    match request.metadata().contains_key("grpc-encoding") {
        true => place.fill(request.get_ref().encoded_len()),
        false => Ok(()),
    }
}

/// When a call arrived; one that did not come over the wire arrives now.
fn arrival(admitted: Option<&Admitted>) -> Instant {
    admitted.map_or_else(Instant::now, |admitted| admitted.arrival)
}

fn ahead_of_transport(timeout: Duration) -> Duration {
    timeout - (timeout / 10).min(AHEAD_OF_TRANSPORT)
}

/// Whether a call is for the base that is here.
fn check_base(metadata: &MetadataMap) -> Result<(), Status> {
    match metadata.get(BASE_KEY).map(|base| base.to_str()) {
        None | Some(Ok(DEFAULT_BASE)) => Ok(()),
        Some(base) => Err(status::unknown_base(base.unwrap_or("?"))),
    }
}

/// The `grpc-timeout` of a call: up to eight digits and a unit.
fn grpc_timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 3600)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

/// A handler that panicked: the details go to the log, under an id that the
/// caller is told.
pub(super) fn panicked(panic: &(dyn std::any::Any + Send)) -> Status {
    let words = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let id = Uuid::new_v4();
    tracing::error!(%id, panic = words, "a call panicked");
    status::panicked(id)
}

#[cfg(test)]
mod tests {
    use tonic::Code;
    use tonic_types::StatusExt as _;

    use super::*;
    use crate::rpc::pb;

    type Answer = Result<pb::GetEntityResponse, Error>;

    fn calls() -> Calls {
        Calls::new(CallPolicy {
            default_deadline: Duration::from_secs(5),
            max_deadline: Duration::from_secs(60),
            message_bytes: 1 << 20,
        })
    }

    fn asked(key: &'static str, value: &str) -> Request<()> {
        let mut request = Request::new(());
        request.metadata_mut().insert(key, value.parse().unwrap());
        request
    }

    async fn refusal(
        calls: &Calls,
        request: Request<()>,
        work: impl AsyncFnOnce(()) -> Answer,
    ) -> Status {
        calls.unary(request, status::of_read, work).await.unwrap_err()
    }

    fn reason(status: &Status) -> String {
        status.get_details_error_info().unwrap().reason
    }

    #[tokio::test]
    async fn a_panic_is_internal_with_an_incident_and_kills_nothing() {
        let calls = calls();
        for _ in 0..3 {
            let status =
                refusal(&calls, Request::new(()), async |()| panic!("a secret of ours")).await;
            assert_eq!(status.code(), Code::Internal);
            let info = status.get_details_error_info().unwrap();
            assert!(Uuid::try_parse(&info.metadata["incident"]).is_ok());
            assert!(!status.message().contains("secret"));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_ends_the_work() {
        let forever = async |()| std::future::pending::<Answer>().await;
        let status = refusal(&calls(), asked("grpc-timeout", "250m"), forever).await;
        assert_eq!(status.code(), Code::DeadlineExceeded);
        let status = refusal(&calls(), Request::new(()), forever).await;
        assert_eq!(reason(&status), "DEADLINE_EXCEEDED");
    }

    #[tokio::test]
    async fn there_is_one_base() {
        let work = async |()| Ok(pb::GetEntityResponse::default());
        let answer = calls().unary(asked(BASE_KEY, "default"), status::of_read, work).await;
        assert!(answer.is_ok());
        let status = refusal(&calls(), asked(BASE_KEY, "other"), work).await;
        assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "UNKNOWN_BASE"));
    }

    #[tokio::test]
    async fn an_answer_that_fits_into_no_message_is_refused() {
        let large = async |()| {
            let entity = pb::Entity { description: "x".repeat(2 << 20), ..pb::Entity::default() };
            Ok(pb::GetEntityResponse { entity: Some(entity), revision: 1, ..Default::default() })
        };
        let status = refusal(&calls(), Request::new(()), large).await;
        assert_eq!(reason(&status), "ANSWER_TOO_LARGE");
    }

    #[test]
    fn a_timeout_is_read_in_every_unit() {
        let timeout = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", text.parse().unwrap());
            grpc_timeout(&headers)
        };
        assert_eq!(timeout("5S"), Some(Duration::from_secs(5)));
        assert_eq!(timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(timeout("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for bad in ["S", "5", "123456789S", "-1S", "5x"] {
            assert_eq!(timeout(bad), None, "{bad}");
        }
    }
}
