//! Who is served: each call has a place before anything of it is read, or is told at
//! once when to try again. What its messages fill is counted over all connections.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::Extensions;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

use super::call::CallPolicy;
use super::delivery::Delivery;
use super::peer::Peer;
use super::receipt::Receipt;
use super::status;

/// How many calls may run, and what their messages may fill.
#[derive(Clone, Copy, Debug)]
pub(super) struct AdmissionLimits {
    /// Calls at once, those of the two kinds below aside.
    pub(super) calls: usize,
    /// Streams of items at once, each with bounds of its own.
    pub(super) bulk_streams: usize,
    /// Watch streams at once.
    pub(super) watch_streams: usize,
    /// What the requests and answers of calls may fill, in bytes.
    pub(super) in_flight_bytes: usize,
}

/// Which places a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// One request, an answer or a stream of them.
    Call,
    /// Questions that come as a stream, each small.
    Questions,
    /// A stream of items.
    Bulk,
    Watch,
}

/// The methods whose requests are streams of items.
const BULK: [&str; 2] =
    ["/dicta.v1.IngestService/IngestArticles", "/dicta.v1.AdminService/ImportRecords"];
const WATCH: &str = "/dicta.v1.QueryService/Watch";
/// Health needs no place: it must answer while everything is taken.
const HEALTH: &str = "/grpc.health.v1.Health/";
const REFLECTION: &str = "/grpc.reflection.";

impl Kind {
    fn of(path: &str) -> Option<Self> {
        match path {
            WATCH => Some(Self::Watch),
            path if BULK.contains(&path) => Some(Self::Bulk),
            path if path.starts_with(HEALTH) => None,
            path if path.starts_with(REFLECTION) => Some(Self::Questions),
            _ => Some(Self::Call),
        }
    }
}

/// Gives places to calls.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    policy: CallPolicy,
    calls: Arc<Semaphore>,
    bulk: Arc<Semaphore>,
    watches: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
}

impl Admission {
    pub(super) fn new(policy: CallPolicy, limits: AdmissionLimits) -> Self {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self {
            policy,
            calls: semaphore(limits.calls),
            bulk: semaphore(limits.bulk_streams),
            watches: semaphore(limits.watch_streams),
            bytes: semaphore(limits.in_flight_bytes),
        }
    }

    fn place(&self, kind: Kind, extensions: &Extensions) -> Result<Place, Status> {
        let peer = extensions.get::<Peer>().cloned();
        peer.as_ref().map_or(Ok(()), Peer::check)?;
        let (places, limit) = match kind {
            Kind::Call | Kind::Questions => (&self.calls, "server.concurrency"),
            Kind::Bulk => (&self.bulk, "bulk.streams"),
            Kind::Watch => (&self.watches, "watch.streams"),
        };
        let server = Arc::clone(places).try_acquire_owned();
        let server = server.map_err(|_| status::overloaded(limit))?;
        // What a connection may have open bounds its Watch streams.
        let counted = peer.as_ref().filter(|_| kind != Kind::Watch);
        let connection = counted.map(Peer::place).transpose()?;
        Ok(Place(Arc::new(Held {
            _server: server,
            _connection: connection,
            room: Arc::clone(&self.bytes),
            filled: Mutex::default(),
            peer,
        })))
    }
}

/// The place of a call; it is free again when the last of these is dropped.
#[derive(Clone, Debug)]
pub(super) struct Place(Arc<Held>);

#[derive(Debug)]
struct Held {
    _server: OwnedSemaphorePermit,
    _connection: Option<OwnedSemaphorePermit>,
    /// Where all calls take the room of their messages from.
    room: Arc<Semaphore>,
    /// The room that this call has taken.
    filled: Mutex<Option<OwnedSemaphorePermit>>,
    peer: Option<Peer>,
}

impl Place {
    /// Takes room for more of a request, or refuses the call.
    pub(super) fn fill(&self, bytes: usize) -> Result<(), Status> {
        let refused = |_| status::overloaded("server.in_flight_bytes");
        let more = Arc::clone(&self.0.room).try_acquire_many_owned(permits(bytes));
        self.put(more.map_err(refused)?);
        Ok(())
    }

