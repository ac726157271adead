//! Ingests from the wire.

use crate::domain::limits;
use crate::kb::command::{CreateEntities, Extraction, IngestArticle, WriteContext};
use crate::kb::error::Error;
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::statement::Within;
use crate::rpc::from_pb::write::{context, envelope, stamp};
use crate::rpc::from_pb::{article, entity, statement};
use crate::rpc::pb;

/// Asks to store an article with its statements and entities.
pub fn ingest_article(
    mut pb: pb::IngestArticleRequest,
    principal: &str,
) -> Result<IngestArticle, Error> {
    let envelope = envelope!(pb);
    let extraction = pb.extraction;
    let command = check(|at| {
        let context = context(at, envelope, principal);
        let create_entities = create_entities(&at.at("create_entities"), pb.create_entities);
        at.at("extraction").choice(extraction, pb::Extraction::as_str_name);
        let extraction = self::extraction(extraction, Extraction::None);

        let article_at = at.at("article");
        let article = article_at.required(pb.article, "an article")?;
        let article = article::draft(&article_at, article, stamp(&context));

        let within = Within { article: article.id.as_ref(), stamp: stamp(&context) };
        let statements_at = at.at("statements");
        let limit = limits::STATEMENTS_PER_ARTICLE;
        let statements = statements_at
            .items(pb.statements, limit, |at, pb| Some(statement::named_draft(at, pb, within)));
        statement::distinct(&statements_at, &statements);

        let entities_at = at.at("entities");
        let entities = entities_at.items(pb.entities, limits::ENTITIES_PER_ARTICLE, |at, pb| {
            Some(entity::listed_draft(at, pb, stamp(&context)))
        });
        entity::distinct(&entities_at, &entities);

        let replace_statements = pb.replace_statements;
        Some(IngestArticle {
            article,
            statements,
            replace_statements,
            entities,
            extraction,
            create_entities,
            context,
        })
    })?;
    served(extraction)?;
    Ok(command)
}

/// Asks what would be stored of what is found in an article's text: a dry run of its
/// ingest.
pub fn extract_article(
    pb: pb::ExtractArticleRequest,
    principal: &str,
) -> Result<IngestArticle, Error> {
    let extraction = pb.extraction;
    let command = check(|at| {
        let create_entities = create_entities(&at.at("create_entities"), pb.create_entities);
        at.at("extraction").choice(extraction, pb::Extraction::as_str_name);
        let context = WriteContext {
            principal: principal.to_owned(),
            validate_only: true,
            ..WriteContext::default()
        };
        let article_at = at.at("article");
        let article = article_at.required(pb.article, "an article")?;
        let article = article::draft(&article_at, article, stamp(&context));
        Some(IngestArticle {
            article,
            statements: Vec::new(),
            replace_statements: false,
            entities: Vec::new(),
            extraction: self::extraction(extraction, Extraction::BuiltIn),
            create_entities,
            context,
        })
    })?;
    served(extraction)?;
    Ok(command)
}

/// An item of a bulk ingest: its number, and what it asks for. The paths of its
/// faults begin inside the item's request.
pub fn ingest_item(
    pb: pb::IngestArticlesItem,
    principal: &str,
) -> (i64, Result<IngestArticle, Error>) {
    let command = match pb.ingest {
        Some(request) => ingest_article(request, principal),
        None => Err(Error::invalid("ingest", reason::REQUIRED, "a request is needed")),
    };
    (pb.sequence, command)
}

fn create_entities(at: &Field<'_>, value: i32) -> CreateEntities {
    match at.choice(value, pb::CreateEntities::as_str_name) {
        Some(pb::CreateEntities::Never) => CreateEntities::Never,
        Some(pb::CreateEntities::Mentioned) => CreateEntities::Mentioned,
        Some(pb::CreateEntities::Listed | pb::CreateEntities::Unspecified) | None => {
            CreateEntities::Listed
        }
    }
}

/// The extractor that is asked for, `unsaid` where none is.
fn extraction(value: i32, unsaid: Extraction) -> Extraction {
    match pb::Extraction::try_from(value) {
        Ok(pb::Extraction::BuiltIn) => Extraction::BuiltIn,
        Ok(pb::Extraction::Unspecified) => unsaid,
        Ok(pb::Extraction::None | pb::Extraction::Remote) | Err(_) => Extraction::None,
    }
}

/// Whether this server has the extractor that is asked for.
fn served(extraction: i32) -> Result<(), Error> {
    if pb::Extraction::try_from(extraction) == Ok(pb::Extraction::Remote) {
        let what = "extraction by a remote extractor".to_owned();
        return Err(Error::NotServed { reason: "EXTRACTION_NOT_SERVED", what });
    }
    Ok(())
}
