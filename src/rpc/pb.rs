//! The types and services generated from `proto/`, and their descriptors.
#![allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub, rust_2018_idioms)]

// Nested as the packages are: generated code names other packages by such paths.
mod dicta {
    pub mod v1 {
        tonic::include_proto!("dicta.v1");
    }
    pub mod extractor {
        pub mod v1 {
            tonic::include_proto!("dicta.extractor.v1");
        }
    }
}

pub use self::dicta::extractor::v1 as extractor;
pub use self::dicta::v1::*;

/// The encoded FileDescriptorSet of `proto/`, with comments and options: for
/// reflection and for the canonical JSON form.
pub const FILE_DESCRIPTOR_SET: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/dicta_descriptor.bin"));
