//! The gRPC edge: bytes in, use cases, bytes out.

pub mod pb;
