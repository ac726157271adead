//! What a caller asks to be listed: filters in the language of AIP-160, orders,
//! and the plan that serves them. Pure.
//!
//! Written text → [`parser`] → [`ast`] → checked against the fields of
//! [`schema`] → [`filter::Filter`], whose evaluator every backend must agree
//! with → [`plan`].

pub mod ast;
pub mod error;
pub mod filter;
pub mod lowering;
pub mod parser;
pub mod plan;
pub mod order;
pub mod row;
pub mod schema;
pub mod widen;
pub mod window;

mod check;
mod lexer;
mod moment;
mod operand;

#[cfg(test)]
mod tests;
