//! The gRPC edge: bytes in, use cases, bytes out.

pub mod pb;
pub mod from_pb;
pub mod to_pb;
pub mod status;
