//! Backup files: `dicta.v1.BackupEntry` messages in one zstd frame, from a
//! manifest to a seal that says whether all of it is there.

use std::io::{self, BufRead, Read as _, Write as _};

use prost::Message as _;

use super::pb::backup_entry::Entry;
use super::{from_pb, pb};
use crate::kb::{self, Imported};

/// The version of the format that is written, and the only one that is read.
pub const FORMAT_VERSION: i32 = 1;
/// zstd's own default: a third of the size of what it packs, as fast as disks are.
const LEVEL: i32 = 3;
/// The largest entry that is read: above what any record takes.
const ENTRY_BYTES: u64 = 64 << 20;

/// What is wrong with a backup file.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("is no backup of Dicta's")]
    Foreign,
    /// A newer version wrote it.
    #[error("has format {0}, and this version reads {FORMAT_VERSION}: restore it with a newer one")]
    Newer(i32),
    /// It ends before its end.
    #[error("is cut short: its last part is missing")]
    CutShort,
    /// It is not as it was written.
    #[error("is damaged: {0}")]
    Damaged(String),
    /// A record cannot be stored.
    #[error("has a record, number {number}, that is refused: {source}")]
    Refused {
        /// Which one, from 1.
        number: i64,
        /// Why.
        source: kb::error::Error,
    },
}

/// Writes a backup file, a piece at a time.
pub struct BackupWriter {
    packed: zstd::Encoder<'static, Vec<u8>>,
    hasher: blake3::Hasher,
    records: i64,
}

impl BackupWriter {
    /// Begins a file.
    pub fn new(manifest: pb::BackupManifest) -> io::Result<Self> {
        let mut packed = zstd::Encoder::new(Vec::new(), LEVEL)?;
        packed.include_checksum(true)?;
        let mut writer = Self { packed, hasher: blake3::Hasher::new(), records: 0 };
        writer.entry(Entry::Manifest(manifest))?;
        Ok(writer)
    }

    /// Adds a record.
    pub fn record(&mut self, record: pb::Record) -> io::Result<()> {
        self.records += 1;
        self.entry(Entry::Record(record))
    }

    /// How many records were added.
    #[must_use]
    pub fn records(&self) -> i64 {
        self.records
    }

    /// How many bytes of the file are ready to be taken.
    #[must_use]
    pub fn ready(&self) -> usize {
        self.packed.get_ref().len()
    }

    /// The next bytes of the file.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.packed.get_mut())
    }

    /// Seals the file; answers the last bytes.
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        let checksum = self.hasher.finalize().as_bytes().to_vec();
        let seal = pb::BackupSeal { records: self.records, checksum };
        self.entry(Entry::Seal(seal))?;
        self.packed.finish()
    }

    fn entry(&mut self, entry: Entry) -> io::Result<()> {
        let bytes = pb::BackupEntry { entry: Some(entry) }.encode_length_delimited_to_vec();
        self.hasher.update(&bytes);
        self.packed.write_all(&bytes)
    }
}

/// Reads a backup file to its end.
pub struct BackupReader<R: BufRead> {
    unpacked: zstd::Decoder<'static, R>,
    hasher: blake3::Hasher,
    manifest: pb::BackupManifest,
    records: i64,
    sealed: bool,
}

impl<R: BufRead> BackupReader<R> {
    /// Reads the beginning of a file.
    pub fn new(file: R) -> Result<Self, BackupError> {
        let mut reader = Self {
            unpacked: zstd::Decoder::with_buffer(file)?,
            hasher: blake3::Hasher::new(),
            manifest: pb::BackupManifest::default(),
            records: 0,
            sealed: false,
        };
        let first = reader.entry().map_err(|error| match error {
            // What zstd and prost say of files that are none of theirs.
            BackupError::Io(_) | BackupError::Damaged(_) => BackupError::Foreign,
            other => other,
        })?;
        match first {
            Entry::Manifest(manifest) if manifest.format_version == FORMAT_VERSION => {
                reader.manifest = manifest;
                Ok(reader)
            }
            Entry::Manifest(manifest) => Err(BackupError::Newer(manifest.format_version)),
            Entry::Record(_) | Entry::Seal(_) => Err(BackupError::Foreign),
        }
    }

    /// What the file says of itself.
    #[must_use]
    pub fn manifest(&self) -> &pb::BackupManifest {
        &self.manifest
    }

    /// The next record; none once the file has proved to be whole.
    pub fn next_record(&mut self, principal: &str) -> Result<Option<Imported>, BackupError> {
        let Some(record) = self.next_pb()? else { return Ok(None) };
        let refused = |source| BackupError::Refused { number: self.records, source };
        from_pb::imported(Some(record), false, principal).map(Some).map_err(refused)
    }

