//! Loads rows as the manual advises: by COPY into tables made in the same
//! transaction, frozen, with indexes and constraints afterwards; articles on one
//! connection and all else on another, for both cores to have work.

use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Transaction};

use super::Postgres;
use super::rows::{Rows, id, time};
use crate::Failure;

/// Loads the rows; all of them are durable and indexed afterwards.
pub(crate) async fn load(postgres: &Postgres, rows: &Rows) -> Result<(), Failure> {
    let (mut first, mut second) = (postgres.connect().await?, postgres.connect().await?);
    tokio::try_join!(articles(&mut first, rows), others(&mut second, rows))?;
    Ok(first.batch_execute(include_str!("constraints.sql")).await?)
}

async fn articles(client: &mut Client, rows: &Rows) -> Result<(), Failure> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(include_str!("articles.sql")).await?;
    let columns =
        "articles (id, title, body, language, canonical_url, publisher, author, published_at)";
    let types = [
        Type::INT4,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
        Type::TIMESTAMPTZ,
    ];
    let mut copy = Copy::begin(&transaction, columns, &types).await?;
    for (place, article) in rows.articles.iter().enumerate() {
        let publisher = article.publisher.as_ref().map_or("", |publisher| publisher.name.as_str());
        let author = article.authors.join("; ");
        copy.row(&[
            &id(place),
            &article.title,
            &article.body,
            &article.language,
            &article.canonical_url,
            &publisher,
            &author,
            &time(article.published_at),
        ])
        .await?;
    }
    copy.end().await?;
    transaction.commit().await?;
    Ok(client.batch_execute(include_str!("articles_indexes.sql")).await?)
}

async fn others(client: &mut Client, rows: &Rows) -> Result<(), Failure> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(include_str!("schema.sql")).await?;
    entities(&transaction, rows).await?;
    statements(&transaction, rows).await?;
    spans(&transaction, rows).await?;
    mentions(&transaction, rows).await?;
    transaction.commit().await?;
    Ok(client.batch_execute(include_str!("indexes.sql")).await?)
}

async fn entities(transaction: &Transaction<'_>, rows: &Rows) -> Result<(), Failure> {
    let types = [Type::INT4, Type::TEXT, Type::INT2, Type::TEXT];
    let mut copy = Copy::begin(transaction, "entities", &types).await?;
    for (place, entity) in rows.entities.iter().enumerate() {
        let kind = entity.r#type as i16;
        copy.row(&[&id(place), &entity.name, &kind, &entity.display_name]).await?;
    }
    copy.end().await
}

async fn statements(transaction: &Transaction<'_>, rows: &Rows) -> Result<(), Failure> {
    let types = [Type::INT4, Type::INT4, Type::INT4, Type::INT2, Type::TEXT, Type::TIMESTAMPTZ];
    let mut copy = Copy::begin(transaction, "statements", &types).await?;
    for (place, row) in rows.statements.iter().enumerate() {
        let cue = row.statement.cue.as_ref().map_or("", |cue| cue.text.as_str());
        let values: [&(dyn ToSql + Sync); 6] =
            [&id(place), &row.article, &row.speaker, &row.kind, &cue, &row.said_at];
        copy.row(&values).await?;
    }
    copy.end().await
}

async fn spans(transaction: &Transaction<'_>, rows: &Rows) -> Result<(), Failure> {
    let types = [Type::INT4, Type::INT2, Type::TEXT, Type::INT4, Type::INT4, Type::BOOL];
    let mut copy = Copy::begin(transaction, "spans", &types).await?;
    for (place, row) in rows.statements.iter().enumerate() {
        for (ordinal, span) in (0_i16..).zip(&row.statement.content) {
            let Some(selector) = &span.selector else { continue };
            let (exact, start, end) = (&selector.exact, selector.start, selector.end);
            copy.row(&[&id(place), &ordinal, exact, &start, &end, &span.quoted]).await?;
        }
    }
    copy.end().await
}

async fn mentions(transaction: &Transaction<'_>, rows: &Rows) -> Result<(), Failure> {
    let types = [Type::INT4, Type::INT2, Type::INT4, Type::TEXT, Type::INT2];
    let mut copy = Copy::begin(transaction, "mentions", &types).await?;
    for (place, row) in rows.statements.iter().enumerate() {
        let mentions = row.statement.mentions.iter().zip(&row.mentions);
        for (ordinal, (mention, entity)) in (0_i16..).zip(mentions) {
            let kind = mention.r#type as i16;
            copy.row(&[&id(place), &ordinal, entity, &mention.text, &kind]).await?;
        }
    }
    copy.end().await
}

/// A COPY under way.
struct Copy(std::pin::Pin<Box<BinaryCopyInWriter>>);

impl Copy {
    async fn begin(
        transaction: &Transaction<'_>,
        table: &str,
        types: &[Type],
    ) -> Result<Self, Failure> {
        let copy = format!("COPY {table} FROM STDIN WITH (FORMAT binary, FREEZE)");
        let sink = transaction.copy_in(&copy).await?;
        Ok(Self(Box::pin(BinaryCopyInWriter::new(sink, types))))
    }

    async fn row(&mut self, values: &[&(dyn ToSql + Sync)]) -> Result<(), Failure> {
        Ok(self.0.as_mut().write(values).await?)
    }

    async fn end(mut self) -> Result<(), Failure> {
        self.0.as_mut().finish().await?;
        Ok(())
    }
}
