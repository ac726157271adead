//! The index on disk, kept up to date by a follower of the change log.
//!
//! Each time that it is built afresh it gets a directory of its own; the one that
//! was committed last is shown. What was not committed is dropped when it is
//! opened again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::LogMergePolicy;
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Term};
use uuid::Uuid;

use super::document::document;
use super::schema::Fields;
use super::tokens::tokenizers;
use super::view::View;
use super::{Error as SearchError, Search};
use crate::derive::{Changed, Derived, Error};
use crate::domain::revision::Revision;

/// The share of deleted documents above which a part of the index is written anew:
/// without it, deletions alone would never give space back.
const DELETED_BEFORE_MERGE: f32 = 0.25;

/// What the name of a build ends with that is being removed.
const GONE: &str = "gone";

/// What is kept with each commit.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    store_id: Uuid,
    revision: u64,
    schema: String,
}

/// Where and how the index is kept.
#[derive(Clone, Debug)]
pub struct IndexConfig {
    /// Its directory; made where it is missing.
    pub path: PathBuf,
    /// The store that it follows.
    pub store_id: Uuid,
    /// Memory for records that were indexed and not yet written, in bytes.
    pub memory_bytes: usize,
}

/// Keeps the index.
pub struct Indexer {
    config: IndexConfig,
    fields: Fields,
    search: Arc<Search>,
    /// What is shown, or will be from the next commit on.
    open: Option<Open>,
    /// The directory of what is shown while another is built.
    shown: Option<PathBuf>,
}

/// One build of the index.
struct Open {
    directory: PathBuf,
    writer: IndexWriter,
    reader: IndexReader,
    /// Whether nothing was committed: what is told without a state before it is
    /// told for the first time, so that there is nothing to take out.
    fresh: bool,
    /// Whether something is to be taken out without a trace.
    erases: bool,
}

impl Indexer {
    /// An index in a directory, that is searched through `search`.
    #[must_use]
    pub fn new(config: IndexConfig, search: Arc<Search>) -> Self {
        let fields = search.fields().clone();
        Self { config, fields, search, open: None, shown: None }
    }

    /// The builds that there are, the newest first.
    fn builds(&self) -> std::io::Result<Vec<PathBuf>> {
        fs::create_dir_all(&self.config.path)?;
        builds(&self.config.path)
    }

    /// Opens a build that was committed whole, of this store and these fields.
    fn open(&self, directory: &Path) -> Result<Option<(Open, Revision)>, tantivy::TantivyError> {
        let Some((index, revision)) = committed(directory, &self.config, &self.fields)? else {
            return Ok(None);
        };
        if !index.validate_checksum()?.is_empty() {
            return Ok(None);
        }
        let open = self.writing(directory, &index, false)?;
        // What a crash left behind.
        open.writer.garbage_collect_files().wait()?;
        Ok(Some((open, revision)))
    }

    fn create(&self, directory: &Path) -> Result<Open, tantivy::TantivyError> {
        fs::create_dir_all(directory)?;
        let index = Index::create(
            MmapDirectory::open(directory)?,
            self.fields.schema.clone(),
            IndexSettings::default(),
        );
        let mut index = index?;
        index.set_tokenizers(tokenizers());
        self.writing(directory, &index, true)
    }