    fn next_pb(&mut self) -> Result<Option<pb::Record>, BackupError> {
        if self.sealed {
            return Ok(None);
        }
        let found = *self.hasher.finalize().as_bytes();
        match self.entry()? {
            Entry::Record(record) => {
                self.records += 1;
                Ok(Some(record))
            }
            Entry::Seal(seal) => {
                if seal.records != self.records || seal.checksum != found {
                    return Err(damaged("its records are not those that were written"));
                }
                self.end()?;
                self.sealed = true;
                Ok(None)
            }
            Entry::Manifest(_) => Err(damaged("a manifest stands between its records")),
        }
    }

    /// Nothing may follow the seal.
    fn end(&mut self) -> Result<(), BackupError> {
        match self.unpacked.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(damaged("something follows its end")),
        }
    }

    fn entry(&mut self) -> Result<Entry, BackupError> {
        let mut prefix = Vec::new();
        let length = self.length(&mut prefix)?;
        let mut bytes = Vec::new();
        let read = (&mut self.unpacked).take(length).read_to_end(&mut bytes).map_err(cut_short)?;
        if read as u64 != length {
            return Err(BackupError::CutShort);
        }
        self.hasher.update(&prefix).update(&bytes);
        let entry = pb::BackupEntry::decode(bytes.as_slice());
        let entry = entry.map_err(|error| damaged(&error.to_string()))?.entry;
        entry.ok_or_else(|| damaged("an entry is empty"))
    }

    /// Reads the length of an entry, byte by byte, into `prefix`.
    fn length(&mut self, prefix: &mut Vec<u8>) -> Result<u64, BackupError> {
        loop {
            let mut byte = [0];
            self.unpacked.read_exact(&mut byte).map_err(cut_short)?;
            prefix.extend(byte);
            if byte[0] < 0x80 || prefix.len() == 10 {
                break;
            }
        }
        let length = prost::decode_length_delimiter(prefix.as_slice());
        match length.map(|length| length as u64) {
            Ok(length) if length <= ENTRY_BYTES => Ok(length),
            _ => Err(damaged("the length of an entry makes no sense")),
        }
    }
}

fn cut_short(error: io::Error) -> BackupError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => BackupError::CutShort,
        io::ErrorKind::Other | io::ErrorKind::InvalidData => damaged(&error.to_string()),
        _ => BackupError::Io(error),
    }
}

fn damaged(what: &str) -> BackupError {
    BackupError::Damaged(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: usize) -> pb::Record {
        let entity = pb::Entity { name: format!("entities/e{number}"), ..Default::default() };
        pb::Record { record: Some(pb::record::Record::Entity(entity)) }
    }

    fn manifest() -> pb::BackupManifest {
        pb::BackupManifest { format_version: FORMAT_VERSION, revision: 7, ..Default::default() }
    }

    fn written(records: usize) -> Vec<u8> {
        let mut writer = BackupWriter::new(manifest()).unwrap();
        let mut file = Vec::new();
        for number in 0..records {
            writer.record(record(number)).unwrap();
            file.extend(writer.take());
        }
        file.extend(writer.finish().unwrap());
        file
    }

    fn read(file: &[u8]) -> Result<Vec<pb::Record>, BackupError> {
        let mut reader = BackupReader::new(file)?;
        let mut records = Vec::new();
        while let Some(record) = reader.next_pb()? {
            records.push(record);
        }
        assert_eq!(reader.manifest(), &manifest());
        Ok(records)
    }

    #[test]
    fn what_is_written_is_read() {
        for count in [0, 1, 100] {
            assert_eq!(read(&written(count)).unwrap(), (0..count).map(record).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_file_that_is_cut_anywhere_is_refused() {
        let file = written(100);
        for length in 0..file.len() {
            assert!(read(&file[..length]).is_err(), "{length} of {}", file.len());
        }
    }

    #[test]
    fn a_bit_that_is_flipped_anywhere_is_noticed_or_harmless() {
        let file = written(40);
        let records = read(&file).unwrap();
        let mut harmless = 0;
        for at in 0..file.len() * 8 {
            let mut flipped = file.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            if let Ok(found) = read(&flipped) {
                assert_eq!(found, records, "bit {at} of {}", file.len() * 8);
                harmless += 1;
            }
        }
        // zstd has bits that mean nothing.
        assert!(harmless <= 8, "{harmless}");
    }

    #[test]
    fn what_is_something_else_is_said_to_be() {
        let mut packed = zstd::Encoder::new(Vec::new(), LEVEL).unwrap();
        packed.write_all(b"a letter to a friend").unwrap();
        for file in [b"".to_vec(), b"{\"article\": {}}".to_vec(), packed.finish().unwrap()] {
            let error = read(&file).unwrap_err();
            let told = matches!(error, BackupError::Foreign | BackupError::CutShort);
            assert!(told, "{error}");
        }
        let newer = pb::BackupManifest { format_version: 2, ..manifest() };
        let newer = BackupWriter::new(newer).unwrap().finish().unwrap();
        assert!(matches!(read(&newer), Err(BackupError::Newer(2))));
    }
}
