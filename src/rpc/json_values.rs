//! Splits a text into its JSON objects, one a line or laid over several lines,
//! so that a broken one costs only itself.

use std::io::{self, BufRead};

/// The longest object, in bytes.
pub const MAX_VALUE_BYTES: usize = 8 << 20;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The line it begins on, from 1.
    pub line: usize,
    /// The text as it stood there, without the last line's end.
    pub text: String,
    /// Why it is no whole object, where it is none.
    pub fault: Option<String>,
}

/// Reads the pieces of a text.
#[derive(Debug)]
pub struct JsonValues<R> {
    reader: R,
    /// Lines read ahead and given back, the last one first.
    returned: Vec<String>,
    /// The number of the last line taken.
    line: usize,
}

impl<R: BufRead> JsonValues<R> {
    /// Splits what `reader` gives.
    pub fn new(reader: R) -> Self {
        Self { reader, returned: Vec::new(), line: 0 }
    }

    /// The next piece; none at the end of the text.
    pub fn next_piece(&mut self) -> io::Result<Option<Piece>> {
        let first = loop {
            match self.next_line()? {
                None => return Ok(None),
                Some(line) if line.trim().is_empty() => {}
                Some(line) => break line,
            }
        };
        let start = self.line;
        let mut outline = Outline::default();
        if let Err(fault) = outline.read_line(&first) {
            return self.broken(start, vec![first], fault).map(Some);
        }
        let mut bytes = first.len();
        let mut lines = vec![first];
        while !outline.is_whole() {
            let Some(line) = self.next_line()? else {
                return self.broken(start, lines, "the object does not end".into()).map(Some);
            };
            bytes += line.len();
            let read = outline.read_line(&line);
            lines.push(line);
            if bytes > MAX_VALUE_BYTES {
                let fault = format!("the object is longer than {MAX_VALUE_BYTES} bytes");
                return self.broken(start, lines, fault).map(Some);
            }
            if let Err(fault) = read {
                return self.broken(start, lines, fault).map(Some);
            }
        }
        Ok(Some(Piece { line: start, text: joined(lines), fault: None }))
    }

    /// Gives up `lines`, up to the next one that may begin an object; from there
    /// the text is read anew.
    fn broken(&mut self, start: usize, lines: Vec<String>, fault: String) -> io::Result<Piece> {
        let more = lines.iter().skip(1).position(|line| line.starts_with('{'));
        let end = more.map_or(lines.len(), |more| more + 1);
        let mut kept = lines;
        for line in kept.drain(end..).rev() {
            self.line -= 1;
            self.returned.push(line);
        }
        // What is left of an object laid over several lines is no line of its
        // own. Its end shows by the next line that begins an object.
        let laid_out = kept.first().is_some_and(|line| line.starts_with('{'));
        let mut bytes: usize = kept.iter().map(String::len).sum();
        while laid_out && more.is_none() && bytes <= MAX_VALUE_BYTES {
            match self.next_line()? {
                Some(line) if line.starts_with([' ', '\t', '}', ']']) => {
                    bytes += line.len();
                    kept.push(line);
                }
                Some(line) => {
                    self.line -= 1;
                    self.returned.push(line);
                    break;
                }
                None => break,
            }
        }
        Ok(Piece { line: start, text: joined(kept), fault: Some(fault) })
    }

    fn next_line(&mut self) -> io::Result<Option<String>> {
        let line = match self.returned.pop() {
            Some(line) => Some(line),
            None => read_line(&mut self.reader)?,
        };
        self.line += usize::from(line.is_some());
        Ok(line)
    }
}

/// Reads a line with its end. Bytes that are no UTF-8 are replaced: a JSON text
/// with such a mark in it is still told by its line. A line over the limit is
/// cut there, so that no input can fill the memory.
pub(crate) fn read_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    loop {
        let buffer = reader.fill_buf()?;
        let newline = buffer.iter().position(|byte| *byte == b'\n');
        let taken = newline.map_or(buffer.len(), |at| at + 1);
        let room = (MAX_VALUE_BYTES + 1).saturating_sub(bytes.len());
        bytes.extend(buffer.iter().take(taken.min(room)));
        reader.consume(taken);
        if newline.is_some() || taken == 0 {
            break;
        }
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    Ok(Some(match String::from_utf8(bytes) {
        Ok(line) => line,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }))
}

fn joined(lines: Vec<String>) -> String {
    let mut text = lines.concat();
    text.truncate(text.trim_end_matches(['\n', '\r']).len());
    text
}

/// What of an object's outline was read: enough to tell where it ends and that
/// it can't go on.
#[derive(Debug, Default)]
struct Outline {
    /// The brackets that are open.
    open: Vec<u8>,
    /// The last byte that was neither white space nor inside a string.
    last: u8,
    begun: bool,
}

impl Outline {
    fn is_whole(&self) -> bool {
        self.begun && self.open.is_empty()
    }

