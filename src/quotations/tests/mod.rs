//! Quotations over a table in memory.

mod base;
mod clusters;
mod order;
mod resume;
