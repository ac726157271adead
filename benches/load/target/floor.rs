//! What Dicta is built on, bare: no server in front, nothing checked or derived.

use std::time::Instant;

use dicta::rpc::pb;
use tantivy::schema::{STORED, STRING, Schema, TEXT};
use tantivy::{Index, TantivyDocument};

use super::entries::{self, Entry};
use crate::Failure;

/// Memory for what tantivy has indexed and not yet written, in bytes.
const MEMORY: usize = 128 << 20;

/// Writes entries into an empty sled in so many batches, each synced; tells how many
/// seconds that took.
pub(crate) fn sled(written: &[Entry], batches: usize) -> Result<f64, Failure> {
    let directory = tempfile::tempdir()?;
    let store = entries::sled(directory.path()).open()?;
    let begun = Instant::now();
    for entries in written.chunks(written.len().div_ceil(batches.max(1)).max(1)) {
        let mut batch = sled::Batch::default();
        for (key, value) in entries {
            batch.insert(key.as_ref(), value.as_ref());
        }
        store.apply_batch(batch)?;
        store.flush()?;
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// Indexes the words of articles and of what was said into an empty tantivy; tells
/// how many seconds it took until they could be searched.
pub(crate) fn tantivy(requests: &[pb::IngestArticleRequest]) -> Result<f64, Failure> {
    let directory = tempfile::tempdir()?;
    let mut schema = Schema::builder();
    let name = schema.add_text_field("name", STRING | STORED);
    let title = schema.add_text_field("title", TEXT);
    let body = schema.add_text_field("body", TEXT);
    let said = schema.add_text_field("said", TEXT);
    let index = Index::create_in_dir(directory.path(), schema.build())?;
    let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, MEMORY)?;
    let begun = Instant::now();
    for (number, request) in requests.iter().enumerate() {
        let mut document = TantivyDocument::default();
        document.add_text(name, number.to_string());
        if let Some(article) = &request.article {
            document.add_text(title, &article.title);
            document.add_text(body, &article.body);
        }
        writer.add_document(document)?;
        for (ordinal, statement) in request.statements.iter().enumerate() {
            let mut document = TantivyDocument::default();
            document.add_text(name, format!("{number}/{ordinal}"));
            let spans = statement.content.iter().filter_map(|span| span.selector.as_ref());
            spans.for_each(|selector| document.add_text(said, &selector.exact));
            writer.add_document(document)?;
        }
    }
    writer.commit()?;
    let found = index.reader()?.searcher().num_docs();
    let took = begun.elapsed().as_secs_f64();
    if found == 0 && !requests.is_empty() {
        return Err("tantivy does not show what was committed".into());
    }
    Ok(took)
}
