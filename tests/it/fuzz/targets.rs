//! The targets of `fuzz/`, over what is in their corpus and near it. `DICTA_FUZZ_CASES`
//! sets how many cases, and `DICTA_FUZZ_SEED` which. What fails belongs into the corpus.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use dicta::fuzzing::TARGETS;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::{DEFAULT_CASES, number};

/// The longest input that is made, in bytes.
const LONGEST: usize = 2_000;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// What is in the corpus of a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let files = fs::read_dir(fuzz().join("corpus").join(target)).unwrap();
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Some bytes of one's own, or of another input.
fn part(random: &mut StdRng, corpus: &[Vec<u8>]) -> Vec<u8> {
    if random.random_bool(0.5) {
        let length = random.random_range(1..9);
        return (0..length).map(|_| random.random()).collect();
    }
    let other = corpus.choose(random).unwrap();
    let from = random.random_range(0..=other.len());
    let length = random.random_range(0..=other.len() - from);
    other[from..from + length].to_vec()
}

/// An input of the corpus, changed in a few places.
fn changed(random: &mut StdRng, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = corpus.choose(random).unwrap().clone();
    for _ in 0..random.random_range(1..5) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..5) {
            0 => bytes.truncate(at),
            1 => bytes.splice(at..at, part(random, corpus)).for_each(drop),
            2 => {
                let end = random.random_range(at..=bytes.len());
                bytes.drain(at..end);
            }
            3 => bytes.extend_from_within(at..),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.random_range(0..8);
                }
            }
        }
    }
    bytes.truncate(LONGEST);
    bytes
}

/// Runs a target, and tells with which bytes it failed.
fn run(name: &str, target: fn(&[u8]), bytes: &[u8]) {
    if catch_unwind(|| target(bytes)).is_err() {
        panic!("{name} fails with b\"{}\"", bytes.escape_ascii());
    }
}

#[test]
fn targets_hold_for_what_is_in_their_corpus_and_near_it() {
    let cases = number("DICTA_FUZZ_CASES").unwrap_or(DEFAULT_CASES);
    let seed = number("DICTA_FUZZ_SEED").unwrap_or(5);
    for (name, target) in TARGETS {
        let mut random = StdRng::seed_from_u64(seed);
        let corpus = corpus(name);
        for bytes in &corpus {
            run(name, target, bytes);
        }
        for _ in 0..cases {
            run(name, target, &changed(&mut random, &corpus));
        }
        run(name, target, &[]);
    }
}

#[test]
fn every_target_has_a_program_and_a_corpus() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let names = |directory: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(fuzz().join(directory)).unwrap().map(Result::unwrap);
        let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        entries.map(|entry| stem(entry.path())).collect()
    };
    assert_eq!(names("fuzz_targets"), targets);
    assert_eq!(names("corpus"), targets);
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in targets {
        let program = fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("run(\"{name}\", data)")), "{program}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
}
