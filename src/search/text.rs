//! What people write into a search: words, "phrases", beginnings of words, fields,
//! and how these go together.
//!
//! All that just follows one another must be found; OR binds more tightly than
//! that, as it does in filters. Signs that mean nothing here part words and are
//! otherwise let be, so that a pasted headline is a query too.

use std::ops::Range;

use super::error::Error;
use super::schema::Text;
use super::words::words;

/// The longest query, in bytes.
pub const MAX_BYTES: usize = 2 << 10;
/// The most words of a query.
pub const MAX_WORDS: usize = 48;
/// The most parentheses inside one another.
const MAX_DEPTH: usize = 16;
/// The fewest letters before `*`.
const MIN_PREFIX: usize = 3;

/// A query.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Query {
    /// All are found.
    All(Vec<Query>),
    /// Any is found.
    Any(Vec<Query>),
    /// It is not found.
    Not(Box<Query>),
    /// Words that follow one another, or one word.
    Words(Sought),
}

/// Words that are looked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sought {
    /// Where; empty: anywhere.
    pub(super) fields: &'static [Text],
    /// Folded, in their order, each with how it was written.
    pub(super) words: Vec<(String, String)>,
    /// Whether they were written as a phrase, so that no stems of them will do.
    pub(super) exact: bool,
    /// Whether it is the beginning of a word.
    pub(super) prefix: bool,
    /// Where they stand in the query, in code points from 1.
    pub(super) column: usize,
}

