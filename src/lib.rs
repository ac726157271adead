//! Dicta: a knowledge base of who said what, when, about whom and where it is
//! sourced, served over gRPC.
//!
//! # The map, in reading order
//!
//! - [`domain`]: the words. Articles, statements, entities, selectors, coarse
//!   times, names and their folding: values and the rules that hold of them.
//! - [`query`]: the filter language and the choice of the access path for a list.
//! - [`extract`]: what a text says, who says it and when: by models and rules that come
//!   with the program.
//! - [`clock`]: where the time comes from.
//! - [`store`]: what a backend owes, and one conformance suite that says so;
//!   `store::memory` is the reference, `store::sled` keeps data on disk.
//! - [`derive`]: what follows the change log, and how it is kept up to date.
//! - [`search`]: the index of words, derived from the records.
//! - [`quotations`]: the same words by the same speaker across articles, and whether
//!   someone said some words; it follows from the records.
//! - [`kb`]: the use cases, one file each: what a write does, what a read sees.
//! - [`rpc`]: the services. Messages become commands, records become messages,
//!   errors become statuses.
//! - [`config`]: the configuration, from file, environment and flags.
//! - [`telemetry`]: how the server tells what it does.
//! - [`app`]: a configuration becomes a running server.
//! - [`cli`]: the `dicta` command.
//!
//! Data goes down on the way in and up on the way out: bytes → `rpc` → `kb` →
//! `store`, and back.
//!
//! # What never happens
//!
//! - A room names one that comes after it.
//! - `domain`, `query` and `extract` wait, store or send: they are plain functions of values.
//! - Anything below `rpc` knows a status or a generated message.
//! - Anything but `app` (and what is fuzzed) names a concrete backend; a backend names another one, or
//!   lets a type of its engine out.
//! - Anything but `config` reads the environment.
//! - Anything but `clock` reads the time, except to count a deadline down or to
//!   show a rate.
//! - A write is acknowledged, or seen by a reader, before it is durable.
//! - A stored version changes: what is new stands beside what was.
//! - A mention is linked to an entity while another could be meant.

pub mod domain;
pub mod query;
pub mod extract;
pub mod clock;
pub mod store;
pub mod derive;
pub mod search;
pub mod quotations;
pub mod kb;
pub mod rpc;
pub mod config;
pub mod telemetry;
pub mod app;
pub mod cli;
#[doc(hidden)]
pub mod fuzzing;
