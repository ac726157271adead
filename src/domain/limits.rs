//! The limits on what a record may hold. Each is documented in the proto, told
//! by GetServerInfo, and named by the error of whatever goes over it.

/// The largest body, in bytes of UTF-8.
pub const BODY_BYTES: usize = 1 << 20;
/// The most statements of one ingest.
pub const STATEMENTS_PER_ARTICLE: usize = 2_000;
/// The most entities of one ingest.
pub const ENTITIES_PER_ARTICLE: usize = 1_000;
/// The longest title, in code points.
pub const TITLE_CHARS: usize = 1_024;
/// The longest name of a person, outlet, entity or cue, in code points.
pub const NAME_CHARS: usize = 256;
/// The longest canonical_url, in bytes.
pub const URL_BYTES: usize = 2_048;
/// The most authors of an article.
pub const AUTHORS: usize = 64;
/// The most labels of an article.
pub const LABELS: usize = 64;
/// The largest metadata, in bytes as JSON.
pub const METADATA_BYTES: usize = 64 << 10;
/// The deepest metadata.
pub const METADATA_DEPTH: usize = 32;
/// The longest words of one selector, in code points.
pub const EXACT_CHARS: usize = 65_536;
/// The longest prefix or suffix that a caller may give, in code points.
pub const CONTEXT_CHARS: usize = 64;
/// The prefix and suffix that are stored, in code points.
pub const STORED_CONTEXT_CHARS: usize = 32;
/// The most content spans of a statement.
pub const CONTENT_SPANS: usize = 64;
/// The most addressees of a statement.
pub const ADDRESSEES: usize = 64;
/// The most mentions of a statement.
pub const MENTIONS: usize = 256;
/// The most qualifiers of a triple.
pub const QUALIFIERS: usize = 32;
/// The most topics of a statement.
pub const TOPICS: usize = 64;
/// The longest topic, predicate, rule or extractor name, in code points.
pub const TERM_CHARS: usize = 128;
/// The most links of a statement.
pub const LINKS: usize = 64;
/// The longest reason, note or term of a triple, in code points.
pub const REASON_CHARS: usize = 1_024;
/// The longest description of a speaker, in code points.
pub const SPEAKER_DESCRIPTION_CHARS: usize = 512;
/// The longest description of an entity, in code points.
pub const DESCRIPTION_CHARS: usize = 2_048;
/// The most names of an entity.
pub const ENTITY_NAMES: usize = 256;
/// The most external ids of an entity.
pub const EXTERNAL_IDS: usize = 64;
/// The longest external id, in bytes.
pub const EXTERNAL_ID_BYTES: usize = 256;
/// The most occupancies of an entity.
pub const OCCUPANCIES: usize = 256;
/// The most entities that one entity may stand for, itself not counted.
pub const REFERENTS: usize = 256;
/// The wording of a coarse time, in code points.
pub const TIME_TEXT_CHARS: usize = 256;
/// Words that the selectors of one ingest may be looked for in, in bytes of
/// text gone over: what bounds the work of an ingest whose selectors say no
/// positions.
pub const LOCATE_BYTES: usize = 512 << 20;
/// The most names of one BatchGet.
pub const BATCH_GET_NAMES: usize = 1_000;
/// The largest page of a list.
pub const PAGE_SIZE: usize = 1_000;
/// The page of a list where no size is asked for.
pub const DEFAULT_PAGE_SIZE: usize = 50;
/// The most records of one Erase.
pub const ERASURES: usize = 100;
/// The most names of one ResolveEntities.
pub const RESOLVE_NAMES: usize = 100;
/// The most entities that one Watch may be narrowed to.
pub const WATCH_ENTITIES: usize = 1_000;
/// The longest words that VerifyQuote takes, in code points.
pub const QUOTE_CHARS: usize = 4_096;
/// The fewest words that VerifyQuote takes.
pub const QUOTE_WORDS: usize = 3;
