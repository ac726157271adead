//! What every backend must do, as tests that know the contract alone.
//!
//! A backend joins with a fixture of its own and one line in its tests:
//! `store_conformance! { my_backend, my_factory }`, where `my_factory` is an
//! async function that gives a [`Fixture`] over a new, empty store.

pub mod fixtures;

use std::sync::Arc;

use async_trait::async_trait;

use super::Store;

/// A store under test, and whatever keeps its data.
#[async_trait]
pub trait Fixture: Send {
    /// The store, as it is open now.
    fn store(&self) -> Arc<dyn Store>;

    /// Closes the store and opens its data again; nothing where data lives and
    /// dies with the store.
    async fn reopen(&mut self);
}
