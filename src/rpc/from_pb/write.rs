//! Write requests: what protects and marks them, and creations and deletions.

use std::str::FromStr;

use prost::Message;
use uuid::{Uuid, Variant, Version};

use crate::domain::id::{
    ArticleId, BatchId, EntityId, IdError, RecordName, StatementId, StatementName,
};
use crate::kb::command::{
    CreateEntity, CreateStatement, Delete, EntityDraft, RequestId, WriteContext,
};
use crate::kb::error::Error;
use crate::rpc::from_pb::check::{Field, check, cut, reason};
use crate::rpc::from_pb::entity;
use crate::rpc::from_pb::origin::Stamp;
use crate::rpc::from_pb::statement::{self, Within};
use crate::rpc::pb;

/// What a write request says about itself, taken out of it.
pub(super) struct Envelope {
    /// The request_id as written.
    pub(super) request_id: String,
    /// The hash of the rest of the request; zero where no request_id is given.
    pub(super) payload: [u8; 32],
    /// The batch as written.
    pub(super) batch: String,
    /// Whether to check and answer only.
    pub(super) validate_only: bool,
}

/// Takes the envelope out of a request: all that write carry these fields, each in
/// a type of its own.
macro_rules! envelope {
    ($pb:ident) => {{
        let request_id = std::mem::take(&mut $pb.request_id);
        $crate::rpc::from_pb::write::Envelope {
            payload: $crate::rpc::from_pb::write::payload(&request_id, &$pb),
            request_id,
            batch: std::mem::take(&mut $pb.batch),
            validate_only: $pb.validate_only,
        }
    }};
}
pub(super) use envelope;

/// The hash of a request whose request_id was taken out; not counted where there
/// was none.
pub(super) fn payload(request_id: &str, request: &impl Message) -> [u8; 32] {
    if request_id.is_empty() {
        return [0; 32];
    }
    *blake3::hash(&request.encode_to_vec()).as_bytes()
}

/// Who writes, and how the write is protected and marked.
pub(super) fn context(at: &Field<'_>, envelope: Envelope, principal: &str) -> WriteContext {
    let batch = &envelope.batch;
    let batch_at = at.at("batch");
    WriteContext {
        principal: principal.to_owned(),
        batch: optional_id(&batch_at, batch, BatchId::new),
        request: request_id(&at.at("request_id"), &envelope.request_id)
            .map(|id| RequestId { id, payload: envelope.payload }),
        validate_only: envelope.validate_only,
    }
}

/// What the server says in the origins of a request.
pub(super) fn stamp(context: &WriteContext) -> Stamp<'_> {
    Stamp::Sender { principal: &context.principal, batch: context.batch.as_ref() }
}

fn request_id(at: &Field<'_>, text: &str) -> Option<Uuid> {
    if text.is_empty() {
        return None;
    }
    let random = |uuid: &Uuid| {
        uuid.get_version() == Some(Version::Random) && uuid.get_variant() == Variant::RFC4122
    };
    let uuid = Uuid::try_parse(text).ok().filter(random);
    if uuid.is_none() {
        let description =
            format!("`{}` is no UUID of version 4: make a random one for each request", cut(text));
        at.refuse(reason::BAD_REQUEST_ID, description);
    }
    uuid
}

fn optional_id<T>(
    at: &Field<'_>,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, IdError>,
) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    at.parsed(parse(text), reason::BAD_ID)
}

/// An etag, where given.
pub(super) fn etag(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Asks to add a statement.
pub fn create_statement(
    mut pb: pb::CreateStatementRequest,
    principal: &str,
) -> Result<CreateStatement, Error> {
    let envelope = envelope!(pb);
    check(|at| {
        let context = context(at, envelope, principal);
        let article: Option<ArticleId> = at.at("parent").name(&pb.parent);
        let id = optional_id(&at.at("statement_id"), &pb.statement_id, StatementId::new);
        let statement_at = at.at("statement");
        let statement = statement_at.required(pb.statement, "a statement")?;
        let within = Within { article: article.as_ref(), stamp: stamp(&context) };
        let draft = statement::draft(&statement_at, statement, id, within);
        Some(CreateStatement { article: article?, draft, context })
    })
}

/// Asks to create an entity.
pub fn create_entity(
    mut pb: pb::CreateEntityRequest,
    principal: &str,
) -> Result<CreateEntity, Error> {
    let envelope = envelope!(pb);
    check(|at| {
        let context = context(at, envelope, principal);
        let id = optional_id(&at.at("entity_id"), &pb.entity_id, EntityId::new);
        let entity_at = at.at("entity");
        let entity = entity_at.required(pb.entity, "an entity")?;
        if entity.display_name.is_empty() {
            entity_at.at("display_name").needed("a name to show is needed");
        }
        let entity = entity::values(&entity_at, entity, stamp(&context));
        Some(CreateEntity { draft: EntityDraft { id, entity }, context })
    })
}

/// What the three requests, alike but for their types, have in common.
macro_rules! deletion {
    ($pb:ident) => {{
        let mut pb = $pb;
        let request_id = std::mem::take(&mut pb.request_id);
        let payload = payload(&request_id, &pb);
        let (batch, validate_only) = (String::new(), pb.validate_only);
        Deletion {
            name: pb.name,
            etag: pb.etag,
            force: pb.force,
            allow_missing: pb.allow_missing,
            envelope: Envelope { request_id, payload, batch, validate_only },
        }
    }};
}

/// Asks to delete an article.
pub fn delete_article(pb: pb::DeleteArticleRequest, principal: &str) -> Result<Delete, Error> {
    deletion!(pb).check::<ArticleId>(principal)
}

/// Asks to delete a statement.
pub fn delete_statement(pb: pb::DeleteStatementRequest, principal: &str) -> Result<Delete, Error> {
    deletion!(pb).check::<StatementName>(principal)
}

/// Asks to delete an entity.
pub fn delete_entity(pb: pb::DeleteEntityRequest, principal: &str) -> Result<Delete, Error> {
    deletion!(pb).check::<EntityId>(principal)
}

/// Asks to delete a record of any kind.
struct Deletion {
    name: String,
    etag: String,
    force: bool,
    allow_missing: bool,
    envelope: Envelope,
}

impl Deletion {
    fn check<N>(self, principal: &str) -> Result<Delete, Error>
    where
        N: FromStr<Err = IdError> + Into<RecordName>,
    {
        check(|at| {
            let context = context(at, self.envelope, principal);
            let name: N = at.at("name").name(&self.name)?;
            Some(Delete {
                context,
                name: name.into(),
                etag: etag(self.etag),
                force: self.force,
                allow_missing: self.allow_missing,
            })
        })
    }
}
