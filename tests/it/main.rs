//! The integration tests: one binary, a module a subject.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod bad_requests;
mod bad_transport;
mod harness;
mod ingest;
mod linking;
mod reingest;
mod samples;
mod selectors;
mod tidy;
