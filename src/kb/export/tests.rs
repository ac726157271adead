//! Exports over the reference backend.
