//! The stored form of an article, without its text.

use std::collections::BTreeMap;

use super::common::{
    Decoded, MomentMessage, Numbered as _, OriginMessage, article_id, entity_text, language_text,
    number, numbered, perhaps, perhaps_entity, perhaps_language, perhaps_numbered, text_of,
};
use super::json::MapMessage;
use crate::domain::article::{Article, Publisher};
use crate::domain::body::Body;
use crate::domain::id::ArticleId;
use crate::domain::text::CanonicalUrl;

/// An article.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ArticleMessage {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, tag = "2")]
    title: String,
    #[prost(string, tag = "3")]
    language: String,
    #[prost(string, tag = "4")]
    canonical_url: String,
    #[prost(string, tag = "5")]
    publisher_entity: String,
    #[prost(string, tag = "6")]
    publisher_name: String,
    #[prost(string, repeated, tag = "7")]
    authors: Vec<String>,
    #[prost(string, tag = "8")]
    source_agency: String,
    #[prost(message, optional, tag = "9")]
    published_at: Option<MomentMessage>,
    #[prost(message, optional, tag = "10")]
    retrieved_at: Option<MomentMessage>,
    #[prost(uint32, tag = "11")]
    pub_status: u32,
    #[prost(uint32, tag = "12")]
    medium: u32,
    #[prost(btree_map = "string, string", tag = "13")]
    labels: BTreeMap<String, String>,
    #[prost(message, optional, tag = "14")]
    metadata: Option<MapMessage>,
    #[prost(string, tag = "15")]
    duplicate_of: String,
    #[prost(message, optional, tag = "16")]
    origin: Option<OriginMessage>,
    #[prost(uint32, tag = "17")]
    version: u32,
    #[prost(uint32, tag = "18")]
    body_extent: u32,
    #[prost(bytes = "vec", tag = "19")]
    body_hash: Vec<u8>,
    #[prost(uint32, tag = "20")]
    body_length: u32,
}

impl ArticleMessage {
    pub(super) fn of(id: &ArticleId, article: Article) -> Self {
        Self {
            id: id.as_str().into(),
            title: article.title,
            language: language_text(article.language.as_ref()),
            canonical_url: text_of(article.canonical_url.as_ref(), CanonicalUrl::as_str),
            publisher_entity: entity_text(article.publisher.entity.as_ref()),
            publisher_name: article.publisher.name,
            authors: article.authors,
            source_agency: article.source_agency,
            published_at: article.published_at.map(MomentMessage::of),
            retrieved_at: article.retrieved_at.map(MomentMessage::of),
            pub_status: number(article.pub_status),
            medium: number(article.medium),
            labels: article.labels,
            metadata: MapMessage::of(article.metadata),
            duplicate_of: text_of(article.duplicate_of.as_ref(), ArticleId::as_str),
            origin: OriginMessage::of(article.origin),
            version: article.version,
            body_extent: article.body.extent.number(),
            body_hash: article.body.hash.map(Vec::from).unwrap_or_default(),
            body_length: article.body.length,
        }
    }

    pub(super) fn restore(self) -> Decoded<(ArticleId, Article)> {
        let id = article_id(&self.id)?;
        let body = Body {
            extent: numbered(self.body_extent, "extent")?,
            hash: body_hash(&self.body_hash)?,
            length: self.body_length,
            text: None,
        };
        let canonical_url = (!self.canonical_url.is_empty())
            .then(|| CanonicalUrl::from_stored(&self.canonical_url));
        let article = Article {
            title: self.title,
            body,
            language: perhaps_language(&self.language)?,
            canonical_url,
            publisher: Publisher {
                entity: perhaps_entity(&self.publisher_entity)?,
                name: self.publisher_name,
            },
            authors: self.authors,
            source_agency: self.source_agency,
            published_at: self.published_at.map(MomentMessage::restore).transpose()?,
            retrieved_at: self.retrieved_at.map(MomentMessage::restore).transpose()?,
            pub_status: perhaps_numbered(self.pub_status, "publication status")?,
            medium: perhaps_numbered(self.medium, "medium")?,
            labels: self.labels,
            metadata: self.metadata.unwrap_or_default().restore()?,
            duplicate_of: perhaps(&self.duplicate_of, ArticleId::new)?,
            origin: OriginMessage::restore(self.origin)?,
            version: self.version,
        };
        Ok((id, article))
    }
}

fn body_hash(bytes: &[u8]) -> Decoded<Option<[u8; 32]>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    bytes.try_into().map(Some).map_err(|_| "the hash of its text is cut short".into())
}
