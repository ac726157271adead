//! Parses the filter language of AIP-160 by recursive descent.
//!
//! AND joins sequences, a sequence joins what just follows one another, and OR
//! binds more tightly than either. Recursion is as deep as the parentheses are,
//! which is bounded; each token is looked at a bounded number of times.

use super::ast::{
    Argument, Call, Comparator, Comparison, Expression, KEYWORDS, Literal, Restriction,
};
use super::error::{FilterError, cut};
use super::lexer::{self, Token, TokenKind};

/// The longest filter, in bytes.
pub const MAX_BYTES: usize = 4 << 10;
/// The most parentheses inside one another.
pub const MAX_DEPTH: usize = 32;
/// The most comparisons: each record that is looked at costs as many.
pub const MAX_COMPARISONS: usize = 200;

/// Parses a filter; `None` where it is empty.
pub fn parse(text: &str) -> Result<Option<Expression>, FilterError> {
    if text.len() > MAX_BYTES {
        let column = text.char_indices().take_while(|(at, _)| *at <= MAX_BYTES).count();
        let length = text.len();
        let message = format!("the filter has {length} bytes; at most {MAX_BYTES} are taken");
        return Err(FilterError::new(column, message));
    }
    parse_up_to(text, MAX_COMPARISONS)
}

/// Parses a filter of any length with at most so many comparisons.
pub(super) fn parse_up_to(
    text: &str,
    comparisons: usize,
) -> Result<Option<Expression>, FilterError> {
    let tokens = lexer::tokens(text)?;
    let mut parser = Parser { tokens: &tokens, depth: 0, comparisons };
    if parser.peek() == &TokenKind::End {
        return Ok(None);
    }
    let expression = parser.expression()?;
    match parser.peek() {
        TokenKind::End => Ok(Some(expression)),
        _ => Err(parser.unexpected("AND, OR or the end")),
    }
}

struct Parser<'a> {
    /// What is left; the end stays.
    tokens: &'a [Token],
    depth: usize,
    /// How many comparisons may still come.
    comparisons: usize,
}

const END: Token = Token { kind: TokenKind::End, column: 1, adjacent: false };

