//! The knowledge base that the services serve, once it is ready.

use std::sync::{Arc, OnceLock};

use crate::kb::KnowledgeBase;
use crate::kb::error::Error;

/// A knowledge base that may still be opening.
#[derive(Clone, Default)]
pub struct Base(Arc<OnceLock<Arc<KnowledgeBase>>>);

impl Base {
    /// From now on calls are served from this base. Only the first one counts.
    pub fn open(&self, kb: Arc<KnowledgeBase>) {
        // A second base would be a mistake of the caller's that changes nothing.
        let _ = self.0.set(kb);
    }

    /// The base, or that it is not ready.
    pub(super) fn get(&self) -> Result<&Arc<KnowledgeBase>, Error> {
        self.0.get().ok_or(Error::Starting)
    }
}
