//! Reading quotations and near-duplicates, which follow the records at their own
//! pace.

use std::sync::Arc;

use super::KnowledgeBase;
use super::command::{DerivedRead, ListQuotations};
use super::error::Error;
use super::list::fingerprint;
use super::token::{self, TokenKind};
use crate::derive::Follower;
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::revision::Revision;
use crate::quotations::table::TableError;
use crate::quotations::{NearDuplicate, Quotation, Quotations, QuotationsReader};
use crate::store;

const WHAT: &str = "quotations";

/// Quotations, and what keeps them up to date.
#[derive(Clone)]
pub struct FollowedQuotations {
    /// What is kept.
    pub quotations: Quotations,
    /// Keeps them up to date.
    pub follower: Arc<Follower>,
}

/// A page of quotations.
#[derive(Debug)]
pub struct QuotationPage {
    /// The quotations, without their wordings.
    pub quotations: Vec<Quotation>,
    /// The token of the next page; empty: this was the last.
    pub next_page_token: String,
    /// The revision that the page stands for.
    pub revision: Revision,
}

impl KnowledgeBase {
    /// The quotation that has this id, or that took it in.
    pub async fn get_quotation(
        &self,
        id: String,
        read: &DerivedRead,
    ) -> Result<(Quotation, Revision), Error> {
        let reader = self.quotations(read).await?;
        off_the_workers(move || {
            let quotation = reader.quotation(&id).map_err(|error| unreadable(&error))?;
            let quotation = quotation.ok_or(Error::NoSuchQuotation(id))?;
            Ok((quotation, reader.revision()))
        })
        .await
    }

    /// A page of quotations in an order.
    pub async fn list_quotations(&self, query: &ListQuotations) -> Result<QuotationPage, Error> {
        let ListQuotations { speaker, page_size, page_token, order, read } = query.clone();
        let fingerprint = fingerprint(&["quotations", &format!("{speaker:?} {order:?}")]);
        let identity = self.store().identity().clone();
        let after = if page_token.is_empty() {
            None
        } else {
            let (_, payload) = token::open(&identity, TokenKind::Page, &page_token)?;
            let (bound_to, place) = payload.split_at_checked(16).unwrap_or_default();
            if bound_to != fingerprint {
                let text = "belongs to a list with other arguments: only `page_size` may change \
                            from page to page";
                return Err(Error::invalid("page_token", "PAGE_TOKEN_MISMATCH", text));
            }
            Some(place.to_vec())
        };
        let reader = self.quotations(&read).await?;
        off_the_workers(move || {
            let listed = reader.list(order, speaker.as_ref(), after.as_deref(), page_size + 1);
            let mut listed = listed.map_err(|error| unreadable(&error))?;
            let more = listed.len() > page_size;
            listed.truncate(page_size);
            let revision = reader.revision();
            let last = listed.last().filter(|_| more);
            let next_page_token = last.map_or_else(String::new, |(_, place)| {
                let payload = [&fingerprint, place.as_slice()].concat();
                token::seal(&identity, TokenKind::Page, revision, &payload)
            });
            let quotations = listed.into_iter().map(|(quotation, _)| quotation).collect();
            Ok(QuotationPage { quotations, next_page_token, revision })
        })
        .await
    }

    /// The near-duplicates of each of these records, as far as they are known:
    /// nothing waits for them.
    pub async fn near_duplicates(
        &self,
        names: Vec<RecordName>,
    ) -> Result<Vec<Vec<NearDuplicate>>, Error> {
        let none = vec![Vec::new(); names.len()];
        let Some(followed) = self.quotations.clone() else { return Ok(none) };
        off_the_workers(move || {
            let reader = followed.quotations.reader().map_err(|error| unreadable(&error))?;
            let Some(reader) = reader else { return Ok(none) };
            let near = |article: &ArticleId| {
                reader.near_duplicates(article).map_err(|error| unreadable(&error))
            };
            let of_each = names.iter().map(|name| match name {
                RecordName::Article(article) => near(article),
                RecordName::Statement(_) | RecordName::Entity(_) => Ok(Vec::new()),
            });
            of_each.collect()
        })
        .await
    }

    /// A reader that is as fresh as asked for.
    pub(super) async fn quotations(&self, read: &DerivedRead) -> Result<QuotationsReader, Error> {
        let Some(followed) = &self.quotations else {
            let what = "quotations are not kept by this server: what asks for them".to_owned();
            return Err(Error::NotServed { reason: "QUOTATIONS_NOT_SERVED", what });
        };
        let mut revision = Revision::ZERO;
        if read.fully_consistent {
            revision = self.store().head().revision;
        }
        if !read.consistency_token.is_empty() {
            let identity = self.store().identity();
            let (asked, _) =
                token::open(identity, TokenKind::Consistency, &read.consistency_token)?;
            revision = revision.max(asked);
        }
        if !followed.follower.reach(revision).await {
            let why = "the server is stopping".to_owned();
            return Err(Error::DerivedUnavailable { what: WHAT, why });
        }
        let quotations = followed.quotations.clone();
        let reader =
            off_the_workers(move || quotations.reader().map_err(|error| unreadable(&error)));
        let being_built =
            || Error::DerivedUnavailable { what: WHAT, why: "they are being built".into() };
        reader.await?.ok_or_else(being_built)
    }
}

/// Does what reads the disk on a thread that may be held up.
pub(super) async fn off_the_workers<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(store::Error::Internal(error.to_string()).into()),
    }
}

pub(super) fn unreadable(error: &TableError) -> Error {
    tracing::error!(%error, "quotations cannot be read");
    Error::DerivedUnavailable { what: WHAT, why: "the server's log says why".into() }
}
