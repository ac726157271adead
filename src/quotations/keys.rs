//! The layout of keys. Numbers are big-endian, `!` is inverted. Articles and
//! quotations stand in keys by a hash, since names are long and there are many
//! keys.
//!
//! | key | what |
//! |---|---|
//! | `m` | how far the log was followed, of which store, in which layout |
//! | `y` | that a change is kept by halves: all is built again |
//! | `a` article | what is known of an article |
//! | `f` article | its fingerprints |
//! | `b` … | the set of (run, article): that a body has a run of words; see [`super::packed`] |
//! | `P` sample | the articles that have a sample |
//! | `n` article, article | that two are near-duplicates, and how near |
//! | `s` article, statement | what is known of a statement |
//! | `i` id | the statement whose quotation has this id |
//! | `E` entity, article, statement | the statements recorded with a speaker |
//! | `e` entity | what it was merged into; `r` survivor, entity: the way back |
//! | `g` group | a wording: words of one speaker, letter for letter the same when folded |
//! | `t` group, article, statement | the statements that have it |
//! | `w` … | the set of (gram, speaker, group): that a wording has three words in a row |
//! | `d` kind | the shape of a set |
//! | `B` speaker, band | the wordings that meet in a bucket |
//! | `x` group, group | that two wordings are near, and how far apart |
//! | `k` group | the quotation that a wording belongs to |
//! | `c` quotation, group | the wordings of a quotation |
//! | `q` quotation | what lists tell of it |
//! | `o` speaker, order, !value, quotation | quotations in order; all zeros: of any speaker |

use crate::domain::id::ArticleId;

use super::fingerprint::hash;

/// An article's number.
pub(super) type ArticleKey = [u8; 8];
/// A speaker's number.
pub(super) type SpeakerKey = [u8; 5];
/// A wording's number; a quotation has that of its first wording.
pub(super) type GroupKey = [u8; 12];

/// Stands for any speaker in lists.
pub(super) const ANY_SPEAKER: SpeakerKey = [0; 5];
pub(super) const META: &[u8] = b"m";
/// Stands while a change is kept by halves.
pub(super) const UNFINISHED: &[u8] = b"y";

pub(super) fn article_key(article: &ArticleId) -> ArticleKey {
    short_hash(article.as_str().as_bytes())
}

/// The first bytes of a hash.
pub(super) fn short_hash<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut short = [0; N];
    blake3::Hasher::new().update(bytes).finalize_xof().fill(&mut short);
    short
}

fn key(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
    key.push(kind);
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}

/// Five bytes of a fingerprint.
fn five(number: u64) -> [u8; 5] {
    let [_, _, _, a, b, c, d, e] = number.to_be_bytes();
    [a, b, c, d, e]
}

pub(super) fn article(article: &ArticleKey) -> Vec<u8> {
    key(b'a', &[article])
}

pub(super) fn print(article: &ArticleKey) -> Vec<u8> {
    key(b'f', &[article])
}

/// The kind of the set of runs.
pub(super) const RUNS: u8 = b'b';
/// The kind of the set of grams.
pub(super) const GRAMS: u8 = b'w';

/// That a body has a run of words.
pub(super) fn run(run: u64, article: &ArticleKey) -> [u8; 13] {
    joined(&[&five(run), article])
}

/// How the entries of a run begin.
pub(super) fn runs(run: u64) -> [u8; 5] {
    five(run)
}

/// Parts that fill an entry.
fn joined<const WIDTH: usize>(parts: &[&[u8]]) -> [u8; WIDTH] {
    let mut entry = [0; WIDTH];
    let bytes = parts.iter().copied().flatten();
    entry.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    entry
}

/// The shape of a set.
pub(super) fn shape(kind: u8) -> Vec<u8> {
    key(b'd', &[&[kind]])
}

/// The chunk of a set that a flush left in a bucket; the newest comes first.
pub(super) fn chunk(kind: u8, level: u8, bucket: &[u8], flush: u64) -> Vec<u8> {
    key(kind, &[&[level], bucket, &(!flush).to_be_bytes()])
}

/// The chunks of a bucket.
pub(super) fn chunks(kind: u8, level: u8, bucket: &[u8]) -> Vec<u8> {
    key(kind, &[&[level], bucket])
}

pub(super) fn sample(sample: u64) -> Vec<u8> {
    key(b'P', &[&five(sample)])
}

pub(super) fn near(article: &ArticleKey, other: &ArticleKey) -> Vec<u8> {
    key(b'n', &[article, other])
}

