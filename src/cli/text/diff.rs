//! What changed between two texts, word by word, in 80 columns: what is gone as
//! `[-words-]`, what is new as `{+words+}`, in colours where there are any.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

use super::WIDTH;
use super::layout::{harmless, wrap};
use crate::rpc::pb;

const GONE: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();
/// How long a diff may take before it is told more coarsely.
const PATIENCE: Duration = Duration::from_secs(2);

/// The lines that differ, the others left out as an ellipsis; empty where the
/// texts are the same.
pub(in crate::cli) fn words(before: &str, after: &str) -> String {
    let (before, after) = (before.trim_end(), after.trim_end());
    if before == after {
        return String::new();
    }
    let mut out = String::new();
    let mut left_out = false;
    let mut tag = ChangeTag::Equal;
    for line in marked(before, after).lines() {
        let differs = tag != ChangeTag::Equal || line.contains("[-") || line.contains("{+");
        if !differs {
            left_out |= !line.trim().is_empty();
            continue;
        }
        if std::mem::take(&mut left_out) {
            out.push_str("  …\n");
        }
        for wrapped in wrap(line, WIDTH - 2) {
            let coloured = coloured(&wrapped, &mut tag);
            out.push_str(format!("  {coloured}").trim_end());
            out.push('\n');
        }
    }
    if left_out {
        out.push_str("  …\n");
    }
    out
}

/// What became of words, wrapped under an indentation: what was said and is gone,
/// what is new, and in parentheses what an ellipsis leaves out.
pub(in crate::cli) fn changes(changes: &[pb::WordChange], indent: usize) -> String {
    let mut line = String::from("“");
    for change in changes {
        if line.len() > '“'.len_utf8() {
            line.push(' ');
        }
        let (said, given) = (harmless(&change.said), harmless(&change.given));
        match change.kind() {
            pb::WordChangeKind::Dropped => line.push_str(&format!("[-{said}-]")),
            pb::WordChangeKind::Added => line.push_str(&format!("{{+{given}+}}")),
            pb::WordChangeKind::Changed => line.push_str(&format!("[-{said}-]{{+{given}+}}")),
            pb::WordChangeKind::Omitted => line.push_str(&format!("({said})")),
            pb::WordChangeKind::Bracketed if given.is_empty() => line.push_str(&said),
            pb::WordChangeKind::Bracketed => line.push_str(&format!("[{given}]")),
            pb::WordChangeKind::Same | pb::WordChangeKind::Unspecified => line.push_str(&said),
        }
    }
    line.push('”');
    let margin = " ".repeat(indent);
    let mut tag = ChangeTag::Equal;
    let lines = wrap(&line, WIDTH.saturating_sub(indent));
    lines.iter().map(|line| format!("{margin}{}\n", coloured(line, &mut tag))).collect()
}

/// The newer text with what is gone and what is new between marks.
fn marked(before: &str, after: &str) -> String {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_words(before, after);
    let mut out = String::new();
    let mut open = ChangeTag::Equal;
    for change in diff.iter_all_changes() {
        let tag = change.tag();
        if tag != open {
            close(&mut out, open);
            out.push_str(opening(tag));
            open = tag;
        }
        out.push_str(change.value());
    }
    close(&mut out, open);
    out
}

/// Ends what is gone or new; white space at its end stands behind the mark.
fn close(out: &mut String, open: ChangeTag) {
    if open != ChangeTag::Equal {
        let space = out.split_off(out.trim_end().len());
        out.push_str(closing(open));
        out.push_str(&space);
    }
}

fn opening(tag: ChangeTag) -> &'static str {
    match tag {
        ChangeTag::Equal => "",
        ChangeTag::Delete => "[-",
        ChangeTag::Insert => "{+",
    }
}

fn closing(tag: ChangeTag) -> &'static str {
    match tag {
        ChangeTag::Equal => "",
        ChangeTag::Delete => "-]",
        ChangeTag::Insert => "+}",
    }
}

fn style(tag: ChangeTag) -> Option<Style> {
    match tag {
        ChangeTag::Equal => None,
        ChangeTag::Delete => Some(GONE),
        ChangeTag::Insert => Some(NEW),
    }
}

/// A line with colours between the marks; `tag` is what the line begins in, and
/// afterwards what the next one does.
fn coloured(line: &str, tag: &mut ChangeTag) -> String {
    let mut out = style(*tag).map_or_else(String::new, |style| style.to_string());
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let mark = rest.get(..2).unwrap_or_default();
        let (text, length) = match (*tag, mark) {
            (ChangeTag::Equal, "[-") => {
                *tag = ChangeTag::Delete;
                (format!("{GONE}{mark}"), 2)
            }
            (ChangeTag::Equal, "{+") => {
                *tag = ChangeTag::Insert;
                (format!("{NEW}{mark}"), 2)
            }
            (ChangeTag::Delete, "-]") | (ChangeTag::Insert, "+}") => {
                *tag = ChangeTag::Equal;
                (format!("{mark}{GONE:#}"), 2)
            }
            _ => (first.to_string(), first.len_utf8()),
        };
        out.push_str(&text);
        rest = rest.get(length..).unwrap_or_default();
    }
    if let Some(style) = style(*tag) {
        out.push_str(&format!("{style:#}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::{Expect, expect};

    use super::*;

    fn check(before: &str, after: &str, expected: Expect) {
        // The first line keeps the indentation of the others from being trimmed.
        expected.assert_eq(&format!("diff\n{}", strip_str(&words(before, after))));
    }

    #[test]
    fn what_is_gone_and_what_is_new_stand_in_their_lines() {
        check(
            "one\ntwo\nthree",
            "one\ntwo\nthree",
            expect![[r#"
            diff
        "#]],
        );
        check(
            "First.\n\nWe need the support of everyone.\n\nLast.",
            "First.\n\nWe need the help of everyone.\n\nLast.\n",
            expect![[r#"
                diff
                  …
                  We need the [-support-]{+help+} of everyone.
                  …
            "#]],
        );
    }

    #[test]
    fn changes_of_a_quote_are_told_in_its_words() {
        let change = |kind: pb::WordChangeKind, said: &str, given: &str| pb::WordChange {
            kind: kind.into(),
            said: said.into(),
            given: given.into(),
        };
        let told = changes(
            &[
                change(pb::WordChangeKind::Same, "We will", "We will"),
                change(pb::WordChangeKind::Dropped, "not", ""),
                change(pb::WordChangeKind::Changed, "accept", "take"),
                change(pb::WordChangeKind::Omitted, "any deal that", ""),
                change(pb::WordChangeKind::Added, "", "ever"),
                change(pb::WordChangeKind::Bracketed, "leaves", "left"),
            ],
            2,
        );
        let expected = "  “We will [-not-] [-accept-]{+take+} (any deal that) {+ever+} [left]”\n";
        assert_eq!(strip_str(&told).to_string(), expected);
    }

    #[test]
    fn a_change_over_several_lines_is_told_whole() {
        let after = "The beginning.\n\nA new paragraph that is long enough to be broken into two \
                     lines on a terminal.\n\nThe end.";
        check(
            "The beginning.\n\nThe end.",
            after,
            expect![[r#"
                diff
                  …
                  {+A new paragraph that is long enough to be broken into two lines on a
                  terminal.+}
                  …
            "#]],
        );
    }
}
