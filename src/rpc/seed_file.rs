//! Seeds: the files of a directory, as requests in the order in which they are
//! to be ingested.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use super::pb;
use super::record_file::{Exported, RecordFile, Work};

/// Why seeds can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The directory or a file can't be read.
    #[error("the seeds in {} can't be read: {reason}", .path.display())]
    Unreadable {
        /// The directory or file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// A value of a file is not in the `dicta` format.
    #[error("{} line {line}: {reason}", .path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// There are entities and no article that they could go with.
    #[error("the seeds in {} have entities but no article to go with", .0.display())]
    NoArticle(PathBuf),
}

/// Reads all `*.json` and `*.jsonl` files of a directory, in the order of their
/// names. Entities go with the article after them, also across files; those
/// after the last article go with it.
pub fn read_requests(directory: &Path) -> Result<Vec<pb::IngestArticleRequest>, SeedError> {
    let mut requests = Vec::new();
    let mut waiting = Vec::new();
    for path in files(directory)? {
        read_file(&path, &mut waiting, &mut requests)?;
    }
    match requests.last_mut() {
        Some(last) => last.entities.append(&mut waiting),
        None if waiting.is_empty() => {}
        None => return Err(SeedError::NoArticle(directory.to_owned())),
    }
    Ok(requests)
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, SeedError> {
    let unreadable = |reason| SeedError::Unreadable { path: directory.to_owned(), reason };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("json" | "jsonl")) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(
    path: &Path,
    waiting: &mut Vec<pb::Entity>,
    requests: &mut Vec<pb::IngestArticleRequest>,
) -> Result<(), SeedError> {
    let unreadable = |reason| SeedError::Unreadable { path: path.to_owned(), reason };
    let file = File::open(path).map_err(unreadable)?;
    let mut items = RecordFile::new(BufReader::new(file), Exported::Ingested);
    while let Some(item) = items.next_item().map_err(unreadable)? {
        match item.work {
            Ok(Work::Entity(entity)) => waiting.push(*entity),
            Ok(Work::Ingest(mut request)) => {
                request.entities.splice(0..0, waiting.drain(..));
                requests.push(*request);
            }
            Ok(Work::Restore(_)) => {
                let reason = "an exported record is no seed".to_owned();
                return Err(SeedError::Value { path: path.to_owned(), line: item.line, reason });
            }
            Err(reason) => {
                return Err(SeedError::Value { path: path.to_owned(), line: item.line, reason });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> Result<Vec<pb::IngestArticleRequest>, String> {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(directory.path().join(name), text).unwrap();
        }
        let place = format!("{}/", directory.path().display());
        read_requests(directory.path()).map_err(|error| error.to_string().replace(&place, ""))
    }

    #[test]
    fn files_are_read_in_the_order_of_their_names_and_entities_wait_across_them() {
        let requests = read(&[
            (
                "20-article.json",
                "{\n  \"article\": {\"name\": \"articles/a\"},\n  \"statements\": [{}]\n}\n",
            ),
            ("10-entities.jsonl", "{\"entity\": {\"name\": \"entities/e\"}}\n"),
            ("30-late.jsonl", "{\"entity\": {\"name\": \"entities/f\"}}\n"),
            ("notes.txt", "not a seed"),
        ])
        .unwrap();
        assert_eq!(requests.len(), 1);
        let names: Vec<&str> = requests[0].entities.iter().map(|entity| &*entity.name).collect();
        assert_eq!(names, ["entities/e", "entities/f"]);
        assert_eq!(requests[0].statements.len(), 1);
    }

    #[test]
    fn an_error_names_the_file_and_the_line() {
        let error = read(&[("a.jsonl", "{\"article\": {}}\n{\"x\": 1}\n")]).unwrap_err();
        assert_eq!(
            error,
            "a.jsonl line 2: one of `article`, `statement`, `entity` and `erasure` is expected"
        );
        assert!(read_requests(Path::new("/nowhere/seeds")).is_err());
    }

    #[test]
    fn entities_alone_have_nothing_to_go_with() {
        let error = read(&[("a.jsonl", "{\"entity\": {}}\n")]).unwrap_err();
        assert!(error.ends_with("have entities but no article to go with"), "{error}");
        assert_eq!(read(&[]).unwrap(), []);
    }
}
