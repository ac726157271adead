//! Articles as news archives have them: a JSON object a line.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use dicta::domain::body::normalize;
use dicta::rpc::pb;
use flate2::bufread::MultiGzDecoder;

use crate::Failure;

/// One line; what is not named here is left out.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Line {
    pub(crate) title: Option<String>,
    pub(crate) body: String,
    pub(crate) published_at: Option<String>,
    url: Option<String>,
    pub(crate) publisher: Option<String>,
    pub(crate) byline: Option<String>,
    pub(crate) language: Option<String>,
}

/// The articles of a file, and how long their lines are.
#[derive(Debug, Default)]
pub(crate) struct Articles {
    /// The articles, in the order of the file.
    pub(crate) articles: Vec<pb::Article>,
    /// The bytes of their lines.
    pub(crate) bytes: u64,
}

/// Reads at most `limit` lines, each with its length; a file that ends in `.gz` is
/// unpacked.
pub(crate) fn lines(path: &Path, limit: usize) -> Result<Vec<(Line, u64)>, Failure> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file = BufReader::with_capacity(1 << 20, file);
    let reader: Box<dyn BufRead> = if path.extension().is_some_and(|extension| extension == "gz") {
        Box::new(BufReader::with_capacity(1 << 20, MultiGzDecoder::new(file)))
    } else {
        Box::new(file)
    };
    let lines = reader.lines().take(limit).enumerate();
    lines
        .map(|(number, line)| {
            let line = line?;
            let read = serde_json::from_str::<Line>(&line)
                .map_err(|error| format!("{}, line {}: {error}", path.display(), number + 1))?;
            Ok((read, line.len() as u64 + 1))
        })
        .collect()
}

/// Reads at most `limit` articles, as requests have them.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Articles, Failure> {
    let mut read = Articles::default();
    for (line, bytes) in lines(path, limit)? {
        read.bytes += bytes;
        read.articles.push(line.into_article());
    }
    Ok(read)
}

impl Line {
    fn into_article(self) -> pb::Article {
        pb::Article {
            title: self.title.unwrap_or_default(),
            // As it will be stored, so that offsets hold.
            body: normalize(self.body).0,
            language: self.language.unwrap_or_default(),
            canonical_url: self.url.unwrap_or_default(),
            publisher: self.publisher.map(|name| pb::Publisher { name, ..Default::default() }),
            authors: self.byline.into_iter().collect(),
            published_at: self
                .published_at
                .and_then(|text| text.parse::<jiff::Timestamp>().ok())
                .map(|time| prost_types::Timestamp {
                    seconds: time.as_second(),
                    nanos: time.subsec_nanosecond(),
                }),
            ..Default::default()
        }
    }
}
