//! Updates from the wire.

use crate::domain::id::{ArticleId, EntityId};
use crate::kb::command::{EntityField, UpdateArticle, UpdateEntity};
use crate::kb::error::Error;
use crate::rpc::from_pb::check::check;
use crate::rpc::from_pb::mask::{article_fields, entity_fields};
use crate::rpc::from_pb::write::{context, envelope, etag, stamp};
use crate::rpc::from_pb::{article, entity};
use crate::rpc::pb;

/// Asks to change an article's metadata. What only an ingest changes is not
/// looked at unless the mask names it, so that an article can be read, changed
/// and sent back.
pub fn update_article(
    mut pb: pb::UpdateArticleRequest,
    principal: &str,
) -> Result<UpdateArticle, Error> {
    let envelope = envelope!(pb);
    check(|at| {
        let context = context(at, envelope, principal);
        let article_at = at.at("article");
        let mut article = article_at.required(pb.article, "an article")?;
        let id: Option<ArticleId> = article_at.at("name").name(&article.name);
        let etag = etag(std::mem::take(&mut article.etag));
        article.canonical_url.clear();
        article::other_than(&article_at.at("duplicate_of"), &article.duplicate_of, id.as_ref());
        let values = article::values(&article_at, article, stamp(&context));
        let fields = article_fields(&at.at("update_mask"), pb.update_mask, &values);
        let allow_missing = pb.allow_missing;
        Some(UpdateArticle { id: id?, etag, values, fields, allow_missing, context })
    })
}

/// Asks to change an entity.
pub fn update_entity(
    mut pb: pb::UpdateEntityRequest,
    principal: &str,
) -> Result<UpdateEntity, Error> {
    let envelope = envelope!(pb);
    check(|at| {
        let context = context(at, envelope, principal);
        let entity_at = at.at("entity");
        let mut entity = entity_at.required(pb.entity, "an entity")?;
        let id: Option<EntityId> = entity_at.at("name").name(&entity.name);
        let etag = etag(std::mem::take(&mut entity.etag));
        let values = entity::values(&entity_at, entity, stamp(&context));
        let fields = entity_fields(&at.at("update_mask"), pb.update_mask, &values);
        if fields.contains(&EntityField::DisplayName) && values.display_name.is_empty() {
            let display_name = entity_at.at("display_name");
            display_name
                .needed("an entity keeps a name to show: leave it out of the mask or set it");
        }
        let allow_missing = pb.allow_missing;
        Some(UpdateEntity { id: id?, etag, values, fields, allow_missing, context })
    })
}
