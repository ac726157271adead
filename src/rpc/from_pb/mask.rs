//! Update masks (AIP-134): which fields a request asks to change.

use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::origin::Origin;
use crate::domain::statement::Statement;
use crate::kb::command::{ArticleField, EntityField, StatementField};
use crate::rpc::from_pb::article::label_key;
use crate::rpc::from_pb::check::{Field, cut, reason};

/// The fields of an article that a path names whole.
const ARTICLE: [(&str, ArticleField); 15] = [
    ("title", ArticleField::Title),
    ("language", ArticleField::Language),
    ("publisher", ArticleField::Publisher),
    ("publisher.entity", ArticleField::PublisherEntity),
    ("publisher.name", ArticleField::PublisherName),
    ("authors", ArticleField::Authors),
    ("source_agency", ArticleField::SourceAgency),
    ("published_at", ArticleField::PublishedAt),
    ("retrieved_at", ArticleField::RetrievedAt),
    ("pub_status", ArticleField::PubStatus),
    ("medium", ArticleField::Medium),
    ("labels", ArticleField::Labels),
    ("metadata", ArticleField::Metadata),
    ("duplicate_of", ArticleField::DuplicateOf),
    ("origin", ArticleField::Origin),
];

/// The fields of an entity.
const ENTITY: [(&str, EntityField); 10] = [
    ("type", EntityField::Type),
    ("display_name", EntityField::DisplayName),
    ("names", EntityField::Names),
    ("description", EntityField::Description),
    ("external_ids", EntityField::ExternalIds),
    ("occupancies", EntityField::Occupancies),
    ("start", EntityField::Start),
    ("end", EntityField::End),
    ("place", EntityField::Place),
    ("origin", EntityField::Origin),
];

/// The fields of a statement that a path names whole, and parts of its speaker.
const STATEMENT: [(&str, StatementField); 23] = [
    ("kind", StatementField::Kind),
    ("content", StatementField::Content),
    ("cue", StatementField::Cue),
    ("speaker", StatementField::Speaker),
    ("speaker.entity", StatementField::SpeakerEntity),
    ("speaker.mention", StatementField::SpeakerMention),
    ("speaker.anonymous", StatementField::SpeakerAnonymous),
    ("speaker.description", StatementField::SpeakerDescription),
    ("addressees", StatementField::Addressees),
    ("mentions", StatementField::Mentions),
    ("triple", StatementField::Triple),
    ("uttered_at", StatementField::UtteredAt),
    ("reference_time", StatementField::ReferenceTime),
    ("language", StatementField::Language),
    ("translation", StatementField::Translation),
    ("confidence", StatementField::Confidence),
    ("rank", StatementField::Rank),
    ("rank_reason", StatementField::RankReason),
    ("parent", StatementField::Parent),
    ("topics", StatementField::Topics),
    ("links", StatementField::Links),
    ("origin", StatementField::Origin),
    ("retraction", StatementField::Retraction),
];

/// The fields that the server alone sets: a mask may name them, to no effect.
const OUTPUT_ONLY: [&str; 21] = [
    "name",
    "near_duplicates",
    "content_hash",
    "version",
    "body_length",
    "body_normalized",
    "create_time",
    "update_time",
    "etag",
    "revision",
    "merged_into",
    "referents",
    "status",
    "article_version",
    "article_publisher",
    "article_language",
    "article_published_at",
    "anchoring",
    "edited",
    "incoming_links",
    "survivors",
];

/// The fields of an article that only an ingest changes.
const BY_INGEST: [&str; 3] = ["body", "body_extent", "canonical_url"];

/// The fields of an article to change: those of the mask; those that are set in
/// `values` where there is none.
pub(super) fn article_fields(
    at: &Field<'_>,
    mask: Option<prost_types::FieldMask>,
    values: &Article,
) -> Vec<ArticleField> {
    let paths = mask.map(|mask| mask.paths).unwrap_or_default();
    let whole = || ARTICLE.into_iter().filter(|(path, _)| !path.contains('.'));
    match paths.as_slice() {
        [] => whole().map(|(_, field)| field).filter(|field| is_set(field, values)).collect(),
        [all] if all == "*" => whole().map(|(_, field)| field).collect(),
        paths => each(at, paths, article_field),
    }
}

/// The fields of an entity to change, likewise.
pub(super) fn entity_fields(
    at: &Field<'_>,
    mask: Option<prost_types::FieldMask>,
    values: &Entity,
) -> Vec<EntityField> {
    let paths = mask.map(|mask| mask.paths).unwrap_or_default();
    let whole = || ENTITY.into_iter().map(|(_, field)| field);
    match paths.as_slice() {
        [] => whole().filter(|field| is_set_of_entity(*field, values)).collect(),
        [all] if all == "*" => whole().collect(),
        paths => each(at, paths, |at, path| found(at, path, &ENTITY)),
    }
}

/// The fields of a statement to change, likewise. A retraction is taken back only
/// where the mask says so. `ranked` says whether the request gives a rank.
pub(super) fn statement_fields(
    at: &Field<'_>,
    mask: Option<prost_types::FieldMask>,
    values: &Statement,
    ranked: bool,
) -> Vec<StatementField> {
    let paths = mask.map(|mask| mask.paths).unwrap_or_default();
    let whole = || {
        let fields = STATEMENT.into_iter().filter(|(path, _)| !path.contains('.'));
        fields.map(|(_, field)| field).filter(|field| *field != StatementField::Retraction)
    };
    let is_set = |field: &StatementField| match field {
        StatementField::Rank => ranked,
        field => is_set_of_statement(*field, values),
    };
    match paths.as_slice() {
        [] => whole().filter(is_set).collect(),
        [all] if all == "*" => whole().collect(),
        paths => each(at, paths, |at, path| found(at, path, &STATEMENT)),
    }
}

