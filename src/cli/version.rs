//! `dicta version`.

use super::failure::Failure;
use super::output;

/// Tells the version.
pub(super) fn run() -> Result<(), Failure> {
    output::print(concat!("dicta ", env!("CARGO_PKG_VERSION")))
}
