//! What a text says, and who says it: found without asking anyone.
//!
//! Everything here is a plain function of its input: no clock, no file, no store.

pub mod names;
pub mod times;
mod words;
