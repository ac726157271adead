//! Streams of answers: each from a task of its own, within the caller's deadline,
//! its panics caught.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::admission::Place;
use super::call::panicked;
use super::status;

/// Where answers go.
pub(super) type Answers<T> = mpsc::Sender<Result<T, Status>>;
/// The answers as they are sent.
pub(super) type AnswerStream<T> = ReceiverStream<Result<T, Status>>;

/// How many answers may wait for a slow reader before the work behind them waits.
const ANSWERS_WAITING: usize = 1;

/// Serves a stream of answers; ends with the status that `serve` ends with.
/// `place` is held until then.
pub(super) fn answers<T, F>(
    deadline: Option<Instant>,
    place: Option<Place>,
    serve: impl FnOnce(Answers<T>) -> F,
) -> AnswerStream<T>
where
    T: Send + 'static,
    F: Future<Output = Result<(), Status>> + Send + 'static,
{
    let (answers, stream) = mpsc::channel(ANSWERS_WAITING);
    let last = answers.clone();
    let served = AssertUnwindSafe(serve(answers)).catch_unwind();
    tokio::spawn(async move {
        let _place = place;
        let ended = match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, served).await,
            None => Ok(served.await),
        };
        let status = match ended {
            Err(_) => Some(status::deadline_exceeded()),
            Ok(Err(panic)) => Some(panicked(panic.as_ref())),
            Ok(Ok(end)) => end.err(),
        };
        if let Some(status) = status {
            // A client that is gone needs no word.
            let _ = last.send(Err(status)).await;
        }
    });
    ReceiverStream::new(stream)
}