/// Reads a query; `None` where there is nothing to look for.
pub(super) fn parse(text: &str) -> Result<Option<Query>, Error> {
    if text.len() > MAX_BYTES {
        let message = format!(
            "the query has {} bytes; at most {MAX_BYTES} are taken: leave words out",
            text.len()
        );
        return Err(error(1, message));
    }
    let mut parser = Parser { text, at: 0, column: 1, depth: 0, words: 0 };
    let query = parser.sequence()?;
    match parser.peek() {
        Some(_) => Err(error(parser.column, "a `)` without a `(`: leave it out or quote it")),
        None => Ok(query),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    column: usize,
    depth: usize,
    words: usize,
}

/// The fields that the words after a colon are looked for in.
type Fields = &'static [Text];

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) {
        if let Some(char) = self.peek() {
            self.at += char.len_utf8();
            self.column += 1;
        }
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.bump();
        }
    }

    /// Takes a word that joins, if it comes next.
    fn bump_keyword(&mut self, keyword: &str) -> bool {
        self.skip_space();
        let ends =
            |rest: &str| rest.chars().next().is_none_or(|it| it.is_whitespace() || it == '(');
        let found = self.rest().strip_prefix(keyword).is_some_and(ends);
        if found {
            keyword.chars().for_each(|_| self.bump());
        }
        found
    }

    /// Everything up to a closing parenthesis or the end.
    fn sequence(&mut self) -> Result<Option<Query>, Error> {
        let mut all = Vec::new();
        loop {
            while self.bump_keyword("AND") || self.bump_keyword("OR") {}
            self.skip_space();
            match self.peek() {
                None | Some(')') => return Ok(joined(all, Query::All)),
                Some(_) => all.extend(self.alternatives()?),
            }
        }
    }

    fn alternatives(&mut self) -> Result<Option<Query>, Error> {
        let mut any = Vec::new();
        any.extend(self.term()?);
        while self.bump_keyword("OR") {
            while self.bump_keyword("OR") {}
            any.extend(self.term()?);
        }
        Ok(joined(any, Query::Any))
    }

    fn term(&mut self) -> Result<Option<Query>, Error> {
        self.skip_space();
        let mut contrary = false;
        loop {
            let negated = self.peek() == Some('-') && self.begins_after_dash();
            if negated {
                self.bump();
            } else if !self.bump_keyword("NOT") {
                break;
            }
            contrary = !contrary;
            self.skip_space();
        }
        let found = self.primary(&[])?;
        Ok(found.map(|query| if contrary { Query::Not(query.into()) } else { query }))
    }

    /// Whether a dash stands before what is looked for, and does not just part.
    fn begins_after_dash(&self) -> bool {
        let next = self.rest().chars().nth(1);
        next.is_some_and(|it| it.is_alphanumeric() || matches!(it, '"' | '(' | '“'))
    }

    fn primary(&mut self, fields: Fields) -> Result<Option<Query>, Error> {
        match self.peek() {
            Some('(') => self.group(),
            Some('"' | '“' | '”' | '„') => self.phrase(fields),
            Some(')') | None => Ok(None),
            Some(_) => self.word(fields),
        }
    }

    fn group(&mut self) -> Result<Option<Query>, Error> {
        let opened = self.column;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("at most {MAX_DEPTH} parentheses may stand inside one another");
            return Err(error(opened, message));
        }
        self.bump();
        let inner = self.sequence()?;
        if self.peek() != Some(')') {
            return Err(error(opened, "this `(` is not closed: add a `)`, or quote it"));
        }
        self.bump();
        self.depth -= 1;
        Ok(inner)
    }

    fn phrase(&mut self, fields: Fields) -> Result<Option<Query>, Error> {
        let opened = self.column;
        self.bump();
        let is_end = |char| matches!(char, '"' | '”' | '“');
        let Some(end) = self.rest().find(is_end) else {
            return Err(error(opened, "this quotation mark is not closed: add a `\"`"));
        };
        let inner = self.rest().get(..end).unwrap_or_default();
        inner.chars().for_each(|_| self.bump());
        self.bump();
        self.sought(Sought {
            fields,
            words: folded(inner),
            exact: true,
            prefix: false,
            column: opened,
        })
    }

    fn word(&mut self, fields: Fields) -> Result<Option<Query>, Error> {
        let column = self.column;
        let parts =
            |char: char| char.is_whitespace() || matches!(char, '(' | ')' | '"' | '“' | '”');
        let end = self.rest().find(parts).unwrap_or(self.rest().len());
        let written = self.rest().get(..end).unwrap_or_default();
        if let Some((name, behind)) = written.split_once(':')
            && fields.is_empty()
            && is_name(name)
            && (behind.chars().next().is_some_and(char::is_alphanumeric) || self.opens_after(name))
        {
            let fields = Text::named(name).ok_or_else(|| unknown_field(column, name))?;
            (0..=name.chars().count()).for_each(|_| self.bump());
            return self.primary(fields);
        }
        written.chars().for_each(|_| self.bump());
        let words = folded(written);
        let prefix = written.ends_with('*') && !words.is_empty();
        self.sought(Sought { fields, words, exact: false, prefix, column })
    }

    /// Whether a phrase comes right after a name and its colon.
    fn opens_after(&self, name: &str) -> bool {
        let behind = self.rest().get(name.len() + 1..).unwrap_or_default();
        behind.starts_with(['"', '“', '„'])
    }

    fn sought(&mut self, sought: Sought) -> Result<Option<Query>, Error> {
        self.words += sought.words.len();
        if self.words > MAX_WORDS {
            let message = format!("at most {MAX_WORDS} words are looked for: leave words out");
            return Err(error(sought.column, message));
        }
        if sought.prefix {
            check_prefix(&sought)?;
        }
        Ok((!sought.words.is_empty()).then_some(Query::Words(sought)))
    }
}

fn check_prefix(sought: &Sought) -> Result<(), Error> {
    let [(word, _)] = sought.words.as_slice() else {
        let message = "`*` goes with the beginning of a single word";
        return Err(error(sought.column, message));
    };
    // Letters of other scripts tell more than Latin ones do.
    let fewest = if word.is_ascii() { MIN_PREFIX } else { MIN_PREFIX - 1 };
    if word.chars().count() < fewest {
        let message = format!("`*` needs at least {fewest} letters before it");
        return Err(error(sought.column, message));
    }
    Ok(())
}

fn folded(text: &str) -> Vec<(String, String)> {
    let surface = |place: Range<usize>| text.get(place).unwrap_or_default().to_owned();
    words(text).map(|word| (word.fold, surface(word.place))).collect()
}