/// The fields that paths name, each once.
fn each<F: PartialEq>(
    at: &Field<'_>,
    paths: &[String],
    field: impl Fn(&Field<'_>, &str) -> Option<F>,
) -> Vec<F> {
    let mut fields = Vec::new();
    for (index, path) in paths.iter().enumerate() {
        let field = field(&at.at("paths").item(index), path);
        fields.extend(field.filter(|field| !fields.contains(field)));
    }
    fields
}

fn article_field(at: &Field<'_>, path: &str) -> Option<ArticleField> {
    if BY_INGEST.contains(&path) {
        let description = format!("`{path}` changes by IngestArticle only: send the article there");
        at.refuse(reason::BAD_MASK, description);
        return None;
    }
    if let Some(key) = path.strip_prefix("labels.").map(unquoted) {
        return label_key(at, key).then(|| ArticleField::Label(key.to_owned()));
    }
    if let Some(key) = path.strip_prefix("metadata.").map(unquoted).filter(|key| !key.is_empty()) {
        return Some(ArticleField::MetadataKey(key.to_owned()));
    }
    found(at, path, &ARTICLE)
}

/// A map's key, which may be written between backticks.
fn unquoted(key: &str) -> &str {
    key.strip_prefix('`').and_then(|key| key.strip_suffix('`')).unwrap_or(key)
}

fn found<F: Clone>(at: &Field<'_>, path: &str, known: &[(&str, F)]) -> Option<F> {
    if OUTPUT_ONLY.contains(&path) {
        return None;
    }
    let field = known.iter().find(|(name, _)| *name == path).map(|(_, field)| field.clone());
    if field.is_none() {
        at.refuse(reason::BAD_MASK, unknown(path, known));
    }
    field
}

fn unknown<F>(path: &str, known: &[(&str, F)]) -> String {
    if path == "*" {
        return "`*` stands alone: it means all fields".to_owned();
    }
    let path = cut(path);
    let nearest = known
        .iter()
        .map(|(name, _)| (strsim::jaro_winkler(name, &path), *name))
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .filter(|(alike, _)| *alike > 0.75);
    match nearest {
        Some((_, name)) => format!("`{path}` is no field that can be set: is `{name}` meant?"),
        None => {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            format!("`{path}` is no field that can be set: {} are", names.join(", "))
        }
    }
}

fn is_set(field: &ArticleField, values: &Article) -> bool {
    match field {
        ArticleField::Title => !values.title.is_empty(),
        ArticleField::Language => values.language.is_some(),
        ArticleField::Publisher => values.publisher.entity.is_some() || has_publisher_name(values),
        ArticleField::PublisherEntity => values.publisher.entity.is_some(),
        ArticleField::PublisherName => has_publisher_name(values),
        ArticleField::Authors => !values.authors.is_empty(),
        ArticleField::SourceAgency => !values.source_agency.is_empty(),
        ArticleField::PublishedAt => values.published_at.is_some(),
        ArticleField::RetrievedAt => values.retrieved_at.is_some(),
        ArticleField::PubStatus => values.pub_status.is_some(),
        ArticleField::Medium => values.medium.is_some(),
        ArticleField::Labels => !values.labels.is_empty(),
        ArticleField::Label(key) => values.labels.contains_key(key),
        ArticleField::Metadata => !values.metadata.is_empty(),
        ArticleField::MetadataKey(key) => values.metadata.contains_key(key),
        ArticleField::DuplicateOf => values.duplicate_of.is_some(),
        ArticleField::Origin => !values.origin.says_the_same(&Origin::default()),
    }
}

fn has_publisher_name(values: &Article) -> bool {
    !values.publisher.name.is_empty()
}

fn is_set_of_entity(field: EntityField, values: &Entity) -> bool {
    match field {
        EntityField::Type => values.kind.is_some(),
        EntityField::DisplayName => !values.display_name.is_empty(),
        EntityField::Names => !values.names.is_empty(),
        EntityField::Description => !values.description.is_empty(),
        EntityField::ExternalIds => !values.external_ids.is_empty(),
        EntityField::Occupancies => !values.occupancies.is_empty(),
        EntityField::Start => values.start.is_some(),
        EntityField::End => values.end.is_some(),
        EntityField::Place => values.place.is_some(),
        EntityField::Origin => !values.origin.says_the_same(&Origin::default()),
    }
}

fn is_set_of_statement(field: StatementField, values: &Statement) -> bool {
    match field {
        StatementField::Kind => values.kind.is_some(),
        StatementField::Content => !values.content.is_empty(),
        StatementField::Cue => values.cue.is_some(),
        StatementField::Speaker => values.speaker.is_some(),
        StatementField::Addressees => !values.addressees.is_empty(),
        StatementField::Mentions => !values.mentions.is_empty(),
        StatementField::Triple => values.triple.is_some(),
        StatementField::UtteredAt => values.uttered_at.is_some(),
        StatementField::ReferenceTime => values.reference_time.is_some(),
        StatementField::Language => values.language.is_some(),
        StatementField::Translation => values.translation.is_some(),
        StatementField::Confidence => values.confidence.is_some(),
        StatementField::RankReason => !values.rank_reason.is_empty(),
        StatementField::Parent => values.parent.is_some(),
        StatementField::Topics => !values.topics.is_empty(),
        StatementField::Links => !values.links.is_empty(),
        StatementField::Origin => !values.origin.says_the_same(&Origin::default()),
        StatementField::Rank
        | StatementField::Retraction
        | StatementField::SpeakerEntity
        | StatementField::SpeakerMention
        | StatementField::SpeakerAnonymous
        | StatementField::SpeakerDescription => false,
    }
}
