//! How it is done: how many calls at once, or how many a second.

pub(crate) mod pace;
pub(crate) mod probe;
pub(crate) mod stream;
