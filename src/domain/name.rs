//! Names of people, organizations and places: folding them so that spellings of
//! one name meet, and the keys that they are looked up by.

/// A name folded for comparison.
#[must_use]
pub fn fold(name: &str) -> String {
    any_ascii::any_ascii(name).to_lowercase()
}

/// The keys under which an index holds a name.
#[must_use]
pub fn index_keys(name: &str) -> Vec<String> {
    vec![fold(name)]
}
