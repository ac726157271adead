//! What a caller asks to be listed: filters in the language of AIP-160, orders,
//! and the plan that serves them. Pure.

pub mod ast;
pub mod error;
pub mod filter;
pub mod parser;
pub mod plan;
pub mod schema;

mod check;
mod lexer;
mod moment;

#[cfg(test)]
mod tests;
