//! The fields of what is derived from records.

use super::{Field, Form, Type};
use crate::query::moment::Grain;

const TIME: Type = Type::Time(Grain::Exact);

/// The fields of quotations.
pub(super) static QUOTATION: &[Field] = &[
    Field::in_row("text", Type::Text(Form::Prose)),
    Field::in_row("speaker.entity", Type::Text(Form::Entity)),
    Field::in_row("speaker.mention", Type::Text(Form::Prose)),
    Field::in_row("speaker.anonymous", Type::Truth),
    Field::in_row("wordings", Type::Number),
    Field::in_row("statements", Type::Number),
    Field::in_row("articles", Type::Number),
    Field::in_row("outlets", Type::Number),
    Field::several_in_row("publisher", Type::Text(Form::Plain)),
    Field::in_row("origins", Type::Number),
    Field::in_row("origins.min", Type::Number),
    Field::in_row("origins.max", Type::Number),
    Field::in_row("drift", Type::Number),
    Field::in_row("first_seen", TIME),
    Field::in_row("last_seen", TIME),
];

/// The fields of pairs of near-duplicates.
pub(super) static NEAR_DUPLICATE: &[Field] = &[
    Field::several_in_row("article", Type::Text(Form::Article)),
    Field::in_row("similarity", Type::Number),
    Field::in_row("resemblance", Type::Number),
    Field::in_row("shared_quotes", Type::Number),
    Field::in_row("sure", Type::Truth),
];