    /// Gives back the room of the request, which is gone, and waits for that of the
    /// answer: whoever waits holds nothing that others wait for.
    pub(super) async fn refill(&self, bytes: usize) {
        drop(self.filled().take());
        // It is never closed.
        if let Ok(room) = Arc::clone(&self.0.room).acquire_many_owned(permits(bytes)).await {
            self.put(room);
        }
    }

    /// The connection that the call came by.
    pub(super) fn peer(&self) -> Option<&Peer> {
        self.0.peer.as_ref()
    }

    fn put(&self, more: OwnedSemaphorePermit) {
        let mut filled = self.filled();
        match filled.as_mut() {
            Some(filled) => filled.merge(more),
            None => *filled = Some(more),
        }
    }

    fn filled(&self) -> std::sync::MutexGuard<'_, Option<OwnedSemaphorePermit>> {
        self.0.filled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn permits(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// What a handler is told of its call.
#[derive(Clone, Debug)]
pub(super) struct Admitted {
    /// Its place.
    pub(super) place: Place,
    /// When it arrived: a caller counts the deadline from then, however late the
    /// handler gets to run.
    pub(super) arrival: Instant,
}

impl<S> Layer<S> for Admission {
    type Service = Admitting<S>;

    fn layer(&self, inner: S) -> Admitting<S> {
        Admitting { inner, admission: self.clone() }
    }
}

/// A service behind an admission.
#[derive(Clone, Debug)]
pub(super) struct Admitting<S> {
    inner: S,
    admission: Admission,
}

type Answering = Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

impl<S> Service<http::Request<Body>> for Admitting<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Answering {
        let Some(kind) = Kind::of(request.uri().path()) else {
            return Box::pin(self.inner.call(request));
        };
        let place = match self.admission.place(kind, request.extensions()) {
            Ok(place) => place,
            Err(refused) => return Box::pin(std::future::ready(Ok(refused.into_http()))),
        };
        let arrival = Instant::now();
        request.extensions_mut().insert(Admitted { place: place.clone(), arrival });
        if kind == Kind::Call || kind == Kind::Watch {
            let until = self.admission.policy.until(arrival, request.headers());
            request = request.map(|body| Body::new(Receipt::new(body, place.clone(), until)));
        }
        let answering = self.inner.call(request);
        Box::pin(async move {
            let answer = answering.await?;
            // The place of a Watch is that of its task, which ends when the client
            // does not read.
            let held = (kind != Kind::Watch).then(|| place.clone());
            Ok(answer.map(|body| Body::new(Delivery::new(body, held, place.peer().cloned()))))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prost::Message as _;
    use prost_types::FileDescriptorSet;

    use super::*;
    use crate::rpc::pb::FILE_DESCRIPTOR_SET;

    fn admission(in_flight_bytes: usize) -> Admission {
        let policy = CallPolicy {
            default_deadline: Duration::from_secs(5),
            max_deadline: Duration::from_secs(60),
            message_bytes: 1 << 20,
        };
        let limits =
            AdmissionLimits { calls: 3, bulk_streams: 1, watch_streams: 1, in_flight_bytes };
        Admission::new(policy, limits)
    }

    #[test]
    fn bulk_is_every_method_that_is_sent_a_stream() {
        let files = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
        let mut streams = Vec::new();
        for file in files.file.iter().filter(|file| file.package() == "dicta.v1") {
            for service in &file.service {
                let sent = service.method.iter().filter(|method| method.client_streaming());
                streams
                    .extend(sent.map(|it| format!("/dicta.v1.{}/{}", service.name(), it.name())));
            }
        }
        streams.sort();
        let mut bulk = BULK;
        bulk.sort_unstable();
        assert_eq!(streams, bulk);
    }

    #[tokio::test]
    async fn an_answer_waits_for_room_and_holds_none_meanwhile() {
        let admission = admission(100);
        let place = || admission.place(Kind::Call, &Extensions::new()).unwrap();
        let (first, second, third) = (place(), place(), place());
        first.fill(60).unwrap();
        second.fill(40).unwrap();
        third.fill(1).unwrap_err();
        // Each gives back what its request filled, so that neither waits for the other.
        let answer = async |place: Place| {
            place.refill(100).await;
            third.fill(1).unwrap_err();
        };
        tokio::join!(answer(first), answer(second));
        third.fill(100).unwrap();
    }
}
