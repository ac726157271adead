//! What is told of it.

pub(crate) mod comparison;
pub(crate) mod latency;
pub(crate) mod report;