    fn read_line(&mut self, line: &str) -> Result<(), String> {
        let mut bytes = line.bytes();
        while let Some(byte) = bytes.next() {
            if byte.is_ascii_whitespace() {
                continue;
            }
            if self.is_whole() {
                return Err("more follows on the line where the object ends".into());
            }
            if !self.begun && byte != b'{' {
                return Err("no JSON object begins here".into());
            }
            match byte {
                b'{' | b'[' => self.open(byte)?,
                b'}' => self.close(b'{')?,
                b']' => self.close(b'[')?,
                b'"' => end_string(&mut bytes)?,
                _ => {}
            }
            self.last = byte;
        }
        Ok(())
    }

    fn open(&mut self, bracket: u8) -> Result<(), String> {
        let fits = match self.last {
            b':' => true,
            b'[' | b',' => self.open.last() == Some(&b'['),
            _ => !self.begun,
        };
        if !fits {
            return Err("a new object begins before the one before it ends".into());
        }
        self.begun = true;
        self.open.push(bracket);
        Ok(())
    }

    fn close(&mut self, bracket: u8) -> Result<(), String> {
        if self.open.pop() == Some(bracket) {
            Ok(())
        } else {
            Err("a bracket is closed that is not open".into())
        }
    }
}

/// Reads on over the closing quotation mark of a string.
fn end_string(bytes: &mut std::str::Bytes<'_>) -> Result<(), String> {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return Ok(()),
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
    Err("a string does not end on its line".into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(text: &str) -> Vec<Piece> {
        let mut values = JsonValues::new(text.as_bytes());
        std::iter::from_fn(|| values.next_piece().unwrap()).collect()
    }

    /// Each piece as its line, `ok` or its fault, and its text.
    fn check(text: &str, expected: &[(usize, &str, &str)]) {
        let found = pieces(text);
        let told: Vec<(usize, &str, &str)> = found
            .iter()
            .map(|piece| (piece.line, piece.fault.as_deref().unwrap_or("ok"), &*piece.text))
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn objects_come_one_a_line_or_laid_out() {
        check(
            "{\"a\":1}\n\n{\"b\":\"}\"}\n",
            &[(1, "ok", "{\"a\":1}"), (3, "ok", "{\"b\":\"}\"}")],
        );
        check(
            "{\n  \"a\": [\n    {}, {}\n  ]\n}\r\n{}",
            &[(1, "ok", "{\n  \"a\": [\n    {}, {}\n  ]\n}"), (6, "ok", "{}")],
        );
        check("", &[]);
    }

    #[test]
    fn a_broken_line_costs_only_itself() {
        let early = "a new object begins before the one before it ends";
        check("{\"a\":1\n{}\n", &[(1, early, "{\"a\":1"), (2, "ok", "{}")]);
        check("{\"a\":\n{}\n{}\n", &[(1, early, "{\"a\":"), (2, "ok", "{}"), (3, "ok", "{}")]);
        check("{\"a\n{}", &[(1, "a string does not end on its line", "{\"a"), (2, "ok", "{}")]);
        check("word\n{}", &[(1, "no JSON object begins here", "word"), (2, "ok", "{}")]);
        check(
            "{} {}\n{}",
            &[(1, "more follows on the line where the object ends", "{} {}"), (2, "ok", "{}")],
        );
        check("{}\n{\"a\":[", &[(1, "ok", "{}"), (2, "the object does not end", "{\"a\":[")]);
    }

    #[test]
    fn a_broken_object_laid_out_is_given_up_whole() {
        check(
            "{\n  \"a\": [}\n  \"b\": {}\n}\n{}\n",
            &[
                (1, "a bracket is closed that is not open", "{\n  \"a\": [}\n  \"b\": {}\n}"),
                (5, "ok", "{}"),
            ],
        );
    }

    #[test]
    fn an_object_over_the_limit_is_given_up() {
        let long = format!("{{\"a\":\"{}\"}}\n{{}}\n", "x".repeat(MAX_VALUE_BYTES));
        let found = pieces(&long);
        assert!(found[0].fault.is_some());
        assert_eq!((found[1].line, &*found[1].text, &found[1].fault), (2, "{}", &None));
        let laid_out = format!("{{\n{}{{}}\n", "\"a\": 1,\n".repeat(MAX_VALUE_BYTES / 8 + 1));
        let fault = format!("the object is longer than {MAX_VALUE_BYTES} bytes");
        assert_eq!(pieces(&laid_out)[0].fault, Some(fault));
    }

    proptest! {
        #[test]
        fn no_text_is_lost(text in "[{}\\[\\]:,\"a \\\\\n]{0,60}") {
            let kept: String = pieces(&text).iter().map(|piece| piece.text.as_str()).collect();
            let dense = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(dense(&kept), dense(&text));
        }

        #[test]
        fn whole_objects_after_a_broken_line_are_found(broken in "[^\n{]{0,20}") {
            let text = format!("{{{broken}\n{{\"x\":1}}\n{{\"x\":2}}\n");
            let found = pieces(&text);
            prop_assert_eq!(&found.last().unwrap().text, "{\"x\":2}");
        }
    }
}
