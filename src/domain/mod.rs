//! Pure values: what Dicta speaks of, with the rules that hold for each.
//!
//! Nothing here reads a clock, a file or a socket, and nothing here knows how a
//! value travels or is stored.

pub mod article;
pub mod body;
pub mod entity;
pub mod id;
pub mod limits;
pub mod merge;
pub mod name;
pub mod origin;
pub mod reanchor;
pub mod record;
pub mod revision;
pub mod selector;
pub mod statement;
pub mod text;
pub mod time;
pub mod united;
pub mod words;
