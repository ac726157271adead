//! Ingests, and changes and deletions of articles.

use super::{Act, Kind, dry, requested};
use crate::domain::article::{Article, PubStatus};
use crate::domain::body::{Body, BodyExtent};
use crate::domain::id::ArticleId;
use crate::kb::command::{
    ArticleDraft, ArticleField, CreateEntities, Delete, IngestArticle, UpdateArticle,
};
use crate::kb::conformance::draw::Draw;
use crate::kb::conformance::operation::Operation;
use crate::store::conformance::fixtures::url;

pub(super) const KINDS: &[Kind] = &[
    ("ingest by id", |draw| write(by_id(draw))),
    ("ingest by id with statements", |draw| write(with_statements(draw))),
    ("ingest with entities", |draw| write(with_entities(draw))),
    ("ingest that makes entities of mentions", |draw| {
        write(IngestArticle { create_entities: CreateEntities::Mentioned, ..with_statements(draw) })
    }),
    ("ingest that makes no entities", |draw| {
        write(IngestArticle { create_entities: CreateEntities::Never, ..with_entities(draw) })
    }),
    ("ingest by address", |draw| write(by_address(draw))),
    ("ingest by address and id", |draw| {
        let mut ingest = by_address(draw);
        ingest.article.id = Some(draw.article_id());
        write(ingest)
    }),
    ("ingest by what it says", |draw| {
        let mut article = draw.article(None);
        article.article.canonical_url = None;
        write(draw.ingest(article))
    }),
    ("ingest of the same again", |draw| write(same_again(draw))),
    ("ingest of the same with its statements", |draw| {
        let ingest = same_again(draw);
        write(statements_again(draw, ingest))
    }),
    ("ingest of other metadata", |draw| {
        let id = draw.stored_article();
        let article = draw.metadata();
        write(draw.ingest(ArticleDraft {
            id: Some(id),
            article,
            body_dropped: false,
            body_normalized: false,
        }))
    }),
    ("ingest of a corrected text", |draw| write(corrected(draw))),
    ("ingest of a corrected text with statements", |draw| {
        let ingest = corrected(draw);
        let text = text_of(&ingest);
        let statements = draw.statements(&text, ingest.article.id.as_ref());
        write(IngestArticle { statements, ..ingest })
    }),
    ("ingest that replaces statements", |draw| {
        write(IngestArticle { replace_statements: true, ..with_statements(draw) })
    }),
    ("ingest that replaces statements by some of them", |draw| {
        let ingest = same_again(draw);
        let mut ingest = statements_again(draw, ingest);
        ingest.statements.truncate(1);
        write(IngestArticle { replace_statements: true, ..ingest })
    }),
    ("ingest of a withheld article", |draw| {
        let mut ingest = with_statements(draw);
        ingest.article.article.pub_status = Some(PubStatus::Withheld);
        write(ingest)
    }),
    ("ingest without a text", |draw| {
        let mut ingest = by_id(draw);
        ingest.article.article.body = Body::default();
        write(ingest)
    }),
    ("ingest that drops the text", |draw| {
        let id = Some(draw.stored_article());
        let mut ingest = by_id(draw);
        ingest.article = ArticleDraft { id, body_dropped: true, ..ingest.article };
        ingest.article.article.body = Body::default();
        write(ingest)
    }),
    ("ingest of an excerpt", |draw| {
        let mut ingest = by_id(draw);
        ingest.article.article.body = Body::new(draw.text(), BodyExtent::Excerpt).0;
        let text = text_of(&ingest);
        write(IngestArticle { statements: draw.statements(&text, None), ..ingest })
    }),
    ("ingest, dry", |draw| dry(Operation::Ingest(with_statements(draw)))),
    ("ingest of a corrected text, dry", |draw| dry(Operation::Ingest(corrected(draw)))),
    ("ingest under a request_id", |draw| {
        let ingest = with_statements(draw);
        requested(draw, Operation::Ingest(ingest))
    }),
    ("ingest of the same under a request_id", |draw| {
        let ingest = same_again(draw);
        requested(draw, Operation::Ingest(ingest))
    }),
    ("update an article", |draw| Act::write(update(draw))),
    ("update an article's publisher and time", |draw| {
        let fields = vec![ArticleField::Publisher, ArticleField::PublishedAt];
        Act::write(update_of(draw, fields))
    }),
    ("update an article's entries", |draw| {
        let fields = [ArticleField::Label("desk".into()), ArticleField::MetadataKey("page".into())];
        Act::write(update_of(draw, fields.into()))
    }),
    ("update an article at its etag", |draw| with_etag(draw, None)),
    ("update an article at a stale etag", |draw| with_etag(draw, Some("0".into()))),
    ("update an article that may be missing", |draw| {
        let id = draw.article_id();
        match update(draw) {
            Operation::UpdateArticle(it) => Act::write(Operation::UpdateArticle(UpdateArticle {
                id,
                allow_missing: true,
                ..it
            })),
            other => Act::write(other),
        }
    }),
    ("update an article, dry", |draw| dry(update(draw))),
    ("update an article under a request_id", |draw| {
        let update = update(draw);
        requested(draw, update)
    }),
    ("delete an article", |draw| Act::write(delete(draw, false))),
    ("delete an article by force", |draw| Act::write(delete(draw, true))),
    ("delete an article by force, dry", |draw| dry(delete(draw, true))),
    ("delete an article that may be missing", |draw| {
        let (name, context) = (draw.article_id().into(), draw.context());
        let delete = Delete { context, name, etag: None, force: false, allow_missing: true };
        Act::write(Operation::Delete(delete))
    }),
    ("delete an article under a request_id", |draw| {
        let delete = delete(draw, true);
        requested(draw, delete)
    }),
];

