//! The files of golden bytes: one entry a line, what it is, its key and its value.

use sled::IVec;

use super::log::Value;
use super::version::Version;
use crate::domain::id::RecordName;
use crate::domain::record::Record;
use crate::store::Error;
use crate::store::catalogue::IndexEntry;
use crate::store::sled::keys::{self, Place};
use crate::store::sled::source::{Entry, Source};

/// Entries that stand where a file of this module says.
pub(super) struct Golden(Vec<(String, Entry)>);

impl Golden {
    pub(super) fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let entry = |line: &str| {
            let [what, key, value] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
            (what.to_owned(), (bytes(key).into(), bytes(value).into()))
        };
        Self(text.lines().map(entry).collect())
    }

    pub(super) fn entry(&self, what: &str) -> &Entry {
        &self.0.iter().find(|(known, _)| known == what).unwrap().1
    }

    pub(super) fn version(&self, what: &str) -> Version {
        let (key, value) = self.entry(what);
        Version::open(self, key, value).unwrap()
    }

    pub(super) fn record(&self, what: &str) -> (RecordName, Record) {
        let stored = self.version(what).record(&self.entry(what).0).unwrap();
        (stored.name, stored.value)
    }

    pub(super) fn value<T: Value>(&self, what: &str) -> T {
        let (key, value) = self.entry(what);
        T::open(self, key, value).unwrap()
    }
}

impl Source for Golden {
    fn get(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        let found = self.0.iter().find(|(_, (known, _))| known == key);
        Ok(found.map(|(_, (_, value))| value.clone()))
    }

    fn first(&self, _: &[u8], _: &[u8]) -> Result<Option<Entry>, Error> {
        Ok(None)
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is written today, in the form of the file.
#[derive(Default)]
pub(super) struct Lines(pub(super) String);

impl Lines {
    pub(super) fn entry(&mut self, what: &str, key: &[u8], value: &[u8]) {
        self.0.push_str(&format!("{what}|{}|{}\n", hex(key), hex(value)));
    }

    pub(super) fn value(&mut self, what: &str, key: &[u8], value: &impl Value) {
        value.seal(key, |key, value| self.entry(what, key, &value));
    }

    pub(super) fn version(&mut self, what: &str, place: &Place, version: &Version) {
        let key = place.version(version.committed.revision);
        version.seal(&key, |key, value| self.entry(what, key, &value));
    }

    pub(super) fn indexed(&mut self, entry: &IndexEntry, place: &Place, of: &str) {
        let head = keys::head(entry, &of.parse().unwrap());
        let key = [head.as_slice(), place.untagged(), &7_u64.to_be_bytes()].concat();
        self.entry(&format!("{entry:?}"), &key, &[]);
    }
}
