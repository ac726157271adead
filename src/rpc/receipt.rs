//! A request while it is received: counted, and waited for no longer than its call
//! may take.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::Status;
use tonic::body::Body;

use super::admission::Place;
use super::status;

/// The body of a request.
pub(super) struct Receipt {
    body: Body,
    place: Place,
    until: Instant,
    /// Most requests are there at once and never need it.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Receipt {
    /// Receives `body` until then, in the room of `place`.
    pub(super) fn new(body: Body, place: Place, until: Instant) -> Self {
        Self { body, place, until, timer: None }
    }
}

impl HttpBody for Receipt {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                Poll::Ready(Some(this.place.fill(bytes).map(|()| frame)))
            }
            Poll::Ready(ended) => Poll::Ready(ended),
            Poll::Pending => {
                let until = this.until;
                let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
                timer.as_mut().poll(context).map(|()| Some(Err(status::deadline_exceeded())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
