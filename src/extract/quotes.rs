//! Where quotations begin and end.
//!
//! Only the outermost ones count: what is quoted within a quotation is part of it.

use super::token::{Kind, Token, is_apostrophe};

/// The marks of one pair, as far as they are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// " and what is written as two single marks.
    Straight,
    /// “ and ”.
    Curly,
    /// „ and “ or ”.
    Low,
    /// « and », in either direction.
    Guillemets,
    /// ‘ and ’.
    CurlySingle,
    /// ' and '.
    StraightSingle,
    /// 「 and 」, 『 and 』.
    Corner,
}

/// A quotation: the tokens from `open` up to `end`, its marks among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quotation {
    /// The opening mark.
    pub(super) open: usize,
    /// The token after the closing mark, or after the last token where none closes it.
    pub(super) end: usize,
    /// Whether a mark closes it.
    pub(super) closed: bool,
}

impl Quotation {
    /// The words between the marks.
    pub(super) fn inside(&self) -> std::ops::Range<usize> {
        self.open + 1..self.end - usize::from(self.closed)
    }
}

/// Finds the quotations of a paragraph, in order. `continues` says that the next
/// paragraph begins with a mark, so that an open quotation may go on there; else one
/// that is never closed ends with its sentence.
pub(super) fn pair(tokens: &[Token], continues: bool, found: &mut Vec<Quotation>) {
    found.clear();
    let singles_ahead = singles_ahead(tokens);
    let mut open: Option<(usize, Style)> = None;
    for (place, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Quote {
            continue;
        }
        let role = role(tokens, place, open.map(|(_, style)| style), &singles_ahead);
        match (role, open) {
            (Role::Opens(style), None) => open = Some((place, style)),
            (Role::Opens(style), Some((start, _))) => {
                // The one before was never closed.
                found.push(unclosed(tokens, start, place));
                open = Some((place, style));
            }
            (Role::Closes, Some((start, _))) => {
                found.push(Quotation { open: start, end: place + 1, closed: true });
                open = None;
            }
            (Role::Closes | Role::Nothing, _) => {}
        }
    }
    if let Some((start, _)) = open {
        found.push(if continues {
            Quotation { open: start, end: tokens.len(), closed: false }
        } else {
            unclosed(tokens, start, tokens.len())
        });
    }
    found.retain(|quotation| !quotation.inside().is_empty());
}

/// A quotation without an end: up to the end of its first sentence, or `limit`.
fn unclosed(tokens: &[Token], open: usize, limit: usize) -> Quotation {
    let inside = tokens.iter().enumerate().take(limit).skip(open + 1);
    let stop = inside.filter(|(_, token)| token.kind == Kind::Stop).map(|(place, _)| place + 1);
    let end = stop.take(1).next().unwrap_or(limit);
    Quotation { open, end, closed: false }
}

enum Role {
    Opens(Style),
    Closes,
    Nothing,
}

/// What a mark does, where `open` is the style of the quotation that is open.
fn role(tokens: &[Token], place: usize, open: Option<Style>, singles_ahead: &[u32]) -> Role {
    let before = place.checked_sub(1).and_then(|it| tokens.get(it)).copied().unwrap_or_default();
    let token = tokens.get(place).copied().unwrap_or_default();
    let after = tokens.get(place + 1).copied().unwrap_or_default();
    let at_word = after.kind != Kind::Edge && !after.spaced;
    let begins = token.spaced || matches!(before.kind, Kind::Open | Kind::Dash | Kind::Edge);
    match token.mark {
        '\u{201c}' if open == Some(Style::Low) => Role::Closes,
        // Nested double marks of the same form are rare: the one before was not closed.
        '\u{201c}' | '\u{201f}' => double(Role::Opens(Style::Curly), open),
        '\u{201d}' if open == Some(Style::Curly) || open == Some(Style::Low) => Role::Closes,
        '\u{201d}' if open.is_none() && begins && at_word => Role::Opens(Style::Curly),
        '\u{201e}' => double(Role::Opens(Style::Low), open),
        '\u{ab}' | '\u{2039}' | '\u{bb}' | '\u{203a}' => match open {
            Some(Style::Guillemets) => Role::Closes,
            None => Role::Opens(Style::Guillemets),
            Some(_) => Role::Nothing,
        },
        '\u{300c}' | '\u{300e}' if open.is_none() => Role::Opens(Style::Corner),
        '\u{300d}' | '\u{300f}' if open == Some(Style::Corner) => Role::Closes,
        // Two single marks close what two backticks opened.
        '"' if open == Some(Style::Curly) && token.last - token.first == 2 => Role::Closes,
        '"' | '\u{ff02}' => straight(open, begins, at_word, after),
        '\u{2018}' | '\u{201b}' if open.is_none() && at_word => {
            single(Style::CurlySingle, place, singles_ahead)
        }
        mark if is_apostrophe(mark) => match open {
            Some(Style::CurlySingle) if mark == '\u{2019}' && !at_letter(after) => Role::Closes,
            Some(Style::StraightSingle) if mark == '\'' && !begins && !at_letter(after) => {
                Role::Closes
            }
            None if mark == '\'' && (begins || before.kind == Kind::Quote) && at_letter(after) => {
                single(Style::StraightSingle, place, singles_ahead)
            }
            _ => Role::Nothing,
        },
        _ => Role::Nothing,
    }
}