impl<'a> Parser<'a> {
    fn token(&self) -> &'a Token {
        self.tokens.first().unwrap_or(&END)
    }

    fn peek(&self) -> &'a TokenKind {
        &self.token().kind
    }

    fn bump(&mut self) -> &'a Token {
        let token = self.token();
        if let [_, rest @ ..] = self.tokens
            && !rest.is_empty()
        {
            self.tokens = rest;
        }
        token
    }

    fn at_keyword(&self, keyword: &str) -> bool {
        matches!(self.peek(), TokenKind::Bare(word) if is_word(word, keyword))
    }

    fn bump_keyword(&mut self, keyword: &str) -> bool {
        let found = self.at_keyword(keyword);
        if found {
            self.bump();
        }
        found
    }

    fn unexpected(&self, expected: &str) -> FilterError {
        let token = self.token();
        let found = match &token.kind {
            TokenKind::End => "the filter ends".into(),
            TokenKind::Open => "`(` stands".into(),
            TokenKind::Close => "`)` stands".into(),
            TokenKind::Comma => "`,` stands".into(),
            TokenKind::Dot => "`.` stands".into(),
            TokenKind::Minus => "`-` stands".into(),
            TokenKind::Comparator(comparator) => format!("`{}` stands", comparator.symbol()),
            TokenKind::Bare(word) | TokenKind::Quoted(word) => {
                format!("`{}` stands", cut(&word.text()))
            }
        };
        FilterError::new(token.column, format!("{found} where {expected} is expected"))
    }

    fn expression(&mut self) -> Result<Expression, FilterError> {
        let mut items = vec![self.alternatives()?];
        loop {
            let more = match self.peek() {
                TokenKind::Bare(_) | TokenKind::Quoted(_) => !self.at_keyword("OR"),
                TokenKind::Open | TokenKind::Minus => true,
                _ => false,
            };
            if !more {
                break;
            }
            self.bump_keyword("AND");
            items.push(self.alternatives()?);
        }
        Ok(one_or(items, Expression::And))
    }

    fn alternatives(&mut self) -> Result<Expression, FilterError> {
        let mut items = vec![self.negation()?];
        while self.bump_keyword("OR") {
            items.push(self.negation()?);
        }
        Ok(one_or(items, Expression::Or))
    }

    fn negation(&mut self) -> Result<Expression, FilterError> {
        let negated = self.bump_keyword("NOT") || {
            let minus = self.peek() == &TokenKind::Minus;
            if minus {
                self.bump();
            }
            minus
        };
        let item = self.simple()?;
        Ok(if negated { Expression::Not(Box::new(item)) } else { item })
    }

    fn simple(&mut self) -> Result<Expression, FilterError> {
        match self.peek() {
            TokenKind::Open => self.parenthesized(),
            TokenKind::Bare(word) if !is_keyword(word) => self.test(),
            TokenKind::Quoted(_) => self.test(),
            _ => Err(self.unexpected("a comparison such as `field = value`")),
        }
    }

    fn parenthesized(&mut self) -> Result<Expression, FilterError> {
        let opened = self.bump().column;
        if self.depth == MAX_DEPTH {
            let message = format!("parentheses may stand at most {MAX_DEPTH} deep");
            return Err(FilterError::new(opened, message));
        }
        self.depth += 1;
        let expression = self.expression()?;
        self.depth -= 1;
        match self.peek() {
            TokenKind::Close => {
                self.bump();
                Ok(expression)
            }
            TokenKind::End => Err(FilterError::new(opened, "this parenthesis is never closed")),
            _ => Err(self.unexpected("AND, OR or `)`")),
        }
    }

    fn test(&mut self) -> Result<Expression, FilterError> {
        let Some(left) = self.comparisons.checked_sub(1) else {
            let message = format!(
                "the filter has more than {MAX_COMPARISONS} comparisons: ask in several calls"
            );
            return Err(FilterError::new(self.token().column, message));
        };
        self.comparisons = left;
        match self.tokens {
            [name, open, ..] if name.is_name() && open.opens_arguments() => self.call(),
            _ => self.restriction(),
        }
    }

    /// `name(argument, …)`.
    fn call(&mut self) -> Result<Expression, FilterError> {
        let name = self.bump();
        let TokenKind::Bare(word) = &name.kind else { return Err(self.unexpected("a name")) };
        let opened = self.bump().column;
        let mut arguments = Vec::new();
        while self.peek() != &TokenKind::Close {
            arguments.push(self.argument()?);
            match self.peek() {
                TokenKind::Comma => {
                    self.bump();
                }
                TokenKind::Close => {}
                TokenKind::End => {
                    return Err(FilterError::new(opened, "this parenthesis is never closed"));
                }
                _ => return Err(self.unexpected("`,` or `)`")),
            }
        }
        self.bump();
        let call = Call { name: word.text(), column: name.column, arguments };
        Ok(Expression::Call(call))
    }

    fn argument(&mut self) -> Result<Argument, FilterError> {
        let token = self.token();
        match &token.kind {
            TokenKind::Bare(word) | TokenKind::Quoted(word) => {
                self.bump();
                Ok(Argument { literal: word.clone(), column: token.column })
            }
            _ => Err(self.unexpected("a field or a value")),
        }
    }

    fn restriction(&mut self) -> Result<Expression, FilterError> {
        let column = self.token().column;
        let path = self.path()?;
        self.refuse_function(column)?;
        let comparison = match self.peek() {
            TokenKind::Comparator(_) => Some(self.comparison()?),
            _ => None,
        };
        Ok(Expression::Restriction(Restriction { path, column, comparison }))
    }

    fn path(&mut self) -> Result<Vec<String>, FilterError> {
        let mut path = Vec::new();
        loop {
            match self.peek() {
                TokenKind::Bare(word) | TokenKind::Quoted(word) => path.push(word.text()),
                _ => return Err(self.unexpected("the name of a part")),
            }
            self.bump();
            if self.peek() != &TokenKind::Dot {
                return Ok(path);
            }
            self.bump();
        }
    }

    fn comparison(&mut self) -> Result<Comparison, FilterError> {
        let operator = self.bump();
        let TokenKind::Comparator(comparator) = operator.kind else {
            return Err(self.unexpected("a comparator"));
        };
        let value = self.token();
        let literal = match &value.kind {
            TokenKind::Bare(word) if !is_keyword(word) => word.clone(),
            TokenKind::Quoted(word) => word.clone(),
            TokenKind::Comparator(Comparator::Equal) if value.adjacent => {
                let message = format!("`{}=` is no comparator", comparator.symbol());
                let error = FilterError::new(operator.column, message);
                return Err(error.suggesting(comparator.symbol()));
            }
            TokenKind::Open => {
                let message = "a list of values is not served: \
                               compare with each, as in `a = 1 OR a = 2`";
                return Err(FilterError::new(value.column, message));
            }
            _ => return Err(self.unexpected(&format!("a value after `{}`", comparator.symbol()))),
        };
        self.bump();
        self.refuse_function(value.column)?;
        Ok(Comparison {
            comparator,
            literal,
            comparator_column: operator.column,
            literal_column: value.column,
        })
    }

    /// Refuses `name(…)`, where `name` stands at `column`.
    fn refuse_function(&self, column: usize) -> Result<(), FilterError> {
        if self.token().opens_arguments() {
            let message = "no function stands here: there are `within(field, start, end)` and \
                           `overlaps(field, start, end)`, each in the place of a comparison";
            return Err(FilterError::new(column, message));
        }
        Ok(())
    }
}

fn one_or(mut items: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match items.pop() {
        Some(only) if items.is_empty() => only,
        last => {
            items.extend(last);
            join(items)
        }
    }
}

fn is_word(literal: &Literal, word: &str) -> bool {
    matches!(literal.0.as_slice(), [only] if only == word)
}

fn is_keyword(literal: &Literal) -> bool {
    KEYWORDS.iter().any(|keyword| is_word(literal, keyword))
}