pub(super) fn nears(article: &ArticleKey) -> Vec<u8> {
    key(b'n', &[article])
}

pub(super) fn all_nears() -> Vec<u8> {
    key(b'n', &[])
}

/// The two articles of a key of theirs.
pub(super) fn near_pair(key: &[u8]) -> Option<(ArticleKey, ArticleKey)> {
    let (one, other) = key.get(1..)?.split_first_chunk::<8>()?;
    Some((*one, other.try_into().ok()?))
}

pub(super) fn statement(article: &ArticleKey, statement: &str) -> Vec<u8> {
    key(b's', &[article, statement.as_bytes()])
}

pub(super) fn statements(article: &ArticleKey) -> Vec<u8> {
    key(b's', &[article])
}

/// Where what is known of statements begins, and where it ends.
pub(super) fn all_statements() -> (Vec<u8>, Vec<u8>) {
    (vec![b's'], vec![b's' + 1])
}

pub(super) fn id(id: u64) -> Vec<u8> {
    key(b'i', &[&id.to_be_bytes()])
}

pub(super) fn recorded(entity: &str, article: &ArticleKey, statement: &str) -> Vec<u8> {
    key(b'E', &[&hash(entity.as_bytes()).to_be_bytes(), article, statement.as_bytes()])
}

pub(super) fn recorded_of(entity: &str) -> Vec<u8> {
    key(b'E', &[&hash(entity.as_bytes()).to_be_bytes()])
}

/// The article and the statement of a key that ends in both.
pub(super) fn statement_of(key: &[u8], before: usize) -> Option<(ArticleKey, String)> {
    let (article, statement) = key.get(before..)?.split_first_chunk::<8>()?;
    Some((*article, String::from_utf8(statement.to_vec()).ok()?))
}

/// The number that a key ends in.
pub(super) fn last<const N: usize>(key: &[u8]) -> Option<[u8; N]> {
    key.last_chunk::<N>().copied()
}

pub(super) fn entity(entity: &str) -> Vec<u8> {
    key(b'e', &[entity.as_bytes()])
}

pub(super) fn absorbed(survivor: &str, entity: &str) -> Vec<u8> {
    key(b'r', &[survivor.as_bytes(), b"/", entity.as_bytes()])
}

pub(super) fn absorbed_by(survivor: &str) -> Vec<u8> {
    key(b'r', &[survivor.as_bytes(), b"/"])
}

pub(super) fn group(group: &GroupKey) -> Vec<u8> {
    key(b'g', &[group])
}

pub(super) fn member(group: &GroupKey, article: &ArticleKey, statement: &str) -> Vec<u8> {
    key(b't', &[group, article, statement.as_bytes()])
}

pub(super) fn members(group: &GroupKey) -> Vec<u8> {
    key(b't', &[group])
}

/// That a wording has three words in a row.
pub(super) fn gram(gram: u64, speaker: &SpeakerKey, group: &GroupKey) -> [u8; 22] {
    joined(&[&five(gram), speaker, group])
}

/// How the entries of a gram begin, or those of one speaker.
pub(super) fn grams(gram: u64, speaker: Option<&SpeakerKey>) -> Vec<u8> {
    [&five(gram)[..], speaker.map_or(&[][..], |speaker| speaker)].concat()
}

pub(super) fn band(speaker: &SpeakerKey, band: u64) -> Vec<u8> {
    key(b'B', &[speaker, &five(band)])
}

pub(super) fn edge(group: &GroupKey, other: &GroupKey) -> Vec<u8> {
    key(b'x', &[group, other])
}

pub(super) fn edges(group: &GroupKey) -> Vec<u8> {
    key(b'x', &[group])
}

pub(super) fn root(group: &GroupKey) -> Vec<u8> {
    key(b'k', &[group])
}

pub(super) fn cluster(root: &GroupKey, group: &GroupKey) -> Vec<u8> {
    key(b'c', &[root, group])
}

pub(super) fn clusters(root: &GroupKey) -> Vec<u8> {
    key(b'c', &[root])
}

pub(super) fn summary(root: &GroupKey) -> Vec<u8> {
    key(b'q', &[root])
}

/// The place of a quotation in an order, the largest value first.
pub(super) fn place(speaker: &SpeakerKey, order: u8, value: u64, root: &GroupKey) -> Vec<u8> {
    key(b'o', &[speaker, &[order], &(!value).to_be_bytes(), root])
}

pub(super) fn places(speaker: &SpeakerKey, order: u8) -> Vec<u8> {
    key(b'o', &[speaker, &[order]])
}
