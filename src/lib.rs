//! Dicta: a knowledge base of who said what, when, about whom and where it is
//! sourced, served over gRPC.

pub mod domain;
pub mod query;
pub mod clock;
pub mod store;
pub mod kb;
pub mod rpc;
pub mod config;
pub mod telemetry;
pub mod app;
pub mod cli;
