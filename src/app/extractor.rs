//! The client of another extractor, as it is configured.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::RemoteExtractor;
use crate::rpc::{ExtractorClient, ExtractorEndpoint, ExtractorTls};

/// Why there is no client of the extractor that is configured.
#[derive(Debug, thiserror::Error)]
pub enum ExtractorError {
    /// A file for TLS cannot be read.
    #[error("cannot read {}, which the configuration of the extractor names: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It cannot be called so.
    #[error("the extractor cannot be called as it is configured (`extractor.…`): {0}")]
    Endpoint(#[from] tonic::transport::Error),
}

/// The client of the extractor that is configured, if one is.
pub(super) fn client(config: &RemoteExtractor) -> Result<Option<ExtractorClient>, ExtractorError> {
    let Some(address) = &config.address else { return Ok(None) };
    let tls = match &config.tls_ca {
        None => None,
        Some(authorities) => Some(ExtractorTls {
            authorities: read(authorities)?,
            identity: match (&config.tls_certificate, &config.tls_key) {
                (Some(certificate), Some(key)) => Some((read(certificate)?, read(key)?)),
                _ => None,
            },
        }),
    };
    let client = ExtractorClient::new(ExtractorEndpoint {
        address: address.to_string(),
        deadline: config.deadline,
        connect_timeout: config.connect_timeout,
        retries: config.retries,
        concurrency: config.concurrency,
        message_bytes: config.message_bytes,
        tls,
    })?;
    Ok(Some(client))
}

fn read(path: &Path) -> Result<Vec<u8>, ExtractorError> {
    fs::read(path).map_err(|source| ExtractorError::Unreadable { path: path.to_owned(), source })
}
