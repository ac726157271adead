//! The gRPC edge: bytes in, use cases, bytes out.

pub mod pb;
pub mod json;
mod json_path;
