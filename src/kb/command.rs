//! What callers ask for and what they are answered, free of the wire.

mod merge;
mod quotation;
mod statement;

use uuid::Uuid;

pub use self::merge::{MergeEntities, Merged, UnmergeEntities, Unmerged};
pub use self::quotation::{
    AskedSpeaker, DerivedIndex, DerivedRead, ListNearDuplicates, ListQuotations, VerifyQuote,
};
pub use self::statement::{
    LinkStatements, RetractStatement, StatementField, UnlinkStatements, UpdateStatement,
};
use crate::domain::article::Article;
use crate::domain::entity::{Entity, EntityType, ExternalId};
use crate::domain::id::{ArticleId, BatchId, EntityId, RecordName, StatementId};
use crate::domain::record::Stored;
use crate::domain::revision::Revision;
use crate::domain::statement::Statement;
use crate::kb::SeenEntity;
use crate::store::{At, LoadBody};

/// Who writes, and how the write is protected and marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteContext {
    /// The caller.
    pub principal: String,
    /// The batch of work that the write belongs to.
    pub batch: Option<BatchId>,
    /// The caller's request_id, and the hash of the request.
    pub request: Option<RequestId>,
    /// Whether to check and answer only.
    pub validate_only: bool,
}

/// A request_id with the hash of the request that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId {
    /// The caller's UUID4.
    pub id: Uuid,
    /// The hash of the request.
    pub payload: [u8; 32],
}

/// An article as sent. The statuses that it does not say are `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleDraft {
    /// The name, where the caller chose one.
    pub id: Option<ArticleId>,
    /// The values.
    pub article: Article,
    /// Whether the caller says that no body is to be held.
    pub body_dropped: bool,
    /// Whether normalisation changed the body.
    pub body_normalized: bool,
}

/// A statement as sent: selectors not yet filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementDraft {
    /// The last id, where the caller chose one.
    pub id: Option<StatementId>,
    /// The values.
    pub statement: Statement,
}

/// An entity as sent.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityDraft {
    /// The name, where the caller chose one.
    pub id: Option<EntityId>,
    /// The values.
    pub entity: Entity,
}

/// Which new entities an ingest may create.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CreateEntities {
    /// None.
    Never,
    /// Those listed.
    #[default]
    Listed,
    /// Those listed, and one for each named mention that resolves to nothing.
    Mentioned,
}

/// What finds statements in an article's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extraction {
    /// Nothing.
    #[default]
    None,
    /// The extractor that comes with the program.
    BuiltIn,
    /// The one that is asked over the network.
    Remote,
}

/// Stores an article with its statements and entities.
#[derive(Clone, Debug, PartialEq)]
pub struct IngestArticle {
    /// Who, and how protected.
    pub context: WriteContext,
    /// The article.
    pub article: ArticleDraft,
    /// What is said in it.
    pub statements: Vec<StatementDraft>,
    /// Whether stored statements that are not listed are deleted.
    pub replace_statements: bool,
    /// The entities referred to.
    pub entities: Vec<EntityDraft>,
    /// What finds further statements in the text.
    pub extraction: Extraction,
    /// Which may be created.
    pub create_entities: CreateEntities,
}

/// What an ingest did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IngestOutcome {
    /// A new article.
    Created,
    /// Something changed.
    Revised,
    /// Nothing was written.
    Unchanged,
}

/// The answer to an ingest.
#[derive(Clone, Debug, PartialEq)]
pub struct Ingested {
    /// What it did.
    pub outcome: IngestOutcome,
    /// The article, without its text.
    pub article: Stored,
    /// Whether normalisation changed the sent body.
    pub body_normalized: bool,
    /// The statements of the request, then those found in the text.
    pub statements: Vec<Stored>,
    /// The entities of the request, then those made from mentions.
    pub entities: Vec<Stored>,
    /// Whether more statements were found than an article may have.
    pub truncated: bool,
    /// Where the commit stands.
    pub receipt: Receipt,
}

/// Where a write stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The revision of the commit, or of the record's last change where nothing
    /// was written; zero for a dry run and for a deletion of nothing.
    pub revision: Revision,
    /// A token for reads that must see it; empty for a dry run.
    pub consistency_token: String,
}

/// One field of an article that an update may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArticleField {
    /// `title`.
    Title,
    /// `language`.
    Language,
    /// `publisher`.
    Publisher,
    /// `publisher.entity`.
    PublisherEntity,
    /// `publisher.name`.
    PublisherName,
    /// `authors`.
    Authors,
    /// `source_agency`.
    SourceAgency,
    /// `published_at`.
    PublishedAt,
    /// `retrieved_at`.
    RetrievedAt,
    /// `pub_status`.
    PubStatus,
    /// `medium`.
    Medium,
    /// `labels`.
    Labels,
    /// `labels.KEY`.
    Label(String),
    /// `metadata`.
    Metadata,
    /// `metadata.KEY`.
    MetadataKey(String),
    /// `duplicate_of`.
    DuplicateOf,
    /// `origin`.
    Origin,
}

