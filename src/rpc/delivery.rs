//! An answer while it is delivered: in small parts, so that what a client does not
//! read waits here, where it is counted, and not in the buffers of the transport.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame};
use tonic::Status;
use tonic::body::Body;

use super::admission::Place;
use super::peer::{Peer, Waiting};

/// The most bytes of a part: those of a frame that every client takes.
pub(super) const PART_BYTES: usize = 16 << 10;

/// The body of an answer.
pub(super) struct Delivery {
    body: Body,
    /// What is left of the piece that the body gave last.
    rest: Bytes,
    /// Held until all is delivered, or the client is gone.
    _place: Option<Place>,
    peer: Option<Peer>,
    /// The part that was handed over last. The next is not asked for before the
    /// client has room for it.
    waiting: Option<Waiting>,
}

impl Delivery {
    /// Delivers `body` to `peer`.
    pub(super) fn new(body: Body, place: Option<Place>, peer: Option<Peer>) -> Self {
        Self { body, rest: Bytes::new(), _place: place, peer, waiting: None }
    }

    fn part(&mut self) -> Frame<Bytes> {
        let part = self.rest.split_to(self.rest.len().min(PART_BYTES));
        self.waiting = self.peer.as_ref().map(Peer::wait);
        Frame::data(part)
    }
}

impl HttpBody for Delivery {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.waiting = None;
        if self.rest.is_empty() {
            let frame = match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                ended => return Poll::Ready(ended),
            };
            match frame.into_data() {
                Ok(data) => self.rest = data,
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        Poll::Ready(Some(Ok(self.part())))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt as _, Full};

    use super::*;

    #[tokio::test]
    async fn an_answer_comes_whole_in_small_parts() {
        let text: Vec<u8> = (0..100_000_u32).map(|at| (at % 251) as u8).collect();
        let body = Body::new(Full::new(Bytes::from(text.clone())));
        let peer = Peer::new(1);
        let mut delivery = Delivery::new(body, None, Some(peer));
        let mut told = Vec::new();
        while let Some(frame) = delivery.frame().await {
            let part = frame.unwrap().into_data().unwrap();
            assert!(part.len() <= PART_BYTES && !part.is_empty());
            told.extend_from_slice(&part);
        }
        assert_eq!(told, text);
    }
}
