//! The use cases: what callers ask for, over store, policy and clock.

pub mod command;
pub mod error;
pub mod resolve;
