//! What a server that runs tells of what it holds.

use std::collections::BTreeSet;

use dicta::rpc::pb;
use dicta::rpc::pb::admin_service_client::AdminServiceClient;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use dicta::rpc::pb::record::Record;
use tonic::transport::Channel;

use crate::heard::Heard;
use crate::wording::{WORDS, word};

/// How many searches are compared.
const SEARCHES: usize = 40;

/// A connection to a server.
#[derive(Clone)]
pub(crate) struct Base {
    pub(crate) channel: Channel,
}

/// What is derived from records, as far as it can be asked for.
#[derive(Debug, PartialEq)]
pub(crate) struct Told {
    found: Vec<BTreeSet<String>>,
    quotations: Vec<pb::Quotation>,
}

fn fresh() -> Option<pb::ReadOptions> {
    Some(pb::ReadOptions { fully_consistent: true, ..Default::default() })
}

impl Base {
    fn query(&self) -> QueryServiceClient<Channel> {
        QueryServiceClient::new(self.channel.clone()).max_decoding_message_size(64 << 20)
    }

    pub(crate) fn ingest(&self) -> IngestServiceClient<Channel> {
        IngestServiceClient::new(self.channel.clone())
    }

    fn admin(&self) -> AdminServiceClient<Channel> {
        AdminServiceClient::new(self.channel.clone())
    }

    /// The newest revision.
    pub(crate) async fn head(&self) -> i64 {
        let request = pb::GetServerInfoRequest {};
        self.admin().get_server_info(request).await.unwrap().into_inner().revision
    }

    /// What was committed after one revision and up to another, as a subscriber is told
    /// that hears it at once.
    pub(crate) async fn log(&self, after: i64, head: i64) -> Vec<pb::WatchEvent> {
        let request = pb::WatchRequest {
            start: Some(pb::watch_request::Start::Revision(after)),
            view: pb::ArticleView::Full.into(),
            ..Default::default()
        };
        let mut stream = self.query().watch(request).await.unwrap().into_inner();
        let mut heard = Heard::default();
        while heard.revision < head || heard.token.is_empty() {
            heard.take(stream.message().await.unwrap().unwrap());
        }
        heard.events
    }

    /// Every record as of a revision.
    pub(crate) async fn export(&self, revision: i64) -> Vec<Record> {
        let as_of = Some(pb::read_options::AsOf::Revision(revision));
        let read = Some(pb::ReadOptions { as_of, ..Default::default() });
        self.exported(pb::ExportRequest { read, ..Default::default() }).await
    }

    /// Every record.
    pub(crate) async fn everything(&self) -> Vec<Record> {
        self.exported(pb::ExportRequest::default()).await
    }

    async fn exported(&self, request: pb::ExportRequest) -> Vec<Record> {
        let mut stream = self.query().export(request).await.unwrap().into_inner();
        let mut records = Vec::new();
        while let Some(message) = stream.message().await.unwrap() {
            records.extend(message.records.into_iter().filter_map(|record| record.record));
        }
        records
    }

    /// Reads with the token of an acknowledgement.
    pub(crate) async fn takes_token(&self, consistency_token: String) {
        let read = Some(pb::ReadOptions { consistency_token, ..Default::default() });
        let request = pb::ListEntitiesRequest { read, ..Default::default() };
        self.query().list_entities(request).await.unwrap();
    }

    /// Checks all that is kept, and what is derived from it at the newest revision.
    pub(crate) async fn check(&self) {
        self.reach_the_newest().await.unwrap();
        let request = pb::CheckIntegrityRequest::default();
        let mut messages = self.admin().check_integrity(request).await.unwrap().into_inner();
        let mut last = pb::CheckIntegrityResponse::default();
        while let Some(message) = messages.message().await.unwrap() {
            assert!(message.findings.is_empty(), "{:#?}", message.findings);
            last = message;
        }
        assert!(last.done && last.findings_total == 0, "{last:?}");
    }

    /// Asks so that search and quotations are brought up to date.
    pub(crate) async fn reach_the_newest(&self) -> Result<(), tonic::Status> {
        let search = pb::SearchRequest { query: word(7), read: fresh(), ..Default::default() };
        self.query().search(search).await?;
        let list = pb::ListQuotationsRequest { read: fresh(), ..Default::default() };
        self.query().list_quotations(list).await?;
        Ok(())
    }

    /// What is derived.
    pub(crate) async fn told(&self) -> Told {
        let mut found = Vec::new();
        for number in 0..SEARCHES {
            let query = match number % 4 {
                0 => word(number * 3),
                1 => format!("{} {}", word(number), word(number * 7)),
                2 => format!("bridge -{}", word(number)),
                _ => format!("{} OR harbour", word(number % WORDS)),
            };
            let request =
                pb::SearchRequest { query, read: fresh(), page_size: 1_000, ..Default::default() };
            let answer = self.query().search(request).await.unwrap().into_inner();
            found.push(answer.hits.into_iter().map(|hit| hit.name).collect());
        }
        let request =
            pb::ListQuotationsRequest { page_size: 1_000, read: fresh(), ..Default::default() };
        let listed = self.query().list_quotations(request).await.unwrap().into_inner();
        Told { found, quotations: listed.quotations }
    }

    /// Builds what is derived afresh.
    pub(crate) async fn rebuild(&self, index: pb::DerivedIndex) -> Result<(), tonic::Status> {
        let request = pb::RebuildIndexRequest { index: index.into() };
        let mut answers = self.admin().rebuild_index(request).await?.into_inner();
        while let Some(answer) = answers.message().await? {
            if answer.done {
                return Ok(());
            }
        }
        Err(tonic::Status::cancelled("a rebuild that was never done"))
    }
}
