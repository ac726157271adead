//! The path of the field at a place in a JSON text, for error messages.

/// One level of nesting that the walk is in.
enum Level<'a> {
    /// An object, and the key that was read last.
    Object(Option<&'a str>),
    /// An array, and the index of the element.
    Array(usize),
}

/// The path of what stands at `line` and `column` (both from 1, in bytes), as in
/// `article.authors[2]`. Empty at the top, and where the text is no JSON.
#[must_use]
pub(super) fn at(text: &str, line: usize, column: usize) -> String {
    let line_start: usize = text.split_inclusive('\n').take(line - line.min(1)).map(str::len).sum();
    let end = line_start.saturating_add(column).min(text.len());
    write(&walk(text.get(..end).or_else(|| text.get(..line_start)).unwrap_or_default()))
}

/// Reads `text`, the beginning of a JSON value, and tells where its end stands.
fn walk(text: &str) -> Vec<Level<'_>> {
    let mut levels = Vec::new();
    let mut key_comes = false;
    let mut chars = text.char_indices();
    while let Some((start, char)) = chars.next() {
        match char {
            '{' => {
                levels.push(Level::Object(None));
                key_comes = true;
            }
            '[' => {
                levels.push(Level::Array(0));
                key_comes = false;
            }
            // At the very end of the text the bracket belongs to the level still.
            '}' | ']' if start + 1 < text.len() => {
                levels.pop();
                key_comes = false;
            }
            ',' => match levels.last_mut() {
                Some(Level::Array(index)) => *index += 1,
                Some(Level::Object(_)) => key_comes = true,
                None => {}
            },
            '"' => {
                let end = end_of_string(&mut chars).unwrap_or(text.len());
                if let (true, Some(Level::Object(key))) = (key_comes, levels.last_mut()) {
                    *key = text.get(start + 1..end);
                    key_comes = false;
                }
            }
            _ => {}
        }
    }
    levels
}

/// Reads on to the closing quotation mark and tells where it stands.
fn end_of_string(chars: &mut std::str::CharIndices<'_>) -> Option<usize> {
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some(at),
            '\\' => {
                chars.next();
            }
            _ => {}
        }
    }
    None
}

fn write(levels: &[Level<'_>]) -> String {
    let mut path = String::new();
    for level in levels {
        match level {
            Level::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Level::Object(None) => {}
            Level::Array(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_names_keys_and_indexes() {
        let check = |text: &str, expected: &str| assert_eq!(at(text, 1, text.len()), expected);
        check(r#"{"a": {"b": [1, {"c": 5"#, "a.b[1].c");
        check(r#"{"a": [1, 2], "b": "x,{\"y"#, "b");
        check(r#"{"a": {"b": 1}, "c": 2"#, "c");
        check("", "");
        check("[1, 2", "[1]");
    }

    proptest! {
        #[test]
        fn any_place_in_any_text_is_survived(text in "\\PC{0,40}", line in 0usize..4, column in 0usize..60) {
            let _ = at(&text, line, column);
        }
    }
}
