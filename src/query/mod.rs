//! What a caller asks to be listed: filters in the language of AIP-160, orders,
//! and the plan that serves them. Pure.

pub mod filter;