    fn writing(
        &self,
        directory: &Path,
        index: &Index,
        fresh: bool,
    ) -> Result<Open, tantivy::TantivyError> {
        let writer = index.writer_with_num_threads(1, self.config.memory_bytes)?;
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(DELETED_BEFORE_MERGE);
        writer.set_merge_policy(Box::new(policy));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Open { directory: directory.to_owned(), writer, reader, fresh, erases: false })
    }

    /// Begins a build while another is shown, if one is.
    fn begin(&mut self, shown: Option<PathBuf>) -> Result<(), Error> {
        self.remove_others(shown.as_deref()).map_err(kept)?;
        let last = shown.as_deref().and_then(number).unwrap_or_default();
        let directory = self.config.path.join((last + 1).to_string());
        self.open = Some(self.create(&directory).map_err(kept)?);
        self.shown = shown;
        Ok(())
    }

    fn show(&self, open: &Open, revision: Revision) -> Result<(), tantivy::TantivyError> {
        open.reader.reload()?;
        self.search.show(View::new(open.reader.searcher(), self.fields.clone(), revision));
        Ok(())
    }

    /// Removes all builds but one. Views that are still held keep their files: an
    /// open file outlives its name. A build loses its name first: what is still being
    /// merged in it would else make new files in it while it is removed.
    fn remove_others(&self, kept: Option<&Path>) -> std::io::Result<()> {
        self.remove_gone()?;
        for build in self.builds()? {
            if Some(build.as_path()) != kept {
                fs::rename(&build, build.with_extension(GONE))?;
            }
        }
        self.remove_gone()
    }

    /// Removes what has lost its name, also before a crash.
    fn remove_gone(&self) -> std::io::Result<()> {
        for entry in fs::read_dir(&self.config.path)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == GONE) {
                fs::remove_dir_all(path)?;
            }
        }
        Ok(())
    }
}

impl Derived for Indexer {
    fn name(&self) -> &'static str {
        "search"
    }

    fn resume(&mut self) -> Result<Option<Revision>, Error> {
        // Its lock has to go before the directory is opened again.
        self.open = None;
        for build in self.builds().map_err(kept)? {
            let opened = self.open(&build).unwrap_or_else(|error| {
                tracing::warn!(%error, build = %build.display(), "cannot use a search index");
                None
            });
            if let Some((open, revision)) = opened {
                self.remove_others(Some(&build)).map_err(kept)?;
                self.show(&open, revision).map_err(kept)?;
                self.open = Some(open);
                return Ok(Some(revision));
            }
        }
        self.remove_others(None).map_err(kept)?;
        Ok(None)
    }

    fn reset(&mut self) -> Result<(), Error> {
        let shown = self.open.take().map(|open| open.directory).or(self.shown.take());
        self.begin(shown)
    }

    fn beside(&mut self) -> Result<Option<Box<dyn Derived>>, Error> {
        let shown = self.open.as_ref().map(|open| open.directory.clone());
        let mut other = Self::new(self.config.clone(), Arc::clone(&self.search));
        other.begin(shown)?;
        Ok(Some(Box::new(other)))
    }

    fn apply(&mut self, changed: &[Changed]) -> Result<(), Error> {
        let open = self.open.as_mut().ok_or_else(not_open)?;
        for change in changed {
            open.erases |= change.erased;
            if change.before.is_some() || !(open.fresh || is_first_state(change)) {
                let name = change.name.to_string();
                open.writer.delete_term(Term::from_field_text(self.fields.name, &name));
            }
            if let Some(after) = &change.after {
                let document = document(&self.fields, change, after);
                open.writer.add_document(document).map_err(kept)?;
            }
        }
        Ok(())
    }

    fn commit(&mut self, revision: Revision) -> Result<(), Error> {
        let payload = Payload {
            store_id: self.config.store_id,
            revision: revision.0,
            schema: self.fields.hash(),
        };
        let payload = serde_json::to_string(&payload).map_err(kept)?;
        let open = self.open.as_mut().ok_or_else(not_open)?;
        let mut prepared = open.writer.prepare_commit().map_err(kept)?;
        prepared.set_payload(&payload);
        prepared.commit().map_err(kept)?;
        open.fresh = false;
        if std::mem::take(&mut open.erases) {
            rewrite_deleted(&mut open.writer).map_err(kept)?;
        }
        let open = self.open.as_ref().ok_or_else(not_open)?;
        self.show(open, revision).map_err(kept)?;
        if self.shown.take().is_some() {
            self.remove_others(Some(&open.directory)).map_err(kept)?;
        }
        Ok(())
    }
}

