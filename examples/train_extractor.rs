//! Makes the models of `src/extract/data/` from labelled articles:
//!
//! ```sh
//! cargo run --release --example train_extractor -- words LABELS
//! cargo run --release --example train_extractor -- models LABELS > PREDICTED
//! cargo run --release --example train_extractor -- folds LABELS > PREDICTED
//! ```
//!
//! LABELS is a file of JSON lines, gzip or plain: {"text", "publisher", "quotes":
//! [{"content": [{"start", "end"}], "source": [...], "cue_spans": [...]}]}, with
//! offsets in code points. `words` comes first, since the models count on the words.
//! `models` and `folds` write what is found in each article by models that have not
//! seen its outlet.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::path::Path;

use dicta::extract::training::{self, Fold, Label, Labelled};
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde_json::json;

type Failure = Box<dyn Error + Send + Sync>;

const DATA: &str = "src/extract/data";
/// What `folds` shows, as the extractor itself.
const LEAST_SHOWN: f32 = 0.5;
/// How improbable a statement may be to be counted.
const LEAST_COUNTED: f32 = 0.2;

#[derive(Deserialize)]
struct Article {
    id: String,
    text: String,
    publisher: String,
    quotes: Vec<Quote>,
}

#[derive(Deserialize)]
struct Quote {
    content: Vec<Span>,
    source: Vec<Span>,
    cue_spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    start: usize,
    end: usize,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [command, labels] = arguments.as_slice() else {
        return Err("give words, models or folds, and the file of labels".into());
    };
    let (ids, articles) = read(Path::new(labels))?;
    match command.as_str() {
        "words" => words(&articles),
        "models" => models(&ids, &articles),
        "folds" => print(&ids, &training::five_folds(&articles, LEAST_SHOWN)),
        other => Err(format!("{other} is none of words, models, folds").into()),
    }
}

fn words(articles: &[Labelled]) -> Result<(), Failure> {
    let lines = training::common_words(articles);
    let head = "# Common words of news: many articles of several outlets use each of them.\n\
                # Made by examples/train_extractor.rs.\n";
    Ok(fs::write(format!("{DATA}/words.txt"), format!("{head}{lines}"))?)
}

fn models(ids: &[String], articles: &[Labelled]) -> Result<(), Failure> {
    let folds = training::five_folds(articles, LEAST_COUNTED);
    print(ids, &folds)?;
    let lines = training::measured(articles, &folds);
    let head = "# How often statements are right: rule, least probability, share, how many counted.\n\
                # Right is what overlaps a labelled attribution by four fifths, in articles of\n\
                # outlets that the models had not seen; one right and one wrong are added to each\n\
                # step, as few tell little. Made by examples/train_extractor.rs.\n";
    fs::write(format!("{DATA}/precision.txt"), format!("{head}{lines}"))?;
    let trained = training::train(articles);
    fs::write(format!("{DATA}/cue.model"), trained.cue)?;
    fs::write(format!("{DATA}/content.model"), trained.content)?;
    Ok(fs::write(format!("{DATA}/speaker.model"), trained.speaker)?)
}

fn print(ids: &[String], folds: &[Fold]) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    for fold in folds {
        let probable = fold.extraction.statements.iter().zip(&fold.probabilities);
        let shown = probable.filter(|(_, probability)| **probability >= LEAST_SHOWN);
        let statements = shown.map(|(statement, probability)| {
            let span = |span: dicta::extract::Span| json!({"start": span.start, "end": span.end});
            json!({
                "kind": format!("{:?}", statement.kind).to_uppercase(),
                "content": statement.content.iter().map(|it| span(it.span)).collect::<Vec<_>>(),
                "speaker": statement.speaker.as_ref().map(|it| span(it.mention.span)),
                "probability": probability,
                "rule": statement.rule,
                "cue": statement.cue.first().map(|it| span(it.span)),
            })
        });
        let statements: Vec<_> = statements.collect();
        let id = ids.get(fold.article);
        writeln!(output, "{}", json!({"id": id, "statements": statements}))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<(Vec<String>, Vec<Labelled>), Failure> {
    let file = File::open(path)?;
    let packed = path.extension().is_some_and(|it| it == "gz");
    let reader: Box<dyn Read> =
        if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let (mut ids, mut articles) = (Vec::new(), Vec::new());
    for line in BufReader::new(reader).lines() {
        let article: Article = serde_json::from_str(&line?)?;
        let spans = |spans: Vec<Span>| spans.into_iter().map(|it| (it.start, it.end)).collect();
        let labels = article.quotes.into_iter().map(|quote| Label {
            content: spans(quote.content),
            cue: spans(quote.cue_spans),
            source: spans(quote.source),
        });
        let labels = labels.collect();
        ids.push(article.id);
        articles.push(Labelled { outlet: article.publisher, text: article.text, labels });
    }
    Ok((ids, articles))
}