fn write(ingest: IngestArticle) -> Act {
    Act::write(Operation::Ingest(ingest))
}

pub(super) fn by_id(draw: &mut Draw<'_>) -> IngestArticle {
    let id = draw.article_id();
    let article = draw.article(Some(id));
    draw.ingest(article)
}

fn by_address(draw: &mut Draw<'_>) -> IngestArticle {
    let mut article = draw.article(None);
    article.article.canonical_url = Some(url(&format!("https://example.com/{}", draw.number(4))));
    draw.ingest(article)
}

pub(super) fn with_statements(draw: &mut Draw<'_>) -> IngestArticle {
    let ingest = by_id(draw);
    let text = text_of(&ingest);
    let statements = draw.statements(&text, ingest.article.id.as_ref());
    IngestArticle { statements, ..ingest }
}

fn with_entities(draw: &mut Draw<'_>) -> IngestArticle {
    let ingest = with_statements(draw);
    IngestArticle { entities: draw.entities(), ..ingest }
}

fn text_of(ingest: &IngestArticle) -> String {
    ingest.article.article.body.text.as_deref().unwrap_or_default().to_owned()
}

/// An article as it stands, sent again.
fn same_again(draw: &mut Draw<'_>) -> IngestArticle {
    let id = draw.stored_article();
    let article = draw.newest().article(&id).unwrap_or_default();
    draw.ingest(ArticleDraft { id: Some(id), article, body_dropped: false, body_normalized: false })
}

/// With the statements that the article has, as they stand.
fn statements_again(draw: &mut Draw<'_>, mut ingest: IngestArticle) -> IngestArticle {
    if let Some(id) = &ingest.article.id {
        ingest.statements =
            draw.newest().statements_of(id).into_iter().map(super::statements::again).collect();
    }
    ingest
}

/// Another text for an article that stands.
fn corrected(draw: &mut Draw<'_>) -> IngestArticle {
    let mut ingest = same_again(draw);
    ingest.article.article.body = Body::new(draw.text(), BodyExtent::Full).0;
    ingest
}

fn update(draw: &mut Draw<'_>) -> Operation {
    let fields = draw.one_of(&[
        vec![ArticleField::Title],
        vec![ArticleField::PublishedAt],
        vec![ArticleField::PublisherEntity],
        vec![ArticleField::PublisherName, ArticleField::Language],
        vec![ArticleField::PubStatus, ArticleField::Medium],
        vec![ArticleField::Labels, ArticleField::Metadata],
        vec![ArticleField::DuplicateOf],
        vec![ArticleField::Authors, ArticleField::SourceAgency, ArticleField::RetrievedAt],
        vec![ArticleField::Origin, ArticleField::Title],
    ]);
    update_of(draw, fields)
}

fn update_of(draw: &mut Draw<'_>, fields: Vec<ArticleField>) -> Operation {
    let (context, id, values) = (draw.context(), draw.stored_article(), draw.metadata());
    let etag = None;
    Operation::UpdateArticle(UpdateArticle {
        context,
        id,
        etag,
        values,
        fields,
        allow_missing: false,
    })
}

fn with_etag(draw: &mut Draw<'_>, stale: Option<String>) -> Act {
    let id: ArticleId = draw.stored_article();
    let etag = stale.or_else(|| draw.etag(&id.clone().into()));
    let values = Article { title: draw.words(), ..Article::default() };
    let (context, fields) = (draw.context(), vec![ArticleField::Title]);
    let update = UpdateArticle { context, id, etag, values, fields, allow_missing: false };
    Act::write(Operation::UpdateArticle(update))
}

fn delete(draw: &mut Draw<'_>, force: bool) -> Operation {
    let (context, name) = (draw.context(), draw.stored_article().into());
    Operation::Delete(Delete { context, name, etag: None, force, allow_missing: false })
}
