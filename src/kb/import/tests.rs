//! Imports over the reference backend.
