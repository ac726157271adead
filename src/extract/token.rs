//! Words and marks, with where they stand.

use super::lexicon::{Classes, Entry, Lexicon};

/// What a token is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// The edge of a paragraph: what stands before the first token and after the last.
    #[default]
    Edge,
    /// A word.
    Word,
    /// A number.
    Number,
    /// A mark that opens or closes a quotation, or may.
    Quote,
    /// A comma.
    Comma,
    /// What may end a sentence.
    Stop,
    /// A colon.
    Colon,
    /// A semicolon.
    Semicolon,
    /// A dash between words.
    Dash,
    /// An opening bracket.
    Open,
    /// A closing bracket.
    Close,
    /// Any other mark.
    Other,
}

/// A word or a mark.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// The first byte in the text.
    pub(super) start: usize,
    /// The byte after the last.
    pub(super) end: usize,
    /// The first code point in the text.
    pub(super) first: usize,
    /// The code point after the last.
    pub(super) last: usize,
    /// The mark itself, where it is one.
    pub(super) mark: char,
    /// Whether white space stands before it.
    pub(super) spaced: bool,
    /// Whether it begins with a capital letter.
    pub(super) capital: bool,
    /// Whether it begins with a small letter.
    pub(super) small: bool,
    /// How the word ends, as far as that tells of its use.
    pub(super) ending: Ending,
    /// What the lexicon knows of it.
    pub(super) entry: Entry,
    /// The part of speech of a word, worked out once: it is asked for hundreds of times.
    pub(super) part_of_speech: u8,
}

/// How a word ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ending {
    /// No ending that tells anything.
    #[default]
    Plain,
    /// -ed.
    Ed,
    /// -ing.
    Ing,
    /// -ly.
    Ly,
    /// -s.
    S,
    /// -tion, -ment, -ness, -ity, -ism, -er, -or, -ist: most are nouns.
    Noun,
    /// -al, -ive, -ous, -ful, -less, -able, -ible, -ic: most are adjectives.
    Adjective,
}

impl Token {
    /// Whether the word is of any of these classes.
    pub(super) fn is(&self, classes: Classes) -> bool {
        self.entry.classes.any(classes)
    }

    /// Whether it is a word or a number.
    pub(super) fn is_word(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Number)
    }
}

/// Reads the words and marks of one paragraph, `text[start..end]`, whose first code
/// point is `first`, into `tokens`.
pub(super) fn read(text: &str, start: usize, first: usize, tokens: &mut Vec<Token>) {
    let mut reader = Reader {
        text,
        byte: 0,
        point: 0,
        lower: String::new(),
        base: (start, first),
        lexicon: Lexicon::english(),
    };
    tokens.clear();
    let mut spaced = true;
    while let Some(character) = reader.peek() {
        if is_space(character) {
            reader.step(character);
            spaced = true;
            continue;
        }
        let mut token = reader.token(character);
        token.spaced = spaced;
        tokens.push(token);
        spaced = false;
    }
}

/// White space, and marks that cannot be seen.
fn is_space(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}')
}