/// Whether a word follows without a space.
fn at_letter(after: Token) -> bool {
    after.is_word() && !after.spaced
}

/// Within single marks, double ones are nested.
fn double(role: Role, open: Option<Style>) -> Role {
    match open {
        Some(Style::CurlySingle | Style::StraightSingle | Style::Guillemets | Style::Corner) => {
            Role::Nothing
        }
        _ => role,
    }
}

/// The straight mark both opens and closes: spaces tell which.
fn straight(open: Option<Style>, begins: bool, at_word: bool, after: Token) -> Role {
    match open {
        Some(Style::Straight) if begins && at_word && after.is_word() => {
            Role::Opens(Style::Straight)
        }
        Some(Style::Straight) => Role::Closes,
        Some(_) => Role::Nothing,
        None if begins || at_letter(after) => Role::Opens(Style::Straight),
        None => Role::Nothing,
    }
}

/// A single mark opens a quotation only where one that may close it follows:
/// elsewhere it is an apostrophe ('90s).
fn single(style: Style, place: usize, singles_ahead: &[u32]) -> Role {
    if singles_ahead.get(place + 1).is_some_and(|ahead| *ahead > 0) {
        Role::Opens(style)
    } else {
        Role::Nothing
    }
}

/// For each token, how many single marks from it on may close a quotation and are
/// not the apostrophe of a plural's genitive.
fn singles_ahead(tokens: &[Token]) -> Vec<u32> {
    if !tokens.iter().any(|token| matches!(token.mark, '\'' | '\u{2018}')) {
        return Vec::new();
    }
    let mut ahead = vec![0; tokens.len() + 1];
    for place in (0..tokens.len()).rev() {
        let token = tokens.get(place).copied().unwrap_or_default();
        let after = tokens.get(place + 1).copied().unwrap_or_default();
        let before =
            place.checked_sub(1).and_then(|it| tokens.get(it)).copied().unwrap_or_default();
        let genitive = before.ending == super::token::Ending::S && after.is_word();
        let closes = is_apostrophe(token.mark) && !token.spaced && !at_letter(after) && !genitive;
        let more = ahead.get(place + 1).copied().unwrap_or_default() + u32::from(closes);
        if let Some(slot) = ahead.get_mut(place) {
            *slot = more;
        }
    }
    ahead
}

#[cfg(test)]
mod tests {
    use super::super::token;
    use super::*;

    /// The quotations of a text, each in brackets with `~` where nothing closes it.
    fn check(text: &str, continues: bool, expected: &[&str]) {
        let (mut tokens, mut found) = (Vec::new(), Vec::new());
        token::read(text, 0, 0, &mut tokens);
        pair(&tokens, continues, &mut found);
        let words = |it: &Quotation| {
            let inside = it.inside();
            let words = &text[tokens[inside.start].start..tokens[inside.end - 1].end];
            format!("{words}{}", if it.closed { "" } else { "~" })
        };
        assert_eq!(found.iter().map(words).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn marks_of_each_style_pair() {
        check("He said \"it is so\" and \"not so\".", false, &["it is so", "not so"]);
        check("He said “it is so” and left.", false, &["it is so"]);
        check("''We go,'' he said. ''Now.''", false, &["We go,", "Now."]);
        check("``We go,'' he said.", false, &["We go,"]);
        check("‘We won’t go,’ he said.", false, &["We won’t go,"]);
        check("He said: 'We don't go.' Then left.", false, &["We don't go."]);
        check("«Nous allons», dit-il. »Wir gehen«", false, &["Nous allons", "Wir gehen"]);
        check("„Wir gehen“, sagte er.", false, &["Wir gehen"]);
        check("「行く」と言った", false, &["行く"]);
    }

    #[test]
    fn what_is_quoted_within_a_quotation_is_part_of_it() {
        check(
            "“She told me, ‘Go home,’ and I went,” he said.",
            false,
            &["She told me, ‘Go home,’ and I went,"],
        );
        check("\"She told me, 'Go home,'\" he said.", false, &["She told me, 'Go home,'"]);
    }

    #[test]
    fn apostrophes_open_nothing() {
        check("In the '90s the workers' union didn't strike.", false, &[]);
        check("The Democrats’ plan and Jones’ reply", false, &[]);
    }

    #[test]
    fn what_is_not_closed_ends_with_its_sentence_or_goes_on() {
        check("\"We go. Then he left.", false, &["We go.~"]);
        check("“We go. We stay.", true, &["We go. We stay.~"]);
        check("“We go. “We stay.” He left.", false, &["We go.~", "We stay."]);
        check("We go” he said.", false, &[]);
        check("\"", false, &[]);
        check("\"\"", false, &[]);
    }
}
