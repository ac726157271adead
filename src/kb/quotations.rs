//! Reading quotations and near-duplicates, which follow the records at their own
//! pace.

use std::sync::Arc;

use super::KnowledgeBase;
use super::command::{DerivedRead, ListNearDuplicates, ListQuotations, ReadOptions};
use super::error::Error;
use super::list::{PAGE_SCAN, fingerprint};
use super::merged;
use super::token::{self, Fingerprint, TokenKind};
use crate::derive::Follower;
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::revision::Revision;
use crate::query::filter::Filter;
use crate::query::row::Row;
use crate::query::schema::Kind;
use crate::quotations::table::TableError;
use crate::quotations::{
    Listing, NearDuplicate, NearPair, Placed, Quotation, QuotationSpeaker, Quotations,
    QuotationsReader,
};
use crate::store;

const WHAT: &str = "quotations";
/// How many places are read at a time: at least, where a filter leaves some out, and
/// at most.
const SMALLEST_STEP: usize = 64;
const LARGEST_STEP: usize = 256;
/// As many bytes of texts end a page.
const PAGE_BYTES: usize = 2 << 20;

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

/// A page of pairs of near-duplicates.
#[derive(Debug)]
pub struct NearDuplicatePage {
    /// The pairs.
    pub pairs: Vec<NearPair>,
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

    /// A page of quotations in an order, of those that pass a filter.
    pub async fn list_quotations(&self, query: &ListQuotations) -> Result<QuotationPage, Error> {
        let ListQuotations { order, ascending, speaker, .. } = query;
        let arguments = format!("{speaker:?} {order:?} {ascending}");
        let bound_to = fingerprint(&["quotations", &arguments, &query.filter]);
        let after = self.derived_place(&query.page_token, bound_to)?;
        let filter = self.derived_filter(&query.filter, Kind::Quotation).await?;
        let named = || filter.as_ref().and_then(|filter| filter.only_entity("speaker.entity"));
        let speaker = speaker.clone().or_else(named);
        let listing = Listing { order: *order, ascending: *ascending, speaker };
        let reader = self.quotations(&query.read).await?;
        let revision = reader.revision();
        let page_size = query.page_size;
        let (quotations, next) = off_the_workers(move || {
            page_of(
                after,
                page_size,
                filter.as_ref(),
                quotation_row,
                |it| it.text.len(),
                |after, limit| {
                    let listed = reader.list(&listing, after, limit)?;
                    Ok(listed.into_iter().map(|(it, place)| (Some(it), place)).collect())
                },
            )
        })
        .await?;
        let next_page_token = self.derived_token(revision, bound_to, next);
        Ok(QuotationPage { quotations, next_page_token, revision })
    }

    /// A page of pairs of near-duplicates that pass a filter.
    pub async fn list_near_duplicates(
        &self,
        query: &ListNearDuplicates,
    ) -> Result<NearDuplicatePage, Error> {
        let article = query.article.clone();
        let arguments = format!("{article:?}");
        let bound_to = fingerprint(&["near-duplicates", &arguments, &query.filter]);
        let after = self.derived_place(&query.page_token, bound_to)?;
        let filter = self.derived_filter(&query.filter, Kind::NearDuplicate).await?;
        let reader = self.quotations(&query.read).await?;
        let revision = reader.revision();
        let page_size = query.page_size;
        let (pairs, next) = off_the_workers(move || {
            page_of(
                after,
                page_size,
                filter.as_ref(),
                near_row,
                |_| 0,
                |after, limit| reader.near_pairs(article.as_ref(), after, limit),
            )
        })
        .await?;
        let next_page_token = self.derived_token(revision, bound_to, next);
        Ok(NearDuplicatePage { pairs, next_page_token, revision })
    }

    /// A filter over what is derived, in which each entity stands for all that are
    /// merged with it now.
    async fn derived_filter(&self, filter: &str, kind: Kind) -> Result<Option<Filter>, Error> {
        let filter = Filter::parse(filter, kind)
            .map_err(|error| Error::invalid("filter", "BAD_FILTER", error.to_string()))?;
        if filter.is_none() {
            return Ok(None);
        }
        let reader = self.reader(&ReadOptions::newest()).await?;
        Ok(merged::widened(reader.as_ref(), filter).await?)
    }

