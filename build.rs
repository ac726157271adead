//! Compiles `proto/` with protox, so that no system protoc is needed, and keeps
//! the descriptors for reflection and for the canonical JSON form.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let mut protos = Vec::new();
    for package in ["proto/dicta/v1", "proto/dicta/extractor/v1"] {
        for entry in fs::read_dir(package)? {
            protos.push(entry?.path());
        }
    }
    protos.sort();

    // With the comments: they become the generated types' documentation, and
    // `grpcurl describe` shows them.
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_imports(true).include_source_info(true).open_files(&protos)?;

    // This encoding, unlike that of the message below, keeps extension options
    // such as google.api.field_behavior.
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("dicta_descriptor.bin"), compiler.encode_file_descriptor_set())?;

    let mut config = tonic_prost_build::Config::new();
    // The canonical JSON form looks a message's description up by its name.
    config.enable_type_names();
    tonic_prost_build::configure()
        // A message that does not decode is the sender's mistake.
        .codec_path("crate::rpc::codec::DictaCodec")
        // Sorted maps make the encoding of a message, and so its hash, the same
        // every time.
        .btree_map(".dicta")
        .extern_path(".google.rpc.Status", "::tonic_types::Status")
        .compile_fds_with_config(compiler.file_descriptor_set(), config)?;
    Ok(())
}
