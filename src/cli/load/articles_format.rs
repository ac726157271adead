//! The `articles` format: a JSON object a line, as news archives have them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::cli::read::{parse_moment, to_pb};
use crate::domain::id::{ArticleId, MAX_ID_BYTES, slug};
use crate::rpc::pb;

/// The hexadecimal digits that tell apart ids which look the same once made fit.
const HASH_DIGITS: usize = 12;

/// One line. Fields that are not named here are left out.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    title: Option<Text<'a>>,
    #[serde(borrow)]
    body: Option<Text<'a>>,
    #[serde(borrow)]
    published_at: Option<Text<'a>>,
    #[serde(borrow)]
    url: Option<Text<'a>>,
    #[serde(borrow)]
    publisher: Option<Text<'a>>,
    #[serde(borrow)]
    byline: Option<Text<'a>>,
    #[serde(borrow)]
    language: Option<Text<'a>>,
}

/// A string, borrowed where it has no escapes; a whole number serves as an id.
#[derive(Debug)]
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }
}

/// Reads a line as the article to ingest.
pub(super) fn parse(line: &str) -> Result<pb::IngestArticleRequest, String> {
    let line: Line<'_> = serde_json::from_str(line).map_err(|error| {
        let text = error.to_string();
        let reason = text.rsplit_once(" at line ").map_or(&*text, |(reason, _)| reason);
        format!("column {}: {reason}", error.column())
    })?;
    let article = line.into_article()?;
    Ok(pb::IngestArticleRequest { article: Some(article), ..Default::default() })
}

impl Line<'_> {
    fn into_article(self) -> Result<pb::Article, String> {
        let canonical_url = owned(self.url);
        let name = match &self.id {
            Some(id) if canonical_url.is_empty() && !id.0.is_empty() => {
                format!("articles/{}", fit_id(&id.0))
            }
            _ => String::new(),
        };
        let published_at = match self.published_at.as_ref().map(|text| text.0.trim()) {
            None | Some("") => None,
            Some(text) => {
                Some(to_pb(parse_moment(text).map_err(|error| format!("published_at: {error}"))?))
            }
        };
        let publisher = Some(owned(self.publisher)).filter(|name| !name.is_empty());
        Ok(pb::Article {
            name,
            canonical_url,
            published_at,
            title: owned(self.title),
            body: owned(self.body),
            language: owned(self.language),
            publisher: publisher.map(|name| pb::Publisher { name, ..Default::default() }),
            authors: self.byline.map(|byline| authors(&byline.0)).unwrap_or_default(),
            ..Default::default()
        })
    }
}

fn owned(text: Option<Text<'_>>) -> String {
    text.map(|text| text.0.into_owned()).unwrap_or_default()
}

/// The names in a byline.
fn authors(byline: &str) -> Vec<String> {
    byline
        .split([',', ';'])
        .flat_map(|part| part.split(" and "))
        // After a comma, as in `A, B, and C`.
        .map(|name| name.trim().trim_start_matches("and ").trim())
        .filter(|name| !name.is_empty() && *name != "and")
        .map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// The id as Dicta takes it. One that had to be changed ends in a hash of what
/// it was, so that different ids stay different.
fn fit_id(id: &str) -> String {
    if ArticleId::new(id).is_ok() {
        return id.to_owned();
    }
    let hash = blake3::hash(id.as_bytes()).to_hex();
    let hash = hash.get(..HASH_DIGITS).unwrap_or_default();
    match slug(id, MAX_ID_BYTES - HASH_DIGITS - 1) {
        readable if readable.is_empty() => hash.to_owned(),
        readable => format!("{readable}-{hash}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn article(line: &str) -> pb::Article {
        parse(line).unwrap().article.unwrap()
    }

    #[test]
    fn a_line_becomes_an_article() {
        let found = article(
            r#"{"id": "x/1", "title": "T", "body": "a \"b\"", "published_at": "2012-02-15T09:01:00-05:00",
                "url": "http://example.com/1", "publisher": "Reuters", "byline": "A and B", "language": "en",
                "section": "world"}"#,
        );
        assert_eq!(
            found,
            pb::Article {
                title: "T".into(),
                body: "a \"b\"".into(),
                published_at: Some(prost_types::Timestamp { seconds: 1_329_314_460, nanos: 0 }),
                canonical_url: "http://example.com/1".into(),
                publisher: Some(pb::Publisher { name: "Reuters".into(), ..Default::default() }),
                authors: vec!["A".into(), "B".into()],
                language: "en".into(),
                ..Default::default()
            }
        );
    }

    #[test]
    fn what_is_null_or_missing_is_empty() {
        assert_eq!(
            article(r#"{"title": null, "byline": null, "publisher": "", "published_at": ""}"#),
            pb::Article::default()
        );
    }

    #[test]
    fn without_a_url_the_id_names_the_article() {
        let check = |id: &str, expected: &str| {
            assert_eq!(article(&format!("{{\"id\": {id}}}")).name, format!("articles/{expected}"));
        };
        check("\"fit-1\"", "fit-1");
        check("17", "17");
        check("\"World/2012 A\"", "world-2012-a-462d208779dd");
        check("\"//\"", "3cea97c80575");
    }

    #[test]
    fn a_date_is_its_first_moment() {
        let found = article(r#"{"published_at": "2012-02-15"}"#).published_at;
        assert_eq!(found, Some(prost_types::Timestamp { seconds: 1_329_264_000, nanos: 0 }));
    }

    #[test]
    fn a_byline_is_split_into_names() {
        let check = |byline: &str, expected: &[&str]| assert_eq!(authors(byline), expected);
        check(
            "Karen Freifeld,  Aruna Viswanatha  and David Henry",
            &["Karen Freifeld", "Aruna Viswanatha", "David Henry"],
        );
        check("A; B", &["A", "B"]);
        check("A, B, and C", &["A", "B", "C"]);
        check("Andy Sandler", &["Andy Sandler"]);
        check(" ", &[]);
    }

    #[test]
    fn a_bad_line_says_why() {
        let check = |line: &str, expected: &str| assert_eq!(parse(line).unwrap_err(), expected);
        check(r#"{"title": ["a"]}"#, "column 11: invalid type: sequence, expected a string");
        check(r#"{"title": "a""#, "column 13: EOF while parsing an object");
        check(
            r#"{"published_at": "yesterday"}"#,
            "published_at: `yesterday` is no time such as 2026-09-16T10:30:00Z or 2026-09-16",
        );
    }

    proptest! {
        #[test]
        fn any_id_is_made_fit(id in "\\PC{1,90}") {
            prop_assert!(ArticleId::new(&fit_id(&id)).is_ok());
        }
    }
}
