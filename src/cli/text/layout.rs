//! Lines and columns by the width that characters take on a terminal.

use unicode_width::UnicodeWidthStr as _;

use super::{FAINT, WIDTH, styled};

/// The text with its control characters left out but line ends: what comes from
/// elsewhere must not steer a terminal.
pub(in crate::cli) fn harmless(text: &str) -> String {
    text.chars().filter(|char| !char.is_control() || *char == '\n').collect()
}

/// Breaks text into lines of at most `width` columns at white space; a longer
/// word stands alone. Line ends of the text are kept.
pub(in crate::cli) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in harmless(text).trim_end().lines() {
        let mut line = String::new();
        let mut columns = 0;
        for word in paragraph.split_whitespace() {
            let more = word.width();
            // A line that shows nothing may hold a word all the same: a mark
            // of no width of its own.
            if !line.is_empty() && columns + 1 + more > width {
                lines.push(std::mem::take(&mut line));
                columns = 0;
            }
            if !line.is_empty() {
                line.push(' ');
                columns += 1;
            }
            line.push_str(word);
            columns += more;
        }
        lines.push(line);
    }
    lines
}

/// Wraps text under an indentation.
pub(in crate::cli) fn indented(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let lines = wrap(text, WIDTH.saturating_sub(indent));
    lines.iter().map(|line| format!("{margin}{line}").trim_end().to_owned() + "\n").collect()
}

/// The text with spaces after it up to `width` columns.
pub(in crate::cli) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The beginning of a text that is wider than `width` columns.
pub(in crate::cli) fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for char in text.chars() {
        if format!("{short}{char}…").width() > width {
            break;
        }
        short.push(char);
    }
    format!("{short}…")
}

/// Rows as columns, each as wide as its widest cell, two spaces between.
pub(in crate::cli) fn columns(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let pad = |row: &Vec<String>| {
        row.iter().zip(&widths).map(|(cell, width)| padded(cell, *width)).collect()
    };
    rows.iter().map(pad).collect()
}

/// Labelled values below each other, the values aligned and wrapped. A label is
/// written once for all of its values.
pub(in crate::cli) fn fields(rows: &[(&str, Vec<String>)]) -> String {
    let label_width = rows.iter().map(|(label, _)| label.width()).max().unwrap_or(0);
    let indent = 2 + label_width + 2;
    let mut out = String::new();
    for (label, values) in rows {
        let lines = values.iter().flat_map(|value| wrap(value, WIDTH.saturating_sub(indent)));
        for (number, line) in lines.enumerate() {
            let label = if number == 0 { *label } else { "" };
            out.push_str(&format!("  {}  {line}\n", styled(FAINT, &padded(label, label_width))));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_break_by_the_width_that_is_seen() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("漢字 漢字", 5), ["漢字", "漢字"]);
        assert_eq!(wrap("a\n\nb", 5), ["a", "", "b"]);
        assert_eq!(wrap("overlong b", 5), ["overlong", "b"]);
        assert_eq!(wrap("", 5), Vec::<String>::new());
        assert_eq!(wrap("\u{301} b", 5), ["\u{301} b"]);
        assert_eq!(wrap("\u{301} b", 1), ["\u{301}", "b"]);
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a".to_owned(), "b".to_owned()], vec!["漢".to_owned(), "cc".to_owned()]];
        assert_eq!(columns(&rows), [["a ", "b "], ["漢", "cc"]]);
    }

    #[test]
    fn control_characters_reach_no_terminal() {
        assert_eq!(harmless("a\u{1b}[31mb\nc\u{7}"), "a[31mb\nc");
    }

    proptest! {
        #[test]
        fn wrapping_loses_no_word(text in "\\PC{0,80}", width in 1usize..40) {
            let joined = wrap(&text, width).join(" ");
            let words: Vec<&str> = joined.split_whitespace().collect();
            let expected = harmless(&text);
            prop_assert_eq!(words, expected.split_whitespace().collect::<Vec<_>>());
        }
    }
}