struct Reader<'a> {
    text: &'a str,
    byte: usize,
    point: usize,
    lower: String,
    base: (usize, usize),
    lexicon: &'static Lexicon,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &str {
        self.text.get(self.byte..).unwrap_or_default()
    }

    fn step(&mut self, character: char) {
        self.byte += character.len_utf8();
        self.point += 1;
    }

    fn token(&mut self, character: char) -> Token {
        let (start, first) = (self.base.0 + self.byte, self.base.1 + self.point);
        let mut token = if character.is_alphanumeric() || self.begins_clitic(character) {
            self.word(character)
        } else {
            self.mark(character)
        };
        token.start = start;
        token.first = first;
        token.end = self.base.0 + self.byte;
        token.last = self.base.1 + self.point;
        token
    }

    /// Whether an apostrophe begins 's, 're, 've, 'll, 'd or 'm right after a word.
    fn begins_clitic(&self, character: char) -> bool {
        let after_word = self
            .text
            .get(..self.byte)
            .and_then(|before| before.chars().next_back())
            .is_some_and(char::is_alphanumeric);
        is_apostrophe(character) && after_word && clitic_length(self.rest()).is_some()
    }

    fn word(&mut self, character: char) -> Token {
        self.lower.clear();
        let mut capital = character.is_uppercase();
        let mut number = character.is_numeric();
        if let Some(length) = is_apostrophe(character).then(|| clitic_length(self.rest())).flatten()
        {
            (capital, number) = (false, false);
            for _ in 0..length {
                self.take();
            }
        } else {
            self.letters(&mut number);
        }
        let mut token = Token {
            kind: if number { Kind::Number } else { Kind::Word },
            capital,
            small: character.is_lowercase(),
            ending: ending(&self.lower),
            entry: self.lexicon.get(&self.lower),
            mark: '\0',
            ..Token::default()
        };
        token.part_of_speech = token.told_part_of_speech();
        token
    }

    /// Takes one character into the word.
    fn take(&mut self) {
        if let Some(character) = self.peek() {
            self.step(character);
            if is_apostrophe(character) {
                self.lower.push('\'');
            } else if self.lower.len() < 64 {
                self.lower.extend(character.to_lowercase());
            }
        }
    }

    fn letters(&mut self, number: &mut bool) {
        while let Some(character) = self.peek() {
            if character.is_alphanumeric() {
                *number &= character.is_numeric();
                self.take();
                continue;
            }
            let mut after = self.rest().chars().skip(1);
            let next = after.next().unwrap_or(' ');
            let inside = next.is_alphanumeric();
            let taken = match character {
                '-' | '\u{2010}' | '\u{2011}' | '_' | '@' | '/' | '&' => inside,
                '\'' | '\u{2019}' => inside && clitic_length(self.rest()).is_none(),
                '.' => self.takes_period(next),
                ',' | ':' => *number && next.is_ascii_digit(),
                // Marks that combine with the letter before them.
                '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{200c}' => true,
                _ => false,
            };
            if !taken {
                return;
            }
            self.take();
        }
    }

    /// Whether a period belongs to the word before it: an abbreviation, initials, or
    /// a number or address that goes on.
    fn takes_period(&self, next: char) -> bool {
        if next.is_alphanumeric() {
            return true;
        }
        if self.lower.len() > 8 {
            return false;
        }
        let letter = self.lower.rsplit('.').next().unwrap_or_default();
        let is_initial = letter.chars().count() == 1 && letter.chars().all(char::is_alphabetic);
        if is_initial {
            // "I." ends a sentence more often than it is an initial.
            return self.lower != "i";
        }
        let mut dotted = String::with_capacity(9);
        dotted.push_str(&self.lower);
        dotted.push('.');
        let known = Classes::ABBREVIATION.or(Classes::TITLE);
        let dated = Classes::WEEKDAY.or(Classes::MONTH);
        self.lexicon.get(&dotted).classes.any(known.or(dated))
    }

    fn mark(&mut self, character: char) -> Token {
        self.step(character);
        let mut mark = character;
        // Two single marks are one double mark.
        if matches!(character, '\'' | '`' | '\u{2018}' | '\u{2019}')
            && self.peek() == Some(character)
        {
            self.step(character);
            mark = match character {
                '\'' => '"',
                '`' | '\u{2018}' => '\u{201c}',
                _ => '\u{201d}',
            };
        }
        if character == '-' && self.peek() == Some('-') {
            self.step('-');
            mark = '\u{2014}';
        }
        while matches!(mark, '.' | '!' | '?' | '\u{2026}')
            && let Some(again @ ('.' | '!' | '?' | '\u{2026}')) = self.peek()
        {
            self.step(again);
            mark = if again == '.' { '\u{2026}' } else { again };
        }
        Token { kind: kind_of(mark), mark, ..Token::default() }
    }
}

