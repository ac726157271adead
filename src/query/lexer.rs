//! Cuts a filter into tokens, in one pass.

use std::iter::Peekable;
use std::str::Chars;

use super::ast::{Comparator, KEYWORDS, Literal, is_bare};
use super::error::FilterError;

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Its first code point, counted from 1.
    pub(super) column: usize,
    /// Whether it follows the token before it without a space.
    pub(super) adjacent: bool,
}

impl Token {
    /// Whether it may name something, as a test whose arguments follow.
    pub(super) fn is_name(&self) -> bool {
        matches!(&self.kind, TokenKind::Bare(Literal(pieces))
            if matches!(pieces.as_slice(), [word] if !KEYWORDS.contains(&word.as_str())))
    }

    /// Whether it opens the arguments of the name before it.
    pub(super) fn opens_arguments(&self) -> bool {
        self.kind == TokenKind::Open && self.adjacent
    }
}

/// The kinds of token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Open,
    Close,
    Comma,
    Dot,
    Minus,
    Comparator(Comparator),
    /// A name or a value without quotes, keywords too.
    Bare(Literal),
    /// A name or a value in quotes.
    Quoted(Literal),
    /// The end of the filter.
    End,
}

/// Cuts `text` into tokens, the last of which is the end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let mut lexer = Lexer { chars: text.chars().peekable(), column: 1, value_follows: false };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.token()?;
        let ended = token.kind == TokenKind::End;
        lexer.value_follows = match token.kind {
            TokenKind::Comparator(_) | TokenKind::Comma => true,
            TokenKind::Open => token.opens_arguments() && tokens.last().is_some_and(Token::is_name),
            _ => false,
        };
        tokens.push(token);
        if ended {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    chars: Peekable<Chars<'a>>,
    /// Where the next code point stands.
    column: usize,
    /// A bare value, of a comparison or given to a named test, may hold dots,
    /// colons and a leading minus, as in times.
    value_follows: bool,
}

impl Lexer<'_> {
    fn bump(&mut self) -> Option<char> {
        let char = self.chars.next();
        self.column += usize::from(char.is_some());
        char
    }

    fn bump_if(&mut self, wanted: char) -> bool {
        let found = self.chars.peek() == Some(&wanted);
        if found {
            self.bump();
        }
        found
    }

    fn token(&mut self) -> Result<Token, FilterError> {
        let before = self.column;
        while self.chars.peek().is_some_and(|char| char.is_whitespace()) {
            self.bump();
        }
        let column = self.column;
        let kind = self.kind()?;
        Ok(Token { kind, column, adjacent: column == before })
    }

    fn kind(&mut self) -> Result<TokenKind, FilterError> {
        let Some(&first) = self.chars.peek() else { return Ok(TokenKind::End) };
        if is_bare(first, self.value_follows) && (first != '-' || self.value_follows) {
            return Ok(TokenKind::Bare(self.bare()));
        }
        let column = self.column;
        self.bump();
        Ok(match first {
            '(' => TokenKind::Open,
            ')' => TokenKind::Close,
            ',' => TokenKind::Comma,
            '.' => TokenKind::Dot,
            '-' => TokenKind::Minus,
            ':' => TokenKind::Comparator(Comparator::Has),
            '=' => TokenKind::Comparator(Comparator::Equal),
            '<' if self.bump_if('=') => TokenKind::Comparator(Comparator::LessOrEqual),
            '<' => TokenKind::Comparator(Comparator::Less),
            '>' if self.bump_if('=') => TokenKind::Comparator(Comparator::GreaterOrEqual),
            '>' => TokenKind::Comparator(Comparator::Greater),
            '!' if self.bump_if('=') => TokenKind::Comparator(Comparator::NotEqual),
            '!' => {
                return Err(FilterError::new(column, "`!` alone is no operator").suggesting("NOT"));
            }
            quote => TokenKind::Quoted(self.quoted(quote, column)?),
        })
    }

    fn bare(&mut self) -> Literal {
        let mut pieces = Pieces::default();
        while let Some(char) = self.chars.next_if(|char| is_bare(*char, self.value_follows)) {
            self.column += 1;
            pieces.push(char);
        }
        pieces.finish()
    }

    fn quoted(&mut self, quote: char, opened: usize) -> Result<Literal, FilterError> {
        let mut pieces = Pieces::default();
        loop {
            let column = self.column;
            match self.bump() {
                None => return Err(FilterError::new(opened, "this quote is never closed")),
                Some('\\') => pieces.piece.push(self.escaped(column)?),
                Some(char) if char == quote => return Ok(pieces.finish()),
                Some(char) => pieces.push(char),
            }
        }
    }

    fn escaped(&mut self, column: usize) -> Result<char, FilterError> {
        let escaped = match self.bump() {
            Some(char @ ('\\' | '"' | '\'' | '*')) => Some(char),
            Some('n') => Some('\n'),
            Some('t') => Some('\t'),
            Some('r') => Some('\r'),
            Some('u') => self.code_point(),
            _ => None,
        };
        escaped.ok_or_else(|| {
            let known =
                r#"this is no escape: there are \\, \", \', \*, \n, \t, \r and \u with four digits"#;
            FilterError::new(column, known)
        })
    }

    fn code_point(&mut self) -> Option<char> {
        let mut code = 0;
        for _ in 0..4 {
            code = code * 16 + self.bump()?.to_digit(16)?;
        }
        char::from_u32(code)
    }
}

/// A literal under way.
#[derive(Default)]
struct Pieces {
    done: Vec<String>,
    piece: String,
}

impl Pieces {
    fn push(&mut self, char: char) {
        if char == '*' {
            self.done.push(std::mem::take(&mut self.piece));
        } else {
            self.piece.push(char);
        }
    }

    fn finish(mut self) -> Literal {
        self.done.push(self.piece);
        Literal(self.done)
    }
}
