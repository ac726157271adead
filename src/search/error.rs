//! Why a search cannot be answered.

/// Why a search cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The query is not well written, or asks for too much.
    #[error("at column {column}: {message}")]
    Query {
        /// Where, in code points from 1.
        column: usize,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The index failed.
    #[error("the index failed: {0}")]
    Index(String),
}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Index(error.to_string())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Index(error.to_string())
    }
}
