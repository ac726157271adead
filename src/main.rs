//! The `dicta` command.

fn main() {}