/// Whether letters before a colon look like the name of a field.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn unknown_field(column: usize, name: &str) -> Error {
    let name: String = name.chars().take(40).collect();
    let known = Text::NAMES.join(", ");
    let near = Text::NAMES.into_iter().find(|known| strsim::damerau_levenshtein(&name, known) <= 2);
    let hint = near.map(|near| format!("; perhaps `{near}:`")).unwrap_or_default();
    let message =
        format!("`{name}` is no field: there are {known}{hint}. Quote words that hold a colon");
    error(column, message)
}

fn joined(mut queries: Vec<Query>, join: fn(Vec<Query>) -> Query) -> Option<Query> {
    match queries.len() {
        0 | 1 => queries.pop(),
        _ => Some(join(queries)),
    }
}

fn error(column: usize, message: impl Into<String>) -> Error {
    Error::Query { column, message: message.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn show(query: &Query) -> String {
        let joined = |queries: &[Query], joiner: &str| {
            format!("({})", queries.iter().map(show).collect::<Vec<_>>().join(joiner))
        };
        match query {
            Query::All(queries) => joined(queries, " & "),
            Query::Any(queries) => joined(queries, " | "),
            Query::Not(query) => format!("!{}", show(query)),
            Query::Words(sought) => {
                let words: Vec<&str> = sought.words.iter().map(|it| it.0.as_str()).collect();
                let fields = if sought.fields.is_empty() {
                    String::new()
                } else {
                    format!("{:?}:", sought.fields)
                };
                let quote = if sought.exact { "\"" } else { "" };
                let star = if sought.prefix { "*" } else { "" };
                format!("{fields}{quote}{}{star}{quote}", words.join("+"))
            }
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = match parse(text) {
            Ok(Some(query)) => show(&query),
            Ok(None) => "nothing".into(),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn queries_are_read() {
        check("Peace talks", "(peace & talks)");
        check("a OR b c", "((a | b) & c)");
        check("a AND (b OR NOT c) -d", "(a & (b | !c) & !d)");
        check("\"in the best condition\" army", "(\"in+the+best+condition\" & army)");
        check("speaker:barzani coalition", "([Speaker]:barzani & coalition)");
        check("content:\"new deal\"", "[Own, Content]:\"new+deal\"");
        check("coali* کورد*", "(coali* & کورد*)");
        check("U.S.-led don’t 3,000", "(u+s+led & dont & 3+000)");
        check("http://x.example/y ratio 3:1", "(http+x+example+y & ratio & 3+1)");
        check("a - b", "(a & b)");
    }

    #[test]
    fn nothing_to_look_for_is_told() {
        for nothing in ["", "  ", "AND", "OR", "NOT", "!?", "()", "\"\"", "*", "-"] {
            check(nothing, "nothing");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_column() {
        check("a (b", "at column 3: this `(` is not closed: add a `)`, or quote it");
        check("a b)", "at column 4: a `)` without a `(`: leave it out or quote it");
        check("é \"b", "at column 3: this quotation mark is not closed: add a `\"`");
        check("ab*", "at column 1: `*` needs at least 3 letters before it");
        check("a-b*", "at column 1: `*` goes with the beginning of a single word");
        let known =
            "title, body, content, speaker, about, name, description, publisher, author, topic";
        check(
            "speakr:x",
            &format!(
                "at column 1: `speakr` is no field: there are {known}; perhaps `speaker:`. \
                 Quote words that hold a colon"
            ),
        );
        let words = "word ".repeat(MAX_WORDS + 1);
        check(&words, "at column 241: at most 48 words are looked for: leave words out");
        let deep = "(".repeat(MAX_DEPTH + 1);
        check(&deep, "at column 17: at most 16 parentheses may stand inside one another");
    }

    proptest! {
        #[test]
        fn any_query_is_answered(text in "[a-z\"“”():*\\- ANDORNOT\\PC]{0,300}") {
            // It ends, and does not panic.
            let _ = parse(&text);
        }
    }
}
