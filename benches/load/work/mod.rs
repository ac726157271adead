//! What is done: articles, the entities in them, and the requests made of both.

pub(crate) mod articles;
pub(crate) mod corpus;
pub(crate) mod generate;
pub(crate) mod names;
