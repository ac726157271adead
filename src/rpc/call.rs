//! What every call goes through: which base it is for, how many may run, its
//! deadline, its panics, and the size of its answer.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use prost::Message;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tonic::metadata::MetadataMap;
use tonic::{Extensions, Request, Response, Status};
use uuid::Uuid;

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
    /// How many calls may run at once.
    pub concurrency: usize,
    /// The largest message either way, in bytes.
    pub message_bytes: usize,
}

/// Handles calls by one policy.
#[derive(Clone)]
pub(super) struct Calls {
    policy: CallPolicy,
    permits: Arc<Semaphore>,
    /// Apart from the others: a stream that waits for days takes no place from
    /// calls that are over in a moment.
    watch_permits: Arc<Semaphore>,
}

impl Calls {
    pub(super) fn new(policy: CallPolicy, watch_streams: usize) -> Self {
        let permits = Arc::new(Semaphore::new(policy.concurrency));
        Self { permits, watch_permits: Arc::new(Semaphore::new(watch_streams)), policy }
    }

    /// The most bytes that the records of one answer may fill.
    pub(super) fn answer_bytes(&self) -> usize {
        self.policy.message_bytes.saturating_sub(FRAME_BYTES)
    }

    /// Runs one unary call; `to_status` says what its errors are on the wire.
    pub(super) async fn unary<Req, Res: Message>(
        &self,
        request: Request<Req>,
        to_status: fn(Error) -> Status,
        work: impl AsyncFnOnce(Req) -> Result<Res, Error>,
    ) -> Result<Response<Res>, Status> {
        let _permit = self.admit(request.metadata())?;
        let deadline = self.deadline(request.metadata());
        let until =
            arrival(request.extensions()) + deadline.unwrap_or(self.policy.default_deadline);
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
        Ok(Response::new(answer))
    }

    /// Admits a stream; the permit is held as long as it runs. Its deadline is the
    /// caller's, if any.
    pub(super) fn stream<Req>(
        &self,
        request: &Request<Req>,
    ) -> Result<(OwnedSemaphorePermit, Option<Instant>), Status> {
        let permit = self.admit(request.metadata())?;
        let until = |timeout| arrival(request.extensions()) + ahead_of_transport(timeout);
        Ok((permit, grpc_timeout(request.metadata()).map(until)))
    }

    /// Admits a Watch, likewise.
    pub(super) fn watch(
        &self,
        metadata: &MetadataMap,
    ) -> Result<(OwnedSemaphorePermit, Option<Instant>), Status> {
        check_base(metadata)?;
        let permit = Arc::clone(&self.watch_permits).try_acquire_owned();
        let permit = permit.map_err(|_| status::watch_streams_taken())?;
        Ok((permit, grpc_timeout(metadata).map(|timeout| Instant::now() + timeout)))
    }

    fn admit(&self, metadata: &MetadataMap) -> Result<OwnedSemaphorePermit, Status> {
        check_base(metadata)?;
        Arc::clone(&self.permits).try_acquire_owned().map_err(|_| status::overloaded())
    }

    fn deadline(&self, metadata: &MetadataMap) -> Option<Duration> {
        grpc_timeout(metadata)
            .map(|timeout| ahead_of_transport(timeout).min(self.policy.max_deadline))
    }
}

/// When a call arrived.
#[derive(Clone, Copy, Debug)]
struct Arrival(Instant);

/// Notes when a call arrives: the transport counts its deadline from then, however
/// late its handler gets to run.
pub(super) fn note_arrival(mut request: Request<()>) -> Result<Request<()>, Status> {
    request.extensions_mut().insert(Arrival(Instant::now()));
    Ok(request)
}

fn arrival(extensions: &Extensions) -> Instant {
    extensions.get::<Arrival>().map_or_else(Instant::now, |arrival| arrival.0)
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
fn grpc_timeout(metadata: &MetadataMap) -> Option<Duration> {
    let text = metadata.get("grpc-timeout")?.to_str().ok()?;
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

    fn calls(concurrency: usize) -> Calls {
        let policy = CallPolicy {
            default_deadline: Duration::from_secs(5),
            max_deadline: Duration::from_secs(60),
            concurrency,
            message_bytes: 1 << 20,
        };
        Calls::new(policy, 1)
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
        let calls = calls(1);
        for _ in 0..3 {
            let status =
                refusal(&calls, Request::new(()), async |()| panic!("a secret of ours")).await;
            assert_eq!(status.code(), Code::Internal);
            let info = status.get_details_error_info().unwrap();
            assert!(Uuid::try_parse(&info.metadata["incident"]).is_ok());
            assert!(!status.message().contains("secret"));
        }
    }

    #[tokio::test]
    async fn more_calls_than_may_run_are_told_to_retry() {
        let calls = calls(1);
        let running = calls.admit(&MetadataMap::new()).unwrap();
        let status = refusal(&calls, Request::new(()), async |()| unreachable!()).await;
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::ResourceExhausted, "OVERLOADED")
        );
        assert!(status.get_details_retry_info().is_some());
        drop(running);
        let work = async |()| Ok(pb::GetEntityResponse::default());
        assert!(calls.unary(Request::new(()), status::of_read, work).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_ends_the_work() {
        let forever = async |()| std::future::pending::<Answer>().await;
        let status = refusal(&calls(1), asked("grpc-timeout", "250m"), forever).await;
        assert_eq!(status.code(), Code::DeadlineExceeded);
        let status = refusal(&calls(1), Request::new(()), forever).await;
        assert_eq!(reason(&status), "DEADLINE_EXCEEDED");
    }

    #[tokio::test]
    async fn there_is_one_base() {
        let work = async |()| Ok(pb::GetEntityResponse::default());
        let answer = calls(1).unary(asked(BASE_KEY, "default"), status::of_read, work).await;
        assert!(answer.is_ok());
        let status = refusal(&calls(1), asked(BASE_KEY, "other"), work).await;
        assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "UNKNOWN_BASE"));
    }

    #[tokio::test]
    async fn an_answer_that_fits_into_no_message_is_refused() {
        let large = async |()| {
            let entity = pb::Entity { description: "x".repeat(2 << 20), ..pb::Entity::default() };
            Ok(pb::GetEntityResponse { entity: Some(entity), revision: 1, ..Default::default() })
        };
        let status = refusal(&calls(1), Request::new(()), large).await;
        assert_eq!(reason(&status), "ANSWER_TOO_LARGE");
    }

    #[test]
    fn a_timeout_is_read_in_every_unit() {
        let timeout = |text: &str| {
            let mut metadata = MetadataMap::new();
            metadata.insert("grpc-timeout", text.parse().unwrap());
            grpc_timeout(&metadata)
        };
        assert_eq!(timeout("5S"), Some(Duration::from_secs(5)));
        assert_eq!(timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(timeout("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for bad in ["S", "5", "123456789S", "-1S", "5x"] {
            assert_eq!(timeout(bad), None, "{bad}");
        }
    }
}
