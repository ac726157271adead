//! The files to load, read on a thread of their own.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use clap::ValueEnum;
use flate2::read::MultiGzDecoder;
use tokio::sync::mpsc;

use super::articles_format;
use crate::rpc::json_values::read_line;
use crate::rpc::record_file::{Exported, Item, RecordFile, Work};

/// Items that may wait between the reading thread and the sending one.
const READ_AHEAD: usize = 128;
const BUFFER_BYTES: usize = 256 << 10;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What the lines of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// Records, or whole ingest requests, in the proto's JSON form.
    Dicta,
    /// {id, title, body, published_at, url, publisher, byline, language}.
    Articles,
}

/// Something read, or the end of reading a file that can't be read on.
pub(in crate::cli) type Read = Result<Item, String>;

/// The files to load.
#[derive(Debug)]
pub(in crate::cli) struct Input {
    /// The bytes read so far, as they are on disk.
    pub(super) read: Arc<AtomicU64>,
    /// The bytes of all files; none where that is not known.
    pub(super) total: Option<u64>,
    /// What is read.
    pub(in crate::cli) items: mpsc::Receiver<Read>,
}

/// Starts reading the files in order; `-` is standard input.
pub(in crate::cli) fn open(
    files: &[PathBuf],
    format: Format,
    exported: Exported,
) -> io::Result<Input> {
    let mut sources = Vec::new();
    let mut total = Some(0);
    for path in files {
        let source = Source::open(path)?;
        total = total.zip(source.bytes).map(|(total, bytes)| total + bytes);
        sources.push(source);
    }
    let read = Arc::new(AtomicU64::new(0));
    let (sender, items) = mpsc::channel(READ_AHEAD);
    let counter = Arc::clone(&read);
    thread::Builder::new().name("reader".into()).spawn(move || {
        for source in sources {
            let name = source.name.clone();
            let read = source.reader(&counter);
            let read = read.and_then(|reader| read_all(reader, format, exported, &sender));
            let goes_on = match read {
                Ok(goes_on) => goes_on,
                Err(error) => sender.blocking_send(Err(format!("{name}: {error}"))).is_ok(),
            };
            // Nobody takes what is read: the loading ended.
            if !goes_on {
                return;
            }
        }
    })?;
    Ok(Input { read, total, items })
}

/// Reads a file to its end; false where nobody takes the items any more.
fn read_all(
    mut reader: Box<dyn BufRead>,
    format: Format,
    exported: Exported,
    sender: &mpsc::Sender<Read>,
) -> io::Result<bool> {
    match format {
        Format::Dicta => {
            let mut file = RecordFile::new(reader, exported);
            while let Some(item) = file.next_item()? {
                if sender.blocking_send(Ok(item)).is_err() {
                    return Ok(false);
                }
            }
        }
        Format::Articles => {
            let mut line = 0;
            while let Some(text) = read_line(&mut reader)? {
                line += 1;
                if text.trim().is_empty() {
                    continue;
                }
                if sender.blocking_send(Ok(article(line, text))).is_err() {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

fn article(line: usize, mut source: String) -> Item {
    source.truncate(source.trim_end_matches(['\n', '\r']).len());
    let work = articles_format::parse(&source).map(|request| Work::Ingest(Box::new(request)));
    Item { line, source, work }
}

/// One file.
pub(in crate::cli) struct Source {
    /// Its name.
    pub(in crate::cli) name: String,
    /// Its bytes; none where that is not known.
    pub(in crate::cli) bytes: Option<u64>,
    reader: Box<dyn io::Read + Send>,
}

impl Source {
    /// Opens a file; `-` is standard input.
    pub(in crate::cli) fn open(path: &Path) -> io::Result<Self> {
        if path == Path::new("-") {
            let reader = Box::new(io::stdin());
            return Ok(Self { name: "standard input".into(), bytes: None, reader });
        }
        let name = path.display().to_string();
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{name}: {error}"));
        let file = File::open(path).map_err(named)?;
        let metadata = file.metadata().map_err(named)?;
        if metadata.is_dir() {
            return Err(io::Error::other(format!("{name} is a directory")));
        }
        let bytes = metadata.is_file().then_some(metadata.len());
        Ok(Self { name, bytes, reader: Box::new(file) })
    }

    /// Reads the file, unpacked where it is gzip, whatever its name.
    pub(in crate::cli) fn reader(self, counter: &Arc<AtomicU64>) -> io::Result<Box<dyn BufRead>> {
        let mut counted = Counted { reader: self.reader, count: Arc::clone(counter) };
        let mut magic = Vec::new();
        counted.by_ref().take(GZIP_MAGIC.len() as u64).read_to_end(&mut magic)?;
        let is_gzip = magic == GZIP_MAGIC;
        let whole = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(magic).chain(counted));
        Ok(if is_gzip {
            Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(whole)))
        } else {
            Box::new(whole)
        })
    }
}

/// Counts what is read.
struct Counted<R> {
    reader: R,
    count: Arc<AtomicU64>,
}

impl<R: io::Read> io::Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn read(contents: &[u8], format: Format) -> Vec<Read> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("input");
        std::fs::write(&path, contents).unwrap();
        let mut input = open(&[path], format, Exported::Restored).unwrap();
        let items = std::iter::from_fn(|| input.items.blocking_recv()).collect();
        assert_eq!(input.read.load(Ordering::Relaxed), contents.len() as u64);
        items
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    const LINES: &[u8] = b"{\"title\": \"a\"}\r\n\nbroken\n{\"title\": \"b\"}";

    #[test]
    fn lines_are_read_and_broken_ones_told() {
        let items = read(LINES, Format::Articles);
        let told: Vec<(usize, &str, bool)> = items
            .iter()
            .map(|item| item.as_ref().unwrap())
            .map(|item| (item.line, item.source.as_str(), item.work.is_ok()))
            .collect();
        assert_eq!(
            told,
            [
                (1, "{\"title\": \"a\"}", true),
                (3, "broken", false),
                (4, "{\"title\": \"b\"}", true),
            ]
        );
    }

    #[test]
    fn gzip_is_told_by_its_content_also_in_several_parts() {
        let mut parts = packed(&LINES[..20]);
        parts.extend(packed(&LINES[20..]));
        assert_eq!(read(&packed(LINES), Format::Articles), read(LINES, Format::Articles));
        assert_eq!(read(&parts, Format::Articles), read(LINES, Format::Articles));
    }

    #[test]
    fn a_broken_archive_is_told_and_what_came_before_it_kept() {
        let mut archive = packed(LINES);
        archive.truncate(archive.len() - 9);
        let items = read(&archive, Format::Articles);
        assert!(items.last().unwrap().is_err());
    }

    #[test]
    fn the_dicta_format_is_read() {
        let items = read(b"{\n \"article\": {}\n}\n{\"entity\": {}}\n", Format::Dicta);
        assert_eq!(items.len(), 2);
        assert!(matches!(items[1].as_ref().unwrap().work, Ok(Work::Entity(_))));
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let files = ["/nowhere/a.jsonl".into()];
        let error = open(&files, Format::Dicta, Exported::Ingested).unwrap_err().to_string();
        assert!(error.starts_with("/nowhere/a.jsonl: "), "{error}");
    }
}