/// What a mark is.
fn kind_of(mark: char) -> Kind {
    match mark {
        '"'
        | '\''
        | '`'
        | '\u{ab}'
        | '\u{bb}'
        | '\u{2018}'..='\u{201f}'
        | '\u{2039}'
        | '\u{203a}'
        | '\u{300c}'..='\u{300f}'
        | '\u{ff02}' => Kind::Quote,
        ',' | '\u{60c}' | '\u{ff0c}' | '\u{3001}' => Kind::Comma,
        '.' | '!' | '?' | '\u{2026}' | '\u{61f}' | '\u{6d4}' | '\u{3002}' | '\u{964}' => Kind::Stop,
        ':' | '\u{ff1a}' => Kind::Colon,
        ';' | '\u{61b}' => Kind::Semicolon,
        '-' | '\u{2010}'..='\u{2015}' => Kind::Dash,
        '(' | '[' | '{' => Kind::Open,
        ')' | ']' | '}' => Kind::Close,
        _ => Kind::Other,
    }
}

/// Whether it may stand for an apostrophe.
pub(super) fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}')
}

/// How many characters the clitic has that `rest` begins with, such as 's.
fn clitic_length(rest: &str) -> Option<usize> {
    let mut characters = rest.chars().skip(1).map(|it| it.to_ascii_lowercase());
    let (first, second, third) = (characters.next()?, characters.next(), characters.next());
    let ends = |character: Option<char>| !character.is_some_and(char::is_alphanumeric);
    match (first, second) {
        ('s' | 'd' | 'm', second) if ends(second) => Some(2),
        ('r' | 'v', Some('e')) | ('l', Some('l')) if ends(third) => Some(3),
        _ => None,
    }
}

/// How a word ends.
fn ending(word: &str) -> Ending {
    const NOUNS: [&str; 9] = ["tion", "sion", "ment", "ness", "ity", "ism", "ist", "ship", "ance"];
    const ADJECTIVES: [&str; 8] = ["al", "ive", "ous", "ful", "less", "able", "ible", "ic"];
    let long = word.len() > 4;
    match word {
        _ if !long => Ending::Plain,
        _ if word.ends_with("ed") => Ending::Ed,
        _ if word.ends_with("ing") => Ending::Ing,
        _ if word.ends_with("ly") => Ending::Ly,
        _ if NOUNS.iter().any(|it| word.ends_with(it)) => Ending::Noun,
        _ if ADJECTIVES.iter().any(|it| word.ends_with(it)) => Ending::Adjective,
        _ if word.ends_with('s') && !word.ends_with("ss") => Ending::S,
        _ => Ending::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut tokens = Vec::new();
        read(text, 0, 0, &mut tokens);
        let found: Vec<&str> = tokens.iter().map(|token| &text[token.start..token.end]).collect();
        assert_eq!(found, expected, "{text}");
        for token in &tokens {
            let words: String =
                text.chars().skip(token.first).take(token.last - token.first).collect();
            assert_eq!(words, text[token.start..token.end], "{text}");
        }
    }

    #[test]
    fn words_and_marks_are_told_apart() {
        check("He said so, twice.", &["He", "said", "so", ",", "twice", "."]);
        check("don't it's they've Jones'", &["don't", "it", "'s", "they", "'ve", "Jones", "'"]);
        check("He’s Smith’s o’clock", &["He", "’s", "Smith", "’s", "o’clock"]);
        check(
            "U.S. Mr. Smith, J. R. Jones.",
            &["U.S.", "Mr.", "Smith", ",", "J.", "R.", "Jones", "."],
        );
        check("$3.5 1,000 10:30 well-known", &["$", "3.5", "1,000", "10:30", "well-known"]);
        check("wait... what?! no -- yes", &["wait", "...", "what", "?!", "no", "--", "yes"]);
        check("''Go,'' ``Go''", &["''", "Go", ",", "''", "``", "Go", "''"]);
        check("naïve e\u{301}té سەرۆک 👍", &["naïve", "e\u{301}té", "سەرۆک", "👍"]);
        check("", &[]);
    }
}
