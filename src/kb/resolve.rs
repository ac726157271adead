//! Which entities a name may mean, and which one beyond doubt.