/// What an index that nobody keeps shows, as it lies there; `None` where it is none of
/// this store, or was made by other code. It fails where files of it are damaged.
pub fn at_rest(config: &IndexConfig) -> Result<Option<View>, SearchError> {
    if !config.path.exists() {
        return Ok(None);
    }
    let fields = Fields::new();
    for build in builds(&config.path)? {
        let Some((index, revision)) = committed(&build, config, &fields)? else { continue };
        if let Some(file) = index.validate_checksum()?.into_iter().min() {
            return Err(SearchError::Index(format!("its file {} is damaged", file.display())));
        }
        let reader: IndexReader =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        return Ok(Some(View::new(reader.searcher(), fields, revision)));
    }
    Ok(None)
}

/// The builds in a directory, the newest first.
fn builds(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut builds = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if number(&path).is_some() {
            builds.push(path);
        }
    }
    builds.sort_unstable_by_key(|path| std::cmp::Reverse(number(path)));
    Ok(builds)
}

/// A build that was committed, of this store and these fields, and its revision.
fn committed(
    directory: &Path,
    config: &IndexConfig,
    fields: &Fields,
) -> Result<Option<(Index, Revision)>, tantivy::TantivyError> {
    let mapped = MmapDirectory::open(directory)?;
    if !Index::exists(&mapped)? {
        return Ok(None);
    }
    let mut index = Index::open(mapped)?;
    index.set_tokenizers(tokenizers());
    let payload = index.load_metas()?.payload.unwrap_or_default();
    let Ok(payload) = serde_json::from_str::<Payload>(&payload) else { return Ok(None) };
    let ours = payload.store_id == config.store_id && payload.schema == fields.hash();
    Ok(ours.then_some((index, Revision(payload.revision))))
}

/// Writes anew each part of the index that holds deleted documents: their words are
/// there until then. Files that a view still holds go with that.
fn rewrite_deleted(writer: &mut IndexWriter) -> tantivy::Result<()> {
    let segments = writer.index().searchable_segment_metas()?;
    for segment in segments.iter().filter(|segment| segment.has_deletes()) {
        // One that is being merged is being written anew.
        if let Err(error) = writer.merge(&[segment.id()]).wait() {
            tracing::debug!(%error, "a part of the search index was merged by itself");
        }
    }
    writer.garbage_collect_files().wait()?;
    Ok(())
}

/// Whether nothing ever had the record's name before.
fn is_first_state(change: &Changed) -> bool {
    let after = change.after.as_ref().map(|stored| stored.committed);
    change.before.is_none()
        && after.is_some_and(|committed| committed.create_revision == committed.revision)
}

/// The number of a build, which is the name of its directory.
fn number(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.parse().ok()
}

fn kept(error: impl std::fmt::Display) -> Error {
    Error::Kept(error.to_string())
}

fn not_open() -> Error {
    Error::Kept("the search index is not open".into())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::clock::SystemClock;

    /// As a merge does that is not done yet when another build takes the place.
    #[test]
    fn a_build_is_removed_while_files_are_made_in_it() {
        let home = tempfile::tempdir().unwrap();
        let (path, store_id) = (home.path().to_owned(), Uuid::new_v4());
        let build = path.join("1");
        let left = path.join("7.gone");
        fs::create_dir(&build).unwrap();
        fs::create_dir(&left).unwrap();
        let search = Arc::new(Search::new(Arc::new(SystemClock)));
        let config = IndexConfig { path: path.clone(), store_id, memory_bytes: 15_000_000 };
        let indexer = Indexer::new(config, search);
        let begun = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0.. {
                    if fs::write(build.join(number.to_string()), "").is_err() {
                        return;
                    }
                    begun.store(number > 1_000, Ordering::Relaxed);
                }
            });
            while !begun.load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            indexer.remove_others(None).unwrap();
        });
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
    }
}
