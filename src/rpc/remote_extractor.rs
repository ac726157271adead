//! Dicta as the client of another extractor.

use std::error::Error as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use super::from_pb;
use super::pb::extractor as pb;
use super::pb::extractor::extractor_service_client::ExtractorServiceClient;
use super::to_pb;
use crate::extract::{ExtractionError, MOST_STATEMENTS, Reading};
use crate::kb::{Heard, RemoteExtractor, Source};

/// The pause before a text is sent again for the first time; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How much of what an extractor says of its failure is told.
const WORDS_TOLD: usize = 300;

/// How an extractor is called.
#[derive(Clone, Debug)]
pub struct ExtractorEndpoint {
    /// Where it listens.
    pub address: String,
    /// How long one text may take, with all that is tried again.
    pub deadline: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How often a text is sent again.
    pub retries: u32,
    /// How many texts it has at a time.
    pub concurrency: usize,
    /// The largest answer, in bytes.
    pub message_bytes: usize,
    /// The secrets and authorities of TLS; none for plain text.
    pub tls: Option<ExtractorTls>,
}

/// What TLS needs, as PEM.
#[derive(Clone, Debug)]
pub struct ExtractorTls {
    /// The authorities that may vouch for the extractor.
    pub authorities: Vec<u8>,
    /// The certificate that is shown to it, and its private key.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
}

/// An extractor at an address. It is connected to when it is first asked.
pub struct ExtractorClient {
    client: ExtractorServiceClient<Channel>,
    deadline: Duration,
    retries: u32,
    concurrency: usize,
    room: Semaphore,
    heard: Mutex<Heard>,
}

impl ExtractorClient {
    /// A client of the extractor at an endpoint.
    pub fn new(config: ExtractorEndpoint) -> Result<Self, tonic::transport::Error> {
        let mut endpoint = Endpoint::from_shared(config.address)?
            .user_agent(concat!("dicta/", env!("CARGO_PKG_VERSION")))?
            .connect_timeout(config.connect_timeout);
        if let Some(tls) = config.tls {
            let authorities = Certificate::from_pem(tls.authorities);
            let mut client = ClientTlsConfig::new().ca_certificate(authorities);
            if let Some((certificate, key)) = tls.identity {
                client = client.identity(Identity::from_pem(certificate, key));
            }
            endpoint = endpoint.tls_config(client)?;
        }
        let client = ExtractorServiceClient::new(endpoint.connect_lazy())
            .max_decoding_message_size(config.message_bytes);
        Ok(Self {
            client,
            deadline: config.deadline,
            retries: config.retries,
            concurrency: config.concurrency,
            room: Semaphore::new(config.concurrency),
            heard: Mutex::default(),
        })
    }

    /// Asks until there is an answer, or an error that asking again does not mend.
    async fn ask(&self, question: &pb::ExtractRequest) -> Result<pb::ExtractResponse, Status> {
        let until = Instant::now() + self.deadline;
        let mut pause = FIRST_PAUSE;
        let mut left = self.retries;
        loop {
            let mut request = Request::new(question.clone());
            request.set_timeout(until.saturating_duration_since(Instant::now()));
            let answer = tokio::time::timeout_at(until, self.client.clone().extract(request)).await;
            let late = || Status::deadline_exceeded("no answer in time");
            let status = match answer.map_err(|_| late()).and_then(|answer| answer) {
                Ok(answer) => return Ok(answer.into_inner()),
                Err(status) => unreached(status),
            };
            let in_time = Instant::now() + pause < until;
            if status.code() != Code::Unavailable || left == 0 || !in_time {
                return Err(status);
            }
            tokio::time::sleep(pause).await;
            left -= 1;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn error(&self, status: &Status) -> ExtractionError {
        let reason = status.get_details_error_info().map(|info| info.reason);
        let said: String = status.message().chars().take(WORDS_TOLD).collect();
        match status.code() {
            Code::Unavailable => ExtractionError::Unavailable(said),
            // Our own deadline, by whichever clock it passed first.
            Code::DeadlineExceeded | Code::Cancelled => ExtractionError::TooSlow(self.deadline),
            // Both are said by this end of an answer that was there.
            Code::InvalidArgument if reason.as_deref() == Some("UNDECODABLE") => {
                ExtractionError::Invalid(said)
            }
            Code::OutOfRange if said.contains("message length too large") => {
                ExtractionError::Invalid(format!("{said}: see `extractor.message_bytes`"))
            }
            code => ExtractionError::Failed(format!("{code:?}: {said}")),
        }
    }

    fn note(&self, read: &Result<Reading, ExtractionError>) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(reading) => {
                *heard = Heard {
                    name: reading.origin.extractor.clone(),
                    version: reading.origin.extractor_version.clone(),
                    failure: String::new(),
                };
            }
            Err(error) => {
                heard.failure = error.to_string();
                tracing::warn!(%error, "a text was not read by the remote extractor");
            }
        }
    }
}

#[async_trait]
impl RemoteExtractor for ExtractorClient {
    async fn read(&self, source: &Source) -> Result<Reading, ExtractionError> {
        let closed = |error: tokio::sync::AcquireError| ExtractionError::Failed(error.to_string());
        let _permit = self.room.acquire().await.map_err(closed)?;
        let answer = self.ask(&question(source)).await;
        let read = answer.map_err(|status| self.error(&status)).and_then(from_pb::reading);
        self.note(&read);
        read
    }

    fn at_once(&self) -> usize {
        self.concurrency
    }

    fn heard(&self) -> Heard {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A connection that was refused or broke off is no answer of the extractor's, such
/// as one on which it did not get the certificate that it asks for.
fn unreached(status: Status) -> Status {
    let is_broken = matches!(status.code(), Code::Unknown | Code::Unavailable);
    let Some(mut cause) = status.source().filter(|_| is_broken) else { return status };
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Status::unavailable(format!("{}: {cause}", status.message()))
}

fn question(source: &Source) -> pb::ExtractRequest {
    pb::ExtractRequest {
        text: source.text.to_string(),
        title: source.title.clone(),
        language: source.language.as_ref().map(ToString::to_string).unwrap_or_default(),
        published_at: source.published_at.map(to_pb::timestamp),
        max_statements: i32::try_from(MOST_STATEMENTS).unwrap_or(i32::MAX),
    }
}