    /// The place that a page token leads to; `None`: the first.
    fn derived_place(
        &self,
        page_token: &str,
        bound_to: Fingerprint,
    ) -> Result<Option<Vec<u8>>, Error> {
        if page_token.is_empty() {
            return Ok(None);
        }
        let (_, place) = token::open_page(self.store().identity(), &bound_to, page_token)?;
        Ok(Some(place))
    }

    fn derived_token(
        &self,
        revision: Revision,
        bound_to: Fingerprint,
        next: Option<Vec<u8>>,
    ) -> String {
        next.map_or_else(String::new, |place| {
            token::seal_page(self.store().identity(), revision, &bound_to, &place)
        })
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

    /// The quotations, where they are kept.
    pub fn followed_quotations(&self) -> Result<&FollowedQuotations, Error> {
        self.quotations.as_ref().ok_or_else(|| Error::NotServed {
            reason: "QUOTATIONS_NOT_SERVED",
            what: "quotations are not kept by this server: what asks for them".into(),
        })
    }

    /// A reader that is as fresh as asked for.
    pub(super) async fn quotations(&self, read: &DerivedRead) -> Result<QuotationsReader, Error> {
        let followed = self.followed_quotations()?;
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

/// Goes along places until a page is full or has looked at as much as it may. Tells
/// the place where the next page begins, unless this was the last.
fn page_of<T>(
    mut after: Option<Vec<u8>>,
    page_size: usize,
    filter: Option<&Filter>,
    row: impl Fn(&T) -> Row,
    bytes: impl Fn(&T) -> usize,
    next: impl Fn(Option<&[u8]>, usize) -> Result<Vec<Placed<T>>, TableError>,
) -> Result<(Vec<T>, Option<Vec<u8>>), Error> {
    let passes = |item: &T| filter.is_none_or(|filter| filter.matches_row(&row(item)));
    // Without a filter nearly every place is taken.
    let least = if filter.is_some() { SMALLEST_STEP } else { 1 };
    let step = (page_size + 1).clamp(least, LARGEST_STEP);
    let (mut page, mut looked_at, mut size) = (Vec::new(), 0, 0);
    loop {
        let found = next(after.as_deref(), step).map_err(|error| unreadable(&error))?;
        let is_last = found.len() < step;
        for (item, place) in found {
            if page.len() == page_size || looked_at == PAGE_SCAN || size >= PAGE_BYTES {
                return Ok((page, after));
            }
            looked_at += 1;
            after = Some(place);
            if let Some(item) = item.filter(&passes) {
                size += bytes(&item);
                page.push(item);
            }
        }
        if is_last {
            return Ok((page, None));
        }
    }
}

/// A quotation as filters see it.
fn quotation_row(quotation: &Quotation) -> Row {
    let entity = quotation.entity().map(ToString::to_string).unwrap_or_default();
    let (fewest, most) = quotation.origins;
    let row = Row::default()
        .text("text", &quotation.text)
        .text("speaker.entity", entity)
        .text("speaker.mention", &quotation.mention)
        .truth("speaker.anonymous", quotation.speaker == QuotationSpeaker::Unknown)
        .number("wordings", quotation.wording_count)
        .number("statements", quotation.statements)
        .number("articles", quotation.articles)
        .number("outlets", quotation.outlets)
        .number("origins", fewest)
        .number("origins.min", fewest)
        .number("origins.max", most)
        .number("drift", quotation.drift)
        .time("first_seen", quotation.first_seen)
        .time("last_seen", quotation.last_seen);
    quotation.publishers.iter().fold(row, |row, publisher| row.text("publisher", publisher))
}

/// A pair of near-duplicates as filters see it.
fn near_row(pair: &NearPair) -> Row {
    Row::default()
        .text("article", pair.article.to_string())
        .text("article", pair.near.article.to_string())
        .number("similarity", pair.near.containment)
        .number("resemblance", pair.near.resemblance)
        .number("shared_quotes", pair.near.shared_quotes)
        .truth("sure", pair.near.sure)
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
