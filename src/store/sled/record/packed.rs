//! Compression of what pays to be compressed.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io;

use zstd::bulk::{Compressor, Decompressor};

use super::envelope::COMPRESSED;

/// Shorter values hardly shrink.
const WORTH_COMPRESSING: usize = 256;
/// The level that costs least.
const LEVEL: i32 = 1;

/// A value as it is stored, compressed or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store::sled) struct Packed {
    /// The envelope's flags that say how.
    pub(in crate::store::sled) flags: u8,
    /// The bytes; compressed ones begin with their length uncompressed.
    pub(in crate::store::sled) bytes: Vec<u8>,
}

impl Packed {
    /// Compresses what shrinks by an eighth at least.
    pub(in crate::store::sled) fn new(plain: Vec<u8>) -> Self {
        if plain.len() >= WORTH_COMPRESSING
            && let Ok(shrunk) = compress(&plain)
            && shrunk.len() < plain.len() - plain.len() / 8
        {
            let length = (plain.len() as u32).to_be_bytes();
            return Self { flags: COMPRESSED, bytes: [length.as_slice(), &shrunk].concat() };
        }
        Self { flags: 0, bytes: plain }
    }
}

/// Takes back what `Packed::new` was given.
pub(in crate::store::sled) fn unpack(flags: u8, bytes: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    if flags & COMPRESSED == 0 {
        return Ok(Cow::Borrowed(bytes));
    }
    let (length, shrunk) = bytes.split_first_chunk::<4>().ok_or("it is cut short")?;
    let length = u32::from_be_bytes(*length) as usize;
    decompress(shrunk, length).map(Cow::Owned).map_err(|error| error.to_string())
}

/// Compresses with what this thread keeps for it: setting that up anew costs more
/// than a short text.
pub(in crate::store::sled) fn compress(plain: &[u8]) -> io::Result<Vec<u8>> {
    thread_local! {
        static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    }
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::new(LEVEL)?),
        };
        compressor.compress(plain)
    })
}

/// Decompresses what has this length uncompressed.
pub(in crate::store::sled) fn decompress(shrunk: &[u8], length: usize) -> io::Result<Vec<u8>> {
    thread_local! {
        static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    }
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new()?),
        };
        decompressor.decompress(shrunk, length)
    })
}
