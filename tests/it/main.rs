//! The integration tests: one binary, a module a subject.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod backup;
mod bad_calls;
mod bad_requests;
mod bad_transport;
mod bad_values;
mod bulk;
mod command;
mod concurrency;
mod crash;
mod data_directory;
mod deadlines;
mod delete;
mod erase;
mod export;
mod extraction;
mod failed_writes;
mod harness;
mod ingest;
mod life;
mod linking;
mod lists;
mod merges;
mod paging;
mod process;
mod quotations;
mod reads;
mod reingest;
mod retention;
mod samples;
mod seeds;
mod selectors;
mod standard;
mod tidy;
mod update;
mod watch;