/// Changes an article's metadata.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateArticle {
    /// Who, and how protected.
    pub context: WriteContext,
    /// The article.
    pub id: ArticleId,
    /// The etag that must match, where given.
    pub etag: Option<String>,
    /// The new values.
    pub values: Article,
    /// Which of them to take.
    pub fields: Vec<ArticleField>,
    /// Whether to create it where it is not there.
    pub allow_missing: bool,
}

/// One field of an entity that an update may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityField {
    /// `type`.
    Type,
    /// `display_name`.
    DisplayName,
    /// `names`.
    Names,
    /// `description`.
    Description,
    /// `external_ids`.
    ExternalIds,
    /// `occupancies`.
    Occupancies,
    /// `start`.
    Start,
    /// `end`.
    End,
    /// `place`.
    Place,
    /// `origin`.
    Origin,
}

/// Changes an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateEntity {
    /// Who, and how protected.
    pub context: WriteContext,
    /// The entity.
    pub id: EntityId,
    /// The etag that must match, where given.
    pub etag: Option<String>,
    /// The new values.
    pub values: Entity,
    /// Which of them to take.
    pub fields: Vec<EntityField>,
    /// Whether to create it where it is not there.
    pub allow_missing: bool,
}

/// Creates an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateEntity {
    /// Who, and how protected.
    pub context: WriteContext,
    /// The entity.
    pub draft: EntityDraft,
}

/// Adds a statement to an article.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateStatement {
    /// Who, and how protected.
    pub context: WriteContext,
    /// The article.
    pub article: ArticleId,
    /// The statement.
    pub draft: StatementDraft,
}

/// Deletes a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    /// Who, and how protected.
    pub context: WriteContext,
    /// The record.
    pub name: RecordName,
    /// The etag that must match, where given.
    pub etag: Option<String>,
    /// Whether what refers to it does not stand in the way.
    pub force: bool,
    /// Whether one that is not there counts as deleted.
    pub allow_missing: bool,
}

/// The answer to a write of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The record.
    pub record: Stored,
    /// Where the commit stands.
    pub receipt: Receipt,
}

/// The answer to a deletion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletedAnswer {
    /// How many statements went along.
    pub statements: usize,
    /// Where the commit stands.
    pub receipt: Receipt,
}

/// Which state a read answers from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// As of when.
    pub at: At,
    /// The token of a write that must be seen; empty: none.
    pub consistency_token: String,
}

/// Reads records by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetRecords {
    /// Their names.
    pub names: Vec<RecordName>,
    /// Whether articles come with their text.
    pub body: LoadBody,
    /// Which state to answer from.
    pub read: ReadOptions,
}

/// What is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collection {
    /// Articles.
    Articles,
    /// The statements of one article, or of all.
    Statements(Option<ArticleId>),
    /// Entities.
    Entities,
}

/// Asks for a page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRecords {
    /// What is listed.
    pub collection: Collection,
    /// The most items, within the limits.
    pub page_size: usize,
    /// The token of the page before; empty: the first page.
    pub page_token: String,
    /// The filter as written; empty: none.
    pub filter: String,
    /// The order as written; empty: the default.
    pub order_by: String,
    /// Whether articles come with their text.
    pub body: LoadBody,
    /// Which state to answer from.
    pub read: ReadOptions,
}

/// Asks for a page of an article's states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListArticleVersions {
    /// The article.
    pub article: ArticleId,
    /// The most items, within the limits.
    pub page_size: usize,
    /// The token of the page before; empty: the first page.
    pub page_token: String,
    /// Whether they come with their text.
    pub body: LoadBody,
    /// Which state to answer from.
    pub read: ReadOptions,
}

/// A name to resolve, with what is known about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityQuery {
    /// The name; empty where only an external id is known.
    pub text: String,
    /// What kind of thing is named.
    pub kind: Option<EntityType>,
    /// An id of another authority.
    pub external_id: Option<ExternalId>,
    /// Words around the name.
    pub context: String,
}

/// Asks what names mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolveEntities {
    /// The names.
    pub queries: Vec<EntityQuery>,
    /// The most candidates for each.
    pub limit: usize,
    /// Which state to answer from.
    pub read: ReadOptions,
}

/// Why a candidate fits a name, the weightiest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResolveReason {
    /// An id of another authority is the same.
    ExternalId,
    /// One of its names is the same, letter for letter.
    ExactName,
    /// The same after folding.
    FoldedName,
    /// The same after transliteration.
    TransliteratedName,
    /// The same words in another order.
    TokenOrder,
    /// Given names shortened to initials.
    Initials,
    /// Some of the words only.
    PartialName,
    /// An acronym of its words, or the other way round.
    Acronym,
    /// A few letters differ.
    EditDistance,
    /// It is of the kind asked for.
    TypeAgreement,
    /// It shares words with the context.
    ContextAgreement,
}

/// One entity that a name may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityCandidate {
    /// The entity, the survivor of what was merged.
    pub entity: SeenEntity,
    /// How well it fits, 0 to 1.
    pub score: f64,
    /// Why.
    pub reasons: Vec<ResolveReason>,
    /// The entity's name that fits best.
    pub matched_name: String,
}

/// What one name may mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityResolution {
    /// The candidates, best first.
    pub candidates: Vec<EntityCandidate>,
    /// The one that it means beyond doubt.
    pub linked: Option<EntityId>,
}
