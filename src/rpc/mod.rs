//! The gRPC edge: bytes in, use cases, bytes out.

pub mod pb;
pub mod json;
mod json_path;
pub mod json_values;
pub mod record_file;
pub mod seed_file;
